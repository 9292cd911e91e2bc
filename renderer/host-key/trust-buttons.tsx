import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import type { Expectation } from './compare-field.js'
import { disconnect, Escape, Foot } from './question-parts.js'

export interface Trust {
  error: ErrorInfo | undefined
  busy: 'once' | 'save' | undefined
  trust: (how: 'once' | 'save') => Promise<void>
}

export function useTrust(session: TerminalSession, question: HostKeyQuestion): Trust {
  const [error, setError] = useState<ErrorInfo>()
  const [busy, setBusy] = useState<Trust['busy']>()
  async function trust(how: 'once' | 'save') {
    setBusy(how)
    const done = await attempt(api.hostKey.trust({ sessionId: session.id, questionId: question.id, save: how === 'save' }))
    setError(done.ok ? undefined : done.error)
    setBusy(undefined)
  }
  return { error, busy, trust }
}

interface TrustFootProps {
  session: TerminalSession
  question: HostKeyQuestion
  expectation: Expectation
  trust: Trust
}

/** Nothing but *Disconnect* is filled before a match, and nothing may be trusted after *No match* or under `StrictHostKeyChecking yes`. */
export function TrustFoot({ session, question, expectation, trust: { busy, trust } }: TrustFootProps) {
  const t = useT()
  const off = question.strict || expectation.result === 'no-match'
  // A published key is the rescue system's: nothing to save for good.
  const matches = expectation.result === 'match' && !expectation.by && !off
  return (
    <Foot
      left={
        <span className="rt-row">
          <Escape words />
        </span>
      }
    >
      <Button size="sm" variant={matches ? 'default' : 'filled'} data-autofocus onClick={() => disconnect(session, question)}>
        {t('host-key.hostKey.disconnect')}
      </Button>
      <Button size="sm" disabled={off || busy === 'save'} loading={busy === 'once'} onClick={() => void trust('once')}>
        {t('host-key.unknown.once')}
      </Button>
      <Button
        size="sm"
        variant={matches && question.saveTo ? 'filled' : 'default'}
        disabled={off || !question.saveTo || busy === 'once'}
        loading={busy === 'save'}
        onClick={() => void trust('save')}
      >
        {t('host-key.unknown.save')}
      </Button>
    </Foot>
  )
}

/** Why trusting is off, in place of nothing. */
export function TrustOff({ question, expectation }: { question: HostKeyQuestion; expectation: Expectation }) {
  const t = useT()
  if (question.strict) return <p className="rt-bright">{t('host-key.unknown.strict')}</p>
  if (expectation.result === 'no-match') return <p className="rt-bright">{t('host-key.hostKey.offWhy')}</p>
  return null
}
