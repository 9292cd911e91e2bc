import { Button } from '@mantine/core'
import { IconAlertOctagon } from '@tabler/icons-react'
import type { DisksState, FoundSystem, Volume } from '../../shared/machine.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { closeSession } from '../actions.js'
import { api } from '../api.js'
import { typeName } from '../host-key/question-page.js'
import { useT } from '../i18n.js'
import { useIntervention } from '../state.js'
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
        <Keys known={intervention?.knownKeys ?? []} found={keys} />
        <section aria-label={t('disks.other.why')}>
          <h3>{t('disks.other.why')}</h3>
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

type Key = Pick<FoundSystem['identity']['keys'][number], 'type' | 'fingerprint'>

/** Yours beside those of the disk, by type. None is another's equal: the beginnings are enough to see it. */
function Keys({ known, found }: { known: readonly Key[]; found: readonly Key[] }) {
  const t = useT()
  const rows = [...new Set([...known, ...found].map(({ type }) => type))].flatMap((type) => {
    const [yours, others] = [known, found].map((keys) => keys.filter((key) => key.type === type))
    return Array.from({ length: Math.max(yours!.length, others!.length) }, (_, at) => ({ type, yours: yours![at], other: others![at] }))
  })
  const cell = (key: Key | undefined) =>
    key ? (
      <span title={key.fingerprint}>
        <span className="rt-other-hash">{key.fingerprint.slice(0, HASH)}</span>
        {`${key.fingerprint.slice(HASH, HASH + SHOWN_HEAD)}…${key.fingerprint.slice(-SHOWN_TAIL)}`}
      </span>
    ) : (
      none
    )
  const none = <span className="rt-dim rt-sm">{t('disks.other.none')}</span>
  return (
    <table className="rt-other-keys">
      <thead>
        <tr>
          <td />
          <th scope="col">{t('disks.other.yours')}</th>
          <th scope="col">{t('disks.other.disk')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ type, yours, other }) => (
          <tr key={yours?.fingerprint ?? other?.fingerprint}>
            <th scope="row">{typeName(type)}</th>
            <td>{cell(yours)}</td>
            <td>{cell(other)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const HASH = 'SHA256:'.length
// Ten of 43 characters: by chance two keys agree there once in 2^60 times.
const SHOWN_HEAD = 6
const SHOWN_TAIL = 4
