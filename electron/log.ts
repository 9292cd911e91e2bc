/** Diagnostics for developers, on stderr. Never secrets, never bytes of terminals; server-written text only after stripping. */
export interface Log {
  info(text: string): void
  error(text: string, error?: unknown): void
}

export const stderrLog: Log = {
  info: (text) => void process.stderr.write(`${text}\n`),
  error: (text, error) => void process.stderr.write(`${text}${error instanceof Error ? `: ${error.message}` : ''}\n`),
}

export const silentLog: Log = { info() {}, error() {} }
