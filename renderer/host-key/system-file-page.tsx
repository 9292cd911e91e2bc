import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { api, attempt, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { CopyButton } from '../ui/copy-button.js'
import { ErrorText } from '../ui/error-text.js'
import { KnownKeys, ShownKey } from './keys.js'
import { disconnect, Head, type QuestionProps } from './question-parts.js'

/** The line in the way belongs to an administrator: the command to run, or the rescue key accepted in RescueTerm only. */
export function SystemFilePage({ session, question, titleId }: QuestionProps) {
  const t = useT()
  const hours = useAppPart((app) => app.settings.rescueTtlHours)
  const [error, setError] = useState<ErrorInfo>()
  const place = { sessionId: session.id, questionId: question.id }
  async function acceptHere() {
    const planned = await attempt(api.hostKey.plan({ ...place, intent: 'set-aside', alsoWrite: false }))
    if (!planned.ok) return setError(planned.error)
    const begun = await attempt(api.hostKey.setAside({ ...place, digest: planned.value.digest, alsoWrite: false }))
    if (!begun.ok) setError(begun.error)
  }
  return (
    <>
      <div className="rt-hk-body">
        <Head session={session} titleId={titleId} title={t('host-key.sysfile.title')} lead={t('host-key.sysfile.lead')} />
        {error && <ErrorText error={error} />}
        <div className="rt-hk-columns">
          <KnownKeys entries={question.systemEntries} />
          <ShownKey presented={question.presented} />
        </div>
        <div className="rt-hk-section">
          <h2>{t('host-key.sysfile.admin')}</h2>
          {question.adminCommands.map((command) => (
            <div key={`${command.file}:${command.line}`}>
              <p className="rt-sm rt-dim">{t('host-key.sysfile.aside')}</p>
              <div className="rt-hk-command">
                <code>{command.setAside}</code>
                <CopyButton text={command.setAside} label={t('host-key.sysfile.aside')} />
              </div>
              <p className="rt-sm rt-dim">{t('host-key.sysfile.undo')}</p>
              <div className="rt-hk-command">
                <code>{command.undo}</code>
                <CopyButton text={command.undo} label={t('host-key.sysfile.undo')} />
              </div>
            </div>
          ))}
        </div>
        <div className="rt-hk-section rt-hk-cards" style={{ gridTemplateColumns: '1fr 1fr' }}>
          <section className="rt-hk-card">
            <b>{t('host-key.sysfile.ran')}</b>
            <span className="rt-sm">{t('host-key.sysfile.ranText')}</span>
            <Button onClick={() => void call(api.hostKey.recheck(place))}>{t('host-key.sysfile.ranDo')}</Button>
          </section>
          <section className="rt-hk-card">
            <b>{t('host-key.sysfile.only')}</b>
            <span className="rt-sm">{t('host-key.sysfile.onlyText', { hours })}</span>
            <Button onClick={() => void acceptHere()}>{t('host-key.sysfile.onlyDo')}</Button>
          </section>
        </div>
      </div>
      <div className="rt-hk-foot">
        <Button size="sm" variant="filled" data-autofocus onClick={() => disconnect(session, question)}>
          {t('host-key.hostKey.disconnect')}
        </Button>
      </div>
    </>
  )
}
