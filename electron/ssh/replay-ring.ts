// About 2000 lines of 120 columns: more than a screen for any page that loads anew, little enough to keep for every session.
const CAPACITY = 256 * 1024
const LINE_FEED = 0x0a

export interface ReplayRing {
  add(bytes: Uint8Array): void
  /** A copy of what is kept, oldest first. Once something was lost it starts after a line end, so that no sequence is cut. */
  read(): Uint8Array
}

/** The last output of a terminal in one fixed buffer: chunks kept as they come would hold ssh2's whole packets alive. */
export function createReplayRing(capacity = CAPACITY): ReplayRing {
  const ring = Buffer.alloc(capacity)
  let end = 0
  let size = 0
  let hasLost = false
  return {
    add(bytes) {
      const tail = bytes.length > capacity ? bytes.subarray(bytes.length - capacity) : bytes
      if (size + bytes.length > capacity) hasLost = true
      const first = Math.min(tail.length, capacity - end)
      ring.set(tail.subarray(0, first), end)
      ring.set(tail.subarray(first), 0)
      end = (end + tail.length) % capacity
      size = Math.min(capacity, size + tail.length)
    },
    read() {
      const kept = new Uint8Array(size)
      const start = (end - size + capacity) % capacity
      const first = Math.min(size, capacity - start)
      kept.set(ring.subarray(start, start + first), 0)
      kept.set(ring.subarray(0, size - first), first)
      return hasLost ? kept.slice(kept.indexOf(LINE_FEED) + 1) : kept
    },
  }
}
