import { useEffect, useMemo } from 'react'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { rememberDimensions } from '../actions.js'
import { openTerminalPort } from '../api.js'
import { subscribe, useWindow, windowState } from '../state.js'
import { createLiveTerminal, type LiveTerminal } from './live-terminal.js'

interface Entry {
  terminal: LiveTerminal
  /** The shell whose output is shown: session and the moment it opened. */
  shown: string | undefined
  attachedTo: string | undefined
}

/**
 * By the key of their tab, which stays when a session reconnects under another id. Page-wide because a terminal outlives its
 * components: while a new session's first state is on the way, nothing of the tab is mounted.
 */
const entries = new Map<string, Entry>()
let stopSweeping: (() => void) | undefined

function acquire(tabKey: string): Entry {
  const entry = entries.get(tabKey) ?? {
    terminal: createLiveTerminal({ dimensions: windowState().dimensions, onDidFit: rememberIfNew }),
    shown: undefined,
    attachedTo: undefined,
  }
  entries.set(tabKey, entry)
  stopSweeping ??= subscribe(sweep)
  return entry
}

/** Terminals of closed tabs. */
function sweep() {
  const { tabs } = windowState()
  for (const [key, { terminal }] of entries) {
    if (tabs.some((tab) => tab.key === key)) continue
    entries.delete(key)
    terminal.dispose()
  }
  if (entries.size > 0) return
  stopSweeping?.()
  stopSweeping = undefined
}

function rememberIfNew(dimensions: { cols: number; rows: number }) {
  const known = windowState().dimensions
  if (known.cols !== dimensions.cols || known.rows !== dimensions.rows) rememberDimensions(dimensions)
}

/** A new port whenever the session has, or is about to have, a shell that no port leads to. */
function connect(entry: Entry, session: TerminalSession) {
  const { phase } = session
  const isLive = phase.kind === 'connecting' || phase.kind === 'host-key' || phase.kind === 'needs-credentials' || phase.kind === 'open'
  if (!isLive) {
    entry.attachedTo = undefined
    return
  }
  const shell = phase.kind === 'open' ? `${session.id} ${phase.connection.since}` : undefined
  if (entry.attachedTo !== session.id) {
    const isFresh = !shell || shell !== entry.shown
    const port = openTerminalPort(session.id)
    // The core closes the port when the shell is gone; a port that dies under a living shell (a renewed link) is replaced.
    port.addEventListener('close', () => {
      if (entry.attachedTo === session.id) entry.attachedTo = undefined
    })
    entry.terminal.attach(port, isFresh)
    entry.attachedTo = session.id
  }
  if (shell) entry.shown = shell
}

/** The terminal of the tab that shows this session; the same one when the session reconnects under another id. */
export function useLiveTerminal(sessionId: string): { terminal: LiveTerminal; tabKey: string } {
  const tabKey = useWindow((state) => state.tabs.find((tab) => tab.kind === 'session' && tab.sessionId === sessionId)?.key) ?? sessionId
  const { terminal } = useMemo(() => acquire(tabKey), [tabKey])
  return { terminal, tabKey }
}

/** Types for the person, as if at the keyboard of this session's terminal; nothing when no tab shows it. */
export function typeInto(sessionId: string, text: string) {
  const tab = windowState().tabs.find((one) => one.kind === 'session' && one.sessionId === sessionId)
  if (tab) entries.get(tab.key)?.terminal.type(text)
}

/** Keeps a port to the session's shell. After the effects that tell the terminal its looks and whether it is seen. */
export function useTerminalPort(tabKey: string, session: TerminalSession, linkUp: boolean) {
  useEffect(() => {
    const entry = entries.get(tabKey)
    if (!entry) return
    if (linkUp) connect(entry, session)
    else entry.attachedTo = undefined
  }, [tabKey, session, linkUp])
}
