/**
 * Where a person signs in, in the place of the terminal: password, key file or agent, the passphrase of a key, a new password
 * for one that expired, or the server's own questions. Which machine this is stands above, drawn by us; what the server wrote is a quotation. Secrets live in the form
 * only: a new question is a new form, and an answered one is gone.
 */
import type { CredentialAnswer, CredentialRequest, TerminalSession } from '../../shared/terminal-session.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { nameOf } from '../tabs/tab-label.js'
import { ChooseForm } from './choose-form.js'
import { NewPasswordForm } from './new-password-form.js'
import { PassphraseForm } from './passphrase-form.js'
import { PromptsForm } from './prompts-form.js'
import { ServerWords } from './server-words.js'
import './sign-in.css'

export interface FormProps {
  session: TerminalSession
  request: CredentialRequest
  /** `user`: another one than the request's. */
  answer: (answer: CredentialAnswer, user?: string) => Promise<unknown>
}

export function SignInCard({ session }: { session: TerminalSession }) {
  const { phase } = session
  if (phase.kind !== 'needs-credentials') return null
  return <Card key={phase.request.id} session={session} request={phase.request} />
}

function Card({ session, request }: { session: TerminalSession; request: CredentialRequest }) {
  const t = useT()
  const answer: FormProps['answer'] = (given, user) =>
    call(api.terminal.authenticate({ sessionId: session.id, requestId: request.id, answer: given, ...(user ? { user } : {}) }))
  const form: FormProps = { session, request, answer }
  return (
    <div className="rt-signin">
      <div className="rt-signin-in">
        <h1>{request.quarantine ? t('sign-in.titleRescue') : t('sign-in.title', { name: nameOf(session, t) })}</h1>
        <p className="rt-mono rt-signin-place">
          {request.user}@{session.host.includes(':') ? `[${session.host}]` : session.host}
          <span className="rt-dim">:{session.port}</span>
        </p>
        {request.banner && <ServerWords label={t('sign-in.banner')} text={request.banner} />}
        {request.kind === 'choose' && <ChooseForm {...form} />}
        {request.kind === 'passphrase' && <PassphraseForm {...form} />}
        {request.kind === 'new-password' && <NewPasswordForm {...form} />}
        {request.kind === 'prompts' && <PromptsForm {...form} />}
      </div>
    </div>
  )
}
