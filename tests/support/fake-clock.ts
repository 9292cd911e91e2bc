import type { Clock } from '../../electron/clock.js'

export interface FakeClock extends Clock {
  /** Moves time on, running what falls due in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>
  pending(): number
}

export function createFakeClock(start = '2026-11-24T02:14:00.000Z'): FakeClock {
  let time = Date.parse(start)
  let timers: { at: number; run: () => void }[] = []
  // Real file operations run between two ticks of the fake time.
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done))
  }
  return {
    now: () => new Date(time),
    setTimeout(run, ms) {
      const timer = { at: time + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    pending: () => timers.length,
    async advance(ms) {
      const end = time + ms
      await settle()
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers = timers.filter((one) => one !== next)
        time = Math.max(time, next.at)
        next.run()
        await settle()
      }
      time = end
      await settle()
    },
  }
}
