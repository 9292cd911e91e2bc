/**
 * Where disks of switched-off computers are worked on: a rescue system of the lab's own, kept running, into which they are plugged
 * and out of which they are taken. It needs no loop devices, device mapper or file systems of the computer it runs on.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/sshd.js'
import type { RescueImage, Variant } from './images.js'
import { overlay } from './overlay.js'
import { type Disk, type Guest, startGuest } from './qemu.js'
import { logIn, type Remote, sshAnswers } from './remote.js'

export interface Workshop {
  remote: Remote
  /** @returns the device's stable name in there. */
  plug(disk: Disk): Promise<string>
  /** Takes every plugged disk out again; nothing of them may be in use. */
  clear(): Promise<void>
  close(): Promise<void>
}

export const rescueAppend = 'root=/dev/sda1 console=ttyS0 net.ifnames=0'

export async function openWorkshop(image: RescueImage): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'rescueterm-workshop-'))
  const port = await freePort()
  const { kernel, initrd } = image
  let guest: Guest | undefined
  const close = async () => {
    await guest?.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    guest = await startGuest({
      folder,
      port,
      disks: [await overlay({ path: image.disk, format: 'raw' }, join(folder, 'disk.qcow2'))],
      kernel: { kernel, initrd, append: rescueAppend, rootPassword: 'workshop' },
    })
    if (!(await sshAnswers(port, 600_000, guest.off))) throw new Error(`the workshop did not open: ${guest.console.text().slice(-1500)}`)
    const remote = await logIn(port, { user: 'root', password: 'workshop' })
    const plugged: string[] = []
    let count = 0
    return {
      remote,
      async plug(disk) {
        const serial = `lab${count++}`
        await guest!.plug(serial, disk)
        plugged.push(serial)
        const device = `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`
        await remote.output(`udevadm wait --timeout=30 ${device} && udevadm settle`)
        return device
      },
      async clear() {
        await remote.output('sync')
        for (const serial of plugged.splice(0)) await guest!.unplug(serial)
        await remote.output('udevadm settle')
      },
      async close() {
        await remote.run('sync')
        remote.end()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What of a machine the workshop needs; a running one is refused. */
interface SwitchedOff {
  readonly mode: string | undefined
  readonly image: { variant: Variant }
  readonly disks: readonly Disk[]
}

/**
 * Opens the system on the machine's disks and runs shell lines in the workshop.
 * @param script the system is at /mnt and its programs can run (`chroot /mnt`); $disk is its first disk, $root the root's device
 * @returns what it wrote to standard output
 */
export async function onDisk(workshop: Workshop, machine: SwitchedOff, script: string): Promise<string> {
  if (machine.mode) throw new Error('the machine is running: its disk is not to be touched')
  const devices: string[] = []
  for (const disk of machine.disks) devices.push(await workshop.plug(disk))
  try {
    const open = await readFile(new URL('recipe/open.sh', import.meta.url), 'utf8')
    const lines = ['set -eu', `VARIANT=${machine.image.variant}`, open, `open_system ${devices.join(' ')}`, script, 'close_system']
    return await workshop.remote.output('bash', lines.join('\n'))
  } finally {
    await workshop.clear()
  }
}
