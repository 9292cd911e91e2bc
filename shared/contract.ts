/**
 * The contract between the core and its faces. State comes out as one stream of whole, small states (`state.watch`); commands go
 * in. Bytes of terminals travel on ports of their own (`terminal-session.ts`). Failures are `APP_ERROR` with an `ErrorInfo`.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { EditPreview } from './edit-preview.js'
import { ErrorInfo } from './errors.js'
import { ClashAnswer, FileDetails, FilePlace, FilesState, KeptEdit, ListingPart, ListRequest, RemovalCount } from './files.js'
import { ComparisonResult } from './host-key.js'
import { HistoryItem, Intervention } from './intervention.js'
import { PracticeState } from './practice.js'
import {
  AccountState,
  FoundAccount,
  LeftOut,
  NewAccount,
  OvhEndpoint,
  ProviderLink,
  ProviderServer,
  Secrets,
  VaultState,
} from './provider.js'
import { ProviderProblemInfo } from './provider-problem.js'
import { Change, Proposal, ProposalAnswer, RepairTaskId } from './repair.js'
import { ImportableServer, ServerState } from './server.js'
import { KnownHostsFile, Settings, SettingsChange } from './settings.js'
import { CredentialAnswer, Dimensions, TerminalSession } from './terminal-session.js'
import { EnteringState, EnterPreview, LeavingItemId, SkipReason, VisitState } from './visit.js'

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
  /** Found at the start, too: said until the person has seen it. */
  keptEdits: z.array(KeptEdit),
  /** Lists of ours that cannot be read, by file: nothing is saved over them. */
  unreadable: z.array(z.string()),
  sshConfigServers: z.number().int(),
  accounts: z.array(AccountState),
  vault: VaultState,
  /** Servers on their way into rescue, by visit. */
  entering: z.array(z.strictObject({ id: z.string(), name: z.string(), state: EnteringState })),
})
export type AppState = z.infer<typeof AppState>

const command = oc.errors({ APP_ERROR: { data: ErrorInfo } })
const id = z.string().min(1).max(64)
const ok = z.void()
const path = z.string().min(1).max(8192)
const paths = z.array(path).min(1).max(10_000)
const fileName = z.string().min(1).max(1024)
const unixId = z.number().int().min(0).max(0xffff_fffe)

/** What came of an edit a person agreed to. `plan-changed`: the file moved meanwhile; nothing was written; here is a fresh diff. */
export const EditOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('applied'), id: z.string() }),
  z.strictObject({ kind: z.literal('plan-changed'), preview: EditPreview }),
])
export type EditOutcome = z.infer<typeof EditOutcome>

const visit = { id: z.string().max(600) }
/** What a provider answers, or why it does not. */
const answered = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ok'), value }),
    z.strictObject({ kind: z.literal('problem'), problem: ProviderProblemInfo }),
  ])
const proposal = { task: RepairTaskId, findingId: z.string().max(1000), proposalId: z.string().max(200), answer: ProposalAnswer }

export const contract = {
  state: { watch: command.output(eventIterator(AppState)) },
  terminal: {
    open: command
      .input(
        z.strictObject({
          target: z.discriminatedUnion('kind', [
            z.strictObject({ kind: z.literal('address'), text: z.string().max(600) }),
            z.strictObject({ kind: z.literal('server'), id }),
            z.strictObject({ kind: z.literal('practice') }),
          ]),
          dimensions: Dimensions,
        }),
      )
      .output(z.strictObject({ sessionId: z.string() })),
    /** A new tab on the live connection of an open session. */
    duplicate: command.input(z.strictObject({ sessionId: id, dimensions: Dimensions })).output(z.strictObject({ sessionId: z.string() })),
    /** A shell of the mounted system, on the connection of an open session. @throws APP_ERROR `not-mounted`. */
    openChroot: command.input(z.strictObject({ sessionId: id, dimensions: Dimensions })).output(z.strictObject({ sessionId: z.string() })),
    /** `user`: signs in as this one instead of the request's, in a new attempt. */
    authenticate: command
      .input(z.strictObject({ sessionId: id, requestId: id, answer: CredentialAnswer, user: z.string().min(1).max(255).optional() }))
      .output(ok),
    reconnect: command.input(z.strictObject({ sessionId: id })).output(ok),
    /** Ends the attempt that runs; what the tab shows stays. */
    cancel: command.input(z.strictObject({ sessionId: id })).output(ok),
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
    /** The third key under an open intervention is a new rescue start; connects anew. */
    acceptThirdKey: command.input(z.strictObject({ sessionId: id, questionId: id })).output(ok),
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
    link: command.input(z.strictObject({ id, link: ProviderLink.optional() })).output(ok),
    importable: command.output(z.array(ImportableServer)),
    import: command.input(z.strictObject({ targets: z.array(z.string().max(600)).max(1000) })).output(ok),
  },
  settings: {
    update: command.input(SettingsChange).output(ok),
    knownHostsFiles: command.output(z.array(KnownHostsFile)),
  },
  files: {
    /** Transfers and open files; whole, at most a few times a second. */
    watch: command.output(eventIterator(FilesState)),
    /** Streams: a directory of 100 000 names shows its first page at once. */
    list: command.input(ListRequest).output(eventIterator(ListingPart)),
    details: command.input(z.strictObject({ place: FilePlace, path })).output(FileDetails),
    makeDirectory: command.input(z.strictObject({ place: FilePlace, parent: path, name: fileName })).output(ok),
    rename: command.input(z.strictObject({ place: FilePlace, path, name: fileName })).output(ok),
    change: command
      .input(
        z.strictObject({
          place: FilePlace,
          path,
          mode: z.number().int().min(0).max(0o7777).optional(),
          owner: z.strictObject({ uid: unixId, gid: unixId }).optional(),
        }),
      )
      .output(ok),
    countRemoval: command.input(z.strictObject({ place: FilePlace, paths })).output(RemovalCount),
    /** Recursively; links are removed, never what they lead to. */
    remove: command.input(z.strictObject({ place: FilePlace, paths })).output(ok),
    transfer: command
      .input(z.strictObject({ sessionId: id, direction: z.enum(['download', 'upload']), from: paths, into: path }))
      .output(ok),
    pause: command.input(z.strictObject({ id })).output(ok),
    resume: command.input(z.strictObject({ id })).output(ok),
    /** Also removes the unfinished file. */
    cancel: command.input(z.strictObject({ id })).output(ok),
    dismiss: command.input(z.strictObject({ id })).output(ok),
    answerClash: command.input(z.strictObject({ id, questionId: id, answer: ClashAnswer })).output(ok),
    /** Opens a copy in the desktop's program and writes every save back. */
    edit: command.input(z.strictObject({ sessionId: id, path })).output(ok),
    /** The same for a file of the system that the session's rescue mounted; `path` is that system's own. */
    editMounted: command.input(z.strictObject({ sessionId: id, path })).output(ok),
    saveEdit: command.input(z.strictObject({ id, how: z.enum(['save', 'overwrite']) })).output(ok),
    closeEdit: command.input(z.strictObject({ id })).output(ok),
  },
  practice: {
    setMode: command.input(z.strictObject({ mode: z.enum(['normal', 'rescue']) })).output(ok),
  },
  /** Provider accounts. Secrets go in and never come out. */
  accounts: {
    add: command.input(z.strictObject({ account: NewAccount, secrets: Secrets })).output(answered(z.strictObject({ id: z.string() }))),
    setSecrets: command.input(z.strictObject({ id, secrets: Secrets })).output(ok),
    update: command.input(z.strictObject({ id, account: NewAccount })).output(answered(z.null())),
    remove: command.input(z.strictObject({ id })).output(ok),
    /** Asks the provider: also the test of an account. */
    servers: command
      .input(z.strictObject({ id }))
      .output(answered(z.strictObject({ servers: z.array(ProviderServer), leftOut: z.array(LeftOut) }))),
    /** What OVH's own tools use here (`ovh.conf`, `OVH_*`). The secrets stay in the core: `importFound` reads them again. */
    findable: command.output(FoundAccount),
    importFound: command.input(z.strictObject({ readMail: z.boolean() })).output(answered(z.strictObject({ id: z.string() }))),
    /** OVHcloud's page that makes a key, with the least rights filled in. */
    keyPage: command.input(z.strictObject({ endpoint: OvhEndpoint, readMail: z.boolean() })).output(z.strictObject({ url: z.url() })),
  },
  /** A visit to a rescue system; `id` as `visitId` makes it. */
  visit: {
    watch: command.input(z.strictObject(visit)).output(eventIterator(VisitState)),
    /** What putting a saved server into rescue would ask of its provider. */
    preview: command.input(z.strictObject({ serverId: id })).output(z.strictObject({ id: z.string(), preview: EnterPreview })),
    /** `typed`: the server's name, where its services may be running. */
    enter: command
      .input(z.strictObject({ serverId: id, method: EnteringState.shape.method, typed: z.string().max(200) }))
      .output(z.strictObject({ id: z.string() })),
    stopEntering: command.input(z.strictObject(visit)).output(ok),
    dismissEntering: command.input(z.strictObject(visit)).output(ok),
    /** Looks for the rescue password at the provider; what comes of it is in the visit's state. */
    findPassword: command.input(z.strictObject(visit)).output(ok),
    /** For the eye of a person, while the field shows it. */
    revealPassword: command.input(z.strictObject(visit)).output(z.strictObject({ password: z.string() })),
    /** Answers a session's question with it, as the user it is for, without a way through the page. */
    usePassword: command.input(z.strictObject({ ...visit, sessionId: id, requestId: id })).output(ok),
    /** Fetches the secret behind a pasted mail's link by its number. False: not so, only in a browser. */
    redeemLink: command
      .input(
        z.strictObject({
          ...visit,
          host: z.string().max(253),
          secret: z.string().regex(/^[a-z0-9-]{8,120}$/i),
          user: z.string().max(64).optional(),
        }),
      )
      .output(answered(z.boolean())),
    /** A page with the machine's screen, good for some minutes. */
    console: command.input(z.strictObject(visit)).output(answered(z.strictObject({ url: z.url() }))),
    look: command.input(z.strictObject(visit)).output(ok),
    choose: command.input(z.strictObject({ ...visit, path: z.string().max(4096) })).output(ok),
    unlock: command.input(z.strictObject({ ...visit, digest: z.string(), passphrase: z.string().max(4096).optional() })).output(ok),
    mount: command.input(z.strictObject({ ...visit, digest: z.string(), passphrase: z.string().max(4096).optional() })).output(ok),
    unmount: command.input(z.strictObject({ ...visit, digest: z.string() })).output(ok),
    /** @returns false when the machine could not prove anything; that is no accusation. */
    prove: command.input(z.strictObject(visit)).output(z.strictObject({ isProven: z.boolean() })),
    examine: command.input(z.strictObject({ ...visit, tasks: z.array(RepairTaskId).optional() })).output(ok),
    planProposal: command.input(z.strictObject({ ...visit, ...proposal })).output(Proposal),
    apply: command
      .input(z.strictObject({ ...visit, ...proposal, digest: z.string(), typed: z.string().max(200).optional() }))
      .output(Change),
    undo: command.input(z.strictObject({ ...visit, change: z.string() })).output(ok),
    /** @returns false when it was stopped. */
    measure: command.input(z.strictObject({ ...visit, write: z.boolean() })).output(z.boolean()),
    /** The diagnosis for a support ticket, without secrets. Nothing is written or sent. */
    report: command
      .input(
        z.strictObject({
          ...visit,
          name: z.string().max(200),
          language: z.enum(['en', 'fr']),
          parts: z.strictObject({ evidence: z.boolean(), commands: z.boolean() }),
        }),
      )
      .output(
        z.strictObject({
          verdict: z.enum(['software', 'hardware', 'nothing-found', 'unknown']),
          markdown: z.string(),
          json: z.string(),
          fileName: z.string(),
          /** How much was replaced, by kind. */
          removed: z.record(z.string(), z.number()),
        }),
      ),
    stopMeasuring: command.input(z.strictObject(visit)).output(ok),
    leave: command.input(z.strictObject(visit)).output(ok),
    skip: command.input(z.strictObject({ ...visit, item: LeavingItemId, reason: SkipReason })).output(ok),
    goOn: command.input(z.strictObject({ ...visit, item: LeavingItemId })).output(ok),
    restart: command.input(z.strictObject(visit)).output(ok),
    stopLeaving: command.input(z.strictObject(visit)).output(ok),
  },
  resumed: { dismiss: command.output(ok) },
}
