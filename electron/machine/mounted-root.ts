/** The chosen system, mounted: its files, its programs, and what its fstab may name. */
import type { DisksState } from '../../shared/machine.js'
import { stripServerLine } from '../../shared/server-text.js'
import { osNameOf } from './disks-view.js'
import type { Inventory } from './inventory.js'
import { disksUnder } from './layers.js'
import type { SystemInside } from './look-inside.js'
import type { Machine, Words } from './machine.js'
import { createSystemFiles, type SystemFiles } from './system-files.js'

export interface MountedRoot {
  machine: Machine
  /** `/mnt`; paths given to `files` are the system's own, links are followed inside the root. */
  root: string
  files: SystemFiles
  readOnly: boolean
  /** Words that run a program of the system itself: `chroot ROOT /usr/bin/env -i PATH=… PROGRAM …`. */
  inSystem(words: Words): Words
  os: { id: string; like: string[]; version: string; name: string }
  /** Of the system's root: `/dev/sdb1`, its whole disks (several under RAID), whether the rescue booted by UEFI. */
  device: string
  disks: string[]
  /** Every whole disk but the rescue system's own, those of the root first: a member that an array has dropped is under nothing. */
  attached: string[]
  uefi: boolean
  /** Every file system UUID, label, partition UUID and path that exists, for fstab. */
  blockDevices: { path: string; uuid: string; label: string; partUuid: string; partLabel: string; fileSystem: string }[]
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function createMountedRoot(
  machine: Machine,
  { root, readOnly, device }: NonNullable<DisksState['mounted']>,
  { osRelease }: SystemInside,
  { devices, rescue }: Inventory,
  own: ReadonlySet<string>,
): MountedRoot {
  const disks = disksUnder(devices, device)
  const others = devices.filter(({ type, size, path }) => type === 'disk' && size > 0 && !own.has(path))
  return {
    machine,
    root,
    files: createSystemFiles(machine, root),
    readOnly,
    // Nothing of the rescue system's environment; one fixed locale, because output is parsed.
    inSystem: (words) => ['chroot', root, '/usr/bin/env', '-i', 'HOME=/root', 'LC_ALL=C', `PATH=${PATH}`, ...words],
    os: {
      id: osRelease.ID ?? '',
      like: (osRelease.ID_LIKE ?? '').split(' ').filter(Boolean),
      version: osRelease.VERSION_ID ?? '',
      name: stripServerLine(osNameOf(osRelease)),
    },
    device,
    disks,
    attached: [...new Set([...disks, ...others.map(({ path }) => path)])],
    uefi: rescue.uefi,
    // The rescue system's own disk is gone at the normal start.
    blockDevices: devices
      .filter((one) => !own.has(one.path))
      .map(({ path, uuid, label, partUuid, partLabel, fileSystem }) => ({ path, uuid, label, partUuid, partLabel, fileSystem })),
  }
}

/** A login shell of the mounted system, for a terminal of its own: bash, or sh where there is none. */
export const chrootShellWords = (root: string): Words => [
  'chroot',
  root,
  '/usr/bin/env',
  '-i',
  'HOME=/root',
  'TERM=xterm-256color',
  `PATH=${PATH}`,
  '/bin/sh',
  '-c',
  'cd; exec "$(command -v bash || echo /bin/sh)" -l',
]
