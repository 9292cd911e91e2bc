/** An inventory as `takeInventory` gives it, from a saved lsblk report. */
import { readFileSync } from 'node:fs'
import type { Inventory } from '../../electron/machine/inventory.js'
import { parseLsblk, parseMountinfo } from '../../electron/machine/reports.js'

/** `8:1 /`: the device with this number is mounted there. */
export function inventoryOf(layout: string, mounts: readonly string[], rest: Partial<Inventory> = {}): Inventory {
  const file = new URL(`../fixtures/machine/guides/${layout}.json`, import.meta.url)
  const lines = mounts.map((mount, index) => {
    const [number, target] = mount.split(' ')
    return `30 1 ${number} / ${target} rw,relatime shared:${index + 1} - ext4 /dev/root rw`
  })
  return {
    devices: parseLsblk(readFileSync(file, 'utf8'))!,
    mounts: parseMountinfo(lines.join('\n')),
    raidMembers: [],
    activeArrays: [],
    physicalVolumes: [],
    logicalVolumes: [],
    missing: {},
    rescue: { os: 'Debian', osRelease: { ID: 'debian' }, hostname: 'rescue', kernelArguments: '', uefi: false, fstab: '' },
    ...rest,
  }
}
