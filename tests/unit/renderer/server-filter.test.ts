import { describe, expect, it } from 'vitest'
import { decideEnter, filterServers, orderServers } from '../../../renderer/servers/filter.js'
import type { ServerBadge, ServerState } from '../../../shared/server.js'
import type { TerminalSession } from '../../../shared/terminal-session.js'

const server = (name: string, target: string, badge: ServerBadge = 'known', since?: string): ServerState => ({
  id: name,
  name,
  target,
  address: { host: target },
  badge,
  ...(since ? { since } : {}),
})
const list = [server('web-2', 'deploy@203.0.113.8'), server('Médiathèque', 'root@192.0.2.4'), server('db', 'db.example.com')]

describe('the filter', () => {
  it('wants every word, in the name or the target, whatever case and accents', () => {
    expect(filterServers(list, '').map((one) => one.id)).toEqual(['web-2', 'Médiathèque', 'db'])
    expect(filterServers(list, 'mediaTHEQUE')).toHaveLength(1)
    expect(filterServers(list, 'root 192')).toHaveLength(1)
    expect(filterServers(list, 'web root')).toHaveLength(0)
  })
})

describe('Enter', () => {
  it.each([
    ['', { kind: 'nothing' }],
    ['   ', { kind: 'nothing' }],
    ['WEB-2', { kind: 'open', id: 'web-2' }],
    ['web', { kind: 'open', id: 'web-2' }],
    ['db.example.com', { kind: 'open', id: 'db' }],
    ['203.0.113.8', { kind: 'connect', text: '203.0.113.8' }],
    ['root@web', { kind: 'connect', text: 'root@web' }],
    ['web-2:2222', { kind: 'connect', text: 'web-2:2222' }],
    [' other-host ', { kind: 'connect', text: 'other-host' }],
  ])('%j → %j', (text, decision) => expect(decideEnter(list, text)).toEqual(decision))
})

describe('the order', () => {
  const listed = (one: ServerState, kind?: TerminalSession['phase']['kind']) => ({
    server: one,
    badge: one.badge,
    session: kind ? ({ phase: { kind } } as TerminalSession) : undefined,
  })
  it('puts what wants something first, the longest in rescue before the others, the rest by name', () => {
    const ordered = orderServers(
      [
        listed(server('web-10', 'a')),
        listed(server('web-9', 'a')),
        listed(server('changed', 'a', 'changed')),
        listed(server('young', 'a', 'rescue', '2026-11-24T03:00:00Z')),
        listed(server('old', 'a', 'rescue', '2026-11-24T01:00:00Z')),
        listed(server('asks', 'a'), 'host-key'),
        listed(server('signs-in', 'a', 'rescue', '2026-11-24T04:00:00Z'), 'needs-credentials'),
        listed(server('alarm', 'a', 'alarm')),
        listed(server('lost', 'a'), 'lost'),
      ],
      'en',
    )
    expect(ordered.map((one) => one.server.name)).toEqual([
      'alarm',
      'asks',
      'signs-in',
      'old',
      'young',
      'changed',
      'lost',
      'web-9',
      'web-10',
    ])
    expect(ordered.map((one) => one.urgent)).toEqual([true, true, true, true, true, true, true, false, false])
  })
})
