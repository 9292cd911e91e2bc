/**
 * 08c, a third key: nothing automatic. It can be accepted as a new rescue start only after its fingerprint was compared. The
 * accepted rescue key after its end date is the same question in calmer words.
 */
import { Button } from '@mantine/core'
import { IconAlertOctagonFilled } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { HostKeyInfo } from '../../shared/host-key.js'
import type { Intervention } from '../../shared/intervention.js'
import { CompareField, type Expectation } from '../host-key/compare-field.js'
import '../host-key/host-key.css'
import { typeName } from '../host-key/question-page.js'
import { Foot, Head } from '../host-key/question-parts.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { wasUnknown } from '../tabs/tab-label.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { useFormat } from '../ui/format.js'
import { Badge, RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { alarmKind } from './alarm.js'
import './pages.css'

interface AlarmPageProps {
  intervention: Intervention
  /** What the server shows. */
  shown: HostKeyInfo
  titleId: string
  expectation: Expectation
  /** Absent while the core would refuse it. */
  onAccept: (() => unknown) | undefined
  onStay: () => void
}

export function AlarmPage({ intervention, shown, titleId, expectation, onAccept, onStay }: AlarmPageProps) {
  const t = useT()
  const format = useFormat()
  const [explains, setExplains] = useState(false)
  const [busy, setBusy] = useState(false)
  const hours = useAppPart((app) => app.settings.rescueTtlHours)
  const kind = alarmKind(intervention, shown)
  const expired = kind === 'expired'
  const { since, expiresAt, thirdKey } = intervention
  async function accept() {
    setBusy(true)
    await onAccept?.()
    setBusy(false)
  }
  const acceptButton = onAccept && (
    <Button
      size="sm"
      disabled={expired ? expectation.result === 'no-match' : expectation.result !== 'match'}
      loading={busy}
      onClick={() => void accept()}
    >
      {expired ? t('rescue.alarm.acceptAgain', { hours }) : t('rescue.alarm.accept')}
    </Button>
  )
  return (
    <>
      <div className="rt-dialog-body">
        <Head
          icon={<IconAlertOctagonFilled className="rt-i rt-red-edge" size={24} aria-hidden />}
          server={intervention}
          {...(thirdKey ? { time: format.time(thirdKey.seenAt, { seconds: true }) } : {})}
          titleId={titleId}
          title={expired ? t('rescue.alarm.expiredTitle') : t('rescue.alarm.title')}
          lead={expired ? t('rescue.alarm.expiredLead') : t('rescue.alarm.lead')}
        />
        <table className="rt-alarm-keys">
          <tbody>
            {!wasUnknown(intervention) && (
              <KeyRow
                icon={<Badge badge="known" quiet />}
                name={t('rescue.alarm.yours')}
                note={t('rescue.alarm.yoursNote', { time: format.time(since) })}
                keys={intervention.knownKeys}
              />
            )}
            <KeyRow
              icon={<RescueGlyph />}
              name={t('rescue.alarm.rescue')}
              note={
                expired
                  ? t('rescue.alarm.expiredNote', { date: format.date(expiresAt), time: format.time(expiresAt) })
                  : t('rescue.alarm.rescueNote', { time: format.time(since) })
              }
              keys={[intervention.rescueKey]}
            />
            {!expired && (
              <KeyRow
                icon={<Badge badge="alarm" quiet />}
                name={<b className="rt-red">{t('rescue.alarm.third')}</b>}
                note={t('rescue.alarm.thirdNote')}
                keys={[shown]}
              />
            )}
          </tbody>
        </table>
        {!expired && (
          <div className="rt-hk-two">
            <section>
              <h3>{t('rescue.alarm.why')}</h3>
              <ul className="rt-hk-numbered">
                <li>{t('rescue.alarm.why1')}</li>
                <li>{t('rescue.alarm.why2')}</li>
                <li>{t('rescue.alarm.why3')}</li>
              </ul>
            </section>
            <section>
              <h3>{t('rescue.alarm.todo')}</h3>
              <ol className="rt-hk-numbered">
                <li>{t('rescue.alarm.todo1')}</li>
                <li>
                  <Rich text="rescue.alarm.todo2" values={{ cmd: <code key="cmd">{keyCommand}</code> }} />
                </li>
                <li>
                  <CompareField expectation={expectation} label={t('rescue.alarm.todo3')} stacked />
                </li>
              </ol>
            </section>
          </div>
        )}
        {expired && expectation.by && <CompareField expectation={expectation} label={t('host-key.hostKey.expect')} />}
        {explains && (
          <section className="rt-alarm-explained">
            <h3>{t('rescue.alarm.again')}</h3>
            <p className="rt-hk-gap">{onAccept ? t('rescue.alarm.againText', { hours }) : t('rescue.alarm.againOff')}</p>
            {acceptButton}
            <h3>{t('rescue.alarm.reinstalled')}</h3>
            <p className="rt-hk-gap">
              {t('rescue.alarm.reinstalledText', { restore: t('rescue.banner.restore', { n: intervention.setAside }) })}
            </p>
          </section>
        )}
      </div>
      <Foot
        left={
          !expired && (
            <Button size="sm" variant="subtle" aria-expanded={explains} onClick={() => setExplains(!explains)}>
              {t('rescue.alarm.explain')}
            </Button>
          )
        }
      >
        {expired && acceptButton}
        <Button size="sm" variant="filled" data-autofocus onClick={onStay}>
          {t('rescue.alarm.stay')}
        </Button>
      </Foot>
    </>
  )
}

const keyCommand = 'for k in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $k; done'

interface KeyRowProps {
  icon: ReactNode
  name: ReactNode
  note: string
  keys: readonly HostKeyInfo[]
}

function KeyRow({ icon, name, note, keys }: KeyRowProps) {
  return (
    <tr>
      <td>{icon}</td>
      <th scope="row">
        {name}
        <div className="rt-dim rt-sm">{note}</div>
      </th>
      <td>
        {keys.map(({ type, fingerprint }) => (
          <div className="rt-alarm-key" key={fingerprint}>
            <span>{typeName(type)}</span>
            <Fingerprint value={fingerprint} />
          </div>
        ))}
      </td>
    </tr>
  )
}
