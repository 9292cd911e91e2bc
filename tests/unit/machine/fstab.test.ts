import { describe, expect, it, test } from 'vitest'
import { parseFstab, systemMounts } from '../../../electron/machine/fstab.js'
import { readLayers } from '../../../electron/machine/layers.js'
import { inventoryOf } from '../../support/inventory.js'

function mountsOf(layout: string, own: string, root: string, fstab: string) {
  const inventory = inventoryOf(layout, [own])
  const around = { devices: inventory.devices, root: inventory.devices.find((one) => one.path === root)!, own: readLayers(inventory).own }
  return systemMounts(fstab, around).map(({ at, device }) => [at, device?.path])
}

test('fields, comments, escaped blanks', () => {
  expect(parseFstab('# comment\n\n UUID=1\t/  ext4\n/dev/sda1 /a\\040b ext4 ro,noatime 0 2\ntoo short\r\n')).toEqual([
    { source: 'UUID=1', target: '/', fileSystem: 'ext4', options: ['defaults'] },
    { source: '/dev/sda1', target: '/a b', fileSystem: 'ext4', options: ['ro', 'noatime'] },
  ])
})

describe('resolved', () => {
  it('parents first; swap, network, memory, binds and what is not wanted left out', () => {
    const fstab = `LABEL=cloudimg-rootfs / ext4 discard 0 1
LABEL=UEFI /boot/efi vfat umask=0077 0 1
LABEL=BOOT /boot ext4 defaults 0 2
UUID=3333 /gone ext4 nofail 0 2
/dev/sdb none swap sw 0 0
tmpfs /tmp tmpfs defaults 0 0
nas:/x /nas nfs defaults 0 0
//nas/x /smb cifs defaults 0 0
/boot /srv/boot none bind 0 0
UUID=1111 /again ext4 noauto 0 0
UUID=1111 /later ext4 _netdev 0 0
/image.iso /iso iso9660 loop 0 0
UUID=1111 /../../etc ext4 defaults 0 0
`
    expect(mountsOf('cloud-2025', '8:1 /', '/dev/sdb1', fstab)).toEqual([
      ['/boot', '/dev/sdb16'],
      ['/gone', undefined],
      ['/boot/efi', '/dev/sdb15'],
    ])
  })

  it('on the system’s own disk when the rescue system is a copy of it', () => {
    const fstab =
      'LABEL=cloudimg-rootfs / ext4 defaults 0 1\nLABEL=UEFI /boot/efi vfat defaults 0 1\nUUID=7a2b-19c4 /efi vfat defaults 0 0\n'
    expect(mountsOf('rescue-last', '254:17 /', '/dev/vda1', fstab)).toEqual([
      ['/efi', '/dev/vda15'],
      ['/boot/efi', '/dev/vda15'],
    ])
    // Two copies, and the rescue system in memory.
    expect(mountsOf('rescue-last', '0:9 /', '/dev/vdb1', fstab)).toEqual([
      ['/efi', '/dev/vdb15'],
      ['/boot/efi', '/dev/vdb15'],
    ])
  })

  it('by names the disk had before: sda there is sdb here, and never the rescue system’s', () => {
    const fstab =
      '/dev/sda1 / ext4 defaults 0 1\n/dev/sda15 /boot/efi vfat defaults 0 0\n/dev/sda9 /nine ext4 defaults 0 0\n/dev/vdc1 /c ext4 defaults 0 0\n'
    expect(mountsOf('vps-2024', '8:1 /', '/dev/sdb1', fstab)).toEqual([
      ['/nine', undefined],
      // The only disk the customer has, whatever it was called.
      ['/c', '/dev/sdb1'],
      ['/boot/efi', '/dev/sdb15'],
    ])
    expect(
      mountsOf('rescue-last', '0:9 /', '/dev/vda1', 'UUID=1111 / ext4 defaults 0 1\n/dev/sda15 /boot/efi vfat defaults 0 0\n'),
    ).toEqual([['/boot/efi', undefined]])
  })

  it('by LVM names of both kinds and by udev links', () => {
    const fstab = '/dev/vg0/root / ext4 defaults 0 1\n/dev/mapper/vg0-root /one ext4 defaults 0 0\n/dev/vg0/root /two ext4 defaults 0 0\n'
    expect(mountsOf('util-linux-2.29', '8:1 /', '/dev/mapper/vg0-root', fstab)).toEqual([
      ['/one', '/dev/mapper/vg0-root'],
      ['/two', '/dev/mapper/vg0-root'],
    ])
    expect(
      mountsOf(
        'cloud-2025',
        '8:1 /',
        '/dev/sdb1',
        '/dev/disk/by-uuid/2222 /u ext4 defaults 0 0\n/dev/disk/by-label/BO\\x4fT /l ext4 defaults 0 0\n',
      ),
    ).toEqual([
      ['/u', '/dev/sdb16'],
      ['/l', '/dev/sdb16'],
    ])
  })

  it('by the name of an array, which its members carry, whatever its number is here', () => {
    const devices = inventoryOf('dedicated-raid', []).devices.map((one) =>
      one.fileSystem === 'linux_raid_member' ? { ...one, label: 'web-1:boot' } : one,
    )
    const around = { devices, root: devices[0]!, own: new Set<string>() }
    const fstab = '/dev/md/boot /boot ext4 defaults 0 2\n/dev/md/other /other ext4 defaults 0 2\n'
    expect(systemMounts(fstab, around).map(({ at, device }) => [at, device?.path])).toEqual([
      ['/boot', '/dev/md1'],
      ['/other', undefined],
    ])
  })

  it('by the names that crypttab gives, open here under others', () => {
    const { devices } = inventoryOf('vps-2024', ['8:1 /'])
    const root = devices.find(({ path }) => path === '/dev/sdb1')!
    const part = (path: string, rest: Partial<typeof root>) => ({
      ...root,
      path,
      name: path.slice('/dev/'.length),
      uuid: '',
      label: '',
      ...rest,
    })
    const all = [
      ...devices,
      part('/dev/sdb5', { uuid: 'LUKS-1', fileSystem: 'crypto_LUKS' }),
      part('/dev/mapper/luks-sdb5', { type: 'crypt', parents: ['/dev/sdb5'] }),
      part('/dev/sdb6', { uuid: 'luks-2', fileSystem: 'crypto_LUKS' }),
    ]
    const fstab = 'UUID=x / ext4\n/dev/mapper/home /home ext4\n/dev/mapper/closed /closed ext4\n/dev/mapper/odd /odd ext4\n'
    const crypttab = '# name device key options\nhome UUID=luks-1 none luks\nclosed UUID=luks-2 none\nodd /dev/mapper/odd none\n'
    const found = systemMounts(fstab, { devices: all, root, own: new Set(), crypttab })
    expect(found.map(({ at, device }) => [at, device?.path])).toEqual([
      ['/home', '/dev/mapper/luks-sdb5'],
      ['/closed', undefined],
      ['/odd', undefined],
    ])
  })
})
