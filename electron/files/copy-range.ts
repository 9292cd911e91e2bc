/**
 * Copies bytes from one open file to another with many pieces under way at once. Pieces may arrive in any order; what counts as
 * copied is the part without holes, so that a copy that was cut off can go on from there.
 */
import { AppError } from '../../shared/app-error.js'
import type { OpenFile } from './file-system.js'
import type { TransferWindow } from './window.js'

export interface CopyRange {
  source: Pick<OpenFile, 'read'>
  target: Pick<OpenFile, 'write'>
  /** For messages. */
  file: string
  from: number
  to: number
  chunk: number
  window: TransferWindow
  signal: AbortSignal
  /** `whole`: up to there every byte is written. `bytes`: written since the last call. */
  onProgress(whole: number, bytes: number): void
}

/** Settles when nothing is under way any more. @throws the first failure; AppError `path-changed` when the source ends early; the signal's reason. */
export function copyRange(o: CopyRange): Promise<void> {
  const { signal, window } = o
  const tracker = createTracker(o.from)
  let next = o.from
  let underWay = 0
  let failed: { error: unknown } | undefined
  const free: Buffer[] = []

  async function move(start: number, end: number) {
    // Used again and again: a third of a gigabyte a second of fresh memory would keep the garbage collector busy.
    const buffer = free.pop() ?? Buffer.allocUnsafeSlow(Math.min(o.chunk, o.to - o.from))
    for (let at = start; at < end; ) {
      const length = await o.source.read(at, buffer.subarray(0, end - at))
      if (length === 0) throw new AppError('path-changed', { file: o.file })
      await o.target.write(at, buffer.subarray(0, length))
      o.onProgress(tracker.add(at, at + length), length)
      at += length
    }
    free.push(buffer)
  }

  return new Promise((resolve, reject) => {
    function fail(error: unknown) {
      failed ??= { error }
    }
    function advance() {
      while (!failed && !signal.aborted && next < o.to && (underWay === 0 || underWay + o.chunk <= window.bytes)) {
        const start = next
        const length = Math.min(o.chunk, o.to - start)
        next += length
        underWay += length
        void move(start, start + length)
          .then(() => window.delivered(length, performance.now()), fail)
          .then(() => {
            underWay -= length
            advance()
          })
      }
      if (underWay > 0) return
      if (failed) reject(failed.error)
      else if (signal.aborted && next < o.to) reject(signal.reason)
      else resolve()
    }
    advance()
  })
}

/** Pieces that arrived beyond a hole wait for it to be filled. */
function createTracker(from: number) {
  let whole = from
  const beyond = new Map<number, number>()
  return {
    /** @returns up to where there is no hole. */
    add(start: number, end: number): number {
      beyond.set(start, end)
      for (let found = beyond.get(whole); found !== undefined; found = beyond.get(whole)) {
        beyond.delete(whole)
        whole = found
      }
      return whole
    },
  }
}
