import { IconCertificate } from '@tabler/icons-react'
import { useT } from '../i18n.js'
import { Rich } from '../ui/rich.js'
import { CompareField } from './compare-field.js'
import { ErrorNotice } from './error-notice.js'
import { KnownKeys, ShownKey } from './keys.js'
import { Head, type QuestionProps } from './question-parts.js'
import { RescueChoice, TrustFoot, TrustOff, useTrust } from './trust-buttons.js'

/** 11d: only certificate authorities cover this name, and their certificates cannot be checked here yet. */
export function AuthorityPage({ session, question, titleId, expectation }: QuestionProps) {
  const t = useT()
  const trust = useTrust(session, question)
  const names = [...new Set(question.entries.flatMap((entry) => entry.otherNames))]
  return (
    <>
      <div className="rt-dialog-body">
        <Head
          icon={<IconCertificate className="rt-i" size={24} stroke={1.75} aria-hidden />}
          server={session}
          titleId={titleId}
          title={t('host-key.ca.title')}
          lead={t('host-key.ca.lead')}
        />
        {trust.error && <ErrorNotice error={trust.error} />}
        <div className="rt-hk-two">
          <div>
            <KnownKeys entries={question.entries} authority />
            <p className="rt-dim rt-sm">
              {names.length > 0 ? (
                <Rich text="host-key.ca.scope" values={{ names: <code key="names">{names.join(', ')}</code> }} />
              ) : (
                t('host-key.ca.scopeNone')
              )}
            </p>
          </div>
          <ShownKey presented={question.presented} />
        </div>
        <CompareField expectation={expectation} label={t('host-key.hostKey.expect')} />
        <TrustOff question={question} expectation={expectation} />
        <RescueChoice question={question} expectation={expectation} trust={trust} />
        <section>
          <h3>{t('host-key.ca.choices')}</h3>
          <table className="rt-hk-choices">
            <tbody>
              <tr>
                <th scope="row">{t('host-key.hostKey.disconnect')}</th>
                <td>
                  <Rich text="host-key.ca.c1" values={{ cmd: <code key="cmd">{`ssh ${session.target}`}</code> }} />
                </td>
              </tr>
              <tr>
                <th scope="row">{t('host-key.unknown.once')}</th>
                <td>{t('host-key.ca.c2')}</td>
              </tr>
              {!question.isRescue && (
                <tr>
                  <th scope="row">{t('host-key.unknown.save')}</th>
                  <td>{t('host-key.ca.c3')}</td>
                </tr>
              )}
            </tbody>
          </table>
        </section>
      </div>
      <TrustFoot session={session} question={question} expectation={expectation} trust={trust} />
    </>
  )
}
