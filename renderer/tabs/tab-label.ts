/** What the strip, the server list and the palette say about a session: its name, its badge and whether it waits or is lost. */
import type { Intervention } from '../../shared/intervention.js'
import type { ServerBadge, ServerState } from '../../shared/server.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { Translate } from '../i18n.js'

/** States in which lines of the user's files may carry this intervention's mark (`isOpen` of shared/intervention.ts, which would bring the schema library along). */
export const isOpenIntervention = ({ state }: Intervention) =>
  state === 'prepared' || state === 'active' || state === 'restoring' || state === 'needs-attention'

/** No file knew the server when its rescue key was accepted: another key than that one ends the rescue. */
export const wasUnknown = ({ knownKeys }: Intervention) => knownKeys.length === 0

/** What people call this server. The practice server has no name of its own: it is called so in their language. */
export const nameOf = ({ name, practice }: { name: string; practice: boolean }, t: Translate) =>
  practice ? t('servers.nav.practice') : name

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
  if (phase.kind === 'open') return phase.connection.key.whose === 'known' ? 'known' : 'new'
  if (server) return server.badge
  return session.practice ? 'known' : undefined
}

export type PageKind = 'alarm' | 'attention' | 'leaving' | 'summary'

/** Why the centre of the tab belongs to the intervention: a third key, lines to decide, waiting for its own key, or it is back. */
export function pageKind(intervention: Intervention | undefined): PageKind | undefined {
  if (!intervention) return undefined
  if (!isOpenIntervention(intervention)) return intervention.summary && !intervention.summary.dismissed ? 'summary' : undefined
  if (intervention.thirdKey) return 'alarm'
  if (intervention.state === 'needs-attention') return 'attention'
  return intervention.state === 'restoring' || intervention.watch?.purpose === 'leaving' ? 'leaving' : undefined
}

/** Names one page of one intervention: put away, it stays away until there is something new to say. */
export const pageId = (intervention: Intervention) =>
  [intervention.id, pageKind(intervention), intervention.thirdKey?.fingerprint].filter(Boolean).join(' ')

export const hasPage = (intervention: Intervention | undefined, hidden: readonly string[]): intervention is Intervention =>
  intervention !== undefined && pageKind(intervention) !== undefined && !hidden.includes(pageId(intervention))

export const isLost = (session: TerminalSession | undefined) => session?.phase.kind === 'lost' || session?.phase.kind === 'failed'
