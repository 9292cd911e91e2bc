import { Button, Radio } from '@mantine/core'
import { useState } from 'react'
import type { DisksState, FoundSystem, Volume } from '../../shared/machine.js'
import type { VisitState } from '../../shared/visit.js'
import { api, call } from '../api.js'
import { formatBytes } from '../files/format.js'
import { useLanguage, useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { Finding } from '../ui/glyphs.js'
import { Risk } from '../ui/risk.js'
import { useAction } from '../ui/use-action.js'
import { WillRun } from '../ui/will-run.js'
import { Elsewhere, SystemFacts, Title, VolumeLine } from './parts.js'

interface SystemsProps {
  visit: VisitState
  disks: DisksState
  /** To what is still locked. */
  onLocked: (() => void) | undefined
}

/** 04: the systems found, what goes with the chosen one, what is left alone, and the way to mount it. */
export function Systems({ visit, disks, onLocked }: SystemsProps) {
  const t = useT()
  const { run, isBusy } = useAction()
  const systems = disks.volumes.filter((volume) => volume.system)
  const along = disks.volumes.filter((volume) => !volume.system && volume.goesTo)
  const left = disks.volumes.filter((volume) => !volume.system && !volume.goesTo)
  const chosen = disks.volumes.find(({ path }) => path === disks.chosen)
  const { mount, mountReadOnly, unmount } = disks
  const { id } = visit
  return (
    <>
      <div className="rt-panel-body">
        <Title visit={visit}>{t(systems.length > 0 ? 'disks.title' : 'disks.none')}</Title>
        {systems.length === 0 && <p>{t('disks.noneText')}</p>}
        {systems.length > 0 && (
          <Radio.Group
            value={disks.chosen ?? ''}
            onChange={(path) => void call(api.visit.choose({ id, path }))}
            aria-label={t('disks.title')}
          >
            {systems.map((volume) => (
              <SystemRow key={volume.path} visit={visit} volume={volume} system={volume.system!} isChosen={volume.path === disks.chosen} />
            ))}
          </Radio.Group>
        )}
        {along.map((volume) => (
          <div key={volume.path} className="rt-volume">
            <Finding kind="fine" />
            <VolumeLine volume={volume} />
            <div className="rt-volume-more">{t(volume.role === 'efi' ? 'disks.efi' : 'disks.goesTo', { path: volume.goesTo! })}</div>
          </div>
        ))}
        <LeftAlone volumes={left} />
        <Elsewhere disks={disks}>
          {unmount && (
            <Button
              className="rt-to-locked"
              size="sm"
              disabled={isBusy || !visit.isConnected}
              onClick={() => run(api.visit.unmount({ id, digest: unmount.digest }))}
            >
              {t('disks.unmountAll')}
            </Button>
          )}
        </Elsewhere>
        {onLocked && (
          <Button className="rt-to-locked" size="sm" onClick={onLocked}>
            {t('disks.unlock.goTo')}
          </Button>
        )}
        {mount && <WillRun commands={mount.commands} />}
      </div>
      {mount && chosen && (
        <div className="rt-panel-foot">
          <div className="rt-row rt-sm rt-dim">
            <Risk risk={mount.risk} />
            {t(mount.risk === 'reads' ? 'disks.readWhy' : 'disks.writeWhy', { name: chosen.name })}
          </div>
          <div className="rt-row">
            <Button
              className="rt-grow"
              size="sm"
              variant="filled"
              disabled={isBusy}
              onClick={() => run(api.visit.mount({ id, digest: mount.digest }))}
            >
              {t('disks.mount', { root: mount.root ?? '' })}
            </Button>
            {mountReadOnly && (
              <Button size="sm" disabled={isBusy} onClick={() => run(api.visit.mount({ id, digest: mountReadOnly.digest }))}>
                {t('disks.readOnly')}
              </Button>
            )}
          </div>
        </div>
      )}
    </>
  )
}

interface SystemRowProps {
  visit: VisitState
  volume: Volume
  system: FoundSystem
  isChosen: boolean
}

function SystemRow({ visit, volume, system, isChosen }: SystemRowProps) {
  const t = useT()
  const { runAndWait, isBusy } = useAction()
  const [isUnproven, setUnproven] = useState(false)
  const canProve = isChosen && ['same', 'partly'].includes(system.identity.kind)
  async function prove() {
    setUnproven(false)
    const answer = await runAndWait(api.visit.prove({ id: visit.id }))
    setUnproven(answer?.isProven === false)
  }
  return (
    <div className="rt-volume">
      <Radio value={volume.path} aria-label={`${volume.name} ${system.os}`} size="xs" />
      <VolumeLine volume={volume} />
      <div className="rt-volume-more">
        <div className="rt-volume-os">{t('disks.system', { os: system.os, host: system.hostname })}</div>
        <SystemFacts system={system} />
        {volume.error && <ErrorText error={volume.error} compact />}
        {canProve && (
          <Button className="rt-panel-way" variant="transparent" size="compact-sm" disabled={isBusy} onClick={() => void prove()}>
            {t('disks.prove')}
          </Button>
        )}
        <p className="rt-sm rt-dim" role="status">
          {canProve && isUnproven && t('disks.unproven')}
        </p>
      </div>
    </div>
  )
}

function LeftAlone({ volumes }: { volumes: readonly Volume[] }) {
  const t = useT()
  const language = useLanguage()
  if (volumes.length === 0) return null
  return (
    <section aria-label={t('disks.left')}>
      <div className="rt-dim rt-sm">{t('disks.left')}</div>
      <ul className="rt-left-alone">
        {volumes.map((volume) => (
          <li key={volume.path}>
            <span aria-hidden>—</span>
            <code>{volume.name}</code>
            <span className="rt-trunc">
              {volume.label ? `${t(`disks.role.${volume.role}`)} · ${volume.label}` : t(`disks.role.${volume.role}`)}
            </span>
            <span className="rt-num">{formatBytes(volume.size, language)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
