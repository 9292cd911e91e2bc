/**
 * Where a directory of a rescue system really lies, from the kernel's own list (proc_pid_mountinfo(5)). What is written below a
 * mounted disk stays; everything else belongs to the rescue system and is lost when it stops.
 */
import type { Keeping } from '../../shared/files.js'
import { stripServerLine } from '../../shared/server-text.js'

export interface Mount {
  at: string
  fileSystem: string
  source: string
  readOnly: boolean
}

export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const [, , , , at, options] = before?.split(' ') ?? []
    const [fileSystem, source, superOptions] = after?.split(' ') ?? []
    if (!at || !options || !fileSystem || source === undefined) return []
    const readOnly = [options, superOptions ?? ''].some((list) => list.split(',').includes('ro'))
    return [{ at: unescapeOctal(at), fileSystem, source: unescapeOctal(source), readOnly }]
  })
}

/** `\040` is a blank. */
const unescapeOctal = (text: string) => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

// Disks that are memory, or files of the rescue system itself.
const isDisk = ({ source }: Mount) => /^\/dev\/(?!loop|ram|zram|shm)/.test(source)

const isWithin = (path: string, at: string) => at === '/' || path === at || path.startsWith(`${at}/`)

/** The rescue system's own root is lost even where it stands on a disk. */
export function keepingOf(path: string, mounts: readonly Mount[]): Keeping {
  // The last mount at a place hides the earlier ones.
  const mount = mounts.reduce<Mount | undefined>(
    (best, one) => (isWithin(path, one.at) && one.at.length >= (best?.at.length ?? 0) ? one : best),
    undefined,
  )
  if (!mount || mount.at === '/' || !isDisk(mount)) return { kind: 'lost' }
  const device = stripServerLine(mount.source.replace(/^\/dev\/(?:mapper\/)?/, ''), 60)
  return { kind: mount.readOnly ? 'read-only' : 'stays', device }
}

/** Where a person in rescue mode wants to begin: their system is mounted at /mnt, or somewhere below it. */
export const hasMountUnderMnt = (mounts: readonly Mount[]): boolean =>
  mounts.some((mount) => isWithin(mount.at, '/mnt') && mount.at !== '/' && isDisk(mount))
