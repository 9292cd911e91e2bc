import { Button } from '@mantine/core'
import { IconAlertOctagon } from '@tabler/icons-react'
import type { DisksState, FoundSystem, Volume } from '../../shared/machine.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { closeSession } from '../actions.js'
import { api } from '../api.js'
import { useT } from '../i18n.js'
import { useIntervention } from '../state.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { useFormat } from '../ui/format.js'
import { Risk } from '../ui/risk.js'
import { useAction } from '../ui/use-action.js'
import { Title, VolumeLine } from './parts.js'

interface OtherMachineProps {
  visit: VisitState
  disks: DisksState
  volume: Volume
  system: FoundSystem
  session: TerminalSession
}

/** 16b: none of the known host keys is on this disk. Leaving is the filled way; looking changes nothing. */
export function OtherMachine({ visit, disks, volume, system, session }: OtherMachineProps) {
  const t = useT()
  const format = useFormat()
  const { run, isBusy } = useAction()
  const intervention = useIntervention(session.interventionId)
  const { known, keys } = system.identity
  const { mountReadOnly } = disks
  return (
    <>
      <div className="rt-panel-body">
        <Title visit={visit}>{t('disks.title')}</Title>
        <div className="rt-other" role="alert">
          <IconAlertOctagon className="rt-i rt-red-edge" size={20} stroke={1.75} aria-hidden />
          <div>
            <h3>{t('disks.other.title')}</h3>
            <p>{t('disks.other.text', { known })}</p>
          </div>
        </div>
        <div>
          <VolumeLine volume={volume} />
          <div className="rt-volume-os">{t('disks.system', { os: system.os, host: system.hostname })}</div>
          {system.lastStarted && <div className="rt-dim rt-sm">{t('disks.other.last', { date: format.date(system.lastStarted) })}</div>}
        </div>
        <KeyList title={t('disks.other.yours')} none={t('disks.other.none')} keys={intervention?.knownKeys ?? []} />
        <KeyList title={t('disks.other.disk')} none={t('disks.other.none')} keys={keys} />
        <section aria-label={t('disks.other.why')}>
          <div className="rt-dim rt-sm">{t('disks.other.why')}</div>
          <ul className="rt-other-why">
            <li>{t('disks.other.w1')}</li>
            <li>{t('disks.other.w2')}</li>
            <li>{t('disks.other.w3')}</li>
          </ul>
        </section>
      </div>
      <div className="rt-panel-foot">
        {mountReadOnly && (
          <div className="rt-row rt-sm rt-dim">
            <Risk risk={mountReadOnly.risk} />
            {t('disks.other.only')}
          </div>
        )}
        <div className="rt-row">
          <Button className="rt-grow" size="sm" variant="filled" onClick={() => closeSession(session.id)}>
            {t('disks.other.disconnect')}
          </Button>
          {mountReadOnly && (
            <Button size="sm" disabled={isBusy} onClick={() => run(api.visit.mount({ id: visit.id, digest: mountReadOnly.digest }))}>
              {t('disks.other.readOnly')}
            </Button>
          )}
        </div>
      </div>
    </>
  )
}

function KeyList({ title, none, keys }: { title: string; none: string; keys: readonly { type: string; fingerprint: string }[] }) {
  return (
    <section aria-label={title}>
      <div className="rt-dim rt-sm">{title}</div>
      {keys.length === 0 && <p className="rt-sm">{none}</p>}
      {keys.map((key) => (
        <div key={key.fingerprint} className="rt-other-key">
          <span className="rt-sm">{key.type}</span>
          <Fingerprint value={key.fingerprint} />
        </div>
      ))}
    </section>
  )
}
