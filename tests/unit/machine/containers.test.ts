/** An encrypted root from locked to writable and closed again: a machine that keeps what is open and mounted, as cryptsetup and mount would. */
import { expect, it } from 'vitest'
import { createDisks } from '../../../electron/machine/disks.js'
import { readLayers } from '../../../electron/machine/layers.js'
import type { Machine } from '../../../electron/machine/machine.js'
import { planMount } from '../../../electron/machine/plans.js'
import { parseLsblk } from '../../../electron/machine/reports.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { inventoryOf } from '../../support/inventory.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** `/dev/sdb1` is a container with an ext4 root, `/dev/sdb2` one for /home. */
function encryptedMachine({ crypttab, fstab, others = [] }: { crypttab: string; fstab: string; others?: object[] }) {
  const open = new Map<string, { of: string; ro: boolean }>()
  const mounted = new Map<string, string>()
  const lines: string[] = []
  const part = (name: string, more: object = {}) => ({ name, path: `/dev/${name}`, type: 'part', size: 1000, ...more })
  const inside = (device: string) =>
    [...open].flatMap(([name, { of, ro }]) =>
      of === device
        ? [{ name, path: `/dev/mapper/${name}`, type: 'crypt', size: 900, ro, fstype: 'ext4', uuid: `inside-${of.slice(5)}` }]
        : [],
    )
  const report = () =>
    JSON.stringify({
      blockdevices: [
        { name: 'sda', type: 'disk', size: 10, children: [part('sda1', { fstype: 'ext4', 'maj:min': '8:1' })] },
        {
          name: 'sdb',
          type: 'disk',
          size: 10,
          children: ['sdb1', 'sdb2'].map((name) =>
            part(name, { fstype: 'crypto_LUKS', fsver: '2', uuid: `luks-${name}`, children: inside(`/dev/${name}`) }),
          ),
        },
        ...others,
      ],
    })
  const look = () =>
    ['release ID=debian', `fstab ${fstab}`, `crypttab ${crypttab}`]
      .map((one) => `${one.split(' ')[0]} ${base64('x')} ${base64(one.slice(one.indexOf(' ') + 1))}`)
      .concat('end', '')
      .join('\n')
  const answer = (words: readonly string[], shown: readonly string[]): { exitCode?: number; stdout?: string } => {
    if (words[0] === 'lsblk') return { stdout: report() }
    if (words[1] === '/proc/self/mountinfo')
      return {
        stdout: ['/ /dev/sda1', ...[...mounted].map(([at, device]) => `${at} ${device}`)]
          .map((one) => `30 1 0:0 / ${one.split(' ')[0]} rw - ext4 ${one.split(' ')[1]} rw`)
          .join('\n'),
      }
    if (words.includes('inside'))
      return { stdout: words.includes('/dev/mapper/luks-sdb1') || shown.includes('/dev/mapper/luks-sdb1') ? look() : 'end\n' }
    if (words[0] === 'sh' && shown[0] === 'cat') return { stdout: 'missing\n'.repeat(words.length) }
    if (words[0] === 'cryptsetup') {
      const name = words.at(-1)!
      if (words[1] === 'close') return { exitCode: open.delete(name) ? 0 : 4 }
      if (open.has(name)) return { exitCode: 5 }
      open.set(name, { of: words.at(-2)!, ro: words.includes('--readonly') })
    }
    if (shown[0] === 'mount' && shown[1] !== '--make-private') mounted.set(shown.at(-1)!, shown.at(-2)!)
    if (words[0] === 'umount') for (const at of [...mounted.keys()]) if (`${at}/`.startsWith(`${words.at(-1)}/`)) mounted.delete(at)
    return {}
  }
  const machine: Machine = {
    async run({ words, shown = words, risk }) {
      const { exitCode = 0, stdout = '' } = answer(words, shown)
      if (risk !== 'reads' || words[0] === 'cryptsetup') lines.push(shown.join(' '))
      return { exitCode, stdout: Buffer.from(stdout), stderr: '', truncated: false, timedOut: false }
    },
  }
  const disks = createDisks({ machine, knownKeys: () => [], clock: createFakeClock(), onDidChange() {} })
  return { disks, lines, open, mounted }
}
const fstab = '/dev/mapper/crypt-root / ext4 defaults 0 1\n'

async function mountWritable(o: Parameters<typeof encryptedMachine>[0]) {
  const world = encryptedMachine(o)
  const { disks, open } = world
  await disks.look()
  await disks.unlock(disks.state().unlock!.digest, 'secret')
  expect([...open]).toMatchObject([
    ['luks-sdb1', { ro: true }],
    ['luks-sdb2', { ro: true }],
  ])
  await disks.mount(disks.state().mount!.digest)
  return world
}

it('opens an encrypted root for writing under the name its own crypttab has', async () => {
  const { disks, lines, open } = await mountWritable({ crypttab: 'crypt-root UUID=luks-sdb1 none luks,discard\n', fstab })
  expect(lines.slice(2, 5)).toEqual([
    'cryptsetup close luks-sdb1',
    'cryptsetup open --key-file=- /dev/sdb1 crypt-root',
    'mount /dev/mapper/crypt-root /mnt',
  ])
  expect(open.get('crypt-root')).toEqual({ of: '/dev/sdb1', ro: false })
  // It is the same system still, with everything that was known of it.
  expect(disks.state()).toMatchObject({
    chosen: '/dev/mapper/crypt-root',
    mounted: { device: '/dev/mapper/crypt-root', readOnly: false, ours: true },
  })
  expect(disks.mountedSystem()!.blockDevices.map(({ path }) => path)).toContain('/dev/mapper/crypt-root')
  await disks.unmount()
  expect([...open]).toEqual([])
  expect(disks.state()).toMatchObject({ chain: [{ state: 'locked' }, { state: 'locked' }] })
  expect(disks.state().mounted).toBeUndefined()
})

it.each([
  ['nothing', '# <target> <source>\n', []],
  ['another container only', 'crypt-root UUID=gone none\n', []],
  ['the name it has', 'luks-sdb1 UUID=luks-sdb1 none luks\n', []],
  [
    'a name that is taken',
    'crypt-root UUID=luks-sdb1 none luks\n',
    [{ name: 'crypt-root', path: '/dev/mapper/crypt-root', type: 'crypt', size: 1 }],
  ],
  ['a name that is none', '../sda UUID=luks-sdb1 none luks\n', []],
  ['an option for a name', '--type UUID=luks-sdb1 none luks\n', []],
  ['the name of the mapper itself', 'control UUID=luks-sdb1 none luks\n', []],
])('keeps its own name where crypttab has %s', async (_, crypttab, others) => {
  const { disks, open } = await mountWritable({ crypttab, fstab, others })
  expect(open.get('luks-sdb1')).toEqual({ of: '/dev/sdb1', ro: false })
  expect(disks.state().mounted).toMatchObject({ device: '/dev/mapper/luks-sdb1', readOnly: false })
})

it('closes every open container, whoever opened it and under whatever name, and none a second time', async () => {
  const { disks, lines, open, mounted } = encryptedMachine({ crypttab: '', fstab })
  open.set('by-hand', { of: '/dev/sdb2', ro: false })
  await disks.look()
  await disks.unlock(disks.state().unlock!.digest, 'secret')
  expect([...open.keys()]).toEqual(['by-hand', 'luks-sdb1'])
  mounted.set('/srv', '/dev/mapper/by-hand')
  // In a terminal, after it was opened here.
  open.delete('luks-sdb1')
  expect(await disks.unmount()).toEqual([{ device: '/dev/mapper/by-hand', at: '/srv', readOnly: false }])
  expect([...open.keys(), ...mounted.keys()]).toEqual([])
  expect(lines.slice(1)).toEqual(['sync', 'umount -R /srv', 'cryptsetup close by-hand'])
  expect(await disks.unmount()).toBeUndefined()
})

it('closes only what it opened itself where that is asked for', async () => {
  const { disks, open, mounted } = encryptedMachine({ crypttab: '', fstab })
  open.set('by-hand', { of: '/dev/sdb2', ro: false })
  mounted.set('/srv', '/dev/mapper/by-hand')
  await disks.look()
  await disks.unlock(disks.state().unlock!.digest, 'secret')
  await disks.mount(disks.state().mountReadOnly!.digest)
  expect(disks.state()).toMatchObject({ mounted: { root: '/mnt' }, elsewhere: [{ device: '/dev/mapper/by-hand', at: '/srv' }] })
  expect(await disks.unmount('ours')).toMatchObject([{ at: '/mnt' }])
  expect([...open.keys(), ...mounted.keys()]).toEqual(['by-hand', '/srv'])
})

it('opens a container in a logical volume for writing without closing the group it is in', () => {
  const mapper = { name: 'luks-vg0-root', path: '/dev/mapper/luks-vg0-root', type: 'crypt', size: 8, ro: true, fstype: 'ext4' }
  const volume = { name: 'vg0-root', path: '/dev/mapper/vg0-root', type: 'lvm', size: 9, fstype: 'crypto_LUKS', children: [mapper] }
  const disk = { name: 'sdb', path: '/dev/sdb', type: 'disk', size: 10, fstype: 'LVM2_member', children: [volume] }
  const inventory = inventoryOf('vps-2024', ['0:20 /'], {
    devices: parseLsblk(JSON.stringify({ blockdevices: [disk] }))!,
    physicalVolumes: [{ path: '/dev/sdb', group: 'vg0', groupUuid: 'u', groupSize: 9, groupMissing: 0 }],
    logicalVolumes: [{ path: '/dev/mapper/vg0-root', groupUuid: 'u', isActive: true }],
  })
  const device = inventory.devices.find(({ path }) => path === mapper.path)!
  const plan = planMount({ inventory, layers: readLayers(inventory), device, system: undefined, isReadOnly: false, place: '/mnt' })
  expect(plan?.steps.map(({ words }) => words.join(' '))).toEqual([
    'cryptsetup close luks-vg0-root',
    'cryptsetup open --key-file=- /dev/mapper/vg0-root luks-vg0-root',
    'mount /dev/mapper/luks-vg0-root /mnt',
  ])
})
