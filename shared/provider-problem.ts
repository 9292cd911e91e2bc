/**
 * What can go wrong between RescueTerm and a provider's API, by code. Words live in
 * `renderer/locales/<language>/providers.json` under `problem.<code>`, each with what to do; `detail` is the provider's own sentence, stripped, never with a secret in it.
 */
import { z } from 'zod'

export const providerProblems = [
  // who we are
  'bad-signature',
  'clock',
  'bad-application',
  'bad-credentials',
  'bad-login',
  'key-unknown',
  'key-invalid',
  'secret-missing',
  'no-oauth',
  // what we may
  'not-granted',
  // what we asked
  'not-found',
  'not-available',
  'busy',
  'rejected',
  'no-rescue-system',
  'no-disk-boot',
  'no-reset',
  'task-failed',
  'too-slow',
  'interrupted',
  // the way there and back
  'too-many-requests',
  'server-fault',
  'network',
  'tls',
  'timeout',
  'not-understood',
] as const
export const ProviderProblem = z.enum(providerProblems)
export type ProviderProblem = z.infer<typeof ProviderProblem>

/** What a failed request may have left behind: `boot-mode` changed but not restarted, `stopped`: powered off, `unknown`: look at the panel. */
export const changes = ['nothing', 'boot-mode', 'stopped', 'unknown'] as const
export const Change = z.enum(changes)
export type Change = z.infer<typeof Change>

/** `data` fills the words: `right` (what the key lacks), `seconds`, `task`, `state`. */
export const ProviderProblemInfo = z.strictObject({
  problem: ProviderProblem,
  changed: Change,
  data: z.record(z.string(), z.union([z.string(), z.number()])),
  detail: z.string().max(4000).optional(),
})
export type ProviderProblemInfo = z.infer<typeof ProviderProblemInfo>
