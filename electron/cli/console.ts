/**
 * The person at the terminal: questions on stderr, answers from a terminal on stdin, never from a pipe (a script that pipes
 * `yes` must not agree to a key nobody saw). Raw mode only while a line is read; what was typed ahead is kept for the next one.
 */
import { StringDecoder } from 'node:string_decoder'
import { exits, LocalFailure } from './failure.js'

export interface Console {
  readonly isInteractive: boolean
  /** One line; empty when `unless` resolves while nothing is typed. @throws LocalFailure `interrupted` (^C, ^D) or `not-a-terminal`, with `hint` saying what to do instead. */
  ask(prompt: string, o?: { echo?: boolean; hint?: string; unless?: Promise<unknown> }): Promise<string>
  /** Every key until `stop`, in raw mode, for a terminal session or a key menu. Text typed ahead comes first. */
  keys(take: (text: string) => void): () => void
  /** Keeps the terminal from echoing between questions (a passphrase typed early must not show); ^C then interrupts the program. */
  hold(): () => void
  dispose(): void
}

// More than anybody types ahead.
const MAX_AHEAD = 64 * 1024

type Input = NodeJS.ReadStream

export function createConsole(o: { stdin: Input; stderr: NodeJS.WriteStream; signal: AbortSignal }): Console {
  const { stdin, stderr } = o
  const decoder = new StringDecoder('utf8')
  let ahead = ''
  let take: ((text: string) => void) | undefined

  let held = false
  const onData = (bytes: Buffer) => {
    const text = decoder.write(bytes)
    if (take) take(text)
    else if (held && text.includes('\x03')) process.emit('SIGINT', 'SIGINT')
    else ahead = (ahead + text).slice(0, MAX_AHEAD)
  }
  let listening = false
  function listen() {
    if (!listening) stdin.on('data', onData)
    listening = true
    if (stdin.isTTY) stdin.setRawMode(true)
    stdin.resume()
  }
  function grab(handler: (text: string) => void): () => void {
    listen()
    take = handler
    const typed = ahead
    ahead = ''
    if (typed) handler(typed)
    return () => {
      if (take !== handler) return
      take = undefined
      rest()
    }
  }
  function rest() {
    if (held) return
    if (stdin.isTTY) stdin.setRawMode(false)
    stdin.pause()
  }

  return {
    isInteractive: stdin.isTTY === true,
    ask(prompt, { echo = true, hint = '', unless } = {}) {
      if (!stdin.isTTY) return Promise.reject(new LocalFailure('not-a-terminal', exits.failure, { hint }))
      return new Promise<string>((resolve, reject) => {
        const interrupted = () => done(() => reject(new LocalFailure('interrupted', exits.interrupted)))
        let answer: string[] = []
        let stop = () => {}
        let finished = false
        const done = (settle: () => void) => {
          if (finished) return
          finished = true
          stop()
          o.signal.removeEventListener('abort', interrupted)
          stderr.write('\n')
          settle()
        }
        o.signal.addEventListener('abort', interrupted)
        if (o.signal.aborted) return interrupted()
        stderr.write(prompt)
        // What is being typed is not cut in two: its other half would answer, and show in, the next question.
        void unless?.then(() => answer.length === 0 && done(() => resolve('')))
        const read = (text: string) => {
          const keys = [...text.replace(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.)/g, '')]
          for (const [index, key] of keys.entries()) {
            if (key === '\x03' || (key === '\x04' && answer.length === 0)) return interrupted()
            if (key === '\r' || key === '\n') {
              ahead = keys.slice(index + 1).join('')
              return done(() => resolve(answer.join('')))
            }
            if (key === '\x7f' || key === '\b') {
              if (answer.pop() !== undefined && echo) stderr.write('\b \b')
            } else if (key === '\x15') {
              if (echo) stderr.write('\b \b'.repeat(answer.length))
              answer = []
            } else if (key >= ' ') {
              answer.push(key)
              if (echo) stderr.write(key)
            }
          }
        }
        stop = grab(read)
        // Text typed ahead may have held the whole answer already.
        if (finished) stop()
      })
    },
    keys: grab,
    hold() {
      if (!stdin.isTTY) return () => {}
      held = true
      listen()
      return () => {
        held = false
        if (!take) rest()
      }
    },
    dispose() {
      take = undefined
      if (listening) stdin.off('data', onData)
      if (stdin.isTTY) stdin.setRawMode(false)
      stdin.pause()
    },
  }
}
