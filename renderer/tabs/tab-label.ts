/** What the strip, the server list and the palette say about a session: its badge and whether it waits or is lost. */
import type { Intervention } from '../../shared/intervention.js'
import type { ServerBadge, ServerState } from '../../shared/server.js'
import type { TerminalSession } from '../../shared/terminal-session.js'

/** States in which lines of the user's files may carry this intervention's mark (`isOpen` of shared/intervention.ts, which would bring the schema library along). */
export const isOpenIntervention = ({ state }: Intervention) =>
  state === 'prepared' || state === 'active' || state === 'restoring' || state === 'needs-attention'

/** `undefined`: nothing is known about the key yet. */
export function sessionBadge(
  session: TerminalSession,
  intervention: Intervention | undefined,
  server: ServerState | undefined,
): ServerBadge | undefined {
  if (intervention && isOpenIntervention(intervention)) {
    if (intervention.thirdKey) return 'alarm'
    return intervention.state === 'needs-attention' ? 'attention' : 'rescue'
  }
  const { phase } = session
  if (phase.kind === 'host-key') {
    const { verdict } = phase.question
    return verdict === 'unknown' ? 'new' : verdict === 'revoked' ? 'revoked' : 'changed'
  }
  if (phase.kind === 'open') return phase.connection.key.whose === 'once' ? 'new' : 'known'
  if (server) return server.badge
  return session.practice ? 'known' : undefined
}

/** The centre of the tab belongs to the intervention while it leaves, is back, alarms or needs a decision. */
export function hasPage(intervention: Intervention | undefined, hidden: readonly string[]): boolean {
  if (!intervention || hidden.includes(intervention.id)) return false
  if (intervention.summary) return !intervention.summary.dismissed && !isOpenIntervention(intervention)
  if (!isOpenIntervention(intervention)) return false
  return (
    intervention.thirdKey !== undefined ||
    intervention.state === 'needs-attention' ||
    intervention.state === 'restoring' ||
    intervention.watch?.purpose === 'leaving'
  )
}

export const isLost = (session: TerminalSession | undefined) => session?.phase.kind === 'lost' || session?.phase.kind === 'failed'
export const waitsForPerson = (session: TerminalSession | undefined) =>
  session?.phase.kind === 'host-key' || session?.phase.kind === 'needs-credentials'
