import { describe, expect, it } from 'vitest'
import {
  addTab,
  moveTab,
  reconcileTabs,
  removeTab,
  replaceTab,
  selectTab,
  showTab,
  stepTab,
  type TabList,
} from '../../../renderer/tabs/tab-list.js'

const empty: TabList = { tabs: [], active: '' }
const withSessions = (...ids: string[]) => ids.reduce<TabList>((list, sessionId) => addTab(list, { kind: 'session', sessionId }), empty)
const ids = (list: TabList) => list.tabs.map((tab) => (tab.kind === 'session' ? tab.sessionId : tab.kind))
const front = (list: TabList) => ids(list)[list.tabs.findIndex((tab) => tab.key === list.active)]
const key = (list: TabList, index: number) => list.tabs[index]?.key ?? ''

describe('the list of tabs', () => {
  it('puts a new tab in front, or in the background', () => {
    const list = withSessions('a', 'b')
    expect(front(list)).toBe('b')
    expect(front(addTab(list, { kind: 'settings' }, { background: true }))).toBe('b')
    expect(front(addTab(empty, { kind: 'settings' }, { background: true }))).toBe('settings')
  })
  it('goes to a page that is open already', () => {
    const list = addTab(addTab(empty, { kind: 'settings' }), { kind: 'start' })
    const shown = showTab(list, { kind: 'settings' }, (tab) => tab.kind === 'settings')
    expect(ids(shown)).toEqual(['settings', 'start'])
    expect(front(shown)).toBe('settings')
  })
  it('keeps the key when the content is replaced', () => {
    const list = addTab(empty, { kind: 'start' })
    const next = replaceTab(list, key(list, 0), { kind: 'session', sessionId: 'a' })
    expect(key(next, 0)).toBe(key(list, 0))
    expect(ids(next)).toEqual(['a'])
  })
  it('brings the right neighbour to the front when the tab in front closes, else the left one', () => {
    const list = { ...withSessions('a', 'b', 'c') }
    const middle = { tabs: list.tabs, active: key(list, 1) }
    expect(front(removeTab(middle, key(list, 1)))).toBe('c')
    expect(front(removeTab(list, key(list, 2)))).toBe('b')
    expect(front(removeTab(list, key(list, 0)))).toBe('c')
    expect(removeTab(withSessions('a'), key(withSessions('a'), 0)).tabs).toHaveLength(1) // another list's key
  })
  it('moves within its bounds', () => {
    const list = withSessions('a', 'b', 'c')
    expect(ids(moveTab(list, key(list, 0), 2))).toEqual(['b', 'c', 'a'])
    expect(ids(moveTab(list, key(list, 2), -5))).toEqual(['c', 'a', 'b'])
    expect(ids(moveTab(list, key(list, 0), 99))).toEqual(['b', 'c', 'a'])
    expect(ids(moveTab(list, 'unknown', 0))).toEqual(['a', 'b', 'c'])
  })
  it('steps around the ends and selects by position', () => {
    const list = withSessions('a', 'b', 'c')
    expect(front(stepTab(list, 1))).toBe('a')
    expect(front(stepTab(stepTab(list, 1), -1))).toBe('c')
    expect(front(selectTab(list, 1))).toBe('b')
    expect(front(selectTab(selectTab(list, 0), 'last'))).toBe('c')
    expect(front(selectTab(list, 7))).toBe('c')
    expect(stepTab(empty, 1)).toEqual(empty)
  })
  it('follows the sessions: gone ones go, unknown ones come in the background, young ones stay', () => {
    const list = withSessions('old', 'young')
    const next = reconcileTabs(list, ['old'], ['found'])
    expect(ids(next)).toEqual(['young', 'found'])
    expect(front(next)).toBe('young')
  })
  it('gives back nothing but the list, whatever larger state it is given', () => {
    const state = { ...withSessions('a'), app: 'must not come along' }
    const results = [
      reconcileTabs(state, [], ['a']),
      stepTab(state, 1),
      selectTab(state, 5),
      moveTab(state, 'unknown', 0),
      removeTab(state, 'unknown'),
      replaceTab(state, key(state, 0), { kind: 'start' }),
      showTab(state, { kind: 'start' }, () => true),
    ]
    for (const result of results) expect(Object.keys(result).sort()).toEqual(['active', 'tabs'])
  })
})
