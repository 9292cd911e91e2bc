/**
 * The contract between the core and its faces. State comes out as one stream of whole, small states (`state.watch`); commands go
 * in. Bytes of terminals travel on ports of their own (`terminal-session.ts`). Failures are `APP_ERROR` with an `ErrorInfo`.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { EditPreview } from './edit-preview.js'
import { ErrorInfo } from './errors.js'
import { ClashAnswer, FileDetails, FilePlace, FilesState, ListingPart, ListRequest, RemovalCount } from './files.js'
import { ComparisonResult } from './host-key.js'
import { HistoryItem, Intervention } from './intervention.js'
import { PracticeState } from './practice.js'
import { ImportableServer, ServerState } from './server.js'
import { KnownHostsFile, Settings, SettingsChange } from './settings.js'
import { CredentialAnswer, Dimensions, TerminalSession } from './terminal-session.js'

export const AppState = z.strictObject({
  version: z.string(),
  dataDir: z.string(),
  settings: Settings,
  servers: z.array(ServerState),
  sessions: z.array(TerminalSession),
  interventions: z.array(Intervention),
  history: z.array(HistoryItem),
  practice: PracticeState,
  /** Interventions that this start finished or rolled back, by id, to be said once in plain words. */
  resumed: z.array(
    z.strictObject({
      id: z.string(),
      outcome: z.enum(['finished', 'rolled-back', 'restored', 'still-active', 'needs-attention', 'unreadable']),
    }),
  ),
  sshConfigServers: z.number().int(),
})
export type AppState = z.infer<typeof AppState>

const command = oc.errors({ APP_ERROR: { data: ErrorInfo } })
const id = z.string().min(1).max(64)
const ok = z.void()

/** What came of an edit a person agreed to. `plan-changed`: the file moved meanwhile; nothing was written; here is a fresh diff. */
export const EditOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('applied'), id: z.string() }),
  z.strictObject({ kind: z.literal('plan-changed'), preview: EditPreview }),
])
export type EditOutcome = z.infer<typeof EditOutcome>

const path = z.string().min(1).max(8192)
const paths = z.array(path).min(1).max(10_000)
const fileName = z.string().min(1).max(1024)
const unixId = z.number().int().min(0).max(0xffff_fffe)
export const contract = {
  state: { watch: command.output(eventIterator(AppState)) },
  terminal: {
    open: command
      .input(
        z.strictObject({
          target: z.discriminatedUnion('kind', [
            z.strictObject({ kind: z.literal('address'), text: z.string().max(600) }),
const visit = { id: z.string().max(600) }
/** What a provider answers, or why it does not. */
const answered = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ok'), value }),
    z.strictObject({ kind: z.literal('problem'), problem: ProviderProblemInfo }),
  ])
const proposal = { task: RepairTaskId, findingId: z.string().max(1000), proposalId: z.string().max(200), answer: ProposalAnswer }

            z.strictObject({ kind: z.literal('server'), id }),
            z.strictObject({ kind: z.literal('practice') }),
          ]),
          dimensions: Dimensions,
        }),
      )
      .output(z.strictObject({ sessionId: z.string() })),
    /** A new tab on the live connection of an open session. */
    duplicate: command.input(z.strictObject({ sessionId: id, dimensions: Dimensions })).output(z.strictObject({ sessionId: z.string() })),
    authenticate: command.input(z.strictObject({ sessionId: id, requestId: id, answer: CredentialAnswer })).output(ok),
    reconnect: command.input(z.strictObject({ sessionId: id })).output(ok),
    /** Ends the attempt or the shell and forgets the tab. */
    close: command.input(z.strictObject({ sessionId: id })).output(ok),
  },
  hostKey: {
    compare: command.input(z.strictObject({ sessionId: id, text: z.string().max(20_000) })).output(ComparisonResult),
    disconnect: command.input(z.strictObject({ sessionId: id, questionId: id })).output(ok),
    trust: command.input(z.strictObject({ sessionId: id, questionId: id, save: z.boolean() })).output(ok),
    plan: command
      .input(z.strictObject({ sessionId: id, questionId: id, intent: z.enum(['set-aside', 'replace']), alsoWrite: z.boolean() }))
      .output(EditPreview),
    /** Applies exactly the plan with this digest, then connects pinned to the presented key. */
    setAside: command
      .input(z.strictObject({ sessionId: id, questionId: id, digest: z.string(), alsoWrite: z.boolean() }))
      .output(EditOutcome),
    replace: command.input(z.strictObject({ sessionId: id, questionId: id, digest: z.string() })).output(EditOutcome),
    /** Reads the files again after an administrator ran the command (system file). */
    recheck: command.input(z.strictObject({ sessionId: id, questionId: id })).output(ok),
  },
  intervention: {
    /** Watches closely (about every 2 s) until the known key answers; closes the rescue terminals of this address. */
    leave: command.input(z.strictObject({ id })).output(ok),
    stopWaiting: command.input(z.strictObject({ id })).output(ok),
    restoreNow: command.input(z.strictObject({ id })).output(ok),
    /** Settles one line of `attention`. `put-back` writes the saved bytes, `keep-current` removes the mark from the present text, `forget` does neither. */
    settle: command
      .input(z.strictObject({ id, index: z.number().int().nonnegative(), choice: z.enum(['put-back', 'keep-current', 'forget']) }))
      .output(ok),
    /** After a third key: compares a pasted fingerprint with it. */
    compareThirdKey: command.input(z.strictObject({ id, text: z.string().max(20_000) })).output(ComparisonResult),
    /** The third key is a new rescue start and the person knows it; `fingerprint` must be the one shown. */
    acceptThirdKey: command.input(z.strictObject({ id, fingerprint: z.string() })).output(ok),
    dismissSummary: command.input(z.strictObject({ id })).output(ok),
  },
  history: { bringBack: command.input(z.strictObject({ id })).output(ok) },
  servers: {
    add: command
      .input(z.strictObject({ name: z.string().max(100), target: z.string().max(600) }))
      .output(z.strictObject({ id: z.string() })),
    update: command.input(z.strictObject({ id, name: z.string().min(1).max(100), target: z.string().max(600) })).output(ok),
    remove: command.input(z.strictObject({ id })).output(ok),
    importable: command.output(z.array(ImportableServer)),
    import: command.input(z.strictObject({ targets: z.array(z.string().max(600)).max(1000) })).output(ok),
  },
  settings: {
    update: command.input(SettingsChange).output(ok),
    knownHostsFiles: command.output(z.array(KnownHostsFile)),
  },
  practice: {
    start: command.output(ok),
    setMode: command.input(z.strictObject({ mode: z.enum(['normal', 'rescue']) })).output(ok),
  },
  resumed: { dismiss: command.output(ok) },
}
