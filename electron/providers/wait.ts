/** Waiting with an end: for a restart, a mail. Time is the injected clock's. */
import type { ManualWay, ProgressState, WaitResult } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { Clock } from '../clock.js'
import { isPassing, ProviderError } from './problem.js'

/** A rescue start takes 2 to 4 minutes, seldom 8. */
export const WAIT_LIMIT_MS = 10 * 60_000

/** Ends early, without an error, when `signal` is aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

export interface Polling<T> {
  clock: Clock
  signal: AbortSignal
  everyMs: number
  limitMs: number
  /** undefined: not yet. */
  look(): Promise<T | undefined>
  onTrouble?(error: ProviderError): void
}
export type Polled<T> =
  | { kind: 'found'; value: T }
  | { kind: 'failed'; error: ProviderError }
  /** `trouble`: the last look said nothing of what was looked for. */
  | { kind: 'timed-out'; trouble?: ProviderError }
  | { kind: 'stopped' }

/** Looks at once and then every `everyMs`. A fault that may pass is waited out, any other ends it. */
export async function poll<T>({ clock, signal, everyMs, limitMs, look, onTrouble }: Polling<T>): Promise<Polled<T>> {
  const end = clock.now().getTime() + limitMs
  while (!signal.aborted) {
    let trouble: ProviderError | undefined
    try {
      const value = await look()
      if (value !== undefined) return { kind: 'found', value }
    } catch (error) {
      if (signal.aborted) break
      if (!(error instanceof ProviderError)) throw error
      if (!isPassing(error.problem)) return { kind: 'failed', error }
      trouble = error
      onTrouble?.(error)
    }
    if (clock.now().getTime() + everyMs > end) return { kind: 'timed-out', ...(trouble ? { trouble } : {}) }
    await sleep(clock, everyMs, signal)
  }
  return { kind: 'stopped' }
}

/** @returns what was found, else undefined: the time is over, or the caller has stopped. @throws the ProviderError that ended it. */
export async function pollOrThrow<T>(o: Omit<Polling<T>, 'limitMs'> & { limitMs?: number }): Promise<T | undefined> {
  const result = await poll({ limitMs: WAIT_LIMIT_MS, ...o })
  if (result.kind === 'failed') throw result.error
  return result.kind === 'found' ? result.value : undefined
}

/** One look at a restart. */
export type Look =
  | { kind: 'busy'; percent?: number | undefined; task?: string | undefined }
  | { kind: 'done' }
  | { kind: 'failed'; error: ProviderError }

export interface WatchOptions {
  signal: AbortSignal
  onState(state: ProgressState): void
  limitMs?: number
}

/** Follows a restart to its end; `stopped` is the caller's wish and stops only the watching. */
export async function watch(
  o: WatchOptions & {
    clock: Clock
    everyMs: number
    startedAt: string
    /** The clock `startedAt` was read from, when it is not ours. */
    now?(): Date
    manual: ManualWay
    look(): Promise<Look>
  },
): Promise<WaitResult> {
  const { clock, manual, limitMs = WAIT_LIMIT_MS } = o
  const now = o.now ?? clock.now
  let last: { percent?: number; task?: string } = {}
  const tell = (kind: ProgressState['kind'], trouble?: ProviderProblemInfo) =>
    o.onState({
      kind,
      elapsedSeconds: Math.max(0, Math.round((now().getTime() - Date.parse(o.startedAt)) / 1000)),
      ...(kind === 'restarting' ? last : {}),
      ...(trouble ? { trouble } : {}),
    })
  tell('requested')
  const result = await poll<Exclude<Look, { kind: 'busy' }>>({
    clock,
    signal: o.signal,
    everyMs: o.everyMs,
    limitMs,
    async look() {
      const seen = await o.look()
      if (seen.kind !== 'busy') return seen
      last = {
        ...(seen.percent === undefined ? {} : { percent: Math.min(100, Math.max(0, seen.percent)) }),
        ...(seen.task ? { task: seen.task } : {}),
      }
      tell('restarting')
      return undefined
    },
    onTrouble: (error) => tell('restarting', error.toProblemInfo()),
  })
  if (result.kind === 'timed-out') return { kind: 'timed-out', minutes: limitMs / 60_000, manual }
  if (result.kind === 'stopped') return { kind: 'stopped', manual }
  if (result.kind === 'failed') return { kind: 'failed', problem: result.error.toProblemInfo(), manual }
  if (result.value.kind === 'failed') return { kind: 'failed', problem: result.value.error.toProblemInfo(), manual }
  tell('done')
  return { kind: 'done' }
}
