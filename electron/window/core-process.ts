/**
 * Supervisor of the core process. Forks it, hands pages their ports once it has said `up`, forks it anew when it ends, and kills
 * it when it no longer answers. A page learns of it as `down` and `up`; its terminals are lost, its interventions resume.
 *
 * Messages: core → main `up`, `pong`, and `{ open, id }` for a file to show; main → core `{ opened: id, error }`, `ping`, `stop`, and `page` with the core's ends of [rpc, terminals].
 */
import { z } from 'zod'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'

/** The part of Electron's UtilityProcess that is used here. */
export interface CoreChild<Port> {
  readonly pid: number | undefined
  postMessage(message: string | { opened: string; error: string }, ports?: Port[]): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
}

export interface CoreProcess<Port> {
  /** Sends the core's ends of a page's ports, at once or when it is up again. The last request of a page counts. */
  link(makePorts: () => Port[]): void
  /** Asks the core to end, kills it after a while; resolves when it is gone. */
  stop(): Promise<void>
}

/** A core silent for five beats in a row is hung: the longest honest work in it (a DH group exchange) takes 2 s. */
const BEAT_MS = 1000
const MISSED_BEATS = 5
/** A beat this late means that main itself slept (suspend, debugger): the silence proves nothing. */
const LATE_MS = 3000
/** From fork to `up`, with every intervention resumed, on a slow disk. */
const START_MS = 30_000
/** First fork again at once (a crash should cost nobody a second), then slower, up to this; calm again after a minute up. */
const FIRST_DELAY_MS = 50
const LAST_DELAY_MS = 5000
const CALM_MS = 60_000
const STOP_MS = 3000

const OpenRequest = z.strictObject({ open: z.string(), id: z.string() })

export function superviseCore<Port>(o: {
  fork(): CoreChild<Port>
  kill(pid: number): void
  onState(state: 'up' | 'down'): void
  /** Shows a file in the desktop's program; answers what went wrong, or nothing. */
  openFile(path: string): Promise<string>
  clock: Clock
  log: Log
}): CoreProcess<Port> {
  const { clock, log } = o
  let child: CoreChild<Port> | undefined
  let up = false
  let announcedDown = false
  let waiting: (() => Port[]) | undefined
  let delay = FIRST_DELAY_MS
  let stopping: { done: () => void } | undefined
  let cancel = () => {}

  function fork() {
    const next = o.fork()
    child = next
    cancel = clock.setTimeout(() => end(next, 'did not come up'), START_MS)
    next.on('message', (message) => {
      if (next !== child) return
      if (message === 'up') onUp(next)
      else if (message === 'pong') missed = 0
      else void onOpen(next, message)
    })
    next.on('exit', (code) => {
      if (next === child) onExit(code)
    })
  }

  async function onOpen(from: CoreChild<Port>, message: unknown) {
    const request = OpenRequest.safeParse(message)
    if (!request.success) return
    const { open, id } = request.data
    const error = await o.openFile(open)
    if (from === child) from.postMessage({ opened: id, error })
  }

  let missed = 0
  function onUp(next: CoreChild<Port>) {
    up = true
    missed = 0
    const since = clock.now().getTime()
    cancel()
    cancel = beat(next, since, since)
    // A page that asked while the core was away gets its ports; the others are told to ask.
    if (waiting) next.postMessage('page', waiting())
    else if (announcedDown) o.onState('up')
    waiting = undefined
    announcedDown = false
  }

  function beat(next: CoreChild<Port>, since: number, before: number): () => void {
    return clock.setTimeout(() => {
      const now = clock.now().getTime()
      missed = now - before > LATE_MS ? 0 : missed + 1
      if (missed > MISSED_BEATS) return end(next, 'does not answer')
      if (now - since > CALM_MS) delay = FIRST_DELAY_MS
      next.postMessage('ping')
      cancel = beat(next, since, now)
    }, BEAT_MS)
  }

  /** SIGKILL: a stopped or looping process would not hear anything milder. */
  function end(which: CoreChild<Port>, reason: string) {
    log.error(`the core process ${reason}; starting it again`)
    if (which.pid !== undefined) o.kill(which.pid)
  }

  function onExit(code: number) {
    cancel()
    child = undefined
    up = false
    if (stopping) return stopping.done()
    log.error(`the core process ended with code ${code}`)
    if (!announcedDown) o.onState('down')
    announcedDown = true
    cancel = clock.setTimeout(fork, delay)
    delay = Math.min(delay * 3, LAST_DELAY_MS)
  }

  fork()
  return {
    link(makePorts) {
      // Ports sent to a process that has just died vanish without a word: only one that is up gets any.
      if (up && child) child.postMessage('page', makePorts())
      else waiting = makePorts
    },
    stop() {
      cancel()
      const last = child
      if (!last) return Promise.resolve()
      return new Promise((resolve) => {
        stopping = {
          done() {
            cancel()
            resolve()
          },
        }
        cancel = clock.setTimeout(() => {
          end(last, 'does not stop')
          resolve()
        }, STOP_MS)
        last.postMessage('stop')
      })
    },
  }
}
