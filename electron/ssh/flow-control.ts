/**
 * Joins a remote shell to the page's terminal. Output is gathered into messages; the page acknowledges what its terminal has parsed,
 * and only that is granted to the server as window credit (RFC 4254 §5.2): the server itself stops, nothing piles up on the way, and
 * Ctrl-C answers in a flood. The last output is kept for a page that loads anew.
 */
import { TerminalInput } from '../../shared/terminal-session.js'
import { type Clock, systemClock } from '../clock.js'
import { createReplayRing } from './replay-ring.js'
import { SHELL_WINDOW, type ShellChannel } from './shell.js'

/** A terminal port as the core sees it; messages are the payload itself (adapters unwrap Electron's `{ data, ports }`). */
export interface TerminalPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (data: unknown) => void): void
  on(event: 'close', listener: () => void): void
  start(): void
  close(): void
}

export interface TerminalStream {
  /** The port of a page. An earlier one is closed; kept output is replayed first. */
  attach(port: TerminalPort): void
  /** Posts what is still gathered and closes the port. The channel is the caller's. */
  dispose(): void
}

// An echo goes out at once; in a flood a message per frame-quarter keeps the terminal fed and parsing in slices below 25 ms.
const GATHER_MS = 4
const GATHER_BYTES = 64 * 1024
// A hidden terminal draws nothing and needs no more than the next second's worth.
const HIDDEN_WINDOW = 192 * 1024
// Fewer, larger grants: one per 64 KiB costs nothing, one per packet would double the packets.
const MIN_GRANT = 64 * 1024

export function createTerminalStream(channel: ShellChannel, { clock = systemClock }: { clock?: Clock } = {}): TerminalStream {
  const ring = createReplayRing()
  let port: TerminalPort | undefined
  let gathered: Buffer[] = []
  let gatheredBytes = 0
  let cancelTimer: (() => void) | undefined
  let lastPost = Number.NEGATIVE_INFINITY
  // Bytes since the shell began. The server may send up to SHELL_WINDOW + granted in all.
  let received = 0
  let acked = 0
  let granted = 0
  let target = SHELL_WINDOW
  let disposed = false

  const now = () => clock.now().getTime()

  /** Credit is what the server may still send plus what the page has not parsed; it is brought up to the target, never above. */
  function grant() {
    const amount = target - (SHELL_WINDOW + granted - acked)
    if (amount < Math.min(MIN_GRANT, target / 4)) return
    granted += amount
    channel.grant(amount)
  }

  function post() {
    cancelTimer?.()
    cancelTimer = undefined
    if (gatheredBytes === 0) return
    // Fresh and of exact size: posting a view copies the whole buffer behind it, pool neighbours included.
    const message = new Uint8Array(gatheredBytes)
    let offset = 0
    for (const bytes of gathered) {
      message.set(bytes, offset)
      offset += bytes.length
    }
    gathered = []
    gatheredBytes = 0
    lastPost = now()
    port?.postMessage(message)
  }

  const stopReading = channel.onData((bytes) => {
    received += bytes.length
    ring.add(bytes)
    if (!port) return
    gathered.push(bytes)
    gatheredBytes += bytes.length
    if (gatheredBytes >= GATHER_BYTES || (!cancelTimer && now() - lastPost >= GATHER_MS)) return post()
    cancelTimer ??= clock.setTimeout(post, GATHER_MS)
  })

  function handle(data: unknown) {
    // A message that was posted with a transfer list arrives as null.
    const parsed = TerminalInput.safeParse(data)
    if (!parsed.success || disposed) return
    const input = parsed.data
    switch (input.kind) {
      case 'input':
        return channel.write(input.text)
      case 'ack':
        acked = Math.min(received, acked + input.bytes)
        return grant()
      case 'resize':
        return channel.resize(input.dimensions)
      case 'visible':
        target = input.visible ? SHELL_WINDOW : HIDDEN_WINDOW
        return grant()
    }
  }

  function detach() {
    cancelTimer?.()
    cancelTimer = undefined
    gathered = []
    gatheredBytes = 0
    port = undefined
  }

  return {
    attach(next) {
      const previous = port
      detach()
      previous?.close()
      if (disposed) return next.close()
      port = next
      target = SHELL_WINDOW
      next.on('message', (data) => port === next && handle(data))
      next.on('close', () => port === next && detach())
      next.start()
      const kept = ring.read()
      // What the old page had not parsed is either replayed now, and acknowledged then, or lost to scrolling.
      acked = received - kept.length
      if (kept.length > 0) {
        next.postMessage({ kind: 'replay', bytes: kept.length })
        for (let offset = 0; offset < kept.length; offset += GATHER_BYTES) next.postMessage(kept.slice(offset, offset + GATHER_BYTES))
      }
      grant()
    },
    dispose() {
      if (disposed) return
      disposed = true
      stopReading()
      post()
      const last = port
      detach()
      last?.close()
    },
  }
}
