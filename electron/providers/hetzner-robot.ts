/**
 * Hetzner Robot (dedicated servers): forms with Basic auth. The only provider that publishes the rescue system's host keys, at
 * least sometimes. Three wrong sign-ins block this address: after one refusal nothing more is sent. https://robot.hetzner.com/doc/webservice
 */
import { z } from 'zod'
import type { Before, MachineState, Operation } from '../../shared/provider.js'
import { stripServerLine } from '../../shared/server-text.js'
import { createHttp, type Exchange, type Fault, type Refusal } from './http.js'
import { manualWay } from './manual.js'
import { afterChange, ProviderError } from './problem.js'
import { type ChangeOptions, type HostKeyHint, type Provider, type ProviderParts, splitServer } from './provider.js'
import { watch } from './wait.js'

/** Sources differ in how they write a key: a text, or an object. */
const HostKey = z.union([z.string(), z.object({ key: z.object({ fingerprint: z.string(), type: z.string() }) })])
const Rescue = z.object({
  rescue: z.object({
    active: z.boolean(),
    password: z.string().nullish(),
    // Beside the password, the keys are an extra: a third way to write them must not cost the whole answer.
    host_key: z.array(HostKey).nullish().catch([]),
    boot_time: z.string().nullish(),
  }),
})
const Reset = z.object({ reset: z.object({ type: z.array(z.string()), operating_status: z.string().nullish() }) })
const Servers = z.array(
  z.object({
    server: z.object({ server_number: z.number().int(), server_name: z.string(), server_ip: z.string().nullish(), status: z.string() }),
  }),
)

/** Robot counts requests per hour (500 for these). */
const EVERY_MS = 15_000
const states: Record<string, MachineState> = { running: 'running', 'shut off': 'off' }

export function createHetznerRobot(o: { user: string; password: string }, parts: ProviderParts): Provider {
  const { clock } = parts
  const http = createHttp({ provider: 'hetzner-robot', clock, log: parts.log, judge })
  const base = parts.base ?? 'https://robot-ws.your-server.de'
  const basic = Buffer.from(`${o.user}:${o.password}`).toString('base64')
  let refused: ProviderError | undefined

  async function call<T>(
    method: Exchange<T>['method'],
    path: string,
    answer: z.ZodType<T>,
    signal: AbortSignal,
    form?: Record<string, string>,
  ) {
    if (refused) throw refused.after('nothing')
    const body = form && new URLSearchParams(form).toString()
    try {
      return await http({
        method,
        url: new URL(base + path),
        headers: () => ({ authorization: `Basic ${basic}`, ...(body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) }),
        ...(body ? { body } : {}),
        answer,
        secrets: [o.password, basic],
        signal,
      })
    } catch (error) {
      if (error instanceof ProviderError && error.problem === 'bad-login') refused = error
      throw error
    }
  }
  const number = (server: string) => encodeURIComponent(splitServer(server)[1])
  const rescue = async (server: string, signal: AbortSignal, last = '') =>
    (await call('GET', `/boot/${number(server)}/rescue${last}`, Rescue, signal)).rescue

  /** The kind of reset that starts this machine: a button press when it is off. */
  async function chooseReset(server: string, signal: AbortSignal) {
    const { type, operating_status } = (await call('GET', `/reset/${number(server)}`, Reset, signal)).reset
    const state = states[operating_status ?? ''] ?? 'unknown'
    const wanted = state === 'off' ? ['power'] : ['hw', 'sw']
    const reset = wanted.find((one) => type.includes(one))
    if (!reset) throw new ProviderError('hetzner-robot', 'no-reset')
    return { reset, state }
  }
  const reset = (server: string, type: string, signal: AbortSignal) =>
    call('POST', `/reset/${number(server)}`, z.unknown(), signal, { type })

  async function prepare(server: string, options: ChangeOptions) {
    // One after the other: two at once would be two wrong sign-ins.
    const now = await rescue(server, options.signal)
    const { reset } = await chooseReset(server, options.signal)
    const before: Before = { at: clock.now().toISOString(), boot: now.active ? 'rescue' : 'local' }
    await options.beforeChange(before)
    options.signal.throwIfAborted()
    return { now, reset, before }
  }

  return {
    capabilities: () => ({ stickiness: 'one-boot', progress: 'stages', credentials: 'answer', publishesHostKey: true, console: false }),
    async listServers(signal) {
      const all = await call('GET', '/server', Servers, signal)
      return all.map(({ server: { server_number, server_name, server_ip, status } }) => ({
        id: `robot/${server_number}`,
        product: 'robot',
        name: stripServerLine(server_name || String(server_number), 100),
        addresses: server_ip ? [server_ip] : [],
        state: status === 'ready' ? 'unknown' : 'busy',
      }))
    },
    async inspect(server, signal) {
      const { reset, state } = await chooseReset(server, signal)
      return {
        state,
        requests: [
          { method: 'POST', path: `/boot/${number(server)}/rescue`, body: 'os=linux' },
          { method: 'POST', path: `/reset/${number(server)}`, body: `type=${reset}` },
        ],
      }
    },
    async enter(server, options) {
      const { now, reset: type, before } = await prepare(server, options)
      const { signal } = new AbortController()
      // Already armed: its password is still told.
      const { password } = now.active ? now : (await call('POST', `/boot/${number(server)}/rescue`, Rescue, signal, { os: 'linux' })).rescue
      await afterChange('boot-mode', () => reset(server, type, signal))
      const operation: Operation = { kind: 'enter', server, before }
      return password ? { operation, credentials: { kind: 'password', user: 'root', password, source: 'answer' } } : { operation }
    },
    async leave(server, options) {
      const { now, reset: type, before } = await prepare(server, options)
      const { signal } = new AbortController()
      if (now.active) await call('DELETE', `/boot/${number(server)}/rescue`, z.unknown(), signal)
      await afterChange(now.active ? 'boot-mode' : 'nothing', () => reset(server, type, signal))
      return { kind: 'leave', server, before }
    },
    progress: (operation, options) =>
      watch({
        ...options,
        clock,
        everyMs: EVERY_MS,
        startedAt: operation.before.at,
        manual: manualWay('hetzner-robot', operation.kind),
        async look() {
          // A reset is done when it is accepted; what starts then only the host key tells.
          if (operation.kind === 'leave') return { kind: 'done' }
          const { active, boot_time } = await rescue(operation.server, options.signal, '/last')
          return boot_time || !active ? { kind: 'done' } : { kind: 'busy' }
        },
      }),
    async credentials(operation, { signal }) {
      const { password } = await rescue(operation.server, signal, '/last')
      return password ? { kind: 'password', user: 'root', password, source: 'server' } : { kind: 'by-hand' }
    },
    async hostKeyHint(operation, signal): Promise<HostKeyHint> {
      const { host_key, boot_time } = await rescue(operation.server, signal, '/last')
      const keys = (host_key ?? []).map((one) =>
        typeof one === 'string' ? { text: one } : { text: one.key.fingerprint, type: one.key.type },
      )
      // Made anew at every start: without one, what stands there is of an earlier rescue.
      return boot_time && keys.length ? { kind: 'published', keys } : { kind: 'not-yet' }
    },
    console: async () => undefined,
  }
}

const ErrorBody = z
  .object({ error: z.object({ code: z.string().catch(''), interval: z.number().optional().catch(undefined) }) })
  .catch({ error: { code: '' } })

function judge({ status, body }: Refusal): Fault {
  const { code, interval } = ErrorBody.parse(body).error
  if (status === 401) return { problem: 'bad-login' }
  if (code === 'RATE_LIMIT_EXCEEDED')
    return { problem: 'too-many-requests', ...(interval === undefined ? {} : { data: { seconds: interval } }) }
  if (status === 403) return { problem: 'not-granted', data: { right: 'Robot webservice' } }
  if (code === 'BOOT_NOT_AVAILABLE') return { problem: 'no-rescue-system' }
  if (code === 'RESET_NOT_AVAILABLE') return { problem: 'no-reset' }
  if (status === 404) return { problem: 'not-found' }
  if (status === 409) return { problem: 'busy' }
  return { problem: 'rejected' }
}
