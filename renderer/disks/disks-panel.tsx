/** Step 4: which disk holds the system, what speaks for it, and the exact commands before anything is mounted. */
import { type ReactNode, useState } from 'react'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { Finding } from '../ui/glyphs.js'
import { LockedDisks } from './locked-disks.js'
import { Mounted } from './mounted.js'
import { OtherMachine } from './other-machine.js'
import { Title } from './parts.js'
import { Systems } from './systems.js'
import './disks.css'

interface DisksProps {
  visit: VisitState
  session: TerminalSession
  /** Further buttons of the panel's foot: on to the next step. */
  onward: ReactNode
}

export function DisksPanel({ visit, session, onward }: DisksProps) {
  const t = useT()
  const { disks } = visit
  // Chosen for what one look found; the next look begins anew.
  const [choice, choose] = useState<{ page: 'locked' | 'list'; at: string | undefined }>()
  const page = choice?.at === disks.at ? choice?.page : undefined
  if (disks.mounted && !disks.busy) return <Mounted visit={visit} disks={disks} mounted={disks.mounted} session={session} onward={onward} />
  if (disks.busy) return <Notice>{t(`disks.busy.${disks.busy}`)}</Notice>
  if (disks.phase === 'looking') return <Notice>{t('disks.looking')}</Notice>
  if (disks.phase === 'failed') {
    return (
      <div className="rt-panel-body">
        <Title visit={visit}>{t('disks.failed')}</Title>
        {disks.error && <ErrorText error={disks.error} />}
      </div>
    )
  }
  if (disks.phase === 'not-looked') {
    return (
      <div className="rt-panel-body">
        <Title visit={visit}>{t('disks.title')}</Title>
        {!visit.isConnected && <p>{t('disks.noConnection')}</p>}
      </div>
    )
  }
  const chosen = disks.volumes.find(({ path }) => path === disks.chosen)
  // What is locked hides the system: it is opened before anything is said about the rest, unless the person wants it otherwise.
  if (disks.unlock && (page ? page === 'locked' : !chosen?.system))
    return <LockedDisks visit={visit} disks={disks} plan={disks.unlock} onSkip={() => choose({ page: 'list', at: disks.at })} />
  if (chosen?.system?.identity.kind === 'other')
    return <OtherMachine visit={visit} disks={disks} volume={chosen} system={chosen.system} session={session} />
  return <Systems visit={visit} disks={disks} onLocked={disks.unlock && (() => choose({ page: 'locked', at: disks.at }))} />
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <div className="rt-panel-body">
      <p className="rt-row" role="status">
        <Finding kind="running" />
        {children}
      </p>
    </div>
  )
}
