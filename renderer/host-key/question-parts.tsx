/** What every page of the host-key dialog shares: whose question it is, its heading, and the safe answer. */
import { IconAlertTriangle } from '@tabler/icons-react'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { api, call } from '../api.js'
import { Rich } from '../ui/rich.js'

export interface QuestionProps {
  session: TerminalSession
  question: HostKeyQuestion
  titleId: string
}

export const disconnect = (session: TerminalSession, question: HostKeyQuestion) =>
  void call(api.hostKey.disconnect({ sessionId: session.id, questionId: question.id }))

export function Head({ session, titleId, title, lead }: { session: TerminalSession; titleId: string; title: string; lead: string }) {
  return (
    <header className="rt-row rt-top">
      <IconAlertTriangle className="rt-i rt-bright" size={24} stroke={1.75} aria-hidden />
      <div>
        <h1 id={titleId}>{title}</h1>
        <p>
          <b>{session.name}</b>{' '}
          <span className="rt-dim">
            · <Rich text="host-key.hostKey.place" values={{ host: session.host, port: String(session.port) }} /> ·
          </span>{' '}
          {lead}
        </p>
      </div>
    </header>
  )
}
