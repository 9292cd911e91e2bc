/**
 * The servers: filter and quick connect in one field, the list, adding, settings. In a narrow window (or when put away) a rail
 * of badges stands for it; the list then lies over the tabs until it loses the focus.
 */
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconPlus, IconSearch, IconSettings } from '@tabler/icons-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { openPractice, openServer, openTarget, showDialog, showEnter, showSettings } from '../actions.js'
import { useT } from '../i18n.js'
import { showServers, update, useAppPart, useWindow } from '../state.js'
import { focusFilter, region } from '../tabs/focus.js'
import { Badge } from '../ui/glyphs.js'
import { decideEnter, filterServers } from './filter.js'
import { ServerRow } from './server-row.js'
import './servers.css'
import { useListedServers, usePracticeRow } from './use-servers.js'

export function Sidebar() {
  const narrow = useMediaQuery('(max-width: 1120px)', undefined, { getInitialValueInEffect: false })
  const wanted = useWindow((state) => state.serversOpen)
  const over = useWindow((state) => state.serversOver)
  if (!narrow && wanted) return <ServerNav />
  return (
    <>
      <Rail />
      {narrow && over && <ServerNav over />}
    </>
  )
}

function Rail() {
  const t = useT()
  const listed = useListedServers()
  const practice = usePracticeRow()
  return (
    <nav className="rt-rail" aria-label={t('servers.nav.title')} {...region('servers')}>
      <Tooltip label={t('servers.nav.show')} position="right">
        <ActionIcon
          size={32}
          aria-label={t('servers.nav.show')}
          onClick={() => {
            showServers()
            focusFilter()
          }}
        >
          <IconSearch size={16} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      <div className="rt-rail-list">
        {practice && (
          <RailButton name={t('servers.nav.practice')} on={practice.on} onClick={() => void openPractice()}>
            <Badge badge={practice.badge} quiet />
          </RailButton>
        )}
        {listed.map(({ server, badge, on }) => (
          <RailButton key={server.id} name={server.name} on={on} onClick={() => openServer(server.id)}>
            <Badge badge={badge} quiet />
          </RailButton>
        ))}
      </div>
      <SettingsButton size={32} />
    </nav>
  )
}

function RailButton({ name, on, onClick, children }: { name: string; on: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <Tooltip label={name} position="right">
      <ActionIcon size={32} className={on ? 'rt-rail-on' : ''} aria-label={name} aria-current={on || undefined} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function ServerNav({ over }: { over?: boolean }) {
  const t = useT()
  const [text, setText] = useState('')
  const box = useRef<HTMLElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const listed = useListedServers()
  const servers = useAppPart((app) => app.servers)
  const practice = usePracticeRow()
  const shownIds = new Set(filterServers(servers, text).map((server) => server.id))
  const shown = listed.filter(({ server }) => shownIds.has(server.id))
  const decision = decideEnter(
    shown.map(({ server }) => server),
    text,
  )
  const close = () => update(() => ({ serversOver: false }))
  const rows = () => [...(list.current?.querySelectorAll<HTMLElement>('.rt-srv') ?? [])]

  function onFilterKey(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') rows()[0]?.focus()
    else if (event.key === 'Escape' && text) setText('')
    else if (event.key === 'Escape' && over) close()
    else if (event.key === 'Enter') {
      if (decision.kind === 'nothing') return
      if (decision.kind === 'open') openServer(decision.id)
      else void openTarget({ kind: 'address', text: decision.text })
      setText('')
      // The tab it opens takes the keyboard as soon as it has something for it.
      if (event.target instanceof HTMLElement) event.target.blur()
      if (over) close()
    } else return
    event.preventDefault()
  }

  function onListKey(event: KeyboardEvent) {
    const all = rows()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (go === undefined) return
    event.preventDefault()
    if (go < 0) box.current?.querySelector<HTMLElement>('#rt-filter')?.focus()
    else all[Math.min(go, all.length - 1)]?.focus()
  }

  const firstUrgentEnd = shown.findIndex((one) => !one.urgent)
  const hasGap = firstUrgentEnd > 0
  return (
    <nav
      ref={box}
      className={over ? 'rt-nav rt-nav-over' : 'rt-nav'}
      aria-label={t('servers.nav.title')}
      onBlur={({ currentTarget, relatedTarget }) => {
        // The menu of a server hangs outside the list and takes the focus.
        if (over && relatedTarget && !currentTarget.contains(relatedTarget) && !relatedTarget.closest('[data-menu-dropdown]')) close()
      }}
      {...region('servers')}
    >
      <div className="rt-nav-filter">
        <TextInput
          id="rt-filter"
          aria-label={t('servers.nav.find')}
          placeholder={t('servers.nav.find')}
          leftSection={<IconSearch size={16} stroke={1.75} />}
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onFilterKey}
        />
      </div>
      <ul ref={list} className="rt-nav-list" onKeyDown={onListKey}>
        {practice && !text && (
          <li>
            <ServerRow
              name={t('servers.nav.practice')}
              badge={practice.badge}
              detail={practice.detail ?? t('servers.nav.inside')}
              side={practice.side}
              on={practice.on}
              stop
              onOpen={() => {
                void openPractice()
                if (over) close()
              }}
            />
          </li>
        )}
        {shown.map(({ server, badge, detail, side, on }, index) => (
          <li key={server.id} className={hasGap && index === firstUrgentEnd ? 'rt-nav-gap' : ''}>
            <ServerRow
              name={server.name}
              badge={badge}
              detail={detail}
              side={side}
              on={on}
              first={decision.kind === 'open' && decision.id === server.id}
              stop={index === 0 && !(practice && !text)}
              onOpen={() => {
                openServer(server.id)
                if (over) close()
              }}
              onEdit={() => showDialog({ kind: 'edit-server', id: server.id })}
              onEnterRescue={server.interventionId ? undefined : () => showEnter(server.id)}
            />
          </li>
        ))}
      </ul>
      {text && !shown.length && <p className="rt-nav-hint">{t('servers.nav.none', { text: text.trim() })}</p>}
      {!text && !listed.length && <p className="rt-nav-hint">{t(practice ? 'servers.nav.practiceHint' : 'servers.nav.empty')}</p>}
      <div className="rt-nav-foot">
        <Button
          variant="subtle"
          px={8}
          leftSection={<IconPlus size={16} stroke={1.75} />}
          onClick={() => showDialog({ kind: 'add-server' })}
        >
          {t('servers.nav.add')}
        </Button>
        <SettingsButton size={24} />
      </div>
    </nav>
  )
}

function SettingsButton({ size }: { size: number }) {
  const t = useT()
  return (
    <Tooltip label={t('servers.nav.settings')}>
      <ActionIcon size={size} aria-label={t('servers.nav.settings')} onClick={() => showSettings()}>
        <IconSettings size={size === 24 ? 14 : 16} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  )
}
