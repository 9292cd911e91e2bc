import { IconFingerprint } from '@tabler/icons-react'
import { useT } from '../i18n.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { Rich } from '../ui/rich.js'
import { CompareField } from './compare-field.js'
import { ErrorNotice } from './error-notice.js'
import { Randomart } from './keys.js'
import { typeName } from './question-page.js'
import { Head, type QuestionProps } from './question-parts.js'
import { RescueChoice, TrustFoot, TrustOff, useTrust } from './trust-buttons.js'

/** 09a: first contact. */
export function UnknownPage({ session, question, titleId, expectation }: QuestionProps) {
  const t = useT()
  const trust = useTrust(session, question)
  const { presented, saveTo } = question
  return (
    <>
      <div className="rt-dialog-body">
        <Head
          icon={<IconFingerprint className="rt-i" size={24} stroke={1.75} aria-hidden />}
          server={session}
          titleId={titleId}
          title={t('host-key.unknown.title')}
          lead={t('host-key.unknown.lead')}
        />
        {trust.error && <ErrorNotice error={trust.error} />}
        <div className="rt-hk-unknown">
          <Randomart presented={presented} />
          <div>
            <b>{typeName(presented.type)}</b>
            <div>
              <Fingerprint value={presented.fingerprint} />
            </div>
            <p className="rt-dim rt-sm rt-hk-why">{t('host-key.unknown.why')}</p>
          </div>
        </div>
        <CompareField expectation={expectation} label={t('host-key.hostKey.expect')} />
        <TrustOff question={question} expectation={expectation} />
        <RescueChoice question={question} expectation={expectation} trust={trust} />
        {saveTo && !question.strict && !question.isRescue && (
          <p className="rt-dim rt-sm">
            <Rich
              text={saveTo.hashed ? 'host-key.unknown.savedHashed' : 'host-key.unknown.saved'}
              values={{ file: <code key="file">{saveTo.file}</code> }}
            />
          </p>
        )}
      </div>
      <TrustFoot session={session} question={question} expectation={expectation} trust={trust} />
    </>
  )
}
