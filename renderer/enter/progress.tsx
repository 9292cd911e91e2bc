/** 15b: what the provider says of the restart, and what answers on the port. The port decides: another key means rescue is there. */
import { Progress as Bar, Button } from '@mantine/core'
import { IconPlugX } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import type { ServerState } from '../../shared/server.js'
import type { EnteringState } from '../../shared/visit.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import { AnswerChart } from '../rescue/answer-chart.js'
import { onceOnly } from '../rescue/commands.js'
import '../rescue/pages.css'
import { useVisit } from '../rescue/use-visit.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { ManualSteps, PanelButton } from './by-hand.js'
import { ConsoleButton } from './console-button.js'
import { ProblemText, providerName } from './problem-text.js'
import { chooseMethod, endFollowing, useAttempt } from './store.js'
import { useAccount } from './use-account.js'
import { connectIn } from './use-entered.js'

export function Progress({ tabKey, server, entering }: { tabKey: string; server: ServerState; entering: EnteringState }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(1000)
  const { startedAt, progress, answers, answer, method, isOverdue, manual } = entering
  const visit = useAttempt(server.id)?.visit
  const account = useAccount(server.provider)
  const provider = providerName(account?.kind, t)
  const elapsed = now.getTime() - Date.parse(startedAt)
  // The port of a Host stands in the ssh config: the core has resolved it.
  const port = visit?.slice(visit.lastIndexOf(':') + 1) ?? String(server.address.port ?? 22)
  const isByApi = method === 'api'
  async function stop() {
    if (visit) await onceOnly(api.visit.stopEntering({ id: visit }))
    endFollowing(server.id)
    // The restart goes on: looking again later is what is left to do here.
    chooseMethod(server.id, 'already')
  }
  return (
    <div className="rt-fill">
      <div className="rt-page rt-enter">
        <div className="rt-row rt-between rt-top">
          <div role="status">
            <h1>{isByApi ? t('enter.restarts', { provider, server: server.name }) : t('enter.waits', { server: server.name })}</h1>
            <p className="rt-dim">{t(isByApi ? 'enter.lead' : 'enter.leadHand', { port })}</p>
          </div>
          <div className="rt-clock" role="timer">
            {format.clock(elapsed)}
          </div>
        </div>
        {progress?.percent !== undefined && <Percent percent={progress.percent} />}
        {isByApi ? <Stages server={server} entering={entering} port={port} /> : method === 'by-hand' && <ManualSteps way={manual} />}
        {progress?.trouble && (
          <div className="rt-note rt-enter-trouble" role="status">
            <ProblemText problem={progress.trouble} provider={account?.kind} />
          </div>
        )}
        <h2 className="rt-enter-chart">{t('rescue.wait.chart')}</h2>
        <AnswerChart watch={asRescue({ startedAt, answers, answer })} now={now} awaited="another" />
        {isOverdue && (
          <div className="rt-note rt-enter-overdue" role="status">
            <div>
              <b>{t('enter.overdue')}</b>
              <ManualSteps way={manual} />
            </div>
          </div>
        )}
        <div className="rt-row rt-enter-ways">
          {visit && <ConsoleButton visit={visit} link={server.provider} suggested={isOverdue} />}
          {(!isByApi || isOverdue) && <PanelButton way={manual} />}
          <Button data-autofocus disabled={!visit} onClick={() => void stop()}>
            {t('enter.stopWatch')}
          </Button>
          {!isByApi && <Button onClick={() => void connectIn(tabKey, server.id)}>{t('enter.have')}</Button>}
        </div>
        <p className="rt-dim rt-sm">{t(isByApi ? 'enter.stopHint' : 'enter.stopHintHand', { provider })}</p>
      </div>
      <div className="rt-status">
        <span>
          <IconPlugX size={14} stroke={1.75} aria-hidden />
          {t('rescue.wait.closed')}
        </span>
        <span className="rt-status-end rt-num">{nextTry()}</span>
      </div>
    </div>
  )

  function nextTry() {
    const ms = entering.nextTryAt ? Date.parse(entering.nextTryAt) - now.getTime() : 0
    return ms > 0 ? t('rescue.wait.nextTry', { n: Math.ceil(ms / 1000) }) : t('rescue.wait.asking')
  }
}

/** On the way in, another key is the one that is hoped for: it has the rescue's row. */
function asRescue({ startedAt, answers, answer }: Pick<EnteringState, 'startedAt' | 'answers' | 'answer'>) {
  const other = (one: NonNullable<typeof answer>) => (one === 'other-key' ? 'rescue-key' : one)
  return {
    startedAt,
    changes: answers.map((one) => ({ ...one, answer: other(one.answer) })),
    ...(answer ? { answer: other(answer) } : {}),
  }
}

function Percent({ percent }: { percent: number }) {
  const t = useT()
  return (
    <div className="rt-enter-percent">
      <Bar value={percent} size={6} aria-label={t('enter.progress', { percent: String(Math.round(percent)) })} />
      <div className="rt-row rt-between rt-dim rt-sm">
        <span>{t('enter.progress', { percent: String(Math.round(percent)) })}</span>
        <span>{t('enter.usual')}</span>
      </div>
    </div>
  )
}

function Stages({ server, entering, port }: { server: ServerState; entering: EnteringState; port: string }) {
  const t = useT()
  const format = useFormat()
  const account = useAccount(server.provider)
  const id = useAttempt(server.id)?.visit
  const visit = useVisit(id)
  const { phase, startedAt, progress } = entering
  const isAccepted = phase !== 'requesting'
  const isRestarted = phase === 'waiting'
  const password = visit?.password
  // Mails come while the machine restarts: looking begins as soon as the provider's task is known.
  useEffect(() => {
    if (id && isAccepted) void attempt(api.visit.findPassword({ id }))
  }, [id, isAccepted])
  const provider = providerName(account?.kind, t)
  return (
    <ul className="rt-enter-stages" aria-live="polite">
      <Stage kind={isAccepted ? 'fine' : 'running'} fact={format.time(startedAt, { seconds: true })}>
        {t(isAccepted ? 'enter.accepted' : 'enter.requesting', { provider })}
      </Stage>
      <Stage
        kind={isRestarted ? 'fine' : isAccepted ? 'running' : 'todo'}
        fact={progress?.task && t('enter.task', { name: progress.task })}
      >
        {t('enter.restartsDisk')}
      </Stage>
      <Stage kind={isRestarted ? 'running' : 'todo'} fact={t('enter.thenAsked')}>
        {t('enter.anotherAnswers', { port })}
      </Stage>
      {password && password.phase !== 'by-hand' && (
        <Stage
          kind={password.phase === 'found' ? 'fine' : password.phase === 'looking' ? 'running' : 'look'}
          fact={password.phase === 'looking' ? t('enter.mailsAfter', { time: format.time(startedAt) }) : ''}
        >
          {t(`enter.look-for.${password.phase}`)}
        </Stage>
      )}
    </ul>
  )
}

function Stage({ kind, fact, children }: { kind: FindingKind; fact: string | undefined; children: ReactNode }) {
  return (
    <li className={kind === 'todo' ? 'rt-dim' : ''}>
      <Finding kind={kind} />
      <span>{kind === 'running' ? <b>{children}</b> : children}</span>
      <span className="rt-dim rt-sm rt-num">{fact}</span>
    </li>
  )
}
