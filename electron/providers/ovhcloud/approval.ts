/**
 * A consumer key for an application the person already has: asked for with the least rights, approved in the browser (2FA,
 * duration), noticed here. While a key waits every call answers `not valid`, the question about itself included.
 */
import { z } from 'zod'
import type { OvhEndpoint } from '../../../shared/provider.js'
import type { ProviderProblemInfo } from '../../../shared/provider-problem.js'
import { ProviderError } from '../problem.js'
import { poll, WAIT_LIMIT_MS } from '../wait.js'
import { createOpenClient, createOvhClient, type OvhCredentials, type OvhParts } from './client.js'
import type { AccessRule } from './rights.js'

/** Opened in the person's browser: https and a site of OVH, whatever the answer says. */
const ValidationUrl = z.url({ protocol: /^https$/, hostname: /(^|\.)(ovh\.(com|ca|us|net)|ovhcloud\.com|soyoustart\.com|kimsufi\.com)$/ })
const Requested = z.object({ consumerKey: z.string().min(1), validationUrl: ValidationUrl })
const Current = z.object({ status: z.string(), expiration: z.string().nullish() })
const EVERY_MS = 3000

/** `consumerKey` is a secret from now on, and worthless until `validationUrl` was followed. @throws ProviderError */
export function requestKey(
  o: { endpoint: OvhEndpoint; applicationKey: string; rules: readonly AccessRule[]; signal: AbortSignal },
  parts: OvhParts,
): Promise<z.infer<typeof Requested>> {
  const open = createOpenClient(o.endpoint, parts)
  const call = { body: { accessRules: o.rules }, answer: Requested, signal: o.signal }
  return open('POST', '/auth/credential', call, { 'x-ovh-application': o.applicationKey })
}

export type Approval =
  | { kind: 'approved'; expiration?: string }
  | { kind: 'timed-out' }
  | { kind: 'stopped' }
  | { kind: 'failed'; problem: ProviderProblemInfo }

export async function awaitApproval(
  o: { endpoint: OvhEndpoint; credentials: Extract<OvhCredentials, { kind: 'keys' }>; signal: AbortSignal; limitMs?: number },
  parts: OvhParts,
): Promise<Approval> {
  const client = createOvhClient(o.endpoint, o.credentials, parts)
  const result = await poll<Approval>({
    clock: parts.clock,
    signal: o.signal,
    everyMs: EVERY_MS,
    limitMs: o.limitMs ?? WAIT_LIMIT_MS,
    async look() {
      try {
        const { status, expiration } = await client.call('GET', '/auth/currentCredential', { answer: Current, signal: o.signal })
        if (status === 'validated') return { kind: 'approved', ...(expiration ? { expiration } : {}) }
        if (status === 'pendingValidation') return undefined
        throw new ProviderError('ovhcloud', 'key-invalid')
      } catch (error) {
        if (error instanceof ProviderError && error.problem === 'key-invalid' && error.data.status === 403) return undefined
        throw error
      }
    },
  })
  if (result.kind === 'found') return result.value
  return result.kind === 'failed' ? { kind: 'failed', problem: result.error.toProblemInfo() } : result
}
