/**
 * A look into a file system that changes nothing: mounted read-only without replaying its journal, on a directory and in a mount
 * namespace that end with the command. What is mounted already is read where it is.
 */
import { AppError } from '../../shared/errors.js'
import { type PublicKey, parsePublicKeyLine } from '../known-hosts/key.js'
import { diskError } from './disk-errors.js'
import type { Machine } from './machine.js'
import { parseOsRelease } from './reports.js'
import { resolve } from './system-files.js'

/** Where the look begins. */
export interface Place {
  device: string
  fileSystem: string
  /** Mounted there already. */
  mountedAt?: string | undefined
  /** Of btrfs; undefined: wherever a system is found. */
  subvolume?: string | undefined
}

/** A system as it stands on its disk. Texts are the disk's, unstripped. */
export interface SystemInside {
  osRelease: Record<string, string>
  hostname: string
  /** undefined: there is none. */
  fstab: string | undefined
  crypttab: string | undefined
  subvolume: string | undefined
  lastStarted: Date | undefined
  hostKeys: { path: string; key: PublicKey }[]
}

/** Options that neither write nor replay a journal, the best first; undefined: nothing a Linux system is started from. */
export function quietOptions(fileSystem: string): string[] | undefined {
  switch (fileSystem) {
    case 'ext3':
    case 'ext4':
      return ['ro,noload']
    case 'xfs':
      // nouuid: a copy of this file system may be mounted (the rescue system's own, OpenStack).
      return ['ro,norecovery,nouuid']
    case 'btrfs':
      // The first since Linux 5.9, the second until it was removed.
      return ['ro,rescue=nologreplay', 'ro,nologreplay']
    case 'f2fs':
      return ['ro,norecovery']
    case 'ext2':
    case 'reiserfs':
    case 'jfs':
      return ['ro']
    default:
      return undefined
  }
}

const LIMIT_MS = 60_000
const MAX_FILE = 256 * 1024

// The namespace ends with its last process, so that a cut connection leaves no mount behind; where there is none, the trap unmounts.
const privately = `unshare -m true 2> /dev/null && exec unshare -m sh -c "$@"; exec sh -c "$@"`

/** `body` runs with `$root` at the file system; its further arguments are `$1`, `$2` …. Exit status 32 is mount's. */
const inside = (body: string) => `device=$1; type=$2; options=$3; root=$4; shift 4
if [ -z "$root" ]; then
  root=$(mktemp -d) || exit 1
  trap 'umount "$root" 2> /dev/null; rmdir "$root"' EXIT
  trap 'exit 1' HUP INT TERM
  for option in $options; do
    mount -t "$type" -o "$option,nosuid,nodev,noexec" "$device" "$root" && break
  done
  mountpoint -q "$root" || exit 32
fi
top=$root
${resolve}
has_system() {
  for release in /etc/os-release /usr/lib/os-release; do resolve "$release" && [ -f "$root$resolved" ] && return; done
  return 1
}
${body}`

const lookScript = inside(`maximum=$1
part() { printf '%s ' "$1"; printf %s "$2" | base64 -w0; printf ' '; head -c "$maximum" | base64 -w0; echo; }
file() { if resolve "$2" && [ -f "$root$resolved" ]; then part "$1" "$2" < "$root$resolved"; fi; }
if ! has_system && [ "$type" = btrfs ]; then
  # Ubuntu, Debian, Fedora, openSUSE by name; the highest snapshot last; then whatever else is there.
  for subvolume in "$top"/@ "$top"/@rootfs "$top"/root $(ls -d "$top"/@/.snapshots/*/snapshot 2> /dev/null | sort -t/ -V -r) "$top"/*; do
    # What cannot be said in a mount option cannot be mounted.
    case $subvolume in *[,[:space:]]*) continue ;; esac
    root=$subvolume
    [ -d "$root" ] && [ ! -L "$root" ] && has_system && break
    root=$top
  done
  [ "$root" = "$top" ] || printf %s "\${root#"$top"/}" | part subvolume ''
fi
if has_system; then
  part release "$release" < "$root$resolved"
  file hostname /etc/hostname
  file fstab /etc/fstab
  file crypttab /etc/crypttab
  for log in /var/log/wtmp /var/lib/systemd/random-seed; do
    resolve "$log" && [ -f "$root$resolved" ] && stat -c %Y -- "$root$resolved" | part started "$log"
  done
  if resolve /var/log/journal; then
    for log in "$root$resolved"/*/system.journal; do [ -f "$log" ] && stat -c %Y -- "$log" | part started journal; done
  fi
  if resolve /etc/ssh; then
    for key in "$root$resolved"/ssh_host_*_key.pub; do file key "/etc/ssh/\${key##*/}"; done
  fi
fi
echo end`)

/** The system on it, or undefined when there is none. @throws AppError as `diskError` says. */
export async function lookInside(machine: Machine, place: Place): Promise<SystemInside | undefined> {
  const { stdout } = await runInside(machine, place, lookScript, [String(MAX_FILE)], {})
  const lines = stdout.toString('latin1').split('\n')
  if (!lines.includes('end')) throw new AppError('file-system-unreadable', { device: place.device }, 'the answer was cut')
  return readSystem(lines)
}

const signScript = inside('resolve "$1" || exit 1; ssh-keygen -Y sign -n "$2" -f "$root$resolved"')

/** An SSH signature (PROTOCOL.sshsig) of `message` made there with a private host key, which does not leave the machine; undefined when it cannot be made. */
export async function signInside(
  machine: Machine,
  place: Place,
  privateKey: string,
  namespace: string,
  message: string,
): Promise<string | undefined> {
  const { stdout, exitCode } = await runInside(machine, place, signScript, [privateKey, namespace], {
    stdin: message,
    shown: ['ssh-keygen', '-Y', 'sign', '-n', namespace, '-f', privateKey],
  })
  return exitCode === 0 ? stdout.toString('latin1') : undefined
}

interface RunOptions {
  stdin?: string
  shown?: readonly [string, ...string[]]
}

async function runInside(machine: Machine, place: Place, script: string, extra: readonly string[], o: RunOptions) {
  const { device, fileSystem, mountedAt, subvolume } = place
  const options = mountedAt ? [] : (quietOptions(fileSystem) ?? ['ro'])
  const chosen = options.map((option) => (subvolume ? `${option},subvol=${subvolume}` : option))
  const result = await machine.run({
    words: ['sh', '-c', privately, 'privately', script, 'inside', device, fileSystem, chosen.join(' '), mountedAt ?? '', ...extra],
    risk: 'reads',
    shown: o.shown ?? ['mount', '-o', options[0] ?? 'ro', device, mountedAt ?? '/tmp/…'],
    limitMs: LIMIT_MS,
    maxBytes: 4 * 1024 * 1024,
    ...(o.stdin === undefined ? {} : { stdin: o.stdin }),
  })
  if (result.exitCode === 32 || result.timedOut) throw diskError(result, { tool: 'mount', device })
  return result
}

function readSystem(lines: readonly string[]): SystemInside | undefined {
  const parts = lines.flatMap((line) => {
    const [kind, path, content] = line.split(' ')
    return kind && path !== undefined && content !== undefined ? [{ kind, path: decode(path), content: decode(content) }] : []
  })
  const one = (kind: string) => parts.find((part) => part.kind === kind)?.content
  const release = one('release')
  if (release === undefined) return undefined
  const started = parts.filter((part) => part.kind === 'started').map((part) => Number(part.content) * 1000)
  // A clock that was never set, or a file of another century, says nothing.
  const newest = Math.max(...started.filter((at) => at > 0 && at < 4_102_444_800_000))
  return {
    osRelease: parseOsRelease(release),
    hostname:
      (one('hostname') ?? '')
        .split('\n')
        .find((line) => line.trim() && !line.startsWith('#'))
        ?.trim() ?? '',
    fstab: one('fstab'),
    crypttab: one('crypttab'),
    subvolume: one('subvolume'),
    lastStarted: Number.isFinite(newest) ? new Date(newest) : undefined,
    hostKeys: parts.flatMap(({ kind, path, content }) => {
      const key = kind === 'key' ? parsePublicKeyLine(content) : undefined
      return key ? [{ path, key }] : []
    }),
  }
}

const decode = (word: string) => Buffer.from(word, 'base64').toString('utf8')
