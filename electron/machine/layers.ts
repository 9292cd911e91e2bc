/**
 * What stands on what: which devices are the rescue system's own, which arrays, encrypted volumes and volume groups hide file
 * systems and whether they are open, and what every remaining device is for. Pure.
 */
import type { AppError } from '../../shared/errors.js'
import type { ChainLink, DiskRole } from '../../shared/machine.js'
import { stripServerLine } from '../../shared/server-text.js'
import type { Inventory } from './inventory.js'
import type { BlockDevice, MountEntry } from './reports.js'

export interface RaidArray {
  kind: 'raid'
  /** Where it is, or where it will be. */
  path: string
  level: string
  members: string[]
  missing: number
  isOpen: boolean
  /** A half-assembled array that keeps the members: stopped before they are assembled read-only. */
  stalled: string | undefined
  size: number
  inside: { fileSystem: string; version: string } | undefined
  isEnough: boolean
}

export interface Encrypted {
  kind: 'luks'
  path: string
  version: string
  size: number
  /** `/dev/mapper/…`; where it will be while `isOpen` is false. */
  mapper: string
  isOpen: boolean
}

export interface VolumeGroup {
  kind: 'lvm'
  name: string
  uuid: string
  members: string[]
  missing: number
  isOpen: boolean
  size: number
  /** Another group has the same name: neither can be opened beside the other. */
  isTwice: boolean
}

/** What hides something: a link of the chain. */
export type Link = RaidArray | Encrypted | VolumeGroup

export interface Layers {
  /** Paths of the rescue system's own devices, whole disks and everything on them. */
  own: ReadonlySet<string>
  arrays: RaidArray[]
  encrypted: Encrypted[]
  groups: VolumeGroup[]
}

export const nameOf = (path: string) => path.replace(/^\/dev\/(?:mapper\/)?/, '')

/** The device behind a mount; device numbers of btrfs are made up, so the source counts too. */
export const isMountOf = (device: BlockDevice, mount: MountEntry) =>
  mount.source === device.path || mount.source === `/dev/${device.name}` || (device.number !== '' && mount.number === device.number)

// Where a live system, or overlayroot, keeps the medium it runs from.
const liveMedium = /^\/(?:run\/(?:live|initramfs|archiso|overlay|sysroot)|lib\/live|cdrom|rofs|sysroot|media\/root-r[ow])(?:\/|$)/
// Anywhere else these are places that people mount disks at.
const alpineMedium = /^\/media\/(?:usb|cdrom|mmcblk\d+p\d+)$/

/** What the rescue system itself runs from. */
export const isOwnPlace = ({ target }: MountEntry, { osRelease }: Inventory['rescue']) =>
  target === '/' || target === '/usr' || liveMedium.test(target) || (osRelease.ID === 'alpine' && alpineMedium.test(target))

export function readLayers(inventory: Inventory): Layers {
  const { devices } = inventory
  const own = ownDevices(inventory)
  const arrays = readArrays(inventory, own)
  const encrypted = devices.flatMap((device): Encrypted[] => {
    if (device.fileSystem !== 'crypto_LUKS' || own.has(device.path)) return []
    const mapper = devices.find((one) => one.type === 'crypt' && one.parents.includes(device.path))
    const { path, version, size } = device
    return [{ kind: 'luks', path, version, size, mapper: mapper?.path ?? freeMapper(devices, path), isOpen: mapper !== undefined }]
  })
  for (const array of arrays) {
    if (array.isOpen || array.inside?.fileSystem !== 'crypto_LUKS') continue
    const mapper = freeMapper(devices, array.path)
    encrypted.push({ kind: 'luks', path: array.path, version: array.inside.version, size: array.size, mapper, isOpen: false })
  }
  return { own, arrays, encrypted, groups: readGroups(inventory, own) }
}

/** Everything on the disks that carry `/`, `/usr` or the live medium; empty for a system in memory or on the network. */
function ownDevices({ devices, mounts, rescue }: Inventory): Set<string> {
  const mounted = devices.filter((device) => mounts.some((mount) => isOwnPlace(mount, rescue) && isMountOf(device, mount)))
  const own = new Set(mounted.flatMap((device) => [device.path, ...disksUnder(devices, device.path)]))
  for (let size = -1; size !== own.size; ) {
    size = own.size
    for (const device of devices) if (device.parents.some((parent) => own.has(parent))) own.add(device.path)
  }
  return own
}

/** The whole disks a device stands on; itself when it stands on nothing. */
export function disksUnder(devices: readonly BlockDevice[], path: string): string[] {
  const below = new Set<string>()
  const walk = (at: string): string[] => {
    if (below.has(at)) return []
    below.add(at)
    const parents = devices.find((device) => device.path === at)?.parents ?? []
    return parents.length === 0 ? [at] : parents.flatMap(walk)
  }
  return [...new Set(walk(path))]
}

/** What a device stands on, itself first, down to the partitions. */
export function devicesUnder(devices: readonly BlockDevice[], path: string): BlockDevice[] {
  const device = devices.find((one) => one.path === path)
  if (!device) return []
  return [device, ...device.parents.flatMap((parent) => devicesUnder(devices, parent))]
}

function readArrays({ devices, raidMembers, activeArrays }: Inventory, own: ReadonlySet<string>): RaidArray[] {
  const members = devices.filter((device) => device.fileSystem === 'linux_raid_member' && !own.has(device.path))
  // mdadm's number of the array; without mdadm, lsblk's.
  const byArray = groupBy(members, (member) => raidMembers.find((one) => one.path === member.path)?.arrayUuid ?? member.uuid)
  const taken = new Set(devices.map((device) => device.path))
  const freePath = (wanted: string) => {
    for (let number = 127; taken.has(wanted); number--) wanted = `/dev/md${number}`
    taken.add(wanted)
    return wanted
  }
  return [...byArray.values()].map((group): RaidArray => {
    const facts = group.flatMap((member) => raidMembers.filter((one) => one.path === member.path))
    const first = facts[0]
    const paths = group.map((member) => member.path)
    const open = devices.find(
      (device) => /^(?:raid|md|linear)/.test(device.type) && device.parents.some((parent) => paths.includes(parent)),
    )
    const status = activeArrays.find((array) => array.members.some((name) => paths.includes(`/dev/${name}`)))
    const isOpen = open !== undefined && status?.isActive !== false
    const level = first?.level ?? open?.type ?? ''
    const missing = isOpen ? (status?.missing ?? 0) : Math.max(0, (first?.devices ?? 0) - group.length)
    const number = /^(?:md)?(\d{1,3})$/.exec(first?.name ?? '')?.[1]
    return {
      kind: 'raid',
      path: isOpen ? open.path : freePath(number ? `/dev/md${number}` : '/dev/md127'),
      level,
      members: paths,
      missing,
      isOpen,
      stalled: !isOpen && status ? `/dev/${status.name}` : undefined,
      size: open?.size || Math.min(...group.map((member) => member.size)),
      inside: level === 'raid1' ? first?.inside : undefined,
      isEnough: missing <= spareDevices(level, first?.devices ?? group.length),
    }
  })
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

/** How many devices an array of this level can lose; of raid10 only the sure number. */
function spareDevices(level: string, devices: number): number {
  if (level === 'raid1') return devices - 1
  return { raid4: 1, raid5: 1, raid6: 2, raid10: 1 }[level] ?? 0
}

function readGroups({ devices, physicalVolumes, logicalVolumes }: Inventory, own: ReadonlySet<string>): VolumeGroup[] {
  const groups = [...groupBy(physicalVolumes, (volume) => volume.groupUuid)].map(([uuid, volumes]): VolumeGroup => {
    const inside = logicalVolumes.filter((volume) => volume.groupUuid === uuid)
    return {
      kind: 'lvm',
      name: volumes[0]!.group,
      uuid,
      members: volumes.flatMap((volume) => volume.path ?? []),
      missing: volumes[0]!.groupMissing,
      isOpen: inside.length > 0 && inside.some((one) => one.isActive || devices.some((device) => device.path === one.path)),
      size: volumes[0]!.groupSize,
      isTwice: physicalVolumes.some((other) => other.group === volumes[0]!.group && other.groupUuid !== uuid),
    }
  })
  return groups.filter((group) => !group.members.some((member) => own.has(member)))
}

/** `luks-md1`; another name when that one is taken. */
function freeMapper(devices: readonly BlockDevice[], path: string): string {
  const base = `/dev/mapper/luks-${nameOf(path).replaceAll(/[^A-Za-z0-9_.-]/g, '-')}`
  let mapper = base
  for (let number = 2; devices.some((device) => device.path === mapper); number++) mapper = `${base}-${number}`
  return mapper
}

export const linksOf = ({ arrays, encrypted, groups }: Layers): Link[] => [...arrays, ...encrypted, ...groups]
/** The same at every look, whatever it is called in /dev/mapper. */
export const idOf = (link: Link) => `${link.kind} ${link.kind === 'lvm' ? link.uuid : link.path}`

/** `upper` is inside `lower`, however many layers are between them. */
export function isInside(devices: readonly BlockDevice[], upper: Link, lower: Link): boolean {
  const outer = upper.kind === 'luks' ? [upper.path] : upper.members
  const isPart = ({ path, type, parents }: BlockDevice) => {
    if (lower.kind === 'lvm') return type === 'lvm' && parents.some((parent) => lower.members.includes(parent))
    return path === (lower.kind === 'luks' ? lower.mapper : lower.path)
  }
  return outer.some((path) => devicesUnder(devices, path).some(isPart))
}

/** In the order they can be closed: what is inside another one first. */
export function topDown<T extends Link>(devices: readonly BlockDevice[], links: readonly T[]): T[] {
  const layersUnder = (link: T) => links.filter((other) => other !== link && isInside(devices, link, other)).length
  return [...links].sort((a, b) => layersUnder(b) - layersUnder(a))
}

/** In the order they are opened. `why`: what a link that cannot be opened says. */
export function chainOf({ arrays, encrypted, groups }: Layers, why: (link: Link) => AppError | undefined): ChainLink[] {
  const link = (part: Link, name: string, detail: string, state: ChainLink['state']): ChainLink => {
    const error = part.kind !== 'luks' || !part.isOpen ? why(part) : undefined
    const missing = part.kind === 'luks' ? 0 : part.missing
    const members = part.kind === 'luks' ? [part.path] : part.members
    return {
      kind: part.kind,
      name: stripServerLine(name),
      members: members.map((member) => stripServerLine(nameOf(member))),
      size: part.size,
      state: error ? 'failed' : missing > 0 ? 'degraded' : state,
      detail: stripServerLine(detail),
      missing,
      ...(error ? { error: error.toInfo() } : {}),
    }
  }
  return [
    ...arrays.map((array) => {
      const shown = link(array, nameOf(array.path), array.level, array.isOpen ? 'open' : 'to-open')
      return array.isEnough || array.isOpen ? shown : { ...shown, state: 'failed' as const }
    }),
    ...encrypted.map((one) => link(one, nameOf(one.mapper), `LUKS${one.version}`, one.isOpen ? 'open' : 'locked')),
    ...groups.map((group) => link(group, group.name, group.name, group.isOpen ? 'open' : 'to-open')),
  ]
}

// GPT types (UEFI 2.10 §5.3.3, GRUB); MBR types as lsblk prints them.
const biosBoot = '21686148-6449-6e6f-744e-656564454649'
const efiSystem = new Set(['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', '0xef'])
const extended = new Set(['0x5', '0xf', '0x85'])
const BIOS_BOOT_MAX = 8 * 1024 * 1024

/** What a device is for, before anybody looked inside. Undefined: it is no place of its own (a partitioned disk, an extended partition). */
export function roleOf(device: BlockDevice, { devices }: Inventory, own: ReadonlySet<string>): DiskRole | undefined {
  const children = devices.filter((other) => other.parents.includes(device.path))
  if (extended.has(device.partType) || device.type === 'rom') return undefined
  // Parts of a thin pool or of a snapshot.
  if (device.type === 'lvm' && children.some((child) => child.type === 'lvm')) return undefined
  if (children.some((child) => child.type === 'part') || (device.type === 'disk' && children.length > 0 && !device.fileSystem))
    return undefined
  if (own.has(device.path)) return 'rescue'
  if (device.fileSystem.endsWith('_raid_member') || children.some((child) => /^(?:raid|linear)/.test(child.type))) return 'raid-member'
  if (device.fileSystem === 'LVM2_member' || children.some((child) => child.type === 'lvm')) return 'lvm-member'
  if (device.fileSystem === 'crypto_LUKS' || children.some((child) => child.type === 'crypt')) return 'luks'
  if (device.fileSystem === 'swap') return 'swap'
  if (device.partType === biosBoot) return 'bios-boot'
  if (efiSystem.has(device.partType)) return 'efi'
  if (device.fileSystem) return 'data'
  // Without a partition type: GRUB's own is this small and holds no file system.
  return device.type === 'part' && device.size <= BIOS_BOOT_MAX ? 'bios-boot' : 'unknown'
}
