import { Button } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { DisksState } from '../../shared/machine.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { openChroot } from '../actions.js'
import { api } from '../api.js'
import { useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { Finding } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'
import { Elsewhere, SystemFacts, Title } from './parts.js'

interface MountedProps {
  visit: VisitState
  disks: DisksState
  mounted: NonNullable<DisksState['mounted']>
  session: TerminalSession
  onward: ReactNode
}

/** What is mounted where, the shell inside it, and the way back out. */
export function Mounted({ visit, disks, mounted, session, onward }: MountedProps) {
  const t = useT()
  const { run, isBusy } = useAction()
  const volume = disks.volumes.find(({ path }) => path === mounted.device)
  const failed = disks.volumes.filter((one) => one.error)
  const { id } = visit
  const { unmount } = disks
  const name = volume?.name ?? mounted.device
  return (
    <>
      <div className="rt-panel-body">
        <Title visit={visit}>{t('disks.mounted')}</Title>
        <ul className="rt-facts" aria-live="polite">
          <li>
            <Finding kind="fine" />
            {t(mounted.readOnly ? 'disks.mountedReadOnly' : 'disks.mountedAt', { name, root: mounted.root })}
          </li>
          {mounted.others.map((other) => (
            <li key={other.at}>
              <Finding kind="fine" />
              {t('disks.mountedAt', { name: other.device, root: other.at })}
            </li>
          ))}
        </ul>
        <Elsewhere disks={disks} />
        {volume?.system && (
          <div>
            <div className="rt-volume-os">{t('disks.system', { os: volume.system.os, host: volume.system.hostname })}</div>
            <SystemFacts system={volume.system} />
          </div>
        )}
        {!mounted.ours && <p className="rt-dim rt-sm">{t('disks.foundMounted')}</p>}
        {failed.map((one) => (
          <div key={one.path} className="rt-row rt-top">
            <Finding kind="look" />
            <ErrorText error={one.error!} compact />
          </div>
        ))}
        {mounted.bound ? (
          <div>
            <Button
              size="sm"
              leftSection={<IconTerminal2 size={16} stroke={1.75} />}
              disabled={!visit.isConnected}
              onClick={() => void openChroot(session.id)}
            >
              {t('disks.chroot')}
            </Button>
            <p className="rt-dim rt-sm rt-volume-why">{t('disks.chrootText')}</p>
          </div>
        ) : (
          <p className="rt-dim rt-sm">{t('disks.notBound')}</p>
        )}
      </div>
      <div className="rt-panel-foot">
        {mounted.readOnly && disks.mount && (
          <Button size="sm" disabled={isBusy} onClick={() => run(api.visit.mount({ id, digest: disks.mount!.digest }))}>
            {t('disks.mountWritable')}
          </Button>
        )}
        {unmount && (
          <Button size="sm" disabled={isBusy || !visit.isConnected} onClick={() => run(api.visit.unmount({ id, digest: unmount.digest }))}>
            {t(disks.elsewhere ? 'disks.unmountAll' : 'disks.unmount')}
          </Button>
        )}
        {onward}
      </div>
    </>
  )
}
