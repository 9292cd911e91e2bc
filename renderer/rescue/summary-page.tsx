/** 06c: nothing is set aside any more, and what that was. */
import { Button } from '@mantine/core'
import { IconCircleCheckFilled, IconTerminal2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { findingText } from '../../shared/findings/text.js'
import type { Intervention } from '../../shared/intervention.js'
import type { VisitState } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import { openTarget, reconnectSession, targetOf } from '../actions.js'
import { api, call } from '../api.js'
import { typeName } from '../host-key/question-page.js'
import { useLanguage, useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { nameOf, wasUnknown } from '../tabs/tab-label.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { useFormat } from '../ui/format.js'
import { Rich } from '../ui/rich.js'
import { lastingChanges, leftToDo } from './summary.js'
import { useVisit } from './use-visit.js'

export function SummaryPage({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const format = useFormat()
  const sessions = useAppPart((app) => app.sessions)
  const { id, summary, since, knownKeys, state, host, port, practice } = intervention
  const visit = useVisit(practice ? undefined : visitId(host, port))
  if (!summary) return null
  const session = sessions.find((one) => one.interventionId === id)
  const shown =
    session?.phase.kind === 'open' && session.phase.connection.key.whose === 'known' ? [session.phase.connection.key] : knownKeys
  const isBack = summary.by === 'known-key'
  const how = !isBack ? 'Put' : wasUnknown(intervention) ? 'Other' : ''
  // Its services stopped with the restart that was asked for here, before any line was set aside.
  const startedAt = visit?.entering?.startedAt
  const down = isBack && startedAt && startedAt < since ? startedAt : since
  const duration = format.duration(new Date(summary.at).getTime() - new Date(down).getTime())
  const dismiss = () => call(api.intervention.dismissSummary({ id }))
  async function open() {
    await dismiss()
    if (session?.phase.kind === 'open' || session?.phase.kind === 'connecting') return
    if (session) await reconnectSession(session)
    else await openTarget(targetOf(intervention))
  }
  return (
    <div className="rt-page rt-summary">
      <div className="rt-hk-head" role="status">
        <IconCircleCheckFilled className="rt-i rt-accent" size={24} aria-hidden />
        <div>
          <h1>{t(state === 'abandoned' || (!isBack && summary.lines === 0) ? 'rescue.done.titleLeft' : `rescue.done.title${how}`)}</h1>
          <p>
            <Rich text={`rescue.done.lead${how}`} values={{ server: <b key="name">{nameOf(intervention, t)}</b> }} />
          </p>
        </div>
      </div>
      <table className="rt-summary-facts">
        <tbody>
          {shown.length > 0 && (
            <Fact name={t('rescue.done.key')}>
              {shown.map(({ type, fingerprint }) => (
                <div className="rt-row" key={fingerprint}>
                  <b>{typeName(type)}</b> <Fingerprint value={fingerprint} />
                </div>
              ))}
            </Fact>
          )}
          <Fact name="known_hosts">
            {summary.verified ? t('rescue.done.lines', { n: summary.lines }) : t('rescue.done.linesDecided', { n: summary.lines })}
          </Fact>
          <Fact name={t('rescue.done.rescueKey')}>{t('rescue.done.forgotten')}</Fact>
          {(isBack || summary.lines > 0) && (
            <Fact name={t(isBack ? 'rescue.done.down' : 'rescue.done.aside')}>
              {t('rescue.done.duration', { duration, from: format.time(down), to: format.time(summary.at) })}
            </Fact>
          )}
          {visit && <Changed visit={visit} />}
        </tbody>
      </table>
      <div className="rt-row">
        <Button
          size="sm"
          variant="filled"
          data-autofocus
          leftSection={<IconTerminal2 size={16} stroke={1.75} />}
          onClick={() => void open()}
        >
          {t('rescue.done.open')}
        </Button>
        <Button size="sm" onClick={() => void dismiss()}>
          {t('common.close')}
        </Button>
      </div>
    </div>
  )
}

/** What was done to the server's own system, and what was seen and left. */
function Changed({ visit }: { visit: VisitState }) {
  const t = useT()
  const language = useLanguage()
  const changes = lastingChanges(visit.repair)
  const copies = [...new Set(changes.flatMap(({ files }) => files.flatMap(({ backup }) => backup ?? [])))]
  const todo = leftToDo(visit.repair)
  return (
    <>
      {changes.length > 0 && (
        <Fact name={t('leave.changed')}>
          {changes.map((change) => (
            <div key={change.id}>
              {change.files.map(({ path }) => (
                <code key={path}>{path} </code>
              ))}
              {findingText(change.words, 'do', language) || findingText(change.words, 'title', language)}
            </div>
          ))}
          {copies.length > 0 && <div className="rt-dim rt-sm">{t('leave.copies', { names: copies.join(', ') })}</div>}
        </Fact>
      )}
      {todo.length > 0 && (
        <Fact name={t('leave.todo')}>
          {todo.map((words) => (
            <div key={JSON.stringify(words)}>{findingText(words, 'title', language)}</div>
          ))}
        </Fact>
      )}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  )
}
