/** What real tools said in a real rescue system, of every kind of customer's disk that was collected. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diskError } from '../../../electron/machine/disk-errors.js'
import { parseFstab, systemMounts } from '../../../electron/machine/fstab.js'
import { readLayers, roleOf } from '../../../electron/machine/layers.js'
import { parseBlkid, parseLsblk, parseLvm, parseMountinfo, parseOsRelease } from '../../../electron/machine/reports.js'
import { inventoryOf } from '../../support/inventory.js'

const folder = new URL('../../fixtures/machine/', import.meta.url)
const variants = readdirSync(folder).filter((name) => name !== 'guides')
const path = (variant: string, name: string) => new URL(`${variant}/${name}`, folder)
const read = (variant: string, name: string) => readFileSync(path(variant, name), 'utf8')

interface Mounted {
  target: string
  source: string
  children?: Mounted[]
}

/** Of the partition that holds the system, or hides it. */
const firstRole: Record<string, string> = { luks: 'luks', raid1: 'raid-member' }
/** What mount says of it. */
const hidden: Record<string, string> = { luks: 'crypto_LUKS', raid1: 'linux_raid_member', lvm: 'LVM2_member' }

it('has outputs to read', () => expect(variants).toContain('plain'))

describe.each(variants)('%s', (variant) => {
  const devices = parseLsblk(read(variant, 'lsblk.json'))!
  const mounts = parseMountinfo('30 1 8:1 / / rw - ext4 /dev/sda1 rw')
  const inventory = { ...inventoryOf('vps-2022', []), devices, mounts }
  const { own } = readLayers(inventory)
  const role = (name: string) => roleOf(devices.find((device) => device.name === name)!, inventory, own)

  it('tells the rescue system’s disk from the customer’s', () => {
    expect([...own].sort()).toEqual(['/dev/sda', '/dev/sda1'])
    expect(role('sda1')).toBe('rescue')
    expect(role('sdb')).toBeUndefined()
    expect(role('sdb14')).toBe('bios-boot')
    expect(role('sdb15')).toBe('efi')
    expect(role('sdb1')).toBe(
      devices.find((device) => device.name === 'sdb1')?.fileSystem === 'LVM2_member' ? 'lvm-member' : (firstRole[variant] ?? 'data'),
    )
  })

  it('agrees with blkid', () => {
    for (const [device, values] of parseBlkid(read(variant, 'blkid.txt').replaceAll(/^(\/dev\/.*|status \d+)$/gm, '')))
      expect({ device, type: values.TYPE ?? '' }).toEqual({ device, type: devices.find((one) => one.path === device)?.fileSystem })
  })

  it('reads what systems say of themselves', () => {
    expect(parseOsRelease(read(variant, 'os-release.txt'))).toMatchObject({ ID: 'debian', VERSION_ID: '12' })
    const pvs = parseLvm(read(variant, 'pvs.json'), 'pv')
    expect(pvs.length > 0).toBe(variant === 'lvm')
  })

  it('resolves its fstab like findmnt', () => {
    const entries = parseFstab(read(variant, 'fstab.txt'))
    const findmnt = JSON.parse(read(variant, 'fstab.json')) as {
      filesystems: { target: string; source: string; fstype: string; options: string }[]
    }
    const named = findmnt.filesystems.map(({ target, fstype, options }) => ({ target, fstype, options }))
    expect(entries.map(({ target, fileSystem, options }) => ({ target, fstype: fileSystem, options: options.join(',') }))).toEqual(named)
    const opened = parseLsblk(read(variant, 'lsblk-open.json'))!
    const open = JSON.parse(read(variant, 'findmnt-open.json')) as { filesystems: Mounted[] }
    const mounted = (all: Mounted[]): Mounted[] => all.flatMap((one) => [one, ...mounted(one.children ?? [])])
    const source = mounted(open.filesystems)
      .find((one) => one.target === '/mnt')
      ?.source.replace(/\[.*/, '')
    const root = opened.find((device) => device.path === source)!
    const mountsBelow = systemMounts(read(variant, 'fstab.txt'), { devices: opened, root, own })
    expect(mountsBelow.find((mount) => mount.at === '/boot/efi')?.device?.path).toBe('/dev/sdb15')
  })

  it('understands what mount and umount refuse', () => {
    const failure = (name: string, tool: string) => {
      const file = path(variant, `${name}.txt.stderr`)
      if (!existsSync(file)) return undefined
      return diskError({ exitCode: 32, stderr: readFileSync(file, 'utf8'), timedOut: false }, { tool, device: '/dev/sdb1', path: '/mnt' })
    }
    expect(failure('mount-bios-boot', 'mount')?.code).toBe('file-system-unreadable')
    expect(failure('umount-busy', 'umount')).toMatchObject({ code: 'device-busy', data: { device: '/mnt' } })
    if (hidden[variant]) expect(failure('mount-member', 'mount')).toMatchObject({ code: 'volume-locked', data: { kind: hidden[variant] } })
  })
})
