/** Asks a server which key it shows: key exchange only, nothing is sent for signing in. */
import { AppError } from '../../shared/app-error.js'

/**
 * The key, once the server has proven that it holds it.
 * @throws AppError with what kept it from coming: `dns`, `refused`, `timeout`, `not-ssh`, `no-common-algorithm` …; `signal`'s reason
 */
export async function askServer(o: { host: string; port: number; hostKeyAlgorithms: string[]; signal: AbortSignal }): Promise<Buffer> {
  const { proveHostKey } = await import('../ssh/connect.js')
  const { host, port, hostKeyAlgorithms, signal } = o
  const outcome = await proveHostKey({ host, port }, { hostKeyAlgorithms, signal, onStage() {} })
  if (outcome.kind === 'proven') return outcome.blob
  signal.throwIfAborted()
  if (outcome.kind !== 'failed') throw new AppError('closed-early', { host, port })
  const { code, data, detail } = outcome.error
  throw new AppError(code, data, detail)
}
