/**
 * A remote shell on a pseudo-terminal (RFC 4254 §6). Environment, terminal and shell are requested in one go: asking one by one, as
 * ssh2's own `shell()` does, costs a round trip and a delayed ACK (60 against 13 ms on loopback). The channel opens with our own
 * small window and is never refilled by ssh2: what may be sent is granted by whoever reads.
 */
import type { Client } from 'ssh2'
import { AppError } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import type { Dimensions } from '../../shared/terminal-session.js'
import { type ChannelInternals, type ChannelOpening, internals } from './internals.js'

/**
 * Bytes the server may send ahead of what was parsed. 512 KiB keeps a fast terminal busy (8 MB/s) and lets Ctrl-C answer within
 * 50 ms in a flood; ssh2's 2 MiB with pause and resume take 300–480 ms.
 */
export const SHELL_WINDOW = 512 * 1024
// ssh2's and OpenSSH's own.
const PACKET_SIZE = 32 * 1024
// Above ssh2's refill threshold for good, so that it never grants anything by itself.
const NEVER_REFILLED = Number.MAX_SAFE_INTEGER
// From the request for the channel to the shell's confirmation; PAM session modules and slow homes included.
const OPEN_MS = 60_000

const TERM = 'xterm-256color'

export interface ShellChannel {
  /** UTF-8. */
  write(text: string): void
  resize(dimensions: Dimensions): void
  onData(listener: (bytes: Buffer) => void): () => void
  /** The server closed the channel; after the last byte of output. Not called when the connection broke. */
  onDidExit(listener: (exit: { exitCode?: number; signal?: string }) => void): () => void
  /** Lets the server send so many bytes more than `SHELL_WINDOW` (RFC 4254 §5.2). */
  grant(bytes: number): void
  close(): void
}

/**
 * @param command instead of the login shell, on the same terminal.
 * @param broken why the connection is of no use any more, if so. @throws AppError `no-shell` or what `broken` says.
 */
export function openShell(
  client: Client,
  dimensions: Dimensions,
  command: string | undefined,
  broken: () => AppError | undefined,
): Promise<ShellChannel> {
  const { _chanMgr, _protocol } = internals(client)
  return new Promise((resolve, reject) => {
    let channel: ChannelInternals | undefined
    const timer = setTimeout(() => refuse('no answer to the request for a shell'), OPEN_MS)
    const refuse = (detail: string) => {
      clearTimeout(timer)
      reject(broken() ?? new AppError('no-shell', {}, stripServerText(detail)))
      try {
        channel?.close()
      } catch {
        // The connection is gone, and the channel with it.
      }
    }
    const opened = ((error: Error | undefined, found: ChannelInternals) => {
      if (error) return refuse(error.message)
      channel = found
      found.incoming.window = NEVER_REFILLED
      const id = found.outgoing.id
      try {
        for (const [name, value] of Object.entries(locale(process.env))) _protocol.env(id, name, value, false)
        found._callbacks.push((failed) => failed && refuse('the server gave no terminal (pty-req)'))
        _protocol.pty(id, dimensions.rows, dimensions.cols, 0, 0, TERM, null, true)
        found._callbacks.push((failed) => {
          if (failed) return refuse('the server gave no shell')
          clearTimeout(timer)
          found.subtype = 'shell'
          resolve(shell)
        })
        if (command === undefined) _protocol.shell(id, true)
        else _protocol.exec(id, command, true)
      } catch (failure) {
        return refuse(failure instanceof Error ? failure.message : 'the connection is gone')
      }
      // At once: the first bytes may stand in the same packet as the confirmation.
      const shell = wrapChannel(found, client)
    }) as ChannelOpening
    opened.type = 'session'
    const id = _chanMgr.add(opened)
    try {
      _protocol.session(id, SHELL_WINDOW, PACKET_SIZE)
    } catch (failure) {
      refuse(failure instanceof Error ? failure.message : 'the connection is gone')
    }
  })
}

function wrapChannel(channel: ChannelInternals, client: Client): ShellChannel {
  const { _protocol } = internals(client)
  const readers = new Set<(bytes: Buffer) => void>()
  const exitListeners = new Set<(exit: { exitCode?: number; signal?: string }) => void>()
  const exit: { exitCode?: number; signal?: string } = {}
  let early: Buffer[] | undefined = []
  let isOver = false

  const deliver = (bytes: Buffer) => {
    if (early) early.push(bytes)
    else for (const reader of [...readers]) reader(bytes)
  }
  channel.on('data', deliver)
  // Without a terminal of its own a server may use the second stream; both share the window.
  channel.stderr.on('data', deliver)
  channel.on('exit', (code: number | null, signal?: string) => {
    if (typeof code === 'number') exit.exitCode = code
    if (signal) exit.signal = signal.replace(/^SIG/, '')
  })
  channel.on('error', () => {})
  // ssh2 then closes the channels of the dead connection one by one: that is no exit.
  const forget = () => exitListeners.clear()
  client.on('close', forget)
  channel.on('close', () => {
    if (isOver) return
    isOver = true
    client.off('close', forget)
    for (const listener of [...exitListeners]) listener(exit)
    exitListeners.clear()
  })

  /** ssh2 throws in the moments between its own failure and the socket's end; the connection's listeners tell. */
  const attempt = (send: () => void) => {
    if (isOver || channel.outgoing.state !== 'open') return
    try {
      send()
    } catch {
      // See above.
    }
  }

  return {
    write: (text) => attempt(() => void channel.write(Buffer.from(text, 'utf8'))),
    resize: ({ rows, cols }) => attempt(() => channel.setWindow(rows, cols, 0, 0)),
    onData(listener) {
      readers.add(listener)
      const held = early
      early = undefined
      for (const bytes of held ?? []) listener(bytes)
      return () => void readers.delete(listener)
    },
    onDidExit(listener) {
      if (isOver) queueMicrotask(() => listener(exit))
      else exitListeners.add(listener)
      return () => void exitListeners.delete(listener)
    },
    grant(bytes) {
      // Also after our own EOF: output may still be on its way.
      if (isOver || bytes <= 0 || (channel.outgoing.state !== 'open' && channel.outgoing.state !== 'eof')) return
      try {
        _protocol.channelWindowAdjust(channel.outgoing.id, bytes)
      } catch {
        // As in `attempt`.
      }
    },
    close: () => attempt(() => channel.close()),
  }
}

/**
 * The person's own language if it is UTF-8, as `SendEnv LANG` would; LC_ALL only when it is set here: on a system without that
 * locale every program would complain. sshd ignores what its AcceptEnv does not name.
 */
export function locale(environment: NodeJS.ProcessEnv): Record<string, string> {
  const isUtf8 = (value: string | undefined) =>
    value !== undefined && /^[A-Za-z][\w.@-]{0,63}$/.test(value) && /\.utf-?8(?:@|$)/i.test(value)
  const { LC_ALL, LC_CTYPE, LANG } = environment
  if (isUtf8(LC_ALL)) return { LANG: LC_ALL!, LC_ALL: LC_ALL! }
  return { LANG: [LC_CTYPE, LANG].find(isUtf8) ?? 'C.UTF-8' }
}
