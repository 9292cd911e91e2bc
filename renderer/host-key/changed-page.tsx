import { Button } from '@mantine/core'
import { IconFingerprintOff, IconHandStop, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useT } from '../i18n.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { CompareField } from './compare-field.js'
import { ConsoleHint, KnownKeys, ShownKey } from './keys.js'
import type { Intent } from './question-page.js'
import { disconnect, Escape, Head, type QuestionProps } from './question-parts.js'

/** 03a: the known keys beside the shown one, and one question. After *No match* only the safe answer is left. */
export function ChangedPage({ session, question, titleId, expectation, onIntent }: QuestionProps & { onIntent: (intent: Intent) => void }) {
  const t = useT()
  const off = expectation.result === 'no-match'
  return (
    <div className="rt-dialog-body">
      <Head
        icon={<IconFingerprintOff className="rt-i" size={24} stroke={1.75} aria-hidden />}
        server={session}
        titleId={titleId}
        title={t('host-key.hostKey.title')}
        lead={t('host-key.hostKey.nothingSent')}
      />
      <div className="rt-hk-two">
        <KnownKeys entries={question.entries} />
        <ShownKey presented={question.presented}>
          <ConsoleHint type={question.presented.type} />
        </ShownKey>
      </div>
      <CompareField expectation={expectation} label={t('host-key.hostKey.expect')} hint={t('host-key.hostKey.optional')} />
      <section>
        <h2>{t('host-key.hostKey.question')}</h2>
        <div className="rt-hk-cards">
          <Card icon={<RescueGlyph />} title={t('host-key.hostKey.rescue')} text={t('host-key.hostKey.rescueText')} off={off}>
            <Button disabled={off} onClick={() => onIntent('set-aside')}>
              {t('host-key.hostKey.rescueDo')}
            </Button>
          </Card>
          <Card
            icon={<IconRefresh className="rt-i" size={16} stroke={1.75} aria-hidden />}
            title={t('host-key.hostKey.reinstalled')}
            text={t('host-key.hostKey.reinstalledText')}
            off={off}
          >
            <Button disabled={off} onClick={() => onIntent('replace')}>
              {t('host-key.hostKey.reinstalledDo')}
            </Button>
          </Card>
          <Card
            icon={<IconHandStop className="rt-i" size={16} stroke={1.75} aria-hidden />}
            title={t('host-key.hostKey.unexpected')}
            text={t('host-key.hostKey.unexpectedText')}
            safe
          >
            <Button variant="filled" data-autofocus onClick={() => disconnect(session, question)}>
              {t('host-key.hostKey.disconnect')}
            </Button>
            <Escape />
          </Card>
        </div>
      </section>
    </div>
  )
}

interface CardProps {
  icon: ReactNode
  title: string
  text: string
  /** The fingerprint expected is another one. */
  off?: boolean
  safe?: boolean
  children: ReactNode
}

export function Card({ icon, title, text, off, safe, children }: CardProps) {
  const t = useT()
  return (
    <section className={safe ? 'rt-hk-card rt-hk-card-safe' : 'rt-hk-card'}>
      <h3 className="rt-row">
        {icon}
        {title}
      </h3>
      {off ? <p className="rt-sm rt-bright">{t('host-key.hostKey.offWhy')}</p> : <p className="rt-sm">{text}</p>}
      <div className="rt-row rt-hk-card-foot">{children}</div>
    </section>
  )
}
