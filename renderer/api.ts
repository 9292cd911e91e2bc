/**
 * The only file that talks to the core. `api` is a typed client that outlives the core process: after a restart the same object
 * speaks to the new one. Commands sent while the core is down fail with `core-restarted`. Errors arrive as `ErrorInfo`
 * (`toErrorInfo`): `attempt` returns them, `call` shows them as a notification.
 */
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '../shared/contract.js'
import type { ErrorInfo } from '../shared/errors.js'
import { bridge } from './bridge.js'
import { showError } from './ui/notify.js'

export type Api = ContractRouterClient<typeof contract>
interface Ports {
  link: RPCLink<Record<never, never>>
  terminals: MessagePort
}

let ports: Ports | undefined
const linkListeners = new Set<(up: boolean) => void>()

/** Calls `listener` now and whenever the core goes down or is reachable again. */
export function onLink(listener: (up: boolean) => void) {
  linkListeners.add(listener)
  listener(ports !== undefined)
}

function setPorts(next: Ports | undefined) {
  ports = next
  for (const listener of linkListeners) listener(next !== undefined)
}

/** Starts listening for ports and asks main for the first pair. Called once, by main.tsx. */
export function startLink() {
  addEventListener('message', (event) => {
    if (event.source !== window || event.data !== 'rescueterm:ports') return
    const [rpc, terminals] = event.ports
    if (!rpc || !terminals) return
    const fresh: Ports = { link: new RPCLink({ port: rpc }), terminals }
    rpc.addEventListener('close', () => {
      if (ports === fresh) setPorts(undefined)
    })
    rpc.start()
    setPorts(fresh)
  })
  bridge.onCore((state) => {
    if (state === 'up') bridge.link()
    else setPorts(undefined)
  })
  bridge.link()
}

class CoreDown extends Error {}

export const api: Api = createORPCClient({
  async call(path, input, options) {
    const used = ports
    if (!used) throw new CoreDown()
    try {
      return await used.link.call(path, input, options)
    } catch (error) {
      // A command cut off by the end of the core says so instead of naming the transport.
      if (ports !== used && !(error instanceof ORPCError)) throw new CoreDown()
      throw error
    }
  },
})

/** What went wrong, in the one shape the texts know. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof CoreDown) return { code: 'core-restarted', data: {} }
  if (error instanceof ORPCError && error.code === 'APP_ERROR') return error.data as ErrorInfo
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') return { code: 'bad-request', data: {}, detail: error.message }
  return { code: 'internal', data: {}, ...(error instanceof Error ? { detail: error.message } : {}) }
}

export type Attempt<T> = { ok: true; value: T } | { ok: false; error: ErrorInfo }

/** For forms that show the error beside the field. */
export async function attempt<T>(promise: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await promise }
  } catch (error) {
    return { ok: false, error: toErrorInfo(error) }
  }
}

/** Shows a failure as a notification; resolves to undefined then. */
export async function call<T>(promise: Promise<T>): Promise<T | undefined> {
  const result = await attempt(promise)
  if (result.ok) return result.value
  showError(result.error)
  return undefined
}

/**
 * The byte port of one session (see the end of shared/terminal-session.ts). The caller sets `onmessage` and closes it. While the
 * core is down the port is dead: it never answers, and the session is shown as lost anyway.
 */
export function openTerminalPort(sessionId: string): MessagePort {
  const { port1, port2 } = new MessageChannel()
  ports?.terminals.postMessage({ kind: 'attach', sessionId }, [port2]) // AttachTerminal
  return port1
}
