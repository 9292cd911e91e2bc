/** The page's state across messages of the core, its end and its return. */
import { beforeEach, expect, it } from 'vitest'
import { cutOff, loseCore, receive, update, windowState } from '../../../renderer/state.js'
import { addTab, removeTab } from '../../../renderer/tabs/tab-list.js'
import type { AppState } from '../../../shared/contract.js'
import type { TerminalSession } from '../../../shared/terminal-session.js'

const session = (id: string, kind: 'open' | 'ended' | 'connecting' = 'open') =>
  ({ id, name: id, phase: { kind } }) as unknown as TerminalSession
const state = (...sessions: TerminalSession[]) =>
  ({ version: '0', sessions, servers: [{ id: 's' }], interventions: [] }) as unknown as AppState
const tabs = () => windowState().tabs.map((tab) => (tab.kind === 'session' ? tab.sessionId : tab.kind))
const sessions = () => windowState().app?.sessions.map((one) => `${one.id} ${one.phase.kind}`)

beforeEach(() => update(() => ({ app: undefined, coreUp: true, lost: [], closed: [], tabs: [], active: '' })))

it('gives every session a tab and takes it away with the session', () => {
  receive(state(session('a'), session('b')))
  expect(tabs()).toEqual(['a', 'b'])
  receive(state(session('b')))
  expect(tabs()).toEqual(['b'])
})

it('keeps the identity of what did not change', () => {
  receive(state(session('a')))
  const before = windowState().app
  receive(state(session('a')))
  expect(windowState().app).toBe(before)
  receive(state(session('a', 'ended')))
  expect(windowState().app?.servers).toBe(before?.servers)
})

it('shows living sessions as lost when the core goes down, and keeps them when it is back', () => {
  receive(state(session('a'), session('b', 'ended'), session('c', 'connecting')))
  loseCore('2026-11-24T03:20:11Z')
  expect(sessions()).toEqual(['a lost', 'b ended', 'c lost'])
  expect(cutOff(windowState()).map(({ id }) => id)).toEqual(['a', 'c'])
  expect(windowState().coreUp).toBe(false)
  receive(state())
  expect(sessions()).toEqual(['a lost', 'b ended', 'c lost'])
  receive(state(session('new')))
  expect(tabs()).toEqual(['a', 'b', 'c', 'new'])
})

it('does not bring a closed tab back while old states are on the way', () => {
  receive(state(session('a')))
  update((now) => ({ closed: ['a'], ...removeTab(now, now.tabs[0]?.key ?? '') }))
  receive(state(session('a')))
  expect(tabs()).toEqual([])
})

it('keeps the tab of a session whose first state is on the way', () => {
  receive(state())
  update((now) => addTab(now, { kind: 'session', sessionId: 'young' }))
  receive(state())
  expect(tabs()).toEqual(['young'])
  receive(state(session('young')))
  expect(tabs()).toEqual(['young'])
})
