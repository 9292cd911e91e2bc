/** What the provider publishes of the rescue system's key says *match* or *no match* where nobody has pasted a fingerprint. */
import { useEffect, useState } from 'react'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import type { KeyComparison } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import { api, attempt } from '../api.js'
import { providerName } from '../enter/problem-text.js'
import { useAccount } from '../enter/use-account.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import type { Expectation } from './compare-field.js'
import { weighed } from './question-page.js'

export function usePublishedKey(session: TerminalSession, question: HostKeyQuestion, typed: Expectation): Expectation {
  const t = useT()
  const link = useAppPart((app) => app.servers.find((one) => one.id === session.serverId)?.provider)
  const account = useAccount(link)
  const [compared, setCompared] = useState<KeyComparison>('unknown')
  const id = account && !session.practice ? visitId(session.host, session.port) : undefined
  const { publicKey } = question.presented
  useEffect(() => {
    if (id === undefined) return
    const ending = new AbortController()
    // Answers once the provider knows the key of this start; a provider that cannot be asked leaves it to the person.
    void attempt(api.visit.compareKey({ id, publicKey }, { signal: ending.signal })).then((answer) => {
      if (answer.ok && !ending.signal.aborted) setCompared(answer.value.result)
    })
    return () => ending.abort()
  }, [id, publicKey])
  const result = weighed(typed.result, compared)
  return result === typed.result ? typed : { ...typed, result, by: providerName(account?.kind, t) }
}
