/**
 * What the rescue system says of its disks, read without changing anything: block devices, mounts, arrays, volume groups, and the
 * rescue system's own name and disk.
 */
import { AppError } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import { diskError, missingTool } from './disk-errors.js'
import type { Machine } from './machine.js'
import {
  type ActiveArray,
  type BlockDevice,
  type MountEntry,
  parseBlkid,
  parseLsblk,
  parseLvm,
  parseMdstat,
  parseMountinfo,
  parseOsRelease,
  parseRaidMembers,
  type RaidMember,
} from './reports.js'
import { createSystemFiles } from './system-files.js'

export interface PhysicalVolume {
  /** undefined: missing. */
  path: string | undefined
  group: string
  groupUuid: string
  groupSize: number
  groupMissing: number
}

export interface LogicalVolume {
  path: string
  groupUuid: string
  isActive: boolean
}

export interface Inventory {
  devices: BlockDevice[]
  mounts: MountEntry[]
  raidMembers: RaidMember[]
  activeArrays: ActiveArray[]
  physicalVolumes: PhysicalVolume[]
  logicalVolumes: LogicalVolume[]
  /** What could not be asked because a program is missing there. */
  missing: { mdadm?: AppError; lvm?: AppError }
  rescue: { os: string; osRelease: Record<string, string>; hostname: string; kernelArguments: string; uefi: boolean; fstab: string }
}

// MOUNTPOINTS (2.37) is not asked for: mountinfo says more. PATH came with 2.33, FSVER and PTTYPE later; what is refused is left out.
const COLUMNS = [
  'NAME',
  'KNAME',
  'PATH',
  'MAJ:MIN',
  'TYPE',
  'SIZE',
  'RO',
  'FSTYPE',
  'FSVER',
  'LABEL',
  'UUID',
  'PARTTYPE',
  'PARTLABEL',
  'PARTUUID',
]

// blkid looks behind the data offset: a member of a mirror holds the whole content, and the plan can name what comes after it.
const raidScript = `command -v mdadm > /dev/null || exit 127
for device; do
  printf '\\nDEVICE=%s\\n' "$device"
  mdadm --examine --export "$device"
  offset=$(mdadm --examine "$device" | sed -n 's/^ *Data Offset : \\([0-9][0-9]*\\) sectors.*/\\1/p')
  blkid -p -n nolinux_raid_member -O $((\${offset:-0} * 512)) -o export "$device"
done`

/** @throws AppError `disks-unreadable`, `no-root`, and what the machine throws. */
export async function takeInventory(machine: Machine): Promise<Inventory> {
  const reads = async (words: readonly [string, ...string[]], shown?: readonly [string, ...string[]]) => {
    const result = await machine.run({ words, risk: 'reads', ...(shown ? { shown } : {}) })
    return { ...result, text: result.stdout.toString('utf8') }
  }
  const devices = await listDevices(reads)
  const mounts = parseMountinfo((await reads(['cat', '/proc/self/mountinfo'])).text)
  const [cmdline, hostname, mdstat, etcRelease, usrRelease, efi, fstab] = await createSystemFiles(machine, '').read([
    '/proc/cmdline',
    '/proc/sys/kernel/hostname',
    '/proc/mdstat',
    '/etc/os-release',
    '/usr/lib/os-release',
    '/sys/firmware/efi',
    '/etc/fstab',
  ])
  const content = (file: typeof cmdline) => (file?.kind === 'file' ? file.bytes.toString('utf8').trim() : '')
  const osRelease = parseOsRelease(content(etcRelease) || content(usrRelease))

  const missing: Inventory['missing'] = {}
  const members = devices.filter((device) => device.fileSystem === 'linux_raid_member').map((device) => device.path)
  let raidMembers: RaidMember[] = []
  if (members.length > 0) {
    const report = await reads(['sh', '-c', raidScript, 'examine', ...members], ['mdadm', '--examine', '--export', ...members])
    if (report.exitCode === 127) missing.mdadm = missingTool('mdadm', osRelease)
    raidMembers = parseRaidMembers(report.text)
  }
  let physicalVolumes: PhysicalVolume[] = []
  let logicalVolumes: LogicalVolume[] = []
  if (devices.some((device) => device.fileSystem === 'LVM2_member' || device.type === 'lvm')) {
    const options = ['--reportformat', 'json', '--units', 'b', '--nosuffix', '-o'] as const
    const pvs = await reads(['pvs', ...options, 'pv_name,vg_name,vg_uuid,vg_size,vg_missing_pv_count'])
    if (pvs.exitCode === 127) missing.lvm = missingTool('vgchange', osRelease)
    else {
      const lvs = await reads(['lvs', ...options, 'lv_name,vg_name,vg_uuid,lv_dm_path,lv_active'])
      physicalVolumes = parseLvm(pvs.text, 'pv').flatMap(physicalVolume)
      logicalVolumes = parseLvm(lvs.text, 'lv').flatMap(logicalVolume)
    }
  }
  return {
    devices,
    mounts,
    raidMembers,
    activeArrays: parseMdstat(content(mdstat)),
    physicalVolumes,
    logicalVolumes,
    missing,
    rescue: {
      os: osRelease.PRETTY_NAME ?? osRelease.NAME ?? '',
      osRelease,
      hostname: content(hostname),
      kernelArguments: content(cmdline),
      uefi: efi?.kind === 'directory',
      fstab: content(fstab),
    },
  }
}

type Reads = (words: readonly [string, ...string[]]) => Promise<{ exitCode: number | undefined; stderr: string; text: string }>

async function listDevices(reads: Reads): Promise<BlockDevice[]> {
  let columns = COLUMNS
  for (;;) {
    const report = await reads(['lsblk', '-J', '-b', '-o', columns.join(',')])
    // The message may go on with the columns after it.
    const refused = /unknown column: ([A-Z:]+)/.exec(report.stderr)?.[1]
    if (refused && refused !== 'NAME' && columns.includes(refused)) {
      columns = columns.filter((column) => column !== refused)
      continue
    }
    // Without media, and what only looks like a disk.
    const devices = parseLsblk(report.text)?.filter((device) => device.size > 0 && !/^(?:zram|ram|fd)\d/.test(device.name))
    if (!devices) {
      const known = diskError({ ...report, timedOut: false }, { tool: 'lsblk' })
      throw known.code === 'disk-command-failed' ? new AppError('disks-unreadable', {}, stripServerText(report.stderr, 500)) : known
    }
    return withBlkid(devices, reads)
  }
}

/** Without udev, lsblk knows sizes but neither file systems nor partition types. */
async function withBlkid(devices: BlockDevice[], reads: Reads): Promise<BlockDevice[]> {
  const blank = devices.filter((device) => device.fileSystem === '').map((device) => device.path)
  if (blank.length === 0) return devices
  const found = parseBlkid((await reads(['blkid', '-p', '-o', 'export', ...blank])).text)
  return devices.map((device) => {
    const values = found.get(device.path)
    if (!values) return device
    return {
      ...device,
      fileSystem: values.TYPE ?? '',
      version: device.version || (values.VERSION ?? ''),
      label: device.label || (values.LABEL ?? ''),
      uuid: device.uuid || (values.UUID ?? ''),
      partType: device.partType || (values.PART_ENTRY_TYPE ?? ''),
      partLabel: device.partLabel || (values.PART_ENTRY_NAME ?? ''),
      partUuid: device.partUuid || (values.PART_ENTRY_UUID ?? ''),
    }
  })
}

function physicalVolume(row: Record<string, string>): PhysicalVolume[] {
  // A volume without a group holds nothing. lvm(8), VALID NAMES: a name that could be taken for an option is none.
  if (!row.vg_uuid || !/^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/.test(row.vg_name ?? '')) return []
  return [
    {
      path: row.pv_name?.startsWith('/dev/') ? row.pv_name : undefined,
      group: row.vg_name!,
      groupUuid: row.vg_uuid,
      groupSize: Number(row.vg_size) || 0,
      groupMissing: Number(row.vg_missing_pv_count) || 0,
    },
  ]
}

function logicalVolume(row: Record<string, string>): LogicalVolume[] {
  if (!row.vg_uuid || !row.lv_dm_path) return []
  return [{ path: row.lv_dm_path, groupUuid: row.vg_uuid, isActive: row.lv_active === 'active' }]
}
