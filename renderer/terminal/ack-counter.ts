/** The core grants the server new window credit for what is acknowledged; more often than this costs messages and gains nothing. */
const ackBytes = 16 * 1024
/** A last part smaller than `ackBytes` is acknowledged once nothing more came for this long. */
const idleMs = 20

export interface AckCounter {
  /** A chunk was handed to the terminal. */
  received(bytes: number): void
  /** The terminal has parsed a chunk. */
  parsed(bytes: number): void
  dispose(): void
}

/** Acknowledges parsed bytes in steps of 16 KiB or more, the rest when the terminal has caught up. Every byte exactly once. */
export function createAckCounter(send: (bytes: number) => void): AckCounter {
  let waiting = 0
  let unacked = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (!unacked) return
    const bytes = unacked
    unacked = 0
    send(bytes)
  }
  return {
    received(bytes) {
      waiting += bytes
    },
    parsed(bytes) {
      waiting -= bytes
      unacked += bytes
      if (unacked >= ackBytes) flush()
      else if (waiting === 0) timer ??= setTimeout(flush, idleMs)
    },
    dispose: () => clearTimeout(timer),
  }
}
