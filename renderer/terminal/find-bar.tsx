/** Search in the scrollback: hits are marked while the bar is open, Enter and Shift+Enter step, Escape goes back to the terminal. */
import { ActionIcon, TextInput, Tooltip } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconSearch, IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import type { LiveState, LiveTerminal } from './live-terminal.js'
import type { SearchOptions } from './terminal-search.js'

interface FindBarProps {
  terminal: LiveTerminal
  matches: LiveState['matches']
  onClose: () => void
}

export function FindBar({ terminal, matches, onClose }: FindBarProps) {
  const t = useT()
  const format = useFormat()
  const [text, setText] = useState(() => firstLine(terminal.selection()))
  const [how, setHow] = useState<SearchOptions>({ caseSensitive: false, wholeWord: false, regex: false })
  useEffect(() => terminal.find(text, how, 1, true), [terminal, text, how])
  const step = (direction: 1 | -1) => terminal.find(text, how, direction, false)
  const toggle = (option: keyof SearchOptions) => setHow({ ...how, [option]: !how[option] })
  const count = matches.invalid
    ? t('terminal.find.invalid')
    : matches.count
      ? t('terminal.find.count', { i: matches.index < 0 ? '–' : format.number(matches.index + 1), n: format.number(matches.count) })
      : text && t('terminal.find.none')
  return (
    <search
      className={matches.atTop ? 'rt-find rt-find-low' : 'rt-find'}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
        else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) step(event.shiftKey ? -1 : 1)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <TextInput
        className="rt-grow"
        aria-label={t('terminal.find.label')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoFocus
        leftSection={<IconSearch size={16} stroke={1.75} />}
        rightSection={
          <span className="rt-sm rt-dim rt-num" role="status">
            {count}
          </span>
        }
        rightSectionWidth="auto"
        spellCheck={false}
      />
      <Icon label={t('terminal.find.prev')} onClick={() => step(-1)}>
        <IconChevronUp size={16} stroke={1.75} />
      </Icon>
      <Icon label={t('terminal.find.next')} onClick={() => step(1)}>
        <IconChevronDown size={16} stroke={1.75} />
      </Icon>
      <Toggle label={t('terminal.find.case')} on={how.caseSensitive} onClick={() => toggle('caseSensitive')}>
        Aa
      </Toggle>
      <Toggle label={t('terminal.find.word')} on={how.wholeWord} onClick={() => toggle('wholeWord')}>
        <span className="rt-find-word">ab</span>
      </Toggle>
      <Toggle label={t('terminal.find.regex')} on={how.regex} onClick={() => toggle('regex')}>
        .*
      </Toggle>
      <Icon label={t('terminal.find.close')} onClick={onClose}>
        <IconX size={16} stroke={1.75} />
      </Icon>
    </search>
  )
}

const firstLine = (text: string) => (/\n/.test(text) ? '' : text)

function Icon({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={28} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function Toggle({ label, on, onClick, children }: { label: string; on: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <button type="button" className="rt-tog rt-focus" aria-label={label} aria-pressed={on} onClick={onClick}>
        {children}
      </button>
    </Tooltip>
  )
}
