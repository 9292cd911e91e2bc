/**
 * Examine → findings → proposals → apply → verify. Words for findings live in `shared/findings/<language>/<task>.json` under the finding's
 * code: the window, the command line and the report speak with one voice.
 */
import { z } from 'zod'
import { ErrorInfo } from './errors.js'
import { CommandRecord, PlannedCommand, Risk } from './machine.js'

/** Fixed order on screen. */
export const repairTasks = ['access', 'network', 'boot', 'firewall', 'speed'] as const
export const RepairTaskId = z.enum(repairTasks)
export type RepairTaskId = z.infer<typeof RepairTaskId>

/** A sentence: `<code>.title`, `<code>.text` in the findings' texts, with ICU values. Values may be the machine's words: stripped, bounded. */
export const Words = z.strictObject({ code: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) })
export type Words = z.infer<typeof Words>

/** What a finding rests on, one click away. `text` is the machine's, stripped, with secrets already replaced by `[removed]`. */
export const Evidence = z.strictObject({
  source: z.string(),
  line: z.number().int().positive().optional(),
  text: z.string().max(20_000),
})
export type Evidence = z.infer<typeof Evidence>

export const EditHunk = z.strictObject({
  /** First line of the hunk, from 1. */
  line: z.number().int().positive(),
  rows: z.array(z.strictObject({ kind: z.enum(['same', 'remove', 'add']), text: z.string() })),
})
export type EditHunk = z.infer<typeof EditHunk>

export const StepPreview = z.discriminatedUnion('kind', [
  PlannedCommand.extend({ kind: z.literal('run') }),
  /** A text file of the customer's system; `path` as the system itself names it. `backup` is where its copy goes first. */
  z.strictObject({
    kind: z.literal('edit'),
    path: z.string(),
    hunks: z.array(EditHunk),
    backup: z.string().optional(),
    created: z.boolean(),
    removed: z.boolean(),
  }),
])
export type StepPreview = z.infer<typeof StepPreview>

/** What a person gives before the steps are known: a new password, a public key for a user. */
export const ProposalInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), user: z.string() }),
  z.strictObject({ kind: z.literal('public-key'), users: z.array(z.string()) }),
])
export type ProposalInput = z.infer<typeof ProposalInput>

export const ProposalAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('password'), password: z.string().min(1).max(1024) }),
  z.strictObject({ kind: z.literal('public-key'), user: z.string().max(64), key: z.string().max(20_000) }),
])
export type ProposalAnswer = z.infer<typeof ProposalAnswer>

export const Proposal = z.strictObject({
  id: z.string(),
  words: Words,
  risk: Risk,
  /** The exact steps; empty while `input` is missing: ask for a plan with the answer. */
  steps: z.array(StepPreview),
  input: ProposalInput.optional(),
  /** For risk `data`: what has to be typed. */
  typed: z.string().optional(),
  /** How it is undone; `copy` puts the copies back with one click. */
  undo: z.enum(['copy', 'commands', 'none']),
  /** Binds a yes to exactly these steps. */
  digest: z.string(),
})
export type Proposal = z.infer<typeof Proposal>

export const Finding = z.strictObject({
  /** Stable within a task while its cause stays: `fstab-unknown-uuid:/srv/data`. */
  id: z.string(),
  state: z.enum(['fault', 'warning', 'fine', 'unknown']),
  words: Words,
  evidence: z.array(Evidence),
  proposals: z.array(Proposal),
  /** A red item of the leave checklist. */
  keepsOut: z.boolean(),
})
export type Finding = z.infer<typeof Finding>

export const TaskState = z.strictObject({
  task: RepairTaskId,
  phase: z.enum(['not-run', 'running', 'done', 'failed']),
  at: z.iso.datetime().optional(),
  findings: z.array(Finding),
  error: ErrorInfo.optional(),
})
export type TaskState = z.infer<typeof TaskState>

/** Something that was done to the customer's system; kept with the visit, listed at the end. */
export const Change = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  task: RepairTaskId,
  words: Words,
  files: z.array(z.strictObject({ path: z.string(), backup: z.string().optional() })),
  commands: z.array(z.string()),
  /** `verified`: examined again, the cause is gone · `unfinished`: the app or the connection ended in the middle. */
  result: z.enum(['verified', 'still-there', 'failed', 'unfinished', 'undone']),
  canUndo: z.boolean(),
  error: ErrorInfo.optional(),
})
export type Change = z.infer<typeof Change>

export const RepairState = z.strictObject({
  tasks: z.array(TaskState),
  changes: z.array(Change),
  /** Newest last, at most 500. */
  commands: z.array(CommandRecord),
  busy: z.strictObject({ kind: z.enum(['examine', 'apply', 'undo']), task: RepairTaskId.optional() }).optional(),
})
export type RepairState = z.infer<typeof RepairState>
