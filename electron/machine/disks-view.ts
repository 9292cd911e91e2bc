/** What was found, as its state is shown: volumes with their roles, the most likely system, and the plans for it. Pure. */

import { AppError } from '../../shared/errors.js'
import type { DisksState, FoundSystem, Volume } from '../../shared/machine.js'
import { stripServerLine } from '../../shared/server-text.js'
import { compareKeys } from './identity.js'
import type { Inventory } from './inventory.js'
import { chainOf, disksUnder, idOf, isInside, isMountOf, type Layers, type Link, linksOf, nameOf, roleOf } from './layers.js'
import type { SystemInside } from './look-inside.js'
import { type CustomerMount, customerMounts } from './mounts.js'
import { belongings, boundPlaces, currentMount, type Plan, planMount, planUnlock, planUnmount, previewPlan } from './plans.js'
import type { BlockDevice, MountEntry } from './reports.js'

export interface Findings {
  phase: DisksState['phase']
  at?: string
  error?: AppError | undefined
  inventory?: Inventory
  layers?: Layers
  /** By device path. */
  systems: Map<string, SystemInside>
  errors: Map<string, AppError>
  proven: Set<string>
  /** What RescueTerm opened, by `idOf`. */
  opened: ReadonlySet<string>
  /** A person's choice. */
  wished?: string
  /** The root RescueTerm mounted. */
  mountedByUs?: string | undefined
  busy?: DisksState['busy'] | undefined
  /** Where RescueTerm mounts. */
  place: string
}

export interface Chosen {
  device: BlockDevice
  system: SystemInside | undefined
  mount: MountEntry | undefined
}

const likely: Record<FoundSystem['identity']['kind'], number> = {
  proven: 5,
  same: 4,
  partly: 3,
  'nothing-known': 2,
  'no-keys': 1,
  other: 0,
}

/**
 * What a person chose; else the system that was mounted here before, as after a restart of the app; else the one that most likely is the
 * known one: by its keys, then fstab, then the latest start.
 */
export function chosenVolume(findings: Findings, known: readonly Buffer[]): Chosen | undefined {
  const { inventory, systems, wished, place } = findings
  if (!inventory) return undefined
  const find = (path: string | undefined) => inventory.devices.find((one) => one.path === path)
  // `/mnt`, or `/mnt2` where that was taken.
  const isHere = ([path, system]: [string, SystemInside]) => {
    const device = find(path)
    const at = device && currentMount(inventory, device, system)?.target
    return at?.startsWith(place) && /^\d*$/.test(at.slice(place.length)) ? 1 : 0
  }
  const rank = (entry: [string, SystemInside]) => {
    const [, system] = entry
    const { kind } = compareKeys(keysOf(system), known)
    return [isHere(entry), likely[kind], system.fstab === undefined ? 0 : 1, system.lastStarted?.getTime() ?? 0] as const
  }
  const best = [...systems].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    return right[0] - left[0] || right[1] - left[1] || right[2] - left[2] || right[3] - left[3]
  })[0]?.[0]
  const device = find(wished) ?? find(best)
  if (!device) return undefined
  const system = systems.get(device.path)
  return { device, system, mount: currentMount(inventory, device, system) }
}

const keysOf = (system: SystemInside) => system.hostKeys.map(({ key }) => key)

export interface Plans {
  unlock: Plan | undefined
  mount: Plan | undefined
  mountReadOnly: Plan | undefined
  unmount: Plan | undefined
}

export function plansOf(findings: Findings, chosen: Chosen | undefined): Plans {
  const { inventory, layers, place } = findings
  if (!inventory || !layers) return { unlock: undefined, mount: undefined, mountReadOnly: undefined, unmount: undefined }
  const mounting = (isReadOnly: boolean) =>
    chosen && planMount({ inventory, layers, device: chosen.device, system: chosen.system, isReadOnly, place })
  return {
    unlock: planUnlock(layers, inventory),
    mount: mounting(false),
    // Looking is no wish of somebody who can write already.
    mountReadOnly: chosen?.mount?.isReadOnly === false ? undefined : mounting(true),
    unmount: wayBack(findings, chosen).plan,
  }
}

/** `ours`: only what RescueTerm mounted and opened. */
export function wayBack(
  findings: Findings,
  chosen: Chosen | undefined,
  what?: 'ours',
): { mounts: CustomerMount[]; plan: Plan | undefined } {
  const { inventory, layers, opened, mountedByUs } = findings
  if (!inventory || !layers) return { mounts: [], plan: undefined }
  const all = customerMounts(inventory, layers.own, chosen?.mount)
  const mounts = what ? all.filter(({ target }) => target === mountedByUs) : all
  const links = openLinks(inventory, layers, opened).filter((link) => !what || opened.has(idOf(link)))
  return { mounts, plan: planUnmount(mounts, links, inventory) }
}

/** What RescueTerm opened, and every container that is open, with what is inside: no rescue system opens one by itself. */
function openLinks({ devices }: Inventory, layers: Layers, opened: ReadonlySet<string>): Link[] {
  const links = linksOf(layers).filter(({ isOpen }) => isOpen)
  const isContainer = (link: Link) => link.kind === 'luks'
  const isInContainer = (link: Link) => links.some((other) => isContainer(other) && isInside(devices, link, other))
  return links.filter((link) => opened.has(idOf(link)) || isContainer(link) || isInContainer(link))
}

export function describeDisks(findings: Findings, known: readonly Buffer[]): DisksState {
  const { phase, at, error, inventory, layers, busy } = findings
  const base = { phase, ...(at ? { at } : {}), ...(error ? { error: error.toInfo() } : {}), ...(busy ? { busy } : {}) }
  if (!inventory || !layers) return { ...base, volumes: [], chain: [] }
  const chosen = chosenVolume(findings, known)
  const goesTo = new Map(
    chosen
      ? belongings({ inventory, layers, ...chosen })
          .map((one) => [one.device.path, one.at] as const)
          .reverse()
      : [],
  )
  const volumes = inventory.devices.flatMap((device): Volume[] => {
    const role = roleOf(device, inventory, layers.own)
    return role ? [describeVolume(device, role, goesTo.get(device.path), findings, known)] : []
  })
  const { unlock, mount, mountReadOnly, unmount } = plansOf(findings, chosen)
  const elsewhere = wayBack(findings, chosen).mounts.filter(({ entry }) => entry !== chosen?.mount)
  return {
    ...base,
    rescue: {
      os: stripServerLine(inventory.rescue.os),
      hostname: stripServerLine(inventory.rescue.hostname),
      isRescue: isRescue(inventory, layers, findings.systems),
    },
    volumes,
    chain: chainOf(layers, (link) => {
      if (link.kind === 'raid') return inventory.missing.mdadm
      if (link.kind === 'lvm' && link.isTwice) return new AppError('volume-group-twice', { name: stripServerLine(link.name) })
      return undefined
    }),
    ...(chosen ? { chosen: chosen.device.path } : {}),
    ...(unlock ? { unlock: previewPlan(unlock) } : {}),
    ...(mount ? { mount: previewPlan(mount) } : {}),
    ...(mountReadOnly ? { mountReadOnly: previewPlan(mountReadOnly) } : {}),
    ...(unmount ? { unmount: previewPlan(unmount) } : {}),
    ...(chosen?.mount ? { mounted: describeMounted(chosen.device, chosen.mount, findings, inventory) } : {}),
    ...(elsewhere.length > 0 ? { elsewhere: elsewhere.map(describeMount) } : {}),
  }
}

function describeVolume(
  device: BlockDevice,
  role: Volume['role'],
  goesTo: string | undefined,
  { systems, errors, proven, inventory, layers }: Findings,
  known: readonly Buffer[],
): Volume {
  const system = systems.get(device.path)
  const failure = errors.get(device.path) ?? (role === 'lvm-member' ? inventory?.missing.lvm : undefined)
  const purpose = system
    ? 'system'
    : role === 'data' && goesTo === '/boot'
      ? 'boot'
      : role === 'data' && goesTo === '/boot/efi'
        ? 'efi'
        : role
  return {
    path: device.path,
    name: stripServerLine(nameOf(device.path)),
    size: device.size,
    fileSystem: stripServerLine(device.fileSystem),
    label: stripServerLine(device.label),
    uuid: stripServerLine(device.uuid),
    role: purpose,
    isReadOnly: device.isReadOnly,
    mountedAt: layers?.own.has(device.path) ? [] : mountsOf(inventory, device).map((target) => stripServerLine(target, 1000)),
    ...(system ? { system: describeSystem(system, proven.has(device.path), known) } : {}),
    ...(goesTo ? { goesTo: stripServerLine(goesTo, 1000) } : {}),
    ...(failure ? { error: failure.toInfo() } : {}),
  }
}

const mountsOf = (inventory: Inventory | undefined, device: BlockDevice) =>
  (inventory?.mounts ?? []).filter((mount) => isMountOf(device, mount)).map((mount) => mount.target)

function describeSystem(system: SystemInside, isProven: boolean, known: readonly Buffer[]): FoundSystem {
  const { osRelease, hostname, fstab, subvolume, lastStarted } = system
  const identity = compareKeys(keysOf(system), known)
  return {
    os: stripServerLine(osNameOf(osRelease)),
    hostname: stripServerLine(hostname),
    hasFstab: fstab !== undefined,
    ...(subvolume ? { subvolume: stripServerLine(subvolume, 1000) } : {}),
    ...(lastStarted ? { lastStarted: lastStarted.toISOString() } : {}),
    identity: isProven ? { ...identity, kind: 'proven' } : identity,
  }
}

export const osNameOf = (osRelease: Record<string, string>) =>
  osRelease.PRETTY_NAME || [osRelease.NAME, osRelease.VERSION_ID].filter(Boolean).join(' ')

export const describeMount = ({ device, target, isReadOnly }: CustomerMount) => ({
  device,
  at: stripServerLine(target, 1000),
  readOnly: isReadOnly,
})

function describeMounted(
  device: BlockDevice,
  { target: root, isReadOnly }: MountEntry,
  findings: Findings,
  { mounts, devices }: Inventory,
): NonNullable<DisksState['mounted']> {
  const below = mounts.filter((mount) => mount.target.startsWith(`${root}/`))
  return {
    device: device.path,
    root,
    readOnly: isReadOnly,
    ours: findings.mountedByUs === root,
    others: below.flatMap((mount) => {
      const other = devices.find((one) => mount.source === one.path)
      const isCopyOfOurs = boundPlaces.some((place) => `${mount.target}/`.startsWith(`${root + place}/`))
      return other && !isCopyOfOurs ? [{ device: other.path, at: stripServerLine(mount.target, 1000) }] : []
    }),
    bound: boundPlaces.every((place) => below.some((mount) => mount.target === root + place)),
  }
}

const SMALL_ROOT = 8 * 1024 ** 3

/**
 * Signs of a rescue system: it says so, it runs from memory or the network, or from a small disk beside a system on another one.
 * A server in its normal state has none of them.
 */
function isRescue({ rescue, devices }: Inventory, { own }: Layers, systems: ReadonlyMap<string, SystemInside>): boolean {
  if (/rescue/i.test(rescue.hostname) || /\brescue|rescue\b/i.test(rescue.kernelArguments)) return true
  if (own.size === 0) return true
  const isSmall = devices.every((device) => !own.has(device.path) || device.size <= SMALL_ROOT)
  return systems.size > 0 && (isSmall || disksUnderAll(devices, systems.keys()).every((disk) => !own.has(disk)))
}

const disksUnderAll = (devices: readonly BlockDevice[], paths: Iterable<string>) => [...paths].flatMap((path) => disksUnder(devices, path))
