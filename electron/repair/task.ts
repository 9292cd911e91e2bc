/** What a repair task is given and what it answers. A task decides (pure where it can); `repairs.ts` alone carries out. */

import type { Risk } from '../../shared/machine.js'
import type { Evidence, ProposalAnswer, ProposalInput, RepairTaskId, Words } from '../../shared/repair.js'
import type { Words as CommandWords, Machine } from '../machine/machine.js'
import type { SystemFiles } from '../machine/system-files.js'

/** The customer's system, mounted. */
export interface MountedSystem {
  machine: Machine
  /** `/mnt`; paths given to `files` are the system's own, links are followed inside the root. */
  root: string
  files: SystemFiles
  readOnly: boolean
  /** Words that run a program of the system itself: `chroot ROOT /usr/bin/env -i PATH=… PROGRAM …`. */
  inSystem(words: CommandWords): CommandWords
  os: { id: string; like: string[]; version: string; name: string }
  /** Of the system's root: `/dev/sdb1`, its whole disks (several under RAID), whether its disk has a GPT, whether the rescue booted by UEFI. */
  device: string
  disks: string[]
  uefi: boolean
  /** Every file system UUID, label, partition UUID and path that exists, for fstab. */
  blockDevices: { path: string; uuid: string; label: string; partUuid: string; partLabel: string; fileSystem: string }[]
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
