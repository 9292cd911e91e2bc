/** What the filter field of the server list does with its text: pure. */
import type { ServerBadge, ServerState } from '../../shared/server.js'
import type { TerminalSession } from '../../shared/terminal-session.js'

/** Every word must occur in the name or the target, whatever the case and accents. */
export function filterServers<T extends { name: string; target: string }>(servers: readonly T[], text: string): T[] {
  const words = fold(text).split(/\s+/).filter(Boolean)
  return servers.filter((server) => {
    const where = fold(`${server.name} ${server.target}`)
    return words.every((word) => where.includes(word))
  })
}

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

export type EnterDecision = { kind: 'open'; id: string } | { kind: 'connect'; text: string } | { kind: 'nothing' }

/** Enter opens the server called exactly so, connects to what looks like an address, else opens the first match. */
export function decideEnter(servers: readonly ServerState[], text: string): EnterDecision {
  const typed = text.trim()
  if (!typed) return { kind: 'nothing' }
  const exact = servers.find((server) => fold(server.name) === fold(typed) || server.target === typed)
  if (exact) return { kind: 'open', id: exact.id }
  const looksLikeAddress = /[@:]|^\d+(?:\.\d+){3}$/.test(typed)
  const first = filterServers(servers, typed)[0]
  return first && !looksLikeAddress ? { kind: 'open', id: first.id } : { kind: 'connect', text: typed }
}

/** Why a server stands above the others: it wants something, or something about it is not normal. Lower comes first. */
const ranks: Partial<Record<ServerBadge, number>> = { alarm: 0, attention: 1, rescue: 3, revoked: 4, changed: 4 }

export interface ListedServer {
  server: ServerState
  session: TerminalSession | undefined
  badge: ServerBadge
  urgent: boolean
}

/** Urgent servers first (alarm, needs you, waits, rescue, changed, lost), the longest in rescue first; the others by name. */
export function orderServers(listed: readonly Omit<ListedServer, 'urgent'>[], language: string): ListedServer[] {
  const ranked = listed.map((one) => {
    const kind = one.session?.phase.kind
    const waits = kind === 'host-key' || (kind === 'needs-credentials' && one.badge === 'rescue')
    const rank = waits ? Math.min(2, ranks[one.badge] ?? 2) : (ranks[one.badge] ?? (kind === 'lost' ? 5 : 9))
    return { ...one, rank, urgent: rank < 9 }
  })
  const compare = new Intl.Collator(language, { numeric: true, sensitivity: 'base' }).compare
  ranked.sort(
    (a, b) =>
      a.rank - b.rank ||
      (a.urgent ? (a.server.since ?? '').localeCompare(b.server.since ?? '') : 0) ||
      compare(a.server.name, b.server.name),
  )
  return ranked.map(({ rank: _, ...one }) => one)
}
