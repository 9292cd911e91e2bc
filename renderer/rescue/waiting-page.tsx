/** 06b: waiting for the server's own key, with the clock, what answered, and a way out. Nothing is sent meanwhile. */
import { Button } from '@mantine/core'
import { IconPlugX } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import { visitId } from '../../shared/visit-id.js'
import { showEnter } from '../actions.js'
import { api } from '../api.js'
import { ConsoleButton } from '../enter/console-button.js'
import { ErrorNotice } from '../host-key/error-notice.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { wasUnknown } from '../tabs/tab-label.js'
import { useFormat, useNow } from '../ui/format.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { AnswerChart } from './answer-chart.js'
import { onceOnly, restoreNow } from './commands.js'
import { useVisit } from './use-visit.js'

/** From here on something is wrong more often than slow. */
const longMs = 10 * 60_000

export function WaitingPage({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(1000)
  const { id, watch, port, error, practice, state } = intervention
  const answer = watch?.answer
  const visitKey = visitId(intervention.host, port)
  const visit = useVisit(practice ? undefined : visitKey)
  const server = useAppPart((app) => app.servers.find((one) => one.interventionId === id))
  const words = { port: String(port) }
  const elapsed = watch ? now.getTime() - new Date(watch.startedAt).getTime() : 0
  const isOverdue = elapsed > longMs || visit?.leaving?.isOverdue === true
  const restoring = state === 'restoring'
  const unknown = wasUnknown(intervention)
  const heading = restoring
    ? t(unknown ? 'rescue.wait.restoringOther' : 'rescue.wait.restoring')
    : answer
      ? t(`rescue.answer.${answer}`, words)
      : t('rescue.wait.first')
  return (
    <div className="rt-term rt-term-rescue">
      <div className="rt-term-frame">
        <div className="rt-legend rt-legend-rescue">
          <span className="rt-legend-chip">
            <RescueGlyph size={14} ink />
            {t('terminal.term.rescue')}
          </span>
          <span className="rt-trunc">
            {practice && <b>{t('terminal.term.practiceFirst')} </b>}
            {t('terminal.term.restarting')}
          </span>
        </div>
        <div className="rt-wait">
          <div className="rt-wait-in">
            <div className="rt-row rt-between rt-top">
              <div role="status">
                <h1>{heading}</h1>
                <p className="rt-dim">
                  {t(answer === 'rescue-key' ? 'rescue.wait.stillRescue' : unknown ? 'rescue.wait.leadOther' : 'rescue.wait.lead')}
                </p>
              </div>
              {watch && (
                <div className="rt-clock" role="timer">
                  {format.clock(elapsed)}
                </div>
              )}
            </div>
            {error && <ErrorNotice error={error} />}
            {watch && <AnswerChart watch={watch} now={now} awaited={unknown ? 'other-key' : 'known-key'} />}
            {watch && watch.changes.length > 0 && (
              <table className="rt-wait-list">
                <tbody>
                  {watch.changes
                    .map((change, index) => ({ ...change, index }))
                    .toReversed()
                    .map((change, row) => (
                      <tr key={change.index} className={row > 0 ? 'rt-dim' : ''}>
                        <td className="rt-dim">{format.time(change.at, { seconds: true })}</td>
                        <td>
                          {row > 0 ? t(`rescue.answer.${change.answer}`, words) : <b>{t(`rescue.answer.${change.answer}`, words)}</b>}
                        </td>
                      </tr>
                    ))}
                </tbody>
              </table>
            )}
            {!restoring && (
              <>
                <div className="rt-row rt-wait-ways">
                  <ConsoleButton visit={visitKey} link={server?.provider} suggested={isOverdue} />
                  <Button data-autofocus onClick={() => void stop()}>
                    {t('rescue.wait.stop')}
                  </Button>
                  <Button onClick={() => restoreNow(intervention)}>{t('rescue.banner.restore', { n: intervention.setAside })}</Button>
                  {isOverdue && server && (
                    <Button leftSection={<RescueGlyph ink />} onClick={() => void backIn(server.id)}>
                      {t('leave.backIn')}
                    </Button>
                  )}
                </div>
                {intervention.setAside > 0 && <p className="rt-dim rt-sm rt-hk-gap">{t('rescue.wait.stopHint')}</p>}
                {isOverdue && (
                  <p className="rt-bright rt-sm rt-hk-gap" role="status">
                    {t(visit?.leaving ? 'leave.overdue' : 'rescue.wait.long')}
                  </p>
                )}
              </>
            )}
          </div>
        </div>
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

  async function stop() {
    if (visit?.leaving) await onceOnly(api.visit.stopLeaving({ id: visitKey }))
    await onceOnly(api.intervention.stopWaiting({ id }))
  }
  /** The normal start went wrong: the same machine once more, with the question before it. */
  async function backIn(serverId: string) {
    await stop()
    showEnter(serverId)
  }
  function nextTry() {
    if (!watch || restoring) return null
    const ms = watch.nextTryAt ? new Date(watch.nextTryAt).getTime() - now.getTime() : 0
    return ms > 0 ? t('rescue.wait.nextTry', { n: Math.ceil(ms / 1000) }) : t('rescue.wait.asking')
  }
}
