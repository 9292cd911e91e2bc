/** The file system as the store uses it: every call goes through here, so that tests can count, crash, shorten and refuse each one. */
import { execFile } from 'node:child_process'
import { type BigIntStats, constants, promises } from 'node:fs'
import { promisify } from 'node:util'

export interface OpenFile {
  /** Reads at `position`; the answer may be short, 0 is the end. */
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<number>
  /** Writes at `position`; the answer may be short. */
  write(buffer: Buffer, offset: number, length: number, position: number): Promise<number>
  stat(): Promise<BigIntStats>
  chmod(mode: number): Promise<void>
  chown(uid: number, gid: number): Promise<void>
  truncate(size: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** Failures are Node's own (`code` is the errno name). */
export interface FileOperations {
  open(path: string, flags: number, mode?: number): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  link(existing: string, path: string): Promise<void>
  unlink(path: string): Promise<void>
  mkdir(path: string, mode: number): Promise<void>
  rmdir(path: string): Promise<void>
  readdir(path: string): Promise<string[]>
  /** Follows links. */
  stat(path: string): Promise<BigIntStats>
  lstat(path: string): Promise<BigIntStats>
  readlink(path: string): Promise<string>
  realpath(path: string): Promise<string>
  access(path: string, mode: number): Promise<void>
  /** Mode, access list and extended attributes of `from` onto `to`, whose bytes stay. Rejects when any could not be carried over. */
  copyAttributes(from: string, to: string): Promise<void>
}

export const nodeFiles: FileOperations = {
  async open(path, flags, mode) {
    const handle = await promises.open(path, flags, mode)
    return {
      read: async (buffer, offset, length, position) => (await handle.read(buffer, offset, length, position)).bytesRead,
      write: async (buffer, offset, length, position) => (await handle.write(buffer, offset, length, position)).bytesWritten,
      stat: () => handle.stat({ bigint: true }),
      chmod: (mode) => handle.chmod(mode),
      chown: (uid, gid) => handle.chown(uid, gid),
      truncate: (size) => handle.truncate(size),
      sync: () => handle.sync(),
      close: () => handle.close(),
    }
  },
  rename: promises.rename,
  link: promises.link,
  unlink: promises.unlink,
  mkdir: async (path, mode) => void (await promises.mkdir(path, { mode })),
  rmdir: promises.rmdir,
  readdir: (path) => promises.readdir(path),
  stat: (path) => promises.stat(path, { bigint: true }),
  lstat: (path) => promises.lstat(path, { bigint: true }),
  readlink: (path) => promises.readlink(path),
  realpath: (path) => promises.realpath(path),
  access: promises.access,
  copyAttributes,
}

const execute = promisify(execFile)
// One small file; more means a network share that hangs.
const COPY_ATTRIBUTES_MS = 10_000

/**
 * Node has no call for access lists and extended attributes; `cp` of GNU or uutils coreutils carries them over and fails when it
 * cannot. Any other `cp` refuses the option, so that nothing is lost unnoticed. An SELinux label is left to the policy: a file
 * renamed within its directory has the label that directory gives, as after `ssh-keygen -R`.
 */
async function copyAttributes(from: string, to: string): Promise<void> {
  // Windows: a new file inherits the access list of its directory, and there is no `cp`.
  if (process.platform === 'win32') return
  await execute('cp', ['--attributes-only', '--preserve=mode,xattr', '--', from, to], { timeout: COPY_ATTRIBUTES_MS })
}

/** The errno name of a failed call; empty for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export const openFlags = {
  read: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  /** Follows links; not blocking, so that opening a named pipe answers at once. */
  readThrough: constants.O_RDONLY | (constants.O_NONBLOCK ?? 0),
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0),
  update: constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  directory: constants.O_RDONLY,
}

/** Writes all bytes, whatever the length of each single write. */
export async function writeAll(file: OpenFile, bytes: Buffer, position = 0): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(bytes, done, bytes.length - done, position + done)
    if (written <= 0) throw Object.assign(new Error('a write made no progress'), { code: 'EIO' })
    done += written
  }
}

/** Reads from `position` to the end, at most `limit` bytes; one byte more is read to tell "too long" (`undefined`). */
export async function readAll(file: OpenFile, limit: number, position = 0): Promise<Buffer | undefined> {
  const { size } = await file.stat()
  if (size - BigInt(position) > BigInt(limit)) return undefined
  let buffer = Buffer.alloc(Math.max(Number(size) - position, 0) + 1)
  let length = 0
  for (;;) {
    const read = await file.read(buffer, length, buffer.length - length, position + length)
    if (read === 0) return buffer.subarray(0, length)
    length += read
    if (length > limit) return undefined
    // A file that grows while it is read (a pipe-like file has size 0) needs more room.
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length + 4096)])
  }
}

// Some file systems (and Windows) cannot open or fsync a directory; the rename is then as durable as they make it.
const noDirectorySync = new Set(['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'EACCES', 'EBADF'])

/** Makes a rename, creation or removal in `directory` durable. */
export async function syncDirectory(fs: FileOperations, directory: string): Promise<void> {
  try {
    const handle = await fs.open(directory, openFlags.directory)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!noDirectorySync.has(errnoOf(error))) throw error
  }
}
