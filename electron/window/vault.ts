/** Secrets in the system's keyring: encrypted by Electron's safeStorage, kept in `vault.json`. A keyring that hides nothing is none. */
import { join } from 'node:path'
import { z } from 'zod'
import type { VaultState } from '../../shared/provider.js'
import { readJsonFile, writeJsonFile } from '../durable-file.js'
import type { Log } from '../log.js'
import type { SecretVault } from '../providers/vault.js'

/** The part of Electron's safeStorage that is used here. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean
  /** Linux only. */
  getSelectedStorageBackend?(): string
  encryptString(text: string): Buffer
  decryptString(bytes: Buffer): string
}

const Stored = z.strictObject({ entries: z.record(z.string(), z.string()) })

/** Only after the app is ready: before, no keyring is there. */
export function createVault(o: { folder: string; storage: SafeStorage; platform: NodeJS.Platform; log: Log }): SecretVault {
  const { storage, log } = o
  const path = join(o.folder, 'vault.json')
  let writing: Promise<unknown> = Promise.resolve()

  function state(): VaultState {
    // `basic_text` encrypts with a password that is in Chromium's source.
    const backend = o.platform === 'linux' ? (storage.getSelectedStorageBackend?.() ?? 'unknown') : ''
    if (backend === 'basic_text') return { kind: 'none', reason: 'plain-text' }
    return storage.isEncryptionAvailable() && backend !== 'unknown' ? { kind: 'safe' } : { kind: 'none', reason: 'no-keyring' }
  }

  async function entries(): Promise<Record<string, string>> {
    try {
      return (await readJsonFile(path, Stored))?.entries ?? {}
    } catch (error) {
      log.error('the vault could not be read, the secrets are asked again', error instanceof z.ZodError ? undefined : error)
      return {}
    }
  }

  function change(edit: (all: Record<string, string>) => Record<string, string>): Promise<void> {
    const run = writing.then(async () => writeJsonFile(path, { entries: edit(await entries()) }))
    writing = run.catch(() => {})
    return run
  }

  return {
    available: async () => state(),
    async read(id) {
      const found = (await entries())[id]
      if (!found || state().kind !== 'safe') return undefined
      try {
        return storage.decryptString(Buffer.from(found, 'base64'))
      } catch {
        // Another keyring than the one it was written with.
        log.info('an entry of the vault cannot be opened with this keyring')
        return undefined
      }
    },
    async write(id, value) {
      if (state().kind !== 'safe') throw new Error('there is no safe keyring')
      const encrypted = storage.encryptString(value).toString('base64')
      await change((all) => ({ ...all, [id]: encrypted }))
    },
    remove: (id) => change(({ [id]: _, ...rest }) => rest),
  }
}
