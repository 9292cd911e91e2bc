/** Step 5: what was found in the mounted system, what would mend it, and what was done. The tasks stand in a fixed order. */
import { Button, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconRefresh } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { RepairTaskId, TaskState } from '../../shared/repair.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { showDiagnosis } from '../actions.js'
import { api } from '../api.js'
import { useT } from '../i18n.js'
import { nameOf } from '../tabs/tab-label.js'
import { ErrorText } from '../ui/error-text.js'
import { useFormat } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'
import { Changes } from './changes.js'
import { FindingRow } from './finding-row.js'
import { firstFault, signOf, summaryOf } from './summary.js'
import './repair.css'

interface RepairPanelProps {
  visit: VisitState
  session: TerminalSession
  onward: ReactNode
}

export function RepairPanel({ visit, session, onward }: RepairPanelProps) {
  const t = useT()
  const { run, isBusy } = useAction()
  const [chosen, setChosen] = useState<RepairTaskId | 'none'>()
  const { repair, disks, isConnected, id } = visit
  const { tasks, busy } = repair
  const isMounted = disks.mounted !== undefined
  const ran = tasks.filter(({ phase }) => phase !== 'not-run')
  const open = chosen ?? firstFault(tasks)
  const examine = () => run(api.visit.examine({ id }))
  return (
    <>
      <div className="rt-panel-body">
        {ran.length === 0 ? (
          <>
            <h2>{t('repair.start')}</h2>
            <p>{t(isMounted ? 'repair.startText' : 'repair.needsMount')}</p>
            {isMounted && (
              <Button className="rt-repair-start" size="sm" variant="filled" disabled={isBusy || !isConnected || !!busy} onClick={examine}>
                {t('repair.examine')}
              </Button>
            )}
          </>
        ) : (
          <Head tasks={ran} onReport={() => showDiagnosis('report', id, nameOf(session, t))}>
            <Button
              className="rt-panel-way rt-panel-again"
              aria-label={t('repair.again')}
              variant="transparent"
              size="compact-sm"
              leftSection={<IconRefresh size={16} stroke={1.75} />}
              disabled={isBusy || !isConnected || !isMounted || !!busy}
              onClick={examine}
            >
              {t('repair.again')}
            </Button>
          </Head>
        )}
        <p className="rt-row rt-sm rt-repair-busy" role="status">
          {busy && (
            <>
              <Finding kind="running" />
              {t(`repair.busy.${busy.kind}`)}
            </>
          )}
        </p>
        {disks.mounted?.readOnly && ran.length > 0 && <p className="rt-sm">{t('repair.readOnly')}</p>}
        {ran.length > 0 && (
          <div className="rt-tasks">
            {tasks.map((task) => (
              <Task
                key={task.task}
                task={task}
                visit={visit}
                session={session}
                isOpen={open === task.task}
                onToggle={() => setChosen(open === task.task ? 'none' : task.task)}
              />
            ))}
          </div>
        )}
        <Changes visit={visit} />
      </div>
      <div className="rt-panel-foot">{onward}</div>
    </>
  )
}

function Head({ tasks, onReport, children }: { tasks: readonly TaskState[]; onReport: () => void; children: ReactNode }) {
  const t = useT()
  const format = useFormat()
  const findings = tasks.flatMap((task) => task.findings)
  const at = tasks
    .flatMap((task) => task.at ?? [])
    .sort()
    .at(-1)
  return (
    <div className="rt-repair-head">
      <div className="rt-row rt-between">
        <h2 aria-live="polite">{t('repair.title', { n: findings.filter(({ state }) => state === 'fault').length })}</h2>
        {children}
      </div>
      <div className="rt-row rt-between rt-sm">
        <span className="rt-dim">{at && t('repair.checked', { n: findings.length, time: format.time(at) })}</span>
        <Button className="rt-panel-way" variant="transparent" size="compact-sm" onClick={onReport}>
          {t('repair.report')}
        </Button>
      </div>
    </div>
  )
}

interface TaskProps {
  task: TaskState
  visit: VisitState
  session: TerminalSession
  isOpen: boolean
  onToggle: () => void
}

function Task({ task, visit, session, isOpen, onToggle }: TaskProps) {
  const t = useT()
  const summary = summaryOf(task)
  const values = { n: 'n' in summary ? summary.n : 0, m: 'm' in summary ? summary.m : 0 }
  const line = (
    <>
      <Finding kind={signOf[summary.kind]} />
      <b className="rt-trunc">{t(`repair.task.${task.task}`)}</b>
      <span className="rt-dim rt-sm rt-trunc">{t(`repair.${summary.kind}`, values)}</span>
    </>
  )
  const isSpeed = task.task === 'speed'
  if (task.findings.length === 0 && !task.error && !isSpeed) return <div className="rt-task rt-task-head">{line}</div>
  const Chevron = isOpen ? IconChevronUp : IconChevronDown
  const body = `repair-${task.task}`
  return (
    <section className="rt-task">
      <h3>
        <UnstyledButton className="rt-task-head" aria-expanded={isOpen} aria-controls={body} onClick={onToggle}>
          {line}
          <Chevron className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </h3>
      <div id={body} className="rt-task-body" hidden={!isOpen}>
        {task.error && <ErrorText error={task.error} />}
        {isOpen &&
          task.findings.map((finding) => (
            <FindingRow key={finding.id} visit={visit} session={session} task={task.task} finding={finding} />
          ))}
        {isSpeed && (
          <Button className="rt-repair-speed" size="sm" onClick={() => showDiagnosis('speed', visit.id, nameOf(session, t))}>
            {t('repair.measure')}
          </Button>
        )}
      </div>
    </section>
  )
}
