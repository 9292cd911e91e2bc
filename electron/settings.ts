import { join } from 'node:path'
import type { z } from 'zod'
import { Settings, type SettingsChange } from '../shared/settings.js'
import { readJsonFile, writeJsonFile } from './durable-file.js'
import { createEmitter } from './emitter.js'
import type { Log } from './log.js'

export interface SettingsStore {
  get(): Settings
  update(change: z.infer<typeof SettingsChange>): Promise<void>
  onDidChange(listener: () => void): () => void
  load(): Promise<void>
}

/** Settings in `<dataDir>/settings.json`. A file that cannot be read or parsed leaves the defaults in force and is kept until the next change. */
export function createSettings(dataDir: string, log: Log): SettingsStore {
  const path = join(dataDir, 'settings.json')
  const changed = createEmitter()
  let current = Settings.parse({})
  return {
    get: () => current,
    onDidChange: changed.on,
    async load() {
      try {
        current = (await readJsonFile(path, Settings)) ?? current
      } catch (error) {
        log.error('settings could not be read, defaults are used', error)
      }
    },
    async update(change) {
      const next = Settings.parse({ ...current, ...change })
      await writeJsonFile(path, next)
      current = next
      changed.emit()
    },
  }
}
