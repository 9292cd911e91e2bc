/**
 * Changing one known_hosts file without losing a byte of anybody. Stage (temp file beside it, written and synced; every refusal
 * happens here) → commit (check again that the file is as read, rename, sync the directory, then look into the old inode for
 * what a program that held it open wrote meanwhile). Links stay links; mode, owner, access list and extended attributes stay.
 * Where a rename is impossible or would break something (hard links, a directory that cannot be written, a mounted file,
 * attributes that a new file cannot get) the file is written in place after `beforeInPlace` has made both contents durable
 * elsewhere. ssh takes no locks, so checks stand as close to the act as they can.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../shared/app-error.js'
import { removeStrays } from '../durable-file.js'
import { errnoOf, type FileOperations, nodeFiles, type OpenFile, openFlags, readAll, syncDirectory, writeAll } from '../file-operations.js'
import { MAX_KNOWN_HOSTS_BYTES } from './files.js'
import { mergeForeign, writeInPlace } from './in-place.js'

export interface FileEdit {
  /** As configured; a symbolic link is followed and stays. */
  path: string
  /** Present bytes (undefined: no file) → wanted bytes (undefined: no file). Called again when the file moved; throws to refuse. */
  edit(current: Buffer | undefined): Buffer | undefined
  /** Makes both contents durable before a file is written in place: a torn write is completed from there (`completeTornWrite`). */
  beforeInPlace(before: Buffer, after: Buffer): Promise<void>
  /** What a person can run instead when the file cannot be written; goes into the error. */
  command: string
}

export interface StagedEdit {
  /** @throws AppError; the file then has its former content. @returns whether anything was written. */
  commit(): Promise<boolean>
  /** Forgets the edit and removes the temp file. */
  discard(): Promise<void>
}

// A foreign writer that wins this often in a row is not going to stop.
const MAX_ROUNDS = 8
const TEMP_PREFIX = '.rescueterm-'
const TEMP_NAME = /^\.rescueterm-[0-9a-f]{16}\.tmp$/
// A chain of links longer than this is a loop (the kernel's own limit is 40).
const MAX_LINKS = 40

/** @throws AppError `file-read-only`, `file-no-space`, `file-busy`, `file-not-regular`, `file-too-large`, `ssh-directory`, `file-io`: nothing was changed. */
export async function applyFileEdit(edit: FileEdit, fs: FileOperations = nodeFiles): Promise<boolean> {
  return (await stageFileEdit(edit, fs)).commit()
}

interface Stage {
  real: string
  /** Undefined: the file does not exist yet. The descriptor stays open to see what is appended to the old inode. */
  original: { file: OpenFile; bytes: Buffer; identity: string; mode: number; uid: bigint; gid: bigint } | undefined
  after: Buffer | undefined
  temporary: string | undefined
  /** The directory that had to be made for a new file; removed again when nothing comes of the edit. */
  madeDirectory: string | undefined
  inPlace: boolean
}

/** Does everything that can be refused; the file itself is untouched until `commit`. */
export async function stageFileEdit(edit: FileEdit, fs: FileOperations = nodeFiles): Promise<StagedEdit> {
  let stage: Stage | undefined = await guarded(edit, () => prepare(edit, fs))
  async function discard() {
    const old = stage
    stage = undefined
    if (!old) return
    await release(old, fs)
  }
  return {
    discard,
    commit: () =>
      guarded(edit, async () => {
        try {
          for (let round = 0; round < MAX_ROUNDS; round++) {
            if (round > 0) await new Promise((done) => setTimeout(done, 2 + Math.random() * 8 * round))
            stage ??= await prepare(edit, fs)
            const result = await commitOnce(stage, edit, fs)
            if (result === 'in-place') stage.inPlace = true
            if (result === 'moved') await discard()
            if (result === 'written' || result === 'unchanged') return result === 'written'
          }
          throw new AppError('file-busy', { file: edit.path })
        } finally {
          await discard()
        }
      }),
  }
}

async function prepare(edit: FileEdit, fs: FileOperations): Promise<Stage> {
  const real = await resolveTarget(edit.path, fs)
  const original = await openOriginal(real, edit.path, fs)
  const stage: Stage = { real, original, after: undefined, temporary: undefined, madeDirectory: undefined, inPlace: false }
  try {
    stage.after = edit.edit(original?.bytes)
    if (stage.after === undefined || original?.bytes.equals(stage.after)) return stage
    if (!original) await makeDirectory(stage, fs)
    stage.inPlace = original !== undefined && ((await original.file.stat()).nlink > 1n || !(await canWriteDirectory(dirname(real), fs)))
    if (!stage.inPlace) await writeTemporary(stage, stage.after, fs)
    return stage
  } catch (error) {
    await release(stage, fs)
    throw error
  }
}

async function release(stage: Stage, fs: FileOperations): Promise<void> {
  await stage.original?.file.close().catch(() => {})
  if (stage.temporary) await fs.unlink(stage.temporary).catch(() => {})
  if (stage.madeDirectory) await fs.rmdir(stage.madeDirectory).catch(() => {})
}

/** Only the directory of the file itself (`~/.ssh`): a missing home is no place to create things in. */
async function makeDirectory(stage: Stage, fs: FileOperations): Promise<void> {
  const directory = dirname(stage.real)
  try {
    await fs.mkdir(directory, 0o700)
    stage.madeDirectory = directory
    await syncDirectory(fs, dirname(directory))
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
}

/** Where the bytes live, or would live: through every link, also a dangling one. */
async function resolveTarget(path: string, fs: FileOperations): Promise<string> {
  let current = resolve(path)
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      return await fs.realpath(current)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
    }
    const link = await fs.readlink(current).catch((error) => {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EINVAL') return undefined
      throw error
    })
    if (link === undefined) {
      const parent = await fs.realpath(dirname(current)).catch(() => dirname(current))
      return join(parent, basename(current))
    }
    current = resolve(dirname(current), link)
  }
  throw new AppError('file-not-regular', { file: path })
}

async function openOriginal(real: string, path: string, fs: FileOperations): Promise<Stage['original']> {
  let file: OpenFile
  try {
    // Read-write although only reading: an immutable file, a read-only mount and a refused permission show here, not at the rename.
    file = await fs.open(real, openFlags.update)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new AppError('file-not-regular', { file: path })
    if ((stats.mode & 0o222n) === 0n) throw Object.assign(new Error('no write permission for anybody'), { code: 'EACCES' })
    const bytes = await readAll(file, MAX_KNOWN_HOSTS_BYTES)
    if (!bytes) throw new AppError('file-too-large', { file: path, megabytes: 64 })
    return { file, bytes, identity: identityOf(stats), mode: Number(stats.mode & 0o7777n), uid: stats.uid, gid: stats.gid }
  } catch (error) {
    await file.close()
    throw error
  }
}

const identityOf = (s: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint }) =>
  `${s.dev}:${s.ino}:${s.size}:${s.mtimeNs}:${s.ctimeNs}`

async function canWriteDirectory(path: string, fs: FileOperations): Promise<boolean> {
  return fs.access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function writeTemporary(stage: Stage, bytes: Buffer, fs: FileOperations): Promise<void> {
  const path = join(dirname(stage.real), `${TEMP_PREFIX}${randomBytes(8).toString('hex')}.tmp`)
  const file = await fs.open(path, openFlags.create, 0o600)
  stage.temporary = path
  try {
    await writeAll(file, bytes)
    const { original } = stage
    if (original) {
      const { uid, gid } = await file.stat()
      if (uid !== original.uid || gid !== original.gid) {
        try {
          await file.chown(Number(original.uid), Number(original.gid))
        } catch {
          stage.inPlace = true
        }
      }
      await file.chmod(original.mode)
      await fs.copyAttributes(stage.real, path).catch(() => {
        stage.inPlace = true
      })
    }
    await file.sync()
  } finally {
    // A full disk may show only here (NFS, quota).
    await file.close()
  }
}

/** `moved`: read again and try anew. `in-place`: a rename cannot be done here. */
async function commitOnce(stage: Stage, edit: FileEdit, fs: FileOperations): Promise<'written' | 'unchanged' | 'moved' | 'in-place'> {
  const { real, original, after } = stage
  if (original ? after?.equals(original.bytes) : after === undefined) return 'unchanged'
  if (!(await isAsRead(stage, edit.path, fs))) return 'moved'
  if (!original) return createNew(stage, fs)
  if (after === undefined) {
    await fs.unlink(real)
    await syncDirectory(fs, dirname(real))
  } else if (stage.inPlace) {
    await edit.beforeInPlace(original.bytes, after)
    if (!(await isAsRead(stage, edit.path, fs))) return 'moved'
    await writeInPlace(original.file, original.bytes, after)
    return 'written'
  } else {
    const renamed = await replace(stage, fs)
    if (!renamed) return 'in-place'
  }
  const written = await readAll(original.file, MAX_KNOWN_HOSTS_BYTES)
  if (written && !written.equals(original.bytes)) {
    const foreign = { ...edit, edit: (current: Buffer | undefined) => mergeForeign(current, original.bytes, written) }
    await applyFileEdit(foreign, fs)
  }
  return 'written'
}

/** Same place, same inode, same size and times, and the same bytes: some file systems count time in seconds. */
async function isAsRead(stage: Stage, path: string, fs: FileOperations): Promise<boolean> {
  if ((await resolveTarget(path, fs)) !== stage.real) return false
  const { original } = stage
  try {
    const stats = await fs.lstat(stage.real)
    if (!original || identityOf(stats) !== original.identity) return false
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return !original
    throw error
  }
  return (await readAll(original.file, MAX_KNOWN_HOSTS_BYTES))?.equals(original.bytes) === true
}

async function createNew(stage: Stage, fs: FileOperations): Promise<'written' | 'moved'> {
  const temporary = stage.temporary ?? ''
  try {
    // Not a rename: what ssh created a moment ago must not be overwritten.
    await fs.link(temporary, stage.real)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'moved'
    // No hard links here (FAT, some network shares).
    await fs.rename(temporary, stage.real)
    stage.temporary = undefined
  }
  stage.madeDirectory = undefined
  if (stage.temporary) await fs.unlink(stage.temporary)
  stage.temporary = undefined
  await syncDirectory(fs, dirname(stage.real))
  return 'written'
}

/** Windows: a scanner that holds the file open makes the rename fail for a moment. */
const renameRetries = process.platform === 'win32' ? 6 : 0
/** A mounted file cannot be renamed over; a sticky directory forbids replacing what belongs to another. */
const renameRefused = new Set(['EBUSY', 'EXDEV', 'EPERM', 'EACCES'])

async function replace(stage: Stage, fs: FileOperations): Promise<boolean> {
  const temporary = stage.temporary ?? ''
  for (let tries = 0; ; tries++) {
    try {
      await fs.rename(temporary, stage.real)
      break
    } catch (error) {
      if (!renameRefused.has(errnoOf(error))) throw error
      if (tries < renameRetries) {
        await new Promise((done) => setTimeout(done, 25 * 2 ** tries))
        continue
      }
      return false
    }
  }
  stage.temporary = undefined
  await syncDirectory(fs, dirname(stage.real))
  return true
}

/** Errors of the system become errors for people. */
async function guarded<T>(edit: FileEdit, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toFileError(error, edit.path, edit.command)
  }
}

/** @returns an AppError for a Node error with an errno name, anything else as it is. */
export function toFileError(error: unknown, file: string, command = ''): unknown {
  const code = errnoOf(error)
  if (error instanceof AppError) {
    return command && error.data.file === file && !error.data.command
      ? new AppError(error.code, { ...error.data, command }, error.detail, { cause: error })
      : error
  }
  if (!/^E[A-Z0-9]+$/.test(code)) return error
  const kind = kinds[code] ?? 'file-io'
  return new AppError(kind, { file, ...(command ? { command } : {}) }, code, { cause: error })
}

const kinds: Record<string, 'file-no-space' | 'file-read-only' | 'file-busy' | 'file-not-regular' | 'ssh-directory' | undefined> = {
  ENOSPC: 'file-no-space',
  EDQUOT: 'file-no-space',
  EFBIG: 'file-no-space',
  EACCES: 'file-read-only',
  EPERM: 'file-read-only',
  EROFS: 'file-read-only',
  EBUSY: 'file-busy',
  ETXTBSY: 'file-busy',
  ELOOP: 'file-not-regular',
  EISDIR: 'file-not-regular',
  ENXIO: 'file-not-regular',
  ENODEV: 'file-not-regular',
  ENOENT: 'ssh-directory',
  ENOTDIR: 'ssh-directory',
}

/** Removes temp files of a crash long ago (more than an hour before `now`) from the directory of `path`. Never throws. */
export async function removeStrayTemporaries(path: string, now: Date, fs: FileOperations = nodeFiles): Promise<void> {
  const real = await resolveTarget(path, fs).catch(() => path)
  await removeStrays(dirname(real), TEMP_NAME, now, fs)
}

/** The file behind `path`, whether it and its directory exist, for the journal. */
export async function describeTarget(path: string, fs: FileOperations = nodeFiles): Promise<{ real: string; directoryExists: boolean }> {
  try {
    const real = await resolveTarget(path, fs)
    const directoryExists = await fs.stat(dirname(real)).then(
      () => true,
      () => false,
    )
    return { real, directoryExists }
  } catch (error) {
    throw toFileError(error, path)
  }
}
