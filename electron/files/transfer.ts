/**
 * One transfer from start to end: plan, room, then every item. A file is written under a name of its own beside the destination and
 * takes the destination's name when it is whole, so that nobody finds half a file. Whatever stands at the destination is asked about.
 * A file that fails is told at the end and does not stop the others; a lost connection does, and the checkpoint says where to go on.
 */
import { createHash } from 'node:crypto'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import type { Clash, ClashAnswer } from '../../shared/files.js'
import { encodePath } from '../path-bytes.js'
import { copyRange } from './copy-range.js'
import { type FileInfo, type FileSystem, infoIfThere, type OpenFile } from './file-system.js'
import { localName, numbered, type PlannedItem, planTransfer, type TransferPlan } from './plan.js'
import { type Checkpoint, isSameRange, planResume } from './resume.js'
import type { TransferWindow } from './window.js'

export interface TransferJob {
  /** Names the unfinished file; the same after a restart. */
  id: string
  from: string
  /** The directory at the destination that the copy goes into. */
  into: string
  /** Began before: what is there already and equal is done. */
  resumed: boolean
  checkpoint?: Checkpoint | undefined
}

export interface TransferProgress {
  stage: 'planning' | 'copying'
  bytes: number
  bytesDone: number
  files: number
  filesDone: number
  renamed: number
}

export interface TransferHost {
  source: FileSystem
  target: FileSystem
  window: TransferWindow
  signal: AbortSignal
  platform: NodeJS.Platform
  onProgress(progress: TransferProgress): void
  onCheckpoint(checkpoint: Checkpoint | undefined): void
  /** Something stands where an item goes. */
  ask(clash: Clash): Promise<ClashAnswer>
}

export interface TransferResult {
  failures: { path: string; error: ErrorInfo }[]
  failed: number
  skipped: number
  leftOut: TransferPlan['leftOut']
  renamed: TransferPlan['renamed']
}

// From here on a file is copied alone and can be resumed: smaller ones are sent again as fast as they are compared.
const LARGE = 1024 * 1024
const SMALL_AT_ONCE = 8
// A list a person can read; the number is exact.
const MAX_LISTED = 50

/** @throws AppError for the transfer as a whole (`path-no-space`, a lost connection …); the signal's reason. */
export async function runTransfer(job: TransferJob, host: TransferHost): Promise<TransferResult> {
  const { source, target, signal } = host
  const progress: TransferProgress = { stage: 'planning', bytes: 0, bytesDone: 0, files: 0, filesDone: 0, renamed: 0 }
  const tell = () => host.onProgress({ ...progress })
  const plan = await planTransfer(source, job.from, source.baseName(job.from), {
    nameFor: (name) => (target.side === 'local' ? localName(name, host.platform) : name),
    signal,
    onFound(files, bytes) {
      Object.assign(progress, { files, bytes })
      tell()
    },
  })
  Object.assign(progress, { stage: 'copying', renamed: plan.renamed.length })
  tell()
  await checkRoom(target, job, plan)

  const result: TransferResult = { failures: [], failed: 0, skipped: 0, leftOut: plan.leftOut, renamed: plan.renamed.slice(0, MAX_LISTED) }
  const note = (path: string, error: AppError) => {
    result.failed++
    if (result.failures.length < MAX_LISTED) result.failures.push({ path, error: error.toInfo() })
  }
  for (const { path, error } of plan.unreadable) note(path, error)

  const clashes = createClashes(host, source)
  /** Where an item really goes: a renamed or skipped directory moves or drops what is below it. */
  const places = new Map<string, string | undefined>()
  const placeOf = (to: readonly string[]) => (to.length === 1 ? job.into : places.get(to.slice(0, -1).join('/')))
  const remember = (item: PlannedItem, place: string | undefined) => places.set(item.to.join('/'), place)

  const done = (item: PlannedItem, counted: number) => {
    if (item.kind !== 'file') return
    progress.filesDone++
    progress.bytesDone += item.size - counted
    tell()
  }
  const skip = (item: PlannedItem) => {
    result.skipped++
    done(item, 0)
  }

  async function perform(item: PlannedItem) {
    signal.throwIfAborted()
    const parent = placeOf(item.to)
    if (parent === undefined) {
      if (item.kind === 'directory') remember(item, undefined)
      return skip(item)
    }
    let counted = 0
    try {
      const wanted = target.join(parent, item.to.at(-1)!)
      if (item.kind === 'directory') {
        remember(item, await makeDirectory(wanted, item, clashes))
        return
      }
      if (item.kind === 'link') {
        if (!(await makeLink(wanted, item, job, host, clashes))) skip(item)
        return
      }
      const copied = await copyFile(wanted, item, job, host, clashes, (bytes) => {
        counted += bytes
        progress.bytesDone += bytes
        tell()
      })
      if (copied) done(item, counted)
      else skip(item)
    } catch (error) {
      if (!(error instanceof AppError) || !error.code.startsWith('path-') || error.code === 'path-no-space') throw error
      if (item.kind === 'directory') remember(item, undefined)
      note(item.from, error)
      // A single file that fails is the whole transfer.
      if (plan.items.length === 1) throw error
      done(item, counted)
    }
  }

  await inOrder(plan.items, perform, signal)
  host.onCheckpoint(undefined)
  return result
}

/** Directories, links and large files one after another; small files several at once. */
async function inOrder(items: readonly PlannedItem[], perform: (item: PlannedItem) => Promise<void>, signal: AbortSignal) {
  const running = new Set<Promise<void>>()
  let failed: { error: unknown } | undefined
  for (const item of items) {
    if (failed || signal.aborted) break
    const isSmall = item.kind === 'file' && item.size < LARGE
    if (!isSmall && item.kind === 'file') await Promise.all(running)
    while (running.size >= SMALL_AT_ONCE) await Promise.race(running)
    const work: Promise<void> = perform(item)
      .catch((error: unknown) => {
        failed ??= { error }
      })
      .then(() => void running.delete(work))
    running.add(work)
    if (!isSmall) await work
  }
  await Promise.all(running)
  if (failed) throw failed.error
  signal.throwIfAborted()
}

async function checkRoom(target: FileSystem, job: TransferJob, plan: TransferPlan) {
  const room = await target.space(job.into)
  if (room?.readOnly) throw new AppError('path-read-only', { file: job.into })
  const needed = plan.bytes - (job.checkpoint?.whole ?? 0)
  // What is there already from an earlier run is not known yet; only a first run is held to the whole.
  if (room && !job.resumed && needed > room.freeBytes) throw new AppError('path-no-space', { file: job.into, needed, free: room.freeBytes })
}

type Clashes = ReturnType<typeof createClashes>

/** Asks one question at a time; "all" answers the next ones of the same kind. */
function createClashes(host: TransferHost, source: FileSystem) {
  let forAll: ClashAnswer['choice'] | undefined
  let queue: Promise<unknown> = Promise.resolve()
  return {
    /** @returns the free path to write to, with what stands there when it is to be replaced; undefined to skip. */
    settle(path: string, item: PlannedItem, there: FileInfo): Promise<{ path: string; replaces?: FileInfo } | undefined> {
      const asked = queue.then(async () => {
        const canReplace = there.kind !== 'directory' && item.kind !== 'directory'
        let choice = forAll
        if (!choice || (choice === 'replace' && !canReplace)) {
          const question = host.ask({
            name: source.baseName(item.from),
            path,
            canReplace,
            source: { kind: item.kind, size: item.size, mtime: item.mtime },
            target: { kind: there.kind, size: there.size, mtime: there.mtime },
          })
          const answer = await unlessAborted(question, host.signal)
          choice = answer.choice
          if (answer.all) forAll = choice
        }
        if (choice === 'skip' || (choice === 'replace' && !canReplace)) return undefined
        if (choice === 'replace') return { path, replaces: there }
        return { path: await freeName(host.target, path) }
      })
      queue = asked.catch(() => {})
      return asked
    },
    target: host.target,
  }
}

/** A pause does not wait for a person. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function freeName(files: FileSystem, path: string): Promise<string> {
  for (let n = 2; ; n++) {
    const next = files.join(files.parent(path), numbered(files.baseName(path), n))
    if (!(await infoIfThere(files, next))) return next
  }
}

/** @returns the directory to go into. Never through a link: it could lead anywhere. */
async function makeDirectory(wanted: string, item: PlannedItem, clashes: Clashes): Promise<string | undefined> {
  const { target } = clashes
  // Its owner must be able to fill it.
  const mode = (item.mode & 0o777) | 0o700
  const there = await infoIfThere(target, wanted)
  if (!there) await target.makeDirectory(wanted, mode)
  if (!there || there.kind === 'directory') return wanted
  const settled = await clashes.settle(wanted, item, there)
  if (settled) await target.makeDirectory(settled.path, mode)
  return settled?.path
}

async function makeLink(wanted: string, item: PlannedItem, job: TransferJob, host: TransferHost, clashes: Clashes): Promise<boolean> {
  const { source, target } = host
  const leadsTo = await source.readLink(item.from)
  const there = await infoIfThere(target, wanted)
  if (there?.kind === 'link' && (await target.readLink(wanted)) === leadsTo) return true
  const place = there ? await clashes.settle(wanted, item, there) : { path: wanted }
  if (!place) return false
  if (!place.replaces) {
    await target.makeLink(leadsTo, place.path)
    return true
  }
  // What it replaces goes once the link is there: not every server makes links.
  const part = partOf(place.path, item, job, target)
  await target.removeFile(part).catch(() => {})
  await target.makeLink(leadsTo, part)
  try {
    await target.rename(part, place.path, true)
  } catch (error) {
    await target.removeFile(part).catch(() => {})
    throw error
  }
  return true
}

/** @returns false when it is skipped. `onBytes` counts what was written, and what an earlier run had written. */
async function copyFile(
  wanted: string,
  item: PlannedItem,
  job: TransferJob,
  host: TransferHost,
  clashes: Clashes,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const { source, target, window, signal } = host
  const there = await infoIfThere(target, wanted)
  if (there && job.resumed && there.kind === 'file' && there.size === item.size && there.mtime === item.mtime) return true
  const place = there ? await clashes.settle(wanted, item, there) : { path: wanted }
  if (!place) return false

  const part = partOf(place.path, item, job, target)
  const reading = await source.openForReading(item.from)
  try {
    const now = await reading.info()
    // Between the plan and now a device may have taken its place.
    if (now.kind !== 'file') throw new AppError('path-kind', { file: item.from })
    const partThere = await infoIfThere(target, part)
    let { from, verify } = planResume(job.checkpoint, item.from, now, partThere?.kind === 'file' ? partThere.size : undefined)
    if (partThere && from === 0) await target.removeFile(part)
    const writing = await target.openForWriting(part, from === 0 ? 'create' : 'continue', 0o600)
    try {
      if (verify && !(await isSameRange(reading, writing, verify.from, verify.to))) {
        from = 0
        await writing.truncate(0)
      }
      onBytes(from)
      const isLarge = now.size >= LARGE
      const checkpoint = (whole: number): Checkpoint => ({ path: item.from, part, size: now.size, mtime: now.mtime, whole })
      if (isLarge) host.onCheckpoint(checkpoint(from))
      await copyRange({
        source: reading,
        target: writing,
        file: item.from,
        from,
        to: now.size,
        chunk: Math.min(source.chunk, target.chunk),
        window,
        signal,
        onProgress(whole, bytes) {
          onBytes(bytes)
          if (isLarge) host.onCheckpoint(checkpoint(whole))
        },
      })
      if (now.size === 0 && item.to.length === 1) await copyUnsized(reading, writing, source.chunk, signal)
      // After a resume something may lie beyond the end: a source that was longer once.
      if (from > 0 && (await writing.info()).size > now.size) await writing.truncate(now.size)
      if (isLarge) await writing.sync()
    } finally {
      await writing.close()
    }
    await dress(part, now, place.replaces, target)
    await target.rename(part, place.path, place.replaces !== undefined)
    return true
  } catch (error) {
    // A small part is worth nothing; a large one is gone on with after a pause, a lost connection, or when there is room again.
    const isOfThePath = error instanceof AppError && error.code.startsWith('path-') && error.code !== 'path-no-space'
    if (item.size < LARGE || (isOfThePath && !signal.aborted)) await target.removeFile(part).catch(() => {})
    throw error
  } finally {
    await reading.close().catch(() => {})
  }
}

/** The kernel's own files say 0. Only what was chosen by itself is looked into: below a directory there may be one that never ends. */
async function copyUnsized(reading: OpenFile, writing: OpenFile, chunk: number, signal: AbortSignal) {
  const buffer = Buffer.alloc(chunk)
  for (let at = 0; ; ) {
    signal.throwIfAborted()
    const read = await reading.read(at, buffer)
    if (read === 0) return
    await writing.write(at, buffer.subarray(0, read))
    at += read
  }
}

/** Permissions and time of the source; what replaces a file keeps that file's permissions and, where allowed, its owner. */
async function dress(part: string, from: FileInfo, replaces: FileInfo | undefined, target: FileSystem) {
  if (replaces?.kind === 'file') {
    const own = await target.info(part)
    if (replaces.uid !== own.uid || replaces.gid !== own.gid) await target.setOwner(part, replaces.uid, replaces.gid).catch(() => {})
  }
  // No set-uid bit travels: it would give a program to whoever owns the copy. Group and others never get more than the umask gives.
  const mode =
    replaces?.kind === 'file' ? replaces.mode : target.side === 'local' ? from.mode & 0o777 & ~process.umask() : from.mode & 0o777
  await Promise.all([target.setMode(part, mode), target.setTime(part, from.mtime)])
}

const partOf = (path: string, item: PlannedItem, job: TransferJob, target: FileSystem) =>
  target.join(target.parent(path), partName(target.baseName(path), item.from, job.id))

// A name has 255 bytes on every file system that matters; a character up to four.
const MAX_NAME_CHARACTERS = 50

/**
 * Hidden, beside the destination, the same after a restart. Told apart by what is copied, not by the name: names may begin alike,
 * differ in case only, or be the number another one is about to get; two copies in one unfinished file would be a silent mixture.
 */
export function partName(name: string, from: string, id: string): string {
  const start = name.slice(0, MAX_NAME_CHARACTERS).replace(/[\ud800-\udbff]$/, '')
  const mark = createHash('sha256').update(`${id}\0`).update(encodePath(from)).digest('hex').slice(0, 12)
  return `.${start}.${mark}.part`
}
