import type { Clock } from '../clock.js'
import type { ShellChannel } from './shell.js'

/** A terminal port as the core sees it; messages are the payload itself (adapters unwrap Electron's `{ data, ports }`). */
export interface TerminalPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (data: unknown) => void): void
  on(event: 'close', listener: () => void): void
  start(): void
  close(): void
}

export interface TerminalStream {
  attach(port: TerminalPort): void
  dispose(): void
}

export function createTerminalStream(_channel: ShellChannel, _o: { clock?: Clock } = {}): TerminalStream {
  throw new Error('being built')
}
