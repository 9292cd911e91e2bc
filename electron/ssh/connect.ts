import type { ErrorInfo } from '../../shared/errors.js'
import type { ConnectStage, CredentialAnswer, CredentialRequest, Dimensions } from '../../shared/terminal-session.js'
import type { ResolvedTarget } from './config.js'
import type { ShellChannel } from './shell.js'

/** Synchronous; `blob` is a copy. Anything but `true`, and anything thrown, refuses. */
export type HostKeyVerifier = (blob: Buffer) => boolean

export interface Credentials {
  /** Rejects when cancelled. */
  ask(request: Omit<CredentialRequest, 'id'>): Promise<CredentialAnswer>
}

export type ConnectOutcome =
  | { kind: 'connected'; connection: SshConnection }
  | { kind: 'host-key-refused'; blob: Buffer }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: ErrorInfo }

export interface ConnectOptions {
  verify: HostKeyVerifier
  hostKeyAlgorithms: string[]
  credentials: Credentials
  quarantine: boolean
  signal: AbortSignal
  onStage(stage: ConnectStage): void
}

export interface SshConnection {
  hostKey: Buffer
  user: string
  kex: string
  cipher: string
  serverVersion: string
  remoteAddress: string
  openShell(dimensions: Dimensions): Promise<ShellChannel>
  measureLatency(): Promise<number>
  onDidClose(listener: (error?: ErrorInfo) => void): () => void
  end(): void
}

export type ConnectTarget = Pick<ResolvedTarget, 'host' | 'port' | 'user' | 'identityFiles' | 'identitiesOnly' | 'agent'>

export async function connectSsh(_target: ConnectTarget, _o: ConnectOptions): Promise<ConnectOutcome> {
  throw new Error('being built')
}
