/** The right panel: where one is in the rescue and what comes next. It is there again after a restart. */
import { ActionIcon, Button } from '@mantine/core'
import { IconLayoutSidebarRightCollapse } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import { togglePanel } from '../actions.js'
import { DisksPanel } from '../disks/disks-panel.js'
import { useT } from '../i18n.js'
import { PracticePanel } from '../practice/practice-panel.js'
import { RepairPanel } from '../repair/repair-panel.js'
import { useIntervention, useWindow } from '../state.js'
import { isOpenIntervention, nameOf } from '../tabs/tab-label.js'
import { useFormat, useNow } from '../ui/format.js'
import { chooseStep, leaveRescue, tickStep } from './commands.js'
import { Guide } from './guide.js'
import { LeaveList } from './leave-list.js'
import { SignInGuide } from './sign-in-guide.js'
import { Stepper } from './stepper.js'
import { type ByHand, byHand, currentStep, fixes, leaveItems, type StepName } from './steps.js'
import { useVisit } from './use-visit.js'
import './rescue.css'

/** One array, so that the selector keeps its identity. */
const none: readonly StepName[] = []

export function RescuePanel({ session }: { session: TerminalSession }) {
  const t = useT()
  const intervention = useIntervention(session.interventionId)
  const open = intervention && isOpenIntervention(intervention) ? intervention : undefined
  const chosen = useWindow((state) => state.chosenSteps[intervention?.id ?? ''] ?? 'disks')
  const setChosen = (wanted: ByHand) => intervention && chooseStep(intervention.id, wanted)
  const known = currentStep(session, open)
  // From here on only the person knows how far the work is.
  const visit = useVisit(open && !open.practice ? visitId(session.host, session.port) : undefined)
  const step = visit?.leaving ? 'leave' : known === 'disks' ? chosen : known
  const ticked = useWindow((state) => state.ticked[intervention?.id ?? ''] ?? none)
  // Whoever stands at the disks has signed in.
  const signedIn = known === 'disks' ? open?.id : undefined
  useEffect(() => {
    if (signedIn) tickStep(signedIn, 'signIn')
  }, [signedIn])
  return (
    <>
      <Head name={nameOf(session, t)}>{session.practice ? t('practice.sub') : open && <Since intervention={open} />}</Head>
      <Stepper
        step={step}
        ticked={open && fixes(visit) > 0 ? [...ticked, 'repair'] : ticked}
        session={session}
        intervention={open}
        visit={visit}
        onStep={known === 'disks' && !visit?.leaving ? setChosen : undefined}
      />
      {session.practice ? (
        <PracticePanel session={session} intervention={intervention} />
      ) : (
        open && <Work step={step} session={session} intervention={open} visit={visit} onStep={setChosen} />
      )}
    </>
  )
}

function Head({ name, children }: { name: string; children: ReactNode }) {
  const t = useT()
  return (
    <div className="rt-panel-head">
      <div className="rt-grow">
        <h2 className="rt-trunc">{name}</h2>
        <div className="rt-dim rt-sm rt-trunc">{children}</div>
      </div>
      <ActionIcon aria-label={t('rescue.panel.hide')} onClick={togglePanel}>
        <IconLayoutSidebarRightCollapse size={14} stroke={1.75} />
      </ActionIcon>
    </div>
  )
}

function Since({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(30_000)
  return <>{t('rescue.panel.since', { duration: format.duration(now.getTime() - new Date(intervention.since).getTime()) })}</>
}

interface WorkProps {
  step: ReturnType<typeof currentStep>
  session: TerminalSession
  intervention: Intervention
  visit: VisitState | undefined
  onStep: (step: ByHand) => void
}

function Work({ step, session, intervention, visit, onStep }: WorkProps) {
  const t = useT()
  const isMounted = visit?.disks.mounted !== undefined
  useEffect(() => {
    if (isMounted) tickStep(intervention.id, 'disks')
  }, [isMounted, intervention.id])
  if (visit?.leaving || leaveItems(intervention).length > 0) {
    return (
      <div className="rt-panel-body">
        <LeaveList intervention={intervention} visit={visit} onRepair={() => onStep('repair')} />
      </div>
    )
  }
  if (step === 'signIn') return <SignInGuide session={session} intervention={intervention} />
  if (step !== 'disks' && step !== 'repair' && step !== 'leave') {
    return (
      <div className="rt-panel-body">
        <p>{t('rescue.guide.hostKey')}</p>
      </div>
    )
  }
  const next = byHand[byHand.indexOf(step) + 1]
  function goOn() {
    if (!next) return void leaveRescue(intervention.id)
    // The disks step is ticked by what is mounted.
    if (step === 'repair') tickStep(intervention.id, step)
    onStep(next)
  }
  const onward = (
    <Button size="sm" variant={next ? 'default' : 'filled'} onClick={goOn}>
      {next ? t('rescue.step.next', { name: t(`rescue.step.${next}`) }) : t('rescue.leave.title')}
    </Button>
  )
  if (step === 'disks' && visit) return <DisksPanel visit={visit} session={session} onward={onward} />
  if (step === 'repair' && visit) return <RepairPanel visit={visit} session={session} onward={onward} />
  return (
    <>
      <div className="rt-panel-body">
        <Guide step={step} />
      </div>
      <div className="rt-panel-foot">
        {!next && <span className="rt-sm rt-dim">{t('rescue.guide.then')}</span>}
        {onward}
      </div>
    </>
  )
}
