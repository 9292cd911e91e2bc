/**
 * One visit to a rescue system, from the request to the provider to the normal boot: what is known of the machine, what was changed on
 * it, and how far leaving has come. Kept per address, so that a second rescue start finds everything again.
 */
import { z } from 'zod'
import { ErrorInfo } from './errors.js'
import { DisksState } from './machine.js'
import { RepairState, Words } from './repair.js'
import { SpeedResult } from './speed.js'

/** Leaving, in its fixed order. The first five predict whether the normal system will let its people in. */
export const leavingItems = ['access', 'boot', 'network', 'firewall', 'keys', 'unmount', 'boot-mode', 'reboot', 'wait', 'restore'] as const
export const LeavingItemId = z.enum(leavingItems)
export type LeavingItemId = z.infer<typeof LeavingItemId>

export const SkipReason = z.enum(['fixed-by-hand', 'console', 'not-needed', 'other'])
export type SkipReason = z.infer<typeof SkipReason>

/** Who keeps something under the root in use. Names are the machine's, stripped. */
export const InUse = z.strictObject({
  pid: z.number().int(),
  command: z.string(),
  directory: z.string(),
  /** A shell of one of our own tabs: `cd /` can be typed for the person. */
  sessionId: z.string().optional(),
})
export type InUse = z.infer<typeof InUse>

export const LeavingItem = z.strictObject({
  id: LeavingItemId,
  /** `waits`: a person's turn; `skipped`: with the reason given, or because there is nothing to do. */
  state: z.enum(['todo', 'running', 'fine', 'fault', 'waits', 'skipped']),
  since: z.iso.datetime().optional(),
  /** A fault's sentence, in the findings' words. */
  words: Words.optional(),
  /** `keys`: how many of the lines' keys are on the disk. */
  count: z.strictObject({ found: z.number().int(), of: z.number().int() }).optional(),
  inUse: z.array(InUse).optional(),
  reason: SkipReason.optional(),
  error: ErrorInfo.optional(),
})
export type LeavingItem = z.infer<typeof LeavingItem>

export const LeavingState = z.strictObject({
  startedAt: z.iso.datetime(),
  items: z.array(LeavingItem),
  /** Nothing answered for so long that the console is the next thing to look at. */
  isOverdue: z.boolean(),
})
export type LeavingState = z.infer<typeof LeavingState>

export const VisitState = z.strictObject({
  id: z.string(),
  /** A signed-in connection to the rescue system is there: commands can run. */
  isConnected: z.boolean(),
  disks: DisksState,
  repair: RepairState,
  /** Measurements of this server's disks, newest last. */
  speed: z.array(SpeedResult),
  measuring: z.strictObject({ startedAt: z.iso.datetime(), stage: z.string(), percent: z.number() }).optional(),
  leaving: LeavingState.optional(),
})
export type VisitState = z.infer<typeof VisitState>
