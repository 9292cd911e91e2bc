import type { Clock } from '../../electron/clock.js'
import { REQUEST_LIMIT_MS } from '../../electron/providers/http.js'

export interface SkippingClock extends Clock {
  /** Runs `work`, jumping over every pause; time stands still while a request is on its way. */
  run<T>(work: Promise<T>): Promise<T>
  /** Lets the limit of the requests under way pass. */
  endRequests(): void
  /** Milliseconds that were skipped so far. */
  elapsed(): number
}

/** Time for code that talks to a real server between its pauses: the order of events is the code's own, nobody waits. */
export function createSkippingClock(start = '2026-11-24T02:07:00.000Z'): SkippingClock {
  const began = Date.parse(start)
  let time = began
  let timers: { at: number; ms: number; run: () => void }[] = []
  const fire = (timer: (typeof timers)[number]) => {
    timers = timers.filter((one) => one !== timer)
    time = Math.max(time, timer.at)
    timer.run()
  }
  return {
    now: () => new Date(time),
    elapsed: () => time - began,
    setTimeout(run, ms) {
      const timer = { at: time + ms, ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    endRequests() {
      for (const timer of timers.filter((one) => one.ms === REQUEST_LIMIT_MS)) fire(timer)
    },
    async run(work) {
      let isOver = false
      const over = () => {
        isOver = true
      }
      work.then(over, over)
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve))
        // A pending request limit means that an answer is awaited.
        if (isOver || timers.some((one) => one.ms === REQUEST_LIMIT_MS)) continue
        const next = timers.sort((a, b) => a.at - b.at)[0]
        if (next) fire(next)
      }
      return work
    },
  }
}
