/**
 * The queue of transfers: starts them, pauses, resumes, asks, and keeps what is unfinished on disk so that the next start of the app
 * can go on. A transfer belongs to one server by its host key; it runs only while a session to that very server is open.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors.js'
import { type Clash, type ClashAnswer, Transfer } from '../../shared/files.js'
import type { Clock } from '../clock.js'
import { readJsonFile, writeJsonFile } from '../durable-file.js'
import { createEmitter } from '../emitter.js'
import { explained, type Log } from '../log.js'
import type { SshConnection } from '../ssh/connect.js'
import { type Carrier, type Direction, openCarrier } from './carrier.js'
import { localFiles } from './local-files.js'
import { afterRestart, createRate, nextTransfers, type ServerIdentity, serverKey } from './queue.js'
import type { Checkpoint } from './resume.js'
import type { TransferProgress, TransferResult } from './transfer.js'
import type { openWorkerCarrier } from './worker-carrier.js'

export interface OpenServer {
  identity: ServerIdentity
  connection: Pick<SshConnection, 'openSftp' | 'secondSignIn' | 'measureLatency'>
}

export interface TransfersParts {
  dataDir: string
  clock: Clock
  log: Log
  /** Servers with an open session. */
  servers(): OpenServer[]
  openWorker: typeof openWorkerCarrier
}

export interface Transfers {
  list(): Transfer[]
  onDidChange(listener: () => void): () => void
  load(): Promise<void>
  add(server: ServerIdentity, direction: Direction, from: readonly string[], into: string): void
  pause(id: string): void
  resume(id: string): void
  /** Ends it and removes the unfinished file. */
  cancel(id: string): Promise<void>
  /** Forgets one that is over. */
  dismiss(id: string): void
  answer(id: string, questionId: string, answer: ClashAnswer): void
  /** Sessions came or went. */
  serversChanged(): void
  dispose(): Promise<void>
}

const Record = Transfer.extend({
  began: z.boolean(),
  checkpoint: z.strictObject({ path: z.string(), part: z.string(), size: z.number(), mtime: z.number(), whole: z.number() }).optional(),
})
type Record = z.infer<typeof Record>
const Records = z.array(Record)

// A crash costs at most what was copied in this time.
const SAVE_MS = 1000
// The next drag usually comes soon; a second connection then is there already.
const IDLE_MS = 60_000

interface Run {
  controller: AbortController
  /** Why it is being stopped. */
  stopping: 'person' | 'connection' | 'cancel' | undefined
  answer: ((answer: ClashAnswer) => void) | undefined
  over: Promise<void>
}

export function createTransfers(parts: TransfersParts): Transfers {
  const file = join(parts.dataDir, 'transfers.json')
  const changed = createEmitter()
  const runs = new Map<string, Run>()
  const carriers = new Map<string, { carrier: Promise<Carrier>; cancelIdle: () => void }>()
  let records: Record[] = []
  let saving = Promise.resolve()
  let cancelSave: (() => void) | undefined
  let disposed = false

  function find(id: string): Record {
    const found = records.find((one) => one.id === id)
    if (!found) throw new AppError('not-found', { id })
    return found
  }
  function update(id: string, fields: Partial<Record>, o: { save?: 'now' | 'soon' } = { save: 'now' }) {
    records = records.map((one) => (one.id === id ? { ...one, ...fields } : one))
    if (o.save === 'now') save()
    else if (o.save === 'soon') cancelSave ??= parts.clock.setTimeout(save, SAVE_MS)
    changed.emit()
  }
  function save() {
    cancelSave?.()
    cancelSave = undefined
    const unfinished = records.filter(({ phase }) => phase.kind !== 'done').map(({ rate: _rate, ...rest }) => rest)
    saving = saving
      .then(() => writeJsonFile(file, unfinished))
      .catch((error) => parts.log.error('the list of transfers could not be written', error))
  }

  function carrierFor(server: OpenServer): Promise<Carrier> {
    const key = serverKey(server.identity)
    const known = carriers.get(key)
    if (known) {
      known.cancelIdle()
      return known.carrier
    }
    const carrier = open(server)
    carriers.set(key, { carrier, cancelIdle: () => {} })
    carrier.catch(() => carriers.delete(key))
    return carrier
  }
  async function open({ connection }: OpenServer): Promise<Carrier> {
    const second = connection.secondSignIn()
    if (second) {
      try {
        return await parts.openWorker(second)
      } catch (error) {
        parts.log.info(`no second connection for transfers: ${error instanceof Error ? error.message : 'unknown reason'}`)
      }
    }
    return openCarrier(connection, true)
  }
  function dropCarrier(key: string) {
    const known = carriers.get(key)
    if (!known) return
    known.cancelIdle()
    carriers.delete(key)
    known.carrier.then(
      (carrier) => carrier.end(),
      () => {},
    )
  }
  /** An idle connection is given back after a while. */
  function restCarrier(key: string) {
    const known = carriers.get(key)
    if (known) known.cancelIdle = parts.clock.setTimeout(() => dropCarrier(key), IDLE_MS)
  }

  function advance() {
    if (disposed) return
    const servers = new Map(parts.servers().map((one) => [serverKey(one.identity), one]))
    for (const key of carriers.keys()) if (!servers.has(key)) dropCarrier(key)
    for (const [id, run] of runs) if (!servers.has(serverKey(find(id).server))) stop(run, 'connection')
    for (const { id, server, phase } of records)
      if (phase.kind === 'paused' && phase.by === 'connection' && servers.has(serverKey(server)) && !runs.has(id))
        update(id, { phase: { kind: 'waiting' } })
    for (const next of nextTransfers(records, new Set(servers.keys()))) start(next, servers.get(serverKey(next.server))!)
  }

  function stop(run: Run, why: NonNullable<Run['stopping']>) {
    run.stopping ??= why
    run.controller.abort(new Error(why))
  }

  function start(record: Record, server: OpenServer) {
    const run: Run = { controller: new AbortController(), stopping: undefined, answer: undefined, over: Promise.resolve() }
    runs.set(record.id, run)
    update(record.id, { phase: { kind: 'planning' } })
    const key = serverKey(record.server)
    run.over = carry(record, server, run)
      .then(
        (outcome): Partial<Record> => ({ phase: { kind: 'done' }, outcome, checkpoint: undefined }),
        (error: unknown) => afterFailure(record.id, run, error, key),
      )
      .then((fields) => {
        runs.delete(record.id)
        if (records.some((one) => one.id === record.id)) update(record.id, { ...fields, rate: undefined })
        restCarrier(key)
        advance()
      })
  }

  function afterFailure(id: string, run: Run, error: unknown, key: string): Partial<Record> {
    if (run.stopping) return { phase: { kind: 'paused', by: run.stopping === 'connection' ? 'connection' : 'person' } }
    const info = toInfo(error)
    const ofThePath = info.code.startsWith('path-')
    // Whatever else ended it ended the connection too.
    if (!ofThePath) dropCarrier(key)
    if (ofThePath || info.code === 'internal') return { phase: { kind: 'failed', error: info } }
    // The session's own connection may live on: then once more at once, but not for ever.
    const again = (retries.get(id) ?? 0) < 3
    retries.set(id, (retries.get(id) ?? 0) + 1)
    return { phase: again ? { kind: 'paused', by: 'connection' } : { kind: 'failed', error: info } }
  }
  const retries = new Map<string, number>()

  async function carry(record: Record, server: OpenServer, run: Run): Promise<TransferResult> {
    const { id } = record
    const carrier = await carrierFor(server)
    run.controller.signal.throwIfAborted()
    update(id, { sharesConnection: carrier.sharesConnection, began: true })
    const rate = createRate()
    const { from, into, checkpoint, direction } = record
    return carrier.run({ id, from, into, resumed: record.began, checkpoint }, direction, {
      signal: run.controller.signal,
      onProgress(progress) {
        update(id, progressFields(progress, find(id), rate.add(progress.bytesDone, parts.clock.now().getTime())), {})
        if (progress.stage === 'copying' && progress.bytesDone > record.bytesDone) retries.delete(id)
      },
      onCheckpoint: (next?: Checkpoint) => update(id, { checkpoint: next }, { save: 'soon' }),
      ask: (clash) => ask(id, run, clash),
    })
  }

  function ask(id: string, run: Run, clash: Clash): Promise<ClashAnswer> {
    update(id, { phase: { kind: 'asks', questionId: randomUUID(), clash } })
    return new Promise((resolve) => {
      run.answer = (answer) => {
        run.answer = undefined
        update(id, { phase: { kind: 'running' } })
        resolve(answer)
      }
    })
  }

  const toInfo = (error: unknown) => explained(error, parts.log, 'a transfer ended unexpectedly').toInfo()

  async function removePart({ checkpoint, direction, server }: Record) {
    if (!checkpoint) return
    try {
      if (direction === 'download') return await localFiles.removeFile(checkpoint.part)
      const there = parts.servers().find((one) => serverKey(one.identity) === serverKey(server))
      const sftp = await there?.connection.openSftp()
      await sftp?.remove(checkpoint.part).finally(() => sftp.end())
    } catch (error) {
      parts.log.info(`an unfinished file stays: ${error instanceof Error ? error.message : ''}`)
    }
  }

  return {
    list: () => records.map(({ began: _began, checkpoint: _checkpoint, ...transfer }) => transfer),
    onDidChange: changed.on,
    async load() {
      try {
        const stored = await readJsonFile(file, Records)
        records = (stored ?? []).map((one) => ({ ...one, phase: afterRestart(one) }))
      } catch (error) {
        parts.log.error('the list of transfers could not be read', error)
      }
    },
    add(server, direction, from, into) {
      const added = from.map(
        (path): Record => ({
          id: randomUUID(),
          direction,
          from: path,
          into,
          server,
          phase: { kind: 'waiting' },
          bytes: 0,
          bytesDone: 0,
          files: 0,
          filesDone: 0,
          renamed: 0,
          sharesConnection: false,
          began: false,
        }),
      )
      records = [...records, ...added]
      save()
      changed.emit()
      advance()
    },
    pause(id) {
      const run = runs.get(id)
      if (run) return stop(run, 'person')
      if (find(id).phase.kind !== 'waiting') throw new AppError('wrong-state')
      update(id, { phase: { kind: 'paused', by: 'person' } })
    },
    resume(id) {
      const { kind } = find(id).phase
      if (kind !== 'paused' && kind !== 'failed') throw new AppError('wrong-state')
      retries.delete(id)
      update(id, { phase: { kind: 'waiting' } })
      advance()
    },
    async cancel(id) {
      const run = runs.get(id)
      if (run) {
        stop(run, 'cancel')
        await run.over
      }
      const record = find(id)
      records = records.filter((one) => one.id !== id)
      save()
      changed.emit()
      await removePart(record)
    },
    dismiss(id) {
      const { kind } = find(id).phase
      if (kind !== 'done' && kind !== 'failed') throw new AppError('wrong-state')
      records = records.filter((one) => one.id !== id)
      save()
      changed.emit()
    },
    answer(id, questionId, answer) {
      const { phase } = find(id)
      if (phase.kind !== 'asks' || phase.questionId !== questionId) throw new AppError('wrong-state')
      runs.get(id)?.answer?.(answer)
    },
    serversChanged: advance,
    async dispose() {
      disposed = true
      for (const run of runs.values()) stop(run, 'connection')
      for (const key of [...carriers.keys()]) dropCarrier(key)
      await Promise.all([...runs.values()].map((run) => run.over))
      if (cancelSave) save()
      await saving
    },
  }
}

const progressFields = ({ stage, ...counts }: TransferProgress, { phase }: Record, rate: number | undefined): Partial<Record> => ({
  ...counts,
  ...(rate === undefined ? {} : { rate }),
  // An open question stays; a pause that is on its way, too.
  ...(phase.kind === 'planning' && stage === 'copying' ? { phase: { kind: 'running' } } : {}),
})
