import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { RescueGlyph } from '../ui/glyphs.js'
import type { Expectation } from './compare-field.js'
import { disconnect, Escape, Foot } from './question-parts.js'
import { setNoneAside } from './use-plan.js'

/** `rescue`: accepted until the rescue is left, and written nowhere. */
type How = 'once' | 'save' | 'rescue'

export interface Trust {
  error: ErrorInfo | undefined
  busy: How | undefined
  trust: (how: How) => Promise<void>
}

export function useTrust(session: TerminalSession, question: HostKeyQuestion): Trust {
  const [error, setError] = useState<ErrorInfo>()
  const [busy, setBusy] = useState<Trust['busy']>()
  async function trust(how: How) {
    setBusy(how)
    const place = { sessionId: session.id, questionId: question.id }
    const done = await attempt(how === 'rescue' ? setNoneAside(place) : api.hostKey.trust({ ...place, save: how === 'save' }))
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
  const off = isOff(question, expectation)
  // A rescue system's key is nothing to save for good.
  const lasting = question.isRescue ? 'rescue' : 'save'
  const canLast = question.isRescue || question.saveTo !== undefined
  const matches = expectation.result === 'match' && (question.isRescue || !expectation.by) && !off
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
      <Button
        size="sm"
        disabled={off || (busy !== undefined && busy !== 'once')}
        loading={busy === 'once'}
        onClick={() => void trust('once')}
      >
        {t('host-key.unknown.once')}
      </Button>
      <Button
        size="sm"
        variant={matches && canLast ? 'filled' : 'default'}
        disabled={off || !canLast || (busy !== undefined && busy !== lasting)}
        loading={busy === lasting}
        onClick={() => void trust(lasting)}
      >
        {t(`host-key.unknown.${lasting}`)}
      </Button>
    </Foot>
  )
}

const isOff = (question: HostKeyQuestion, expectation: Expectation) => question.strict || expectation.result === 'no-match'

/** A server that nobody knew may be in rescue all the same: sent there elsewhere, on the provider's page. */
export function RescueChoice({ question, expectation, trust: { busy, trust } }: Omit<TrustFootProps, 'session'>) {
  const t = useT()
  const hours = useAppPart((app) => app.settings.rescueTtlHours)
  if (isOff(question, expectation)) return null
  if (question.isRescue) return <p className="rt-sm">{t('host-key.unknown.rescueSent', { hours })}</p>
  return (
    <div className="rt-row">
      <RescueGlyph />
      <span className="rt-grow rt-sm">{t('host-key.unknown.rescueText', { hours })}</span>
      <Button loading={busy === 'rescue'} disabled={busy !== undefined && busy !== 'rescue'} onClick={() => void trust('rescue')}>
        {t('host-key.unknown.rescue')}
      </Button>
    </div>
  )
}

/** Why trusting is off, in place of nothing. */
export function TrustOff({ question, expectation }: { question: HostKeyQuestion; expectation: Expectation }) {
  const t = useT()
  if (question.strict) return <p className="rt-bright">{t('host-key.unknown.strict')}</p>
  // What the provider publishes stands beside the field already.
  if (expectation.result === 'no-match' && !expectation.by) return <p className="rt-bright">{t('host-key.hostKey.offWhy')}</p>
  return null
}
