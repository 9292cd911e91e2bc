/** Steps as a person sees them before a yes, and the digest that binds the yes to them. Pure. */
import { createHash } from 'node:crypto'
import { structuredPatch } from 'diff'
import type { EditHunk, Proposal, ProposalAnswer, StepPreview } from '../../shared/repair.js'
import { stripServerText } from '../../shared/server-text.js'
import { commandLine } from '../machine/machine.js'
import type { PlannedProposal, Step } from './task.js'

export type EditStep = Extract<Step, { kind: 'edit' }>

/**
 * Where the old content goes: one folder per visit, in root's home, which is on the root file system and private. Beside the file it
 * could be read as configuration (`interfaces.d/*`, `system-connections/`). Secrets stay on the rescue system's disk, which vanishes.
 */
export function backupOf(step: EditStep, stamp: string): { path: string; on: 'system' | 'rescue' } | undefined {
  if (step.before === undefined) return undefined
  return step.secretCopy
    ? { path: `/root/rescueterm/${stamp}${step.path}`, on: 'rescue' }
    : { path: `/root/rescue-backups/${stamp}${step.path}`, on: 'system' }
}

/** @param answer undefined while a proposal that needs input waits for it. */
export function previewProposal(proposal: PlannedProposal, answer: ProposalAnswer | undefined, stamp: string): Proposal {
  const steps = answer === undefined ? [] : proposal.steps(answer)
  return {
    id: proposal.id,
    words: proposal.words,
    risk: proposal.risk,
    steps: steps.map((step) => previewStep(step, stamp)),
    ...(proposal.input ? { input: proposal.input } : {}),
    ...(proposal.typed ? { typed: proposal.typed } : {}),
    undo: undoOf(proposal, steps),
    digest: digestOf(proposal, steps),
  }
}

/** Without standard input: a secret leaves no trace, and the person has just typed it. */
export function digestOf(proposal: PlannedProposal, steps: readonly Step[]): string {
  const bound = steps.map((step) => (step.kind === 'run' ? { ...step, stdin: undefined } : step))
  return createHash('sha256')
    .update(JSON.stringify([proposal.id, proposal.risk, bound]))
    .digest('hex')
}

const undoOf = (proposal: PlannedProposal, steps: readonly Step[]): Proposal['undo'] =>
  proposal.undo ? 'commands' : steps.length > 0 && steps.every((step) => step.kind === 'edit') ? 'copy' : 'none'

function previewStep(step: Step, stamp: string): StepPreview {
  if (step.kind === 'run') {
    const { words, risk, asks } = step
    return { kind: 'run', command: stripServerText(commandLine(words), 2000), risk, ...(asks ? { asks } : {}) }
  }
  const backup = backupOf(step, stamp)
  return {
    kind: 'edit',
    path: step.path,
    hunks: editHunks(step.before ?? '', step.after ?? ''),
    ...(backup ? { backup: backup.path } : {}),
    created: step.before === undefined,
    removed: step.after === undefined,
  }
}

/** Changed lines with two lines around them; characters that would disturb the screen are gone. */
export function editHunks(before: string, after: string): EditHunk[] {
  const { hunks } = structuredPatch('', '', before, after, undefined, undefined, { context: 2 })
  return hunks.map(({ oldStart, lines }) => ({
    line: Math.max(1, oldStart),
    rows: lines
      .filter((line) => !line.startsWith('\\'))
      .map((line) => ({ kind: line[0] === '+' ? 'add' : line[0] === '-' ? 'remove' : 'same', text: stripServerText(line.slice(1), 1000) })),
  }))
}
