/**
 * The records in memory and the one door to change them: commands run one at a time, under a lock shared with other processes of
 * ours, and each begins with the record as the disk has it. What another process wrote meanwhile shows up by itself.
 */
import { join } from 'node:path'
import { AppError } from '../../shared/errors.js'
import type { Clock } from '../clock.js'
import type { FileOperations } from '../file-operations.js'
import { toFileError } from '../known-hosts/file-edit.js'
import { withLock } from '../lock.js'
import type { Log } from '../log.js'
import type { Journal, JournalRecord, OpenRecord } from './journal.js'

export interface Records {
  all(): JournalRecord[]
  get(id: string): JournalRecord | undefined
  /** @throws AppError `not-found`. */
  find(id: string): JournalRecord
  /** One command at a time here, and one process at a time on the files. Errors of the system become errors for people. */
  exclusive<T>(run: () => Promise<T>): Promise<T>
  /** Until the commands begun so far are done. */
  settled(): Promise<unknown>
  /** Takes the record in; what is updated through the result is durable before it is seen. */
  hold(record: JournalRecord): OpenRecord
  /** Inside `exclusive`: the record as the disk has it, since another process may have gone on with it. @throws AppError `not-found`, `journal-unreadable`. */
  open(id: string, kind?: JournalRecord['kind']): Promise<OpenRecord>
  forget(id: string): void
  /** Reads again and again what another process wrote, in turn with our own commands, until `ending`. */
  follow(onNews: (id: string) => void): void
}

// Window and command line share one journal; what the other did shows up within this time.
const JOURNAL_INTERVAL_MS = 5_000

export function createRecords(o: {
  dataDir: string
  fs: FileOperations
  clock: Clock
  journal: Journal
  log: Log
  ending: AbortSignal
  onDidChange(): void
}): Records {
  const { journal, clock, log, ending } = o
  const records = new Map<string, JournalRecord>()
  let queue: Promise<unknown> = Promise.resolve()
  let cancel = () => {}
  ending.addEventListener('abort', () => cancel(), { once: true })

  function find(id: string): JournalRecord {
    const record = records.get(id)
    if (!record) throw new AppError('not-found', { id })
    return record
  }

  function hold(record: JournalRecord): OpenRecord {
    records.set(record.id, record)
    return {
      get: () => records.get(record.id) ?? record,
      async update(change) {
        const next = { ...(records.get(record.id) ?? record), ...change }
        await journal.write(next)
        records.set(record.id, next)
        o.onDidChange()
      },
    }
  }

  function follow(onNews: (id: string) => void) {
    cancel()
    const again = () => {
      if (ending.aborted) return
      cancel = clock.setTimeout(() => {
        queue = queue
          .then(async () => {
            const news = (await journal.loadChanged()).filter(({ kind }) => kind !== 'saved')
            for (const record of news) {
              records.set(record.id, record)
              onNews(record.id)
            }
            if (news.length > 0) o.onDidChange()
          })
          .catch((error) => log.error('the journal could not be read again', error))
          .then(again)
      }, JOURNAL_INTERVAL_MS)
    }
    again()
  }

  return {
    all: () => [...records.values()],
    get: (id) => records.get(id),
    find,
    exclusive(run) {
      const result = queue.then(() => withLock(o.dataDir, o.fs, run)).catch((error) => Promise.reject(toFileError(error, o.dataDir)))
      queue = result.catch(() => {})
      return result
    },
    settled: () => queue,
    hold,
    async open(id, kind = 'set-aside') {
      if (find(id).kind !== kind) throw new AppError('not-found', { id })
      const stored = await journal.reread(id)
      if (!stored) throw new AppError('journal-unreadable', { file: join(journal.directory, `${id}.json`) })
      return hold(stored)
    },
    forget(id) {
      records.delete(id)
      o.onDidChange()
    },
    follow,
  }
}

/** @throws AppError `wrong-state` unless the record is in one of `states`. */
export function requireState(open: OpenRecord, ...states: JournalRecord['state'][]): JournalRecord {
  const record = open.get()
  if (!states.includes(record.state)) throw new AppError('wrong-state', { state: record.state })
  return record
}
