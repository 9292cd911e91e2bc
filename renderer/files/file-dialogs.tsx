/** Questions of the files view: a name, whether to delete, permissions. */
import { Button, Checkbox, Modal, NumberInput, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { showName } from '../../shared/file-names.js'
import type { FileDetails, FilePlace, RemovalCount } from '../../shared/files.js'
import { api, attempt } from '../api.js'
import { useLanguage, useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { useFormat } from '../ui/format.js'
import { formatBytes } from './format.js'
import type { PaneRequest, Side } from './pane.js'

export type FilesDialog = Extract<PaneRequest, { kind: 'new-directory' | 'rename' | 'remove' | 'permissions' }> & {
  side: Side
  place: FilePlace
}

/** @param onClose with `true` when something was changed. */
export function FileDialogs({ dialog, onClose }: { dialog: FilesDialog | undefined; onClose: (done: boolean) => void }) {
  return (
    <Modal
      opened={dialog !== undefined}
      onClose={() => onClose(false)}
      padding={0}
      size={440}
      returnFocus={false}
      aria-labelledby="rt-files-dialog"
    >
      {(dialog?.kind === 'new-directory' || dialog?.kind === 'rename') && <NameForm dialog={dialog} onClose={onClose} />}
      {dialog?.kind === 'remove' && <RemoveForm dialog={dialog} onClose={onClose} />}
      {dialog?.kind === 'permissions' && <PermissionsForm dialog={dialog} onClose={onClose} />}
    </Modal>
  )
}

interface FormProps<K extends FilesDialog['kind']> {
  dialog: Extract<FilesDialog, { kind: K }>
  onClose: (done: boolean) => void
}

function useCommand(onClose: (done: boolean) => void) {
  const [error, setError] = useState<ErrorInfo>()
  const [busy, setBusy] = useState(false)
  async function run(command: () => Promise<unknown>) {
    setBusy(true)
    const result = await attempt(command())
    setBusy(false)
    if (result.ok) onClose(true)
    else setError(result.error)
  }
  return { error, busy, run }
}

function NameForm({ dialog, onClose }: FormProps<'new-directory' | 'rename'>) {
  const t = useT()
  const isNew = dialog.kind === 'new-directory'
  const room = isNew ? 'newDirectory' : 'rename'
  const [name, setName] = useState(isNew ? '' : dialog.name)
  const { error, busy, run } = useCommand(onClose)
  const { place } = dialog
  function submit(event: FormEvent) {
    event.preventDefault()
    void run(() =>
      dialog.kind === 'rename'
        ? api.files.rename({ place, path: dialog.path, name })
        : api.files.makeDirectory({ place, parent: dialog.parent, name }),
    )
  }
  return (
    <form onSubmit={submit}>
      <div className="rt-dialog-body">
        <h1 id="rt-files-dialog">{t(`files.${room}.title`, { name: dialog.kind === 'rename' ? showName(dialog.name) : '' })}</h1>
        <TextInput
          size="sm"
          label={t(`files.${room}.label`)}
          data-autofocus
          spellCheck={false}
          autoComplete="off"
          value={name}
          error={error && <ErrorText error={error} />}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div className="rt-dialog-foot">
        <span className="rt-grow" />
        <Button onClick={() => onClose(false)}>{t('common.cancel')}</Button>
        <Button type="submit" variant="filled" loading={busy} disabled={!name || name.includes('/') || name === '.' || name === '..'}>
          {t(`files.${room}.do`)}
        </Button>
      </div>
    </form>
  )
}

function RemoveForm({ dialog: { place, paths, name }, onClose }: FormProps<'remove'>) {
  const t = useT()
  const language = useLanguage()
  const [count, setCount] = useState<RemovalCount>()
  const [failed, setFailed] = useState<ErrorInfo>()
  const { error, busy, run } = useCommand(onClose)
  // Counted once for this question.
  useEffect(() => {
    const controller = new AbortController()
    void attempt(api.files.countRemoval({ place, paths }, { signal: controller.signal })).then((result) => {
      if (controller.signal.aborted) return
      if (result.ok) setCount(result.value)
      else setFailed(result.error)
    })
    return () => controller.abort()
  }, [])
  const shown = error ?? failed
  return (
    <>
      <div className="rt-dialog-body">
        <h1 id="rt-files-dialog">{t('files.remove.title', { n: paths.length, name: showName(name) })}</h1>
        <p aria-live="polite">
          {count ? t('files.remove.count', { ...count, size: formatBytes(count.bytes, language) }) : !shown && t('files.remove.counting')}
        </p>
        {shown && <ErrorText error={shown} />}
      </div>
      <div className="rt-dialog-foot">
        <span className="rt-grow" />
        <Button data-autofocus onClick={() => onClose(error !== undefined)}>
          {t('common.cancel')}
        </Button>
        <Button disabled={!count} loading={busy} onClick={() => void run(() => api.files.remove({ place, paths }))}>
          {t('files.remove.do')}
        </Button>
      </div>
    </>
  )
}

function PermissionsForm({ dialog: { place, path, name }, onClose }: FormProps<'permissions'>) {
  const t = useT()
  const [details, setDetails] = useState<FileDetails>()
  const [failed, setFailed] = useState<ErrorInfo>()
  // Read once for this question.
  useEffect(() => {
    void attempt(api.files.details({ place, path })).then((result) => (result.ok ? setDetails(result.value) : setFailed(result.error)))
  }, [])
  return (
    <>
      {details ? (
        <DetailsForm details={details} place={place} onClose={onClose} />
      ) : (
        <div className="rt-dialog-body">
          <h1 id="rt-files-dialog">{t('files.permissions.title', { name: showName(name) })}</h1>
          {failed && <ErrorText error={failed} />}
        </div>
      )}
    </>
  )
}

const who = ['owner', 'group', 'others'] as const
const what = ['read', 'write', 'execute'] as const

function DetailsForm({ details, place, onClose }: { details: FileDetails; place: FilePlace; onClose: (done: boolean) => void }) {
  const t = useT()
  const language = useLanguage()
  const format = useFormat()
  const { entry, path, leadsTo, canChangeOwner, freeBytes } = details
  const [mode, setMode] = useState(entry.mode)
  const [uid, setUid] = useState(entry.uid)
  const [gid, setGid] = useState(entry.gid)
  const { error, busy, run } = useCommand(onClose)
  const isLink = entry.kind === 'link'
  const bit = (row: number, column: number) => 1 << (8 - row * 3 - column)
  const ownerChanged = uid !== entry.uid || gid !== entry.gid
  const isChanged = !isLink && (mode !== entry.mode || ownerChanged)
  const title = t('files.permissions.title', { name: showName(entry.name) })
  const save = () =>
    run(() =>
      api.files.change({
        place,
        path,
        ...(mode !== entry.mode || ownerChanged ? { mode } : {}),
        ...(ownerChanged ? { owner: { uid, gid } } : {}),
      }),
    )
  return (
    <>
      <div className="rt-dialog-body">
        <h1 id="rt-files-dialog">{title}</h1>
        <dl className="rt-files-facts">
          <dt>{t('files.permissions.kind')}</dt>
          <dd>{t(`files.kind.${entry.kind}`)}</dd>
          <dt>{t('files.permissions.path')}</dt>
          <dd>
            <code>{showName(path)}</code>
          </dd>
          {leadsTo !== undefined && (
            <>
              <dt>{t('files.permissions.leadsTo')}</dt>
              <dd>
                <code>{showName(leadsTo)}</code>
              </dd>
            </>
          )}
          {entry.kind === 'file' && (
            <>
              <dt>{t('files.permissions.size')}</dt>
              <dd>
                {formatBytes(entry.size, language)} ({t('files.permissions.bytes', { n: format.number(entry.size) })})
              </dd>
            </>
          )}
          <dt>{t('files.permissions.changed')}</dt>
          <dd>
            {format.date(new Date(entry.mtime * 1000).toISOString())}{' '}
            {format.time(new Date(entry.mtime * 1000).toISOString(), { seconds: true })}
          </dd>
          {freeBytes !== undefined && (
            <>
              <dt>{t('files.permissions.free')}</dt>
              <dd>{formatBytes(freeBytes, language)}</dd>
            </>
          )}
        </dl>
        {isLink && <p className="rt-dim rt-sm">{t('files.permissions.link')}</p>}
        {!isLink && (
          <>
            <table className="rt-files-bits">
              <thead>
                <tr>
                  <th scope="col">{t('files.permissions.who')}</th>
                  {what.map((one) => (
                    <th key={one} scope="col">
                      {t(`files.permissions.${one === 'execute' && entry.kind === 'directory' ? 'enter' : one}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {who.map((person, row) => (
                  <tr key={person}>
                    <th scope="row">{t(`files.permissions.${person}`)}</th>
                    {what.map((right, column) => (
                      <td key={right}>
                        <Checkbox
                          size="xs"
                          aria-label={t('files.permissions.may', {
                            who: t(`files.permissions.${person}`),
                            what: t(`files.permissions.${right === 'execute' && entry.kind === 'directory' ? 'enter' : right}`),
                          })}
                          checked={(mode & bit(row, column)) !== 0}
                          onChange={() => setMode(mode ^ bit(row, column))}
                        />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
            <div className="rt-row rt-files-numbers">
              <OctalInput mode={mode} onMode={setMode} />
              <NumberInput
                label={t('files.permissions.uid')}
                size="xs"
                min={0}
                max={0xfffffffe}
                hideControls
                disabled={!canChangeOwner}
                value={uid}
                onChange={(value) => setUid(Number(value))}
              />
              <NumberInput
                label={t('files.permissions.gid')}
                size="xs"
                min={0}
                max={0xfffffffe}
                hideControls
                disabled={!canChangeOwner}
                value={gid}
                onChange={(value) => setGid(Number(value))}
              />
            </div>
            {!canChangeOwner && <p className="rt-dim rt-sm">{t('files.permissions.ownerWhy')}</p>}
          </>
        )}
        {error && <ErrorText error={error} />}
      </div>
      <div className="rt-dialog-foot">
        <span className="rt-grow" />
        <Button data-autofocus onClick={() => onClose(false)}>
          {t('common.cancel')}
        </Button>
        <Button variant="filled" disabled={!isChanged} loading={busy} onClick={() => void save()}>
          {t('common.save')}
        </Button>
      </div>
    </>
  )
}

/** Three or four octal digits, as chmod takes them. */
function OctalInput({ mode, onMode }: { mode: number; onMode: (mode: number) => void }) {
  const t = useT()
  const [text, setText] = useState<string>()
  return (
    <TextInput
      size="xs"
      label={t('files.permissions.octal')}
      spellCheck={false}
      value={text ?? mode.toString(8).padStart(4, '0')}
      onBlur={() => setText(undefined)}
      onChange={(event) => {
        const typed = event.currentTarget.value
        setText(typed)
        if (/^[0-7]{3,4}$/.test(typed)) onMode(Number.parseInt(typed, 8))
      }}
    />
  )
}
