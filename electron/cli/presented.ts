/** Asks a server which key it shows: key exchange only, nothing is sent for signing in. */
import { AppError } from '../../shared/app-error.js'

// A person waits here: longer than any healthy network needs, short enough not to be taken for a hang.
const PATIENCE_MS = 20_000

/** @throws AppError `refused`, `timeout` … with what kept the key from coming. */
export async function askServer(o: { host: string; port: number; hostKeyAlgorithms: string[]; signal: AbortSignal }): Promise<Buffer> {
  const { probeHostKey } = await import('../ssh/probe.js')
  const { host, port } = o
  const answer = await probeHostKey({
    host,
    port,
    hostKeyAlgorithms: o.hostKeyAlgorithms,
    signal: AbortSignal.any([o.signal, AbortSignal.timeout(PATIENCE_MS)]),
  })
  if (answer.kind === 'key') return answer.blob
  o.signal.throwIfAborted()
  throw answer.kind === 'port-open' ? new AppError('not-ssh', { host, port }) : await reasonOf(host, port)
}

/** The probe says only that nothing answers; one plain connection tells a person why. */
async function reasonOf(host: string, port: number): Promise<AppError> {
  const { connect } = await import('node:net')
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (error: AppError) => {
      socket.destroy()
      resolve(error)
    }
    socket.setTimeout(5000, () => end(new AppError('timeout', { host, port })))
    socket.on('connect', () => end(new AppError('closed-early', { host, port })))
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const kind =
        code === 'ENOTFOUND' || code === 'EAI_AGAIN'
          ? 'dns'
          : code === 'ECONNREFUSED'
            ? 'refused'
            : code === 'ETIMEDOUT'
              ? 'timeout'
              : 'unreachable'
      end(new AppError(kind, { host, port }, message))
    })
  })
}
