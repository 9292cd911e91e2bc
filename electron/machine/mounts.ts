/** What of the customer's disks is mounted in the rescue system, wherever and by whomever. Pure. */
import { stripServerLine } from '../../shared/server-text.js'
import { parseFstab } from './fstab.js'
import type { Inventory } from './inventory.js'
import { isMountOf, isOwnPlace } from './layers.js'
import type { MountEntry } from './reports.js'

export interface CustomerMount {
  device: string
  target: string
  isReadOnly: boolean
  entry: MountEntry
}

// Images a live system is made of; nothing can be written there that a restart would cut off.
const images = new Set(['squashfs', 'erofs', 'iso9660', 'udf'])
// Their sources are names of their own: `rpool/ROOT/debian`, `/dev/sda:/dev/sdb`.
const pools = new Set(['zfs', 'bcachefs'])
const poolOf = ({ fileSystem, source }: MountEntry) => (fileSystem === 'zfs' ? source.replace(/\/.*/, '') : source)

/**
 * In the order they were mounted; what lies below another one is unmounted with it. Not on a disk the rescue system runs from, nor at
 * a place its own fstab names; `root`, the chosen system's, counts wherever it is.
 */
export function customerMounts({ devices, mounts, rescue }: Inventory, own: ReadonlySet<string>, root?: MountEntry): CustomerMount[] {
  const ownPlaces = new Set(parseFstab(rescue.fstab).map(({ target }) => target))
  const ownPools = new Set(mounts.filter((entry) => pools.has(entry.fileSystem) && isOwnPlace(entry, rescue)).map(poolOf))
  const all = mounts.flatMap((entry): CustomerMount[] => {
    const known = devices.find((one) => isMountOf(one, entry))
    const device = known?.path ?? (pools.has(entry.fileSystem) ? stripServerLine(entry.source) : undefined)
    if (!device || own.has(device) || images.has(entry.fileSystem)) return []
    if (entry !== root && (ownPlaces.has(entry.target) || (!known && ownPools.has(poolOf(entry))))) return []
    return [{ device, target: entry.target, isReadOnly: entry.isReadOnly, entry }]
  })
  return all.filter(({ target }) => !all.some((other) => target.startsWith(`${other.target}/`)))
}
