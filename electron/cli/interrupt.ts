/** Waiting that ends with ^C. */
import { exits, LocalFailure } from './failure.js'

/** What `work` gives, unless ^C comes first: the work itself is then nobody's. @throws LocalFailure `interrupted`. */
export async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {}
  const interrupted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new LocalFailure('interrupted', exits.interrupted))
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
  try {
    return await Promise.race([interrupted, work])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Resolves when `isDone` says so, now or after a change. @throws LocalFailure `interrupted`. */
export async function until(o: { onDidChange(listener: () => void): () => void; signal: AbortSignal; isDone(): boolean }): Promise<void> {
  let stop = () => {}
  try {
    const done = new Promise<void>((resolve) => {
      const look = () => o.isDone() && resolve()
      stop = o.onDidChange(look)
      look()
    })
    await unlessInterrupted(done, o.signal)
  } finally {
    stop()
  }
}
