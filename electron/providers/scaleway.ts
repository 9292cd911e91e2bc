/**
 * Scaleway. Instances: the boot type can be changed only while the machine is off, so it is powered off, changed and powered on;
 * nothing else is ever asked of it (`terminate` would delete it). Elastic Metal: one call that restarts into a boot type.
 */
import { z } from 'zod'
import type { Before, MachineState, Operation, ProviderServer } from '../../shared/provider.js'
import { stripServerLine } from '../../shared/server-text.js'
import { createHttp, type Exchange, type Fault, type Refusal } from './http.js'
import { joinLists } from './listing.js'
import { manualWay } from './manual.js'
import { afterChange, ProviderError } from './problem.js'
import { type ChangeOptions, type Entered, type Provider, type ProviderParts, pollCredentials, splitServer } from './provider.js'
import { pollOrThrow, WAIT_LIMIT_MS, watch } from './wait.js'

const Instance = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  boot_type: z.string(),
  public_ips: z.array(z.object({ address: z.string() })).nullish(),
})
const Metal = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  boot_type: z.string(),
  ips: z.array(z.object({ address: z.string() })).nullish(),
  rescue_server: z.object({ user: z.string(), password: z.string() }).nullish(),
})
const Accepted = z.object({ task: z.object({ id: z.string() }) })

/** Where the products exist, as Scaleway's own SDK lists it. */
const zones = {
  instance: 'fr-par-1 fr-par-2 fr-par-3 nl-ams-1 nl-ams-2 nl-ams-3 pl-waw-1 pl-waw-2 pl-waw-3'.split(' '),
  metal: 'fr-par-1 fr-par-2 nl-ams-1 nl-ams-2 pl-waw-2 pl-waw-3'.split(' '),
}
const EVERY_MS = 5000
const PAGE = 100

const instanceStates: Record<string, MachineState> = { running: 'running', stopped: 'off', 'stopped in place': 'off', locked: 'unknown' }
const metalStates: Record<string, MachineState> = {
  ready: 'running',
  stopped: 'off',
  error: 'unknown',
  locked: 'unknown',
  unknown: 'unknown',
}
/** Elastic Metal changes its boot type with the restart only. An Instance's says what the next start brings, not what runs. */
function machineState(one: z.infer<typeof Instance> | z.infer<typeof Metal>): MachineState {
  const isInstance = 'state' in one
  const found = (isInstance ? instanceStates[one.state] : metalStates[one.status]) ?? 'busy'
  if (found !== 'running' || one.boot_type !== 'rescue') return found
  return isInstance ? 'unknown' : 'rescue'
}

const failed = new Set(['locked', 'error'])
const failure = (state: string) => new ProviderError('scaleway', 'task-failed', { data: { task: 'reboot', state: stripServerLine(state) } })

/** Server ids: `instance/<zone>/<uuid>` and `metal/<zone>/<uuid>`. */
export function createScaleway(o: { secretKey: string }, parts: ProviderParts): Provider {
  const { clock } = parts
  const http = createHttp({ provider: 'scaleway', clock, log: parts.log, judge })
  const base = parts.base ?? 'https://api.scaleway.com'
  const call = <T>(method: Exchange<T>['method'], path: string, answer: z.ZodType<T>, signal: AbortSignal, body?: object) => {
    const text = body && JSON.stringify(body)
    return http({
      method,
      url: new URL(base + path),
      headers: () => ({ 'x-auth-token': o.secretKey, ...(text ? { 'content-type': 'application/json' } : {}) }),
      ...(text ? { body: text } : {}),
      answer,
      secrets: [o.secretKey],
      signal,
    })
  }

  function locate(server: string): { product: 'instance' | 'metal'; path: string } {
    const [product, rest] = splitServer(server)
    const [zone, id] = splitServer(rest)
    if (product !== 'instance' && product !== 'metal') throw new ProviderError('scaleway', 'not-found')
    const family = product === 'instance' ? 'instance' : 'baremetal'
    return { product, path: `/${family}/v1/zones/${encodeURIComponent(zone)}/servers/${encodeURIComponent(id)}` }
  }
  const instance = async (path: string, signal: AbortSignal) => (await call('GET', path, z.object({ server: Instance }), signal)).server
  const act = (path: string, action: 'poweroff' | 'poweron', signal: AbortSignal) =>
    call('POST', `${path}/action`, Accepted, signal, { action })

  async function waitUntilOff(path: string, options: ChangeOptions, signal: AbortSignal) {
    const began = clock.now().getTime()
    const isOff = await pollOrThrow({
      clock,
      signal,
      everyMs: EVERY_MS,
      async look() {
        const { state } = await instance(path, signal)
        const elapsedSeconds = Math.round((clock.now().getTime() - began) / 1000)
        options.onState?.({ kind: 'restarting', elapsedSeconds, task: stripServerLine(state) })
        return instanceStates[state] === 'off' ? true : undefined
      },
    })
    if (!isOff) throw new ProviderError('scaleway', 'too-slow', { data: { seconds: WAIT_LIMIT_MS / 1000 } })
  }

  /** Off, another boot type, on. */
  async function cycle(path: string, boot_type: 'rescue' | 'local', options: ChangeOptions): Promise<Before> {
    const found = await instance(path, options.signal)
    const before: Before = { at: clock.now().toISOString(), boot: found.boot_type }
    await options.beforeChange(before)
    options.signal.throwIfAborted()
    const { signal } = new AbortController()
    if (instanceStates[found.state] !== 'off') await act(path, 'poweroff', signal)
    await afterChange('stopped', async () => {
      await waitUntilOff(path, options, signal)
      await call('PATCH', path, z.object({ server: Instance }), signal, { boot_type })
      await act(path, 'poweron', signal)
    })
    return before
  }

  async function rebootMetal(path: string, boot_type: 'rescue' | 'normal', options: ChangeOptions) {
    const found = await call('GET', path, Metal, options.signal)
    const before: Before = { at: clock.now().toISOString(), boot: found.boot_type }
    await options.beforeChange(before)
    options.signal.throwIfAborted()
    const { signal } = new AbortController()
    return { before, answer: await call('POST', `${path}/reboot`, Metal, signal, { boot_type }) }
  }

  /** All pages of a list in one zone. */
  async function pages<T>(path: string, size: 'per_page' | 'page_size', one: z.ZodType<T>, signal: AbortSignal): Promise<T[]> {
    const all: T[] = []
    const Page = z.object({ servers: z.array(one), total_count: z.number().optional() })
    for (let page = 1; ; page++) {
      const { servers, total_count } = await call('GET', `${path}?page=${page}&${size}=${PAGE}`, Page, signal)
      all.push(...servers)
      // Without a count a page that is not full is the last; with one, pages may be smaller than asked for.
      const isLast = total_count === undefined ? servers.length < PAGE : all.length >= total_count
      if (isLast || servers.length === 0) return all
    }
  }

  return {
    capabilities: (server) => ({
      stickiness: 'until-left',
      progress: 'stages',
      credentials: locate(server).product === 'instance' ? 'account-keys' : 'answer',
      publishesHostKey: false,
      console: false,
    }),
    listServers(signal, onLeftOut = () => {}) {
      const instancesOf = async (zone: string) =>
        (await pages(`/instance/v1/zones/${zone}/servers`, 'per_page', Instance, signal)).map(
          (one): ProviderServer => ({
            id: `instance/${zone}/${one.id}`,
            product: 'instance',
            name: stripServerLine(one.name, 100),
            addresses: (one.public_ips ?? []).map(({ address }) => address),
            state: machineState(one),
          }),
        )
      const metalsOf = async (zone: string) =>
        (await pages(`/baremetal/v1/zones/${zone}/servers`, 'page_size', Metal, signal)).map(
          (one): ProviderServer => ({
            id: `metal/${zone}/${one.id}`,
            product: 'metal',
            name: stripServerLine(one.name, 100),
            addresses: (one.ips ?? []).map(({ address }) => address),
            state: machineState(one),
          }),
        )
      const parts = [
        ...zones.instance.map((zone) => ({ what: `instance/${zone}`, list: instancesOf(zone) })),
        ...zones.metal.map((zone) => ({ what: `metal/${zone}`, list: metalsOf(zone) })),
      ]
      // A key may be allowed one product only.
      return joinLists(parts, ['not-granted', 'not-found'], { signal, onLeftOut })
    },
    async inspect(server, signal) {
      const { product, path } = locate(server)
      if (product === 'metal') {
        const found = await call('GET', path, Metal, signal)
        const requests = [{ method: 'POST', path: `${path}/reboot`, body: JSON.stringify({ boot_type: 'rescue' }) }]
        return { state: machineState(found), requests }
      }
      const found = await instance(path, signal)
      const requests = [
        ...(instanceStates[found.state] === 'off'
          ? []
          : [{ method: 'POST', path: `${path}/action`, body: JSON.stringify({ action: 'poweroff' }) }]),
        { method: 'PATCH', path, body: JSON.stringify({ boot_type: 'rescue' }) },
        { method: 'POST', path: `${path}/action`, body: JSON.stringify({ action: 'poweron' }) },
      ]
      return { state: machineState(found), requests }
    },
    async enter(server, options): Promise<Entered> {
      const { product, path } = locate(server)
      if (product === 'instance') return { operation: { kind: 'enter', server, before: await cycle(path, 'rescue', options) } }
      const { before, answer } = await rebootMetal(path, 'rescue', options)
      const operation: Operation = { kind: 'enter', server, before }
      return answer.rescue_server
        ? { operation, credentials: { kind: 'password', ...answer.rescue_server, source: 'answer' } }
        : { operation }
    },
    async leave(server, options): Promise<Operation> {
      const { product, path } = locate(server)
      const before = product === 'instance' ? await cycle(path, 'local', options) : (await rebootMetal(path, 'normal', options)).before
      return { kind: 'leave', server, before }
    },
    progress(operation, options) {
      const { product, path } = locate(operation.server)
      return watch({
        ...options,
        clock,
        everyMs: EVERY_MS,
        startedAt: operation.before.at,
        manual: manualWay(product === 'instance' ? 'scaleway-instance' : 'scaleway-metal', operation.kind),
        async look() {
          const [state, boot] =
            product === 'instance'
              ? await instance(path, options.signal).then((one) => [one.state, one.boot_type] as const)
              : await call('GET', path, Metal, options.signal).then((one) => [one.status, one.boot_type] as const)
          // What was asked for was off in between: what runs now has started with this boot type.
          const isUp = state === (product === 'instance' ? 'running' : 'ready')
          if (isUp && (boot === 'rescue') === (operation.kind === 'enter')) return { kind: 'done' }
          return failed.has(state) ? { kind: 'failed', error: failure(state) } : { kind: 'busy', task: stripServerLine(state) }
        },
      })
    },
    async credentials(operation, options) {
      const { product, path } = locate(operation.server)
      if (product === 'instance') return { kind: 'account-keys', user: 'root' }
      return pollCredentials({
        ...options,
        clock,
        everyMs: EVERY_MS,
        async look() {
          const { status, rescue_server } = await call('GET', path, Metal, options.signal)
          if (failed.has(status)) throw failure(status)
          return rescue_server ? { kind: 'password', ...rescue_server, source: 'server' } : undefined
        },
      })
    },
    hostKeyHint: async () => ({ kind: 'never' }),
    console: async () => undefined,
  }
}

const ErrorBody = z
  .object({
    details: z
      .array(z.object({ resource: z.string().catch(''), action: z.string().catch('') }))
      .optional()
      .catch(undefined),
  })
  .catch({})

function judge({ status, body }: Refusal): Fault {
  if (status === 401) return { problem: 'bad-credentials' }
  if (status === 403) {
    const rights = (ErrorBody.parse(body).details ?? []).map(({ resource, action }) => `${resource} ${action}`.trim()).filter(Boolean)
    return { problem: 'not-granted', data: { right: rights.join(', ') || 'InstancesFullAccess' } }
  }
  if (status === 404) return { problem: 'not-found' }
  if (status === 409 || status === 412) return { problem: 'busy' }
  return { problem: 'rejected' }
}
