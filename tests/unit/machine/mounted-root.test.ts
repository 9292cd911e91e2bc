import { expect, it } from 'vitest'
import { readLayers } from '../../../electron/machine/layers.js'
import { createMountedRoot } from '../../../electron/machine/mounted-root.js'
import { inventoryOf } from '../../support/inventory.js'
import { scriptedMachine } from '../../support/scripted-machine.js'

it.each([
  ['dedicated-raid', '7:0 /run/live/rootfs/filesystem.squashfs', '/dev/md1', ['/dev/sdb'], ['/dev/sdb', '/dev/sda']],
  ['vps-2024', '8:1 /', '/dev/sdb1', ['/dev/sdb'], ['/dev/sdb']],
])('knows the disks of its root and those that the machine has besides: %s', (layout, mount, device, disks, attached) => {
  const inventory = inventoryOf(layout, [mount])
  // The array has dropped its other member.
  const devices = inventory.devices.map((one) => (one.path === '/dev/md1' ? { ...one, parents: ['/dev/sdb2'] } : one))
  const system = {
    osRelease: {},
    hostname: '',
    fstab: undefined,
    crypttab: undefined,
    hostKeys: [],
    subvolume: undefined,
    lastStarted: undefined,
  }
  const { machine } = scriptedMachine(() => undefined)
  const { own } = readLayers({ ...inventory, devices })
  const mounted = { root: '/mnt', device, readOnly: false, ours: true, others: [], bound: true }
  expect(createMountedRoot(machine, mounted, system, { ...inventory, devices }, own)).toMatchObject({ disks, attached })
})
