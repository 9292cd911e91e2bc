/** The exact edit (03b, 11a): nothing is written before the yes, and the yes is bound to the digest of what is on screen. */
import { Button, Checkbox, Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { EditPreview } from '../../shared/edit-preview.js'
import type { ErrorInfo } from '../../shared/errors.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { Diff } from '../ui/diff.js'
import { ErrorText } from '../ui/error-text.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { shortType } from './keys.js'
import { disconnect, Head, type QuestionProps } from './question-parts.js'

export function EditPage({
  session,
  question,
  titleId,
  intent,
  onBack,
}: QuestionProps & { intent: 'set-aside' | 'replace'; onBack: () => void }) {
  const t = useT()
  const [alsoWrite, setAlsoWrite] = useState(useAppPart((app) => app.settings.alsoWriteRescueKey))
  const [preview, setPreview] = useState<EditPreview>()
  const [error, setError] = useState<ErrorInfo>()
  const [moved, setMoved] = useState(false)
  const [busy, setBusy] = useState(false)
  const place = { sessionId: session.id, questionId: question.id }
  useEffect(() => {
    let stale = false
    void attempt(api.hostKey.plan({ ...place, intent, alsoWrite })).then((planned) => {
      if (stale) return
      setPreview(planned.ok ? planned.value : undefined)
      setError(planned.ok ? undefined : planned.error)
    })
    return () => {
      stale = true
    }
  }, [intent, alsoWrite])

  async function agree() {
    if (!preview) return
    setBusy(true)
    const { digest } = preview
    const done = await attempt(
      intent === 'set-aside' ? api.hostKey.setAside({ ...place, digest, alsoWrite }) : api.hostKey.replace({ ...place, digest }),
    )
    setBusy(false)
    if (!done.ok) return setError(done.error)
    if (done.value.kind === 'plan-changed') {
      setPreview(done.value.preview)
      setMoved(true)
    }
  }

  const aside = intent === 'set-aside'
  const title = aside ? t('host-key.edit.title', { n: preview?.lines ?? question.entries.length }) : t('host-key.replace.title')
  return (
    <>
      <div className="rt-hk-body">
        <Head session={session} titleId={titleId} title={title} lead={t('host-key.edit.lead')} />
        {moved && (
          <p className="rt-bright" role="status">
            {t('host-key.edit.moved')}
          </p>
        )}
        {error && <ErrorText error={error} />}
        {!preview && !error && <Loader size="sm" />}
        {preview?.files.map((file) => (
          <div className="rt-hk-section" key={file.path}>
            <Diff path={file.path} rows={file.rows} />
          </div>
        ))}
        {preview && (
          <div className="rt-hk-columns">
            <section>
              <h2>{aside ? t('host-key.edit.accept', { hours: preview.ttlHours }) : t('host-key.replace.known')}</h2>
              <Fingerprint value={preview.key.fingerprint} />
              <p className="rt-sm rt-dim">
                {aside
                  ? t('host-key.edit.onlyKey', { type: shortType(preview.key.type), address: session.host })
                  : t('host-key.replace.all')}
              </p>
              {aside && (
                <Checkbox
                  size="xs"
                  label={t('host-key.edit.alsoWrite')}
                  checked={alsoWrite}
                  onChange={(event) => setAlsoWrite(event.currentTarget.checked)}
                />
              )}
            </section>
            <section>
              {preview.sharedWith.map(({ file, line, names }) => {
                const values = { names: names.join(', '), line, address: session.host }
                return (
                  <div key={`${file}:${line}`}>
                    <h2>{aside ? t('host-key.edit.other', values) : t('host-key.replace.other', values)}</h2>
                    <p className="rt-sm">{aside ? t('host-key.edit.otherText', values) : t('host-key.replace.otherText', values)}</p>
                  </div>
                )
              })}
            </section>
          </div>
        )}
        <div className="rt-hk-section">
          <h2>{aside ? t('host-key.edit.back') : t('host-key.replace.history')}</h2>
          <p className="rt-sm">{aside ? t('host-key.edit.back1') : t('host-key.replace.historyText')}</p>
          {preview?.files.map((file) => (
            <p className="rt-sm" key={file.path} style={{ overflowWrap: 'anywhere' }}>
              {aside ? t('host-key.edit.back2', { path: file.copy }) : t('host-key.replace.copy', { path: file.copy })}
            </p>
          ))}
        </div>
      </div>
      <div className="rt-hk-foot">
        <Button size="sm" className="rt-hk-back" onClick={onBack}>
          {t('common.back')}
        </Button>
        <Button size="sm" data-autofocus onClick={() => disconnect(session, question)}>
          {t('host-key.hostKey.disconnect')}
        </Button>
        <Button size="sm" variant="filled" disabled={!preview} loading={busy} onClick={() => void agree()}>
          {aside ? t('host-key.edit.do') : t('host-key.replace.do')}
        </Button>
      </div>
    </>
  )
}
