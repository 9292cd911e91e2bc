import { useEffect, useState } from 'react'
import type { EditPreview } from '../../shared/edit-preview.js'
import type { ErrorInfo } from '../../shared/errors.js'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { api, attempt } from '../api.js'
import type { Intent } from './question-page.js'

export interface Plan {
  /** What is on screen; a yes is bound to its digest. */
  preview: EditPreview | undefined
  error: ErrorInfo | undefined
  /** The file changed under the diff: what is shown now is a fresh one. */
  moved: boolean
  /** Being planned anew or carried out: no yes is taken. */
  busy: 'planning' | 'applying' | undefined
  agree: () => Promise<void>
  planAgain: () => void
}

/** The edit of one question, planned by the core, planned again when the option changes, carried out only as shown. */
export function usePlan(session: TerminalSession, question: HostKeyQuestion, intent: Intent, alsoWrite: boolean): Plan {
  const [preview, setPreview] = useState<EditPreview>()
  const [error, setError] = useState<ErrorInfo>()
  const [moved, setMoved] = useState(false)
  const [busy, setBusy] = useState<Plan['busy']>('planning')
  const [times, setTimes] = useState(0)
  const sessionId = session.id
  const questionId = question.id
  useEffect(() => {
    let stale = false
    setBusy('planning')
    void attempt(api.hostKey.plan({ sessionId, questionId, intent, alsoWrite })).then((planned) => {
      if (stale) return
      setPreview(planned.ok ? planned.value : undefined)
      setError(planned.ok ? undefined : planned.error)
      setMoved(false)
      setBusy(undefined)
    })
    return () => {
      stale = true
    }
  }, [sessionId, questionId, intent, alsoWrite, times])

  async function agree() {
    if (!preview || busy) return
    setBusy('applying')
    setError(undefined)
    const { digest } = preview
    const done = await attempt(
      intent === 'set-aside'
        ? api.hostKey.setAside({ sessionId, questionId, digest, alsoWrite })
        : api.hostKey.replace({ sessionId, questionId, digest }),
    )
    setBusy(undefined)
    if (!done.ok) return setError(done.error)
    if (done.value.kind === 'plan-changed') {
      setPreview(done.value.preview)
      setMoved(true)
    }
  }
  return { preview, error, moved, busy, agree, planAgain: () => setTimes((n) => n + 1) }
}

/** An intervention without a line: no file is written. A plan that meanwhile has one is not agreed to unseen. */
export async function setNoneAside(place: { sessionId: string; questionId: string }) {
  const { digest, lines } = await api.hostKey.plan({ ...place, intent: 'set-aside', alsoWrite: false })
  if (lines > 0) return api.hostKey.recheck(place)
  const outcome = await api.hostKey.setAside({ ...place, digest, alsoWrite: false })
  if (outcome.kind === 'plan-changed') await api.hostKey.recheck(place)
}
