/** A remote shell on this terminal: raw keys in, bytes out with acknowledgements, size changes, `~.` to get away from a dead one. */
import { MessageChannel } from 'node:worker_threads'
import type { Dimensions, TerminalInput } from '../../shared/terminal-session.js'
import type { App } from '../app.js'
import type { Console } from './console.js'

export function dimensionsOf(stdout: NodeJS.WriteStream): Dimensions {
  const within = (n: number | undefined, preset: number) => Math.min(1000, Math.max(2, n || preset))
  return { cols: within(stdout.columns, 80), rows: Math.max(1, within(stdout.rows, 24)) }
}

/**
 * Carries keys and output of an open session. @returns a function that lets go of the terminal, after what had arrived is
 * written. `leave` is called for `~.` at the beginning of a line, ssh's own way out.
 */
export function attachTerminal(o: {
  app: App
  sessionId: string
  console: Console
  stdout: NodeJS.WriteStream
  stdin: NodeJS.ReadStream
  leave(): void
}): () => Promise<void> {
  const { stdout, stdin } = o
  const { port1: coreSide, port2: port } = new MessageChannel()
  const send = (message: TerminalInput) => port.postMessage(message)
  let unwritten = 0
  let drained = () => {}
  const closed = new Promise<void>((resolve) => port.on('close', () => resolve()))
  port.on('message', (data: unknown) => {
    if (!(data instanceof Uint8Array)) return
    unwritten += data.byteLength
    stdout.write(data, () => {
      unwritten -= data.byteLength
      send({ kind: 'ack', bytes: data.byteLength })
      if (unwritten === 0) drained()
    })
  })
  o.app.terminals.attach(o.sessionId, coreSide)

  const resize = () => send({ kind: 'resize', dimensions: dimensionsOf(stdout) })
  stdout.on('resize', resize)
  const filter = createEscapeFilter(o.leave)
  // Larger pieces than a message may be come from a pipe only.
  const release = o.console.keys((text) => {
    for (const part of pieces(filter(text))) send({ kind: 'input', text: part })
  })
  const onEnd = () => send({ kind: 'input', text: '\x04' })
  stdin.on('end', onEnd)

  return async () => {
    stdout.off('resize', resize)
    stdin.off('end', onEnd)
    release()
    // The core closes its end after the last bytes; a bound in case it was gone already.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500).unref())])
    if (unwritten > 0) {
      await new Promise<void>((resolve) => {
        drained = resolve
      })
    }
    port.close()
  }
}

const MAX_PIECE = 1 << 16
function pieces(text: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length; at += MAX_PIECE) parts.push(text.slice(at, at + MAX_PIECE))
  return parts
}

/** `~.` after a line break leaves, `~~` is one `~` (ssh(1), escape characters). Only single keys: a pasted text is never searched. */
export function createEscapeFilter(leave: () => void): (text: string) => string {
  let state: 'line-start' | 'tilde' | 'inside' = 'line-start'
  return (text) => {
    if ([...text].length !== 1) {
      const held = state === 'tilde' ? '~' : ''
      state = /[\r\n]$/.test(text) ? 'line-start' : 'inside'
      return held + text
    }
    if (state === 'tilde') {
      state = 'inside'
      if (text === '.') {
        leave()
        return ''
      }
      return text === '~' ? '~' : `~${text}`
    }
    if (state === 'line-start' && text === '~') {
      state = 'tilde'
      return ''
    }
    state = text === '\r' || text === '\n' ? 'line-start' : 'inside'
    return text
  }
}
