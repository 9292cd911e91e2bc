/** What the pages of the disks step share: the heading with *Look again*, one line of a volume, what speaks for a system. */
import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { DisksState, FoundSystem, Volume } from '../../shared/machine.js'
import type { VisitState } from '../../shared/visit.js'
import { api, call } from '../api.js'
import { formatBytes } from '../files/format.js'
import { useLanguage, useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'

export function Title({ visit, children }: { visit: VisitState; children: ReactNode }) {
  const t = useT()
  return (
    <div className="rt-row rt-between">
      <h2>{children}</h2>
      <Button
        className="rt-panel-way rt-panel-again"
        aria-label={t('disks.again')}
        variant="transparent"
        size="compact-sm"
        leftSection={<IconRefresh size={16} stroke={1.75} />}
        disabled={!visit.isConnected}
        onClick={() => void call(api.visit.look({ id: visit.id }))}
      >
        {t('disks.again')}
      </Button>
    </div>
  )
}

const keySigns: Record<FoundSystem['identity']['kind'], FindingKind> = {
  proven: 'fine',
  same: 'fine',
  partly: 'look',
  'nothing-known': 'todo',
  'no-keys': 'look',
  other: 'fail',
}

/** What speaks for a system, one line each. */
export function SystemFacts({ system }: { system: FoundSystem }) {
  const t = useT()
  const format = useFormat()
  const { kind, found, known } = system.identity
  const time = system.lastStarted ? `${format.date(system.lastStarted)} ${format.time(system.lastStarted)}` : undefined
  return (
    <ul className="rt-facts">
      <li>
        <Finding kind={keySigns[kind]} />
        {t(`disks.keys.${kind}`, { found, known })}
      </li>
      <li>
        <Finding kind={system.hasFstab ? 'fine' : 'look'} />
        {system.hasFstab ? (time ? t('disks.fstab', { time }) : t('disks.fstabOnly')) : t('disks.noFstab')}
      </li>
    </ul>
  )
}

/** What is mounted beside the chosen system, by hand or of another system. `children`: what can be done about it here. */
export function Elsewhere({ disks, children }: { disks: DisksState; children?: ReactNode }) {
  const t = useT()
  if (!disks.elsewhere) return null
  return (
    <section aria-label={t('disks.elsewhere')}>
      <p className="rt-dim rt-sm">{t('disks.elsewhere')}</p>
      <ul className="rt-facts">
        {disks.elsewhere.map(({ device, at, readOnly }) => (
          <li key={`${device} ${at}`}>
            <Finding kind="look" />
            {t(readOnly ? 'disks.mountedReadOnly' : 'disks.mountedAt', { name: device, root: at })}
          </li>
        ))}
      </ul>
      {children}
    </section>
  )
}

export function VolumeLine({ volume }: { volume: Volume }) {
  const language = useLanguage()
  return (
    <div className="rt-volume-line">
      <b className="rt-mono">{volume.name}</b> <span className="rt-dim rt-sm">{volume.fileSystem}</span>
      <span className="rt-volume-size rt-dim rt-num">{formatBytes(volume.size, language)}</span>
    </div>
  )
}
