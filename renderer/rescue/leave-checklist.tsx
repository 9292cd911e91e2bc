/**
 * 06a, 06b: the checklist that ticks itself. What needs a person stands out with what can be done about it; once the machine
 * restarts, what is behind it takes one line each.
 */
import { Button } from '@mantine/core'
import { IconFileText } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import type { LeavingItem, LeavingState, VisitState } from '../../shared/visit.js'
import { api } from '../api.js'
import { type TextKey, type Translate, useT } from '../i18n.js'
import { wasUnknown } from '../tabs/tab-label.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { onceOnly } from './commands.js'
import { type LeavingLine, leavingLines } from './leaving-lines.js'
import { LeavingTurn, Places } from './leaving-turn.js'

interface ChecklistProps {
  visit: VisitState
  leaving: LeavingState
  intervention: Intervention
  /** Back to the repairs; the list is left. */
  onRepair?: (() => void) | undefined
}

export function LeaveChecklist({ visit, leaving, intervention, onRepair }: ChecklistProps) {
  const t = useT()
  const lines = leavingLines(leaving)
  const isRestarting = lines.some((line) => line.kind === 'passed')
  const bootMode = leaving.items.find(({ id }) => id === 'boot-mode')
  const wouldReturn = visit.stickiness !== 'one-boot' && bootMode?.state !== 'fine'
  async function back() {
    await onceOnly(api.visit.stopLeaving({ id: visit.id }))
    onRepair?.()
  }
  return (
    <>
      <h2>{t('rescue.leave.title')}</h2>
      <ul className="rt-leave" aria-live="polite">
        {lines.map((line) => (
          <Line key={line.kind === 'passed' ? 'passed' : line.item.id} line={line} {...{ visit, leaving, intervention }} onRepair={back} />
        ))}
      </ul>
      {isRestarting ? (
        <div className="rt-note rt-dim rt-sm">
          <IconFileText className="rt-i" size={16} stroke={1.75} aria-hidden />
          <p>{t('rescue.wait.panelNote')}</p>
        </div>
      ) : (
        <>
          {wouldReturn && (
            <p className="rt-dim rt-sm">
              <Rich text="leave.typedReboot" />
            </p>
          )}
          <Button className="rt-leave-back" variant="subtle" onClick={() => void back()}>
            {t('leave.back')}
          </Button>
        </>
      )}
    </>
  )
}

interface LineProps extends Omit<ChecklistProps, 'onRepair'> {
  line: LeavingLine
  onRepair: () => Promise<void>
}

function Line({ line, ...rest }: LineProps) {
  const t = useT()
  const format = useFormat()
  if (line.kind === 'passed') {
    return (
      <li>
        <Finding kind={line.skipped ? 'look' : 'fine'} />
        <span>
          {line.checked + line.skipped === 0 ? t('leave.nothingChecked') : t('leave.passed', { n: line.checked, skipped: line.skipped })}
        </span>
        <span className="rt-dim rt-sm rt-num">{line.at && format.time(line.at)}</span>
      </li>
    )
  }
  const { item } = line
  const label = labelOf(item, rest.intervention, t)
  const needsPerson = item.state === 'fault' || item.state === 'waits'
  if (needsPerson) {
    return (
      <li className="rt-leave-now">
        <Finding kind={item.state === 'fault' ? 'fail' : 'person'} />
        <LeavingTurn item={item} label={label} {...rest} />
        <span className="rt-dim rt-sm rt-num">{item.state === 'waits' && <Since since={item.since} />}</span>
      </li>
    )
  }
  return (
    <li className={item.state === 'todo' || item.state === 'skipped' ? 'rt-dim' : ''}>
      <Finding kind={kinds[item.state]} />
      <div>
        {item.state === 'running' ? <b>{label}</b> : <span>{label}</span>}
        {!line.isBehind && <Places item={item} />}
      </div>
      <span className="rt-dim rt-sm rt-num">
        {line.isBehind && item.since ? format.time(item.since) : <Fact item={item} visit={rest.visit} />}
      </span>
    </li>
  )
}

const kinds: Record<LeavingItem['state'], FindingKind> = {
  todo: 'todo',
  running: 'running',
  fine: 'fine',
  fault: 'fail',
  waits: 'person',
  skipped: 'todo',
}

function Fact({ item, visit }: { item: LeavingItem; visit: VisitState }) {
  const t = useT()
  if (item.state === 'skipped' && item.reason) return t(`leave.reason.${item.reason}`)
  if (item.state === 'running') return <Since since={item.since} />
  if (item.state === 'fine' && visit.repair.changes.some(({ task, result }) => task === item.id && result === 'verified'))
    return t('leave.fixed')
  return null
}

function Since({ since }: { since: string | undefined }) {
  const format = useFormat()
  const now = useNow(1000)
  return <span aria-live="off">{since && format.clock(now.getTime() - Date.parse(since))}</span>
}

function labelOf(item: LeavingItem, intervention: Intervention, t: Translate): string {
  const { setAside, files } = intervention
  const { id, state, count } = item
  const isDone = state === 'fine'
  switch (id) {
    case 'keys':
      if (!count) return t('leave.item.keys')
      return t(state === 'fault' ? 'leave.keysFault' : 'leave.keysFound', { found: count.found, n: count.of })
    case 'unmount':
      return t(isDone ? 'leave.done.unmount' : state === 'waits' ? 'leave.busy' : 'leave.item.unmount')
    case 'boot-mode':
    case 'reboot':
      return t(`leave.${isDone ? 'done' : 'item'}.${id}` satisfies TextKey)
    case 'wait':
      return t(`rescue.leave.${isDone ? 'answered' : 'wait'}${wasUnknown(intervention) ? 'Other' : ''}`)
    case 'restore': {
      const all = files.reduce((sum, file) => sum + file.lines.length, 0)
      return isDone ? t('rescue.leave.put', { n: all }) : t('rescue.leave.restore', { n: setAside })
    }
    default:
      return t(`leave.item.${id}`)
  }
}
