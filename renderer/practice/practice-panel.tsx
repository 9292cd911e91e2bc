/** 18: in practice the panel explains the drill, ticks it off, and is the provider's site in two buttons. */
import { Button, Loader, UnstyledButton } from '@mantine/core'
import type { Intervention } from '../../shared/intervention.js'
import type { PracticeState } from '../../shared/practice.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { changeSettings } from '../actions.js'
import { api, attempt, call } from '../api.js'
import { useT } from '../i18n.js'
import { Guide } from '../rescue/guide.js'
import { LeaveList } from '../rescue/leave-list.js'
import { currentStep, leaveItems } from '../rescue/steps.js'
import { useAppPart } from '../state.js'
import { isOpenIntervention } from '../tabs/tab-label.js'
import { Badge, Finding, RescueGlyph } from '../ui/glyphs.js'
import { drillItems, fittingButton } from './drill.js'

interface PracticePanelProps {
  session: TerminalSession
  intervention: Intervention | undefined
}

export function PracticePanel({ session, intervention }: PracticePanelProps) {
  const practice = useAppPart((app) => app.practice)
  const hidden = useAppPart((app) => app.settings.hidePracticeIntroduction)
  const open = intervention && isOpenIntervention(intervention) ? intervention : undefined
  return (
    <>
      <div className="rt-panel-body">
        {hidden ? <Usual session={session} intervention={open} /> : <Introduction session={session} intervention={intervention} />}
      </div>
      <ProviderSite practice={practice} intervention={open} />
    </>
  )
}

function Introduction({ session, intervention }: PracticePanelProps) {
  const t = useT()
  const practice = useAppPart((app) => app.practice)
  return (
    <>
      <div className="rt-row rt-between">
        <h2>{t('practice.title')}</h2>
        <UnstyledButton className="rt-panel-way" onClick={() => void changeSettings({ hidePracticeIntroduction: true })}>
          {t('practice.hide')}
        </UnstyledButton>
      </div>
      <p>{t('practice.lead')}</p>
      <ol className="rt-leave" aria-live="polite">
        {drillItems(session, intervention, practice).map(({ name, state }) => (
          <li key={name} className={state === 'todo' ? 'rt-dim' : ''} {...(state === 'person' ? { 'aria-current': 'step' as const } : {})}>
            <Finding kind={state} {...(state === 'fine' ? { label: t('rescue.step.done') } : {})} />
            <div>
              {state === 'person' || state === 'running' ? <b>{t(`practice.${name}`)}</b> : t(`practice.${name}`)}
              <div className="rt-dim rt-sm">{t(`practice.${name}t`)}</div>
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}

/** Who has seen the explanation gets what every server's panel shows. */
function Usual({ session, intervention }: PracticePanelProps) {
  const t = useT()
  if (!intervention) return <p className="rt-dim">{t('practice.again')}</p>
  if (leaveItems(intervention).length > 0) return <LeaveList intervention={intervention} />
  return currentStep(session, intervention) === 'disks' ? <Guide step="disks" /> : <p>{t('rescue.guide.signIn')}</p>
}

function ProviderSite({ practice, intervention }: { practice: PracticeState; intervention: Intervention | undefined }) {
  const t = useT()
  const fitting = fittingButton(practice)
  async function boot() {
    // Watched before it restarts, so that the chart begins with the rescue key. It may just have come back by itself: no fault.
    if (intervention?.state === 'active') await attempt(api.intervention.leave({ id: intervention.id }))
    await call(api.practice.setMode({ mode: 'normal' }))
  }
  return (
    <div className="rt-panel-foot">
      <div className="rt-row rt-between rt-sm">
        <span className="rt-dim">{t('practice.provider')}</span>
        <span className="rt-row rt-practice-mode" role="status">
          <ModeGlyph practice={practice} />
          {t(`practice.mode.${practice.mode}`)}
        </span>
      </div>
      <Button
        size="sm"
        fullWidth
        variant={fitting === 'rescue' ? 'filled' : 'default'}
        disabled={fitting !== 'rescue'}
        onClick={() => void call(api.practice.setMode({ mode: 'rescue' }))}
      >
        {t('practice.rescue')}
      </Button>
      <Button
        size="sm"
        fullWidth
        variant={fitting === 'normal' ? 'filled' : 'default'}
        disabled={fitting !== 'normal'}
        onClick={() => void boot()}
      >
        {t('practice.normal')}
      </Button>
    </div>
  )
}

function ModeGlyph({ practice: { mode } }: { practice: PracticeState }) {
  switch (mode) {
    case 'normal':
      return <Badge badge="known" quiet />
    case 'rescue':
      return <RescueGlyph />
    case 'restarting':
      return <Loader className="rt-spin" size={14} />
    case 'stopped':
      return <Finding kind="todo" />
  }
}
