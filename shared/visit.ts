/**
 * One visit to a rescue system, from the request to the provider to the normal boot: what is known of the machine, what was changed on
 * it, and how far leaving has come. Kept per address, so that a second rescue start finds everything again.
 */
import { z } from 'zod'
import { ErrorInfo } from './errors.js'
import { AnswerKind } from './intervention.js'
import { DisksState, Mount } from './machine.js'
import { Capabilities, MachineState, MailSeen, ManualWay, PlannedRequest, ProgressState, ProviderKind, Stickiness } from './provider.js'
import { ProviderProblemInfo } from './provider-problem.js'
import { RepairState, Words } from './repair.js'
import { SpeedResult } from './speed.js'

/** What the provider says before anything is asked of it: the page that asks for a yes is drawn from this. */
export const EnterPreview = z.strictObject({
  provider: ProviderKind.optional(),
  /** As the provider calls the machine. */
  machine: z.string(),
  state: MachineState,
  requests: z.array(PlannedRequest),
  capabilities: Capabilities.optional(),
  manual: ManualWay,
  problem: ProviderProblemInfo.optional(),
})
export type EnterPreview = z.infer<typeof EnterPreview>

/** From the request until another key than the known one answers. No secret: it is written down, and the next start goes on waiting. */
export const EnteringState = z.strictObject({
  method: z.enum(['api', 'by-hand', 'already']),
  phase: z.enum(['requesting', 'restarting', 'waiting', 'answered', 'failed', 'stopped']),
  startedAt: z.iso.datetime(),
  /** The provider took the request: the restart goes on without us. */
  isAccepted: z.boolean(),
  progress: ProgressState.optional(),
  /** Host keys noted before, to tell the systems apart; with none, any key counts as another. */
  notedKeys: z.number().int(),
  bootBefore: z.string().optional(),
  answer: AnswerKind.optional(),
  answers: z.array(z.strictObject({ at: z.iso.datetime(), answer: AnswerKind })),
  nextTryAt: z.iso.datetime().optional(),
  problem: ProviderProblemInfo.optional(),
  manual: ManualWay,
  isOverdue: z.boolean(),
})
export type EnteringState = z.infer<typeof EnteringState>

/** The rescue password from the provider. The password itself stays in the core until a person says yes. */
export const RescuePasswordState = z.strictObject({
  phase: z.enum(['looking', 'found', 'account-keys', 'link', 'by-hand', 'timed-out', 'failed']),
  user: z.string().optional(),
  source: z.enum(['answer', 'server', 'secret', 'mail']).optional(),
  foundAt: z.iso.datetime().optional(),
  /** The provider mails it: reading the account’s mails is a way to find it. */
  byMail: z.boolean(),
  mails: z.array(MailSeen),
  /** `link`: the provider's page with the secret, for the person's browser. */
  link: z.string().optional(),
  problem: ProviderProblemInfo.optional(),
})
export type RescuePasswordState = z.infer<typeof RescuePasswordState>

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
  /** `unmount`: everything of the customer's that is mounted; once fine, what was. */
  mounts: z.array(Mount).optional(),
  inUse: z.array(InUse).optional(),
  reason: SkipReason.optional(),
  error: ErrorInfo.optional(),
  problem: ProviderProblemInfo.optional(),
})
export type LeavingItem = z.infer<typeof LeavingItem>

export const LeavingState = z.strictObject({
  startedAt: z.iso.datetime(),
  items: z.array(LeavingItem),
  /** For the items that a person does on the provider's site. */
  manual: ManualWay,
  /** Nothing answered for so long that the console is the next thing to look at. */
  isOverdue: z.boolean(),
})
export type LeavingState = z.infer<typeof LeavingState>

export const VisitState = z.strictObject({
  /** `host:port` in lower case, as `visitId` makes it. */
  id: z.string(),
  entering: EnteringState.optional(),
  password: RescuePasswordState.optional(),
  /** Whether a restart leads out of rescue, where the provider is known. */
  stickiness: Stickiness.optional(),
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
