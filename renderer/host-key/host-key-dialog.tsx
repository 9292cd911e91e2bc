/**
 * The host-key dialog of one tab. The verdict decides the page; from "changed" a person goes on to the exact edit. Nothing has
 * been sent to the server. Disconnect is the safe button everywhere: it has the focus, and Escape does the same.
 */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ComparisonResult } from '../../shared/host-key.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { AlarmPage } from '../rescue/alarm-page.js'
import { useIntervention } from '../state.js'
import { TabDialog } from '../ui/tab-dialog.js'
import { CompareField } from './compare-field.js'
import { EditPage } from './edit-page.js'
import './host-key.css'
import { KnownKeys, ShownKey } from './keys.js'
import { disconnect, Head, type QuestionProps } from './question-parts.js'
import { RevokedPage } from './revoked-page.js'
import { SystemFilePage } from './system-file-page.js'

export function HostKeyDialog({ session }: { session: TerminalSession }) {
  if (session.phase.kind !== 'host-key') return null
  const { question } = session.phase
  return <Question key={question.id} session={session} question={question} />
}

function Question({ session, question }: Omit<QuestionProps, 'titleId'>) {
  const intervention = useIntervention(question.interventionId)
  const alarm = question.verdict === 'revoked' || question.interventionId !== undefined
  const [intent, setIntent] = useState<'set-aside' | 'replace'>()
  return (
    <TabDialog onEscape={() => disconnect(session, question)} alarm={alarm} width={920}>
      {(titleId) => {
        const props = { session, question, titleId }
        if (question.verdict === 'revoked') return <RevokedPage {...props} />
        if (intervention) return <AlarmPage intervention={intervention} titleId={titleId} onStay={() => disconnect(session, question)} />
        if (question.verdict === 'unknown') return <UnknownPage {...props} />
        if (intent) return <EditPage {...props} intent={intent} onBack={() => setIntent(undefined)} />
        const onlySystem = question.systemEntries.length > 0 && question.systemEntries.length === question.entries.length
        if (onlySystem) return <SystemFilePage {...props} />
        return <ChangedPage {...props} onIntent={setIntent} />
      }}
    </TabDialog>
  )
}

function ChangedPage({ session, question, titleId, onIntent }: QuestionProps & { onIntent: (intent: 'set-aside' | 'replace') => void }) {
  const t = useT()
  const [compared, setCompared] = useState<ComparisonResult>('empty')
  const off = compared === 'no-match'
  return (
    <div className="rt-hk-body">
      <Head session={session} titleId={titleId} title={t('host-key.hostKey.title')} lead={t('host-key.hostKey.nothingSent')} />
      <div className="rt-hk-columns">
        <KnownKeys entries={question.entries} />
        <ShownKey presented={question.presented} />
      </div>
      <CompareField compare={(text) => api.hostKey.compare({ sessionId: session.id, text })} onResult={setCompared} />
      <div className="rt-hk-section">
        <h2>{t('host-key.hostKey.question')}</h2>
        <div className="rt-hk-cards">
          <section className="rt-hk-card">
            <b>{t('host-key.hostKey.rescue')}</b>
            <span className="rt-sm">{off ? t('host-key.hostKey.offWhy') : t('host-key.hostKey.rescueText')}</span>
            <Button disabled={off} onClick={() => onIntent('set-aside')}>
              {t('host-key.hostKey.rescueDo')}
            </Button>
          </section>
          <section className="rt-hk-card">
            <b>{t('host-key.hostKey.reinstalled')}</b>
            <span className="rt-sm">{off ? t('host-key.hostKey.offWhy') : t('host-key.hostKey.reinstalledText')}</span>
            <Button disabled={off} onClick={() => onIntent('replace')}>
              {t('host-key.hostKey.reinstalledDo')}
            </Button>
          </section>
          <section className="rt-hk-card">
            <b>{t('host-key.hostKey.unexpected')}</b>
            <span className="rt-sm">{t('host-key.hostKey.unexpectedText')}</span>
            <Button variant="filled" data-autofocus onClick={() => disconnect(session, question)}>
              {t('host-key.hostKey.disconnect')}
            </Button>
          </section>
        </div>
      </div>
    </div>
  )
}

function UnknownPage({ session, question, titleId }: QuestionProps) {
  const t = useT()
  const [compared, setCompared] = useState<ComparisonResult>('empty')
  const off = question.strict || compared === 'no-match'
  const authority = question.authorityOnly ? question.entries[0] : undefined
  const trust = (save: boolean) => void call(api.hostKey.trust({ sessionId: session.id, questionId: question.id, save }))
  return (
    <>
      <div className="rt-hk-body">
        <Head
          session={session}
          titleId={titleId}
          title={authority ? t('host-key.ca.title') : t('host-key.unknown.title')}
          lead={authority ? t('host-key.ca.lead') : t('host-key.unknown.lead')}
        />
        <div className="rt-hk-columns">
          <ShownKey presented={question.presented} />
          <section>
            {authority && (
              <p>
                <code>
                  {authority.file}:{authority.line}
                </code>{' '}
                {t('host-key.ca.authority', { type: authority.type })}
              </p>
            )}
            <p>{authority ? t('host-key.ca.c3') : t('host-key.unknown.why')}</p>
            {question.saveTo && <p className="rt-sm rt-dim">{t('host-key.unknown.saved', { file: question.saveTo.file })}</p>}
            {question.strict && <p className="rt-bright">{t('host-key.unknown.strict')}</p>}
            <CompareField compare={(text) => api.hostKey.compare({ sessionId: session.id, text })} onResult={setCompared} />
          </section>
        </div>
      </div>
      <div className="rt-hk-foot">
        <Button
          size="sm"
          data-autofocus
          variant={compared === 'match' ? 'default' : 'filled'}
          onClick={() => disconnect(session, question)}
        >
          {t('host-key.hostKey.disconnect')}
        </Button>
        <Button size="sm" disabled={off} onClick={() => trust(false)}>
          {t('host-key.unknown.once')}
        </Button>
        <Button
          size="sm"
          disabled={off || !question.saveTo}
          variant={compared === 'match' ? 'filled' : 'default'}
          onClick={() => trust(true)}
        >
          {t('host-key.unknown.save')}
        </Button>
      </div>
    </>
  )
}
