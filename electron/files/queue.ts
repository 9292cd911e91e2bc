/** Which transfer is next: one per server at a time, in the order they were asked for. Pure. */
import type { Transfer } from '../../shared/files.js'

export type ServerIdentity = Transfer['server']

export const serverKey = ({ user, host, port, fingerprint }: ServerIdentity): string => `${user}@${host}:${port} ${fingerprint}`

const occupies = ({ phase }: Transfer) => phase.kind === 'planning' || phase.kind === 'running' || phase.kind === 'asks'

/** Those to start now. `open`: keys of servers with an open session. */
export function nextTransfers<T extends Transfer>(transfers: readonly T[], open: ReadonlySet<string>): T[] {
  const busy = new Set(transfers.filter(occupies).map(({ server }) => serverKey(server)))
  return transfers.filter(({ phase, server }) => {
    const key = serverKey(server)
    if (phase.kind !== 'waiting' || busy.has(key) || !open.has(key)) return false
    busy.add(key)
    return true
  })
}

/** What a start of the app makes of what was stored: nothing runs unasked but what a lost connection had stopped. */
export const afterRestart = (transfer: Transfer): Transfer['phase'] =>
  transfer.phase.kind === 'waiting' || occupies(transfer) ? { kind: 'paused', by: 'restart' } : transfer.phase

/** Bytes per second over the last seconds: steady enough to read, quick enough to be true. */
export function createRate(): { add(bytes: number, now: number): number | undefined } {
  let last: { bytes: number; now: number } | undefined
  let rate: number | undefined
  return {
    add(bytes, now) {
      if (!last || bytes < last.bytes) last = { bytes, now }
      const elapsed = (now - last.now) / 1000
      // Half a second smooths the pieces a transfer comes in.
      if (elapsed < 0.5) return rate
      const present = (bytes - last.bytes) / elapsed
      rate = rate === undefined ? present : rate + (present - rate) * Math.min(1, elapsed / 3)
      last = { bytes, now }
      return rate
    },
  }
}
