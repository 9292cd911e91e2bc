/**
 * A list in a file of ours that window and command line both change: each change begins with the list as the disk has it, under the
 * lock of our processes. A file that cannot be read (torn, or written by a newer version) is never written over.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../shared/errors.js'
import { readJsonFile, writeJsonFile } from './durable-file.js'
import { nodeFiles } from './file-operations.js'
import { withLock } from './lock.js'
import type { Log } from './log.js'

export interface StoredList<T> {
  /** As last read or written. */
  all(): readonly T[]
  /** The file, when it could not be read the last time. */
  unreadable(): string | undefined
  load(): Promise<void>
  /** `edit` may answer with the list it was given: nothing is written. @throws AppError `list-unreadable`, `locked`; Node's errors. */
  change(edit: (list: readonly T[]) => readonly T[]): Promise<void>
}

/** In `<dataDir>/<name>.json`, as `{ <name>: [item, …] }`. */
export function createStoredList<T>(o: {
  dataDir: string
  name: string
  item: z.ZodType<T>
  log: Log
  onDidChange(): void
}): StoredList<T> {
  const path = join(o.dataDir, `${o.name}.json`)
  const schema = z.strictObject({ [o.name]: z.array(o.item) })
  let list: readonly T[] = []
  let isUnreadable = false
  let writing = Promise.resolve()

  async function read(): Promise<readonly T[]> {
    try {
      const found = (await readJsonFile(path, schema))?.[o.name] ?? []
      isUnreadable = false
      return found
    } catch (error) {
      isUnreadable = true
      throw new AppError('list-unreadable', { file: path }, undefined, { cause: error })
    }
  }

  return {
    all: () => list,
    unreadable: () => (isUnreadable ? path : undefined),
    async load() {
      try {
        list = await read()
      } catch (error) {
        o.log.error(`${o.name}.json could not be read`, error instanceof AppError ? error.cause : error)
      }
    },
    // In the order of the commands; memory changes only after the disk has.
    change(edit) {
      const run = writing.then(() =>
        withLock(o.dataDir, nodeFiles, async () => {
          const before = await read()
          const next = edit(before)
          if (next !== before) await writeJsonFile(path, { [o.name]: next })
          list = next
          o.onDidChange()
        }),
      )
      writing = run.catch(() => {})
      return run
    },
  }
}
