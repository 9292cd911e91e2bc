/**
 * A terminal session: one channel, one tab. The core publishes its phase; a phase that waits for a person names the question,
 * and the answer comes back as a command carrying the question's id. Bytes travel on a MessagePort of their own (end of file).
 */
import { z } from 'zod'
import { ErrorInfo } from './errors.js'
import { KnownEntry, PresentedKey, VerdictKind } from './host-key.js'
import { ProviderKind } from './provider.js'

/** Columns × rows of the remote terminal (RFC 4254 §6.2). */
export const Dimensions = z.strictObject({ cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) })
export type Dimensions = z.infer<typeof Dimensions>

/** The key shown against those its provider publishes for this rescue system; `verified` names this very key, `differs` another of its family. */
export const PublishedKey = z.strictObject({ provider: ProviderKind, result: z.enum(['verified', 'differs']) })
export type PublishedKey = z.infer<typeof PublishedKey>

/** Why the host-key dialog is up. `entries` are all deciding lines; nothing has been sent to the server but the key exchange. */
export const HostKeyQuestion = z.strictObject({
  id: z.string(),
  verdict: VerdictKind.exclude(['match', 'match-ca']),
  presented: PresentedKey,
  entries: z.array(KnownEntry),
  /** Only `@cert-authority` lines cover this name: host certificates are not supported, said as the reason. */
  authorityOnly: z.boolean(),
  /** Deciding lines that stand in system files; with these the edit of the user's files is not enough. */
  systemEntries: z.array(KnownEntry),
  /** Shell commands for an administrator, when `systemEntries` is not empty: set aside, and its inverse. */
  adminCommands: z.array(z.strictObject({ file: z.string(), line: z.number().int(), setAside: z.string(), undo: z.string() })),
  /** Trust and save would write here, hashed or not; undefined when saving is impossible (`StrictHostKeyChecking yes` forbids it). */
  saveTo: z.strictObject({ file: z.string(), hashed: z.boolean() }).optional(),
  /** OpenSSH's `StrictHostKeyChecking yes`: unknown keys may not be accepted. */
  strict: z.boolean(),
  /** The server was sent into rescue from here and answered with this key. */
  isRescue: z.boolean(),
  /** An intervention that is already open for this address: the presented key is then a third key. */
  interventionId: z.string().optional(),
  /** While it `differs` no answer accepts the key: that ends when the person compares its own fingerprint. Absent: nothing is published. */
  published: z.union([PublishedKey, z.strictObject({ result: z.literal('asking') })]).optional(),
})
export type HostKeyQuestion = z.infer<typeof HostKeyQuestion>

/** What the server wants for signing in. Prompt texts are the server's: stripped, shown as a quotation. */
export const CredentialRequest = z.strictObject({
  id: z.string(),
  user: z.string(),
  /** `new-password`: the old one has expired; `instruction` is what the server says of it. */
  kind: z.enum(['choose', 'passphrase', 'prompts', 'new-password']),
  /** `choose`: methods the person can use now. */
  methods: z.array(z.enum(['password', 'key', 'agent'])),
  /** `passphrase`: the key file that is encrypted. `choose`: key files ssh would try. */
  keyFiles: z.array(z.string()),
  prompts: z.array(z.strictObject({ text: z.string(), echo: z.boolean() })),
  instruction: z.string(),
  /** The previous answer was refused. */
  failed: ErrorInfo.optional(),
  /** The server's pre-auth banner (RFC 4252 §5.4), stripped. */
  banner: z.string(),
  /** Under an intervention: the agent is off, and no key file is tried unasked. */
  quarantine: z.boolean(),
})
export type CredentialRequest = z.infer<typeof CredentialRequest>

export const CredentialAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), password: z.string().max(4096) }),
  z.strictObject({ kind: z.literal('key'), file: z.string().max(4096), passphrase: z.string().max(4096).optional() }),
  z.strictObject({ kind: z.literal('agent') }),
  z.strictObject({ kind: z.literal('passphrase'), passphrase: z.string().max(4096) }),
  z.strictObject({ kind: z.literal('new-password'), password: z.string().min(1).max(4096) }),
  z.strictObject({ kind: z.literal('prompts'), answers: z.array(z.string().max(4096)).max(20) }),
  z.strictObject({ kind: z.literal('cancel') }),
])
export type CredentialAnswer = z.infer<typeof CredentialAnswer>

export const ConnectionInfo = z.strictObject({
  user: z.string(),
  key: z.strictObject({ type: z.string(), fingerprint: z.string(), whose: z.enum(['known', 'rescue', 'once']) }),
  kex: z.string(),
  cipher: z.string(),
  serverVersion: z.string(),
  since: z.iso.datetime(),
})

export const ConnectStage = z.enum(['config', 'lookup', 'tcp', 'banner', 'key-exchange', 'sign-in', 'shell'])
export type ConnectStage = z.infer<typeof ConnectStage>

export const SessionPhase = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('connecting'), stage: ConnectStage, since: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('host-key'), question: HostKeyQuestion }),
  z.strictObject({ kind: z.literal('needs-credentials'), request: CredentialRequest }),
  z.strictObject({ kind: z.literal('open'), connection: ConnectionInfo }),
  /** The remote shell ended by itself. */
  z.strictObject({ kind: z.literal('ended'), exitCode: z.number().int().optional(), signal: z.string().optional(), at: z.iso.datetime() }),
  /** An open connection broke, was closed by the server's restart, or the core process restarted. */
  z.strictObject({ kind: z.literal('lost'), error: ErrorInfo, at: z.iso.datetime() }),
  /** The attempt failed before a shell was there. */
  z.strictObject({ kind: z.literal('failed'), error: ErrorInfo, at: z.iso.datetime() }),
  /** A person said no (host key, credentials). */
  z.strictObject({ kind: z.literal('cancelled'), at: z.iso.datetime() }),
])
export type SessionPhase = z.infer<typeof SessionPhase>

export const TerminalSession = z.strictObject({
  id: z.string(),
  /** Tab title of our own: saved server's name or what was typed. The remote title is `remoteTitle`, sanitised, never the only label. */
  name: z.string(),
  remoteTitle: z.string().optional(),
  target: z.string(),
  user: z.string(),
  host: z.string(),
  port: z.number().int(),
  serverId: z.string().optional(),
  practice: z.boolean(),
  interventionId: z.string().optional(),
  /** A shell of the mounted system, in a rescue system. */
  chroot: z.boolean(),
  phase: SessionPhase,
  /** Things worth knowing about how the configuration was read: codes with data (e.g. a slow `Match exec`). */
  notes: z.array(
    z.strictObject({
      code: z.enum(['match-exec-slow', 'ssh-missing', 'proxy-unsupported']),
      data: z.record(z.string(), z.string()),
    }),
  ),
  latencyMs: z.number().optional(),
})
export type TerminalSession = z.infer<typeof TerminalSession>

/**
 * Terminal port. Core → page: `Uint8Array` (fresh, exact size: a view would drag its whole buffer along) or `TerminalEvent`.
 * Page → core: `TerminalInput`; never with a transfer list (a transferred ArrayBuffer arrives as null).
 */
export const TerminalInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('input'), text: z.string().max(1 << 20) }),
  /** Bytes the page's terminal has parsed since the last acknowledgement. */
  z.strictObject({ kind: z.literal('ack'), bytes: z.number().int().nonnegative() }),
  z.strictObject({ kind: z.literal('resize'), dimensions: Dimensions }),
  z.strictObject({ kind: z.literal('visible'), visible: z.boolean() }),
])
export type TerminalInput = z.infer<typeof TerminalInput>

/** `replay` precedes `bytes` of earlier output for a page that attaches anew: reset first, then parse. */
export type TerminalEvent = { kind: 'replay'; bytes: number }

/** Control port (page → core): hands over the terminal port of one session. */
export const AttachTerminal = z.strictObject({ kind: z.literal('attach'), sessionId: z.string() })
