/**
 * The one way to a provider's API: a time limit per request, JSON checked by a schema, a few repeats of harmless requests, and
 * errors and log entries that hold no secret. Redirects are refused: they would carry the credentials elsewhere.
 */
import type { z } from 'zod'
import type { ProviderKind } from '../../shared/provider.js'
import type { ProviderProblem } from '../../shared/provider-problem.js'
import { stripServerLine } from '../../shared/server-text.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { isPassing, ProviderError } from './problem.js'
import { sleep } from './wait.js'

/** OVH's slowest honest answers take 10 s. */
export const REQUEST_LIMIT_MS = 20_000
const TRIES = 3
const FIRST_PAUSE_MS = 1000
/** A provider that asks for more patience than this is asked again by the person. */
const LONGEST_PAUSE_MS = 30_000
/** The longest honest answer is a list of some thousand ids. */
const MAX_BYTES = 4 * 1024 * 1024

export interface Exchange<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: URL
  /** Made anew for every try: a signature carries the time. Called with the exact body. */
  headers(body: string | undefined): Record<string, string>
  body?: string
  answer: z.ZodType<T>
  /** What must not appear in an error, should the provider repeat it. */
  secrets: readonly string[]
  signal: AbortSignal
}

export interface Refusal {
  status: number
  /** The parsed answer, undefined when it was no JSON. */
  body: unknown
  method: string
  path: string
}
export interface Fault {
  problem: ProviderProblem
  data?: Record<string, string | number>
  /** The provider's own sentence. */
  message?: string | undefined
}

export type Http = <T>(exchange: Exchange<T>) => Promise<T>

/** @throws ProviderError; the reason of `signal` when the caller gave up. Repeated is what changes nothing, or was refused unread. */
export function createHttp(parts: { provider: ProviderKind; clock: Clock; log: Log; judge(refusal: Refusal): Fault }): Http {
  const { provider, clock, log, judge } = parts

  async function attempt<T>(exchange: Exchange<T>): Promise<T> {
    const { method, url, secrets } = exchange
    const fail = (problem: ProviderProblem, o: { data?: Fault['data']; detail?: string | undefined; sent: boolean }) =>
      new ProviderError(provider, problem, {
        ...(o.data ? { data: o.data } : {}),
        detail: o.detail && redact(stripServerLine(o.detail, 500), secrets),
        changed: o.sent && method !== 'GET' ? 'unknown' : 'nothing',
      })
    const limit = new AbortController()
    const cancel = clock.setTimeout(() => limit.abort(), REQUEST_LIMIT_MS)
    let response: Response
    let text: string
    try {
      response = await fetch(url, {
        method,
        headers: { accept: 'application/json', 'user-agent': 'RescueTerm', ...exchange.headers(exchange.body) },
        ...(exchange.body === undefined ? {} : { body: exchange.body }),
        redirect: 'manual',
        signal: AbortSignal.any([exchange.signal, limit.signal]),
      })
      text = await readText(response)
    } catch (error) {
      exchange.signal.throwIfAborted()
      if (limit.signal.aborted) {
        log.info(`${provider}: ${method} ${url.pathname} no answer`)
        throw fail('timeout', { data: { seconds: REQUEST_LIMIT_MS / 1000 }, sent: true })
      }
      // Messages of fetch can quote a header; the code of the cause cannot.
      const code = causeCode(error)
      log.info(`${provider}: ${method} ${url.pathname} failed (${code})`)
      const problem = isTlsFault(code) ? 'tls' : 'network'
      throw fail(problem, { detail: code, sent: problem === 'network' && !neverSent.has(code) })
    } finally {
      cancel()
    }
    const query = queryId(response)
    log.info(redact(`${provider}: ${method} ${url.pathname} ${response.status}${query && ` (${query})`}`, secrets))
    const body = parseJson(text)
    if (!response.ok) {
      const status = response.status
      const fault: Fault =
        status === 429
          ? { problem: 'too-many-requests' }
          : status >= 500
            ? { problem: 'server-fault' }
            : status < 400
              ? { problem: 'not-understood' }
              : judge({ status, body: body.value, method, path: url.pathname })
      const pause = retryAfter(response, clock)
      throw fail(fault.problem, {
        data: { ...fault.data, status, ...(pause === undefined ? {} : { seconds: Math.ceil(pause / 1000) }) },
        detail: [fault.message ?? messageOf(body.value), query && `query ${query}`].filter(Boolean).join(' · ') || undefined,
        sent: status >= 500 || status < 400,
      })
    }
    const answer = body.isJson ? exchange.answer.safeParse(body.value) : undefined
    if (!answer?.success) {
      // Where it does not fit, never what stands there.
      const where = answer ? answer.error.issues.map((issue) => issue.path.join('.') || '(whole answer)').join(', ') : 'no JSON'
      throw fail('not-understood', { detail: [where, query && `query ${query}`].filter(Boolean).join(' · '), sent: true })
    }
    return answer.data
  }

  return async (exchange) => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(exchange)
      } catch (error) {
        if (!(error instanceof ProviderError) || !isPassing(error.problem) || tries === TRIES) throw error
        if (exchange.method !== 'GET' && error.problem !== 'too-many-requests') throw error
        const asked = error.data.seconds
        const pause = error.problem !== 'timeout' && typeof asked === 'number' ? asked * 1000 : FIRST_PAUSE_MS * 2 ** (tries - 1)
        if (pause > LONGEST_PAUSE_MS) throw error
        await sleep(clock, pause, exchange.signal)
        exchange.signal.throwIfAborted()
      }
    }
  }
}

/** Secrets as they are, and as they stand in a form or a URL. */
function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((rest, secret) => rest.replaceAll(secret, '•••'), text)
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw Object.assign(new Error('the answer is too long'), { code: 'ETOOLONG' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Calls without a result are answered with `null`, or with nothing at all. */
function parseJson(text: string): { isJson: boolean; value: unknown } {
  if (!text.trim()) return { isJson: true, value: null }
  try {
    return { isJson: true, value: JSON.parse(text) }
  } catch {
    return { isJson: false, value: undefined }
  }
}

/** `{message}` of OVH and Scaleway, `{error:{message}}` of Hetzner, `{error_description}` of OAuth2. */
function messageOf(body: unknown): string | undefined {
  const { message, error, error_description } = (body ?? {}) as { message?: unknown; error?: unknown; error_description?: unknown }
  const found = message ?? (error as { message?: unknown } | undefined)?.message ?? error_description ?? error
  return typeof found === 'string' ? found : undefined
}

function causeCode(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  const found = cause?.code ?? code
  return typeof found === 'string' ? found : error instanceof Error ? error.name : 'unknown'
}
const isTlsFault = (code: string) => /CERT|^ERR_(?:SSL|TLS)|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH/.test(code)
/** Nothing of the request has left this machine. */
const neverSent = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'TypeError'])

/** The number a provider's support asks for. */
function queryId(response: Response): string {
  const found = response.headers.get('x-ovh-queryid') ?? response.headers.get('x-correlation-id') ?? response.headers.get('x-request-id')
  return found ? stripServerLine(found, 80) : ''
}

/** Seconds or a date (RFC 9110 §10.2.3), in ms from now. */
function retryAfter(response: Response, clock: Clock): number | undefined {
  const value = response.headers.get('retry-after')
  if (!value) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now().getTime()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
