import { Button } from '@mantine/core'
import { IconAlertOctagonFilled } from '@tabler/icons-react'
import { useState } from 'react'
import type { ComparisonResult } from '../../shared/host-key.js'
import type { Intervention } from '../../shared/intervention.js'
import { api, call } from '../api.js'
import { CompareField } from '../host-key/compare-field.js'
import { useT } from '../i18n.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { useFormat } from '../ui/format.js'

/** A third key: nothing automatic. It can be accepted as a new rescue start only after its fingerprint was compared. */
export function AlarmPage({ intervention, titleId, onStay }: { intervention: Intervention; titleId?: string; onStay: () => void }) {
  const t = useT()
  const format = useFormat()
  const [compared, setCompared] = useState<ComparisonResult>('empty')
  const { id, thirdKey, rescueKey, knownKeys, since } = intervention
  return (
    <div className="rt-page rt-alarm-page">
      <h1 id={titleId} className="rt-row rt-red">
        <IconAlertOctagonFilled size={24} aria-hidden />
        {t('rescue.alarm.title')}
      </h1>
      <p>{t('rescue.alarm.lead')}</p>
      <dl className="rt-facts">
        <dt>
          {t('rescue.alarm.yours')}
          <div className="rt-sm rt-dim">{t('rescue.alarm.yoursNote', { time: format.time(since) })}</div>
        </dt>
        <dd>
          {knownKeys.map((key) => (
            <div key={key.fingerprint}>
              <Fingerprint value={key.fingerprint} />
            </div>
          ))}
        </dd>
        <dt>
          {t('rescue.alarm.rescue')}
          <div className="rt-sm rt-dim">{t('rescue.alarm.rescueNote', { time: format.time(since) })}</div>
        </dt>
        <dd>
          <Fingerprint value={rescueKey.fingerprint} />
        </dd>
        {thirdKey && (
          <>
            <dt>
              <b>{t('rescue.alarm.third')}</b>
              <div className="rt-sm rt-dim">{t('rescue.alarm.thirdNote')}</div>
            </dt>
            <dd>
              <Fingerprint value={thirdKey.fingerprint} />
            </dd>
          </>
        )}
      </dl>
      <h2>{t('rescue.alarm.why')}</h2>
      <ul>
        <li>{t('rescue.alarm.why1')}</li>
        <li>{t('rescue.alarm.why2')}</li>
        <li>{t('rescue.alarm.why3')}</li>
      </ul>
      <h2>{t('rescue.alarm.todo')}</h2>
      <p>{t('rescue.alarm.todo1')}</p>
      <p>{t('rescue.alarm.todo2', { cmd: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' })}</p>
      {thirdKey && <CompareField compare={(text) => api.intervention.compareThirdKey({ id, text })} onResult={setCompared} />}
      <div className="rt-row" style={{ marginTop: 20, justifyContent: 'flex-end' }}>
        {thirdKey && (
          <Button
            size="sm"
            disabled={compared !== 'match'}
            onClick={() => void call(api.intervention.acceptThirdKey({ id, fingerprint: thirdKey.fingerprint }))}
          >
            {t('rescue.alarm.accept')}
          </Button>
        )}
        <Button size="sm" variant="filled" data-autofocus onClick={onStay}>
          {t('rescue.alarm.stay')}
        </Button>
      </div>
    </div>
  )
}
