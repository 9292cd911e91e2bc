/** Reading the person's known_hosts files: bounded, never blocking on a pipe or device, every refusal with a reason. */
import { constants } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../shared/app-error.js'
import type { KnownHostsFile } from '../../shared/settings.js'
import { errnoOf, type FileOperations, nodeFiles, openFlags, readAll } from '../file-operations.js'
import type { KnownHostsContent } from './verdict.js'

/** 64 MB is a million entries; a file beyond it is not one that ssh could be pleasant with either. */
export const MAX_KNOWN_HOSTS_BYTES = 64 * 1024 * 1024

/**
 * The files that exist, user files first, each once (a second name of the same inode adds nothing to a verdict and must not be
 * edited twice). System files that cannot be read are left out, as ssh does.
 * @throws AppError `file-not-regular`, `file-too-large`, `file-unreadable`, `ssh-directory` or `file-io` for a user file, `data.file`
 */
export async function readKnownHosts(
  files: { user: readonly string[]; system: readonly string[] },
  fs: FileOperations = nodeFiles,
): Promise<KnownHostsContent[]> {
  const contents: KnownHostsContent[] = []
  const seen = new Set<string>()
  for (const path of files.user) await add(path, false)
  for (const path of files.system) await add(path, true).catch(() => {})
  return contents

  async function add(path: string, system: boolean) {
    const found = await readFile(path, fs)
    if (!found || seen.has(found.inode)) return
    seen.add(found.inode)
    contents.push({ path, system, bytes: found.bytes })
  }
}

async function readFile(path: string, fs: FileOperations): Promise<{ bytes: Buffer; inode: string } | undefined> {
  try {
    const file = await fs.open(path, openFlags.readThrough)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw new AppError('file-not-regular', { file: path })
      const bytes = await readAll(file, MAX_KNOWN_HOSTS_BYTES)
      if (!bytes) throw new AppError('file-too-large', { file: path, megabytes: 64 })
      return { bytes, inode: `${stats.dev}:${stats.ino}` }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw await readingError(error, path, fs)
  }
}

async function readingError(error: unknown, path: string, fs: FileOperations): Promise<unknown> {
  if (error instanceof AppError) return error
  const code = errnoOf(error)
  switch (code) {
    case '':
      return error
    case 'EACCES':
    case 'EPERM': {
      const reachable = await fs.access(dirname(path), constants.X_OK).then(
        () => true,
        () => false,
      )
      return new AppError(reachable ? 'file-unreadable' : 'ssh-directory', { file: reachable ? path : dirname(path) }, code)
    }
    case 'ENOTDIR':
      return new AppError('ssh-directory', { file: dirname(path) }, code)
    case 'ELOOP':
    case 'EISDIR':
    case 'ENXIO':
    case 'ENODEV':
      return new AppError('file-not-regular', { file: path }, code)
    default:
      return new AppError('file-io', { file: path }, code)
  }
}

/** For the settings page: what is there and whether it can be edited. Never throws. */
export async function describeKnownHostsFile(path: string, system: boolean, fs: FileOperations = nodeFiles): Promise<KnownHostsFile> {
  try {
    const found = await readFile(path, fs)
    if (!found) return { path, access: 'missing', system }
    const access = (await isWritable(path, fs)) ? 'read-write' : 'read-only'
    return { path, lines: countLines(found.bytes), access, system }
  } catch {
    return { path, access: 'unreadable', system }
  }
}

/** False for a file without any write bit too: root may write it, but its owner said no. A missing file counts as writable. */
export async function isWritable(path: string, fs: FileOperations = nodeFiles): Promise<boolean> {
  try {
    if (((await fs.stat(path)).mode & 0o222n) === 0n) return false
    await fs.access(path, constants.W_OK)
    return true
  } catch (error) {
    return errnoOf(error) === 'ENOENT'
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? lines + 1 : lines
}
