/**
 * One emulated computer: a QEMU process without KVM, its serial console as text, its monitor (QMP) for disks that come and go.
 * Nothing listens but one forwarded port on loopback and a socket in a private folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { chmod, copyFile, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'

export interface Disk {
  path: string
  format: 'raw' | 'qcow2'
  readOnly?: boolean
}

/** UEFI keeps its variables in the folder: they belong to the computer, as its disks do. */
export type Firmware = 'bios' | 'uefi'

export interface GuestOptions {
  /** For the monitor's socket and the console's file; one running guest each. */
  folder: string
  /** Forwarded from 127.0.0.1 to the guest's port 22. */
  port: number
  /** In the guest's order: sda, sdb, … The first one is booted from. */
  disks: readonly Disk[]
  firmware?: Firmware | undefined
  /** Started by the emulator itself instead of the first disk's boot loader. */
  kernel?: { kernel: string; initrd: string; append: string; rootPassword: string } | undefined
}

export interface Guest {
  console: SerialConsole
  plug(serial: string, disk: Disk): Promise<void>
  unplug(serial: string): Promise<void>
  /** Aborted when the computer is off, by us or by an accident. */
  off: AbortSignal
  /** Like pulling the plug: what the guest has not written to its disk is lost. */
  stop(): Promise<void>
}

export interface SerialConsole {
  /** Everything since the start, without control sequences. */
  text(): string
  type(text: string): void
  /** @returns what matched. @throws when the limit passes or the computer ends; the last lines are in the message. */
  waitFor(pattern: RegExp, limitMs: number): Promise<RegExpExecArray>
}

export async function startGuest({ folder, ...o }: GuestOptions): Promise<Guest> {
  const socket = join(folder, 'qmp')
  const child = spawn('qemu-system-x86_64', [...(await commandLine({ folder, ...o })), '-qmp', `unix:${socket},server=on`], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const off = new AbortController()
  child.once('exit', () => off.abort())
  let complaint = ''
  child.stderr.on('data', (part) => (complaint += part))
  const console = serialConsole(child, join(folder, 'console.log'))
  // QEMU waits for the monitor's client before it starts the guest.
  const monitor = await connectMonitor(socket, child).catch(async (error) => {
    child.kill('SIGKILL')
    await exited
    throw new Error(`qemu did not start: ${complaint || error}`)
  })
  return {
    console,
    off: off.signal,
    async plug(serial, disk) {
      await monitor('blockdev-add', blockNode(serial, disk))
      await monitor('device_add', { driver: 'scsi-hd', id: `device-${serial}`, bus: 'scsi.0', drive: serial, serial })
    },
    async unplug(serial) {
      const gone = monitor.deleted(`device-${serial}`)
      gone.catch(() => {})
      await monitor('device_del', { id: `device-${serial}` })
      await gone
      await monitor('blockdev-del', { 'node-name': serial })
    },
    async stop() {
      // SIGTERM closes the images in order; only what the guest kept to itself is lost.
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}

async function commandLine({ folder, port, disks, firmware, kernel }: GuestOptions): Promise<string[]> {
  const password = join(folder, 'root-password')
  if (kernel) {
    await writeFile(password, kernel.rootPassword, { mode: 0o600 })
    await chmod(password, 0o600)
  }
  return [
    // No graphics: BIOS and GRUB speak on the serial line.
    ...['-M', 'pc,graphics=off', '-nodefaults', '-display', 'none', '-vga', 'none', '-serial', 'stdio'],
    // KVM is never used: it hangs on nested machines. No AES or AVX: emulating them is slower than doing without, and the kernel
    // would load modules for them. One processor: two start no faster, and now and then hang in the emulator's own races.
    ...['-accel', 'tcg', '-cpu', 'qemu64,-svm,+ssse3,+sse4.1,+sse4.2,+popcnt', '-smp', '1', '-m', '1024'],
    ...['-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...['-device', 'virtio-net-pci,netdev=net,addr=0x3,romfile='],
    ...['-device', 'virtio-scsi-pci,id=scsi'],
    ...(firmware === 'uefi' ? await uefi(folder) : []),
    ...disks.flatMap((disk, index) => [
      ...['-blockdev', JSON.stringify(blockNode(`disk${index}`, disk))],
      ...['-device', `scsi-hd,drive=disk${index},bus=scsi.0,scsi-id=${index}${kernel ? '' : `,bootindex=${index}`}`],
    ]),
    ...(kernel
      ? [
          ...['-kernel', kernel.kernel, '-initrd', kernel.initrd, '-append', kernel.append],
          ...['-fw_cfg', `name=opt/org.rescueterm/root-password,file=${password}`],
        ]
      : []),
  ]
}

// As Debian's package has it.
const OVMF = '/usr/share/OVMF'

async function uefi(folder: string): Promise<string[]> {
  const variables = join(folder, 'uefi-variables')
  if (!existsSync(variables)) await copyFile(join(OVMF, 'OVMF_VARS_4M.fd'), variables)
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${join(OVMF, 'OVMF_CODE_4M.fd')}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
  ]
}

/** Throw-away overlays: the host's page cache is as good as a disk. */
const blockNode = (name: string, { path, format, readOnly = false }: Disk) => ({
  'node-name': name,
  driver: format,
  'read-only': readOnly,
  cache: { direct: false, 'no-flush': true },
  file: { driver: 'file', filename: path, 'read-only': readOnly, cache: { direct: false, 'no-flush': true } },
})

function serialConsole(child: ChildProcess, file: string): SerialConsole {
  const log = createWriteStream(file, { flags: 'a' })
  let text = ''
  const listeners = new Set<() => void>()
  child.stdout!.setEncoding('latin1').on('data', (part: string) => {
    log.write(part, 'latin1')
    text += part
    for (const listener of listeners) listener()
  })
  child.stdin!.on('error', () => {})
  child.on('exit', () => {
    log.end()
    for (const listener of listeners) listener()
  })
  const plain = () => stripVTControlCharacters(text).replaceAll('\r', '')
  return {
    text: plain,
    type: (typed) => child.stdin!.write(typed),
    waitFor(pattern, limitMs) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          listeners.delete(look)
          clearTimeout(timer)
          settle()
        }
        const fail = (why: string) => end(() => reject(new Error(`${why}; the console ended with:\n${plain().slice(-1500)}`)))
        const look = () => {
          const found = new RegExp(pattern, pattern.flags.replace('g', '')).exec(plain())
          if (found) end(() => resolve(found))
          else if (child.exitCode !== null || child.signalCode !== null)
            fail(`the computer was switched off (${child.signalCode ?? child.exitCode})`)
        }
        const timer = setTimeout(() => fail(`${pattern} did not appear within ${limitMs / 1000} s`), limitMs)
        listeners.add(look)
        look()
      })
    },
  }
}

interface Monitor {
  (execute: string, args?: Record<string, unknown>): Promise<unknown>
  /** The guest has let go of a device. */
  deleted(device: string): Promise<void>
}

/** QMP: one JSON object a line; answers come in order, events in between. */
async function connectMonitor(path: string, child: ChildProcess): Promise<Monitor> {
  const socket = await connectWhenReady(path, child)
  socket.on('error', () => {})
  interface Waiting {
    resolve(value: unknown): void
    reject(error: Error): void
  }
  const waiting: Waiting[] = []
  const deletions = new Map<string, Waiting>()
  const lines = createInterface({ input: socket })
  lines.on('error', () => {})
  lines.on('line', (line) => {
    const message = JSON.parse(line) as { return?: unknown; error?: { desc: string }; event?: string; data?: { device?: string } }
    if (message.error) waiting.shift()?.reject(new Error(message.error.desc))
    else if ('return' in message) waiting.shift()?.resolve(message.return)
    else if (message.event === 'DEVICE_DELETED') deletions.get(message.data?.device ?? '')?.resolve(undefined)
  })
  socket.on('close', () => {
    for (const { reject } of [...waiting.splice(0), ...deletions.values()]) reject(new Error('the monitor is gone'))
  })
  const monitor = ((execute, args = {}) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      socket.write(`${JSON.stringify({ execute, arguments: args })}\n`)
    })) as Monitor
  monitor.deleted = async (device) => {
    const deletion = new Promise<unknown>((resolve, reject) => deletions.set(device, { resolve, reject }))
    await deletion.finally(() => deletions.delete(device))
  }
  await monitor('qmp_capabilities')
  return monitor
}

/** The socket appears a moment after the process. */
async function connectWhenReady(path: string, child: ChildProcess): Promise<Socket> {
  for (const deadline = Date.now() + 20_000; child.exitCode === null && Date.now() < deadline; ) {
    const socket = connect(path)
    const ready = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (ready) return socket
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('no monitor')
}
