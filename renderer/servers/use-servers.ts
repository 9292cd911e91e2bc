/** The server list as it is shown: each saved server with its session, badge and second line. */
import type { Intervention } from '../../shared/intervention.js'
import type { ServerBadge, ServerState } from '../../shared/server.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { restartOf } from '../enter/store.js'
import { type Translate, useLanguage, useT } from '../i18n.js'
import { useActiveSession, useActiveTab, useAppPart } from '../state.js'
import { isOpenIntervention, sessionBadge } from '../tabs/tab-label.js'
import { useFormat, useNow } from '../ui/format.js'
import { type ListedServer, orderServers } from './filter.js'

export interface ServerLine extends ListedServer {
  detail: string
  side: string
  /** The tab in front belongs to it. */
  on: boolean
}
type Format = ReturnType<typeof useFormat>

export function useListedServers(): ServerLine[] {
  const t = useT()
  const language = useLanguage()
  const format = useFormat()
  const now = useNow(20_000)
  const servers = useAppPart((app) => app.servers)
  const sessions = useAppPart((app) => app.sessions)
  const interventions = useAppPart((app) => app.interventions)
  const entering = useAppPart((app) => app.entering)
  const active = useActiveSession()
  const tab = useActiveTab()
  const listed = servers.map((server) => {
    const session = mostTelling(sessions.filter((one) => one.serverId === server.id || one.target === server.target))
    const intervention = interventions.find((one) => one.id === (server.interventionId ?? session?.interventionId))
    const badge = session ? (sessionBadge(session, intervention, server) ?? server.badge) : server.badge
    return { server, session, badge }
  })
  return orderServers(listed, language).map((one) => {
    const { server } = one
    const restart = restartOf(entering, server)
    return {
      ...one,
      detail: restart ? t('enter.restartsShort') : (describe(one, t, format) ?? server.target),
      side: side(one, restart?.startedAt),
      on:
        (active !== undefined && (active.serverId === server.id || active.target === server.target)) ||
        (tab?.kind === 'intervention' && tab.interventionId === server.interventionId) ||
        (tab?.kind === 'enter' && tab.serverId === server.id),
    }
  })

  function side({ server, session }: ListedServer, restartedAt: string | undefined) {
    const since = restartedAt ?? server.since
    if (since) return format.duration(now.getTime() - Date.parse(since))
    return session?.phase.kind === 'open' ? latency(session, t) : ''
  }
}

const latency = (session: TerminalSession, t: Translate) =>
  session.latencyMs === undefined ? '' : t('servers.nav.latency', { n: Math.round(session.latencyMs) })

/** Of several sessions the one that asks for something, then a lost one, then an open one. */
function mostTelling(sessions: TerminalSession[]): TerminalSession | undefined {
  const order = ['host-key', 'needs-credentials', 'lost', 'open', 'connecting', 'failed', 'ended', 'cancelled']
  return sessions.toSorted((a, b) => order.indexOf(a.phase.kind) - order.indexOf(b.phase.kind))[0]
}

function describe(one: { server: ServerState; session: TerminalSession | undefined; badge: ServerBadge }, t: Translate, format: Format) {
  const kind = one.session?.phase.kind
  if (kind === 'lost') return t('servers.nav.lost')
  if (kind === 'host-key' && one.badge !== 'new') return t(one.badge === 'revoked' ? 'servers.nav.revoked' : 'servers.nav.asks')
  switch (one.badge) {
    case 'alarm':
      return t('servers.nav.alarm')
    case 'attention':
      return t('servers.nav.attention')
    case 'rescue':
      if (kind === 'needs-credentials') return t('servers.nav.waitsSince')
      return one.server.since ? t('servers.nav.inRescue', { time: format.time(one.server.since) }) : undefined
    case 'changed':
      return t('servers.nav.changed')
    case 'revoked':
      return t('servers.nav.revoked')
    default:
      return undefined
  }
}

/** The practice server's row, while it runs or has lines set aside. */
export function usePracticeRow() {
  const t = useT()
  const format = useFormat()
  const now = useNow(20_000)
  const mode = useAppPart((app) => app.practice.mode)
  const session = useAppPart((app) => app.sessions.find((one) => one.practice))
  const intervention = useAppPart((app) => app.interventions.find((one) => one.practice && isOpenIntervention(one)))
  const on = useActiveSession()?.practice === true
  if (mode === 'stopped' && !session && !intervention) return undefined
  const badge = (session && sessionBadge(session, intervention, undefined)) ?? badgeOf(intervention)
  return {
    badge,
    on,
    side: intervention
      ? format.duration(now.getTime() - Date.parse(intervention.since))
      : session?.phase.kind === 'open'
        ? latency(session, t)
        : '',
    detail: intervention && badge === 'rescue' ? t('servers.nav.inRescue', { time: format.time(intervention.since) }) : undefined,
  }
}

const badgeOf = (intervention: Intervention | undefined): ServerBadge => (intervention ? 'rescue' : 'known')
