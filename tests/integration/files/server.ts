import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '../../../electron/clock.js'
import { createFiles, type Files, type OpenSession } from '../../../electron/files/files.js'
import type { SshConnection } from '../../../electron/ssh/connect.js'
import type { FileEntry, FilePlace, Transfer } from '../../../shared/files.js'
import { connected, connectTo } from '../../support/connect.js'
import { generateKey, type Sshd, type SshdOptions, startSshd } from '../../support/sshd.js'

/** A real sshd with a key that gets in, a directory for each side, and the service as the core builds it. */
export interface FilesFixture {
  sshd: Sshd
  dir: string
  /** The server's side and this computer's. */
  there: string
  here: string
  connection: SshConnection
  files: Files
  session: OpenSession
  opened: string[]
  /** A new connection in place of the old one, as after a reconnect. */
  reconnect(port?: number): Promise<void>
  /** Another run of the app over the same data. */
  restart(): Promise<void>
  dispose(): Promise<void>
}

export const local: FilePlace = { kind: 'local' }
export const server: FilePlace = { kind: 'server', sessionId: 's' }

export async function startFiles(
  o: SshdOptions & { answers?: Parameters<typeof connectTo>[1]; user?: string; inRescue?: boolean; log?: (text: string) => void } = {},
): Promise<FilesFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'rescueterm-files-'))
  const key = await generateKey(join(dir, 'key'), 'ed25519')
  const sshd = await startSshd({ authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()], ...o })
  const listeners = new Set<() => void>()
  let sessions: OpenSession[] = []
  const opened: string[] = []
  const say = o.log ?? (() => {})
  const create = () =>
    createFiles({
      dataDir: join(dir, 'data'),
      clock: systemClock,
      log: { info: say, error: (text, error) => say(`${text}: ${error}`) },
      sessions: () => sessions,
      onDidChangeSessions(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      openFile: async (path) => void opened.push(path),
    })
  const fixture = { sshd, dir, there: join(dir, 'there'), here: join(dir, 'here'), opened } as FilesFixture
  fixture.files = create()
  fixture.reconnect = async (port = sshd.port) => {
    const target = { port, user: sshd.user }
    const connection = connected(await connectTo(target, o.answers ?? [{ kind: 'key', file: key }]))
    const session: OpenSession = {
      sessionId: 's',
      connection,
      user: sshd.user,
      host: '127.0.0.1',
      port: sshd.port,
      inRescue: o.inRescue ?? false,
    }
    fixture.connection = connection
    fixture.session = session
    sessions = [session]
    connection.onDidClose(() => {
      sessions = sessions.filter((one) => one !== session)
      for (const listener of listeners) listener()
    })
    for (const listener of listeners) listener()
  }
  fixture.restart = async () => {
    await fixture.files.dispose()
    fixture.files = create()
    await fixture.files.load()
    for (const listener of listeners) listener()
  }
  fixture.dispose = async () => {
    await fixture.files.dispose()
    fixture.connection.end()
    await sshd.dispose()
    rmSync(dir, { recursive: true, force: true })
  }
  const { mkdir } = await import('node:fs/promises')
  await mkdir(fixture.there)
  await mkdir(fixture.here)
  await fixture.files.load()
  await fixture.reconnect()
  return fixture
}

export async function listAll(files: Files, place: FilePlace, path: string) {
  const entries: FileEntry[] = []
  let start: { path: string; parent: string } | undefined
  let refused = 0
  let pages = 0
  for await (const part of files.list(place, { kind: 'at', path }, new AbortController().signal)) {
    if (part.kind === 'start') start = part
    else if (part.kind === 'end') refused = part.refused
    else {
      entries.push(...part.entries)
      pages++
    }
  }
  return { entries, start: start!, refused, pages, names: entries.map(({ name }) => name).sort() }
}

/** The state of the only transfer once `ready` says so. */
export function transferWhen(files: Files, ready: (transfer: Transfer) => boolean, at = 0): Promise<Transfer> {
  return new Promise((resolve) => {
    let stop = () => {}
    const look = () => {
      const transfer = files.state().transfers[at]
      if (!transfer || !ready(transfer)) return false
      stop()
      resolve(transfer)
      return true
    }
    if (!look()) stop = files.onDidChange(look)
  })
}

export const isOver = ({ phase }: Transfer) => phase.kind === 'done' || phase.kind === 'failed'

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
