/** What takes the centre of a tab while its intervention needs the eye: waiting for the own key, back to normal, alarm, decision. */
import { Button, Loader } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import type { AttentionLine, Intervention } from '../../shared/intervention.js'
import { hideInterventionPage, openTarget, reconnectSession, targetOf } from '../actions.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { pageKind } from '../tabs/tab-label.js'
import { ErrorText } from '../ui/error-text.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { AlarmPage } from './alarm-page.js'
import './rescue.css'

export function InterventionPage({ intervention }: { intervention: Intervention }) {
  switch (pageKind(intervention)) {
    case 'alarm':
      return <AlarmPage intervention={intervention} onStay={() => hideInterventionPage(intervention.id)} />
    case 'attention':
      return <AttentionPage intervention={intervention} />
    case 'leaving':
      return <WaitingPage intervention={intervention} />
    case 'summary':
      return <SummaryPage intervention={intervention} />
    case undefined:
      return null
  }
}

function WaitingPage({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(1000)
  const { id, watch, port, error } = intervention
  const answer = watch?.answer ?? 'nothing'
  return (
    <div className="rt-page">
      <div role="status">
        <h1 className="rt-row">
          <Loader size="sm" />
          {t(`rescue.answer.${answer}`, { port })}
        </h1>
      </div>
      <p>{t('rescue.wait.lead')}</p>
      {watch && <div className="rt-clock">{format.clock(now.getTime() - new Date(watch.startedAt).getTime())}</div>}
      {error && <ErrorText error={error} />}
      <section aria-label={t('rescue.wait.chart')}>
        <dl className="rt-facts">
          {watch?.changes
            .toReversed()
            .flatMap((change) => [
              <dt key={`${change.at}-time`}>{format.time(change.at, { seconds: true })}</dt>,
              <dd key={`${change.at}-answer`}>{t(`rescue.answer.${change.answer}`, { port })}</dd>,
            ])}
        </dl>
      </section>
      <p className="rt-sm rt-dim">{t('rescue.wait.stopHint')}</p>
      <Button size="sm" data-autofocus onClick={() => void call(api.intervention.stopWaiting({ id }))}>
        {t('rescue.wait.stop')}
      </Button>
      <p className="rt-sm rt-dim">{t('rescue.wait.panelNote')}</p>
    </div>
  )
}

function SummaryPage({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const format = useFormat()
  const sessions = useAppPart((app) => app.sessions)
  const { id, name, summary, since, knownKeys } = intervention
  if (!summary) return null
  const session = sessions.find((one) => one.interventionId === id)
  async function open() {
    await call(api.intervention.dismissSummary({ id }))
    if (session?.phase.kind === 'open' || session?.phase.kind === 'connecting') return
    if (session) await reconnectSession(session)
    else await openTarget(targetOf(intervention))
  }
  return (
    <div className="rt-page" role="status">
      <h1 className="rt-row">
        <IconCheck className="rt-accent" size={24} aria-hidden />
        {summary.by === 'known-key' ? t('rescue.done.title') : t('rescue.done.titlePut')}
      </h1>
      <p>{summary.by === 'known-key' ? t('rescue.done.lead', { server: name }) : t('rescue.done.leadPut', { server: name })}</p>
      <dl className="rt-facts">
        <dt>{t('rescue.done.key')}</dt>
        <dd>{summary.verified ? t('rescue.done.lines', { n: summary.lines }) : t('rescue.done.linesDecided', { n: summary.lines })}</dd>
        <dt>{t('rescue.done.rescueKey')}</dt>
        <dd>{t('rescue.done.forgotten')}</dd>
        <dt>{t('rescue.done.down')}</dt>
        <dd>
          {t('rescue.done.duration', {
            duration: format.duration(new Date(summary.at).getTime() - new Date(since).getTime()),
            from: format.time(since),
            to: format.time(summary.at),
          })}
        </dd>
        {knownKeys[0] && (
          <>
            <dt>{t('rescue.alarm.yours')}</dt>
            <dd>
              <code>{knownKeys[0].fingerprint}</code>
            </dd>
          </>
        )}
      </dl>
      <div className="rt-row">
        <Button size="sm" variant="filled" data-autofocus onClick={() => void open()}>
          {t('rescue.done.open')}
        </Button>
        <Button size="sm" onClick={() => void call(api.intervention.dismissSummary({ id }))}>
          {t('common.close')}
        </Button>
      </div>
    </div>
  )
}

function AttentionPage({ intervention }: { intervention: Intervention }) {
  const t = useT()
  return (
    <div className="rt-page">
      <h1>{t('rescue.attn.title', { n: intervention.attention.length })}</h1>
      <p>{t('rescue.attn.lead')}</p>
      {intervention.error && <ErrorText error={intervention.error} />}
      {intervention.attention.map((line) => (
        <AttentionRow key={line.index} id={intervention.id} line={line} />
      ))}
      <p className="rt-sm rt-dim">{t('rescue.attn.safe')}</p>
      <div className="rt-row">
        <Button size="sm" data-autofocus onClick={() => hideInterventionPage(intervention.id)}>
          {t('rescue.attn.later')}
        </Button>
        {intervention.attention.length === 0 && (
          <Button size="sm" onClick={() => void call(api.intervention.restoreNow({ id: intervention.id }))}>
            {t('common.tryAgain')}
          </Button>
        )}
      </div>
    </div>
  )
}

function AttentionRow({ id, line }: { id: string; line: AttentionLine }) {
  const t = useT()
  const settle = (choice: 'put-back' | 'keep-current' | 'forget') => void call(api.intervention.settle({ id, index: line.index, choice }))
  return (
    <section style={{ margin: '20px 0' }}>
      <div className="rt-row">
        <Finding kind="person" />
        <code>{line.line ? `${line.file}:${line.line}` : line.file}</code>
        <span className="rt-dim">{t(`rescue.attn.reason.${line.reason}`)}</span>
      </div>
      <h2>{t('rescue.attn.left')}</h2>
      <pre className="rt-mono" style={{ overflow: 'auto' }}>
        {line.saved}
      </pre>
      <Button onClick={() => settle('put-back')}>{t('rescue.attn.leftDo')}</Button>
      {line.current !== undefined && (
        <>
          <h2>{t('rescue.attn.rightNote')}</h2>
          <pre className="rt-mono" style={{ overflow: 'auto' }}>
            {line.current}
          </pre>
          <Button onClick={() => settle('keep-current')}>{t('rescue.attn.rightDo')}</Button>
        </>
      )}{' '}
      <Button onClick={() => settle('forget')}>{t('rescue.attn.forget')}</Button>
    </section>
  )
}
