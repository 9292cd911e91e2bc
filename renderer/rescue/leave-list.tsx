import { IconFileText } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import type { VisitState } from '../../shared/visit.js'
import { useT } from '../i18n.js'
import { wasUnknown } from '../tabs/tab-label.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { LeaveChecklist } from './leave-checklist.js'
import { type LeaveItem, leaveItems } from './steps.js'

interface LeaveListProps {
  intervention: Intervention
  /** Absent in practice, where the provider and its machine are the app's own. */
  visit?: VisitState | undefined
  onRepair?: (() => void) | undefined
}

/** 06a, 06b, 08d: the checklist; without one (practice, nobody signed in) only what the watch and the files say. */
export function LeaveList({ intervention, visit, onRepair }: LeaveListProps) {
  if (visit?.leaving) return <LeaveChecklist visit={visit} leaving={visit.leaving} intervention={intervention} onRepair={onRepair} />
  return <WatchList intervention={intervention} />
}

function WatchList({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const items = leaveItems(intervention)
  return (
    <>
      <h2>{t('rescue.leave.title')}</h2>
      <ul className="rt-leave" aria-live="polite">
        {items.map((item) => (
          <Item key={item.kind} item={item} intervention={intervention} />
        ))}
      </ul>
      {items.every(({ kind }) => kind !== 'decide') && (
        <div className="rt-note rt-dim rt-sm">
          <IconFileText className="rt-i" size={16} stroke={1.75} aria-hidden />
          <p>{t('rescue.wait.panelNote')}</p>
        </div>
      )}
    </>
  )
}

function Item({ item, intervention }: { item: LeaveItem; intervention: Intervention }) {
  const t = useT()
  const whose = wasUnknown(intervention) ? 'Other' : ''
  switch (item.kind) {
    case 'wait':
      return (
        <li>
          <Finding kind={item.state} />
          {item.state === 'fine' ? <span>{t(`rescue.leave.answered${whose}`)}</span> : <b>{t(`rescue.leave.wait${whose}`)}</b>}
          {item.state === 'running' && <Elapsed since={intervention.watch?.startedAt} />}
        </li>
      )
    case 'restore':
      return (
        <li className={item.state === 'todo' ? 'rt-dim' : ''}>
          <Finding kind={item.state} />
          <span>{t(item.state === 'fine' ? 'rescue.leave.put' : 'rescue.leave.restore', { n: item.n })}</span>
        </li>
      )
    case 'decide':
      return (
        <li className="rt-leave-now">
          <Finding kind="person" />
          <div>
            <b>{t('rescue.attn.panel', { n: item.n })}</b>
            <p className="rt-sm">{t('rescue.attn.panelText')}</p>
          </div>
        </li>
      )
  }
}

function Elapsed({ since }: { since: string | undefined }) {
  const format = useFormat()
  const now = useNow(1000)
  if (!since) return null
  return (
    <span className="rt-dim rt-sm rt-num" aria-live="off">
      {format.clock(now.getTime() - new Date(since).getTime())}
    </span>
  )
}
