/** One command on a channel of its own, without a terminal (RFC 4254 §6.5): its whole output, bounded in size and time. */
import type { Client, ClientCallback } from 'ssh2'
import { AppError } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'

export interface ExecOptions {
  /** Written to the command's standard input, which is then closed. The place for secrets: command lines are public on the server. */
  stdin?: string | Uint8Array | undefined
  /** The channel is closed after so many ms. */
  limitMs: number
  /** Of each stream; the rest is read and thrown away. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

export interface ExecResult {
  /** Undefined when the command was ended by a signal, by the limit or by the connection's end. */
  exitCode: number | undefined
  /** Without `SIG`. */
  killedBy: string | undefined
  stdout: Buffer
  stderr: Buffer
  /** More than `maxBytes` came on one of the streams. */
  truncated: boolean
  timedOut: boolean
}

/** @throws AppError `no-shell` when the server gives no channel or refuses commands; the signal's reason when aborted; what `broken` says. */
export function execute(client: Client, commandLine: string, o: ExecOptions, broken: () => AppError | undefined): Promise<ExecResult> {
  o.signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer)
      o.signal?.removeEventListener('abort', onAbort)
      reject(error)
    }
    let close = () => {}
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      close()
      // A server that never confirms the channel, or never closes it.
      setTimeout(() => finish(), 1000).unref()
    }, o.limitMs)
    const onAbort = () => {
      close()
      fail(o.signal?.reason)
    }
    o.signal?.addEventListener('abort', onAbort, { once: true })
    let finish = () => fail(broken() ?? new AppError('no-shell', {}, 'no answer to the request for a command'))

    const opened: ClientCallback = (error, channel) => {
      if (error) return fail(broken() ?? new AppError('no-shell', {}, stripServerText(error.message)))
      close = () => {
        try {
          channel.close()
        } catch {
          // The connection is gone, and the channel with it.
        }
      }
      if (timedOut || o.signal?.aborted) return close()
      const stdout = collect(o.maxBytes)
      const stderr = collect(o.maxBytes)
      let exitCode: number | undefined
      let killedBy: string | undefined
      finish = () => {
        clearTimeout(timer)
        o.signal?.removeEventListener('abort', onAbort)
        const reason = broken()
        if (reason && exitCode === undefined && !timedOut) return reject(reason)
        const truncated = stdout.isOver() || stderr.isOver()
        resolve({ exitCode, killedBy, stdout: stdout.bytes(), stderr: stderr.bytes(), truncated, timedOut })
      }
      channel.on('data', stdout.add)
      channel.stderr.on('data', stderr.add)
      channel.on('exit', (code: number | null, signal?: string) => {
        if (typeof code === 'number') exitCode = code
        killedBy = signal?.replace(/^SIG/, '')
      })
      channel.on('error', () => {})
      channel.on('close', () => finish())
      channel.end(o.stdin)
    }
    try {
      client.exec(commandLine, opened)
    } catch (error) {
      // ssh2 throws between the end of what the peer sends and the close of the socket.
      fail(broken() ?? new AppError('no-shell', {}, stripServerText(error instanceof Error ? error.message : '')))
    }
  })
}

function collect(max: number) {
  const parts: Buffer[] = []
  let size = 0
  return {
    add(part: Buffer) {
      if (size < max) parts.push(part.subarray(0, max - size))
      size += part.length
    },
    isOver: () => size > max,
    bytes: () => Buffer.concat(parts),
  }
}
