/** A row per server in rescue, who waits for a person first, then the oldest; and lines that two of them share. Pure. */
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { isOpenIntervention } from '../tabs/tab-label.js'
import { currentStep, type StepName } from './steps.js'

export interface SeveralRow {
  intervention: Intervention
  session: TerminalSession | undefined
  step: StepName
  /** What a person has to do; undefined: nothing just now. */
  waits: 'alarm' | 'decide' | 'sign-in' | 'host-key' | undefined
}

export function severalRows(interventions: readonly Intervention[], sessions: readonly TerminalSession[]): SeveralRow[] {
  return interventions
    .filter(isOpenIntervention)
    .map((intervention): SeveralRow => {
      const session = sessions.find((one) => one.interventionId === intervention.id)
      return { intervention, session, step: currentStep(session, intervention), waits: waitsFor(intervention, session) }
    })
    .toSorted((a, b) => Number(!a.waits) - Number(!b.waits) || a.intervention.since.localeCompare(b.intervention.since))
}

function waitsFor({ thirdKey, state }: Intervention, session: TerminalSession | undefined): SeveralRow['waits'] {
  if (thirdKey) return 'alarm'
  if (state === 'needs-attention') return 'decide'
  if (session?.phase.kind === 'host-key') return 'host-key'
  return session?.phase.kind === 'needs-credentials' ? 'sign-in' : undefined
}

export interface SharedLine {
  file: string
  line: number
  names: string[]
}

/** Lines that more than one open intervention has set aside: such a line is back only when all of them are. */
export function sharedLines(interventions: readonly Intervention[]): SharedLine[] {
  const holders = new Map<string, SharedLine>()
  for (const { name, files } of interventions.filter(isOpenIntervention)) {
    for (const { path, lines } of files) {
      for (const line of lines) {
        const held = holders.get(`${path}:${line}`) ?? { file: path, line, names: [] }
        holders.set(`${path}:${line}`, { ...held, names: [...held.names, name] })
      }
    }
  }
  return [...holders.values()].filter(({ names }) => names.length > 1)
}
