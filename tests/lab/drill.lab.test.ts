/** A whole rescue as a person does it with the command line: the server's disk, the provider's buttons and every command are real. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildCli, type Cli } from '../support/cli.js'
import { type Pty, startPty } from '../support/pty.js'
import { customerImage, customerLogins } from './images.js'
import { createMachine, type Machine } from './machine.js'
import { logIn, scanHostKeys } from './remote.js'

let cli: Cli
let home: string
let machine: Machine
let pty: Pty | undefined

beforeAll(async () => {
  cli = await buildCli()
  home = await mkdtemp(join(tmpdir(), 'rescueterm-lab-'))
  machine = await createMachine(await customerImage('plain'))
})
afterAll(async () => {
  pty?.kill()
  await machine?.dispose()
  await cli?.dispose()
  if (home) await rm(home, { recursive: true, force: true })
})

it('a forgotten root password: check, set aside, connect, repair by hand, watch', async () => {
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config'), LC_ALL: 'C.UTF-8', SSH_AUTH_SOCK: '' }
  const known = join(home, '.ssh/known_hosts')
  const before = `# my servers\nother.example ${machine.image.hostKeys[0]}\n${machine.knownHosts()}`
  await mkdir(join(home, '.ssh'), { mode: 0o700 })
  await writeFile(known, before, { mode: 0o600 })
  const host = ['-p', String(machine.port), '127.0.0.1']
  const run = (command: string, ...args: string[]) => cli.run([command, ...host, '--json', ...args], { env })

  await machine.start('normal')
  expect(await machine.waitForBoot()).toBe('ssh')
  expect(await run('check')).toMatchObject({ status: 0 })
  const remote = await logIn(machine.port, customerLogins.root)
  await remote.output('echo root:nobody-knows | chpasswd && sync')
  remote.end()

  const { password } = await machine.panel.rebootInRescue()
  expect(await machine.waitForBoot()).toBe('ssh')
  const changed = await run('check')
  expect(changed.status).toBe(11)
  const { verdict, presented, entries } = changed.json() as { verdict: string; presented: { fingerprint: string }; entries: unknown[] }
  expect({ verdict, entries: entries.length }).toEqual({ verdict: 'changed', entries: 3 })
  // What the provider's console shows is what a careful person compares with.
  expect(machine.console.text()).toContain(presented.fingerprint)

  const keyLine = await keyWith(presented.fingerprint)
  const aside = await run('set-aside', '--key', keyLine, '--yes')
  expect(aside).toMatchObject({ status: 0 })
  expect(aside.json()).toMatchObject({ state: 'active', changes: [{}, {}, {}] })
  expect(await readFile(known, 'utf8')).not.toBe(before)
  expect((await run('check')).status).not.toBe(11)

  pty = startPty([...cli.command, 'connect', `root@127.0.0.1:${machine.port}`], { env })
  await pty.waitFor('Rescue password of root: ', 60_000)
  pty.type(`${password}\r`)
  await pty.waitFor(/\[RESCUE\] root@rescue:~ # $/, 60_000)
  const type = async (line: string, answer: RegExp) => {
    pty!.type(`${line}\r`)
    await pty!.waitFor(answer, 60_000)
    await pty!.waitFor(/# $/, 60_000)
  }
  await type('lsblk', /sdb1 /)
  await type('mount /dev/sdb1 /mnt && echo mou"n"ted', /\nmounted\n/)
  await type(`echo 'root:back again' | chpasswd -R /mnt && echo cha"n"ged`, /\nchanged\n/)
  await type('umount /mnt && sync && echo a"w"ay', /\naway\n/)
  pty.type('exit\r')
  expect(await pty.exit).toBe(0)

  const watching = run('watch')
  await machine.panel.rebootInNormalMode()
  expect(await watching).toMatchObject({ status: 0 })
  expect(await readFile(known, 'utf8')).toBe(before)
  expect(await run('check')).toMatchObject({ status: 0 })
  const back = await logIn(machine.port, { user: 'root', password: 'back again' })
  expect(await back.output('hostname')).toBe('vps-lab\n')
  back.end()
})

/** The shown key with that fingerprint, as `TYPE BASE64`. */
async function keyWith(fingerprint: string): Promise<string> {
  const keys = await scanHostKeys(machine.port)
  const digest = (key: string) =>
    createHash('sha256')
      .update(Buffer.from(key.split(' ')[1]!, 'base64'))
      .digest('base64')
  return keys.find((key) => `SHA256:${digest(key).replace(/=+$/, '')}` === fingerprint)!
}
