/**
 * A customer's server as a whole: its disks, the port it answers at in both modes, and the provider's panel, which is all that can
 * switch between them. Every machine works on overlays; its images stay as they were built.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/sshd.js'
import { type CustomerImage, luksPassphrase, rescueImage } from './images.js'
import { overlay } from './overlay.js'
import { type Disk, type Firmware, type Guest, type SerialConsole, startGuest } from './qemu.js'
import { type Login, sshAnswers } from './remote.js'
import { rescueAppend } from './workshop.js'

export type BootMode = 'normal' | 'rescue'

/** How a boot ended. Everything but `ssh` and `no-ssh` is what the serial console stopped at. */
export type BootEnd = 'ssh' | 'no-ssh' | 'no-boot-loader' | 'grub' | 'initramfs' | 'panic' | 'emergency'

export interface Machine {
  readonly image: CustomerImage
  /** Of 127.0.0.1; the same in both modes. */
  readonly port: number
  /** Undefined while it is off. */
  readonly mode: BootMode | undefined
  /** Of the boot that runs, or ran last. */
  readonly console: SerialConsole
  /** What lies in the server; to be touched only while it is off. */
  readonly disks: readonly Disk[]
  readonly panel: Panel
  /** Lines of a known_hosts file of somebody who has been there before, with all the server's own keys. */
  knownHosts(): string
  start(mode: BootMode): Promise<void>
  stop(): Promise<void>
  /** Waits until it is decided how this boot ends. @throws when it is not decided within the limit */
  waitForBoot(limitMs?: number): Promise<BootEnd>
  dispose(): Promise<void>
}

/** The provider's buttons. Like the real ones they cut the power; what the server has not written is lost. */
export interface Panel {
  /** Every time with another password, which is the mail's content. Resolves when the button is pressed, not when it has started. */
  rebootInRescue(): Promise<Login>
  rebootInNormalMode(): Promise<void>
}

// What `&<>$'"\` and a space do to a shell, an URL, an XML file or a mail, they should not do to us.
const awkward = `<&>$'"\\ `

// Twenty seconds on an idle computer; three minutes were not enough beside a dozen busy processes on two cores.
const BOOT_LIMIT = 600_000

const ends: [BootEnd, RegExp][] = [
  ['no-boot-loader', /No bootable device|not a bootable disk|No bootable option or device was found/],
  ['grub', /grub(?: rescue)?> /],
  ['initramfs', /\(initramfs\) /],
  ['panic', /Kernel panic/],
  ['emergency', /You are in emergency mode/],
]

/** @param firmware the disks hold a loader for both. */
export async function createMachine(image: CustomerImage, firmware: Firmware = 'bios'): Promise<Machine> {
  const rescue = await rescueImage()
  const folder = await mkdtemp(join(tmpdir(), 'rescueterm-machine-'))
  const port = await freePort()
  const disks = await Promise.all(image.disks.map((path, i) => overlay({ path, format: 'qcow2' }, join(folder, `customer${i}.qcow2`))))
  let guest: Guest | undefined
  let console: SerialConsole | undefined
  let mode: BootMode | undefined
  let rootPassword = ''
  let began = 0
  let plugged = Promise.resolve()

  async function stop() {
    await guest?.stop()
    guest = undefined
    mode = undefined
  }
  async function start(next: BootMode) {
    if (mode) throw new Error('it is running')
    began = Date.now()
    const { kernel, initrd } = rescue
    const append = rescueAppend
    const own: Disk = { path: rescue.disk, format: 'raw' }
    guest =
      next === 'rescue'
        ? await startGuest({
            folder,
            port,
            firmware,
            disks: [await overlay(own, join(folder, 'rescue.qcow2'))],
            kernel: { kernel, initrd, append, rootPassword },
          })
        : await startGuest({ folder, port, firmware, disks })
    console = guest.console
    mode = next
    plugged = next === 'rescue' ? plugInOrder(guest, disks) : Promise.resolve()
    // Told to whoever waits for the boot.
    plugged.catch(() => {})
    if (next === 'normal' && image.variant === 'luks')
      console.waitFor(/Please unlock disk/, BOOT_LIMIT).then(
        () => console?.type(`${luksPassphrase}\n`),
        () => {},
      )
  }
  const running = () => {
    if (!console) throw new Error('it was never started')
    return console
  }

  return {
    image,
    port,
    disks,
    get mode() {
      return mode
    },
    get console() {
      return running()
    },
    panel: {
      async rebootInRescue() {
        await stop()
        rootPassword = `${awkward}${randomBytes(6).toString('hex')}`
        await start('rescue')
        return { user: 'root', password: rootPassword }
      },
      async rebootInNormalMode() {
        await stop()
        await start('normal')
      },
    },
    knownHosts: () => image.hostKeys.map((key) => `[127.0.0.1]:${port} ${key}\n`).join(''),
    start,
    stop,
    async waitForBoot(limitMs = BOOT_LIMIT) {
      const end = await bootEnd(running(), port, began, limitMs)
      await plugged
      return end
    },
    async dispose() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * The kernel looks at several disks at once and gives out sda, sdb, … in the order they answer. The customer's come when the rescue
 * system's own is sda, as a provider's panel has it.
 */
async function plugInOrder(guest: Guest, disks: readonly Disk[]) {
  for (const [index, disk] of disks.entries()) {
    await guest.console.waitFor(new RegExp(`\\[sd${'abc'[index]}\\] Attached SCSI disk`), BOOT_LIMIT)
    await guest.plug(`customer${index}`, disk)
  }
}

async function bootEnd(console: SerialConsole, port: number, began: number, limitMs: number): Promise<BootEnd> {
  const decided = new AbortController()
  const answers = sshAnswers(port, limitMs, decided.signal)
  const prompt = console.waitFor(new RegExp([...ends.map(([, pattern]) => pattern.source), ' login: '].join('|')), limitMs)
  prompt.catch(() => {})
  try {
    const first = await Promise.race([answers.then(async (yes) => (yes ? 'ssh' : prompt)), prompt])
    if (first === 'ssh') return 'ssh'
    const end = ends.find(([, pattern]) => pattern.test(first[0]))
    if (end) return end[0]
    // A login prompt comes about when sshd starts. From then on it gets as long again as the boot took, which grows with the load of
    // this computer as sshd's start does.
    return (await sshAnswers(port, Date.now() - began)) ? 'ssh' : 'no-ssh'
  } finally {
    decided.abort()
  }
}
