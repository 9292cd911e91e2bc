import { useEffect, useState } from 'react'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { rememberDimensions } from '../actions.js'
import { openTerminalPort } from '../api.js'
import { windowState } from '../state.js'
import { createLiveTerminal, type LiveTerminal } from './live-terminal.js'

interface Entry {
  terminal: LiveTerminal
  /** The shell whose output is shown: session and the moment it opened. */
  shown: string | undefined
  attachedTo: string | undefined
  users: number
}

/** By session. Page-wide because a terminal outlives its components: a tab that moves under another key keeps its scrollback. */
const entries = new Map<string, Entry>()

function acquire(sessionId: string): Entry {
  const entry = entries.get(sessionId) ?? {
    terminal: createLiveTerminal({ dimensions: windowState().dimensions, onDidFit: rememberIfNew }),
    shown: undefined,
    attachedTo: undefined,
    users: 0,
  }
  entries.set(sessionId, entry)
  return entry
}

function rememberIfNew(dimensions: { cols: number; rows: number }) {
  const known = windowState().dimensions
  if (known.cols !== dimensions.cols || known.rows !== dimensions.rows) rememberDimensions(dimensions)
}

function release(entry: Entry) {
  entry.users--
  // Later: the component that takes over the session is mounted in the same update.
  setTimeout(() => {
    if (entry.users > 0) return
    for (const [id, one] of entries) if (one === entry) entries.delete(id)
    entry.terminal.dispose()
  })
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

/** The terminal of a tab; the same one when its session reconnects under another id. */
export function useLiveTerminal(sessionId: string): LiveTerminal {
  const [entry] = useState(() => acquire(sessionId))
  useEffect(() => {
    entry.users++
    return () => release(entry)
  }, [entry])
  useEffect(() => {
    for (const [id, one] of entries) if (one === entry && id !== sessionId) entries.delete(id)
    entries.set(sessionId, entry)
  }, [entry, sessionId])
  return entry.terminal
}

/** Keeps a port to the session's shell. After the effects that tell the terminal its looks and whether it is seen. */
export function useTerminalPort(session: TerminalSession, linkUp: boolean) {
  useEffect(() => {
    const entry = entries.get(session.id)
    if (!entry) return
    if (linkUp) connect(entry, session)
    else entry.attachedTo = undefined
  }, [session, linkUp])
}
