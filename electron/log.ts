import { AppError } from '../shared/app-error.js'

/** Diagnostics for developers, on stderr. Never secrets, never bytes of terminals; server-written text only after stripping. */
export interface Log {
  info(text: string): void
  error(text: string, error?: unknown): void
}

export const stderrLog: Log = {
  info: (text) => void process.stderr.write(`${text}\n`),
  error: (text, error) => void process.stderr.write(`${text}${error instanceof Error ? `: ${error.message}` : ''}\n`),
}

/** What anything thrown is to a person; what nobody foresaw is also told here, with `text`. */
export function explained(error: unknown, log: Log, text: string): AppError {
  if (!(error instanceof AppError)) log.error(text, error)
  return AppError.from(error)
}

export const silentLog: Log = { info() {}, error() {} }
