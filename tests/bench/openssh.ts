/** The peer: OpenSSH's own client with a terminal on the server. */
import { spawn } from 'node:child_process'
import { prompt, type Server } from './server.js'

export interface SshTerminal {
  /** Milliseconds from the start of the process to the prompt. */
  prompt: Promise<number>
  /** Writes to the server and resolves, with milliseconds, when `expected` stands in what came since. */
  send(text: string, expected: RegExp): Promise<number>
  close(): Promise<void>
}

/**
 * @param options more of ssh's
 * @param rate bytes per millisecond that are read at most: a reader as slow as a terminal. Not given: as fast as they come.
 */
export function openSsh(server: Server, options: string[] = [], rate = Number.POSITIVE_INFINITY): SshTerminal {
  const began = performance.now()
  const child = spawn('ssh', [...server.sshOptions, ...options, '-tt', 'root@127.0.0.1'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  let tail = ''
  let waiting: { expected: RegExp; resolve: () => void } | undefined
  async function read() {
    let free = performance.now()
    for await (const bytes of child.stdout) {
      tail = (tail + bytes.toString('latin1')).slice(-1024)
      if (waiting?.expected.test(tail)) {
        waiting.resolve()
        waiting = undefined
      }
      // What a timer overslept is made up for, but not the time when nothing came.
      free = Math.max(free, performance.now() - 20) + bytes.length / rate
      const ahead = free - performance.now()
      if (ahead > 1) await new Promise((resolve) => setTimeout(resolve, ahead))
    }
  }
  const reading = read().catch(() => {}) // closed in the middle; whoever waits is told by `gone`
  async function until(expected: RegExp, since: number) {
    await new Promise<void>((resolve, reject) => {
      waiting = { expected, resolve }
      void gone.then(() => reject(new Error('ssh ended')))
    })
    return performance.now() - since
  }
  return {
    prompt: until(prompt, began),
    send(text, expected) {
      tail = ''
      const since = performance.now()
      child.stdin.write(text)
      return until(expected, since)
    },
    async close() {
      child.kill()
      child.stdout.destroy()
      await gone
      await reading
    },
  }
}
