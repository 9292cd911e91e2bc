import { describe, expect, it } from 'vitest'
import { hasMountUnderMnt, keepingOf, parseMounts } from '../../../electron/files/mounts.js'

const text = `22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/l
23 22 0:21 / /proc rw - proc proc rw
24 22 8:17 / /mnt rw,relatime shared:2 - ext4 /dev/sdb1 rw
25 24 8:18 / /mnt/boot/my\\040efi rw - vfat /dev/sdb2 rw
26 24 253:0 / /mnt/home ro,relatime - xfs /dev/mapper/vg0-home rw
27 22 7:0 / /live rw - squashfs /dev/loop0 ro
28 24 0:22 / /mnt/dev rw - devtmpfs devtmpfs rw
broken line
`
const mounts = parseMounts(text)

describe('what is written to a directory', () => {
  it.each([
    ['/mnt/etc', { kind: 'stays', device: 'sdb1' }],
    ['/mnt', { kind: 'stays', device: 'sdb1' }],
    ['/mnt/boot/my efi/x', { kind: 'stays', device: 'sdb2' }],
    ['/mnt/home/a', { kind: 'read-only', device: 'vg0-home' }],
    ['/mnt/dev', { kind: 'lost' }],
    ['/root', { kind: 'lost' }],
    ['/live/x', { kind: 'lost' }],
    ['/mntx', { kind: 'lost' }],
  ])('%s: %j', (path, keeping) => expect(keepingOf(path, mounts)).toEqual(keeping))

  it('is lost on the rescue system’s own disk', () => {
    expect(keepingOf('/root', parseMounts('22 1 8:1 / / rw - ext4 /dev/sda1 rw'))).toEqual({ kind: 'lost' })
  })
})

it('a system is mounted, or not', () => {
  expect(hasMountUnderMnt(mounts)).toBe(true)
  expect(hasMountUnderMnt(parseMounts('22 1 8:1 / / rw - ext4 /dev/sda1 rw\n24 22 0:9 / /mnt rw - tmpfs tmpfs rw'))).toBe(false)
})
