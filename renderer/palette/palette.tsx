/** All commands (17): over the whole window, reached by one key from anywhere. What is typed can also be an address. */
import { Spotlight, spotlight } from '@mantine/spotlight'
import { IconPlugConnected, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { openTarget } from '../actions.js'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { shortcutKeys } from '../keys.js'
import { activeSession, useActiveSession, useApp, useWindow } from '../state.js'
import { nameOf } from '../tabs/tab-label.js'
import { type PaletteEntry, paletteEntries } from './commands.js'
import { markHits, matchScore } from './match.js'
import './palette.css'

export const openPalette = () => spotlight.open()

/** The list is Mantine's scroll area, whose type is hidden: it has to be reachable to be scrolled by keys. */
const scrollable: object = { viewportProps: { tabIndex: 0 } }
const groups = ['now', 'commands', 'servers'] as const

export function Palette() {
  const t = useT()
  const [query, setQuery] = useState('')
  const server = useWindow((state) => {
    const session = activeSession(state)
    return session && nameOf(session, t)
  })
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      size={640}
      yOffset={84}
      radius="lg"
      overlayProps={{ color: 'transparent', className: 'rt-palette-scrim' }}
      transitionProps={{ duration: 120 }}
    >
      <Spotlight.Search
        aria-label={t('common.palette.title')}
        placeholder={t('common.palette.find')}
        leftSection={<IconSearch size={16} stroke={1.75} />}
        rightSection={server && <span className="rt-dim rt-sm rt-palette-scope">{t('common.palette.scope', { server })}</span>}
        rightSectionWidth={server ? 220 : 0}
      />
      <Results query={query} />
      <Spotlight.Footer className="rt-palette-foot">
        <span className="rt-row rt-dim rt-sm">
          <kbd className="rt-kbd">↑</kbd>
          <kbd className="rt-kbd">↓</kbd>
          {t('common.palette.move')}
        </span>
        <span className="rt-row rt-dim rt-sm">
          <kbd className="rt-kbd">{t('common.palette.enter')}</kbd>
          {t('common.palette.run')}
        </span>
        <span className="rt-row rt-dim rt-sm">
          <kbd className="rt-kbd">{t('common.esc')}</kbd>
          {t('common.palette.close')}
        </span>
        <span className="rt-grow" />
        <span className="rt-dim rt-sm">{t('common.palette.host')}</span>
      </Spotlight.Footer>
    </Spotlight.Root>
  )
}

/** Mounted only while the palette is open, so that the state is not followed for nothing. */
function Results({ query }: { query: string }) {
  const t = useT()
  const app = useApp()
  const session = useActiveSession()
  const scored = paletteEntries(app, session, t)
    .map((entry) => ({ entry, score: Math.max(matchScore(entry.label, query) * 2, matchScore(entry.note ?? '', query)) }))
    .filter(({ score }) => score > 0)
  const typed = query.trim()
  const isAddress = /[@:.]/.test(typed) && !/\s/.test(typed)
  return (
    <Spotlight.ActionsList className="rt-palette-list" {...scrollable}>
      {groups.map((group) => {
        const entries = scored.filter(({ entry }) => entry.group === group).sort((a, b) => (typed ? b.score - a.score : 0))
        if (!entries.length) return null
        return (
          <Spotlight.ActionsGroup key={group} label={t(`common.palette.${group}`)}>
            {entries.map(({ entry }) => (
              <Entry key={entry.id} entry={entry} query={query} />
            ))}
          </Spotlight.ActionsGroup>
        )
      })}
      {isAddress && (
        <Spotlight.Action className="rt-palette-entry" onClick={() => void openTarget({ kind: 'address', text: typed })}>
          <IconPlugConnected size={16} stroke={1.75} aria-hidden />
          <span>{t('common.palette.connect', { text: typed })}</span>
        </Spotlight.Action>
      )}
      {!scored.length && !isAddress && <Spotlight.Empty>{t('common.palette.none')}</Spotlight.Empty>}
    </Spotlight.ActionsList>
  )
}

function Entry({ entry, query }: { entry: PaletteEntry; query: string }) {
  return (
    <Spotlight.Action
      className={entry.disabled ? 'rt-palette-entry rt-palette-off' : 'rt-palette-entry'}
      aria-disabled={entry.disabled || undefined}
      closeSpotlightOnTrigger={!entry.disabled}
      onClick={() => {
        if (!entry.disabled) entry.run()
      }}
    >
      <span className="rt-dim">{entry.icon}</span>
      <span className="rt-palette-label">
        <Marked text={entry.label} query={query} />
      </span>
      <span className="rt-dim rt-sm rt-trunc rt-palette-note">{entry.note && <Marked text={entry.note} query={query} />}</span>
      {entry.shortcut && (
        <span className="rt-row rt-palette-keys">
          {shortcutKeys(entry.shortcut, bridge.platform).map((key) => (
            <kbd key={key} className="rt-kbd">
              {key}
            </kbd>
          ))}
        </span>
      )}
    </Spotlight.Action>
  )
}

const Marked = ({ text, query }: { text: string; query: string }) =>
  markHits(text, query).map((part) => (part.hit ? <u key={part.text}>{part.text}</u> : part.text))
