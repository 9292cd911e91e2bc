/** Commands of the window: what buttons, keys and the palette do. Failures are shown by `call`. */
import type { ErrorInfo } from '../shared/errors.js'
import type { Intervention } from '../shared/intervention.js'
import { serverOf } from '../shared/server-of.js'
import type { Settings } from '../shared/settings.js'
import type { Dimensions, TerminalSession } from '../shared/terminal-session.js'
import { api, attempt, call } from './api.js'
import { bridge } from './bridge.js'
import { enteringOf, follow, isUnsettled, restartOf } from './enter/store.js'
import { cutOff, isNarrow, isOver, type SettingsPage, update, type WindowDialog, type WindowState, windowState } from './state.js'
import { pageId } from './tabs/tab-label.js'
import { addTab, moveTab, removeTab, replaceTab, selectTab, showTab, stepTab, type TabList } from './tabs/tab-list.js'
import { measureDimensions } from './terminal/dimensions.js'
import { showError } from './ui/notify.js'

export type Target = { kind: 'address'; text: string } | { kind: 'server'; id: string } | { kind: 'practice' }

/**
 * Connects in the tab `inTab`, else in the start page in front, else in a new tab. For forms: the error is theirs to show.
 * @param o.behind a person who is at another tab stays there
 */
export async function tryTarget(target: Target, o: { inTab?: string; behind?: boolean } = {}): Promise<ErrorInfo | undefined> {
  const { app, tabs, active, panelOpen } = windowState()
  const place = o.inTab ?? tabs.find((tab) => tab.key === active && tab.kind === 'start')?.key
  const inRescue = target.kind === 'server' && app?.servers.some((one) => one.id === target.id && one.interventionId)
  const withPanel = panelOpen && (target.kind === 'practice' || !!inRescue)
  const dimensions = measureDimensions({ fontSize: app?.settings.fontSize ?? 13, withPanel })
  const opened = await attempt(api.terminal.open({ target, dimensions }))
  if (!opened.ok) return opened.error
  update((state) => (o.behind ? placeBehind : placeSession)(state, opened.value.sessionId, place))
  return undefined
}

/** The same, showing a failure as a notification. */
export async function openTarget(target: Target, o: { inTab?: string } = {}) {
  const error = await tryTarget(target, o)
  if (error) showError(error)
}

/** A session in front, under the key `place` if that tab is still there. */
function placeSession(state: WindowState, sessionId: string, place: string | undefined): TabList {
  const content = { kind: 'session', sessionId } as const
  // The state with the new session may have come first and given it a tab in the background.
  const early = state.tabs.find((tab) => tab.kind === 'session' && tab.sessionId === sessionId)
  const list: TabList = early ? removeTab(state, early.key) : { tabs: state.tabs, active: state.active }
  if (!list.tabs.some((tab) => tab.key === place) || !place) return addTab(list, content)
  return { ...replaceTab(list, place, content), active: place }
}

/** The same; whoever is at another tab stays there. */
function placeBehind(state: WindowState, sessionId: string, place: string | undefined): TabList {
  const { tabs, active } = placeSession(state, sessionId, place)
  return { tabs, active: tabs.some((one) => one.key === state.active) ? state.active : active }
}

/** Goes to the server's way into rescue or its open terminal if there is one, else connects, in the tab that waits for it if there is one. */
export function openServer(id: string) {
  const { app, tabs } = windowState()
  const server = app?.servers.find((one) => one.id === id)
  const entering = tabs.find((tab) => tab.kind === 'enter' && tab.serverId === id)
  if (entering) return activateTab(entering.key)
  const sessions = app?.sessions.filter((one) => one.serverId === id || one.target === server?.target) ?? []
  const open = sessions.find((one) => !isOver(one))
  const session = open ?? sessions[0]
  if (app && server && !open && restartOf(app.entering, server)) return showEnter(id)
  if (session) return showSession(session.id)
  const waiting = tabs.find(
    (tab) =>
      (tab.kind === 'closed' && tab.target === server?.target) ||
      (tab.kind === 'intervention' && tab.interventionId === server?.interventionId),
  )
  void openTarget({ kind: 'server', id }, waiting ? { inTab: waiting.key } : {})
}

/** *Put in rescue mode…*: in the tab that is there for it, else in a new one. */
export function showEnter(serverId: string) {
  const { app, tabs } = windowState()
  const server = app?.servers.find((one) => one.id === serverId)
  if (!app || !server) return
  if (isUnsettled(enteringOf(app.entering, server))) follow(serverId)
  const mine = tabs.find((tab) => tab.kind === 'enter' && tab.serverId === serverId)
  if (mine) return activateTab(mine.key)
  const session = app.sessions.find((one) => (one.serverId === serverId || one.target === server.target) && isOver(one))
  update((state) => addTab(state, { kind: 'enter', serverId }))
  // What is left of a connection that ended would only stand beside it.
  if (session) closeSession(session.id)
}

let practiceOpening: Promise<void> | undefined

/** Goes to the practice session, else opens it: once, however often it is asked for meanwhile. */
export async function openPractice() {
  const session = windowState().app?.sessions.find((one) => one.practice)
  if (session) return showSession(session.id)
  practiceOpening ??= openTarget({ kind: 'practice' }).finally(() => {
    practiceOpening = undefined
  })
  await practiceOpening
}

/** A second terminal on the live connection of a session. */
export async function duplicateSession(sessionId: string) {
  const opened = await call(api.terminal.duplicate({ sessionId, dimensions: windowState().dimensions }))
  if (opened) showSession(opened.sessionId)
}

/** A shell of the mounted system, in a tab of its own. */
export async function openChroot(sessionId: string) {
  const opened = await call(api.terminal.openChroot({ sessionId, dimensions: windowState().dimensions }))
  if (opened) showSession(opened.sessionId)
}

export function showSession(sessionId: string) {
  update((state) => showTab(state, { kind: 'session', sessionId }, (tab) => tab.kind === 'session' && tab.sessionId === sessionId))
}

/** Goes to where this intervention is handled: its terminal's tab, else a page of its own. */
export function showIntervention(intervention: Intervention) {
  const { app, hiddenPages } = windowState()
  update(() => ({ hiddenPages: hiddenPages.filter((page) => !page.startsWith(intervention.id)), panelOpen: true }))
  const session = app?.sessions.find((one) => one.interventionId === intervention.id)
  if (session) return showSession(session.id)
  update((state) =>
    showTab(
      state,
      { kind: 'intervention', interventionId: intervention.id },
      (tab) => tab.kind === 'intervention' && tab.interventionId === intervention.id,
    ),
  )
}

/** Where a terminal of this intervention's server is opened from. */
export function targetOf(intervention: Intervention): Target {
  if (intervention.practice) return { kind: 'practice' }
  const server = serverOf(windowState().app?.servers ?? [], intervention)
  if (server) return { kind: 'server', id: server.id }
  const { host, port } = intervention
  return { kind: 'address', text: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` }
}

/** Puts the centre page of an intervention away (*Decide later*) until something new happens or the person asks for it. */
export const hideInterventionPage = (id: string) =>
  update(({ app, hiddenPages }) => {
    const intervention = app?.interventions.find((one) => one.id === id)
    return intervention ? { hiddenPages: [...hiddenPages, pageId(intervention)] } : {}
  })

/** A session of the running core tries again; one of a former core process is opened anew in the same tab. */
export async function reconnectSession(session: TerminalSession) {
  if (!windowState().lost.some((one) => one.id === session.id)) {
    await call(api.terminal.reconnect({ sessionId: session.id }))
    return
  }
  const target: Target = session.practice
    ? { kind: 'practice' }
    : session.serverId
      ? { kind: 'server', id: session.serverId }
      : { kind: 'address', text: session.target }
  const opened = await call(api.terminal.open({ target, dimensions: windowState().dimensions }))
  if (!opened) return
  update((state) => {
    const tab = state.tabs.find((one) => one.kind === 'session' && one.sessionId === session.id)
    return { ...forget(state, session.id), ...placeBehind(state, opened.sessionId, tab?.key) }
  })
}

/** All sessions lost with the core process, one after the other (14b). */
export async function reconnectAll() {
  for (const session of cutOff(windowState())) await reconnectSession(session)
}

/** The session is gone for this window, whatever states are still on the way. */
function forget(state: WindowState, sessionId: string): Partial<WindowState> {
  const without = (sessions: readonly TerminalSession[]) => sessions.filter((one) => one.id !== sessionId)
  const app = state.app && { ...state.app, sessions: without(state.app.sessions) }
  return { app, lost: without(state.lost), closed: [...state.closed, sessionId] }
}

export function closeSession(sessionId: string) {
  const tab = windowState().tabs.find((one) => one.kind === 'session' && one.sessionId === sessionId)
  if (tab) closeTab(tab.key)
}

export function closeTab(key: string) {
  const tab = windowState().tabs.find((one) => one.key === key)
  if (!tab) return
  if (tab.kind === 'session') {
    const isLost = windowState().lost.some((one) => one.id === tab.sessionId)
    if (!isLost) void call(api.terminal.close({ sessionId: tab.sessionId }))
    update((state) => ({ ...forget(state, tab.sessionId), ...removeTab(state, key) }))
  } else update((state) => removeTab(state, key))
  if (!windowState().tabs.length) openStartTab()
}

export const openStartTab = () => update((state) => addTab(state, { kind: 'start' }))
export const activateTab = (key: string) => update(() => ({ active: key }))
export const stepActiveTab = (step: 1 | -1) => update((state) => stepTab(state, step))
export const selectTabAt = (position: number | 'last') => update((state) => selectTab(state, position))
export const moveTabTo = (key: string, to: number) => update((state) => moveTab(state, key, to))
export const closeActiveTab = () => closeTab(windowState().active)

export const showSeveral = () => update((state) => showTab(state, { kind: 'several' }, (tab) => tab.kind === 'several'))
export const showDiagnosis = (kind: 'speed' | 'report', visit: string, name: string) =>
  update((state) => showTab(state, { kind, visit, name }, (tab) => tab.kind === kind && tab.visit === visit))
export const showSettings = (page?: SettingsPage) =>
  update((state) => ({
    ...(page ? { settingsPage: page } : {}),
    ...showTab(state, { kind: 'settings' }, (tab) => tab.kind === 'settings'),
  }))
export const showDialog = (dialog: WindowDialog) => update(() => ({ dialog }))
export const closeDialog = () => update(() => ({ dialog: undefined }))
export const togglePanel = () => update((state) => ({ panelOpen: !state.panelOpen }))
export const toggleServers = () =>
  update((state) => (isNarrow() ? { serversOver: !state.serversOver } : { serversOpen: !state.serversOpen }))

/** Told by the terminal in front after each fit. */
export const rememberDimensions = (dimensions: Dimensions) => update(() => ({ dimensions }))

export const changeSettings = (change: Partial<Settings>) => call(api.settings.update(change))

/** The window may close; lines set aside are safe and the watch goes on at the next start. */
export function confirmClose() {
  update(() => ({ closeAsked: false }))
  bridge.closeWindow()
}
export const cancelClose = () => update(() => ({ closeAsked: false }))
