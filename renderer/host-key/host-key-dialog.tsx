/**
 * The host-key dialog of one tab. The question decides the page; where the files hold another key a person goes on to the exact
 * edit. Nothing has been sent to the server. Disconnect is the safe button everywhere: Escape does the same.
 */
import { useEffect, useState } from 'react'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { hideInterventionPage } from '../actions.js'
import { api, attempt, call } from '../api.js'
import { isStale } from '../rescue/alarm.js'
import { AlarmPage } from '../rescue/alarm-page.js'
import { useIntervention } from '../state.js'
import { TabDialog } from '../ui/tab-dialog.js'
import { AuthorityPage } from './authority-page.js'
import { ChangedPage } from './changed-page.js'
import { useExpectation } from './compare-field.js'
import { EditPage } from './edit-page.js'
import './host-key.css'
import { type Intent, type QuestionPage, questionPage, withPublished } from './question-page.js'
import { disconnect, type QuestionProps } from './question-parts.js'
import { RevokedPage } from './revoked-page.js'
import { SystemFilePage } from './system-file-page.js'
import { UnknownPage } from './unknown-page.js'

export function HostKeyDialog({ session }: { session: TerminalSession }) {
  if (session.phase.kind !== 'host-key') return null
  const { question } = session.phase
  return <Question key={question.id} session={session} question={question} />
}

const widths: Partial<Record<QuestionPage, number>> = { unknown: 680, revoked: 820, alarm: 860 }

function Question({ session, question }: { session: TerminalSession; question: HostKeyQuestion }) {
  const [intent, setIntent] = useState<Intent>()
  const typed = useExpectation((text) => api.hostKey.compare({ sessionId: session.id, text }))
  const expectation = withPublished(typed, question.published)
  const page = questionPage(question, intent)
  const stay = () => {
    // The same alarm is not shown twice: its page in this tab is decided, too.
    if (question.interventionId) hideInterventionPage(question.interventionId)
    disconnect(session, question)
  }
  return (
    <TabDialog page={page} onEscape={stay} alarm={page === 'revoked' || page === 'alarm'} width={widths[page] ?? 920}>
      {(titleId) => {
        const props = { session, question, titleId, expectation }
        const onBack = () => setIntent(undefined)
        switch (page) {
          case 'revoked':
            return <RevokedPage {...props} />
          case 'alarm':
            return <SessionAlarm {...props} onStay={stay} />
          case 'unknown':
            return <UnknownPage {...props} />
          case 'authority':
            return <AuthorityPage {...props} />
          case 'changed':
            return <ChangedPage {...props} onIntent={setIntent} />
          case 'system-file':
            return <SystemFilePage {...props} onBack={onBack} />
          case 'set-aside':
          case 'replace':
            return <EditPage {...props} key={page} intent={page} onBack={onBack} />
        }
      }}
    </TabDialog>
  )
}

/** A third key while an intervention is open. Once that is decided elsewhere the server is asked again. */
function SessionAlarm({ session, question, titleId, expectation, onStay }: QuestionProps & { onStay: () => void }) {
  const intervention = useIntervention(question.interventionId)
  const sessionId = session.id
  const questionId = question.id
  const stale = isStale(intervention, question.presented, new Date())
  useEffect(() => {
    if (stale) void attempt(api.hostKey.recheck({ sessionId, questionId }))
  }, [stale, sessionId, questionId])
  if (!intervention) return null
  const { thirdKey } = intervention
  return (
    <AlarmPage
      intervention={intervention}
      shown={question.presented}
      titleId={titleId}
      expectation={expectation}
      onAccept={
        thirdKey?.fingerprint === question.presented.fingerprint
          ? () => call(api.hostKey.acceptThirdKey({ sessionId, questionId }))
          : undefined
      }
      onStay={onStay}
    />
  )
}
