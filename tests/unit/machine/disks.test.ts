/** The course of a visit's disks where it does not go well; real disks are in the integration tests. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createDisks } from '../../../electron/machine/disks.js'
import { AppError } from '../../../shared/errors.js'
import { DisksState } from '../../../shared/machine.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { type Answer, scriptedMachine } from '../../support/scripted-machine.js'

const layout = (name: string) => readFileSync(new URL(`../../fixtures/machine/guides/${name}.json`, import.meta.url), 'utf8')
const rescueRoot = '30 1 8:1 / / rw - ext4 /dev/sda1 rw\n'
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** What the look prints: kind, path, content. */
const inside = (parts: [string, string][]) =>
  [...parts.map(([kind, text]) => `${kind} ${base64('x')} ${base64(text)}`), 'end', ''].join('\n')

function visit(answer: (line: string) => Answer | undefined, disks = layout('vps-2024'), known: Buffer[] = []) {
  const { machine, lines } = scriptedMachine((line, command) => {
    const own = answer(line)
    if (own) return own
    if (line.startsWith('lsblk')) return { stdout: disks }
    if (line === 'cat /proc/self/mountinfo') return { stdout: rescueRoot }
    if (command.words.includes('inside')) return { stdout: inside([['release', 'ID=debian\nPRETTY_NAME="Debian"']]) }
    return undefined
  })
  const states: DisksState[] = []
  const o = createDisks({
    machine,
    knownKeys: () => known,
    clock: createFakeClock(),
    onDidChange: () => states.push(DisksState.parse(o.state())),
  })
  return { disks: o, lines, states }
}
const row = (name: string, more: object) => ({ name, type: 'part', size: 1000, ...more })
const report = (rows: object[]) => JSON.stringify({ blockdevices: rows })

it('says what it does while it does it', async () => {
  const { disks, states } = visit(() => undefined)
  expect(disks.state()).toEqual({ phase: 'not-looked', volumes: [], chain: [] })
  const looking = disks.look()
  await expect(disks.look()).rejects.toMatchObject({ code: 'wrong-state' })
  await expect(disks.unmount()).rejects.toMatchObject({ code: 'wrong-state' })
  await looking
  expect(states.map((state) => state.phase)).toEqual(['looking', 'looking', 'looking', 'found'])
  expect(states.at(-1)).toMatchObject({ chosen: '/dev/sdb1', rescue: { os: '', isRescue: true } })
  expect(disks.state().volumes.find((one) => one.path === '/dev/sdb1')?.system).toEqual({
    os: 'Debian',
    hostname: '',
    hasFstab: false,
    identity: { kind: 'nothing-known', found: 0, known: 0, keys: [] },
  })
})

it('shows texts of the disk without what could paint over the window', async () => {
  const evil = '\u202e\x1b]0;x\x07De\u200bbian\n'
  const { disks } = visit((line) => {
    if (!line.startsWith('mount -o ro,noload')) return undefined
    const parts: [string, string][] = [
      ['release', `PRETTY_NAME="${evil.trim()}"`],
      ['hostname', `# comment\n${evil}`],
      ['fstab', 'x'],
      ['started', '99999999999999'],
      ['started', '1'],
      ['key', 'no key'],
      ['surprise', ''],
    ]
    return { stdout: `garbage\n${inside(parts)}` }
  })
  await disks.look()
  expect(disks.state().volumes.find((one) => one.role === 'system')?.system).toMatchObject({
    os: 'Debian',
    hostname: 'Debian',
    lastStarted: '1970-01-01T00:00:01.000Z',
    identity: { keys: [] },
  })
})

it('notes at a volume why it cannot be looked into, an answer cut short included', async () => {
  for (const [answer, code] of [
    [{ exitCode: 32, stderr: "mount: /tmp/x: unknown filesystem type 'ext4'." }, 'file-system-unsupported'],
    [{ stdout: inside([['release', 'ID=debian']]).replace('end', '') }, 'file-system-unreadable'],
  ] as const) {
    const { disks } = visit((line) => (line.startsWith('mount -o ro,noload') ? answer : undefined))
    await disks.look()
    expect(disks.state()).toMatchObject({ phase: 'found' })
    expect(disks.state().volumes.find((one) => one.path === '/dev/sdb1')).toMatchObject({ role: 'data', error: { code } })
  }
})

it('ends the look when the connection ends', async () => {
  const { disks } = visit((line) => {
    if (line.startsWith('mount')) throw new AppError('closed-early', { host: 'h' })
    return undefined
  })
  await disks.look()
  expect(disks.state()).toMatchObject({ phase: 'failed', error: { code: 'closed-early' } })
})

it('does not touch a btrfs that Linux would take for the rescue system’s own', async () => {
  const rows = [row('sda1', { fstype: 'btrfs', uuid: 'same', 'maj:min': '8:1' }), row('sdb1', { fstype: 'btrfs', uuid: 'same' })]
  const { disks, lines } = visit(() => undefined, report(rows))
  await disks.look()
  expect(lines.filter((line) => line.startsWith('mount'))).toEqual([])
  expect(disks.state().volumes.find((one) => one.path === '/dev/sdb1')?.error).toMatchObject({ code: 'same-file-system' })
})

it('prefers the known keys, then a system with an fstab, then the one started last', async () => {
  const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIJNmDzHfvx7pO5jFrkA+ahTmxN01FfqlH8k0m9JmJzLE', 'base64')
  const key = `ssh-ed25519 ${blob.toString('base64')}`
  const contents: Record<string, [string, string][]> = {
    '/dev/sdb1': [
      ['fstab', ''],
      ['started', '2000'],
    ],
    '/dev/sdc1': [
      ['fstab', ''],
      ['started', '3000'],
    ],
    '/dev/sdd1': [['started', '9000']],
    '/dev/sde1': [['key', key]],
  }
  const rows = ['sda1', ...Object.keys(contents).map((path) => path.slice(5))].map((name) =>
    row(name, { fstype: 'ext4', 'maj:min': name === 'sda1' ? '8:1' : '' }),
  )
  const answer = (line: string) => {
    const device = /^mount -o ro,noload (\S+)/.exec(line)?.[1]
    return device ? { stdout: inside([['release', 'ID=debian'], ...contents[device]!]) } : undefined
  }
  const none = visit(answer, report(rows))
  await none.disks.look()
  expect(none.disks.state().chosen).toBe('/dev/sdc1')
  const known = visit(answer, report(rows), [blob])
  await known.disks.look()
  expect(known.disks.state().chosen).toBe('/dev/sde1')
  known.disks.choose('/dev/sdd1')
  expect(known.disks.state().chosen).toBe('/dev/sdd1')
})

it.each([
  ['/mnt', '/dev/sdc1', '/mnt'],
  ['/mnt2', '/dev/sdc1', '/mnt2'],
  // The rescue system's own doing says nothing.
  ['/mnt/sdc1', '/dev/sdb1', undefined],
])('finds again what it mounted at %s before a restart of the app', async (at, chosen, root) => {
  const rows = ['sda1', 'sdb1', 'sdc1'].map((name) => row(name, { fstype: 'ext4', 'maj:min': name === 'sda1' ? '8:1' : '' }))
  const mounts = `${rescueRoot}31 30 8:33 / ${at} rw - ext4 /dev/sdc1 rw\n`
  const { disks } = visit((line) => {
    if (line === 'cat /proc/self/mountinfo') return { stdout: mounts }
    const more: [string, string][] = line.startsWith('mount -o ro,noload /dev/sdb1') ? [['fstab', '']] : []
    return /inside|^mount -o/.test(line) ? { stdout: inside([['release', 'ID=debian'], ...more]) } : undefined
  }, report(rows))
  await disks.look()
  expect(disks.state().chosen).toBe(chosen)
  expect(disks.state().mounted?.root).toBe(root)
})

it('unlocks with a passphrase on standard input only, and keeps it out of everything that is shown', async () => {
  const rows = [row('sda1', { fstype: 'ext4', 'maj:min': '8:1' }), row('sdb1', { fstype: 'crypto_LUKS', fsver: '2' })]
  const secret = 'correct horse'
  const received: unknown[] = []
  const { machine } = scriptedMachine((line, command) => {
    if (line.startsWith('cryptsetup')) received.push(command.stdin)
    if (line.startsWith('lsblk')) return { stdout: report(rows) }
    return line === 'cat /proc/self/mountinfo' ? { stdout: rescueRoot } : undefined
  })
  const disks = createDisks({ machine, knownKeys: () => [], clock: createFakeClock(), onDidChange: () => {} })
  await disks.look()
  const { digest } = disks.state().unlock!
  await expect(disks.unlock(digest)).rejects.toMatchObject({ code: 'wrong-passphrase' })
  expect(received).toEqual([])
  await disks.unlock(digest, secret)
  expect(received).toEqual([secret])
  expect(JSON.stringify(disks.state())).not.toContain(secret)
})

it.each([
  [{ exitCode: 127, stderr: 'timeout: failed to run command' }, 'tool-missing'],
  [{ exitCode: 5, stderr: 'Device luks-sdb1 already exists.' }, 'device-busy'],
])('an unlock that fails: %j', async (answer, code) => {
  const rows = [row('sda1', { fstype: 'ext4', 'maj:min': '8:1' }), row('sdb1', { fstype: 'crypto_LUKS', fsver: '2' })]
  const { disks, lines } = visit((line) => (line.startsWith('cryptsetup') ? answer : undefined), report(rows))
  await disks.look()
  await expect(disks.unlock(disks.state().unlock!.digest, 'x')).rejects.toMatchObject({ code })
  expect(lines).not.toContain('vgchange -ay')
  expect(disks.state()).toMatchObject({ phase: 'found', unlock: { purpose: 'unlock' } })
  expect(disks.state().busy).toBeUndefined()
})

it('a mount that fails leaves nothing behind and says why', async () => {
  const { disks, lines } = visit((line) =>
    line === 'mount /dev/sdb1 /mnt'
      ? { exitCode: 32, stderr: 'mount: /mnt: mount(2) system call failed: Structure needs cleaning.' }
      : undefined,
  )
  await disks.look()
  await expect(disks.mount(disks.state().mount!.digest)).rejects.toMatchObject({
    code: 'file-system-damaged',
    data: { device: '/dev/sdb1' },
  })
  expect(lines.filter((line) => line.startsWith('mount --rbind'))).toEqual([])
  expect(disks.state().mounted).toBeUndefined()
})
