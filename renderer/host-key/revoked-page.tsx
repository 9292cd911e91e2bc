import { Button } from '@mantine/core'
import { useT } from '../i18n.js'
import { KnownKeys, ShownKey } from './keys.js'
import { disconnect, Head, type QuestionProps } from './question-parts.js'

/** Refusal only: there is no way past a revocation, not in rescue either. */
export function RevokedPage({ session, question, titleId }: QuestionProps) {
  const t = useT()
  return (
    <>
      <div className="rt-hk-body">
        <Head session={session} titleId={titleId} title={t('host-key.revoked.title')} lead={t('host-key.hostKey.nothingSent')} />
        <div className="rt-hk-columns">
          <KnownKeys entries={question.entries} />
          <ShownKey presented={question.presented} />
        </div>
        <div className="rt-hk-section">
          <h2>{t('host-key.revoked.means')}</h2>
          <p>{t('host-key.revoked.meansText')}</p>
          <p>{t('host-key.revoked.noWay')}</p>
          <ol>
            <li>{t('host-key.revoked.todo1')}</li>
            <li>{t('host-key.revoked.todo2')}</li>
            <li>{t('host-key.revoked.todo3')}</li>
          </ol>
        </div>
      </div>
      <div className="rt-hk-foot">
        <Button size="sm" variant="filled" data-autofocus onClick={() => disconnect(session, question)}>
          {t('host-key.hostKey.stay')}
        </Button>
      </div>
    </>
  )
}
