/**
 * Real disks without a server: image files on loop devices, seen and mounted in a mount namespace that ends with the test. Needs root
 * and loop devices, and says so when they are missing. Other loop devices of the computer stay out of sight, they may be in use, and so
 * does what the kernel logged before.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { systemClock } from '../../electron/clock.js'
import { createMachine, type Machine } from '../../electron/machine/machine.js'
import type { CommandRecord } from '../../shared/machine.js'
import { executeLocally } from './local-machine.js'

export interface LoopDisks {
  machine: Machine
  records: CommandRecord[]
  /** Of this test's own. */
  folder: string
  /** What stands before a command that is to run in the namespace. */
  inside: readonly [string, ...string[]]
  /** Runs a script in the namespace; its further arguments are `$1` …. @returns its output. @throws what it printed. */
  run(script: string, ...args: string[]): string
  /** An empty image file of so many MiB. */
  image(megabytes: number): string
  /** A loop device for an image, its partitions made known. @returns `/dev/loop7`. */
  attach(image: string): string
  detach(loop: string): void
  /** A process in the namespace, ended with the test. */
  linger(script: string, ...args: string[]): Promise<ChildProcess>
  end(): Promise<void>
}

export async function createLoopDisks(): Promise<LoopDisks> {
  if (process.getuid?.() !== 0) throw new Error('tests of disks need root: they attach loop devices and mount them')
  const folder = mkdtempSync(join(tmpdir(), 'rt-disks-'))
  const visible = join(folder, 'visible')
  const loops: string[] = []
  const lingering: ChildProcess[] = []
  const keeper = spawn('sh', ['-c', "exec unshare --mount --propagation private sh -c 'echo ready; exec cat'"], { stdio: 'pipe' })
  await once(keeper.stdout, 'data')
  const enter = ['nsenter', '--target', String(keeper.pid), '--mount', '--'] as const
  const run = (script: string, ...args: string[]) =>
    execFileSync(enter[0], [...enter.slice(1), 'sh', '-euc', script, 'sh', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  const namespace = namespaceOf(keeper.pid!)
  if (!namespace || namespace === namespaceOf(process.pid)) throw new Error('no mount namespace of its own: nothing is mounted')
  const inherited = new Set(mountsOf(keeper.pid!).map(({ id }) => id))

  const show = () => writeFileSync(visible, loops.join('\n'))
  /** Puts a script in a program's place, in this namespace. @param script may run `$real`. */
  function wrap(program: string, script: string) {
    const real = join(folder, basename(program))
    copyFileSync(program, real)
    writeFileSync(`${real}-wrap`, `#!/bin/sh\nreal='${real}'\n${script}\n`, { mode: 0o755 })
    run('mount --bind "$1" "$2"', `${real}-wrap`, program)
  }
  wrap('/usr/bin/lsblk', `exec "$real" "$@" $(findmnt -no SOURCE /) $(cat '${visible}')`)
  // An earlier test's loop device of the same name may have failed.
  const last = /^\[\s*([\d.]+)\]/.exec(run('dmesg | tail -n 1'))?.[1] ?? '0'
  wrap('/usr/bin/dmesg', `log=$("$real" "$@") || exit; printf '%s\\n' "$log" | awk -F '[][]' '$2 + 0 > ${last} || !/loop[0-9]/'`)
  show()

  const records: CommandRecord[] = []
  const machine = createMachine({
    execute: (line, options) => executeLocally(`${enter.join(' ')} sh -c ${quote(line)}`, options),
    clock: systemClock,
    sudo: () => false,
    onDidRun: (record) => records.push(record),
  })
  let images = 0
  return {
    machine,
    records,
    folder,
    inside: enter,
    run,
    image(megabytes) {
      const path = join(folder, `image-${images++}`)
      run(`truncate -s "$2"M "$1"`, path, String(megabytes))
      return path
    },
    attach(image) {
      const loop = run(`losetup --find --show "$1"`, image).trim()
      loops.push(loop)
      show()
      // The kernel here may know no partition tables; libblkid does. A killed run may have left partitions of an earlier image.
      run(`if blkid -p -s PTTYPE -o value "$1" | grep -q .; then partx --update "$1"; fi`, loop)
      return loop
    },
    detach(loop) {
      loops.splice(loops.indexOf(loop), 1)
      show()
      release(loop)
    },
    async linger(script, ...args) {
      const child = spawn(enter[0], [...enter.slice(1), 'sh', '-c', script, 'sh', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
      lingering.push(child)
      await once(child.stdout, 'data')
      return child
    },
    async end() {
      const failures: unknown[] = []
      const trying = async (work: () => unknown) => {
        try {
          await work()
        } catch (error) {
          failures.push(error)
        }
      }
      for (const child of lingering.reverse()) await killed(child)
      // What a server that is gone left behind still holds its mounts, and a mounted partition stays known under the loop device's
      // name: the next test that is given this device could not add its own.
      if (keeper.exitCode === null && keeper.signalCode === null && namespaceOf(keeper.pid!) === namespace) {
        await trying(() => killAllBeside(keeper.pid!, namespace))
        for (const { id, target } of mountsOf(keeper.pid!).reverse()) if (!inherited.has(id)) await trying(() => run('umount "$1"', target))
      }
      await killed(keeper)
      for (const loop of loops) await trying(() => release(loop))
      if (failures.length > 0) throw new AggregateError(failures, 'what the disks of a test hold could not be given back')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function release(loop: string) {
  const hasPartitions = readdirSync(`/sys/class/block/${basename(loop)}`).some((name) => name.startsWith(`${basename(loop)}p`))
  if (hasPartitions) execFileSync('partx', ['--delete', loop])
  execFileSync('losetup', ['--detach', loop])
}

/** Sources: proc(5), mountinfo; white space in a path is written in octal there. */
const mountsOf = (pid: number) =>
  readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([id = '', , , , target = '']) => ({
      id,
      target: target.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    }))

async function killed(child: ChildProcess) {
  child.stdin?.end()
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Ends every other process of a mount namespace, and waits until they are gone. */
async function killAllBeside(keeper: number, namespace: string) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const others = all.map(Number).filter((pid) => pid !== keeper && namespaceOf(pid) === namespace)
    if (others.length === 0) return
    for (const pid of others) killIfThere(pid)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('a process in the namespace of the disks does not end')
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined // Gone meanwhile, or a zombie, which holds nothing.
  }
}

function killIfThere(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const quote = (line: string) => `'${line.replaceAll("'", "'\\''")}'`

export interface SystemTree {
  hostname: string
  fstab: string
  /** Host keys made before, to be the same on several disks. */
  keys: string
}

/** Fresh host keys of three types, as a folder of `/etc/ssh`. */
export function createHostKeys(folder: string): { folder: string; blobs: Buffer[] } {
  const keys = join(folder, 'keys')
  mkdirSync(keys)
  const blobs = [
    ['ed25519', '256'],
    ['ecdsa', '256'],
    ['rsa', '2048'],
  ].map(([type, bits]) => {
    const file = join(keys, `ssh_host_${type}_key`)
    execFileSync('ssh-keygen', ['-q', '-t', type!, '-b', bits!, '-N', '', '-C', '', '-f', file])
    const line = execFileSync('cat', [`${file}.pub`], { encoding: 'utf8' })
    return Buffer.from(line.split(' ')[1]!, 'base64')
  })
  return { folder: keys, blobs }
}

/** Fills an empty, mounted directory with what a look expects of a system. */
export function plantSystem(disks: LoopDisks, root: string, { hostname, fstab, keys }: SystemTree): void {
  disks.run(
    `cd "$1"
    mkdir -p etc/ssh usr/lib var/log boot home dev proc sys run
    printf 'ID=debian\\nVERSION_ID="12"\\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\\n' > usr/lib/os-release
    ln -s ../usr/lib/os-release etc/os-release
    printf '%s\\n' "$2" > etc/hostname
    printf '%s' "$3" > etc/fstab
    cp "$4"/* etc/ssh/
    touch -d '2026-11-24T01:50:00Z' var/log/wtmp
    sync`,
    root,
    hostname,
    fstab,
    keys,
  )
}
