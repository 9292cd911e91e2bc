import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { visitId } from '../../shared/visit-id.js'
import { useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { useVisit } from './use-visit.js'

/** 02: what is settled before the rescue password, or a key where it takes none, is asked for, and whose turn it is. */
export function SignInGuide({ session, intervention }: { session: TerminalSession; intervention: Intervention }) {
  const t = useT()
  const format = useFormat()
  const { since, setAside } = intervention
  const { phase } = session
  const visit = useVisit(session.practice ? undefined : visitId(session.host, session.port))
  const asks = phase.kind === 'needs-credentials'
  // The provider may tell another user than the person's: which of the two it is depends on the way chosen.
  const isOne = asks && (visit?.password?.user ?? phase.request.user) === phase.request.user
  const byKey = asks && phase.request.kind === 'choose' && !phase.request.methods.includes('password')
  return (
    <div className="rt-panel-body">
      {asks && <h2>{isOne ? t('rescue.guide.signInTitle', { user: phase.request.user }) : t('rescue.step.signIn')}</h2>}
      <p>{t(byKey ? 'rescue.guide.signInKey' : 'rescue.guide.signIn')}</p>
      <ul className="rt-leave">
        {asks && (
          <li>
            <Finding kind="fine" />
            {t('rescue.guide.shown', { time: format.time(since) })}
          </li>
        )}
        {setAside > 0 && (
          <li>
            <Finding kind="fine" />
            {t('rescue.guide.aside', { n: setAside })}
          </li>
        )}
        {asks && (
          <li>
            <Finding kind="person" />
            {t(byKey ? 'rescue.guide.turnKey' : 'rescue.guide.turn')}
          </li>
        )}
      </ul>
    </div>
  )
}
