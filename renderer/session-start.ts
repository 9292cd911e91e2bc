/** Follows the core: every state it publishes, its end and its return, and what the window opens with. */
import type { Intervention } from '../shared/intervention.js'
import { parseHostAddress } from '../shared/parse-host-address.js'
import { api, onLink, startLink } from './api.js'
import { bridge } from './bridge.js'
import { enteringOf, follow, isUnsettled } from './enter/store.js'
import { loseCore, receive, update, windowState } from './state.js'
import { isOpenIntervention } from './tabs/tab-label.js'
import { addTab, type TabList } from './tabs/tab-list.js'

// A stream that ends while the core is up would be a fault; asking again at once could spin.
const watchAgainMs = 500

/** Starts the link and never stops; called once. `onReady` runs when the window has its first tabs. */
export function watchCore(onReady: () => void) {
  const remembered = bridge.rememberedOpen()
  let watching: AbortController | undefined
  onLink((up) => {
    watching?.abort()
    watching = undefined
    if (!up) {
      if (windowState().coreUp) loseCore(new Date().toISOString())
      return
    }
    update(() => ({ coreUp: true }))
    watching = new AbortController()
    void watch(watching.signal, async () => {
      openFirstTabs(await remembered.catch(() => []))
      onReady()
    })
  })
  startLink()
}

async function watch(signal: AbortSignal, onFirst: () => Promise<void>) {
  while (!signal.aborted) {
    try {
      for await (const state of await api.state.watch(undefined, { signal })) {
        if (signal.aborted) return
        const isFirst = windowState().app === undefined
        receive(state)
        if (isFirst) await onFirst()
      }
    } catch {
      // The link tells when the core is gone; anything else is tried again.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, watchAgainMs))
  }
}

/** Servers with lines set aside first, then what was open last time (not connected), else the start page. */
function openFirstTabs(targets: readonly string[]) {
  update((state) => {
    const { app } = state
    if (!app) return {}
    let list: TabList = { tabs: state.tabs, active: state.active }
    const waiting = app.interventions.filter(
      (one) => isOpenIntervention(one) && !app.sessions.some((session) => session.interventionId === one.id),
    )
    const waitingServers = app.servers.filter((server) => waiting.some((one) => one.id === server.interventionId))
    for (const target of targets) {
      const isOpen = app.sessions.some((session) => session.target === target)
      const waits = waitingServers.some((server) => server.target === target) || waiting.some((one) => isPlaceOf(target, one))
      if (!isOpen && !waits) list = addTab(list, { kind: 'closed', target }, { background: true })
    }
    for (const one of waiting) list = addTab(list, { kind: 'intervention', interventionId: one.id }, { background: true })
    for (const server of app.servers) {
      if (server.interventionId || !isUnsettled(enteringOf(app.entering, server))) continue
      follow(server.id)
      list = addTab(list, { kind: 'enter', serverId: server.id })
    }
    const mine = list.tabs.filter((tab) => tab.kind === 'intervention')
    if (mine.length > 1) list = addTab(list, { kind: 'several' })
    else if (mine[0]) list = { tabs: list.tabs, active: mine[0].key }
    else if (!list.tabs.some((tab) => tab.kind === 'session' || tab.kind === 'enter')) list = addTab(list, { kind: 'start' })
    return list
  })
}

/** A target typed as an address or a Host of the ssh config, never saved as a server: its rescue began before anyone signed in. */
function isPlaceOf(target: string, { host, port, name }: Intervention): boolean {
  try {
    const address = parseHostAddress(target)
    // The port of a Host stands in the ssh config.
    return (address.host === host && (address.port ?? 22) === port) || (address.host === name && (address.port ?? port) === port)
  } catch {
    return false
  }
}
