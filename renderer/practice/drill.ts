/** The practice drill as a list that ticks itself, and which of the provider's two buttons fits: pure. */
import type { Intervention } from '../../shared/intervention.js'
import type { PracticeState } from '../../shared/practice.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { currentStep } from '../rescue/steps.js'
import { isOpenIntervention } from '../tabs/tab-label.js'

export const drillNames = ['d1', 'd2', 'd3', 'd4'] as const
export type DrillItem = { name: (typeof drillNames)[number]; state: 'fine' | 'person' | 'running' | 'todo' }

const isOrWillBe = ({ mode, next }: PracticeState, wanted: 'normal' | 'rescue') =>
  mode === wanted || (mode === 'restarting' && next === wanted)

export function drillItems(session: TerminalSession, intervention: Intervention | undefined, practice: PracticeState): DrillItem[] {
  const at = drillPosition(session, intervention, practice)
  // While the server restarts there is nothing for the person to do.
  const now = practice.mode === 'restarting' || (at === 3 && isOrWillBe(practice, 'normal')) ? 'running' : 'person'
  return drillNames.map((name, index) => ({ name, state: index < at ? 'fine' : index > at ? 'todo' : now }))
}

/** 0–3: the item that is due; 4: all done, and the summary is on screen. */
function drillPosition(session: TerminalSession, intervention: Intervention | undefined, practice: PracticeState): number {
  if (intervention?.summary && !intervention.summary.dismissed) return 4
  const open = intervention && isOpenIntervention(intervention) ? intervention : undefined
  switch (currentStep(session, open)) {
    case 'enter':
      return isOrWillBe(practice, 'rescue') ? 1 : 0
    case 'hostKey':
      return 1
    case 'signIn':
      return isOrWillBe(practice, 'normal') ? 3 : 2
    default:
      return 3
  }
}

/** The provider's button that makes sense now; none while it restarts. */
export function fittingButton(practice: PracticeState): 'rescue' | 'normal' | undefined {
  if (practice.mode === 'normal') return 'rescue'
  return practice.mode === 'rescue' ? 'normal' : undefined
}
