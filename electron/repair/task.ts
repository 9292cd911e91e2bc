/** What a repair task is given and what it answers. A task decides (pure where it can); `repairs.ts` alone carries out. */

import type { Risk } from '../../shared/machine.js'
import type { Evidence, ProposalAnswer, ProposalInput, RepairTaskId, Words } from '../../shared/repair.js'
import type { Words as CommandWords } from '../machine/machine.js'
import type { MountedRoot } from '../machine/mounted-root.js'

/** The customer's system, mounted. */
export interface MountedSystem extends MountedRoot {
  /** Where this client comes from as the server sees it, for bans and rules. */
  clientAddress: string | undefined
}

export type Step =
  | { kind: 'run'; words: CommandWords; risk: Risk; stdin?: string; asks?: 'password'; limitMs?: number; okExitCodes?: number[] }
  /** `before` undefined creates, `after` undefined removes. Refused when the file is not `before` any more. `secretCopy`: the copy goes to the rescue system's own disk, 0600. */
  | { kind: 'edit'; path: string; before: string | undefined; after: string | undefined; mode?: number; secretCopy?: boolean }

export interface PlannedProposal {
  id: string
  words: Words
  risk: Risk
  input?: ProposalInput
  typed?: string
  /** Pure: the exact steps for an answer. @throws AppError `bad-key`, `bad-request` for an answer that cannot be used. */
  steps(answer: ProposalAnswer): Step[]
  /** Steps of kind `edit` are undone by their copies; commands need these. */
  undo?: Step[]
  /** What the commands write anew, and where they copied it first, on the rescue system's disk: undone by the copy, like an edit. */
  rewrites?: { path: string; copy: string }
}

export interface TaskFinding {
  id: string
  state: 'fault' | 'warning' | 'fine' | 'unknown'
  words: Words
  evidence: Evidence[]
  proposals: PlannedProposal[]
  keepsOut: boolean
}

export interface RepairTask {
  id: RepairTaskId
  /** Reads only. Every command has a limit; a part that cannot be examined is a finding `unknown`, not an exception. */
  examine(system: MountedSystem, signal: AbortSignal): Promise<TaskFinding[]>
}
