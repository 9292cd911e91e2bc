/** What counts as the customer's among all that is mounted, and the order in which it is unmounted and closed. */
import { describe, expect, it, test } from 'vitest'
import type { Inventory } from '../../../electron/machine/inventory.js'
import { linksOf, readLayers } from '../../../electron/machine/layers.js'
import { customerMounts } from '../../../electron/machine/mounts.js'
import { planUnmount } from '../../../electron/machine/plans.js'
import { parseLsblk, parseMountinfo } from '../../../electron/machine/reports.js'
import { inventoryOf } from '../../support/inventory.js'

const found = (inventory: Inventory) =>
  customerMounts(inventory, readLayers(inventory).own).map(({ device, target }) => `${device} ${target}`)

describe('the customer’s mounts', () => {
  test.each([
    ['nothing', ['8:1 /'], []],
    ['by hand, at any place', ['8:1 /', '8:17 /root/the\\040disk'], ['/dev/sdb1 /root/the disk']],
    ['what a legacy rescue mounted by itself', ['8:1 /', '8:17 /mnt/sdb1'], ['/dev/sdb1 /mnt/sdb1']],
    ['below another one, it goes with that', ['8:1 /', '8:17 /mnt', '0:5 /mnt/dev', '8:31 /mnt/boot/efi'], ['/dev/sdb1 /mnt']],
    ['beside another one with the same beginning', ['8:1 /', '8:17 /mnt', '8:31 /mnt2'], ['/dev/sdb1 /mnt', '/dev/sdb15 /mnt2']],
    ['over another one at the same place', ['8:1 /', '8:17 /mnt', '8:31 /mnt'], ['/dev/sdb1 /mnt', '/dev/sdb15 /mnt']],
    ['a folder of it bound elsewhere too', ['8:1 /', '8:17 /mnt', '8:17 /srv/www'], ['/dev/sdb1 /mnt', '/dev/sdb1 /srv/www']],
    ['not a folder of the rescue system bound elsewhere', ['8:1 /', '8:1 /srv/own', '0:30 /tmp'], []],
    ['not the medium below an overlay', ['0:20 /', '8:1 /media/root-ro', '8:17 /media/usb'], ['/dev/sdb1 /media/usb']],
    ['not what no block device is behind', ['8:1 /', '0:40 /media/nas'], []],
  ])('%s', (_, mounts, expected) => {
    expect(found(inventoryOf('vps-2024', mounts))).toEqual(expected)
  })

  it('are none of the images a live system is made of', () => {
    const { mounts: _, ...rest } = inventoryOf('dedicated-raid', [])
    const mounts = parseMountinfo('30 1 0:20 / / rw - tmpfs rootfs rw\n31 30 7:0 / /opt/rescue ro - squashfs /dev/loop0 ro\n')
    expect(found({ ...rest, mounts })).toEqual([])
  })

  it('are those of pools too, but for the pool the running system is in', () => {
    const { mounts: _, ...rest } = inventoryOf('dedicated-raid', [])
    const report = (root: string) => `30 1 0:20 / / rw - ${root} rw
31 30 0:41 / /mnt rw - zfs rpool/ROOT/debian rw
32 31 0:42 / /mnt/home rw - zfs rpool/home rw
33 30 0:43 / /srv rw - bcachefs /dev/sdx:/dev/sdy rw
34 30 0:44 / /media/nas rw - nfs nas:/export rw
`
    const bcachefs = '/dev/sdx:/dev/sdy /srv'
    expect(found({ ...rest, mounts: parseMountinfo(report('tmpfs rootfs')) })).toEqual(['rpool/ROOT/debian /mnt', bcachefs])
    expect(found({ ...rest, mounts: parseMountinfo(report('zfs rpool/ROOT/rescue')) })).toEqual([bcachefs])
  })

  it('are none at the places that the running system’s own fstab names, but for the chosen root', () => {
    const inventory = inventoryOf('vps-2024', ['8:1 /', '8:17 /srv/data'])
    inventory.rescue.fstab = 'UUID=x / ext4 defaults 0 1\n/dev/sdb1 /srv/data ext4 defaults 0 2\n'
    expect(found(inventory)).toEqual([])
    expect(customerMounts(inventory, readLayers(inventory).own, inventory.mounts[1])).toMatchObject([{ target: '/srv/data' }])
  })
})

test('Alpine’s boot medium is its own', () => {
  const inventory = inventoryOf('vps-2024', ['0:20 /', '8:1 /media/usb', '8:17 /mnt'])
  inventory.rescue.osRelease = { ID: 'alpine' }
  expect(found(inventory)).toEqual(['/dev/sdb1 /mnt'])
})

test('what was mounted last is unmounted first', () => {
  const inventory = inventoryOf('vps-2024', ['8:1 /', '8:17 /mnt', '8:31 /img'])
  const plan = planUnmount(customerMounts(inventory, readLayers(inventory).own), [], inventory)
  expect(plan?.steps.map(({ words }) => words.join(' '))).toEqual(['sync', 'umount -R /img', 'umount -R /mnt'])
})

test('what somebody has bound into it is cut off from the rescue system’s own first', () => {
  const inventory = inventoryOf('vps-2024', [
    '8:1 /',
    '0:5 /dev',
    '0:6 /dev/shm',
    '8:17 /mnt',
    '0:5 /mnt/dev',
    '0:6 /mnt/dev/shm',
    '8:31 /mnt/boot',
  ])
  const groups = [1, 2, 3, 4, 2, 3, 5]
  const mounts = inventory.mounts.map((mount, index) => ({ ...mount, peerGroup: `shared:${groups[index]}` }))
  const unmountedBy = (of: Inventory) =>
    planUnmount(customerMounts(of, readLayers(of).own), [], of)
      ?.steps.map(({ words }) => words.join(' '))
      .slice(1)
  expect(unmountedBy({ ...inventory, mounts })).toEqual(['mount --make-rslave /mnt/dev', 'umount -R /mnt'])
  // As RescueTerm binds them.
  const slaves = mounts.map(({ peerGroup, ...mount }) => (mount.target.startsWith('/mnt/dev') ? mount : { ...mount, peerGroup }))
  expect(unmountedBy({ ...inventory, mounts: slaves })).toEqual(['umount -R /mnt'])
})

describe('what hides a system is closed from the inside out', () => {
  const luks = { fstype: 'crypto_LUKS', fsver: '2' }
  const disk = (name: string, more: object) => ({ name, path: `/dev/${name}`, type: 'disk', size: 10, ...more })
  const mapped = (name: string, type: string, more: object = {}) => ({ name, path: `/dev/mapper/${name}`, type, size: 9, ...more })
  const volumes = (path: string): Partial<Inventory> => ({
    physicalVolumes: [{ path, group: 'vg0', groupUuid: 'u', groupSize: 9, groupMissing: 0 }],
    logicalVolumes: [{ path: '/dev/mapper/vg0-root', groupUuid: 'u', isActive: true }],
  })
  test.each([
    [
      'LVM in LUKS',
      [disk('sdb', { ...luks, children: [mapped('luks-sdb', 'crypt', { children: [mapped('vg0-root', 'lvm')] })] })],
      volumes('/dev/mapper/luks-sdb'),
      ['vgchange -an vg0', 'cryptsetup close luks-sdb'],
    ],
    [
      'LUKS in LVM',
      [disk('sdb', { children: [mapped('vg0-root', 'lvm', { ...luks, children: [mapped('luks-vg0-root', 'crypt')] })] })],
      volumes('/dev/sdb'),
      ['cryptsetup close luks-vg0-root', 'vgchange -an vg0'],
    ],
  ])('%s', (_, blockdevices, rest, expected) => {
    const inventory = inventoryOf('vps-2024', ['0:20 /'], { devices: parseLsblk(JSON.stringify({ blockdevices }))!, ...rest })
    const plan = planUnmount([], linksOf(readLayers(inventory)), inventory)
    expect(plan?.steps.map(({ words }) => words.join(' '))).toEqual(expected)
  })
})
