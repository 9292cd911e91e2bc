/**
 * Hetzner Cloud. Rescue is armed for one boot (and for 60 min), then the machine is reset; the password is in the answer.
 * https://docs.hetzner.cloud
 */
import { z } from 'zod'
import type { Before, MachineState, Operation, ProviderServer } from '../../shared/provider.js'
import { stripServerLine } from '../../shared/server-text.js'
import { createHttp, type Exchange, type Fault, type Refusal } from './http.js'
import { manualWay } from './manual.js'
import { afterChange, ProviderError } from './problem.js'
import { type ChangeOptions, type Provider, type ProviderParts, splitServer } from './provider.js'
import { pollOrThrow, watch } from './wait.js'

const Server = z.object({
  id: z.number().int(),
  name: z.string(),
  status: z.string(),
  rescue_enabled: z.boolean(),
  public_net: z.object({ ipv4: z.object({ ip: z.string() }).nullable(), ipv6: z.object({ ip: z.string() }).nullable() }),
})
const Servers = z.object({ servers: z.array(Server), meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }) })
const Action = z.object({
  action: z.object({
    id: z.number().int(),
    command: z.string(),
    status: z.enum(['running', 'success', 'error']),
    progress: z.number(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  }),
})
const Enabled = Action.extend({ root_password: z.string().nullish() })

const EVERY_MS = 2000
/** Arming is a matter of seconds. */
const ARMING_MS = 60_000
const states: Record<string, MachineState> = { running: 'running', off: 'off', unknown: 'unknown' }

export function createHetznerCloud(o: { token: string }, parts: ProviderParts): Provider {
  const { clock } = parts
  const http = createHttp({ provider: 'hetzner-cloud', clock, log: parts.log, judge })
  const base = parts.base ?? 'https://api.hetzner.cloud/v1'
  const call = <T>(method: Exchange<T>['method'], path: string, answer: z.ZodType<T>, signal: AbortSignal, body?: object) => {
    const text = body && JSON.stringify(body)
    return http({
      method,
      url: new URL(base + path),
      headers: () => ({ authorization: `Bearer ${o.token}`, ...(text ? { 'content-type': 'application/json' } : {}) }),
      ...(text ? { body: text } : {}),
      answer,
      secrets: [o.token],
      signal,
    })
  }
  const path = (server: string) => `/servers/${encodeURIComponent(splitServer(server)[1])}`
  const read = async (server: string, signal: AbortSignal) => (await call('GET', path(server), z.object({ server: Server }), signal)).server
  const act = (server: string, name: string, signal: AbortSignal) => call('POST', `${path(server)}/actions/${name}`, Action, signal)
  const action = async (id: number, signal: AbortSignal) => (await call('GET', `/actions/${id}`, Action, signal)).action

  function actionFault(found: z.infer<typeof Action>['action']) {
    const data = { task: stripServerLine(found.command), state: found.error ? stripServerLine(found.error.code) : 'error' }
    return new ProviderError('hetzner-cloud', 'task-failed', {
      data,
      ...(found.error ? { detail: stripServerLine(found.error.message) } : {}),
    })
  }

  /** Resolves once the action has succeeded. */
  async function settled(id: number, signal: AbortSignal) {
    const isSettled = await pollOrThrow({
      clock,
      signal,
      everyMs: EVERY_MS,
      limitMs: ARMING_MS,
      async look() {
        const now = await action(id, signal)
        if (now.status === 'error') throw actionFault(now)
        return now.status === 'success' ? true : undefined
      },
    })
    if (!isSettled) throw new ProviderError('hetzner-cloud', 'too-slow', { data: { seconds: ARMING_MS / 1000 } })
  }

  async function prepare(server: string, options: ChangeOptions): Promise<{ before: Before; armed: boolean }> {
    const { rescue_enabled: armed } = await read(server, options.signal)
    const before: Before = { at: clock.now().toISOString(), boot: armed ? 'rescue' : 'local' }
    await options.beforeChange(before)
    options.signal.throwIfAborted()
    return { before, armed }
  }

  /** Runs what follows when nothing is armed any more. */
  async function disarmed<T>(server: string, armed: boolean, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (!armed) return work()
    const { id } = (await act(server, 'disable_rescue', signal)).action
    return afterChange('boot-mode', async () => {
      await settled(id, signal)
      return work()
    })
  }

  return {
    capabilities: () => ({ stickiness: 'one-boot', progress: 'percent', credentials: 'answer', publishesHostKey: false, console: false }),
    async listServers(signal) {
      const all: ProviderServer[] = []
      for (let page: number | null = 1; page; ) {
        const answer: z.infer<typeof Servers> = await call('GET', `/servers?page=${page}&per_page=50`, Servers, signal)
        for (const { id, name, status, public_net } of answer.servers) {
          // Of IPv6 there is the network only; its first address is the machine's.
          const addresses = [public_net.ipv4?.ip, public_net.ipv6?.ip.replace(/::\/64$/, '::1')].filter((one) => one !== undefined)
          all.push({ id: `server/${id}`, product: 'server', name: stripServerLine(name, 100), addresses, state: states[status] ?? 'busy' })
        }
        page = answer.meta.pagination.next_page
      }
      return all
    },
    async inspect(server, signal) {
      const { status } = await read(server, signal)
      const requests = [
        { method: 'POST', path: `${path(server)}/actions/enable_rescue`, body: JSON.stringify({ type: 'linux64' }) },
        { method: 'POST', path: `${path(server)}/actions/reset`, body: '' },
      ]
      return { state: states[status] ?? 'busy', requests }
    },
    async enter(server, options) {
      const { before, armed } = await prepare(server, options)
      const { signal } = new AbortController()
      // An armed one would keep a password that nobody is told again.
      const enable = () => call('POST', `${path(server)}/actions/enable_rescue`, Enabled, signal, { type: 'linux64' })
      const enabled = await disarmed(server, armed, signal, enable)
      return afterChange('boot-mode', async () => {
        await settled(enabled.action.id, signal)
        const reset = await act(server, 'reset', signal)
        const operation: Operation = { kind: 'enter', server, before, task: reset.action.id }
        const password = enabled.root_password
        return password ? { operation, credentials: { kind: 'password', user: 'root', password, source: 'answer' } } : { operation }
      })
    },
    async leave(server, options) {
      const { before, armed } = await prepare(server, options)
      const { signal } = new AbortController()
      const reset = await disarmed(server, armed, signal, () => act(server, 'reset', signal))
      return { kind: 'leave', server, before, task: reset.action.id }
    },
    progress: (operation, options) =>
      watch({
        ...options,
        clock,
        everyMs: EVERY_MS,
        startedAt: operation.before.at,
        manual: manualWay('hetzner-cloud', operation.kind),
        async look() {
          const now = await action(operation.task ?? 0, options.signal)
          if (now.status === 'success') return { kind: 'done' }
          if (now.status === 'error') return { kind: 'failed', error: actionFault(now) }
          return { kind: 'busy', percent: now.progress, task: stripServerLine(now.command) }
        },
      }),
    // Told once, in the answer to `enter`.
    credentials: async () => ({ kind: 'by-hand' }),
    hostKeyHint: async () => ({ kind: 'never' }),
    console: async () => undefined,
  }
}

const ErrorBody = z.object({ error: z.object({ code: z.string().catch('') }) }).catch({ error: { code: '' } })

function judge({ status, body }: Refusal): Fault {
  const { code } = ErrorBody.parse(body).error
  if (status === 401) return { problem: 'bad-credentials' }
  if (code === 'token_readonly') return { problem: 'not-granted', data: { right: 'Read & Write' } }
  if (status === 403) return { problem: 'not-granted', data: { right: 'Read & Write' } }
  if (status === 404) return { problem: 'not-found' }
  if (status === 409 || status === 423 || code === 'locked' || code === 'conflict') return { problem: 'busy' }
  return { problem: 'rejected' }
}
