import type { Dimensions } from '../../shared/terminal-session.js'

export interface ShellChannel {
  write(text: string): void
  resize(dimensions: Dimensions): void
  onData(listener: (bytes: Buffer) => void): () => void
  /** After the last byte of output. */
  onDidExit(listener: (exit: { exitCode?: number; signal?: string }) => void): () => void
  /** Lets the server send so many bytes more (RFC 4254 §5.2). */
  grant(bytes: number): void
  close(): void
}
