import { describe, expect, it, test } from 'vitest'
import type { Inventory } from '../../../electron/machine/inventory.js'
import { chainOf, disksUnder, readLayers, roleOf } from '../../../electron/machine/layers.js'
import type { BlockDevice } from '../../../electron/machine/reports.js'
import { AppError } from '../../../shared/errors.js'
import { inventoryOf } from '../../support/inventory.js'

const roles = (inventory: Inventory) => {
  const { own } = readLayers(inventory)
  return Object.fromEntries(
    inventory.devices.flatMap((device) => {
      const role = roleOf(device, inventory, own)
      return role ? [[device.name, role]] : []
    }),
  )
}
const device = (path: string, more: Partial<BlockDevice> = {}): BlockDevice => ({
  path,
  name: path.replace(/^\/dev\/(mapper\/)?/, ''),
  number: '',
  type: 'part',
  size: 1000,
  isReadOnly: false,
  fileSystem: '',
  version: '',
  label: '',
  uuid: '',
  partType: '',
  partLabel: '',
  partUuid: '',
  parents: [],
  ...more,
})
const withDevices = (devices: BlockDevice[], rest: Partial<Inventory> = {}): Inventory => ({
  ...inventoryOf('vps-2022', [], rest),
  devices,
})

describe('layouts of the guides', () => {
  test.each([
    ['vps-2022', ['8:1 /'], { sda1: 'rescue', sdb1: 'data' }],
    ['vps-2024', ['8:1 /'], { sda1: 'rescue', sdb1: 'data', sdb14: 'bios-boot', sdb15: 'efi' }],
    ['cloud-2025', ['8:1 /'], { sda1: 'rescue', sdb1: 'data', sdb14: 'bios-boot', sdb15: 'efi', sdb16: 'data' }],
    ['legacy-vps', ['8:1 /', '8:17 /mnt/sdb1'], { sda1: 'rescue', sdb1: 'data' }],
    ['windows', ['8:1 /'], { sda1: 'rescue', sdb1: 'data', sdb2: 'data' }],
    ['rescue-last', ['254:17 /'], { vda1: 'data', vda15: 'efi', vdb1: 'rescue', vdb15: 'rescue' }],
    [
      'dedicated-raid',
      ['0:20 /', '7:0 /run/live/rootfs/filesystem.squashfs'],
      { sda1: 'efi', sda2: 'raid-member', sda3: 'swap', sdb1: 'efi', sdb2: 'raid-member', sdb3: 'swap', md1: 'data', loop0: 'rescue' },
    ],
    ['util-linux-2.29', ['8:1 /'], { sda1: 'rescue', sdb1: 'lvm-member', 'vg0-root': 'data' }],
  ])('%s', (layout, mounts, expected) => expect(roles(inventoryOf(layout, mounts))).toEqual(expected))

  it('a system in memory owns no disk', () => {
    expect(readLayers(inventoryOf('vps-2024', ['0:20 /'])).own.size).toBe(0)
  })
})

test('a system over an array stands on both disks', () => {
  const { devices } = inventoryOf('dedicated-raid', [])
  expect(disksUnder(devices, '/dev/md1')).toEqual(['/dev/sda', '/dev/sdb'])
})

describe('arrays', () => {
  const member = (path: string) => device(path, { fileSystem: 'linux_raid_member', uuid: 'lsblk' })
  const facts = (path: string, level: string, devices: number, name = '1') => ({
    path,
    arrayUuid: 'u',
    name,
    level,
    devices,
    inside: undefined,
  })

  test.each([
    ['raid1', 2, 1, true],
    ['raid1', 3, 2, true],
    ['raid0', 2, 1, false],
    ['raid5', 3, 1, true],
    ['raid5', 4, 2, false],
    ['raid6', 4, 2, true],
    ['linear', 2, 1, false],
  ])('%s of %i devices with %i missing: enough %s', (level, total, missing, isEnough) => {
    const present = Array.from({ length: total - missing }, (_, index) => `/dev/sd${index}1`)
    const inventory = withDevices(present.map(member), { raidMembers: present.map((path) => facts(path, level, total)) })
    expect(readLayers(inventory).arrays).toMatchObject([{ missing, isEnough, isOpen: false, path: '/dev/md1' }])
  })

  it('takes a free name when the array has none, or its number is taken', () => {
    const inventory = withDevices([member('/dev/sda1'), device('/dev/md1'), device('/dev/md127')], {
      raidMembers: [facts('/dev/sda1', 'raid1', 1)],
    })
    expect(readLayers(inventory).arrays[0]?.path).toBe('/dev/md126')
  })

  it('half assembled is stopped first', () => {
    const inventory = withDevices([member('/dev/sda1')], {
      raidMembers: [facts('/dev/sda1', 'raid1', 2)],
      activeArrays: [{ name: 'md127', isActive: false, members: ['sda1'], missing: 0 }],
    })
    expect(readLayers(inventory).arrays).toMatchObject([{ stalled: '/dev/md127', isOpen: false, missing: 1 }])
  })

  it('without mdadm says what to install', () => {
    const inventory = withDevices([member('/dev/sda1'), member('/dev/sdb1')])
    const chain = chainOf(readLayers(inventory), () => new AppError('tool-missing', { tool: 'mdadm' }))
    expect(chain).toMatchObject([{ kind: 'raid', members: ['sda1', 'sdb1'], state: 'failed', error: { code: 'tool-missing' } }])
  })
})

describe('volume groups', () => {
  const volume = (path: string, group: string, groupUuid: string) => ({ path, group, groupUuid, groupSize: 10, groupMissing: 0 })

  it('of the same name are named as such; the rescue system’s own is left out', () => {
    const inventory = {
      ...inventoryOf('vps-2022', ['8:1 /']),
      physicalVolumes: [volume('/dev/sdb1', 'vg0', 'a'), volume('/dev/sda1', 'vg0', 'b')],
    }
    expect(readLayers(inventory).groups).toMatchObject([{ name: 'vg0', uuid: 'a', isTwice: true, isOpen: false }])
  })
})

describe('encrypted volumes', () => {
  it('are open when something stands on them; names taken are avoided', () => {
    const inventory = withDevices([
      device('/dev/sdb1', { fileSystem: 'crypto_LUKS', version: '2' }),
      device('/dev/mapper/secret', { type: 'crypt', parents: ['/dev/sdb1'] }),
      device('/dev/sdb2', { fileSystem: 'crypto_LUKS', version: '1' }),
      device('/dev/mapper/luks-sdb2', { type: 'lvm' }),
    ])
    expect(readLayers(inventory).encrypted).toMatchObject([
      { path: '/dev/sdb1', isOpen: true, mapper: '/dev/mapper/secret' },
      { path: '/dev/sdb2', isOpen: false, mapper: '/dev/mapper/luks-sdb2-2' },
    ])
  })
})
