/**
 * How many bytes of a transfer are under way. Starts with what a near server can use and doubles as long as that makes it faster;
 * the round trip need not be known. What does not make it faster is not asked for: it would only wait in queues on the way.
 */
export interface TransferWindow {
  readonly bytes: number
  /** Bytes have arrived. @param now milliseconds of a steady clock. */
  delivered(bytes: number, now: number): void
}

// 16 requests of 255 KiB: the best of what was measured without a delay; a link of 100 Mbit/s with 300 ms is full with it too.
const START = 4 * 1024 * 1024
// Long enough to see a window's worth come back from the far side of the Earth at half speed.
const PERIOD_MS = 400
const WORTH_IT = 1.15

export function createWindow(max: number): TransferWindow {
  let bytes = Math.min(START, max)
  let best = 0
  let since: number | undefined
  let sum = 0
  return {
    get bytes() {
      return bytes
    },
    delivered(amount, now) {
      since ??= now
      sum += amount
      // A window that came back within the period is enough to judge, too.
      const elapsed = now - since
      if (elapsed < PERIOD_MS && !(sum >= bytes * 2 && elapsed >= PERIOD_MS / 8)) return
      const rate = sum / Math.max(elapsed, 1)
      if (rate > best * WORTH_IT) {
        best = rate
        bytes = Math.min(max, bytes * 2)
      }
      since = now
      sum = 0
    },
  }
}
