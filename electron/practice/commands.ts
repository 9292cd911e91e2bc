/**
 * What the practice machine's programs answer. Each is a function of the machine, the login and its arguments; it returns text
 * and an exit status, and changes only the machine's trees and mounts. Wording follows Debian 12's coreutils and util-linux, so
 * that what is learnt here is recognised on a real server. Files: `file-commands.ts`; disks: `disk-commands.ts`; the rest here.
 */
import { diskCommands } from './disk-commands.js'
import { fileCommands } from './file-commands.js'
import { type Login, locate, type Machine } from './machine.js'

export interface CommandContext {
  machine: Machine
  login: Login
  words: string[]
  /** Output of the command before the pipe. */
  input: string | undefined
  /** Commands typed so far, oldest first. */
  history: readonly string[]
  now: Date
  /** OpenSSH's picture of a key blob. */
  randomart(blob: Buffer): string
  fingerprint(blob: Buffer): string
}
export interface CommandResult {
  out?: string
  err?: string
  status?: number
  /** `exit` without a number ends with the status of the command before. */
  effect?: { kind: 'exit'; status?: number } | { kind: 'clear' } | { kind: 'restart' } | { kind: 'chroot'; root: string }
}
export type Command = (context: CommandContext) => CommandResult

export const failure = (err: string, status = 1): CommandResult => ({ err: `${err}\n`, status })

const HELP = `This is the practice server of RescueTerm. Nothing here is real, nothing can break.

Look     lsblk  blkid  df  mount  fdisk -l  ls  cat  dmesg  uptime
Mount    mount /dev/sdb1 /mnt    (in rescue mode: your disk)
Inside   chroot /mnt             (leave it with exit)
Write    echo text > /mnt/root/file,  mkdir, touch, cp, mv, rm
Keys     ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
Leave    umount /mnt, then boot it normally at the provider

In rescue mode only what you write under /mnt is still there after the restart.
`

const exit: Command = ({ words }) => ({ effect: { kind: 'exit', ...(words[1] ? { status: Number(words[1]) & 255 } : {}) } })
const restart: Command = () => ({ effect: { kind: 'restart' } })

const general: Record<string, Command> = {
  help: () => ({ out: HELP }),
  true: () => ({}),
  false: () => ({ status: 1 }),
  ':': () => ({}),
  clear: () => ({ effect: { kind: 'clear' } }),
  exit,
  logout: exit,
  reboot: restart,
  poweroff: restart,
  shutdown: restart,
  halt: restart,
  systemctl: ({ words }) =>
    words[1] === 'reboot' || words[1] === 'poweroff'
      ? { effect: { kind: 'restart' } }
      : failure('systemctl: only reboot and poweroff work on the practice server'),
  sync: () => ({}),
  whoami: () => ({ out: 'root\n' }),
  id: () => ({ out: 'uid=0(root) gid=0(root) groups=0(root)\n' }),
  hostname: ({ machine }) => ({ out: `${machine.hostname}\n` }),
  uname: ({ machine, words }) => ({
    out: words.includes('-a')
      ? `Linux ${machine.hostname} 6.1.0-31-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.128-1 x86_64 GNU/Linux\n`
      : words.includes('-r')
        ? '6.1.0-31-amd64\n'
        : words.includes('-n')
          ? `${machine.hostname}\n`
          : words.includes('-m')
            ? 'x86_64\n'
            : 'Linux\n',
  }),
  uptime: ({ machine, now }) => ({ out: uptime(machine, now) }),
  w: ({ machine, now }) => ({ out: uptime(machine, now) }),
  date: ({ now }) => ({ out: `${now.toUTCString().replace('GMT', 'UTC')}\n` }),
  free: () => ({
    out: '               total        used        free      shared  buff/cache   available\nMem:         2014380      182344     1603120         596      228916     1694212\nSwap:              0           0           0\n',
  }),
  history: ({ history }) => ({ out: history.map((line, index) => `${String(index + 1).padStart(5)}  ${line}\n`).join('') }),
  dmesg: ({ machine }) => ({ out: dmesg(machine) }),
  passwd: () => failure('passwd: the practice server keeps no passwords; on a real server do this inside chroot /mnt', 10),
  chroot: ({ machine, login, words }) => {
    const target = words[1]
    if (!target) return failure('chroot: missing operand', 125)
    const place = locate(machine, login, target)
    if (place.node?.kind !== 'directory')
      return failure(`chroot: cannot change root directory to '${target}': No such file or directory`, 125)
    const bin = locate(machine, { root: place.path, cwd: '/' }, '/bin')
    if (!bin.node) return failure("chroot: failed to run command '/bin/bash': No such file or directory", 127)
    return { effect: { kind: 'chroot', root: place.path } }
  },
  'ssh-keygen': sshKeygen,
}
const table: ReadonlyMap<string, Command> = new Map(Object.entries({ ...general, ...fileCommands, ...diskCommands }))

/** Names for Tab. */
export const commandNames: readonly string[] = [...table.keys()].filter((name) => /^[a-z]/.test(name)).sort()

export function runCommand(context: CommandContext): CommandResult {
  const name = context.words[0]!.replace(/^\/(?:usr\/)?s?bin\//, '')
  const command = table.get(name)
  return command ? command(context) : failure(`bash: ${context.words[0]}: command not found`, 127)
}

function uptime(machine: Machine, now: Date): string {
  // The normal system pretends to have been up for a while; a rescue system has just started.
  const minutes = Math.max(0, Math.floor((now.getTime() - machine.bootedAt.getTime()) / 60_000)) + (machine.mode === 'normal' ? 17_462 : 0)
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor(minutes / 60) % 24
  const clock = hours > 0 ? `${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`
  const users = machine.logins.size
  return ` ${now.toISOString().slice(11, 19)} up ${days > 0 ? `${days} days, ` : ''}${clock},  ${users} user${users === 1 ? '' : 's'},  load average: 0.08, 0.03, 0.01\n`
}

function dmesg(machine: Machine): string {
  const lines = [
    'Linux version 6.1.0-31-amd64',
    `Command line: ${machine.mode === 'rescue' ? 'boot=rescue netboot' : 'root=/dev/sda1 ro quiet'}`,
  ]
  for (const disk of machine.disks) {
    lines.push(`sd 2:0:0:0: [${disk.name}] ${disk.size * 2048} 512-byte logical blocks`, `sd 2:0:0:0: [${disk.name}] Attached SCSI disk`)
  }
  for (const [point, { partition }] of machine.mounts) {
    lines.push(`EXT4-fs (${partition.name}): mounted filesystem with ordered data mode${point === '/' ? '' : ` on ${point}`}`)
  }
  return lines.map((line, index) => `[${(index * 0.731 + 0.2).toFixed(6).padStart(12)}] ${line}\n`).join('')
}

/** `-l`, with `-v` the picture, of a public key file; a private file's name finds its `.pub`, as the real one does. */
function sshKeygen({ machine, login, words, randomart, fingerprint }: CommandContext): CommandResult {
  const options = words.slice(1)
  const flags = options.filter((word) => word.startsWith('-')).join('')
  const file = options.find((word) => !word.startsWith('-'))
  if (!flags.includes('l') || !file) return failure('usage: ssh-keygen -l [-v] -f file', 1)
  const node = locate(machine, login, `${file}.pub`).node ?? locate(machine, login, file).node
  if (!node) return failure(`ssh-keygen: ${file}: No such file or directory`, 255)
  const [type, base64, ...comment] = node.text.trim().split(' ')
  if (!type || !base64 || !/^[A-Za-z0-9+/=]+$/.test(base64)) return failure(`${file} is not a public key file.`, 255)
  const blob = Buffer.from(base64, 'base64')
  const name = type.includes('ed25519') ? 'ED25519' : type.startsWith('ecdsa') ? 'ECDSA' : 'RSA'
  const bits = name === 'RSA' ? (blob.readUInt32BE(blob.length - 4 - 385) - 1) * 8 : 256
  const line = `${bits} ${fingerprint(blob)} ${comment.join(' ') || 'no comment'} (${name})\n`
  return { out: flags.includes('v') ? `${line}${randomart(blob)}\n` : line }
}
