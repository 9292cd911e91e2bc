import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'

export const stepNames = ['enter', 'hostKey', 'signIn', 'disks', 'repair', 'leave'] as const
export type StepName = (typeof stepNames)[number]

/** The step a person stands at; all before it are done. `undefined` intervention: nothing is set aside yet. */
export function currentStep(session: TerminalSession, intervention: Intervention | undefined): StepName {
  if (session.phase.kind === 'host-key') return 'hostKey'
  if (!intervention || intervention.state === 'restored' || intervention.state === 'rolled-back') return 'enter'
  if (intervention.watch?.purpose === 'leaving' || intervention.state !== 'active') return 'leave'
  return session.phase.kind === 'open' ? 'disks' : 'signIn'
}
