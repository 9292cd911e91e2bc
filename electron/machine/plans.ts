/**
 * What opens, mounts and unmounts, as commands that are shown before they run; a digest binds a yes to exactly these. Pure: the
 * commands follow from what was found.
 */
import { createHash } from 'node:crypto'
import type { MachinePlan, Risk } from '../../shared/machine.js'
import { stripServerText } from '../../shared/server-text.js'
import { containerNames, rootEntry, type SystemMount, systemMounts } from './fstab.js'
import type { Inventory } from './inventory.js'
import { devicesUnder, type Encrypted, isInside, isMountOf, type Layers, type Link, nameOf, topDown } from './layers.js'
import { quietOptions, type SystemInside } from './look-inside.js'
import { commandLine, type Words } from './machine.js'
import type { CustomerMount } from './mounts.js'
import type { BlockDevice, MountEntry } from './reports.js'
import { resolve } from './system-files.js'

export interface PlanStep {
  words: Words
  shown?: Words
  risk: Risk
  /** Goes to its standard input, without a line end. */
  asks?: 'passphrase'
  /** What it is about, for the words of a failure. */
  device: string
  limitMs?: number
  /** The plan goes on without it; the failure is noted at the device. */
  isOptional?: boolean
}

export interface Plan {
  purpose: MachinePlan['purpose']
  /** Where a plan to mount puts the system's root. */
  root?: string
  steps: PlanStep[]
  /** What the commands do not name and yet take away, or turn to: part of what a yes is bound to. */
  covers?: readonly string[]
}

const risks: readonly Risk[] = ['reads', 'writes', 'data']

export function previewPlan({ purpose, root, steps, covers = [] }: Plan): MachinePlan {
  const digest = createHash('sha256').update(JSON.stringify([steps.map(({ words, asks }) => [words, asks ?? '']), covers]))
  return {
    digest: digest.digest('hex'),
    purpose,
    ...(root === undefined ? {} : { root }),
    commands: steps.map(({ words, shown = words, risk, asks }) => ({
      command: stripServerText(commandLine(shown), 2000),
      risk,
      ...(asks ? { asks } : {}),
    })),
    risk: risks[Math.max(0, ...steps.map((step) => risks.indexOf(step.risk)))]!,
  }
}

// Argon2 with a gigabyte of memory takes its time on a small machine; arrays wait for slow disks.
const SLOW_MS = 120_000

const openEncrypted = ({ path, mapper }: Encrypted, isReadOnly: boolean): PlanStep => ({
  // A key file is read to its last byte, a terminal's line only to its end: the passphrase goes without a line break.
  words: ['cryptsetup', 'open', ...(isReadOnly ? ['--readonly'] : []), '--key-file=-', path, nameOf(mapper)],
  risk: isReadOnly ? 'reads' : 'writes',
  asks: 'passphrase',
  device: path,
  limitMs: SLOW_MS,
})

const isUsable = (layers: Layers, one: Encrypted) =>
  layers.arrays.every((array) => array.path !== one.path || array.isOpen || array.isEnough)

/** Everything still closed, read-only; undefined when nothing is. */
export function planUnlock(layers: Layers, { missing }: Inventory): Plan | undefined {
  const arrays = layers.arrays.filter((array) => !array.isOpen && array.isEnough && !missing.mdadm)
  const encrypted = layers.encrypted.filter((one) => !one.isOpen && isUsable(layers, one))
  const groups = layers.groups.filter((group) => !group.isOpen && !group.isTwice && !missing.lvm)
  const steps: PlanStep[] = arrays.flatMap((array) => [
    ...(array.stalled ? [{ words: ['mdadm', '--stop', array.stalled] as const, risk: 'reads' as const, device: array.stalled }] : []),
    {
      words: ['mdadm', '--assemble', '--readonly', '--run', array.path, ...array.members] as const,
      risk: 'reads' as const,
      device: array.path,
      limitMs: SLOW_MS,
    },
  ])
  steps.push(...encrypted.map((one) => openEncrypted(one, true)))
  const isTwice = layers.groups.some((group) => group.isTwice)
  // What stands inside a newly opened array or container is not known yet.
  if ((arrays.length > 0 || encrypted.length > 0) && !isTwice && !missing.lvm)
    steps.push({ words: ['vgchange', '-ay'], risk: 'reads', device: '', isOptional: true })
  else
    for (const group of groups)
      steps.push({ words: ['vgchange', '-ay', group.name], risk: 'reads', device: group.members[0] ?? '', limitMs: SLOW_MS })
  return steps.length > 0 ? { purpose: 'unlock', steps } : undefined
}

export interface MountWish {
  inventory: Inventory
  layers: Layers
  device: BlockDevice
  system: SystemInside | undefined
  isReadOnly: boolean
  /** Where RescueTerm mounts: `/mnt`. */
  place: string
}

/** Where the system's root is mounted; of a btrfs whose root is its default subvolume, the first mount. */
export function currentMount({ mounts }: Inventory, device: BlockDevice, system: SystemInside | undefined): MountEntry | undefined {
  const places = mounts.filter((mount) => isMountOf(device, mount))
  const subtree = `/${system?.subvolume ?? ''}`
  return places.find((mount) => mount.subtree === subtree) ?? (device.fileSystem === 'btrfs' && !system?.subvolume ? places[0] : undefined)
}

/** What fstab mounts below the system's root and is there to be mounted. */
export function belongings({ inventory, layers, device, system }: Omit<MountWish, 'isReadOnly' | 'place'>): (SystemMount & {
  device: BlockDevice
})[] {
  if (system?.fstab === undefined) return []
  const around = { devices: inventory.devices, root: device, own: layers.own, crypttab: system.crypttab }
  return systemMounts(system.fstab, around).flatMap((mount) =>
    mount.device && !/_member$|^crypto_/.test(mount.device.fileSystem) ? [{ ...mount, device: mount.device }] : [],
  )
}

/** Root, what its fstab adds, and what programs of the system need; undefined when all of it is mounted as wished. */
export function planMount(wish: MountWish): Plan | undefined {
  const { inventory, layers, device, system, isReadOnly, place } = wish
  const current = currentMount(inventory, device, system)
  const isAsWished = current !== undefined && current.isReadOnly === isReadOnly
  const root = current?.target ?? freePlace(inventory.mounts, place)
  const reopened = isAsWished || isReadOnly ? [] : reopenedContainers(wish)
  const pathOf = ({ path }: BlockDevice) => reopened.find(({ from }) => from.mapper === path)?.to.mapper ?? path
  const steps: PlanStep[] = []
  if (!isAsWished) {
    // A journal that was not replayed cannot be made up for by `remount,rw`.
    const unmounted = { words: ['umount', '-R', root], risk: current?.isReadOnly ? 'reads' : 'writes', device: device.path } as const
    if (current) steps.push(...detachBinds(inventory.mounts, root), unmounted)
    if (!isReadOnly) steps.push(...makeWritable(inventory, layers, device, reopened, current?.target))
    if (root !== place || place !== '/mnt') steps.push({ words: ['mkdir', '-p', root], risk: 'reads', device: device.path })
    const subvolume = system?.subvolume ?? subvolumeOf(rootEntry(system?.fstab ?? '')?.options ?? [])
    const options = mountOptions(inventory, device, isReadOnly, subvolume ? [`subvol=${subvolume}`] : [])
    steps.push({
      words: ['mount', ...options, pathOf(device), root],
      risk: isReadOnly ? 'reads' : 'writes',
      device: pathOf(device),
      limitMs: SLOW_MS,
    })
  }
  const isMounted = (at: string) => isAsWished && inventory.mounts.some((mount) => mount.target === root + at)
  const below: PlanStep[] = []
  for (const { at, device: other, entry } of belongings(wish)) {
    if (isMounted(at)) continue
    const subvolume = entry.options.filter((option) => /^subvol(?:id)?=/.test(option))
    const quiet = isReadOnly || entry.options.includes('ro')
    below.push({
      ...mountInside(root, at, [...mountOptions(inventory, other, quiet, subvolume), pathOf(other)]),
      risk: quiet ? 'reads' : 'writes',
      device: pathOf(other),
    })
  }
  for (const at of system ? boundPlaces : []) {
    // A slave: unmounting the copy leaves the rescue system's own mounts alone.
    if (!isMounted(at)) below.push({ ...mountInside(root, at, ['--rbind', '--make-rslave', at]), risk: 'reads', device: at })
  }
  // What is mounted below a shared mount appears in the namespaces of services (udevd, networkd) too, and unmounting it here may leave
  // it there, which keeps the disk in use.
  if (below.length > 0) steps.push({ words: ['mount', '--make-private', root], risk: 'reads', device: device.path }, ...below)
  return steps.length > 0 ? { purpose: isReadOnly ? 'mount-read-only' : 'mount', root, steps } : undefined
}

/** What programs of the mounted system expect of a running kernel. */
export const boundPlaces = ['/dev', '/proc', '/sys', '/run'] as const

// A mount point is the system's own path: a link in it would lead into the rescue system.
const mountScript = `root=$1; place=$2; shift 2
${resolve}
resolve "$place" && [ -d "$root$resolved" ] || { printf 'there is no directory %s\\n' "$place" >&2; exit 1; }
exec mount "$@" "$root$resolved"`

const mountInside = (root: string, at: string, words: readonly string[]) => ({
  words: ['sh', '-c', mountScript, 'mount', root, at, ...words] as const,
  shown: ['mount', ...words, root + at] as const,
  isOptional: true,
})

function mountOptions({ devices }: Inventory, device: BlockDevice, isReadOnly: boolean, extra: readonly string[]): string[] {
  const isCopied = devices.some((other) => other.path !== device.path && other.uuid !== '' && other.uuid === device.uuid)
  const base = isReadOnly ? (quietOptions(device.fileSystem)?.[0] ?? 'ro').split(',').filter((option) => option !== 'nouuid') : []
  const options = [...base, ...(device.fileSystem === 'xfs' && isCopied ? ['nouuid'] : []), ...(device.fileSystem === 'btrfs' ? extra : [])]
  return options.length > 0 ? ['-o', options.join(',')] : []
}

const subvolumeOf = (options: readonly string[]) =>
  options
    .find((option) => option.startsWith('subvol='))
    ?.slice('subvol='.length)
    .replace(/^\//, '')

// libdevmapper's own characters: others it would write in another way (DM_NAME_LEN 128).
const mapperName = /^\/dev\/mapper\/(?!control$)[\w#+.:=@][\w#+.:=@-]{0,126}$/

/**
 * Containers that are closed and opened again to be written to: from now on under the name that the system's own crypttab has for them.
 * Its tools look for that name, and make an initramfs without the container when it is another.
 */
function reopenedContainers({ inventory: { devices }, layers, device, system }: MountWish): { from: Encrypted; to: Encrypted }[] {
  const around = { devices, root: device, own: layers.own }
  const names = containerNames(system?.crypttab ?? '', system?.fstab ?? '', around)
  const taken = new Set(devices.map(({ path }) => path))
  const under = devicesUnder(devices, device.path).filter(({ isReadOnly }) => isReadOnly)
  return layers.encrypted
    .filter((one) => one.isOpen && under.some(({ path }) => path === one.mapper))
    .map((from) => {
      const wanted = names.get(from.path)
      const mapper = wanted && mapperName.test(wanted) && !taken.has(wanted) ? wanted : from.mapper
      taken.add(mapper)
      return { from, to: { ...from, mapper } }
    })
}

/** Layers that were opened read-only are opened again, from the top down and up. `unmounted`: what an earlier step has unmounted. */
function makeWritable(
  { devices, mounts }: Inventory,
  layers: Layers,
  device: BlockDevice,
  reopened: ReturnType<typeof reopenedContainers>,
  unmounted: string | undefined,
): PlanStep[] {
  const under = devicesUnder(devices, device.path)
  const isUnder = (path: string) => under.some((one) => one.path === path)
  const isReadOnly = (path: string) => devices.some((one) => one.path === path && one.isReadOnly)
  const arrays = layers.arrays.filter((array) => array.isOpen && isUnder(array.path) && isReadOnly(array.path))
  if (arrays.length + reopened.length === 0) return []
  const below = [...arrays, ...reopened.map(({ from }) => from)]
  const groups = layers.groups.filter((group) => group.isOpen && below.some((one) => isInside(devices, group, one)))
  const standsOn = (one: BlockDevice) => isUnder(one.path) || one.parents.some(isUnder)
  const targets = mounts.filter((mount) => devices.some((one) => standsOn(one) && isMountOf(one, mount))).map((mount) => mount.target)
  const tops = targets.filter((target) => target !== unmounted && !targets.some((other) => target.startsWith(`${other}/`)))
  const closed = topDown(devices, [...reopened.map(({ from }) => from), ...groups])
  return [
    ...tops.flatMap((target): PlanStep[] => [
      ...detachBinds(mounts, target),
      { words: ['umount', '-R', target], risk: 'reads', device: device.path },
    ]),
    ...closed.map(closeLink),
    ...arrays.map((array): PlanStep => ({ words: ['mdadm', '--readwrite', array.path], risk: 'writes', device: array.path })),
    ...closed.toReversed().map((link): PlanStep => {
      const again = reopened.find(({ from }) => from === link)
      if (again) return openEncrypted(again.to, false)
      return { words: ['vgchange', '-ay', nameOfLink(link)], risk: 'reads', device: nameOfLink(link), limitMs: SLOW_MS }
    }),
  ]
}

const nameOfLink = (link: Link) => (link.kind === 'lvm' ? link.name : link.kind === 'luks' ? link.mapper : link.path)

function closeLink(link: Link): PlanStep {
  const device = nameOfLink(link)
  const words = {
    lvm: ['vgchange', '-an', device],
    luks: ['cryptsetup', 'close', nameOf(device)],
    raid: ['mdadm', '--stop', device],
  } as const
  return { words: words[link.kind], risk: 'reads', device, limitMs: SLOW_MS }
}

/**
 * What somebody has bound below a tree (`mount --rbind /dev /mnt/dev`) and is still a peer of the original: unmounted as it is, it would
 * take the rescue system's own `/dev/shm` with it, and end at its `/dev/pts`.
 */
function detachBinds(mounts: readonly MountEntry[], tree: string): PlanStep[] {
  const isInTree = ({ target }: MountEntry) => target.startsWith(`${tree}/`)
  const outside = new Set(mounts.filter((mount) => !isInTree(mount)).map(({ peerGroup }) => peerGroup))
  const binds = mounts.filter((mount) => isInTree(mount) && mount.peerGroup && outside.has(mount.peerGroup)).map(({ target }) => target)
  const tops = new Set(binds.filter((target) => !binds.some((other) => target.startsWith(`${other}/`))))
  return [...tops].map((target) => ({ words: ['mount', '--make-rslave', target], risk: 'reads', device: target }))
}

/** The way back: unmounts what was mounted last first, then closes what hides it. */
export function planUnmount(mounts: readonly CustomerMount[], links: readonly Link[], inventory: Inventory): Plan | undefined {
  const risk = (isReadOnly: boolean) => (isReadOnly ? 'reads' : 'writes')
  const unmount = ({ target, device, isReadOnly }: CustomerMount): PlanStep[] => [
    ...detachBinds(inventory.mounts, target),
    { words: ['umount', '-R', target], risk: risk(isReadOnly), device, limitMs: SLOW_MS },
  ]
  const sync: PlanStep = {
    words: ['sync'],
    risk: risk(mounts.every((one) => one.isReadOnly)),
    device: mounts[0]?.device ?? '',
    limitMs: SLOW_MS,
  }
  const closed = topDown(inventory.devices, links).map(closeLink)
  const steps = [...(mounts.length > 0 ? [sync] : []), ...mounts.toReversed().flatMap(unmount), ...closed]
  const covers = inventory.mounts
    .filter(({ target }) => mounts.some((one) => `${target}/`.startsWith(`${one.target}/`)))
    .map(({ source, subtree, target }) => JSON.stringify([source, subtree, target]))
  return steps.length > 0 ? { purpose: 'unmount', steps, covers } : undefined
}

/** `/mnt`, unless something is mounted there or below: then `/mnt2` … */
function freePlace(mounts: readonly MountEntry[], place: string): string {
  const isTaken = (at: string) => mounts.some(({ target }) => target === at || target.startsWith(`${at}/`))
  let free = place
  for (let number = 2; isTaken(free); number++) free = `${place}${number}`
  return free
}
