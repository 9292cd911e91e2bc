/**
 * The provider port: what RescueTerm asks of whoever owns the machine. One adapter per API family; every one of them changes
 * something only in `enter` and `leave`, and deletes nothing, ever.
 */
import type {
  Before,
  Capabilities,
  Inspection,
  MailSeen,
  Operation,
  ProgressState,
  ProviderServer,
  WaitResult,
} from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { Clock } from '../clock.js'
import { compareExpectation, keyType } from '../known-hosts/key.js'
import type { Log } from '../log.js'
import type { OnLeftOut } from './listing.js'
import { poll, WAIT_LIMIT_MS, type WatchOptions } from './wait.js'

/** Every call may throw ProviderError or, when `signal` is aborted, its reason. `server` is a `ProviderServer.id`. */
export interface Provider {
  capabilities(server: string): Capabilities
  /** Told of parts that could not be listed while others could. */
  listServers(signal: AbortSignal, onLeftOut?: OnLeftOut): Promise<ProviderServer[]>
  /** The machine's state by the provider, and the requests `enter` would make. */
  inspect(server: string, signal: AbortSignal): Promise<Inspection>
  /** Starts the rescue system. Ends as soon as the restart is under way; `progress` follows it. */
  enter(server: string, o: ChangeOptions): Promise<Entered>
  /** Watches only. May be called again for a recorded operation after a crash. */
  progress(operation: Operation, o: WatchOptions): Promise<WaitResult>
  /** How to sign in to the rescue system. Waits for it where it comes late. */
  credentials(operation: Operation, o: CredentialsOptions): Promise<Credentials>
  /** Host keys of the rescue system as the provider knows them. */
  hostKeyHint(operation: Operation, signal: AbortSignal): Promise<HostKeyHint>
  /** Starts the normal system. `entered`: the record of `enter`, when there is one. */
  leave(server: string, o: ChangeOptions & { entered?: Before | undefined }): Promise<Operation>
  /** A page that shows the machine's screen, good for some minutes. Its address is a key to it: never stored or logged. */
  console(server: string, signal: AbortSignal): Promise<URL | undefined>
}

export interface ChangeOptions {
  /** Heard until the first change; from there a restart is carried through (at most some minutes), since half of one helps nobody. */
  signal: AbortSignal
  /** Record it durably, then resolve: nothing has been changed yet. */
  beforeChange(before: Before): Promise<void>
  /** A change takes steps that last: power off, then on again. */
  onState?(state: ProgressState): void
}

export interface Entered {
  operation: Operation
  /** Where the answer holds them: nobody tells them a second time. */
  credentials?: Password
}

export interface CredentialsOptions {
  signal: AbortSignal
  /** Mails of the account as they come in, with the reason for or against each. */
  onMails?(mails: MailSeen[]): void
  limitMs?: number
}

/** A value in memory, for the rescue it belongs to; nobody writes it down. */
export interface Password {
  kind: 'password'
  user: string
  password: string
  source: 'answer' | 'server' | 'secret' | 'mail'
  /** The mail it came with. */
  mail?: MailSeen
}

export type Credentials =
  | Password
  /** The SSH keys of the account, or the one set for rescue, open it; there is no password. */
  | { kind: 'account-keys'; user: string }
  /** The secret cannot be fetched by API: its page, for the person's browser. */
  | { kind: 'link'; url: string; reason: 'not-available' | 'gone'; mail?: MailSeen }
  /** Only a person can find it: in the panel, a mail or on the console. */
  | { kind: 'by-hand' }
  | { kind: 'timed-out' }
  | { kind: 'stopped' }
  | { kind: 'failed'; problem: ProviderProblemInfo }

/** Looks until there is an answer: the port's `credentials` waits. */
export async function pollCredentials(
  o: CredentialsOptions & { clock: Clock; everyMs: number; look(): Promise<Credentials | undefined> },
): Promise<Credentials> {
  const { clock, signal, everyMs, look, limitMs = WAIT_LIMIT_MS } = o
  const result = await poll({ clock, signal, everyMs, limitMs, look })
  if (result.kind === 'found') return result.value
  return result.kind === 'failed' ? { kind: 'failed', problem: result.error.toProblemInfo() } : { kind: result.kind }
}

/** `text`: a fingerprint or a key; `type`: the family where the provider tells it. `not-yet`: known once the rescue system has started. */
export type HostKeyHint = { kind: 'published'; keys: { type?: string; text: string }[] } | { kind: 'not-yet' } | { kind: 'never' }

/** `differs`: another key of this family is published; `unknown`: none is. */
export function compareHint(hint: HostKeyHint, blob: Buffer): 'verified' | 'differs' | 'unknown' {
  if (hint.kind !== 'published') return 'unknown'
  const family = keyFamily(keyType(blob) ?? '')
  const results = hint.keys
    .filter(({ type }) => type === undefined || keyFamily(type) === family)
    .map(({ text }) => compareExpectation(text, blob))
  if (results.includes('match')) return 'verified'
  return results.includes('no-match') ? 'differs' : 'unknown'
}

/** `ssh-ed25519`, `ED25519` → `ed25519`; `ecdsa-sha2-nistp256` → `ecdsa`. */
const keyFamily = (type: string) => /ed25519|ecdsa|rsa|dsa/.exec(type.toLowerCase())?.[0] ?? type

/** What every adapter is built with. `base` replaces the API's address, in tests only. */
export interface ProviderParts {
  clock: Clock
  log: Log
  base?: string | undefined
}

/** `<product>/<id>`; the id may hold further slashes. */
export function splitServer(server: string): [product: string, id: string] {
  const at = server.indexOf('/')
  return at < 0 ? ['', server] : [server.slice(0, at), server.slice(at + 1)]
}
