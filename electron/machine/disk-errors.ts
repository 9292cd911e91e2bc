/** The words of mount, cryptsetup and their kind, understood: from what a failed command printed to a code with something to do next. */
import { AppError } from '../../shared/errors.js'
import { stripServerLine, stripServerText } from '../../shared/server-text.js'

interface Failed {
  exitCode: number | undefined
  stderr: string
  timedOut: boolean
}

interface Context {
  /** The program, for a failure nothing more is known of. */
  tool: string
  device?: string
  /** Mount point or root, for what is in use. */
  path?: string
  osRelease?: Record<string, string>
}

/** Tool → Debian's package; Red Hat's where it differs. */
const packages: Record<string, { deb: string; rpm?: string }> = {
  mdadm: { deb: 'mdadm' },
  cryptsetup: { deb: 'cryptsetup-bin', rpm: 'cryptsetup' },
  vgchange: { deb: 'lvm2' },
  'ssh-keygen': { deb: 'openssh-client', rpm: 'openssh' },
  lsblk: { deb: 'util-linux' },
  mount: { deb: 'mount', rpm: 'util-linux' },
  smartctl: { deb: 'smartmontools' },
}

/** `command` installs it on the rescue system's own disk. */
export function missingTool(tool: string, osRelease: Record<string, string> = {}): AppError {
  const { deb, rpm = deb } = packages[tool] ?? { deb: tool }
  const family = `${osRelease.ID ?? ''} ${osRelease.ID_LIKE ?? ''}`
  const command = /rhel|fedora|centos/.test(family)
    ? `dnf install ${rpm}`
    : /arch/.test(family)
      ? `pacman -Sy ${rpm}`
      : /alpine/.test(family)
        ? `apk add ${rpm}`
        : /suse/.test(family)
          ? `zypper install ${rpm}`
          : `apt-get update && apt-get install ${deb}`
  return new AppError('tool-missing', { tool, command })
}

/** Exit status and words of `tool` (fixed locale) as an AppError. Every text is the server's. */
export function diskError({ exitCode, stderr, timedOut }: Failed, { tool, device = '', path = '', osRelease }: Context): AppError {
  const detail = stripServerText(stderr, 1000) || undefined
  const failed = (code: AppError['code'], data: Record<string, string | number>) => new AppError(code, data, detail)
  if (exitCode === 127) return missingTool(tool, osRelease)
  if (timedOut) return failed('disk-command-failed', { command: tool, status: 124 })
  if (/a password is required|must be superuser|must be run as root|only root can|permission denied/i.test(stderr))
    return failed('no-root', {})
  const unknown = /unknown filesystem type '([^']*)'/.exec(stderr)?.[1]
  if (unknown !== undefined) {
    const kind = stripServerLine(unknown, 50)
    return /_member$|^crypto_/.test(unknown) ? failed('volume-locked', { device, kind }) : failed('file-system-unsupported', { kind })
  }
  if (/structure needs cleaning|input\/output error|bad message|remote i\/o error/i.test(stderr))
    return failed('file-system-damaged', { device })
  if (/write access unavailable|cannot mount .* read-only|read-only file system|write-protected/i.test(stderr))
    return failed('journal-dirty', { device })
  if (tool === 'umount' && /busy/i.test(stderr)) return failed('device-busy', { device: path })
  if (/already mounted|device or resource busy|\bbusy\b|already exists|in use/i.test(stderr)) return failed('device-busy', { device })
  if (/wrong fs type|bad superblock|can't read superblock|can't find in|no such device or address/i.test(stderr))
    return failed('file-system-unreadable', { device })
  if (tool === 'cryptsetup' && exitCode === 2) return failed('wrong-passphrase', { device })
  return failed('disk-command-failed', { command: tool, status: exitCode ?? -1 })
}

const diskCodes: ReadonlySet<AppError['code']> = new Set([
  'disk-command-failed',
  'no-root',
  'tool-missing',
  'wrong-passphrase',
  'volume-locked',
  'file-system-unsupported',
  'file-system-unreadable',
  'file-system-damaged',
  'journal-dirty',
  'device-busy',
])

/** A failure of one device; others, such as a connection that ended, concern the whole visit. */
export const isDiskError = (error: unknown): error is AppError => error instanceof AppError && diskCodes.has(error.code)
