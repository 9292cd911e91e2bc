/** One side of the files view: where it is, what is there, and the commands on it. */
import { ActionIcon, Menu, TextInput, Tooltip } from '@mantine/core'
import { IconDatabase, IconDots, IconFolderUp, IconLock, IconRefresh, IconTrash } from '@tabler/icons-react'
import { type DragEvent, type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { isDirectoryLike, showName } from '../../shared/file-names.js'
import type { FileEntry, FilePlace, Keeping } from '../../shared/files.js'
import { bridge } from '../bridge.js'
import { useLanguage, useT } from '../i18n.js'
import { showError } from '../ui/notify.js'
import { type Arrangement, arrange, keepExisting, nothingSelected, type Selection, type SortKey, select } from './arrange.js'
import { FileList } from './file-list.js'
import { formatBytes } from './format.js'
import { useListing, type WantedPath } from './use-listing.js'

export type Side = 'local' | 'server'

export type PaneRequest =
  | { kind: 'transfer'; paths: string[] }
  | { kind: 'edit'; path: string }
  | { kind: 'new-directory'; parent: string }
  | { kind: 'rename'; path: string; name: string }
  | { kind: 'remove'; paths: string[]; name: string }
  | { kind: 'permissions'; path: string; name: string }
  | { kind: 'close' }

interface PaneProps {
  side: Side
  title: ReactNode
  titleText: string
  /** Undefined while there is no connection. */
  place: FilePlace | undefined
  first: string | undefined
  /** Another number reads the directory again: something was changed here. */
  version: number
  onPath: (path: string) => void
  onRequest: (request: PaneRequest) => void
  /** Things were dropped here: from the other side, or with paths of this computer. */
  onDrop: (paths: string[] | undefined) => void
  onDragStart: (paths: string[]) => void
  onNext: () => boolean
  listRef: (element: HTMLDivElement | null) => void
}

const separator = (side: Side) => (side === 'local' && bridge.platform === 'win32' ? '\\' : '/')
const joinPath = (directory: string, name: string, side: Side) =>
  directory.endsWith(separator(side)) ? `${directory}${name}` : `${directory}${separator(side)}${name}`
const lastName = (path: string, side: Side) => path.split(separator(side)).at(-1)

export function Pane(props: PaneProps) {
  const { side, place, version, onRequest } = props
  const t = useT()
  const language = useLanguage()
  const [wanted, setWanted] = useState<WantedPath>(() => (props.first ? { kind: 'at', path: props.first } : { kind: 'choose' }))
  const [again, setAgain] = useState(0)
  const [arrangement, setArrangement] = useState<Arrangement>({ by: 'name', descending: false, hidden: side === 'server', filter: '' })
  const [filtering, setFiltering] = useState(false)
  const [selection, setSelection] = useState<Selection>(nothingSelected)
  const [menu, setMenu] = useState<{ x: number; y: number }>()
  const [over, setOver] = useState(false)
  const list = useRef<HTMLDivElement | null>(null)
  const listing = useListing(place, wanted, version + again)
  const { path, parent, entries } = listing
  const shown = useMemo(() => arrange(entries, arrangement), [entries, arrangement])
  const hiddenCount = arrangement.hidden || arrangement.filter ? 0 : entries.length - shown.length
  const hasParent = parent !== undefined && parent !== path

  const { onPath } = props
  useEffect(() => {
    if (path) onPath(path)
  }, [path, onPath])
  useEffect(() => {
    if (!listing.error) return
    showError(listing.error)
    // What is shown is what is read again from here on.
    setWanted(path === undefined ? { kind: 'choose' } : { kind: 'at', path })
  }, [listing.error])
  useEffect(() => {
    if (!listing.loading)
      setSelection((before) =>
        keepExisting(
          before,
          shown.map(({ name }) => name),
          hasParent,
        ),
      )
  }, [listing.loading, shown, hasParent])

  const go = (to: string) => {
    setWanted({ kind: 'at', path: to })
    setAgain((n) => n + 1)
    setSelection(nothingSelected)
    setArrangement((before) => ({ ...before, filter: '' }))
    setFiltering(false)
  }
  const goUp = () => {
    if (!hasParent || !path) return
    const from = lastName(path, side)
    go(parent)
    // The directory one comes from.
    if (from) setSelection(select(nothingSelected, [], from, 'move'))
  }
  const refresh = () => setAgain((n) => n + 1)
  const pathOf = (name: string) => joinPath(path ?? '', name, side)
  const chosen = shown.filter(({ name }) => selection.chosen.has(name))
  const paths = chosen.map(({ name }) => pathOf(name))
  const only = chosen.length === 1 ? chosen[0] : undefined

  function open(entry: FileEntry | undefined) {
    if (!entry) return selection.cursor === undefined ? goUp() : undefined
    if (isDirectoryLike(entry)) go(pathOf(entry.name))
    else if (side === 'server' && (entry.kind === 'file' || entry.target === 'file')) onRequest({ kind: 'edit', path: pathOf(entry.name) })
  }
  const commands = {
    transfer: () => paths.length > 0 && onRequest({ kind: 'transfer', paths }),
    edit: () => only && open(only),
    newDirectory: () => path && onRequest({ kind: 'new-directory', parent: path }),
    rename: () => only && onRequest({ kind: 'rename', path: pathOf(only.name), name: only.name }),
    remove: () => chosen[0] && onRequest({ kind: 'remove', paths, name: chosen[0].name }),
    permissions: () => only && onRequest({ kind: 'permissions', path: pathOf(only.name), name: only.name }),
    hidden: () => setArrangement((before) => ({ ...before, hidden: !before.hidden })),
    selectAll: () => setSelection({ ...selection, chosen: new Set(shown.map(({ name }) => name)) }),
    filter: () => setFiltering(true),
    close: () => onRequest({ kind: 'close' }),
  }

  /** The list's own keys; with the pointer the same commands are in the menu. */
  function onCommand(event: KeyboardEvent): boolean {
    const isMod = event.ctrlKey || event.metaKey
    const key = event.key.toLowerCase()
    if (key === 'tab' && !event.shiftKey && !isMod) return props.onNext()
    if (key === 'enter' && isMod) commands.transfer()
    else if (key === 'enter' && event.altKey) commands.permissions()
    else if (key === 'f2') commands.rename()
    else if (key === 'f7') commands.newDirectory()
    else if (key === 'delete') commands.remove()
    else if (key === 'backspace') goUp()
    else if (key === 'f5' || (isMod && key === 'r')) refresh()
    else if (isMod && key === 'h') commands.hidden()
    else if (isMod && key === 'a') commands.selectAll()
    else if (key === '/' || (isMod && key === 'f')) commands.filter()
    else if (key === 'contextmenu' || (key === 'f10' && event.shiftKey)) openMenuAtList()
    else return false
    return true
  }
  function openMenuAtList() {
    const box = list.current?.getBoundingClientRect()
    if (box) setMenu({ x: box.left + 40, y: box.top + 12 })
  }

  function onDrop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const dropped = [...event.dataTransfer.files].map((file) => bridge.pathOfDropped(file)).filter(Boolean)
    props.onDrop(dropped.length > 0 ? dropped : undefined)
  }

  return (
    <section
      className={over ? 'rt-files-pane rt-files-over' : 'rt-files-pane'}
      aria-label={props.titleText}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDrop={onDrop}
    >
      <div className="rt-files-bar">
        {props.title}
        <span className="rt-mono rt-trunc rt-grow" title={path && showName(path)}>
          {path && showName(path)}
        </span>
        <Tooltip label={t('files.up')}>
          <ActionIcon aria-label={t('files.up')} disabled={!hasParent} onClick={goUp}>
            <IconFolderUp size={14} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('files.refresh')}>
          <ActionIcon aria-label={t('files.refresh')} disabled={!place} onClick={refresh}>
            <IconRefresh size={14} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('files.more')}>
          <ActionIcon
            aria-label={t('files.more')}
            disabled={!place}
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect()
              setMenu({ x: box.left, y: box.bottom })
            }}
          >
            <IconDots size={14} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </div>
      {listing.keeping && <KeepingLine keeping={listing.keeping} />}
      {filtering && (
        <TextInput
          className="rt-files-filter"
          aria-label={t('files.filter')}
          placeholder={t('files.filter')}
          autoFocus
          spellCheck={false}
          value={arrangement.filter}
          onChange={(event) => {
            const filter = event.currentTarget.value
            setArrangement((before) => ({ ...before, filter }))
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              setArrangement((before) => ({ ...before, filter: '' }))
              setFiltering(false)
            } else if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
            event.preventDefault()
            event.stopPropagation()
            list.current?.focus()
          }}
        />
      )}
      <FileList
        label={t('files.list', { place: props.titleText, path: path ? showName(path) : '' })}
        entries={shown}
        hasParent={hasParent}
        arrangement={arrangement}
        selection={selection}
        onSort={(by: SortKey) =>
          setArrangement((before) => ({ ...before, by, descending: before.by === by ? !before.descending : by !== 'name' }))
        }
        onSelect={setSelection}
        onOpen={open}
        onCommand={onCommand}
        onMenu={setMenu}
        onDragStart={(event) => {
          const dragged = paths.length > 0 ? paths : []
          event.dataTransfer.effectAllowed = 'copy'
          event.dataTransfer.setData('text/plain', '')
          props.onDragStart(dragged)
        }}
        listRef={(element) => {
          list.current = element
          props.listRef(element)
        }}
      />
      <div className="rt-files-note rt-dim rt-sm" role="status">
        {!place && t('files.notConnected')}
        {place && listing.loading && t('files.reading', { n: entries.length })}
        {!listing.loading && chosen.length > 1 && (
          <span>
            {t('files.selected', {
              n: chosen.length,
              size: formatBytes(
                chosen.reduce((sum, { size }) => sum + size, 0),
                language,
              ),
            })}
          </span>
        )}
        {!listing.loading && listing.refused > 0 && <span>{t('files.refused', { n: listing.refused })}</span>}
        {!listing.loading && path !== undefined && shown.length === 0 && (
          <span>
            {arrangement.filter
              ? t('files.emptyFilter', { text: arrangement.filter })
              : hiddenCount > 0
                ? t('files.hiddenOnly', { n: hiddenCount })
                : t('files.empty')}
          </span>
        )}
      </div>
      {menu && (
        <PaneMenu
          at={menu}
          side={side}
          only={only}
          count={chosen.length}
          hidden={arrangement.hidden}
          commands={commands}
          onClose={() => {
            setMenu(undefined)
            list.current?.focus()
          }}
        />
      )}
    </section>
  )
}

function KeepingLine({ keeping }: { keeping: Keeping }) {
  const t = useT()
  const Icon = { stays: IconDatabase, 'read-only': IconLock, lost: IconTrash }[keeping.kind]
  const text =
    keeping.kind === 'lost' ? t('files.lost') : t(keeping.kind === 'stays' ? 'files.stays' : 'files.readOnly', { device: keeping.device })
  return (
    <div className="rt-files-keeping rt-sm">
      <Icon size={14} stroke={1.75} aria-hidden />
      <span className="rt-trunc" title={text}>
        {text}
      </span>
    </div>
  )
}

interface PaneMenuProps {
  at: { x: number; y: number }
  side: Side
  only: FileEntry | undefined
  count: number
  hidden: boolean
  commands: Record<
    'transfer' | 'edit' | 'newDirectory' | 'rename' | 'remove' | 'permissions' | 'hidden' | 'selectAll' | 'filter' | 'close',
    () => void
  >
  onClose: () => void
}

function PaneMenu({ at, side, only, count, hidden, commands, onClose }: PaneMenuProps) {
  const t = useT()
  const item = (label: string, keys: string, run: () => void, disabled = false) => (
    <Menu.Item rightSection={<span className="rt-dim rt-sm">{keys}</span>} disabled={disabled} onClick={run}>
      {label}
    </Menu.Item>
  )
  const isDirectory = only !== undefined && isDirectoryLike(only)
  return (
    <Menu opened onClose={onClose} position="bottom-start" offset={0} shadow="md" width={270} returnFocus={false}>
      <Menu.Target>
        <span className="rt-files-pointer" style={{ left: at.x, top: at.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('files.menu.label')}>
        {item(t(side === 'local' ? 'files.menu.upload' : 'files.menu.download'), 'Ctrl+Enter', commands.transfer, count === 0)}
        {(isDirectory || side === 'server') && item(t(isDirectory ? 'files.menu.open' : 'files.menu.edit'), 'Enter', commands.edit, !only)}
        <Menu.Divider />
        {item(t('files.menu.newDirectory'), 'F7', commands.newDirectory)}
        {item(t('files.menu.rename'), 'F2', commands.rename, !only)}
        {item(t('files.menu.remove'), 'Delete', commands.remove, count === 0)}
        {item(t('files.menu.permissions'), 'Alt+Enter', commands.permissions, !only)}
        <Menu.Divider />
        {item(`${hidden ? '✓ ' : ''}${t('files.menu.hidden')}`, 'Ctrl+H', commands.hidden)}
        {item(t('files.menu.selectAll'), 'Ctrl+A', commands.selectAll)}
        {item(t('files.filter'), '/', commands.filter)}
        <Menu.Divider />
        {item(t('files.menu.close'), 'Ctrl+Shift+S', commands.close)}
      </Menu.Dropdown>
    </Menu>
  )
}
