/** Asks one address again and again which key answers: gently in the background, closely while its rescue is being left. */
import type { AnswerKind, WatchState } from '../../shared/intervention.js'
import type { Clock } from '../clock.js'

/** One key exchange, no sign-in; `signal` ends it. */
export type Probe = (target: { host: string; port: number; hostKeyAlgorithms: string[]; signal: AbortSignal }) => Promise<ProbeAnswer>
export type ProbeAnswer = { kind: 'nothing' } | { kind: 'port-open' } | { kind: 'key'; blob: Buffer }

// One unauthenticated connection per half minute stays far below what sshd penalises (PerSourcePenalties: 1 s each).
const BACKGROUND_MS = 30_000
// A reboot takes a minute or two: two seconds feel immediate, and still cost sshd's budget less than it refills.
const CLOSE_MS = 2_000
const CLOSE_PHASE_MS = 10 * 60_000
const SLOWEST_CLOSE_MS = 10_000
const SLOWDOWN = 1.5
// TCP retransmits a lost SYN after 1, 3 and 7 s: a host that says nothing for this long says nothing.
const PROBE_LIMIT_MS = 15_000
const MAX_CHANGES = 50

export interface Watch {
  /** Undefined while nothing is watched (switched off in the settings). */
  state(): WatchState | undefined
  /** Starts anew with an empty history and asks at once. */
  restart(): void
  /** Something else (a session) saw this answer. */
  note(answer: AnswerKind): void
  dispose(): Promise<void>
}

export interface WatchParts {
  clock: Clock
  probe(signal: AbortSignal): Promise<ProbeAnswer>
  /** Asked before each try: it may change at any time. */
  purpose(): WatchState['purpose'] | undefined
  classify(blob: Buffer): AnswerKind
  /** Awaited before the next try; must not throw. */
  onAnswer(answer: AnswerKind, blob: Buffer | undefined): Promise<void>
  onDidChange(): void
}

/** Begins with a try at once (`soon`) or after one interval. Never two probes at a time. */
export function createWatch(parts: WatchParts, soon: boolean): Watch {
  const { clock } = parts
  let startedAt = clock.now()
  let nextTryAt: Date | undefined
  let answer: AnswerKind | undefined
  let changes: WatchState['changes'] = []
  let interval = CLOSE_MS
  let cancelTimer = () => {}
  let abort = new AbortController()
  let running: Promise<void> | undefined
  let disposed = false

  function schedule(ms: number) {
    cancelTimer()
    if (disposed) return
    nextTryAt = new Date(clock.now().getTime() + ms)
    cancelTimer = clock.setTimeout(start, ms)
    parts.onDidChange()
  }

  function nextInterval(): number {
    if (parts.purpose() !== 'leaving') return BACKGROUND_MS
    if (clock.now().getTime() - startedAt.getTime() > CLOSE_PHASE_MS) interval = Math.min(interval * SLOWDOWN, SLOWEST_CLOSE_MS)
    return interval
  }

  function start() {
    if (running || disposed) return
    running = tick().finally(() => {
      running = undefined
      schedule(nextInterval())
    })
  }

  async function tick() {
    if (!parts.purpose()) return
    nextTryAt = undefined
    abort = new AbortController()
    const { kind, blob } = await boundedProbe(abort)
    if (disposed) return
    note(kind)
    await parts.onAnswer(kind, blob)
  }

  async function boundedProbe(control: AbortController): Promise<{ kind: AnswerKind; blob?: Buffer }> {
    let cancel = () => {}
    const limit = new Promise<ProbeAnswer>((resolve) => {
      cancel = clock.setTimeout(() => {
        control.abort()
        resolve({ kind: 'nothing' })
      }, PROBE_LIMIT_MS)
      control.signal.addEventListener('abort', () => resolve({ kind: 'nothing' }), { once: true })
    })
    try {
      const found = await Promise.race([parts.probe(control.signal), limit])
      return found.kind === 'key' ? { kind: parts.classify(found.blob), blob: found.blob } : { kind: found.kind }
    } catch {
      return { kind: 'nothing' }
    } finally {
      cancel()
    }
  }

  function note(kind: AnswerKind) {
    if (answer === kind) return
    answer = kind
    changes = [...changes, { at: clock.now().toISOString(), answer: kind }].slice(-MAX_CHANGES)
    parts.onDidChange()
  }

  if (soon) start()
  else schedule(BACKGROUND_MS)
  return {
    note,
    state() {
      const purpose = parts.purpose()
      if (!purpose) return undefined
      return {
        purpose,
        startedAt: startedAt.toISOString(),
        changes,
        ...(nextTryAt ? { nextTryAt: nextTryAt.toISOString() } : {}),
        ...(answer ? { answer } : {}),
      }
    },
    restart() {
      startedAt = clock.now()
      interval = CLOSE_MS
      answer = undefined
      changes = []
      // A probe under way goes on: its answer is as fresh as a new one's.
      if (!running) start()
      parts.onDidChange()
    },
    async dispose() {
      disposed = true
      cancelTimer()
      abort.abort()
      await running
    },
  }
}
