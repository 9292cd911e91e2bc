/**
 * What the administration tools of a rescue system print, read into plain values: lsblk, blkid, mountinfo, mdadm, LVM, os-release.
 * Pure. All of it is untrusted: what does not parse is left out, names stay exactly as they are (they travel as words of commands)
 * and are stripped only where they are shown.
 */
import { z } from 'zod'

export interface BlockDevice {
  /** `/dev/…` */
  path: string
  /** As lsblk shows it: `sdb1`, `vg0-root`. */
  name: string
  /** `8:17`; empty when lsblk does not say. */
  number: string
  /** `disk`, `part`, `raid1`, `lvm`, `crypt`, `loop`, `rom` … */
  type: string
  /** Bytes. */
  size: number
  isReadOnly: boolean
  fileSystem: string
  /** Of the file system or container: `2` of LUKS2. */
  version: string
  label: string
  uuid: string
  partType: string
  partLabel: string
  partUuid: string
  /** Paths of what it stands on: the disk of a partition, the members of an array. */
  parents: string[]
}

export interface MountEntry {
  number: string
  /** What of the file system is mounted: `/`, `/@`. */
  subtree: string
  target: string
  fileSystem: string
  source: string
  isReadOnly: boolean
  /** `shared:2`. Among mounts of the same group, what is unmounted below one is unmounted below all. Absent: not shared. */
  peerGroup?: string
}

export interface RaidMember {
  path: string
  arrayUuid: string
  name: string
  level: string
  devices: number
  /** What blkid sees where the data begins, for levels whose members hold it whole. */
  inside: { fileSystem: string; version: string } | undefined
}

export interface ActiveArray {
  name: string
  isActive: boolean
  /** Names of members: `sda3`. */
  members: string[]
  missing: number
}

// Numbers and booleans are strings in util-linux before 2.33.
const Text = z.union([z.string(), z.number(), z.boolean(), z.null()]).optional()
const Row = z.looseObject({
  name: z.string(),
  kname: Text,
  path: Text,
  'maj:min': Text,
  type: Text,
  size: Text,
  ro: Text,
  fstype: Text,
  fsver: Text,
  label: Text,
  uuid: Text,
  parttype: Text,
  partlabel: Text,
  partuuid: Text,
  children: z.array(z.unknown()).optional(),
})

const text = (value: unknown) => (value === null || value === undefined ? '' : String(value))
const MAX_DEPTH = 16
const MAX_DEVICES = 1000

function json(report: string): unknown {
  try {
    return JSON.parse(report)
  } catch {
    return undefined
  }
}

/** The tree of `lsblk -J -b`, flat; a device under several parents appears once. Undefined when it is no such report. */
export function parseLsblk(report: string): BlockDevice[] | undefined {
  const top = z.looseObject({ blockdevices: z.array(z.unknown()) }).safeParse(json(report))
  if (!top.success) return undefined
  const devices = new Map<string, BlockDevice>()
  const add = (rows: readonly unknown[], parent: string | undefined, depth: number) => {
    for (const one of rows) {
      const row = Row.safeParse(one)
      if (!row.success || depth > MAX_DEPTH || devices.size >= MAX_DEVICES) continue
      const path = devicePath(row.data.name, text(row.data.path), text(row.data.type))
      if (!path) continue
      const known = devices.get(path)
      if (known && parent && !known.parents.includes(parent)) known.parents.push(parent)
      if (!known) devices.set(path, device(path, row.data, parent))
      add(row.data.children ?? [], path, depth + 1)
    }
  }
  add(top.data.blockdevices, undefined, 0)
  return [...devices.values()]
}

const device = (path: string, row: z.infer<typeof Row>, parent: string | undefined): BlockDevice => ({
  path,
  name: row.name,
  number: text(row['maj:min']).trim(),
  type: text(row.type),
  size: Math.max(0, Math.trunc(Number(row.size ?? 0)) || 0),
  isReadOnly: row.ro === true || text(row.ro) === '1',
  fileSystem: text(row.fstype),
  version: text(row.fsver),
  label: text(row.label),
  uuid: text(row.uuid),
  partType: text(row.parttype).toLowerCase(),
  partLabel: text(row.partlabel),
  partUuid: text(row.partuuid),
  parents: parent ? [parent] : [],
})

/** lsblk before 2.33 has no PATH. `!` stands for `/` in kernel names (cciss!c0d0). */
function devicePath(name: string, path: string, type: string): string | undefined {
  const derived = /^(lvm|crypt|dm|mpath)$/.test(type) ? `/dev/mapper/${name}` : `/dev/${name.replaceAll('!', '/')}`
  const found = path || derived
  return /^\/dev\/[^\0-\x1f\x7f]+$/.test(found) && !found.split('/').includes('..') ? found : undefined
}

/** `blkid -p -o export`: one block per device, `KEY=value` with special characters behind a backslash. */
export function parseBlkid(report: string): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>()
  for (const block of report.split(/\n\s*\n/)) {
    const values = parsePairs(block)
    if (values.DEVNAME) found.set(values.DEVNAME, values)
  }
  return found
}

/** `KEY=value` lines of blkid and of `mdadm --export`; later ones win. */
export const parsePairs = (block: string): Record<string, string> =>
  Object.fromEntries(
    block.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at > 0 && /^[A-Z_0-9]+$/.test(line.slice(0, at)) ? [[line.slice(0, at), line.slice(at + 1).replace(/\\(.)/g, '$1')]] : []
    }),
  )

/** `/proc/self/mountinfo` (proc(5)): blanks, tabs, line breaks and backslashes of names are octal. */
export function parseMountinfo(report: string): MountEntry[] {
  return report.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ')
    const [, , number, subtree, target, options, ...propagation] = left?.split(' ') ?? []
    const [fileSystem, source, superOptions] = right?.split(' ') ?? []
    if (!number || !subtree || !target || !options || !fileSystem || source === undefined) return []
    const isReadOnly = options.split(',').includes('ro') || (superOptions ?? '').split(',').includes('ro')
    const peerGroup = propagation.find((field) => field.startsWith('shared:'))
    const places = { subtree: unescapeOctal(subtree), target: unescapeOctal(target), source: unescapeOctal(source) }
    return [{ number, ...places, fileSystem, isReadOnly, ...(peerGroup ? { peerGroup } : {}) }]
  })
}

/** As in mountinfo and fstab: bytes as `\ooo`. */
export const unescapeOctal = (word: string) =>
  Buffer.from(
    Buffer.from(word, 'utf8')
      .toString('latin1')
      .replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    'latin1',
  ).toString('utf8')

/** Blocks of `KEY=value` that begin with `DEVICE=path` and hold `mdadm --examine --export` and what blkid sees behind the data offset. */
export function parseRaidMembers(report: string): RaidMember[] {
  return report.split(/^(?=DEVICE=)/m).flatMap((block) => {
    const values = parsePairs(block)
    if (!values.DEVICE || !values.MD_UUID) return []
    return [
      {
        path: values.DEVICE,
        arrayUuid: values.MD_UUID,
        // `backup-sbg:1`: the name without the host that made it.
        name: (values.MD_NAME ?? '').replace(/^.*:/, ''),
        level: values.MD_LEVEL ?? '',
        devices: Number(values.MD_DEVICES) || 0,
        inside: values.TYPE ? { fileSystem: values.TYPE, version: values.VERSION ?? '' } : undefined,
      },
    ]
  })
}

/** `/proc/mdstat`. */
export function parseMdstat(report: string): ActiveArray[] {
  return report.split(/^(?=\S+ : )/m).flatMap((block) => {
    const head = /^(md\S*) : (active|inactive)(?: \((?:auto-)?read-only\))? ?(.*)/.exec(block)
    if (!head) return []
    const [, name, state, rest] = head
    // `[2/1]`: of two devices one works.
    const count = /\[(\d+)\/(\d+)\]/.exec(block)
    return [
      {
        name: name!,
        isActive: state === 'active',
        members: [...rest!.matchAll(/(\S+)\[\d+\]/g)].map((member) => member[1]!),
        missing: count ? Math.max(0, Number(count[1]) - Number(count[2])) : 0,
      },
    ]
  })
}

/** The rows of one section (`pv`, `lv`) of an LVM report in JSON; every value is a string. */
export function parseLvm(report: string, section: 'pv' | 'lv'): Record<string, string>[] {
  const parsed = z.looseObject({ report: z.array(z.looseObject({})) }).safeParse(json(report))
  if (!parsed.success) return []
  return parsed.data.report.flatMap((part) => {
    const rows = z.array(z.record(z.string(), z.string())).safeParse(part[section])
    return rows.success ? rows.data : []
  })
}

/** os-release(5): shell-like assignments, at most quoted. */
export function parseOsRelease(file: string): Record<string, string> {
  return Object.fromEntries(
    file.split('\n').flatMap((line) => {
      const match = /^\s*([A-Za-z0-9_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']*))\s*$/.exec(line)
      if (!match) return []
      return [[match[1]!, (match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? match[4] ?? '').trim()]]
    }),
  )
}
