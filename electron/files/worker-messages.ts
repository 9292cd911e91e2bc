/** What the core and the transfer thread say to each other. Both are ours: nothing here is parsed, and nothing crosses but plain data. */
import type { ErrorInfo } from '../../shared/errors.js'
import type { Clash, ClashAnswer } from '../../shared/files.js'
import type { Direction } from './carrier.js'
import type { Checkpoint } from './resume.js'
import type { TransferJob, TransferProgress, TransferResult } from './transfer.js'

/** Of a `SignInStep`: keys stay in the core, which signs; a password arrives in a buffer of its own, which the thread overwrites. */
export type CrossingStep =
  | { method: 'none' }
  | { method: 'key'; blob: Uint8Array }
  | { method: 'password' | 'keyboard-interactive'; password: Uint8Array }

export interface ThreadStart {
  host: string
  port: number
  user: string
  hostKey: Uint8Array
  steps: CrossingStep[]
}

export type ToThread =
  | { kind: 'signed'; id: number; signature: Uint8Array | undefined }
  | { kind: 'run'; job: TransferJob; direction: Direction }
  | { kind: 'pause' }
  | { kind: 'answer'; id: number; answer: ClashAnswer }

export type FromThread =
  | { kind: 'connected' }
  | { kind: 'ended'; error: ErrorInfo }
  | { kind: 'sign'; id: number; step: number; data: Uint8Array; hash: string | undefined }
  | { kind: 'progress'; progress: TransferProgress }
  | { kind: 'checkpoint'; checkpoint: Checkpoint | undefined }
  | { kind: 'ask'; id: number; clash: Clash }
  | { kind: 'finished'; result: TransferResult }
  | { kind: 'stopped'; error: ErrorInfo | undefined }
