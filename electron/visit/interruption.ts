/** A restart that the end of the app cut in two. */
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { Clock } from '../clock.js'
import type { Provider } from '../providers/provider.js'
import { pollOrThrow } from '../providers/wait.js'

// One request with its retries; a person is looking at an empty card meanwhile.
export const INSPECT_MS = 30_000
const EVERY_MS = 5_000

/**
 * Where a machine was powered off and nobody is there any more to power it on, only the provider can tell.
 * @returns undefined when it is not off. @throws ProviderError when the provider cannot tell.
 */
export async function interruptionOf(
  { adapter, server }: { adapter: Provider; server: string },
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<ProviderProblemInfo | undefined> {
  const state = await pollOrThrow({
    clock,
    signal,
    everyMs: EVERY_MS,
    async look() {
      const found = await adapter.inspect(server, AbortSignal.any([signal, AbortSignal.timeout(INSPECT_MS)]))
      // It may be on its way down just now.
      return found.state === 'busy' ? undefined : found.state
    },
  })
  return state === 'off' ? { problem: 'interrupted', changed: 'stopped', data: {} } : undefined
}
