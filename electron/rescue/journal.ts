/**
 * The write-ahead record of everything RescueTerm does to known_hosts: one file per intervention in `<dataDir>/journal`, written
 * durably before the first change and after each step. It explains itself to a reader without RescueTerm and holds the full
 * original bytes (base64); the marks in known_hosts explain themselves too, so that losing either one loses nothing.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { ErrorInfo } from '../../shared/errors.js'
import { InterventionState } from '../../shared/intervention.js'
import { readJsonFile, removeDurably, writeJsonFile } from '../durable-file.js'
import { errnoOf, type FileOperations } from '../file-operations.js'
import type { LineEdit } from '../known-hosts/edit-plan.js'

const ABOUT =
  'RescueTerm keeps this so that nothing of your known_hosts files can be lost. "original" is the whole file before the change, in base64. ' +
  'To undo by hand: delete "#rescueterm:<id> " at the front of the marked lines, with <id> as below.'

// Not zod's own check: its regular expression exhausts the stack on a file of some megabytes.
const Bytes = z.string().refine((text) => text.length % 4 === 0 && Buffer.from(text, 'base64').length === Buffer.byteLength(text, 'base64'))
const Time = z.iso.datetime()

const JournalEdit = z.strictObject({
  kind: z.enum(['mark', 'note', 'append', 'remove', 'change']),
  line: z.number().int(),
  original: Bytes,
  eol: z.enum(['', '\n', '\r\n']),
  written: Bytes,
  keyType: z.string().optional(),
})

const JournalFile = z.strictObject({
  /** As configured, and where it led when the edit was made. */
  path: z.string(),
  real: z.string(),
  existed: z.boolean(),
  directoryExisted: z.boolean(),
  /** Of the file before the edit, for a reader; nothing depends on it, since ssh itself changes inode and mode. */
  stat: z
    .strictObject({ dev: z.string(), ino: z.string(), mode: z.string(), uid: z.string(), gid: z.string(), mtimeNs: z.string() })
    .optional(),
  sha256Before: z.string(),
  sha256After: z.string(),
  original: Bytes,
  copy: z.string(),
  edits: z.array(JournalEdit),
})
export type JournalFile = z.infer<typeof JournalFile>

const JournalAttention = z.strictObject({
  /** Counts the edits of all files in their order. */
  index: z.number().int().nonnegative(),
  file: z.string(),
  line: z.number().int().positive().optional(),
  reason: z.enum(['edited', 'gone', 'file-gone', 'unreadable']),
  saved: Bytes,
  current: Bytes.optional(),
})
export type JournalAttention = z.infer<typeof JournalAttention>

export const JournalRecord = z.strictObject({
  about: z.string().default(ABOUT),
  version: z.literal(1).default(1),
  id: z.string().regex(/^[a-z0-9]{4,16}$/),
  kind: z.enum(['set-aside', 'replaced', 'saved']),
  state: InterventionState,
  name: z.string(),
  host: z.string(),
  port: z.number().int(),
  practice: z.boolean(),
  query: z.strictObject({ lookupName: z.string(), bareName: z.string().exactOptional(), address: z.string().exactOptional() }),
  userFiles: z.array(z.string()),
  systemFiles: z.array(z.string()),
  since: Time,
  expiresAt: Time,
  closedAt: Time.optional(),
  /** The key that was trusted, as an RFC 4253 blob; for a set-aside it is accepted until `expiresAt`. */
  rescueKey: Bytes,
  knownKeys: z.array(Bytes),
  /** What a connection offers, in the order that made the server show these keys. */
  hostKeyAlgorithms: z.array(z.string()),
  alsoWrite: z.boolean(),
  files: z.array(JournalFile),
  /** Lines that still carry the mark, as far as known. */
  setAside: z.number().int().nonnegative(),
  /** A file is being written in place: a torn write is completed from here. */
  inPlace: z.strictObject({ file: z.string(), before: Bytes, after: Bytes }).optional(),
  leaving: z.boolean(),
  restoreBy: z.enum(['known-key', 'person', 'start-up']).optional(),
  thirdKey: z.strictObject({ blob: Bytes, seenAt: Time }).optional(),
  attention: z.array(JournalAttention),
  /** What a person decided about lines that were not as left; the index is that of `attention`. */
  settled: z.array(z.strictObject({ index: z.number().int(), choice: z.enum(['put-back', 'keep-current', 'forget']) })),
  summary: z
    .strictObject({
      at: Time,
      lines: z.number().int(),
      verified: z.boolean(),
      by: z.enum(['known-key', 'person', 'start-up']),
      dismissed: z.boolean(),
    })
    .optional(),
  error: ErrorInfo.optional(),
})
export type JournalRecord = z.infer<typeof JournalRecord>

/** A record being worked on under the lock: `update` is durable when it returns. */
export interface OpenRecord {
  get(): JournalRecord
  update(change: Partial<JournalRecord>): Promise<void>
}

export const toBytes = (base64: string) => Buffer.from(base64, 'base64')
export const fromBytes = (bytes: Buffer) => bytes.toString('base64')

export const toLineEdits = (edits: readonly z.infer<typeof JournalEdit>[]): LineEdit[] =>
  edits.map(({ kind, line, original, eol, written, keyType }) => ({
    kind,
    line,
    eol,
    original: toBytes(original),
    written: toBytes(written),
    ...(keyType ? { keyType } : {}),
  }))

export const fromLineEdits = (edits: readonly LineEdit[]): z.infer<typeof JournalEdit>[] =>
  edits.map((edit) => ({ ...edit, original: fromBytes(edit.original), written: fromBytes(edit.written) }))

export interface Journal {
  /** Every record that can be read, oldest first, and the names of those that cannot: they are reported and never touched. */
  load(): Promise<{ records: JournalRecord[]; unreadable: string[] }>
  /** Records that are new or written since they were last looked at here. */
  loadChanged(): Promise<JournalRecord[]>
  /** The record as the disk has it (another process of ours may have gone on with it); undefined when it is gone or unreadable. */
  reread(id: string): Promise<JournalRecord | undefined>
  /** Durable when it returns. */
  write(record: JournalRecord): Promise<void>
  remove(id: string): Promise<void>
  directory: string
}

export function createJournal(dataDir: string, fs: FileOperations): Journal {
  const directory = join(dataDir, 'journal')
  const pathOf = (id: string) => join(directory, `${id}.json`)
  const seen = new Map<string, string>()
  const reread = (id: string) => readJsonFile(pathOf(id), JournalRecord, fs).catch(() => undefined)

  async function ids(): Promise<string[]> {
    try {
      const names = await fs.readdir(directory)
      return names.flatMap((name) => (name.endsWith('.json') && !name.startsWith('.') ? [name.slice(0, -'.json'.length)] : [])).sort()
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return []
      throw error
    }
  }

  return {
    directory,
    reread,
    async load() {
      const records: JournalRecord[] = []
      const unreadable: string[] = []
      for (const id of await ids()) {
        const record = await reread(id)
        if (record?.id === id) records.push(record)
        else unreadable.push(id)
      }
      records.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
      return { records, unreadable }
    },
    async loadChanged() {
      const changed: JournalRecord[] = []
      for (const id of await ids()) {
        const stamp = await fs.stat(pathOf(id)).then(
          ({ ino, mtimeNs }) => `${ino}:${mtimeNs}`,
          () => undefined,
        )
        if (!stamp || seen.get(id) === stamp) continue
        seen.set(id, stamp)
        const record = await reread(id)
        if (record?.id === id) changed.push(record)
      }
      return changed
    },
    write: (record) => writeJsonFile(pathOf(record.id), record, fs),
    remove: (id) => removeDurably(pathOf(id), fs),
  }
}
