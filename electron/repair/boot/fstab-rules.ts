/** What is wrong with an fstab, judged against the devices that exist. Pure. fstab(5), mount(8), systemd.mount(5). */
import { type FstabEntry, mapperOf, parseFstab, readCrypttab, tagOf } from '../../machine/fstab.js'
import type { MountedSystem } from '../task.js'
import { replaceLine } from '../text-edit.js'

export interface FstabLine extends FstabEntry {
  /** From 1. */
  line: number
  fields: string[]
}

type Device = MountedSystem['blockDevices'][number]

export type FstabProblem =
  | { kind: 'short'; line: FstabLine | { line: number; fields: string[] } }
  | { kind: 'unknown-device'; line: FstabLine; fits: Device | undefined }
  /** A name that may differ between rescue and normal start: `/dev/sdb1`. */
  | { kind: 'unsure-device'; line: FstabLine }
  | { kind: 'type'; line: FstabLine; type: string }
  | { kind: 'option'; line: FstabLine; option: string; meant: string }
  | { kind: 'twice'; line: FstabLine; first: FstabLine }
  | { kind: 'no-nofail'; line: FstabLine }

export function readLines(text: string): { lines: FstabLine[]; short: { line: number; fields: string[] }[] } {
  const lines: FstabLine[] = []
  const short: { line: number; fields: string[] }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const fields = raw.trim().split(/[ \t]+/)
    if (fields[0] === '' || fields[0]!.startsWith('#')) continue
    const [entry] = parseFstab(raw)
    // What follows the sixth field says nothing: libmount and systemd read on.
    if (entry) lines.push({ ...entry, line: index + 1, fields })
    else short.push({ line: index + 1, fields })
  }
  return { lines, short }
}

/** @param around its crypttab, and the device of the root that is mounted. */
export function judgeFstab(text: string, devices: readonly Device[], around: { crypttab?: string; root?: string } = {}): FstabProblem[] {
  const { lines, short } = readLines(text)
  const opened = readCrypttab(around.crypttab ?? '')
  const problems: FstabProblem[] = short.map((line) => ({ kind: 'short', line }))
  const seen = new Map<string, FstabLine>()
  for (const line of lines) {
    const isSwap = line.fileSystem === 'swap'
    const first = isSwap || line.target === 'none' ? undefined : seen.get(tidy(line.target))
    seen.set(tidy(line.target), first ?? line)
    if (first && first.source === line.source) problems.push({ kind: 'twice', line, first })
    const typo = line.options.map((option) => ({ option, meant: meantBy(option) })).find(({ meant }) => meant !== undefined)
    if (typo) problems.push({ kind: 'option', line, option: typo.option, meant: typo.meant! })
    if (isLater(line)) continue
    const device = deviceOf(line.source, devices, opened)
    if (device === 'elsewhere') continue
    if (device === 'unsure') problems.push({ kind: 'unsure-device', line })
    else if (device === undefined)
      problems.push({ kind: 'unknown-device', line, fits: fitting(line, lines, devices, { opened, root: around.root }) })
    else if (isWrongType(line.fileSystem, device.fileSystem)) problems.push({ kind: 'type', line, type: device.fileSystem })
    else if (!isSwap && isExtra(line)) problems.push({ kind: 'no-nofail', line })
  }
  return problems
}

const tidy = (path: string) => path.replace(/\/+$/, '') || '/'

/** Not of the system itself, so that a start without it is better than none. */
const isExtra = ({ target, options }: FstabLine) =>
  !/^\/(?:$|(?:boot|efi|usr|var|home|opt|tmp|root|etc)(?:\/|$))/.test(target) && target.startsWith('/') && !options.includes('nofail')

/** Mounted by hand, when it is first used, or with the network, where its disk may be: no start waits for it. */
const isLater = ({ options }: FstabLine) => options.some((option) => /^(?:noauto|_netdev|x-systemd\.automount)$/.test(option))

export const canWait = (line: FstabLine) => isLater(line) || line.options.includes('nofail')

/** `elsewhere`: no device that could be compared. */
function deviceOf(
  source: string,
  devices: readonly Device[],
  opened: ReadonlyMap<string, string> = new Map(),
): Device | 'elsewhere' | 'unsure' | undefined {
  const isMeant = tagOf(source)
  if (isMeant) return devices.find(isMeant)
  // udev's other links do not change, and are not known here.
  if (!/^\/dev\/(?!(?:disk|md)\/)/.test(source)) return 'elsewhere'
  const container = opened.get(source)
  if (container) return deviceOf(container, devices) === undefined ? undefined : 'elsewhere'
  const mapped = mapperOf(source)
  const found = devices.find(({ path }) => path === source || path === mapped)
  if (found && (mapped || source.startsWith('/dev/md'))) return found
  // Disks are numbered as they are found: `/dev/sda1` here need not be `/dev/sda1` there.
  return mapped && !/^\/dev\/(?:loop|cdrom)/.test(source) ? undefined : /^\/dev\/(?:sr|cdrom|fd)\d*/.test(source) ? 'elsewhere' : 'unsure'
}

/** The root is the one that is mounted; of others the one device of that type that no other line names, two would be a guess. */
function fitting(
  line: FstabLine,
  lines: readonly FstabLine[],
  devices: readonly Device[],
  { opened, root }: { opened: ReadonlyMap<string, string>; root: string | undefined },
): Device | undefined {
  if (root !== undefined && line.target === '/') return devices.find(({ path, uuid }) => path === root && uuid !== '')
  const named = new Set(lines.flatMap((other) => (other === line ? [] : [deviceOf(other.source, devices, opened)])))
  const free = devices.filter(
    (device) =>
      device.uuid !== '' &&
      device.path !== root &&
      !named.has(device) &&
      (device.fileSystem === line.fileSystem || isFamily(line.fileSystem, device.fileSystem)),
  )
  return free.length === 1 ? free[0] : undefined
}

const families = [
  ['ext2', 'ext3', 'ext4'],
  ['vfat', 'msdos'],
  ['ntfs', 'ntfs3', 'ntfs-3g'],
]
const isFamily = (a: string, b: string) => families.some((family) => family.includes(a) && family.includes(b))

/** ext4 mounts ext3, `auto` everything; swap is not a place. */
const isWrongType = (wanted: string, actual: string) =>
  actual !== '' &&
  wanted !== actual &&
  wanted !== 'auto' &&
  wanted !== 'none' &&
  !wanted.includes(',') &&
  !wanted.startsWith('fuse') &&
  !isFamily(wanted, actual)

// mount(8) "filesystem-independent", ext4(5), xfs(5), btrfs(5), vfat, systemd.mount(5): what people write in an fstab.
const known = new Set(
  `defaults auto noauto user nouser users owner group exec noexec suid nosuid dev nodev atime noatime diratime nodiratime relatime
  norelatime strictatime lazytime nolazytime ro rw sync async dirsync remount bind rbind nofail _netdev sw pri discard nodiscard
  errors data journal commit barrier nobarrier acl noacl user_xattr nouser_xattr usrquota grpquota prjquota quota noquota usrjquota
  grpjquota jqfmt stripe noload delalloc nodelalloc inode64 inode32 logbufs logbsize norecovery nouuid uquota gquota pquota
  allocsize largeio swalloc subvol subvolid compress compress-force ssd nossd space_cache autodefrag degraded device uid gid umask
  fmask dmask codepage iocharset shortname utf8 mode size nr_inodes loop offset fscontext context defcontext rootcontext comment
  uhelper iversion mand nomand silent loud hidepid nosymfollow x-systemd.automount x-systemd.device-timeout x-systemd.requires
  x-systemd.after x-systemd.before x-systemd.mount-timeout x-systemd.idle-timeout x-systemd.growfs x-systemd.makefs
  x-initrd.mount x-gvfs-show soft hard intr timeo retrans vers nfsvers proto credentials username`.split(/\s+/),
)

/** A known option one slip away; undefined for a known one, or for one that is like nothing. */
export function meantBy(option: string): string | undefined {
  const [name = '', ...rest] = option.split('=')
  if (name.length < 5 || known.has(name) || /^x-|[^\w.-]/.test(name)) return undefined
  const near = [...known].filter((one) => one.length >= 5 && isOneSlip(name, one))
  return near.length === 1 ? [near[0], ...rest].join('=') : undefined
}

/** One letter more, less, other, or two neighbours swapped. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  if (restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)) return true
  return restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2)
}

/** Puts one field; the blanks between the others stay. */
export function setField(text: string, { line, fields }: FstabLine, field: number, value: string): string {
  return replaceLine(text, line, (old) => {
    if (fields.length <= field) return `${old.trimEnd()}\t${value}`
    let index = -1
    return old.replace(/[^ \t]+/g, (word) => (++index === field ? value : word))
  })
}

/** With the last field set so that the start checks `device` (fstab(5): 1 the root, 2 others). Undefined: no line mounts it. */
export function setFsckPass(text: string, device: Device): string | undefined {
  const line = readLines(text).lines.find(({ source }) => {
    const found = deviceOf(source, [device])
    return found === device || (found === 'unsure' && source === device.path)
  })
  if (!line) return undefined
  if (Number(line.fields[5]) > 0) return text
  const pass = line.target === '/' ? '1' : '2'
  const missing = ['defaults', '0', pass].slice(Math.max(0, line.fields.length - 3))
  return line.fields.length > 5
    ? setField(text, line, 5, pass)
    : replaceLine(text, line.line, (old) => [old.trimEnd(), ...missing].join('\t'))
}
