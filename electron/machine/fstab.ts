/**
 * The fstab of a system on another disk, resolved against the devices of this rescue visit. Names mislead here: `/dev/sda1` was the
 * system's own first disk and is now the rescue system's, and after a rescue start from a copy of the same image a label or UUID
 * exists twice. What counts is the disk the system itself is on. Pure.
 */
import { disksUnder } from './layers.js'
import { type BlockDevice, unescapeOctal } from './reports.js'

export interface FstabEntry {
  source: string
  target: string
  fileSystem: string
  options: string[]
}

/** fstab(5): blanks separate fields and are `\040` inside them; `#` comments. What has fewer than three fields is left out. */
export function parseFstab(text: string): FstabEntry[] {
  return text.split('\n').flatMap((line) => {
    const [source, target, fileSystem, options] = line
      .trim()
      .split(/[ \t]+/)
      .map(unescapeOctal)
    if (!source || source.startsWith('#') || !target || !fileSystem) return []
    return [{ source, target, fileSystem, options: (options || 'defaults').split(',') }]
  })
}

const notOnDisk =
  /^(?:swap|none|proc|sysfs|tmpfs|ramfs|devtmpfs|devpts|cgroup2?|debugfs|securityfs|efivarfs|overlay|aufs|nfs4?|cifs|smb3|smbfs|9p|ceph|glusterfs|davfs|lustre|sshfs|fuse(?:\..*)?|iso9660|udf|squashfs)$/

/** An entry that puts a file system of this machine's disks into the tree by itself. */
function isMounted({ target, fileSystem, options, source }: FstabEntry): boolean {
  if (notOnDisk.test(fileSystem) || !target.startsWith('/')) return false
  if (options.some((option) => /^(?:noauto|_netdev|r?bind|loop(?:=.*)?)$/.test(option))) return false
  return source.includes('=') || source.startsWith('/dev/')
}

export interface SystemMount {
  entry: FstabEntry
  /** `/boot/efi`: without `.`, `..` and double slashes. */
  at: string
  /** undefined: no such device, or several and none of them on the system's own disk. */
  device: BlockDevice | undefined
}

export interface Surroundings {
  devices: readonly BlockDevice[]
  /** What the system's root is on. */
  root: BlockDevice
  /** The rescue system's own devices: never the system's. */
  own: ReadonlySet<string>
  /** The system's own. */
  crypttab?: string | undefined
}

/** What belongs below the system's root, parents first. */
export function systemMounts(fstab: string, around: Surroundings): SystemMount[] {
  const entries = parseFstab(fstab)
  const rootEntry = entries.find((entry) => entry.target === '/')
  return entries
    .filter((entry) => isMounted(entry) && entry.target !== '/')
    .flatMap((entry): SystemMount[] => {
      const parts = entry.target.split('/').filter((part) => part !== '' && part !== '.')
      if (parts.length === 0 || parts.includes('..')) return []
      return [{ entry, at: `/${parts.join('/')}`, device: resolveSource(entry.source, rootEntry, around) }]
    })
    .sort((a, b) => a.at.split('/').length - b.at.split('/').length)
}

/** The system's own root entry, for its subvolume. */
export const rootEntry = (fstab: string) => parseFstab(fstab).find((entry) => entry.target === '/')

type Named = Pick<BlockDevice, 'uuid' | 'label' | 'partUuid' | 'partLabel'>
const tags: Record<string, (device: Named) => string> = {
  uuid: (device) => device.uuid.toLowerCase(),
  label: (device) => device.label,
  partuuid: (device) => device.partUuid.toLowerCase(),
  partlabel: (device) => device.partLabel,
}

/** Whether a device is the one of `UUID=…` or of udev's link for it; undefined for a source that is named otherwise. */
export function tagOf(source: string): ((device: Named) => boolean) | undefined {
  const [, tag, quoted] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/.exec(source) ?? []
  const [, link, escaped] = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/.exec(source) ?? []
  const key = (tag ?? link)?.toLowerCase()
  if (!key) return undefined
  const value = quoted?.replace(/^(["'])(.*)\1$/, '$2') ?? unescapeUdev(escaped ?? '')
  const wanted = key.endsWith('uuid') ? value.toLowerCase() : value
  const read = tags[key]!
  return (device) => wanted !== '' && read(device) === wanted
}

/** `/dev/vg0/root` is `/dev/mapper/vg0-root`, where a hyphen inside a name is doubled. `/dev/md/root` is an array. */
export function mapperOf(source: string): string | undefined {
  const [, group, volume] = /^\/dev\/(?!md\/)([^/]+)\/([^/]+)$/.exec(source) ?? []
  if (!group || !volume) return undefined
  return group === 'mapper' ? source : `/dev/mapper/${group.replaceAll('-', '--')}-${volume.replaceAll('-', '--')}`
}

/** Name in /dev/mapper → device, of crypttab(5): the start opens these; here they are open under other names, or not at all. */
export function readCrypttab(text: string): Map<string, string> {
  const rows = text.split('\n').map((line) => line.trim().split(/[ \t]+/))
  return new Map(
    rows.flatMap(([name, source]) => (name && source && !name.startsWith('#') ? [[`/dev/mapper/${name}`, source] as const] : [])),
  )
}

/** Path of a container → `/dev/mapper/NAME` that the start opens it under. */
export function containerNames(crypttab: string, fstab: string, around: Surroundings): Map<string, string> {
  const found = new Map<string, string>()
  for (const [mapper, source] of readCrypttab(crypttab)) {
    const device = resolveSource(source, rootEntry(fstab), { ...around, crypttab: undefined })
    if (device && !found.has(device.path)) found.set(device.path, mapper)
  }
  return found
}

function resolveSource(source: string, root: FstabEntry | undefined, around: Surroundings): BlockDevice | undefined {
  const isMeant = tagOf(source)
  return isMeant ? theOne(around.devices.filter(isMeant), around) : resolvePath(source, root, around)
}

/** Of several with the same name the one on the system's own disk. */
function theOne(candidates: readonly BlockDevice[], { devices, root, own }: Surroundings): BlockDevice | undefined {
  const theirs = candidates.filter((device) => !own.has(device.path))
  if (theirs.length <= 1) return theirs[0]
  const disks = disksUnder(devices, root.path)
  const near = theirs.filter((device) => disksUnder(devices, device.path).some((disk) => disks.includes(disk)))
  // A btrfs over several devices has one UUID on all of them.
  return near.find((device) => device.path === root.path) ?? near[0]
}

const partition = /^\/dev\/((?:[shv]|xv)d[a-z]+|(?:nvme\d+n|mmcblk|loop)\d+(?=p\d))p?(\d+)$/

function resolvePath(source: string, rootEntry: FstabEntry | undefined, around: Surroundings): BlockDevice | undefined {
  const { devices, root, own } = around
  const [, disk, number] = partition.exec(source) ?? []
  if (!disk || !number) {
    const known = mapperOf(source) ?? arrayOf(source, devices)
    const found = devices.find((device) => (device.path === source || device.path === known) && !own.has(device.path))
    const container = found ? undefined : readCrypttab(around.crypttab ?? '').get(source)
    // A container cannot be named by another one.
    const closed = container && resolveSource(container, rootEntry, { ...around, crypttab: undefined })
    return closed ? devices.find(({ type, parents }) => type === 'crypt' && parents.includes(closed.path)) : found
  }
  // The system's name of its disk is known when its root is named the same way, or when there is no other disk.
  const [, rootDisk] = partition.exec(rootEntry?.source ?? '') ?? []
  const disks = disksUnder(devices, root.path)
  const customers = new Set(devices.filter((device) => !own.has(device.path)).flatMap((device) => disksUnder(devices, device.path)))
  const isRootsDisk = rootDisk === disk || customers.size === 1
  if (!isRootsDisk || disks.length !== 1) return undefined
  return devices.find((device) => device.parents.includes(disks[0]!) && device.name.replace(/^.*\D/, '') === number)
}

/** `/dev/md/boot`, udev's link for an array, by the name its members carry: `web-1:boot`. Its number here may be another. */
function arrayOf(source: string, devices: readonly BlockDevice[]): string | undefined {
  const [, name] = /^\/dev\/md\/([^/]+)$/.exec(source) ?? []
  const members = devices.filter(({ fileSystem, label }) => fileSystem === 'linux_raid_member' && label.replace(/^.*:/, '') === name)
  return devices.find(({ parents }) => members.some(({ path }) => parents.includes(path)))?.path
}

const unescapeUdev = (name: string) => name.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
