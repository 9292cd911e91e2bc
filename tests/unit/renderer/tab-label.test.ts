import { describe, expect, it, vi } from 'vitest'
import { setLanguage, translate } from '../../../renderer/i18n.js'
import { hasPage, nameOf, pageId, pageKind, sessionBadge } from '../../../renderer/tabs/tab-label.js'
import type { Intervention } from '../../../shared/intervention.js'
import type { ServerState } from '../../../shared/server.js'
import type { TerminalSession } from '../../../shared/terminal-session.js'

const intervention = (o: Partial<Intervention> = {}) => ({ id: 'k7f3q', state: 'active', attention: [], ...o }) as Intervention
const key = { type: 'ssh-ed25519', fingerprint: 'SHA256:abc', randomart: '', seenAt: '2026-11-24T02:00:00Z' }
const summary = { at: '2026-11-24T02:00:00Z', lines: 3, verified: true, by: 'known-key', dismissed: false } as const
const watch = (purpose: 'leaving' | 'background') => ({ purpose, startedAt: '2026-11-24T02:00:00Z', changes: [] })
const session = (phase: unknown, o: Partial<TerminalSession> = {}) => ({ phase, practice: false, ...o }) as TerminalSession

describe('the page of an intervention', () => {
  it.each([
    [undefined, undefined],
    [intervention(), undefined],
    [intervention({ watch: watch('background') }), undefined],
    [intervention({ watch: watch('leaving') }), 'leaving'],
    [intervention({ state: 'restoring' }), 'leaving'],
    [intervention({ thirdKey: key, watch: watch('leaving') }), 'alarm'],
    [intervention({ state: 'needs-attention' }), 'attention'],
    [intervention({ state: 'restored', summary }), 'summary'],
    [intervention({ state: 'restored', summary: { ...summary, dismissed: true } }), undefined],
    [intervention({ state: 'rolled-back' }), undefined],
  ] as const)('%# is %s', (one, kind) => expect(pageKind(one as Intervention | undefined)).toBe(kind))

  it('stays away when put away, until there is something new', () => {
    const attention = intervention({ state: 'needs-attention' })
    const hidden = [pageId(attention)]
    expect(hasPage(attention, hidden)).toBe(false)
    expect(hasPage(intervention({ thirdKey: key }), hidden)).toBe(true)
    expect(hasPage(intervention({ thirdKey: key }), [pageId(intervention({ thirdKey: { ...key, fingerprint: 'SHA256:other' } }))])).toBe(
      true,
    )
  })
})

it('the practice server is called so in the language of the window, every other server by its own name', () => {
  vi.stubGlobal('document', { documentElement: {} })
  for (const [language, practice] of [
    ['fr', 'exercice'],
    ['en', 'practice'],
  ] as const) {
    setLanguage(language)
    expect(nameOf({ name: 'practice', practice: true }, translate)).toBe(practice)
    expect(nameOf({ name: 'practice', practice: false }, translate)).toBe('practice')
  }
  vi.unstubAllGlobals()
})

describe('the badge of a session', () => {
  const open = session({ kind: 'open', connection: { key: { whose: 'known' } } })
  it('is what the intervention says while one is open', () => {
    expect(sessionBadge(open, intervention(), undefined)).toBe('rescue')
    expect(sessionBadge(open, intervention({ thirdKey: key }), undefined)).toBe('alarm')
    expect(sessionBadge(open, intervention({ state: 'needs-attention' }), undefined)).toBe('attention')
    expect(sessionBadge(open, intervention({ state: 'restored' }), undefined)).toBe('known')
  })
  it.each([
    ['unknown', 'new'],
    ['changed', 'changed'],
    ['other-type', 'changed'],
    ['revoked', 'revoked'],
  ])('a question about %s is %s', (verdict, badge) =>
    expect(sessionBadge(session({ kind: 'host-key', question: { verdict } }), undefined, undefined)).toBe(badge),
  )
  it('is the server’s when the session knows nothing, and nothing when nobody does', () => {
    expect(sessionBadge(session({ kind: 'connecting' }), undefined, { badge: 'new' } as ServerState)).toBe('new')
    expect(sessionBadge(session({ kind: 'connecting' }), undefined, undefined)).toBeUndefined()
    expect(sessionBadge(session({ kind: 'connecting' }, { practice: true }), undefined, undefined)).toBe('known')
  })
})
