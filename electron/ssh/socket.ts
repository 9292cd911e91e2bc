import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { AppError } from '../../shared/errors.js'
import type { ConnectStage } from '../../shared/terminal-session.js'
import { type Place, socketFailure } from './failures.js'

// A resolver that gives up does so after 5–10 s; a TCP SYN is repeated after 1, 3 and 7 s.
const LOOKUP_MS = 15_000
const TCP_MS = 15_000
// Node's 250 ms drops a first address that is merely far away.
const NEXT_ADDRESS_MS = 1500

// Fewer wake-ups, and few packets lie across two reads, which costs ssh2 a copy each.
const BULK_BYTES = 1024 * 1024

export interface SocketOptions {
  signal: AbortSignal
  onStage(stage: ConnectStage): void
  /**
   * Reads go into one buffer, over and over: fresh memory for each keeps the garbage collector busy, a third of the CPU of a large
   * download. While the function says false a listener may keep the bytes, and gets a copy.
   */
  mayReuseBuffer?: (() => boolean) | undefined
}

/**
 * A TCP connection with Nagle's algorithm off: with it every small packet waits up to 40 ms for the other side's delayed ACK.
 * The socket is paused and has no error listener; the caller attaches both in the same turn.
 * @throws AppError `dns`, `refused`, `unreachable`, `timeout` (with `seconds`), `closed-early`; AbortError of `signal`.
 */
export async function openSocket(place: Place, o: SocketOptions): Promise<Socket> {
  o.onStage('lookup')
  const addresses = await within(
    LOOKUP_MS,
    o.signal,
    () => new AppError('dns', { ...place }, `no answer from the resolver within ${LOOKUP_MS / 1000} s`),
    lookup(place.host, { all: true, verbatim: true }).catch((error: Error) => {
      throw new AppError('dns', { ...place }, error.message)
    }),
  )
  o.signal.throwIfAborted()
  o.onStage('tcp')
  const socket = connect({
    host: place.host,
    port: place.port,
    noDelay: true,
    lookup: (_host, options, done) => {
      if (options.all) (done as (error: null, found: typeof addresses) => void)(null, addresses)
      else done(null, addresses[0]!.address, addresses[0]!.family)
    },
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(o.mayReuseBuffer ? { onread: intoOneBuffer(o.mayReuseBuffer, (bytes) => socket.emit('data', bytes)) } : {}),
  })
  socket.pause()
  try {
    await within(
      TCP_MS,
      o.signal,
      () => new AppError('timeout', { ...place, seconds: TCP_MS / 1000 }),
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', (error) => reject(socketFailure(error, place)))
      }),
    )
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  }
  socket.removeAllListeners('error')
  return socket
}

function intoOneBuffer(mayReuse: () => boolean, hand: (bytes: Buffer) => void) {
  const buffer = Buffer.allocUnsafeSlow(BULK_BYTES)
  return {
    buffer,
    callback(length: number) {
      const bytes = buffer.subarray(0, length)
      hand(mayReuse() ? bytes : Buffer.from(bytes))
      return true
    },
  }
}

async function within<T>(ms: number, signal: AbortSignal, late: () => Error, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let cancel = () => {}
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(late()), ms)
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    cancel = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, limit])
  } finally {
    cancel()
  }
}
