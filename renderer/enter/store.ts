/** Which servers are being put in rescue mode from this window: the way chosen for each, and what the provider said beforehand. */
import { useSyncExternalStore } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { ServerState } from '../../shared/server.js'
import type { EnteringState, EnterPreview } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import { api, attempt } from '../api.js'
import { useAppPart, windowState } from '../state.js'

export type Method = EnteringState['method']
export interface Attempted {
  method: Method
  /** By the person. */
  isChosen: boolean
  /** Of the visit, once the core has resolved the server's address. */
  visit?: string
  preview?: EnterPreview
  error?: ErrorInfo
  /** Asked for or found under way: the tab goes on by itself when another key answers. */
  isFollowed: boolean
}

let current: Readonly<Record<string, Attempted>> = {}
const listeners = new Set<() => void>()

function set(serverId: string, change: Partial<Attempted>) {
  current = { ...current, [serverId]: { method: 'api', isChosen: false, isFollowed: false, ...current[serverId], ...change } }
  for (const listener of listeners) listener()
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useAttempt = (serverId: string): Attempted | undefined => useSyncExternalStore(subscribe, () => current[serverId])
export const useAttempts = (): Readonly<Record<string, Attempted>> => useSyncExternalStore(subscribe, () => current)
/** Another window or run of the app began it: this tab goes on with it. */
export const follow = (serverId: string) => set(serverId, { isFollowed: true })
export const endFollowing = (serverId: string) => set(serverId, { isFollowed: false })
export const chooseMethod = (serverId: string, method: Method) => set(serverId, { method, isChosen: true })

/** Asks the provider anew what it says of the machine. Until a person chooses, an account means by API. */
export async function loadPreview(serverId: string) {
  const server = windowState().app?.servers.find((one) => one.id === serverId)
  const hasAccount = server?.provider?.kind === 'account'
  const { preview: _old, error: _error, ...rest } = current[serverId] ?? { method: 'api', isChosen: false, isFollowed: false }
  const keeps = rest.isChosen && (hasAccount || rest.method !== 'api')
  current = { ...current, [serverId]: { ...rest, method: keeps ? rest.method : hasAccount ? 'api' : 'by-hand' } }
  for (const listener of listeners) listener()
  const result = await attempt(api.visit.preview({ serverId }))
  set(serverId, result.ok ? { visit: result.value.id, preview: result.value.preview } : { error: result.error })
}

/** Begins: from here on the core watches the address, whatever becomes of this page. */
export async function enter(serverId: string, method: Method, typed = ''): Promise<ErrorInfo | undefined> {
  const { app } = windowState()
  const server = app?.servers.find((one) => one.id === serverId)
  const visit = current[serverId]?.visit
  // A former one that has answered is over; the core keeps it until it is put away.
  if (visit && app && server && enteringOf(app.entering, server)?.phase === 'answered')
    await attempt(api.visit.dismissEntering({ id: visit }))
  const result = await attempt(api.visit.enter({ serverId, method, typed }))
  if (!result.ok) return result.error
  set(serverId, { visit: result.value.id, isFollowed: true })
  return undefined
}

/** From the request until another key answers, or nobody looks any more. */
export const isUnderWay = (entering: EnteringState | undefined): entering is EnteringState =>
  entering?.phase === 'requesting' || entering?.phase === 'restarting' || entering?.phase === 'waiting'

/** Its page has something to tell: how far it is, or what stopped it. */
export const isUnsettled = (entering: EnteringState | undefined): boolean => entering?.phase === 'failed' || isUnderWay(entering)

/** The restart of a saved server that is under way or was asked for; the core may know its address under another name than the list. */
export function enteringOf(
  entering: readonly { id: string; name: string; state: EnteringState }[],
  server: Pick<ServerState, 'name' | 'address' | 'id'>,
): EnteringState | undefined {
  const known = current[server.id]?.visit ?? visitId(server.address.host, server.address.port ?? 22)
  return (entering.find((one) => one.id === known) ?? entering.find((one) => one.name === server.name))?.state
}

/** While it is to end in rescue: its page says how far it is. */
export function restartOf(entering: Parameters<typeof enteringOf>[0], server: ServerState): EnteringState | undefined {
  const state = enteringOf(entering, server)
  return isUnderWay(state) && !server.interventionId ? state : undefined
}

export const useEnteringOf = (server: ServerState | undefined): EnteringState | undefined =>
  useAppPart((app) => server && enteringOf(app.entering, server))
