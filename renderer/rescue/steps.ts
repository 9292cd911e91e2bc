/** Where one stands in a rescue: pure. The steps never move; what RescueTerm cannot know is the person's to tick off. */
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'

export const stepNames = ['enter', 'hostKey', 'signIn', 'disks', 'repair', 'leave'] as const
export type StepName = (typeof stepNames)[number]
/** The steps that are guidance: on the server, by hand. */
export const byHand = ['disks', 'repair', 'leave'] as const
export type ByHand = (typeof byHand)[number]

/** The step a person stands at. `undefined` intervention: nothing is set aside yet. */
export function currentStep(session: TerminalSession | undefined, intervention: Intervention | undefined): StepName {
  if (session?.phase.kind === 'host-key') return 'hostKey'
  if (!intervention || intervention.state === 'restored' || intervention.state === 'rolled-back' || intervention.state === 'abandoned')
    return 'enter'
  if (intervention.watch?.purpose === 'leaving' || intervention.state !== 'active') return 'leave'
  return session?.phase.kind === 'open' && session.phase.connection.key.whose === 'rescue' ? 'disks' : 'signIn'
}

/** `passed`: behind where one stands, and nothing says that it was done. */
export type StepMark = 'done' | 'now' | 'passed' | 'todo'

/** A tick needs a reason: RescueTerm did it (the first two), or it was seen or ticked off (`ticked`). */
export function stepMarks(step: StepName, ticked: readonly StepName[]): Record<StepName, StepMark> {
  const at = stepNames.indexOf(step)
  const mark = (name: StepName, index: number): StepMark => {
    if (name === step) return 'now'
    const isBehind = index < at
    if (ticked.includes(name) || (isBehind && (name === 'enter' || name === 'hostKey'))) return 'done'
    return isBehind ? 'passed' : 'todo'
  }
  return Object.fromEntries(stepNames.map((name, index) => [name, mark(name, index)])) as Record<StepName, StepMark>
}

export type StepFact =
  | { kind: 'time'; at: string }
  | { kind: 'aside'; n: number }
  /** No line of the user's stood in the way. */
  | { kind: 'accepted' }
  | { kind: 'signed-in'; user: string; at: string }
  | { kind: 'mounted'; disk: string; root: string }
  | { kind: 'fixed'; n: number }

/** What is said beside a step that is done. */
export function stepFact(
  name: StepName,
  session: TerminalSession | undefined,
  intervention: Intervention | undefined,
  visit?: VisitState,
): StepFact | undefined {
  if (!intervention) return undefined
  if (name === 'enter') return { kind: 'time', at: intervention.since }
  if (name === 'hostKey') {
    const n = intervention.files.reduce((sum, file) => sum + file.lines.length, 0)
    return n > 0 ? { kind: 'aside', n } : { kind: 'accepted' }
  }
  if (name === 'signIn' && session?.phase.kind === 'open') {
    const { user, since } = session.phase.connection
    return { kind: 'signed-in', user, at: since }
  }
  if (name === 'disks' && visit?.disks.mounted) {
    const { device, root } = visit.disks.mounted
    return { kind: 'mounted', disk: visit.disks.volumes.find(({ path }) => path === device)?.name ?? device, root }
  }
  if (name === 'repair') {
    const n = fixes(visit)
    return n > 0 ? { kind: 'fixed', n } : undefined
  }
  return undefined
}

/** Changes of this rescue whose fault was looked for again and is gone. */
export const fixes = (visit: VisitState | undefined): number =>
  visit?.repair.changes.filter(({ result }) => result === 'verified').length ?? 0

export type LeaveItem =
  | { kind: 'wait'; state: 'running' | 'fine' }
  | { kind: 'restore'; state: 'todo' | 'running' | 'fine'; n: number }
  | { kind: 'decide'; n: number }

/** The end of the way back, as a list that ticks itself. Empty while nobody is leaving. */
export function leaveItems(intervention: Intervention): LeaveItem[] {
  const { state, watch, attention, setAside, files } = intervention
  if (state === 'needs-attention') {
    const all = files.reduce((sum, file) => sum + file.lines.length, 0)
    const back = Math.max(0, all - Math.max(setAside, attention.length))
    return [...(back > 0 ? [{ kind: 'restore', state: 'fine', n: back } as const] : []), { kind: 'decide', n: attention.length }]
  }
  if (state === 'restoring')
    return [
      { kind: 'wait', state: 'fine' },
      { kind: 'restore', state: 'running', n: setAside },
    ]
  if (watch?.purpose !== 'leaving') return []
  return [
    { kind: 'wait', state: 'running' },
    { kind: 'restore', state: 'todo', n: setAside },
  ]
}
