/** Time as the core sees it; replaced in tests. */
export interface Clock {
  now(): Date
  /** Runs `run` after `ms`; the returned function cancels it. */
  setTimeout(run: () => void, ms: number): () => void
}

export const systemClock: Clock = {
  now: () => new Date(),
  setTimeout(run, ms) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
