/**
 * Files of a server open in a program of this computer. A copy lies in a private directory; each save goes back under a temporary
 * name that takes the file's own in one step, with its permissions and owner. A file that changed on the server meanwhile is never
 * overwritten unasked. A copy goes only when the server has its content or the person says so; a note beside it outlives a crash.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors.js'
import type { Edit, KeptEdit } from '../../shared/files.js'
import type { Clock } from '../clock.js'
import { ownStrays, readDurable, readJsonFile, removeStrays, writeJsonFile } from '../durable-file.js'
import { createEmitter } from '../emitter.js'
import { explained, type Log } from '../log.js'
import { type FileInfo, type FileSystem, infoIfThere } from './file-system.js'
import { readRange } from './resume.js'

export interface EditsParts {
  dataDir: string
  clock: Clock
  log: Log
  filesOf(sessionId: string): Promise<FileSystem>
  hostOf(sessionId: string): string
  /** With whatever program the desktop chooses. */
  openFile(path: string): Promise<void>
}

export interface Edits {
  list(): Edit[]
  onDidChange(listener: () => void): () => void
  /** Finds the copies of an earlier run that its server never got, and removes the others. */
  load(): Promise<void>
  kept(): KeptEdit[]
  /** The person knows where they are: they stay there, and nobody speaks of them again. */
  dismissKept(): Promise<void>
  /** A second time for the same file: its program is called again. */
  open(sessionId: string, path: string): Promise<void>
  /** After `conflict` or `failed`: `overwrite` the server's file, or `save` again. */
  save(id: string, how: 'save' | 'overwrite'): Promise<void>
  /** Saves what is new and forgets the copy. After `conflict` or `failed`: what was not saved is lost. */
  close(id: string): Promise<void>
  /** Saves what is new; a copy that cannot be is kept. */
  dispose(): Promise<void>
}

interface Open {
  state: Edit
  server: string
  /** The file itself, at the end of links. */
  remote: string
  /** As it was when last fetched or saved. */
  known: { info: FileInfo; digest: string } | undefined
  watcher: FSWatcher | undefined
  cancelLook: (() => void) | undefined
  work: Promise<void>
}

// A configuration file; what is larger belongs into a transfer.
const MAX_BYTES = 16 * 1024 * 1024
// Editors write in several steps; a save is seen once they are done.
const QUIET_MS = 300
// At the end of the app: less than the core is given to stop (`core-process.ts`).
const LAST_SAVE_MS = 1500

/** Beside the folder of a copy: whose it is, and what the server has. A folder without one is the person's own. */
const Note = z.strictObject({ server: z.string(), path: z.string(), name: z.string(), digest: z.string() })

export function createEdits(parts: EditsParts): Edits {
  const folder = join(parts.dataDir, 'edits')
  const changed = createEmitter()
  const edits = new Map<string, Open>()
  let kept: KeptEdit[] = []
  const folderOf = (id: string) => join(folder, id)
  const noteOf = (id: string) => join(folder, `${id}.json`)

  const note = ({ state: { id, path, copy }, server }: Open, digest: string) =>
    writeJsonFile(noteOf(id), { server, path, name: basename(copy), digest } satisfies z.infer<typeof Note>)
  /** The folder first: a note without a copy says nothing, a copy without a note stays. */
  async function clear(id: string) {
    await rm(folderOf(id), { recursive: true, force: true })
    await rm(noteOf(id), { force: true })
  }
  /** What cannot be read may hold somebody's work. */
  async function isSaved(copy: string, saved: string): Promise<boolean> {
    try {
      const bytes = await readDurable(copy)
      return bytes === undefined || digest(bytes) === saved
    } catch {
      return false
    }
  }

  function find(id: string): Open {
    const edit = edits.get(id)
    if (!edit) throw new AppError('not-found', { id })
    return edit
  }
  function enter(edit: Open, phase: Edit['phase']) {
    edit.state = { ...edit.state, phase }
    if (edits.has(edit.state.id)) changed.emit()
  }
  /** One after the other; a failure is a state. */
  function queue(edit: Open, work: () => Promise<void>): Promise<void> {
    edit.work = edit.work.then(work).catch((error: unknown) => {
      enter(edit, { kind: 'failed', error: explained(error, parts.log, 'an edited file could not be saved').toInfo() })
    })
    return edit.work
  }

  async function fetch(edit: Open) {
    const files = await parts.filesOf(edit.state.sessionId)
    edit.remote = await files.resolve(edit.state.path)
    const info = await files.target(edit.remote)
    if (info.kind !== 'file') throw new AppError('path-kind', { file: edit.state.path })
    const bytes = await readWhole(files, edit.remote, info)
    const { id, copy } = edit.state
    await note(edit, digest(bytes))
    await mkdir(folderOf(id), { recursive: true, mode: 0o700 })
    await writeFile(copy, bytes, { mode: 0o600 })
    edit.known = { info, digest: digest(bytes) }
    edit.watcher = watch(folderOf(id), () => lookSoon(edit))
    edit.watcher.on('error', (error) => parts.log.error('an edited file cannot be watched', error))
    await parts.openFile(copy)
    enter(edit, { kind: 'open' })
  }

  function lookSoon(edit: Open) {
    edit.cancelLook?.()
    edit.cancelLook = parts.clock.setTimeout(() => void queue(edit, () => put(edit, false)), QUIET_MS)
  }

  /** Writes the copy back if it says something new. */
  async function put(edit: Open, overwrite: boolean) {
    const { known } = edit
    const size = await stat(edit.state.copy).then(
      (found) => found.size,
      () => undefined,
    )
    // Between an editor's unlink and its rename there is nothing to save.
    if (!known || size === undefined) return
    if (size > MAX_BYTES) throw new AppError('path-too-large', { file: edit.state.path })
    const bytes = await readFile(edit.state.copy)
    if (digest(bytes) === known.digest && !overwrite) return
    enter(edit, { kind: 'saving' })
    const files = await parts.filesOf(edit.state.sessionId)
    const there = await infoIfThere(files, edit.remote)
    if (!overwrite && !(there && (await isAsKnown(files, edit.remote, there, known)))) return enter(edit, { kind: 'conflict' })
    // Permissions and owner as they are now: they may have been changed since.
    const info = await replace(files, edit.remote, bytes, there?.kind === 'file' ? there : known.info)
    edit.known = { info, digest: digest(bytes) }
    // At worst a copy is spoken of that need not be.
    await note(edit, edit.known.digest).catch((error) => parts.log.error('what was saved could not be noted', error))
    enter(edit, { kind: 'saved', at: parts.clock.now().toISOString() })
  }

  /** Nothing waits for the next look. */
  function flush(edit: Open): Promise<void> {
    edit.cancelLook?.()
    return queue(edit, () => put(edit, false))
  }
  function unwatch(edit: Open) {
    edit.cancelLook?.()
    edit.watcher?.close()
    edits.delete(edit.state.id)
  }
  async function forget(edit: Open) {
    unwatch(edit)
    await edit.work
    await clear(edit.state.id)
  }

  return {
    list: () => [...edits.values()].map((edit) => edit.state),
    onDidChange: changed.on,
    async load() {
      for (const name of await readdir(folder).catch(() => [])) {
        if (!name.endsWith('.json')) continue
        const id = basename(name, '.json')
        try {
          const found = await readJsonFile(noteOf(id), Note)
          if (!found) continue
          const file = join(folderOf(id), basename(found.name))
          if (await isSaved(file, found.digest)) await clear(id)
          else kept.push({ id, server: found.server, path: found.path, file })
        } catch (error) {
          parts.log.error('a copy of an edited file is left as it is', error)
        }
      }
      await removeStrays(folder, ownStrays, parts.clock.now())
    },
    kept: () => kept,
    async dismissKept() {
      const told = kept
      kept = []
      changed.emit()
      await Promise.all(told.map(({ id }) => rm(noteOf(id), { force: true })))
    },
    async open(sessionId, path) {
      const open = [...edits.values()].find(({ state }) => state.sessionId === sessionId && state.path === path)
      if (open?.known) return parts.openFile(open.state.copy)
      const id = randomUUID()
      const edit: Open = {
        state: { id, sessionId, path, copy: join(folderOf(id), localEditName(path)), phase: { kind: 'fetching' } },
        server: parts.hostOf(sessionId),
        remote: path,
        known: undefined,
        watcher: undefined,
        cancelLook: undefined,
        work: Promise.resolve(),
      }
      edits.set(id, edit)
      changed.emit()
      try {
        await fetch(edit)
      } catch (error) {
        await forget(edit)
        changed.emit()
        throw error
      }
    },
    save: (id, how) => {
      const edit = find(id)
      return queue(edit, () => put(edit, how === 'overwrite'))
    },
    async close(id) {
      const edit = find(id)
      if (!isStuck(edit)) {
        await flush(edit)
        // News: seen first, discarded with the next click.
        if (isStuck(edit)) return
      }
      await forget(edit)
      changed.emit()
    },
    async dispose() {
      await Promise.all(
        [...edits.values()].map(async (edit) => {
          await patiently(flush(edit), parts.clock)
          unwatch(edit)
          if (edit.known && !(await isSaved(edit.state.copy, edit.known.digest))) return
          await clear(edit.state.id).catch((error) => parts.log.error('the copy of an edited file stays', error))
        }),
      )
    },
  }
}

const isStuck = ({ state: { phase } }: Open) => phase.kind === 'conflict' || phase.kind === 'failed'

/** Until it is done, but not for ever. `work` does not fail. */
function patiently(work: Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimeout(resolve, LAST_SAVE_MS)
    void work.then(() => {
      cancel()
      resolve()
    })
  })
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function readWhole(files: FileSystem, path: string, info: FileInfo): Promise<Buffer> {
  if (info.size > MAX_BYTES) throw new AppError('path-too-large', { file: path })
  const file = await files.openForReading(path)
  try {
    const bytes = await readRange(file, 0, info.size)
    if (!bytes) throw new AppError('path-changed', { file: path })
    return bytes
  } finally {
    await file.close()
  }
}

/** Times have seconds: the content is compared, too. */
async function isAsKnown(files: FileSystem, path: string, now: FileInfo, known: { info: FileInfo; digest: string }): Promise<boolean> {
  if (now.kind !== 'file' || now.size !== known.info.size || now.mtime !== known.info.mtime) return false
  return digest(await readWhole(files, path, now)) === known.digest
}

/** The old or the new content, never half of it; same permissions, same owner. @throws AppError `path-owner` when that cannot be. */
async function replace(files: FileSystem, path: string, bytes: Buffer, old: FileInfo): Promise<FileInfo> {
  const temporary = files.join(files.parent(path), `.${randomUUID()}.rescueterm`)
  const file = await files.openForWriting(temporary, 'create', 0o600)
  try {
    try {
      for (let at = 0; at < bytes.length; at += files.chunk) await file.write(at, bytes.subarray(at, at + files.chunk))
      await file.sync()
    } finally {
      await file.close()
    }
    const own = await files.info(temporary)
    if (own.uid !== old.uid || own.gid !== old.gid) {
      await files.setOwner(temporary, old.uid, old.gid).catch(() => {
        throw new AppError('path-owner', { file: path })
      })
    }
    // After the owner: changing that clears set-uid bits.
    await files.setMode(temporary, old.mode)
    await files.rename(temporary, path, true)
  } catch (error) {
    await files.removeFile(temporary).catch(() => {})
    throw error
  }
  return files.target(path)
}

// A desktop runs some kinds of files instead of showing them. These are only ever shown.
const shownKinds =
  /\.(?:txt|md|log|conf|cfg|cnf|ini|toml|ya?ml|json|xml|csv|tsv|sql|css|env|rules|service|socket|timer|mount|network|netdev|link|list|sources|repo|zone|patch|diff|png|jpe?g|gif|webp|pdf)$/i

/** The name of the copy: what might be run becomes a text. */
export function localEditName(path: string): string {
  const name =
    basename(path)
      .replace(/[^\p{L}\p{N} ._@+-]/gu, '_')
      .slice(-100) || 'file'
  return shownKinds.test(name) ? name : `${name}.txt`
}
