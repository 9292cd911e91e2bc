/**
 * Files of a server open in a program of this computer. A copy lies in a private directory; each save goes back under a temporary
 * name that takes the file's own in one step, with its permissions and owner. A file that changed on the server meanwhile is never
 * overwritten unasked.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../shared/errors.js'
import type { Edit } from '../../shared/files.js'
import type { Clock } from '../clock.js'
import { createEmitter } from '../emitter.js'
import { explained, type Log } from '../log.js'
import type { FileInfo, FileSystem } from './file-system.js'
import { readRange } from './resume.js'

export interface EditsParts {
  dataDir: string
  clock: Clock
  log: Log
  filesOf(sessionId: string): Promise<FileSystem>
  /** With whatever program the desktop chooses. */
  openFile(path: string): Promise<void>
}

export interface Edits {
  list(): Edit[]
  onDidChange(listener: () => void): () => void
  /** Removes what an earlier run left behind. */
  load(): Promise<void>
  /** A second time for the same file: its program is called again. */
  open(sessionId: string, path: string): Promise<void>
  /** After `conflict` or `failed`: `overwrite` the server's file, or `save` again. */
  save(id: string, how: 'save' | 'overwrite'): Promise<void>
  /** Forgets the copy; what was not saved is lost. */
  close(id: string): Promise<void>
  dispose(): Promise<void>
}

interface Open {
  state: Edit
  folder: string
  local: string
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

export function createEdits(parts: EditsParts): Edits {
  const folder = join(parts.dataDir, 'edits')
  const changed = createEmitter()
  const edits = new Map<string, Open>()

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
    await mkdir(edit.folder, { recursive: true, mode: 0o700 })
    await writeFile(edit.local, bytes, { mode: 0o600 })
    edit.known = { info, digest: digest(bytes) }
    edit.watcher = watch(edit.folder, () => lookSoon(edit))
    edit.watcher.on('error', (error) => parts.log.error('an edited file cannot be watched', error))
    await parts.openFile(edit.local)
    enter(edit, { kind: 'open' })
  }

  function lookSoon(edit: Open) {
    edit.cancelLook?.()
    edit.cancelLook = parts.clock.setTimeout(() => void queue(edit, () => put(edit, false)), QUIET_MS)
  }

  /** Writes the copy back if it says something new. */
  async function put(edit: Open, overwrite: boolean) {
    const { known } = edit
    const size = await stat(edit.local).then(
      (found) => found.size,
      () => undefined,
    )
    // Between an editor's unlink and its rename there is nothing to save.
    if (!known || size === undefined) return
    if (size > MAX_BYTES) throw new AppError('path-too-large', { file: edit.state.path })
    const bytes = await readFile(edit.local)
    if (digest(bytes) === known.digest && !overwrite) return
    enter(edit, { kind: 'saving' })
    const files = await parts.filesOf(edit.state.sessionId)
    if (!overwrite && !(await isAsKnown(files, edit.remote, known))) return enter(edit, { kind: 'conflict' })
    const info = await replace(files, edit.remote, bytes, known.info)
    edit.known = { info, digest: digest(bytes) }
    enter(edit, { kind: 'saved', at: parts.clock.now().toISOString() })
  }

  async function forget(edit: Open) {
    edit.cancelLook?.()
    edit.watcher?.close()
    edits.delete(edit.state.id)
    await edit.work
    await rm(edit.folder, { recursive: true, force: true })
  }

  return {
    list: () => [...edits.values()].map((edit) => edit.state),
    onDidChange: changed.on,
    load: () => rm(folder, { recursive: true, force: true }),
    async open(sessionId, path) {
      const open = [...edits.values()].find(({ state }) => state.sessionId === sessionId && state.path === path)
      if (open?.known) return parts.openFile(open.local)
      const id = randomUUID()
      const own = join(folder, id)
      const edit: Open = {
        state: { id, sessionId, path, phase: { kind: 'fetching' } },
        folder: own,
        local: join(own, localEditName(path)),
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
      await forget(find(id))
      changed.emit()
    },
    async dispose() {
      for (const edit of [...edits.values()]) await forget(edit)
    },
  }
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
async function isAsKnown(files: FileSystem, path: string, known: { info: FileInfo; digest: string }): Promise<boolean> {
  const now = await files.target(path)
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
