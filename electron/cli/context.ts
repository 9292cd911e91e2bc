import type { Output } from './output.js'

/** What every command gets. */
export interface CommandContext {
  home: string
  output: Output
  /** Aborted by the first ^C; a command that holds something lets go of it and ends. */
  signal: AbortSignal
}
export async function version(): Promise<string> {
  return (await import('../../package.json')).version
}
