/**
 * What the window shows: the core's state (whole, replaced by each message) and what belongs to the page alone (tabs, panels).
 * One small external store. Unchanged parts keep their identity between states, so a selector that returns a part re-renders
 * only when that part changed. Commands on it live in actions.ts.
 * Sessions of a core process that went away stay listed as `lost` (`core-restarted`) until they reconnect or their tab closes:
 * the tab keeps its key and its terminal, `session.id` changes on reconnect.
 */
import { useSyncExternalStore } from 'react'
import type { AppState } from '../shared/contract.js'
import type { Intervention } from '../shared/intervention.js'
import type { Dimensions, TerminalSession } from '../shared/terminal-session.js'
import type { ByHand, StepName } from './rescue/steps.js'
import { share } from './share.js'
import { reconcileTabs, type Tab, type TabList } from './tabs/tab-list.js'

export type SettingsPage = 'keys' | 'look' | 'terminal' | 'providers' | 'shortcuts' | 'about'
export type WindowDialog = { kind: 'import' } | { kind: 'add-server' } | { kind: 'edit-server'; id: string }

export interface WindowState extends TabList {
  /** Undefined until the core has spoken once. `sessions` includes the lost ones of a former core process. */
  app: AppState | undefined
  coreUp: boolean
  lost: readonly TerminalSession[]
  /** Sessions whose tab was closed while the core may still list them. */
  closed: readonly string[]
  /** Wanted right panel; it shows only where there is something to show. */
  panelOpen: boolean
  /** The server list beside the tabs; when false, or in a narrow window, a rail stands for it. */
  serversOpen: boolean
  /** In a narrow window the list can lie over the tabs for a moment. */
  serversOver: boolean
  settingsPage: SettingsPage
  dialog: WindowDialog | undefined
  /** Steps of interventions (by id) that were seen to be done or that the person ticked off. */
  ticked: Readonly<Record<string, readonly StepName[]>>
  /** Which of the steps by hand is in front, by intervention: other tabs come between. */
  chosenSteps: Readonly<Record<string, ByHand>>
  closeAsked: boolean
  /** The intervention whose lines a person wants back although its server's own key does not answer. */
  restoreAsked: string | undefined
  /** Pages of interventions (`pageId` of tabs/tab-label.ts) that the person put away for now. */
  hiddenPages: readonly string[]
  /** Size of the last measured terminal: what a new session is opened with. */
  dimensions: Dimensions
}

let current: WindowState = {
  app: undefined,
  coreUp: false,
  lost: [],
  closed: [],
  tabs: [],
  active: '',
  panelOpen: true,
  serversOpen: true,
  serversOver: false,
  settingsPage: 'keys',
  dialog: undefined,
  ticked: {},
  chosenSteps: {},
  closeAsked: false,
  restoreAsked: undefined,
  hiddenPages: [],
  dimensions: { cols: 80, rows: 24 },
}
const listeners = new Set<() => void>()

export const windowState = () => current

export function update(change: (state: WindowState) => Partial<WindowState>) {
  current = { ...current, ...change(current) }
  for (const listener of listeners) listener()
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Re-renders when the selected value changes identity: select parts, do not build new objects. */
export const useWindow = <T>(select: (state: WindowState) => T): T => useSyncExternalStore(subscribe, () => select(current))

/** Under this width the list gives way to the rail (styles.css has the same number). */
export const isNarrow = () => matchMedia('(max-width: 1120px)').matches
export const showServers = () => update(() => (isNarrow() ? { serversOver: true } : { serversOpen: true }))

/** A new state from the core. */
export function receive(app: AppState) {
  update((state) => {
    const sessions = [...app.sessions.filter((session) => !state.closed.includes(session.id)), ...state.lost]
    const whole = { ...app, sessions }
    const before = state.app?.sessions.map((session) => session.id) ?? []
    const now = sessions.map((session) => session.id)
    return { app: state.app ? share(state.app, whole) : whole, ...reconcileTabs(state, before, now) }
  })
}

/** What was shown stays, and nothing is connected any more. */
export const isOver = ({ phase: { kind } }: Pick<TerminalSession, 'phase'>): boolean =>
  kind === 'ended' || kind === 'lost' || kind === 'failed' || kind === 'cancelled'

/** The core went down: whatever was alive is lost now. What had ended keeps saying how. */
export function loseCore(at: string) {
  update((state) => {
    if (!state.app) return { coreUp: false }
    const sessions = state.app.sessions.map((session): TerminalSession => {
      if (isOver(session)) return session
      return { ...session, phase: { kind: 'lost', error: { code: 'core-restarted', data: {} }, at } }
    })
    return { coreUp: false, lost: sessions, app: { ...state.app, sessions } }
  })
}

/** Cut off by the end of a core process. What had ended or failed before is nobody's wish to have back. */
export const cutOff = ({ lost }: Pick<WindowState, 'lost'>): TerminalSession[] =>
  lost.filter(({ phase }) => phase.kind === 'lost' && phase.error.code === 'core-restarted')

/** The core's state; components render only once there is one. */
export const useApp = (): AppState => useAppPart((app) => app)

export const useAppPart = <T>(select: (app: AppState) => T): T =>
  useWindow((state) => {
    if (!state.app) throw new Error('rendered before the first state')
    return select(state.app)
  })

export const useCoreUp = (): boolean => useWindow((state) => state.coreUp)

export const useSession = (id: string | undefined): TerminalSession | undefined =>
  useAppPart((app) => app.sessions.find((session) => session.id === id))

export const useIntervention = (id: string | undefined): Intervention | undefined =>
  useAppPart((app) => app.interventions.find((one) => one.id === id))

export const useActiveTab = (): Tab | undefined => useWindow((state) => state.tabs.find((tab) => tab.key === state.active))

/** The session in front, if the tab in front shows one. */
export function activeSession({ app, tabs, active }: WindowState): TerminalSession | undefined {
  const tab = tabs.find((one) => one.key === active)
  return tab?.kind === 'session' ? app?.sessions.find((one) => one.id === tab.sessionId) : undefined
}
export const useActiveSession = (): TerminalSession | undefined => useWindow(activeSession)
