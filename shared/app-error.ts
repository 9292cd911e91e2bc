/** Apart from the schemas in `errors.ts`: the command line's `check` starts without loading the schema library. */
import type { ErrorInfo } from './errors.js'
import { stripServerText } from './server-text.js'

/**
 * Every failure a person can meet, by code. Words live in `renderer/locales/<language>/errors.json` by code; `detail` is
 * technical text (English, possibly written by the server, already stripped of control characters), shown folded and as a quotation.
 */
export const errorCodes = [
  // what was typed
  'bad-address',
  'bad-port',
  'bad-key',
  'bad-request',
  // reaching the server
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'not-ssh',
  'closed-early',
  'protocol',
  'no-common-algorithm',
  'weak-host-key',
  // signing in
  'auth-failed',
  'too-many-failures',
  'password-not-changed',
  'key-unreadable',
  'key-unsupported',
  'key-is-public',
  'key-passphrase',
  'no-agent',
  'no-shell',
  // identity
  'host-key-changed-again',
  'known-key-unproven',
  'known-key-aside',
  'published-key-differs',
  'revoked',
  // known_hosts and the journal
  'file-not-regular',
  'file-too-large',
  'file-unreadable',
  'file-read-only',
  'file-no-space',
  'file-busy',
  'file-changed',
  'file-io',
  'ssh-directory',
  'config-failed',
  'proxy-unsupported',
  'strict-unknown',
  'journal-unreadable',
  'list-unreadable',
  'locked',
  'nothing-to-set-aside',
  // on the rescue system
  'not-mounted',
  'command-failed',
  // its disks
  'disks-unreadable',
  'disk-command-failed',
  'no-root',
  'tool-missing',
  'wrong-passphrase',
  'volume-locked',
  'volume-group-twice',
  'same-file-system',
  'file-system-unsupported',
  'file-system-unreadable',
  'file-system-damaged',
  'journal-dirty',
  'device-busy',
  'still-in-use',
  'not-found',
  'wrong-state',
  // a provider's API: `data.problem` says which fault
  'provider',
  // files here and on the server
  'no-sftp',
  'path-missing',
  'path-denied',
  'path-exists',
  'path-not-empty',
  'path-no-space',
  'path-read-only',
  'path-kind',
  'path-changed',
  'path-owner',
  'path-too-large',
  'path-failed',
  // the app itself
  'core-restarted',
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** The only error that crosses the wire; anything else becomes `internal` there and is logged in the core. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly data: Record<string, string | number>
  readonly detail: string | undefined
  constructor(code: ErrorCode, data: Record<string, string | number> = {}, detail?: string, options?: ErrorOptions) {
    super(detail ? `${code}: ${detail}` : code, options)
    this.name = 'AppError'
    this.code = code
    this.data = data
    this.detail = detail
  }
  /** What anything thrown is to a person: itself, or `internal` with the message as its detail. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) return error
    return new AppError('internal', {}, error instanceof Error ? stripServerText(error.message, 500) : undefined, { cause: error })
  }
  toInfo(): ErrorInfo {
    return { code: this.code, data: this.data, ...(this.detail ? { detail: this.detail } : {}) }
  }
}
