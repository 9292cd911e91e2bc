/**
 * Putting a server into rescue mode: the request (by API, or by a person in the panel), the provider's progress, and the one sign that
 * counts: another host key than the known ones answers. Watching can be stopped; the restart itself cannot.
 */
import { AppError } from '../../shared/errors.js'
import type { AnswerKind } from '../../shared/intervention.js'
import type { Before, ManualWay, Operation, WaitResult } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { EnteringState } from '../../shared/visit.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { ProviderError } from '../providers/problem.js'
import type { Password, Provider } from '../providers/provider.js'
import { createWatch, type ProbeAnswer, type Watch } from '../rescue/watch.js'
import { interruptionOf } from './interruption.js'

/** What is written down: enough to go on after a restart of the app. */
export interface EnteringRecord {
  method: EnteringState['method']
  startedAt: string
  /** Keys noted before the restart, as blobs. */
  knownKeys: Buffer[]
  before?: Before | undefined
  operation?: Operation | undefined
  answered: boolean
  /** The other key that answered: the rescue system's, as far as anyone can tell. */
  answeredKey?: Buffer | undefined
}

export interface EnteringParts {
  clock: Clock
  log: Log
  probe(signal: AbortSignal): Promise<ProbeAnswer>
  /** The provider's adapter and its name for the machine; undefined: by hand. */
  provider?: { adapter: Provider; server: string } | undefined
  manual: ManualWay
  save(record: EnteringRecord): Promise<void>
  onPassword(password: Password): void
  onDidChange(): void
}

export interface Entering {
  state(): EnteringState
  /** Asks the provider, or only watches; ends when another key has answered, the watching is stopped or the request is refused. */
  begin(): void
  /**
   * After a restart of the app: follows what was asked for, else only watches. Nothing is asked of the provider anew, since what was
   * asked before may have been heard, and nobody is looking. A machine that was left powered off is told of.
   */
  resume(): void
  stop(): void
  dispose(): Promise<void>
}

// A rescue start takes 2–4 minutes; from here on a person should look at the console.
const OVERDUE_MS = 10 * 60_000

export function createEntering(record: EnteringRecord, o: EnteringParts): Entering {
  const ending = new AbortController()
  let phase: EnteringState['phase'] = record.operation || record.method !== 'api' ? 'waiting' : 'requesting'
  let progress: EnteringState['progress']
  let problem: ProviderProblemInfo | undefined
  let isOverdue = false
  let watch: Watch | undefined
  let seen: ReturnType<Watch['state']>
  let cancelOverdue = () => {}
  let work: Promise<unknown> = Promise.resolve()

  /** What the port showed, and a person's *stop*, are last words. */
  const isOver = () => phase === 'answered' || phase === 'stopped'

  function enter(next: EnteringState['phase']) {
    if (isOver()) return
    phase = next
    o.onDidChange()
  }

  const isKnown = (blob: Buffer) => record.knownKeys.some((known) => known.equals(blob))

  function watchAnswers() {
    watch = createWatch(
      {
        clock: o.clock,
        probe: o.probe,
        purpose: () => (isOver() ? undefined : 'leaving'),
        classify: (blob): AnswerKind => (isKnown(blob) ? 'known-key' : 'other-key'),
        async onAnswer(answer, blob) {
          if (answer !== 'other-key' || !blob) return
          // A server nobody has known yet shows its usual key until it goes down: only another one than that counts.
          const isUsual = record.knownKeys.length === 0 && record.method !== 'already' && seen?.changes.length === 1
          if (isUsual) record.knownKeys = [blob]
          else Object.assign(record, { answered: true, answeredKey: blob })
          // Seen is seen: a full disk costs the next start of the app a second look, not this one.
          await o.save(record).catch((error) => o.log.error('what answers could not be written down', error))
          if (!isUsual) enter('answered')
        },
        onDidChange() {
          seen = watch?.state() ?? seen
          o.onDidChange()
        },
      },
      true,
    )
    cancelOverdue = o.clock.setTimeout(
      () => {
        isOverdue = true
        o.onDidChange()
      },
      Math.max(0, OVERDUE_MS - (o.clock.now().getTime() - Date.parse(record.startedAt))),
    )
  }

  async function ask(adapter: Provider, server: string) {
    const { operation, credentials } = await adapter.enter(server, {
      signal: ending.signal,
      async beforeChange(before) {
        record.before = before
        await o.save(record)
      },
      onState(state) {
        progress = state
        enter('restarting')
      },
    })
    if (credentials) o.onPassword(credentials)
    record.operation = operation
    await o.save(record)
  }

  async function follow(adapter: Provider, operation: Operation) {
    enter('restarting')
    const result: WaitResult = await adapter.progress(operation, {
      signal: ending.signal,
      onState(state) {
        progress = state
        o.onDidChange()
      },
    })
    // What the port shows counts more than what the API says: the watch goes on in every case.
    if (result.kind === 'failed' && !isOver()) problem = afterwards(result.problem)
    enter(result.kind === 'failed' ? 'failed' : 'waiting')
  }

  async function tellOfInterruption(provider: NonNullable<EnteringParts['provider']>) {
    try {
      problem = await interruptionOf(provider, { clock: o.clock, signal: ending.signal })
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      o.log.info(`whether the server is off could not be asked (${error.problem})`)
    }
    if (problem && !isOver()) enter('failed')
  }

  /** Once the request was taken, a look that fails says nothing of the restart. */
  const afterwards = (info: ProviderProblemInfo): ProviderProblemInfo => (record.operation ? { ...info, changed: 'unknown' } : info)

  async function run(mayAsk: boolean) {
    const { provider } = o
    if (record.method !== 'api' || !provider) return
    try {
      if (!record.operation && mayAsk) await ask(provider.adapter, provider.server)
      if (record.operation) await follow(provider.adapter, record.operation)
      else if (record.before) await tellOfInterruption(provider)
    } catch (error) {
      if (ending.signal.aborted) return
      if (error instanceof ProviderError) problem = afterwards(error.toProblemInfo())
      else o.log.error('entering rescue failed unexpectedly', error)
      problem ??= { problem: 'not-understood', changed: 'unknown', data: {} }
      enter('failed')
    }
  }

  return {
    state() {
      return {
        method: record.method,
        phase,
        startedAt: record.startedAt,
        isAccepted: record.operation !== undefined,
        notedKeys: record.knownKeys.length,
        answers: seen?.changes ?? [],
        manual: o.manual,
        isOverdue,
        ...(progress ? { progress } : {}),
        ...(record.before ? { bootBefore: record.before.boot } : {}),
        ...(seen?.answer ? { answer: seen.answer } : {}),
        ...(phase !== 'answered' && seen?.nextTryAt ? { nextTryAt: seen.nextTryAt } : {}),
        ...(problem ? { problem } : {}),
      }
    },
    begin() {
      watchAnswers()
      work = run(true)
    },
    resume() {
      if (phase === 'requesting') phase = 'waiting'
      watchAnswers()
      work = run(false)
    },
    stop() {
      if (phase === 'answered') throw new AppError('wrong-state')
      ending.abort(new AppError('wrong-state'))
      enter('stopped')
    },
    async dispose() {
      ending.abort(new AppError('wrong-state'))
      cancelOverdue()
      await Promise.all([watch?.dispose(), work])
    },
  }
}
