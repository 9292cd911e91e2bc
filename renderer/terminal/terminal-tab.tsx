/**
 * A session on screen: legend and frame when the system behind it is temporary, terminal, status line. What floats or lies over
 * the terminal depends on the phase: connecting, sign-in card, a question before a paste, or a sheet that says how it ended.
 * The terminal is never resized by a sheet; its picture moves up so that the cursor's line stays in view.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import { FilesView } from '../files/files-view.js'
import { useFilesOpen } from '../files/store.js'
import { useT } from '../i18n.js'
import { onTerminalCommand } from '../keys.js'
import { useVisit } from '../rescue/use-visit.js'
import { SignInCard } from '../sign-in/sign-in-card.js'
import { useAppPart, useCoreUp, useIntervention } from '../state.js'
import { isOpenIntervention, nameOf } from '../tabs/tab-label.js'
import { Connecting } from './connecting.js'
import { FindBar } from './find-bar.js'
import { Legend } from './legend.js'
import { LinkLine, NoticeLine } from './link-line.js'
import type { LiveTerminal } from './live-terminal.js'
import { useLiveTerminal, useTerminalPort } from './live-terminals.js'
import { PasteSheet } from './paste-sheet.js'
import { EndSheet } from './sheets.js'
import { StatusLine } from './status-line.js'
import { TerminalMenu } from './terminal-menu.js'
import '@xterm/xterm/css/xterm.css'
import './terminal.css'

/** Amber: lines are set aside and it is not the known key that answers. */
function isRescue(session: TerminalSession, intervention: Intervention | undefined) {
  if (!intervention || !isOpenIntervention(intervention)) return false
  return session.phase.kind !== 'open' || session.phase.connection.key.whose === 'rescue'
}

export function TerminalTab({ session, visible }: { session: TerminalSession; visible: boolean }) {
  const t = useT()
  const coreUp = useCoreUp()
  const { terminal, tabKey } = useLiveTerminal(session.id)
  const state = useSyncExternalStore(terminal.subscribe, terminal.state)
  const intervention = useIntervention(session.interventionId)
  const rescue = isRescue(session, intervention)
  const filesOpen = useFilesOpen(tabKey)
  const { kind } = session.phase
  const box = useRef<HTMLDivElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const [finding, setFinding] = useState(0)
  const [menu, setMenu] = useState<{ x: number; y: number }>()

  useLayoutEffect(() => {
    if (place.current) terminal.mount(place.current)
  }, [terminal])
  const visit = useVisit(rescue && !session.practice ? visitId(session.host, session.port) : undefined)
  useAppearance(terminal, rescue, session.chroot ? undefined : visit)
  useEffect(() => terminal.setVisible(visible), [terminal, visible])
  useEffect(() => terminal.setAcceptsInput(kind === 'open'), [terminal, kind])
  useTerminalPort(tabKey, session, coreUp)
  useEffect(() => {
    if (visible && kind === 'open' && isFree(box.current)) terminal.focus()
  }, [terminal, visible, kind])
  useEffect(() => {
    if (!visible) return
    return onTerminalCommand((command) => {
      if (command === 'copy') terminal.copy()
      else if (command === 'paste') void terminal.paste()
      else if (command === 'clear') terminal.clear()
      else setFinding((times) => times + 1)
    })
  }, [terminal, visible])
  const sheetHeight = useSheetShift(terminal, place)
  const endFinding = useCallback(() => {
    setFinding(0)
    terminal.endSearch()
    terminal.focus()
  }, [terminal])

  // Shift+right click is ours even when a program on the server follows the mouse.
  function openMenu(event: React.MouseEvent) {
    event.preventDefault()
    if (terminal.followsMouse() && !event.shiftKey) return
    const box = event.currentTarget.getBoundingClientRect()
    setMenu({ x: event.clientX - box.left, y: event.clientY - box.top })
  }

  const isWaiting = kind === 'connecting' || kind === 'host-key'
  return (
    <div ref={box} className={`rt-term${rescue ? ' rt-term-rescue' : ''}${filesOpen ? ' rt-term-with-files' : ''}`}>
      <div className="rt-term-frame">
        <Legend session={session} intervention={intervention} rescue={rescue} root={rootOf(visit)} />
        <div className="rt-term-stack">
          {/* biome-ignore lint/a11y/noStaticElementInteractions: every command of the menu has a key */}
          <div ref={place} className="rt-term-place" inert={kind === 'needs-credentials'} onContextMenu={openMenu} />
          {menu && (
            <TerminalMenu
              at={menu}
              hasSelection={terminal.hasSelection()}
              canPaste={kind === 'open'}
              onClose={() => {
                setMenu(undefined)
                terminal.focus()
              }}
            />
          )}
          {finding > 0 && <FindBar key={finding} terminal={terminal} matches={state.matches} onClose={endFinding} />}
          {state.link ? <LinkLine link={state.link} /> : state.notice && <NoticeLine notice={state.notice} />}
          {isWaiting && <Connecting session={session} compact={state.hasOutput} />}
          {kind === 'needs-credentials' && <SignInCard session={session} />}
          <div ref={sheetHeight} className="rt-sheets">
            {state.paste && <PasteSheet key={state.paste.id} terminal={terminal} paste={state.paste} name={nameOf(session, t)} />}
            <EndSheet session={session} hasOutput={state.hasOutput} isFree={() => visible && isFree(box.current)} />
          </div>
        </div>
      </div>
      {filesOpen && <FilesView session={session} tabKey={tabKey} rescue={rescue} />}
      <StatusLine session={session} intervention={intervention} rescue={rescue} title={state.title} bell={state.bell} />
    </div>
  )
}

/** Nobody is typing elsewhere: the focus is in this tab or nowhere. */
function isFree(box: HTMLElement | null) {
  const { activeElement } = document
  return !activeElement || activeElement === document.body || !!box?.contains(activeElement)
}

/** Where the customer's system is mounted, or would be. */
const rootOf = (visit: VisitState | undefined) => visit?.disks.mounted?.root ?? '/mnt'

function useAppearance(terminal: LiveTerminal, rescue: boolean, visit: VisitState | undefined) {
  const scheme = useComputedColorScheme('dark')
  const fontSize = useAppPart((app) => app.settings.fontSize)
  const scrollback = useAppPart((app) => app.settings.scrollback)
  const screenReader = useAppPart((app) => app.settings.screenReader)
  const remoteClipboard = useAppPart((app) => app.settings.remoteClipboard)
  const root = visit && rootOf(visit)
  const isSticky = visit?.stickiness === 'until-left'
  useEffect(() => {
    const rescueShell = root === undefined ? undefined : { root, isSticky }
    terminal.setAppearance({ scheme, rescue, fontSize, scrollback, screenReader, remoteClipboard, rescueShell })
  }, [terminal, scheme, rescue, fontSize, scrollback, screenReader, remoteClipboard, root, isSticky])
}

/** Watches the sheet's height and moves the picture of the terminal up as far as its cursor needs. */
function useSheetShift(terminal: LiveTerminal, place: React.RefObject<HTMLDivElement | null>) {
  return useCallback(
    (sheets: HTMLDivElement | null) => {
      if (!sheets) return
      const observer = new ResizeObserver(() => {
        const stack = sheets.parentElement
        if (!stack || !place.current) return
        const hidden = sheets.offsetHeight ? terminal.cursorBottom() + 8 - (stack.clientHeight - sheets.offsetHeight) : 0
        place.current.style.transform = hidden > 0 ? `translateY(${-Math.min(hidden, sheets.offsetHeight)}px)` : ''
      })
      observer.observe(sheets)
      return () => observer.disconnect()
    },
    [terminal, place],
  )
}
