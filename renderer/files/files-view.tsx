/** Files beside the terminal: this computer and the server next to each other, with what is on its way between them below. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Edit, FilePlace } from '../../shared/files.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { nameOf } from '../tabs/tab-label.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { FileDialogs, type FilesDialog } from './file-dialogs.js'
import { Pane, type PaneRequest, type Side } from './pane.js'
import { closeFiles, rememberedPath, rememberPath, useFilesState } from './store.js'
import { Transfers } from './transfers.js'
import './files.css'

const localPlace: FilePlace = { kind: 'local' }

export function FilesView({ session, tabKey, rescue }: { session: TerminalSession; tabKey: string; rescue: boolean }) {
  const t = useT()
  const { transfers, edits } = useFilesState()
  const [dialog, setDialog] = useState<FilesDialog>()
  const [versions, setVersions] = useState({ local: 0, server: 0 })
  const paths = useRef<{ local?: string; server?: string }>({})
  const lists = useRef<{ local?: HTMLDivElement | null; server?: HTMLDivElement | null }>({})
  const dragged = useRef<{ side: Side; paths: string[] }>(undefined)
  const sessions = useAppPart((app) => app.sessions)
  // A tab that was closed may leave one whose save failed.
  const isShownHere = ({ sessionId }: Edit) => sessionId === session.id || !sessions.some(({ id }) => id === sessionId)
  const isOpen = session.phase.kind === 'open'
  const place: FilePlace | undefined = isOpen ? { kind: 'server', sessionId: session.id } : undefined
  const serverName = rescue ? t('files.server') : nameOf(session, t)

  useEffect(() => lists.current.local?.focus(), [])
  const changed = useCallback((side: Side) => setVersions((before) => ({ ...before, [side]: before[side] + 1 })), [])
  useFinished(transfers, changed)

  const notePath = useCallback(
    (side: Side, path: string) => {
      paths.current[side] = path
      rememberPath(tabKey, side, path)
    },
    [tabKey],
  )
  const noteLocal = useCallback((path: string) => notePath('local', path), [notePath])
  const noteServer = useCallback((path: string) => notePath('server', path), [notePath])

  function transfer(from: Side, what: string[]) {
    const into = paths.current[from === 'local' ? 'server' : 'local']
    if (!into || what.length === 0 || !isOpen) return
    void call(api.files.transfer({ sessionId: session.id, direction: from === 'local' ? 'upload' : 'download', from: what, into }))
  }
  function onRequest(side: Side, request: PaneRequest) {
    const at = side === 'local' ? localPlace : place
    if (request.kind === 'close') return closeFiles(tabKey)
    if (request.kind === 'transfer') return transfer(side, request.paths)
    if (!at) return
    if (request.kind === 'edit') void call(api.files.edit({ sessionId: session.id, path: request.path }))
    else setDialog({ ...request, side, place: at })
  }
  function onDrop(side: Side, fromDesktop: string[] | undefined) {
    const own = dragged.current
    dragged.current = undefined
    // A drop from the desktop goes to the server; on this computer there is nothing to copy it to.
    if (fromDesktop && side === 'server') transfer('local', fromDesktop)
    else if (own && own.side !== side) transfer(own.side, own.paths)
  }

  const pane = (side: Side) => ({
    side,
    first: rememberedPath(tabKey, side),
    version: versions[side],
    onRequest: (request: PaneRequest) => onRequest(side, request),
    onDrop: (fromDesktop: string[] | undefined) => onDrop(side, fromDesktop),
    onDragStart: (what: string[]) => {
      dragged.current = { side, paths: what }
    },
    listRef: (element: HTMLDivElement | null) => {
      lists.current[side] = element
    },
  })
  return (
    <section className="rt-files" aria-label={t('files.title')}>
      <div className="rt-files-panes">
        <Pane
          {...pane('local')}
          title={<b>{t('files.local')}</b>}
          titleText={t('files.local')}
          place={localPlace}
          onPath={noteLocal}
          onNext={() => {
            lists.current.server?.focus()
            return true
          }}
        />
        <Pane
          {...pane('server')}
          title={
            <b className="rt-row">
              {rescue && <RescueGlyph />}
              {serverName}
            </b>
          }
          titleText={serverName}
          place={place}
          onPath={noteServer}
          onNext={() => false}
        />
      </div>
      <Transfers transfers={transfers} edits={edits.filter(isShownHere)} />
      <FileDialogs
        dialog={dialog}
        onClose={(done) => {
          if (done && dialog) changed(dialog.side)
          if (dialog) lists.current[dialog.side]?.focus()
          setDialog(undefined)
        }}
      />
    </section>
  )
}

/** A side is read again when a transfer into it ends. */
function useFinished(transfers: ReturnType<typeof useFilesState>['transfers'], changed: (side: Side) => void) {
  const over = useRef<ReadonlySet<string>>(undefined)
  useEffect(() => {
    const now = new Set(transfers.filter(({ phase }) => phase.kind === 'done' || phase.kind === 'failed').map(({ id }) => id))
    const before = over.current
    over.current = now
    if (!before) return
    for (const { id, direction } of transfers) if (now.has(id) && !before.has(id)) changed(direction === 'download' ? 'local' : 'server')
  }, [transfers, changed])
}
