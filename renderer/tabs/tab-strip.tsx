/**
 * The tabs. One Tab stop: arrows choose, Ctrl+Shift+PageUp/PageDown move, Delete closes, Enter goes into the tab. The × and
 * dragging are for the pointer. The badge says what is known of the server; RESCUE is a word, not only a colour.
 */
import { ActionIcon, Loader, Tooltip } from '@mantine/core'
import {
  IconFileText,
  IconFolder,
  IconGauge,
  IconLayoutList,
  IconLayoutSidebarRight,
  IconPlugConnectedX,
  IconPlus,
  IconSettings,
  IconX,
} from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { activateTab, closeTab, moveTabTo, openStartTab, togglePanel } from '../actions.js'
import { isUnderWay, useEnteringOf } from '../enter/store.js'
import { toggleFiles, useFilesOpen } from '../files/store.js'
import { useT } from '../i18n.js'
import { activeSession, useAppPart, useIntervention, useSession, useWindow } from '../state.js'
import { Badge } from '../ui/glyphs.js'
import { region } from './focus.js'
import { isLost, isOpenIntervention, nameOf, sessionBadge } from './tab-label.js'
import type { Tab } from './tab-list.js'
import './tabs.css'

export function TabStrip({ hasPanel, onEnter }: { hasPanel: boolean; onEnter: () => void }) {
  const t = useT()
  const tabs = useWindow((state) => state.tabs)
  const active = useWindow((state) => state.active)
  const panelOpen = useWindow((state) => state.panelOpen)
  const hasSession = useWindow((state) => activeSession(state) !== undefined)
  const filesOpen = useFilesOpen(active)
  const [dragged, setDragged] = useState<string>()
  const [over, setOver] = useState<string>()

  function onKeyDown(event: KeyboardEvent, tab: Tab) {
    const index = tabs.indexOf(tab)
    const go = (to: number) => {
      const next = tabs[(to + tabs.length) % tabs.length]
      if (next) focusTab(next.key)
    }
    const isMove = event.ctrlKey && event.shiftKey
    if (event.key === 'ArrowRight') go(index + 1)
    else if (event.key === 'ArrowLeft') go(index - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(tabs.length - 1)
    else if (event.key === 'PageUp' && isMove) moveTabTo(tab.key, index - 1)
    else if (event.key === 'PageDown' && isMove) moveTabTo(tab.key, index + 1)
    else if (event.key === 'Delete') {
      const next = tabs[index + 1] ?? tabs[index - 1]
      closeTab(tab.key)
      if (next) focusTab(next.key)
    } else if (event.key === 'Enter') onEnter()
    else return
    event.preventDefault()
  }

  return (
    <div className="rt-tabs" {...region('tabs')}>
      <div
        className="rt-tablist"
        role="tablist"
        aria-label={t('common.tab.list')}
        onWheel={(event) => {
          event.currentTarget.scrollLeft += event.deltaY
        }}
      >
        {tabs.map((tab, index) => (
          <TabItem
            key={tab.key}
            tab={tab}
            active={tab.key === active}
            drop={over === tab.key && dragged !== tab.key}
            onKeyDown={(event) => onKeyDown(event, tab)}
            onEnter={onEnter}
            onDragStart={() => setDragged(tab.key)}
            onDragOver={() => setOver(tab.key)}
            onDragEnd={() => {
              setDragged(undefined)
              setOver(undefined)
            }}
            onDrop={() => dragged && moveTabTo(dragged, index)}
          />
        ))}
      </div>
      <Tooltip label={t('common.tab.new')}>
        <ActionIcon className="rt-tab-new" aria-label={t('common.tab.new')} onClick={openStartTab}>
          <IconPlus size={16} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      <div className="rt-tab-tools">
        {hasSession && (
          <Tooltip label={t('common.tab.files')}>
            <ActionIcon aria-label={t('common.tab.files')} aria-pressed={filesOpen} onClick={toggleFiles}>
              <IconFolder size={14} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
        )}
        {hasPanel && (
          <Tooltip label={t('common.tab.panel')}>
            <ActionIcon aria-label={t('common.tab.panel')} aria-pressed={panelOpen} onClick={togglePanel}>
              <IconLayoutSidebarRight size={14} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </div>
  )
}

/** Arrows bring a tab to the front without leaving the strip. */
function focusTab(key: string) {
  stayInStrip = true
  activateTab(key)
  requestAnimationFrame(() => {
    document.getElementById(key)?.focus()
    stayInStrip = false
  })
}
let stayInStrip = false
export const staysInStrip = () => stayInStrip

interface TabItemProps {
  tab: Tab
  active: boolean
  drop: boolean
  onKeyDown: (event: KeyboardEvent) => void
  onEnter: () => void
  onDragStart: () => void
  onDragOver: () => void
  onDragEnd: () => void
  onDrop: () => void
}

function TabItem({ tab, active, drop, onKeyDown, onEnter, onDragStart, onDragOver, onDragEnd, onDrop }: TabItemProps) {
  const t = useT()
  const { icon, title, lost, kind } = useLabel(tab)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active) box.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [active])
  return (
    <div
      ref={box}
      id={tab.key}
      role="tab"
      className={`rt-tab ${kind ? `rt-tab-${kind}` : ''} ${drop ? 'rt-tab-drop' : ''}`}
      aria-selected={active}
      aria-controls={`${tab.key}-body`}
      tabIndex={active ? 0 : -1}
      draggable
      onMouseDown={(event) => {
        if (event.button === 0) activateTab(tab.key)
        else if (event.button === 1) event.preventDefault() // the focus would go away with the tab
      }}
      onClick={() => active && onEnter()}
      onAuxClick={(event) => {
        if (event.button === 1) closeTab(tab.key)
      }}
      onKeyDown={onKeyDown}
      onDragStart={onDragStart}
      onDragOver={(event) => {
        event.preventDefault()
        onDragOver()
      }}
      onDragEnd={onDragEnd}
      onDrop={onDrop}
    >
      {icon}
      <span className="rt-trunc">{title}</span>
      {lost && <Plug />}
      <span
        className="rt-tab-close"
        aria-hidden="true"
        title={t('common.tab.close')}
        onMouseDown={(event) => {
          event.preventDefault()
          event.stopPropagation()
        }}
        onClick={(event) => {
          event.stopPropagation()
          closeTab(tab.key)
        }}
      >
        <IconX size={14} stroke={1.75} />
      </span>
    </div>
  )
}

interface Label {
  icon?: ReactNode
  title: ReactNode
  /** A plug after the title; the badge stays what it was. */
  lost?: boolean
  kind?: 'rescue' | 'alarm'
}

function useLabel(tab: Tab): Label {
  const t = useT()
  const session = useSession(tab.kind === 'session' ? tab.sessionId : undefined)
  const id = tab.kind === 'intervention' ? tab.interventionId : session?.interventionId
  const intervention = useIntervention(id)
  const server = useAppPart((app) => app.servers.find((one) => one.id === session?.serverId))
  const entered = useAppPart((app) => app.servers.find((one) => tab.kind === 'enter' && one.id === tab.serverId))
  const entering = useEnteringOf(entered)
  const closedName = useAppPart((app) => tab.kind === 'closed' && app.servers.find((one) => one.target === tab.target)?.name)

  const rescueTitle = (name: string, mark: 'rescue' | 'chroot' = 'rescue') => (
    <>
      <b className="rt-amber">{t(`common.tab.${mark}`)}</b> {name}
    </>
  )
  switch (tab.kind) {
    case 'start':
      return { title: t('common.tab.start') }
    case 'settings':
      return { icon: <IconSettings size={16} stroke={1.75} aria-hidden />, title: t('settings.title') }
    case 'several':
      return { icon: <IconLayoutList size={16} stroke={1.75} aria-hidden />, title: t('common.tab.several') }
    case 'speed':
      return { icon: <IconGauge size={16} stroke={1.75} aria-hidden />, title: t('speed.tab', { name: tab.name }), kind: 'rescue' }
    case 'report':
      return { icon: <IconFileText size={16} stroke={1.75} aria-hidden />, title: t('report.tab', { name: tab.name }), kind: 'rescue' }
    case 'closed':
      return { icon: <Plug />, title: closedName || tab.target }
    case 'enter': {
      const icon = isUnderWay(entering) ? <Loader className="rt-spin" size={14} /> : entered && <Badge badge={entered.badge} />
      return { icon, title: entered?.name ?? '' }
    }
    case 'intervention': {
      if (!intervention) return { title: '' }
      if (!isOpenIntervention(intervention)) return { icon: <Badge badge="known" />, title: nameOf(intervention, t) }
      if (intervention.thirdKey) return { icon: <Badge badge="alarm" />, title: nameOf(intervention, t), kind: 'alarm' }
      return { icon: <Badge badge="rescue" />, title: rescueTitle(nameOf(intervention, t)), kind: 'rescue' }
    }
    case 'session': {
      if (!session) return { title: '' }
      const badge = sessionBadge(session, intervention, server)
      const inRescue = intervention !== undefined && isOpenIntervention(intervention)
      const isAlarm = badge === 'alarm' || badge === 'revoked'
      // What answers behind an alarm is no rescue system either.
      const name = inRescue && !isAlarm ? rescueTitle(nameOf(session, t), session.chroot ? 'chroot' : 'rescue') : nameOf(session, t)
      return {
        ...(badge ? { icon: <Badge badge={badge} /> } : {}),
        title: name,
        lost: isLost(session),
        ...(isAlarm ? { kind: 'alarm' } : inRescue ? { kind: 'rescue' } : {}),
      }
    }
  }
}

function Plug() {
  const t = useT()
  return (
    <span className="rt-plug" role="img" aria-label={t('common.tab.lost')}>
      <IconPlugConnectedX size={14} stroke={1.75} />
    </span>
  )
}
