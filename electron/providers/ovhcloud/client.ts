/**
 * Calls to the OVHcloud API v1, signed with an application key or carried by an OAuth2 token. The signature is SHA-1 over secret,
 * consumer key, method, whole URL, the exact body and OVH's time (node-ovh lib/ovh.js).
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { OvhEndpoint } from '../../../shared/provider.js'
import { createHttp, type Exchange, type Fault, type Refusal } from '../http.js'
import { ProviderError } from '../problem.js'
import type { ProviderParts } from '../provider.js'
import { places } from './endpoints.js'
import { missingRight } from './rights.js'

export type OvhCredentials =
  | { kind: 'keys'; applicationKey: string; applicationSecret: string; consumerKey: string }
  | { kind: 'oauth2'; clientId: string; clientSecret: string }

export interface Call<T> {
  answer: z.ZodType<T>
  signal: AbortSignal
  body?: object
  /** Further texts that no error may repeat. */
  secrets?: readonly string[]
}

export interface OvhClient {
  call<T>(method: Exchange<T>['method'], path: string, call: Call<T>): Promise<T>
  /** Now, by OVH's clock where it is known. */
  now(): Date
}

export interface OvhParts extends ProviderParts {
  /** Replaces the address of the token service, in tests only. */
  tokenUrl?: string | undefined
}

/** For calls whose result says nothing: `null`, or no body at all. */
export const nothing = z.unknown().transform(() => undefined)

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
/** A token is not used in its last minute: it may end while the request travels. */
const TOKEN_MARGIN_MS = 60_000

/** Calls that OVH wants unsigned: the clock, redeeming a secret. */
export function createOpenClient(endpoint: OvhEndpoint, parts: OvhParts) {
  const http = createHttp({ provider: 'ovhcloud', clock: parts.clock, log: parts.log, judge })
  const base = parts.base ?? places[endpoint].api
  return <T>(method: Exchange<T>['method'], path: string, call: Call<T>): Promise<T> => {
    const body = call.body && JSON.stringify(call.body)
    return http({
      method,
      url: new URL(base + path),
      headers: () => jsonType(body),
      ...(body === undefined ? {} : { body }),
      answer: call.answer,
      secrets: call.secrets ?? [],
      signal: call.signal,
    })
  }
}

export function createOvhClient(endpoint: OvhEndpoint, credentials: OvhCredentials, parts: OvhParts): OvhClient {
  const { clock } = parts
  const http = createHttp({ provider: 'ovhcloud', clock, log: parts.log, judge })
  const open = createOpenClient(endpoint, parts)
  const base = parts.base ?? places[endpoint].api
  /** OVH's clock minus ours, in ms. */
  let drift: number | undefined

  async function learnTime(signal: AbortSignal) {
    const seconds = await open('GET', '/auth/time', { answer: z.number(), signal })
    drift = seconds * 1000 - clock.now().getTime()
  }
  const now = () => new Date(clock.now().getTime() + (drift ?? 0))

  function sign(keys: Extract<OvhCredentials, { kind: 'keys' }>, method: string, url: URL, body = '') {
    const timestamp = String(Math.floor(now().getTime() / 1000))
    const { applicationKey, applicationSecret, consumerKey } = keys
    const text = [applicationSecret, consumerKey, method, url.href, body, timestamp].join('+')
    return {
      'x-ovh-application': applicationKey,
      'x-ovh-consumer': consumerKey,
      'x-ovh-timestamp': timestamp,
      'x-ovh-signature': `$1$${createHash('sha1').update(text).digest('hex')}`,
    }
  }

  let token: { value: string; until: number } | undefined
  async function bearer({ clientId, clientSecret }: Extract<OvhCredentials, { kind: 'oauth2' }>, signal: AbortSignal): Promise<string> {
    if (token && clock.now().getTime() < token.until) return token.value
    const address = parts.tokenUrl ?? places[endpoint].token
    if (!address) throw new ProviderError('ovhcloud', 'no-oauth')
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'all' })
    const answer = await http({
      method: 'POST',
      url: new URL(address),
      headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
      body: form.toString(),
      answer: Token,
      secrets: [clientSecret],
      signal,
    }).catch((error) => {
      // Asking for a token changes nothing on any server.
      throw error instanceof ProviderError ? error.after('nothing') : error
    })
    token = { value: answer.access_token, until: clock.now().getTime() + answer.expires_in * 1000 - TOKEN_MARGIN_MS }
    return token.value
  }

  async function send<T>(method: Exchange<T>['method'], path: string, call: Call<T>): Promise<T> {
    const url = new URL(base + path)
    const body = call.body && JSON.stringify(call.body)
    const exchange = { method, url, ...(body === undefined ? {} : { body }), answer: call.answer, signal: call.signal }
    const own = call.secrets ?? []
    if (credentials.kind === 'keys') {
      if (drift === undefined) await learnTime(call.signal)
      const { applicationSecret, consumerKey } = credentials
      const headers = () => ({ ...jsonType(body), ...sign(credentials, method, url, body) })
      return http({ ...exchange, headers, secrets: [applicationSecret, consumerKey, ...own] })
    }
    const value = await bearer(credentials, call.signal)
    const headers = () => ({ ...jsonType(body), authorization: `Bearer ${value}` })
    return http({ ...exchange, headers, secrets: [credentials.clientSecret, value, ...own] })
  }

  return {
    now,
    async call(method, path, call) {
      const hadToken = token !== undefined
      try {
        return await send(method, path, call)
      } catch (error) {
        // Refused before anything was done, for a reason that a second look at clock or token removes.
        if (!(error instanceof ProviderError)) throw error
        if (error.problem === 'clock' && credentials.kind === 'keys') drift = undefined
        else if (error.data.status === 401 && credentials.kind === 'oauth2' && hadToken && token) token = undefined
        else throw error
        return send(method, path, call)
      }
    },
  }
}

const jsonType = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-type': 'application/json;charset=utf-8' }

/** Two styles of bodies are in use, `{class, message}` and `{errorCode, httpCode, message}`; some faults have both. */
const ErrorBody = z
  .object({
    errorCode: z.string().optional().catch(undefined),
    message: z.string().catch(''),
    details: z
      .object({ unauthorizedActionsByIAM: z.string().catch(''), unauthorizedActionsByAuthentication: z.string().catch('') })
      .optional()
      .catch(undefined),
    error: z.string().optional().catch(undefined),
  })
  .catch({ message: '' })

function judge({ status, body, method, path }: Refusal): Fault {
  const { errorCode, message, details, error } = ErrorBody.parse(body)
  if (/signature/i.test(message) || errorCode === 'INVALID_SIGNATURE') return { problem: 'bad-signature' }
  if (status === 400 && /out of time|timestamp/i.test(message)) return { problem: 'clock' }
  if (/application key/i.test(message)) return { problem: 'bad-application' }
  if (status === 401 || error === 'invalid_client') return { problem: 'bad-credentials' }
  if (status === 403) {
    if (errorCode === 'NOT_CREDENTIAL' || /credential does not exist/i.test(message)) return { problem: 'key-unknown' }
    if (errorCode === 'INVALID_CREDENTIAL' || /credential is not valid/i.test(message)) return { problem: 'key-invalid' }
    const actions = [details?.unauthorizedActionsByIAM, details?.unauthorizedActionsByAuthentication].filter(Boolean).join(', ')
    return { problem: 'not-granted', data: { right: actions || missingRight(method, path.replace(/^\/(?:1\.0|v1)(?=\/)/, '')) } }
  }
  if (status === 404) return { problem: /invalid \(or empty\) url/i.test(message) ? 'not-available' : 'not-found' }
  if (status === 409) return { problem: 'busy' }
  return { problem: 'rejected' }
}
