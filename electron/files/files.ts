/**
 * The files view's service: listing and changing files of this computer and of servers with an open session, the queue of
 * transfers, and files open in a local program. Browsing uses a channel of the session's own connection.
 */
import { AppError } from '../../shared/errors.js'
import type { FileDetails, FileEntry, FilePlace, FilesState, Keeping, ListingPart, RemovalCount } from '../../shared/files.js'
import type { Clock } from '../clock.js'
import { createEmitter } from '../emitter.js'
import { fingerprint } from '../known-hosts/key.js'
import type { Log } from '../log.js'
import type { SshConnection } from '../ssh/connect.js'
import type { Direction } from './carrier.js'
import { createEdits, type Edits } from './edits.js'
import { type FileSystem, infoIfThere, isName } from './file-system.js'
import { localFiles } from './local-files.js'
import { hasMountUnderMnt, keepingOf, type Mount, parseMounts } from './mounts.js'
import { countRemoval, removeTree } from './remove.js'
import { createServerFiles } from './server-files.js'
import { createTransfers, type OpenServer, type Transfers } from './transfers.js'
import { openWorkerCarrier } from './worker-carrier.js'

/** A session whose connection is there. */
export interface OpenSession {
  sessionId: string
  connection: SshConnection
  user: string
  host: string
  port: number
  inRescue: boolean
}

export interface FilesParts {
  dataDir: string
  clock: Clock
  log: Log
  sessions(): OpenSession[]
  onDidChangeSessions(listener: () => void): () => void
  openFile(path: string): Promise<void>
}

export interface Files {
  state(): FilesState
  onDidChange(listener: () => void): () => void
  load(): Promise<void>
  list(place: FilePlace, path: { kind: 'choose' } | { kind: 'at'; path: string }, signal: AbortSignal): AsyncGenerator<ListingPart>
  details(place: FilePlace, path: string): Promise<FileDetails>
  makeDirectory(place: FilePlace, parent: string, name: string): Promise<void>
  rename(place: FilePlace, path: string, name: string): Promise<void>
  change(place: FilePlace, path: string, to: { mode?: number | undefined; owner?: { uid: number; gid: number } | undefined }): Promise<void>
  countRemoval(place: FilePlace, paths: readonly string[], signal: AbortSignal): Promise<RemovalCount>
  remove(place: FilePlace, paths: readonly string[], signal: AbortSignal): Promise<void>
  transfer(sessionId: string, direction: Direction, from: readonly string[], into: string): void
  transfers: Transfers
  edits: Edits
  dispose(): Promise<void>
}

// Browsing shares the connection with the terminal: a directory page is small, a file being edited goes in pieces of 32 KiB.
const BROWSE_BYTES = 256 * 1024
// The kernel's list of mounts; a machine with containers has some thousand lines.
const MAX_MOUNTS_BYTES = 1024 * 1024

interface Browser {
  connection: SshConnection
  files: Promise<FileSystem>
}

export function createFiles(parts: FilesParts): Files {
  const changed = createEmitter()
  const browsers = new Map<string, Browser>()

  function session(id: string): OpenSession {
    const found = parts.sessions().find((one) => one.sessionId === id)
    if (!found) throw new AppError('wrong-state')
    return found
  }
  const identityOf = ({ user, host, port, connection }: OpenSession) => ({ user, host, port, fingerprint: fingerprint(connection.hostKey) })

  const transfers = createTransfers({
    ...parts,
    servers: () => parts.sessions().map((one): OpenServer => ({ identity: identityOf(one), connection: one.connection })),
    openWorker: openWorkerCarrier,
  })
  const edits = createEdits({ ...parts, filesOf: (id) => filesOf({ kind: 'server', sessionId: id }), hostOf: (id) => session(id).host })

  function filesOf(place: FilePlace): Promise<FileSystem> {
    if (place.kind === 'local') return Promise.resolve(localFiles)
    const { sessionId, connection } = session(place.sessionId)
    const known = browsers.get(sessionId)
    if (known?.connection === connection) return known.files
    const forget = () => {
      if (browsers.get(sessionId)?.connection === connection) browsers.delete(sessionId)
    }
    const files = connection.openSftp().then((sftp) => {
      sftp.onDidClose(forget)
      return createServerFiles(sftp, { inFlight: BROWSE_BYTES })
    })
    files.catch(forget)
    browsers.set(sessionId, { connection, files })
    return files
  }

  /** Undefined where it makes no difference: outside a rescue. */
  async function mountsOf(place: FilePlace, files: FileSystem): Promise<Mount[] | undefined> {
    if (place.kind === 'local' || !session(place.sessionId).inRescue) return undefined
    try {
      const file = await files.openForReading('/proc/self/mountinfo')
      try {
        // The kernel writes it while it is read: its size is not known before.
        const bytes = Buffer.alloc(MAX_MOUNTS_BYTES)
        let length = 0
        for (let read = -1; read !== 0 && length < bytes.length; length += read) read = await file.read(length, bytes.subarray(length))
        return parseMounts(bytes.toString('utf8', 0, length))
      } finally {
        await file.close()
      }
    } catch (error) {
      parts.log.info(`the mounts could not be read: ${error instanceof Error ? error.message : ''}`)
      return undefined
    }
  }

  async function chooseStart(files: FileSystem, mounts: Mount[] | undefined): Promise<string> {
    if (mounts && hasMountUnderMnt(mounts) && (await infoIfThere(files, '/mnt'))) return '/mnt'
    return files.home()
  }

  function checkName(name: string) {
    if (!isName(name)) throw new AppError('bad-request', {}, 'this is no name')
  }

  const stops = [transfers.onDidChange(changed.emit), edits.onDidChange(changed.emit), parts.onDidChangeSessions(onSessions)]
  let known = ''
  /** Sessions change with every measured round trip; only who is there matters here. */
  function onSessions() {
    const now = parts.sessions().map(({ sessionId, connection }) => `${sessionId} ${fingerprint(connection.hostKey)}`)
    if (now.join('\n') === known) return
    known = now.join('\n')
    transfers.serversChanged()
  }

  return {
    transfers,
    edits,
    state: () => ({ transfers: transfers.list(), edits: edits.list() }),
    onDidChange: changed.on,
    async load() {
      await Promise.all([transfers.load(), edits.load()])
    },
    async *list(place, wanted, signal) {
      const files = await filesOf(place)
      const mounts = await mountsOf(place, files)
      const path = await files.resolve(wanted.kind === 'at' ? wanted.path : await chooseStart(files, mounts))
      const keeping: Keeping | undefined = mounts && keepingOf(path, mounts)
      const pages = files.list(path, { targets: true, signal })
      // Told once the directory is open: until then the view stays where it is.
      let page = await pages.next()
      yield { kind: 'start', path, parent: files.parent(path), ...(keeping ? { keeping } : {}) }
      for (; !page.done; page = await pages.next()) yield { kind: 'entries', entries: page.value satisfies FileEntry[] }
      yield { kind: 'end', refused: page.value.refused }
    },
    async details(place, path) {
      const files = await filesOf(place)
      const info = await files.info(path)
      const end = info.kind === 'link' ? await files.target(path).catch(() => undefined) : undefined
      const room = await files.space(path)
      const canChangeOwner = place.kind === 'local' ? process.getuid?.() === 0 : session(place.sessionId).user === 'root'
      return {
        entry: { name: files.baseName(path), ...info, ...(end && end.kind !== 'link' ? { target: end.kind } : {}) },
        path,
        canChangeOwner,
        ...(info.kind === 'link' ? { leadsTo: await files.readLink(path) } : {}),
        ...(room ? { freeBytes: room.freeBytes } : {}),
      }
    },
    async makeDirectory(place, parent, name) {
      checkName(name)
      const files = await filesOf(place)
      await files.makeDirectory(files.join(parent, name), 0o755)
    },
    async rename(place, path, name) {
      checkName(name)
      const files = await filesOf(place)
      await files.rename(path, files.join(files.parent(path), name), false)
    },
    async change(place, path, { mode, owner }) {
      const files = await filesOf(place)
      if (owner) await files.setOwner(path, owner.uid, owner.gid)
      // After the owner: changing that clears set-uid bits.
      if (mode !== undefined) await files.setMode(path, mode)
    },
    async countRemoval(place, paths, signal) {
      return countRemoval(await filesOf(place), paths, signal)
    },
    async remove(place, paths, signal) {
      const files = await filesOf(place)
      for (const path of paths) await removeTree(files, path, signal)
    },
    transfer(sessionId, direction, from, into) {
      transfers.add(identityOf(session(sessionId)), direction, from, into)
    },
    async dispose() {
      for (const stop of stops) stop()
      await Promise.all([transfers.dispose(), edits.dispose()])
    },
  }
}
