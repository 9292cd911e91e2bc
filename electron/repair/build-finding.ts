/** Findings and proposals in few words. Everything the machine wrote is stripped and bounded here, once. */
import type { Evidence, Words } from '../../shared/repair.js'
import { stripServerLine, stripServerText } from '../../shared/server-text.js'
import { redact } from './redact.js'
import type { PlannedProposal, Step, TaskFinding } from './task.js'

type Values = Record<string, string | number>

export const wordsOf = (code: string, values: Values = {}): Words => ({
  code,
  values: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? stripServerLine(value, 300) : value]),
  ),
})

// A whole configuration file may be handed over: what nobody will see is not searched.
const MAX_EVIDENCE = 4000

/** @param source a file as the system names it, or the command that said it. */
export const evidenceOf = (source: string, text: string, line?: number): Evidence => ({
  source: stripServerLine(source, 300),
  ...(line === undefined ? {} : { line }),
  text: stripServerText(redact(text.slice(0, 3 * MAX_EVIDENCE), {}, 'email'), MAX_EVIDENCE),
})

export function findingOf(
  id: string,
  state: TaskFinding['state'],
  code: string,
  values: Values = {},
  rest: Partial<Pick<TaskFinding, 'evidence' | 'proposals' | 'keepsOut'>> = {},
): TaskFinding {
  const { evidence = [], proposals = [], keepsOut = false } = rest
  return { id: stripServerLine(id, 200), state, words: wordsOf(code, values), evidence, proposals, keepsOut }
}

/** A proposal that writes and needs no answer. Its id is its code unless a finding has two of a kind. */
export function proposalOf(
  code: string,
  values: Values,
  steps: Step[],
  rest: Partial<Pick<PlannedProposal, 'id' | 'undo' | 'rewrites' | 'input'>> = {},
): PlannedProposal {
  const { id = code, ...others } = rest
  return { id, words: wordsOf(code, values), risk: 'writes', steps: () => steps, ...others }
}

/** Edits, with the labels of what they create, as one proposal that its copies undo; none when there is nothing to edit. */
export const editProposals = (code: string, values: Values, steps: Step[]): PlannedProposal[] =>
  steps.length === 0 ? [] : editable([proposalOf(code, values, steps, steps.some(({ kind }) => kind === 'run') ? { undo: [] } : {})])

/**
 * The proposals with an edit of a text that came through as it is: one that is not UTF-8 (U+FFFD after reading) would be written
 * back changed, and is left to a person.
 */
export const editable = (proposals: readonly PlannedProposal[]): PlannedProposal[] =>
  proposals.filter(
    (one) => one.input || one.steps({ kind: 'none' }).every((step) => step.kind === 'run' || !step.before?.includes('\ufffd')),
  )
