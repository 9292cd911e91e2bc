/** The rescue system's host key as its provider publishes it, at least sometimes: the one check that needs nobody's eyes. */
import type { Operation } from '../../shared/provider.js'
import type { PublishedKey } from '../../shared/terminal-session.js'
import type { Clock } from '../clock.js'
import { compareHint } from '../providers/provider.js'
import { pollOrThrow } from '../providers/wait.js'
import type { ProviderOf } from './provider-of.js'

// Hetzner Robot allows 500 requests an hour.
const EVERY_MS = 15_000

/** Waits while the provider does not know the key yet. @returns undefined where it publishes none. @throws ProviderError */
export async function compareWithPublished(
  { adapter, kind, server }: ProviderOf,
  operation: Operation,
  blob: Buffer,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<PublishedKey | undefined> {
  if (!adapter.capabilities(server).publishesHostKey) return undefined
  const result = await pollOrThrow({
    clock,
    signal,
    everyMs: EVERY_MS,
    async look() {
      const hint = await adapter.hostKeyHint(operation, signal)
      return hint.kind === 'not-yet' ? undefined : compareHint(hint, blob)
    },
  })
  return result && result !== 'unknown' ? { provider: kind, result } : undefined
}
