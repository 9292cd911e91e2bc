/** RescueTerm's own files: a reader finds the old or the new content, never half of it, and what was written survives a power cut. */
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { z } from 'zod'
import { errnoOf, type FileOperations, nodeFiles, openFlags, readAll, syncDirectory, writeAll } from './file-operations.js'

// Far above any file of ours: a known_hosts original of 64 MB in base64 inside the journal is the largest.
const MAX_BYTES = 256 * 1024 * 1024

/** Creates `path` and what is missing above it, each 0700. */
export async function ensureDirectory(path: string, fs: FileOperations = nodeFiles): Promise<void> {
  try {
    await fs.mkdir(path, 0o700)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await ensureDirectory(dirname(path), fs)
    await ensureDirectory(path, fs)
  }
}

/** write → fsync → rename → fsync directory; mode 0600, directories 0700. Node's errors pass through; the old content then stays. */
export async function writeDurably(path: string, bytes: Buffer, fs: FileOperations = nodeFiles): Promise<void> {
  const directory = dirname(path)
  await ensureDirectory(directory, fs)
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await fs.open(temporary, openFlags.create, 0o600)
  try {
    try {
      await writeAll(file, bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await fs.rename(temporary, path)
  } catch (error) {
    await fs.unlink(temporary).catch(() => {})
    throw error
  }
  await syncDirectory(fs, directory)
}

/** The bytes of a file of ours, or undefined when it does not exist. */
export async function readDurable(path: string, fs: FileOperations = nodeFiles): Promise<Buffer | undefined> {
  try {
    const file = await fs.open(path, openFlags.read)
    try {
      const bytes = await readAll(file, MAX_BYTES)
      if (!bytes) throw new Error(`${basename(path)} is too large`)
      return bytes
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Removes a file of ours, durably. A missing file is fine. */
export async function removeDurably(path: string, fs: FileOperations = nodeFiles): Promise<void> {
  try {
    await fs.unlink(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return
    throw error
  }
  await syncDirectory(fs, dirname(path))
}

// A crash between creating a temp file and renaming it is over after an hour, whatever the disk.
const STRAY_AGE_MS = 60 * 60 * 1000

/** Removes files that a crash long before `now` left in `directory`. Never throws: what stands in the way will be said by whoever writes there. */
export async function removeStrays(directory: string, pattern: RegExp, now: Date, fs: FileOperations = nodeFiles): Promise<void> {
  try {
    for (const name of await fs.readdir(directory)) {
      if (!pattern.test(name)) continue
      const stray = join(directory, name)
      if (now.getTime() - Number((await fs.lstat(stray)).mtimeMs) > STRAY_AGE_MS) await fs.unlink(stray)
    }
  } catch {
    // No such directory, or not ours to tidy.
  }
}

/** Temp files of `writeDurably` and of the lock. */
export const ownStrays = /^(?:\..+\.[0-9a-f]{12}\.tmp|lock\.[0-9a-f]{12}(?:\.stale)?)$/

/** @returns undefined when the file does not exist. @throws SyntaxError or ZodError for content that is not what `schema` says; the file stays. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, fs: FileOperations = nodeFiles): Promise<T | undefined> {
  const bytes = await readDurable(path, fs)
  return bytes && schema.parse(JSON.parse(bytes.toString('utf8')))
}

/** Replaces the file atomically and durably. */
export async function writeJsonFile(path: string, value: unknown, fs: FileOperations = nodeFiles): Promise<void> {
  await writeDurably(path, Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`), fs)
}
