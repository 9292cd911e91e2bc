/** From what Node, ssh2 and the server say to the codes people read. Server-written text is stripped before it becomes a detail. */
import { AppError, type ErrorCode } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'

export interface Place {
  host: string
  port: number
}

const byErrno: Record<string, ErrorCode> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EINVAL: 'unreachable',
  // A local firewall.
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed-early',
  ECONNABORTED: 'closed-early',
  EPIPE: 'closed-early',
}

/** An error of the socket. With several addresses the last one's counts: it is the one that was still hoped for. */
export function socketFailure(error: Error, place: Place): AppError {
  const last = error instanceof AggregateError && error.errors.length > 0 ? (error.errors.at(-1) as Error) : error
  const code = byErrno[(last as NodeJS.ErrnoException).code ?? ''] ?? 'unreachable'
  return new AppError(code, { ...place }, stripServerText(last.message))
}

/** `SSH_MSG_DISCONNECT` (RFC 4253 §11.1) carries a numeric code; everything else of ssh2 has a `level` or an errno. */
export const isDisconnect = (error: Error): boolean => typeof (error as { code?: unknown }).code === 'number'

const tooMany = /too many (?:authentication |login )?(?:failures|attempts)|maximum .*(?:attempts|tries)/i
const NO_MORE_AUTH_METHODS_AVAILABLE = 14

/** @param signingIn the server had begun to judge credentials. */
export function disconnectFailure(error: Error, place: Place, signingIn: boolean): AppError {
  const detail = stripServerText(error.message)
  if (!signingIn) return new AppError('closed-early', { ...place }, detail)
  const many = tooMany.test(detail) || (error as { code?: unknown }).code === NO_MORE_AUTH_METHODS_AVAILABLE
  return new AppError(many ? 'too-many-failures' : 'auth-failed', { ...place }, detail)
}

/** Lines of OpenSSH's sshd (MaxStartups, PerSourcePenalties) in place of its identification. */
const turnedAway = /^(?:Exceeded MaxStartups|Not allowed at this time)/

/** The connection ended, or time ran out, before an SSH identification came. */
export function noBannerFailure(received: string, place: Place, seconds: number | undefined): AppError {
  const detail = stripServerText(received, 500)
  if (received && !turnedAway.test(detail)) return new AppError('not-ssh', { ...place }, detail || undefined)
  if (seconds !== undefined) return new AppError('timeout', { ...place, seconds }, detail || undefined)
  return new AppError('closed-early', { ...place }, detail || undefined)
}

/** What other protocols say first; waiting for more would only cost time. */
export const isOtherProtocol = (received: string): boolean =>
  /^(?:HTTP\/\d|<(?:!doctype|html)|220[ -]|\* OK|\+OK|RFB \d|-ERR|\x15\x03|\x16\x03)/i.test(received)
