/**
 * What a tab shows. A session keeps its terminal mounted while another tab, a question or a page of its intervention is in
 * front: the scrollback is never lost, and what is covered is inert. A tab that comes to the front gives the focus to its safe
 * or main button, else to its terminal.
 */
import { useEffect, useRef } from 'react'
import { EnterPage } from '../enter/enter-page.js'
import { HostKeyDialog } from '../host-key/host-key-dialog.js'
import { ReportPage } from '../repair/report-page.js'
import { SpeedPage } from '../repair/speed-page.js'
import { InterventionPage } from '../rescue/intervention-page.js'
import { SeveralPage } from '../rescue/several-page.js'
import { StartPage } from '../servers/start-page.js'
import { SettingsPage } from '../settings/settings-page.js'
import { useIntervention, useSession, useWindow } from '../state.js'
import { TerminalTab } from '../terminal/terminal-tab.js'
import { ClosedPage } from './closed-page.js'
import { focusInside, region } from './focus.js'
import { RescuePage } from './rescue-page.js'
import { hasPage } from './tab-label.js'
import type { Tab } from './tab-list.js'
import { staysInStrip } from './tab-strip.js'

export function TabBody({ tab, active }: { tab: Tab; active: boolean }) {
  const box = useRef<HTMLDivElement>(null)
  const content = tab.kind === 'session' ? tab.sessionId : tab.kind
  useEffect(() => {
    if (!active || staysInStrip()) return
    const frame = requestAnimationFrame(() => focusInside(box.current)) // after the click that brought it here has focused the tab
    return () => cancelAnimationFrame(frame)
  }, [active, content])
  if (!active && tab.kind !== 'session') return null
  return (
    <div
      ref={box}
      id={`${tab.key}-body`}
      className="rt-tab-body"
      role="tabpanel"
      aria-labelledby={tab.key}
      hidden={!active}
      {...region('content')}
    >
      <Content tab={tab} active={active} />
    </div>
  )
}

function Content({ tab, active }: { tab: Tab; active: boolean }) {
  switch (tab.kind) {
    case 'start':
      return <StartPage />
    case 'settings':
      return <SettingsPage />
    case 'several':
      return <SeveralPage />
    case 'speed':
      return <SpeedPage visitKey={tab.visit} name={tab.name} />
    case 'report':
      return <ReportPage visitKey={tab.visit} name={tab.name} />
    case 'closed':
      return <ClosedPage tabKey={tab.key} target={tab.target} />
    case 'enter':
      return <EnterPage tabKey={tab.key} serverId={tab.serverId} />
    case 'intervention':
      return <RescuePage tabKey={tab.key} interventionId={tab.interventionId} />
    case 'session':
      return <SessionBody sessionId={tab.sessionId} active={active} />
  }
}

function SessionBody({ sessionId, active }: { sessionId: string; active: boolean }) {
  const session = useSession(sessionId)
  const intervention = useIntervention(session?.interventionId)
  const hidden = useWindow((state) => state.hiddenPages)
  const asks = session?.phase.kind === 'host-key'
  const page = !asks && hasPage(intervention, hidden)
  const question = session?.phase.kind === 'needs-credentials' ? session.phase.request.id : ''
  const published = session?.phase.kind === 'host-key' ? session.phase.question.published?.result : ''
  useLostFocus(active, `${session?.phase.kind} ${question} ${published} ${page}`)
  if (!session) return null // its first state is on the way
  return (
    <>
      <div className="rt-fill" inert={asks} hidden={page}>
        <TerminalTab session={session} visible={active && !page} />
      </div>
      {page && <InterventionPage intervention={intervention} />}
      {asks && <HostKeyDialog session={session} />}
    </>
  )
}

/** What had the focus went away with the phase or the question it belonged to, or is off by what the provider said: the tab takes it again. */
function useLostFocus(active: boolean, phase: string) {
  useEffect(() => {
    if (!active) return
    const frame = requestAnimationFrame(() => {
      const { activeElement } = document
      // What has become inert loses the focus only with the next picture.
      if (!activeElement || activeElement === document.body || activeElement.closest('[inert]'))
        focusInside(document.querySelector('.rt-tab-body:not([hidden])'))
    })
    return () => cancelAnimationFrame(frame)
  }, [active, phase])
}
