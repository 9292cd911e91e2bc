/** This computer's files. On Unix names of any bytes; failures are told apart by errno. */
import { constants, promises as fs, readSync, type Stats, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { AppError, type ErrorCode } from '../../shared/app-error.js'
import { errnoOf } from '../file-operations.js'
import { decodePath, encodePath } from '../path-bytes.js'
import { type FileInfo, type FileSystem, type FoundFile, isName, kindOf, type OpenFile } from './file-system.js'

const isWindows = process.platform === 'win32'
/** Windows knows names of UTF-16 only. */
const native = (text: string): string | Buffer => (isWindows ? text : encodePath(text))

const byErrno: Record<string, ErrorCode> = {
  ENOENT: 'path-missing',
  ENOTDIR: 'path-missing',
  EACCES: 'path-denied',
  EPERM: 'path-denied',
  EEXIST: 'path-exists',
  ENOTEMPTY: 'path-not-empty',
  ENOSPC: 'path-no-space',
  EDQUOT: 'path-no-space',
  EROFS: 'path-read-only',
  EISDIR: 'path-kind',
  ELOOP: 'path-kind',
}

async function telling<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(byErrno[errnoOf(error)] ?? 'path-failed', { file }, error instanceof Error ? error.message : undefined)
  }
}

const toInfo = (stats: Stats): FileInfo => ({
  kind: kindOf(stats.mode),
  size: stats.size,
  mtime: Math.floor(stats.mtimeMs / 1000),
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  gid: stats.gid,
})

// A page of the window's list; each entry costs one lstat.
const PAGE = 500

const noFollow = constants.O_NOFOLLOW ?? 0

export const localFiles: FileSystem = {
  side: 'local',
  chunk: 256 * 1024,
  inFlight: 16 * 1024 * 1024,
  join: (directory, name) => path.join(directory, name),
  parent: (file) => path.dirname(file),
  baseName: (file) => path.basename(file),
  home: async () => homedir(),
  resolve: (file) =>
    telling(file, isWindows ? fs.realpath(file) : fs.realpath(native(file), { encoding: 'buffer' }).then((found) => decodePath(found))),
  async *list(directory, { signal }) {
    const names = await telling(
      directory,
      isWindows
        ? fs.readdir(directory)
        : fs.readdir(native(directory) as Buffer, { encoding: 'buffer' }).then((all) => all.map(decodePath)),
    )
    for (let at = 0; at < names.length; at += PAGE) {
      signal.throwIfAborted()
      const page = await Promise.all(names.slice(at, at + PAGE).map((name) => lookAt(directory, name)))
      yield page.filter((one) => one !== undefined)
    }
    return { refused: 0 }
  },
  info: async (file) => toInfo(await telling(file, fs.lstat(native(file)))),
  target: async (file) => toInfo(await telling(file, fs.stat(native(file)))),
  ...openingWith({
    read: async (handle, into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    write: async (handle, bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
  }),
  makeDirectory: (file, mode) => telling(file, fs.mkdir(native(file), mode)),
  removeFile: (file) => telling(file, fs.unlink(native(file))),
  removeDirectory: (file) => telling(file, fs.rmdir(native(file))),
  async rename(from, to, replace) {
    if (replace) return telling(to, fs.rename(native(from), native(to)))
    // There is no rename that refuses to replace; a link and an unlink are, for a file. A directory replaces an empty one at most; of a
    // symbolic link macOS would link what it leads to.
    if ((await localFiles.info(from)).kind !== 'file') {
      if (await exists(to)) throw new AppError('path-exists', { file: to })
      return telling(to, fs.rename(native(from), native(to)))
    }
    try {
      await telling(to, fs.link(native(from), native(to)))
    } catch (error) {
      if ((error as AppError).code === 'path-exists' || (await exists(to))) throw new AppError('path-exists', { file: to })
      // Not every file system has hard links.
      return telling(to, fs.rename(native(from), native(to)))
    }
    await telling(from, fs.unlink(native(from)))
  },
  readLink: (file) =>
    telling(file, isWindows ? fs.readlink(file) : fs.readlink(native(file), { encoding: 'buffer' }).then((found) => decodePath(found))),
  makeLink: (target, file) => telling(file, fs.symlink(native(target), native(file))),
  setMode: (file, mode) => telling(file, fs.chmod(native(file), mode)),
  setOwner: (file, uid, gid) => telling(file, fs.chown(native(file), uid, gid)),
  setTime: (file, mtime) => telling(file, fs.utimes(native(file), mtime, mtime)),
  async space(file) {
    try {
      const { bavail, bsize } = await fs.statfs(native(file))
      return { freeBytes: bavail * bsize, readOnly: false }
    } catch {
      return undefined
    }
  },
}

const exists = (file: string) =>
  fs.lstat(native(file)).then(
    () => true,
    () => false,
  )

async function lookAt(directory: string, name: string): Promise<FoundFile | undefined> {
  if (!isName(name)) return undefined
  const file = path.join(directory, name)
  try {
    const info = toInfo(await fs.lstat(native(file)))
    if (info.kind !== 'link') return { name, ...info }
    const end = await fs.stat(native(file)).catch(() => undefined)
    return { name, ...info, ...(end ? { target: kindOf(end.mode) as 'file' | 'directory' | 'special' } : {}) }
  } catch {
    // Gone between the two calls.
    return undefined
  }
}

/** For a thread that does nothing but carry: the wait costs less than to hand every piece to another thread, and back. */
export const blockingLocalFiles: FileSystem = {
  ...localFiles,
  ...openingWith({
    read: async ({ fd }, into, position) => readSync(fd, into, 0, into.length, position),
    write: async ({ fd }, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position),
  }),
}

/** How a piece of an open file is read and written. @returns how many bytes. */
interface Pieces {
  read(handle: FileHandle, into: Buffer, position: number): Promise<number>
  write(handle: FileHandle, bytes: Buffer, position: number): Promise<number>
}

function openingWith({ read, write }: Pieces): Pick<FileSystem, 'openForReading' | 'openForWriting'> {
  async function open(file: string, flags: number, mode?: number): Promise<OpenFile> {
    const handle = await telling(file, fs.open(native(file), flags, mode))
    return {
      info: async () => toInfo(await telling(file, handle.stat())),
      read: (position, into) => telling(file, read(handle, into, position)),
      async write(position, bytes) {
        for (let done = 0; done < bytes.length; ) {
          const written = await telling(file, write(handle, bytes.subarray(done), position + done))
          if (written === 0) throw new AppError('path-failed', { file })
          done += written
        }
      },
      truncate: (size) => telling(file, handle.truncate(size)),
      sync: () => telling(file, handle.sync()),
      close: () => telling(file, handle.close()),
    }
  }
  return {
    openForReading: (file) => open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)),
    openForWriting: (file, how, mode) =>
      open(file, constants.O_RDWR | noFollow | (how === 'create' ? constants.O_CREAT | constants.O_EXCL : 0), mode),
  }
}
