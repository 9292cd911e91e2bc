/**
 * The window: banner over servers | tabs | rescue panel, and what floats above (palette, dialogs, the question before closing).
 * Also what belongs to the window as a whole: its keys, menu commands, language, colours, and what is remembered for next time.
 */
import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import {
  changeSettings,
  closeActiveTab,
  confirmClose,
  openStartTab,
  openTarget,
  selectTabAt,
  showSettings,
  stepActiveTab,
  togglePanel,
  toggleServers,
} from './actions.js'
import { bridge } from './bridge.js'
import { EnterPanel } from './enter/enter-panel.js'
import { useEntered } from './enter/use-entered.js'
import { filesState, isUnsaved, toggleFiles } from './files/store.js'
import { resolveLanguage, setLanguage, useT } from './i18n.js'
import { matchShortcut, runTerminalCommand, type Shortcut } from './keys.js'
import { openPalette, Palette } from './palette/palette.js'
import { Banner } from './rescue/banner.js'
import { CloseQuestion } from './rescue/close-question.js'
import { RescuePanel } from './rescue/rescue-panel.js'
import { RestoreQuestion } from './rescue/restore-question.js'
import { ServerDialogs } from './servers/server-dialogs.js'
import { Sidebar } from './servers/sidebar.js'
import {
  activeSession,
  showServers,
  useActiveSession,
  useActiveTab,
  useAppPart,
  useWindow,
  type WindowState,
  windowState,
} from './state.js'
import { focusFilter, focusInside, region, stepRegion } from './tabs/focus.js'
import { TabBody } from './tabs/tab-body.js'
import { hasPage, isOpenIntervention, pageKind } from './tabs/tab-label.js'
import { TabStrip } from './tabs/tab-strip.js'
import { useResumedNotice } from './tabs/use-resumed-notice.js'
import { CoreNotice } from './ui/core-notice.js'

export function App() {
  const tabs = useWindow((state) => state.tabs)
  const active = useWindow((state) => state.active)
  const panelOpen = useWindow((state) => state.panelOpen)
  const closeAsked = useWindow((state) => state.closeAsked)
  const firstRun = useAppPart((app) => app.servers.length === 0 && app.sessions.length === 0)
  const panel = useWindow(panelOf)
  const onlyStart = tabs.length === 1 && tabs[0]?.kind === 'start'
  useAppearance()
  useWindowKeys()
  useResumedNotice()
  useRememberedTabs()
  useEntered()
  return (
    <div className="rt-app">
      <div {...region('banner')}>
        <Banner />
      </div>
      <CoreNotice />
      <div className="rt-main">
        <Sidebar />
        <main className="rt-centre">
          {!(firstRun && onlyStart) && (
            <TabStrip hasPanel={panel !== undefined} onEnter={() => focusInside(document.getElementById(`${active}-body`))} />
          )}
          {tabs.map((tab) => (
            <TabBody key={tab.key} tab={tab} active={tab.key === active} />
          ))}
        </main>
        {panel && panelOpen && <Panel kind={panel} />}
      </div>
      <Palette />
      <ServerDialogs />
      {closeAsked && <CloseQuestion />}
      <RestoreQuestion />
    </div>
  )
}

type PanelKind = 'enter' | 'rescue'

/** A trust question has the whole width: its fingerprints are not to be cut or broken. */
function panelOf(state: WindowState): PanelKind | undefined {
  if (state.tabs.find((tab) => tab.key === state.active)?.kind === 'enter') return 'enter'
  const session = activeSession(state)
  if (!session || session.phase.kind === 'host-key') return undefined
  const intervention = state.app?.interventions.find((one) => one.id === session.interventionId)
  if (pageKind(intervention) === 'alarm' && hasPage(intervention, state.hiddenPages)) return undefined
  return session.practice || (intervention && isOpenIntervention(intervention)) ? 'rescue' : undefined
}

/** Apart from the window, which is not drawn anew with every change of the session in front. */
function Panel({ kind }: { kind: PanelKind }) {
  const t = useT()
  const tab = useActiveTab()
  const session = useActiveSession()
  return (
    <aside className="rt-panel" aria-label={t('common.tab.panel')} {...region('panel')}>
      {kind === 'enter' && tab?.kind === 'enter' && <EnterPanel key={tab.key} serverId={tab.serverId} />}
      {kind === 'rescue' && session && <RescuePanel key={session.id} session={session} />}
    </aside>
  )
}

/** Language and colours follow the settings at once. */
function useAppearance() {
  const language = useAppPart((app) => app.settings.language)
  const theme = useAppPart((app) => app.settings.theme)
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: false })
  useEffect(() => setLanguage(resolveLanguage(language, bridge.locale)), [language])
  useEffect(() => setColorScheme(theme === 'system' ? 'auto' : theme), [theme, setColorScheme])
}

/** Our keys win over everything, a focused terminal included; all others pass. */
function useWindowKeys() {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const shortcut = matchShortcut(event, bridge.platform)
      if (!shortcut || !runShortcut(shortcut)) return
      event.preventDefault()
      event.stopPropagation()
    }
    addEventListener('keydown', onKeyDown, { capture: true })
    return () => removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])
}

/** False: the key is left to whatever has the focus (copying in a field is the field's). */
function runShortcut(shortcut: Shortcut): boolean {
  const size = windowState().app?.settings.fontSize ?? 13
  switch (shortcut.name) {
    case 'new-tab':
      openStartTab()
      return true
    case 'close-tab':
      closeActiveTab()
      return true
    case 'next-tab':
      stepActiveTab(1)
      return true
    case 'previous-tab':
      stepActiveTab(-1)
      return true
    case 'tab-n':
      selectTabAt(shortcut.position)
      return true
    case 'tab-last':
      selectTabAt('last')
      return true
    case 'palette':
      openPalette()
      return true
    case 'filter':
      showServers()
      focusFilter()
      return true
    case 'servers':
      toggleServers()
      return true
    case 'panel':
      togglePanel()
      return true
    case 'files':
      toggleFiles()
      return true
    case 'next-region':
      stepRegion(1)
      return true
    case 'previous-region':
      stepRegion(-1)
      return true
    case 'larger':
    case 'smaller':
    case 'reset-size':
      void changeSettings({ fontSize: nextFontSize(size, shortcut.name) })
      return true
    case 'settings':
      showSettings()
      return true
    case 'search':
    case 'clear':
      runTerminalCommand(shortcut.name)
      return true
    case 'copy':
    case 'paste': {
      if (!document.activeElement?.closest('.xterm')) return false
      runTerminalCommand(shortcut.name)
      return true
    }
  }
}

const nextFontSize = (size: number, change: 'larger' | 'smaller' | 'reset-size') =>
  change === 'reset-size' ? 13 : Math.max(8, Math.min(32, size + (change === 'larger' ? 1 : -1)))

/** Commands of the menu and of a second start of the app. */
export function runMenuCommand(command: string) {
  if (command.startsWith('open:')) void openTarget({ kind: 'address', text: command.slice(5) })
  else if (command === 'new-tab' || command === 'close-tab' || command === 'settings') runShortcut({ name: command })
}

/** With lines set aside, or saves that did not reach their server, the window asks once; otherwise it just closes. */
export function onCloseAsked(ask: () => void) {
  const open = windowState().app?.interventions.some((one) => isOpenIntervention(one) && !one.practice)
  if (open || filesState().edits.some(isUnsaved)) ask()
  else confirmClose()
}

/** Main keeps the targets of the open tabs for the next start: no session ids, no secrets, no practice. */
function useRememberedTabs() {
  const targets = useWindow((state) => {
    const sessions = state.app?.sessions ?? []
    return state.tabs
      .map((tab) => {
        if (tab.kind === 'closed') return tab.target
        const session = tab.kind === 'session' ? sessions.find((one) => one.id === tab.sessionId) : undefined
        return session && !session.practice ? session.target : undefined
      })
      .filter((target) => target !== undefined)
      .join('\n') // one string: a new array each time would never be equal
  })
  // Without a tab yet nothing is known: the list of the last time stays.
  const hasTabs = useWindow((state) => state.tabs.length > 0)
  useEffect(() => {
    if (hasTabs) bridge.rememberOpen([...new Set(targets.split('\n').filter(Boolean))])
  }, [targets, hasTabs])
}
