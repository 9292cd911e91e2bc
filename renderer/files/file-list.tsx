/**
 * The entries of one directory: one Tab stop, arrows move, Space and Shift choose more, typing jumps. Only what is on screen exists,
 * so that a directory of 100 000 entries scrolls like one of ten.
 */
import { IconArrowDown, IconArrowUp, IconFile, IconFileText, IconFolder, IconLink, IconPlug } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type DragEvent, type KeyboardEvent, type MouseEvent, useEffect, useId, useRef } from 'react'
import { isDirectoryLike, showName } from '../../shared/file-names.js'
import type { FileEntry } from '../../shared/files.js'
import { useLanguage, useT } from '../i18n.js'
import { useNow } from '../ui/format.js'
import { type Arrangement, type Selection, type SortKey, select } from './arrange.js'
import { formatBytes, formatChanged } from './format.js'

const ROW = 24

export interface FileListProps {
  label: string
  entries: readonly FileEntry[]
  hasParent: boolean
  arrangement: Arrangement
  selection: Selection
  onSort: (by: SortKey) => void
  onSelect: (selection: Selection) => void
  /** Undefined: one level up. */
  onOpen: (entry: FileEntry | undefined) => void
  /** Keys that are commands; true when it was one. */
  onCommand: (event: KeyboardEvent) => boolean
  onMenu: (at: { x: number; y: number }) => void
  onDragStart: (event: DragEvent) => void
  listRef: (element: HTMLDivElement | null) => void
}

export function FileList(props: FileListProps) {
  const id = useId()
  const now = useNow(60_000)
  const scroll = useRef<HTMLDivElement>(null)
  const typed = useRef({ text: '', at: 0 })
  const { entries, hasParent, selection, arrangement } = props
  const offset = hasParent ? 1 : 0
  const names = entries.map(({ name }) => name)
  const cursorIndex = selection.cursor === undefined ? 0 : names.indexOf(selection.cursor) + offset
  const count = entries.length + offset
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 10,
    paddingStart: 4,
    paddingEnd: 4,
  })
  useEffect(() => {
    if (cursorIndex >= 0 && cursorIndex < count) rows.scrollToIndex(cursorIndex)
  }, [cursorIndex, count, rows])

  const nameAt = (index: number) => (index < offset ? undefined : names[index - offset])
  function onKeyDown(event: KeyboardEvent) {
    if (props.onCommand(event)) return event.preventDefault()
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? ROW) / ROW) - 1)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }
    const step = steps[event.key]
    if (step !== undefined) {
      const to = Math.max(0, Math.min(count - 1, cursorIndex + step))
      props.onSelect(select(selection, names, nameAt(to), event.shiftKey ? 'range' : event.ctrlKey ? 'walk' : 'move'))
    } else if (event.key === ' ' && selection.cursor !== undefined) props.onSelect(select(selection, names, selection.cursor, 'toggle'))
    else if (event.key === 'Enter') props.onOpen(entries.find(({ name }) => name === selection.cursor))
    else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) jump(event.key)
    else return
    event.preventDefault()
  }
  /** To the next name that begins with what was typed within a second. */
  function jump(key: string) {
    const now = performance.now()
    const text = now - typed.current.at < 1000 ? typed.current.text + key.toLowerCase() : key.toLowerCase()
    typed.current = { text, at: now }
    const found = names.find((name) => name.toLowerCase().startsWith(text))
    if (found !== undefined) props.onSelect(select(selection, names, found, 'move'))
  }
  function onClick(event: MouseEvent, index: number) {
    scroll.current?.focus()
    props.onSelect(select(selection, names, nameAt(index), event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'move'))
  }
  function onContextMenu(event: MouseEvent, index: number) {
    event.preventDefault()
    const name = nameAt(index)
    if (name !== undefined && !selection.chosen.has(name)) onClick(event, index)
    props.onMenu({ x: event.clientX, y: event.clientY })
  }

  return (
    <>
      <div className="rt-files-cols rt-files-head rt-dim rt-sm">
        <span />
        {(['name', 'size', 'mtime'] as const).map((by) => (
          <SortButton key={by} by={by} arrangement={arrangement} onSort={props.onSort} />
        ))}
      </div>
      <div
        ref={(element) => {
          scroll.current = element
          props.listRef(element)
        }}
        className="rt-files-list"
        role="listbox"
        aria-multiselectable="true"
        aria-label={props.label}
        aria-activedescendant={`${id}-${cursorIndex}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const entry = index < offset ? undefined : entries[index - offset]
            const chosen = entry !== undefined && selection.chosen.has(entry.name)
            const state = `${chosen ? ' rt-files-chosen' : ''}${index === cursorIndex ? ' rt-files-cursor' : ''}`
            return (
              // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, aria-activedescendant names the row
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's
              <div
                key={entry?.name ?? '..'}
                id={`${id}-${index}`}
                role="option"
                aria-selected={chosen}
                aria-setsize={count}
                aria-posinset={index + 1}
                className={`rt-files-cols rt-files-row${state}`}
                style={{ transform: `translateY(${start}px)` }}
                draggable={entry !== undefined}
                onClick={(event) => onClick(event, index)}
                onDoubleClick={() => props.onOpen(entry)}
                onContextMenu={(event) => onContextMenu(event, index)}
                onDragStart={(event) => {
                  if (entry && !selection.chosen.has(entry.name)) props.onSelect(select(selection, names, entry.name, 'move'))
                  props.onDragStart(event)
                }}
              >
                <Row entry={entry} now={now} />
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

function SortButton({ by, arrangement, onSort }: { by: SortKey; arrangement: Arrangement; onSort: (by: SortKey) => void }) {
  const t = useT()
  const words = { name: t('files.name'), size: t('files.size'), mtime: t('files.date') }
  const isSorted = arrangement.by === by
  const Icon = arrangement.descending ? IconArrowDown : IconArrowUp
  const order = isSorted ? `, ${t(arrangement.descending ? 'files.sortDown' : 'files.sortUp')}` : ''
  return (
    <button type="button" className={by === 'name' ? '' : 'rt-files-right'} aria-label={`${words[by]}${order}`} onClick={() => onSort(by)}>
      {words[by]}
      {isSorted && <Icon size={14} stroke={1.75} aria-hidden />}
    </button>
  )
}

const texts = /\.(?:txt|md|log|conf|cfg|cnf|ini|toml|ya?ml|json|xml|csv|sh|py|rb|pl|php|js|ts|css|html?|sql|service|list|rules)$/i
const plain = /^(?:\.[\w-]+|[\w-]+)$/

function iconOf(entry: FileEntry | undefined) {
  if (!entry || isDirectoryLike(entry)) return IconFolder
  if (entry.kind === 'link') return IconLink
  if (entry.kind === 'special') return IconPlug
  return texts.test(entry.name) || plain.test(entry.name) ? IconFileText : IconFile
}

function Row({ entry, now }: { entry: FileEntry | undefined; now: Date }) {
  const t = useT()
  const language = useLanguage()
  const Icon = iconOf(entry)
  if (!entry) {
    return (
      <>
        <Icon size={16} stroke={1.75} aria-hidden />
        <span title={t('files.parentEntry')}>..</span>
      </>
    )
  }
  const isFile = entry.kind === 'file'
  const lead =
    entry.kind !== 'link'
      ? undefined
      : entry.target
        ? t('files.leadsTo', { kind: t(`files.kind.${entry.target}`) })
        : t('files.leadsNowhere')
  return (
    <>
      <Icon size={16} stroke={1.75} aria-hidden />
      <span className="rt-trunc" title={lead}>
        {showName(entry.name)}
        {entry.kind === 'link' && <span className="rt-dim"> →</span>}
      </span>
      <span className="rt-num rt-dim">{isFile ? formatBytes(entry.size, language) : ''}</span>
      <span className="rt-num rt-dim">{entry.mtime > 0 ? formatChanged(entry.mtime, now) : ''}</span>
    </>
  )
}
