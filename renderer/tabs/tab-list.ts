/** The tabs of the window as plain data; every change is a pure function. A tab's `key` never changes: what it shows may. */
export type Tab =
  | { key: string; kind: 'start' }
  | { key: string; kind: 'session'; sessionId: string }
  /** Was open when the window closed last time; connects only when asked. */
  | { key: string; kind: 'closed'; target: string }
  /** Lines are set aside and no terminal of this server is open. */
  | { key: string; kind: 'intervention'; interventionId: string }
  /** A saved server is being put in rescue mode; becomes its session when the rescue system answers. */
  | { key: string; kind: 'enter'; serverId: string }
  | { key: string; kind: 'settings' }
  | { key: string; kind: 'several' }
  /** Of a server in rescue; `visit` as `visitId` makes it. */
  | { key: string; kind: 'speed' | 'report'; visit: string; name: string }

export interface TabList {
  tabs: readonly Tab[]
  /** Key of the tab in front; empty only while `tabs` is. */
  active: string
}
type WithoutKey<T> = T extends unknown ? Omit<T, 'key'> : never
export type TabContent = WithoutKey<Tab>

/** Callers spread results into a larger state: nothing else of it may come along. */
const only = ({ tabs, active }: TabList): TabList => ({ tabs, active })

let lastKey = 0
const withKey = (content: TabContent) => ({ ...content, key: `tab-${++lastKey}` }) as Tab

/** A new tab at the end, in front unless `background`. */
export function addTab(list: TabList, content: TabContent, o: { background?: boolean } = {}): TabList {
  const tab = withKey(content)
  return { tabs: [...list.tabs, tab], active: o.background && list.active ? list.active : tab.key }
}

/** Goes to the tab that shows this already, or adds it. */
export function showTab(list: TabList, content: TabContent, isSame: (tab: Tab) => boolean): TabList {
  const found = list.tabs.find(isSame)
  return found ? { tabs: list.tabs, active: found.key } : addTab(list, content)
}

/** Another content under the same key: a start page becomes a session, a lost session its successor. */
export function replaceTab(list: TabList, key: string, content: TabContent): TabList {
  return { active: list.active, tabs: list.tabs.map((tab) => (tab.key === key ? ({ ...content, key } as Tab) : tab)) }
}

/** The neighbour to the right comes to the front, else the one to the left. */
export function removeTab(list: TabList, key: string): TabList {
  const index = list.tabs.findIndex((tab) => tab.key === key)
  if (index < 0) return only(list)
  const tabs = list.tabs.filter((tab) => tab.key !== key)
  const active = list.active === key ? ((tabs[index] ?? tabs[index - 1])?.key ?? '') : list.active
  return { tabs, active }
}

/** Moves a tab to a position, which is clamped. */
export function moveTab(list: TabList, key: string, to: number): TabList {
  const tab = list.tabs.find((one) => one.key === key)
  if (!tab) return only(list)
  const tabs = list.tabs.filter((one) => one !== tab)
  tabs.splice(Math.max(0, Math.min(to, tabs.length)), 0, tab)
  return { tabs, active: list.active }
}

export function stepTab(list: TabList, step: 1 | -1): TabList {
  const { tabs } = list
  if (!tabs.length) return only(list)
  const index = tabs.findIndex((tab) => tab.key === list.active)
  return { tabs, active: tabs[(index + step + tabs.length) % tabs.length]?.key ?? '' }
}

/** Position from 0; `'last'` is the last one. An unknown position changes nothing. */
export function selectTab(list: TabList, position: number | 'last'): TabList {
  const tab = position === 'last' ? list.tabs.at(-1) : list.tabs[position]
  return tab ? { tabs: list.tabs, active: tab.key } : only(list)
}

/**
 * Tabs of sessions that the core no longer lists disappear; sessions without a tab (the page was reloaded) get one in the
 * background. A tab whose session was never listed stays: its state is still on the way.
 */
export function reconcileTabs(list: TabList, before: readonly string[], now: readonly string[]): TabList {
  let next = only(list)
  for (const tab of list.tabs) {
    if (tab.kind === 'session' && before.includes(tab.sessionId) && !now.includes(tab.sessionId)) next = removeTab(next, tab.key)
  }
  for (const sessionId of now) {
    if (next.tabs.some((tab) => tab.kind === 'session' && tab.sessionId === sessionId)) continue
    next = addTab(next, { kind: 'session', sessionId }, { background: true })
  }
  return next
}
