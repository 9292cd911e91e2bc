import type { Intervention, WatchState } from '../../../../shared/intervention.js'
import type { TerminalSession } from '../../../../shared/terminal-session.js'

export const rescueKey = { type: 'ssh-ed25519', fingerprint: 'SHA256:rescue' }
export const thirdKey = { type: 'ssh-ed25519', fingerprint: 'SHA256:third', randomart: '', seenAt: '2026-11-24T03:36:58Z' }

export const intervention = (o: Partial<Intervention> = {}): Intervention => ({
  id: 'k7f3q',
  host: '203.0.113.7',
  port: 22,
  lookupName: '203.0.113.7',
  name: 'vps',
  practice: false,
  state: 'active',
  since: '2026-11-24T02:14:00Z',
  expiresAt: '2026-11-25T02:14:00Z',
  setAside: 3,
  files: [{ path: '/home/ada/.ssh/known_hosts', lines: [12, 13, 31], copy: '/copy' }],
  rescueKey,
  knownKeys: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:known' }],
  alsoWritten: false,
  attention: [],
  ...o,
})
export const leaving: WatchState = { purpose: 'leaving', startedAt: '2026-11-24T03:34:00Z', changes: [] }
export const attention = { index: 0, file: '/home/ada/.ssh/known_hosts', line: 31, reason: 'edited', saved: 'a', current: 'b' } as const

export const session = (phase: unknown, o: Partial<TerminalSession> = {}) =>
  ({ id: 's1', name: 'vps', interventionId: 'k7f3q', phase, ...o }) as TerminalSession
export const open = (whose: 'rescue' | 'known' = 'rescue') =>
  session({ kind: 'open', connection: { user: 'root', key: { ...rescueKey, whose }, since: '2026-11-24T02:17:00Z' } })
export const asking = session({ kind: 'host-key', question: {} })
export const signingIn = session({ kind: 'needs-credentials', request: {} })
