/**
 * An intervention: the period during which one address accepts a rescue key while its known lines are set aside.
 * Schemas for both faces, and the pure state machine behind the journal.
 */
import { z } from 'zod'
import { AppError, ErrorInfo } from './errors.js'
import { HostKeyInfo } from './host-key.js'
import { visitId } from './visit-id.js'

export const interventionStates = ['prepared', 'active', 'restoring', 'restored', 'rolled-back', 'needs-attention', 'abandoned'] as const
export const InterventionState = z.enum(interventionStates)
export type InterventionState = z.infer<typeof InterventionState>

/** What happened to an intervention. `applied`/`undone` come from the files, the rest from a person or the watch. */
export const interventionEvents = ['applied', 'rolled-back', 'restore-begun', 'restored', 'still-rescue', 'conflict', 'abandoned'] as const
export type InterventionEvent = (typeof interventionEvents)[number]

const transitions: Record<InterventionState, Partial<Record<InterventionEvent, InterventionState>>> = {
  prepared: { applied: 'active', 'rolled-back': 'rolled-back', conflict: 'needs-attention' },
  active: { 'restore-begun': 'restoring' },
  restoring: { restored: 'restored', 'still-rescue': 'active', conflict: 'needs-attention' },
  'needs-attention': { 'restore-begun': 'restoring', restored: 'restored', abandoned: 'abandoned' },
  restored: {},
  'rolled-back': {},
  abandoned: {},
}

/** Next state, or throws `wrong-state` for a pair that cannot happen. */
export function advance(state: InterventionState, event: InterventionEvent): InterventionState {
  const next = transitions[state][event]
  if (!next) throw new AppError('wrong-state', { state, event })
  return next
}

/** True while lines of the user's files may carry this intervention's mark. */
export const isOpen = (state: InterventionState) =>
  state === 'prepared' || state === 'active' || state === 'restoring' || state === 'needs-attention'

/**
 * What the watched address answers: nothing, an open port without a key yet, or a key. A port that speaks no SSH shows none.
 * `other-key`: another than the one key that is told from it (on the way in the known ones, on the way back of a server that no file knew
 * the rescue's); `third-key`: neither the rescue key nor a known one.
 */
export const AnswerKind = z.enum(['nothing', 'port-open', 'rescue-key', 'known-key', 'other-key', 'third-key'])
export type AnswerKind = z.infer<typeof AnswerKind>

export const WatchState = z.strictObject({
  purpose: z.enum(['background', 'leaving']),
  startedAt: z.iso.datetime(),
  nextTryAt: z.iso.datetime().optional(),
  answer: AnswerKind.optional(),
  /** Changes of the answer, oldest first, at most 50. */
  changes: z.array(z.strictObject({ at: z.iso.datetime(), answer: AnswerKind })),
})
export type WatchState = z.infer<typeof WatchState>

/** A line that is not as RescueTerm left it. Bytes that are not UTF-8 are shown escaped (`\xNN`). */
export const AttentionLine = z.strictObject({
  index: z.number().int().nonnegative(),
  file: z.string(),
  line: z.number().int().positive().optional(),
  reason: z.enum(['edited', 'gone', 'file-gone', 'unreadable']),
  saved: z.string(),
  current: z.string().optional(),
})
export type AttentionLine = z.infer<typeof AttentionLine>

export const Intervention = z.strictObject({
  id: z.string(),
  host: z.string(),
  port: z.number().int(),
  lookupName: z.string(),
  /** What people call this server: the saved name or what was typed. */
  name: z.string(),
  practice: z.boolean(),
  state: InterventionState,
  since: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** Lines still set aside. 0 when only a system file was in the way, or no file knew the server. */
  setAside: z.number().int().nonnegative(),
  files: z.array(z.strictObject({ path: z.string(), lines: z.array(z.number().int().positive()), copy: z.string() })),
  rescueKey: HostKeyInfo,
  /** None when no file knew the server: any other key than the rescue's then ends the intervention, and is asked about as a first contact. */
  knownKeys: z.array(HostKeyInfo),
  /** The rescue key was also written to known_hosts as an active line. */
  alsoWritten: z.boolean(),
  watch: WatchState.optional(),
  thirdKey: HostKeyInfo.extend({ randomart: z.string(), seenAt: z.iso.datetime() }).optional(),
  attention: z.array(AttentionLine),
  summary: z
    .strictObject({
      at: z.iso.datetime(),
      lines: z.number().int(),
      verified: z.boolean(),
      /** `known-key`: the server's own system answered, with a key that was known or, where none was, with another than the rescue's. */
      by: z.enum(['known-key', 'person', 'start-up']),
      dismissed: z.boolean(),
    })
    .optional(),
  error: ErrorInfo.optional(),
})
export type Intervention = z.infer<typeof Intervention>

/** The one that a visit (`visitId`) belongs to: the open one, else the last that ended. The practice server is nobody's visit. */
export function interventionAt(all: readonly Intervention[], visit: string): Intervention | undefined {
  const here = all.filter(({ practice, host, port }) => !practice && visitId(host, port) === visit)
  return here.find(({ state }) => isOpen(state)) ?? here.toSorted((a, b) => a.since.localeCompare(b.since)).at(-1)
}

/** A replacement or a finished intervention that can be looked up, and for replacements brought back. */
export const HistoryItem = z.strictObject({
  id: z.string(),
  kind: z.enum(['set-aside', 'replaced']),
  host: z.string(),
  port: z.number().int(),
  name: z.string(),
  practice: z.boolean(),
  at: z.iso.datetime(),
  until: z.iso.datetime().optional(),
  lines: z.number().int(),
  /** Replacements only: false once brought back. */
  canBringBack: z.boolean(),
})
export type HistoryItem = z.infer<typeof HistoryItem>
