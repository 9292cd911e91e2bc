/** What outlives a run of the app: one file per visited address in `<dataDir>/visits`. No secrets: commands are kept without their input. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { Before, Operation, ProviderLink } from '../../shared/provider.js'
import { SpeedResult } from '../../shared/speed.js'
import { SkipReason } from '../../shared/visit.js'
import { readJsonFile, writeJsonFile } from '../durable-file.js'
import { type FileOperations, nodeFiles } from '../file-operations.js'
import type { Log } from '../log.js'
import { StoredChange } from '../repair/stored-change.js'

export const VisitRecord = z.strictObject({
  version: z.literal(1).default(1),
  id: z.string(),
  changes: z.array(StoredChange),
  speed: z.array(SpeedResult),
  /** From the request for rescue until the normal system is back: leaving needs what was before. */
  entering: z
    .strictObject({
      name: z.string(),
      host: z.string(),
      port: z.number().int(),
      link: ProviderLink.optional(),
      method: z.enum(['api', 'by-hand', 'already']),
      startedAt: z.iso.datetime(),
      /** SSH blobs in base64. */
      knownKeys: z.array(z.base64()),
      hostKeyAlgorithms: z.array(z.string()),
      before: Before.optional(),
      operation: Operation.optional(),
      answered: z.boolean(),
      answeredKey: z.base64().optional(),
      stopped: z.boolean(),
    })
    .optional(),
  /** Present from *Leave rescue* until the server is back: the next start goes on waiting. */
  leaving: z
    .strictObject({
      startedAt: z.iso.datetime(),
      rebootedAt: z.iso.datetime().optional(),
      /** Noted before the provider was asked: without `rebootedAt` the machine may have been left powered off. */
      before: Before.optional(),
      skipped: z.record(z.string(), SkipReason),
    })
    .optional(),
})
export type VisitRecord = z.infer<typeof VisitRecord>

// Enough to see a trend; a result with its raw output is about 10 KB.
export const KEPT_SPEED_RESULTS = 10

export function createVisitStore(dataDir: string, fs: FileOperations = nodeFiles) {
  // The id is an address a person typed: not a file name.
  const fileOf = (id: string) => join(dataDir, 'visits', `${createHash('sha256').update(id).digest('hex').slice(0, 24)}.json`)
  const save = (record: VisitRecord) => writeJsonFile(fileOf(record.id), record, fs)
  async function load(id: string): Promise<VisitRecord> {
    const found = await readJsonFile(fileOf(id), VisitRecord, fs)
    return found?.id === id ? found : { version: 1, id, changes: [], speed: [] }
  }
  return {
    load,
    save,
    async update(id: string, change: Partial<VisitRecord>): Promise<void> {
      await save({ ...(await load(id)), ...change })
    },
    /** Every visit that can be read; one that cannot is skipped with a word in the log: it holds nothing that known_hosts needs. */
    async loadAll(log: Log): Promise<VisitRecord[]> {
      const names = await fs.readdir(join(dataDir, 'visits')).catch(() => [] as string[])
      const records: VisitRecord[] = []
      for (const name of names.filter((one) => one.endsWith('.json'))) {
        try {
          const record = await readJsonFile(join(dataDir, 'visits', name), VisitRecord, fs)
          if (record) records.push(record)
        } catch (error) {
          log.error(`the visit ${name} could not be read`, error)
        }
      }
      return records
    },
  }
}
