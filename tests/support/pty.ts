/** A program on a real pseudo terminal, by script(1): no native module is needed to press keys and read the screen. */
import { execFile, spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Pty {
  type(text: string): void
  /** Waits for text after what earlier waits have consumed, escape sequences removed. @returns what came up to and with it */
  waitFor(expected: string | RegExp, ms?: number): Promise<string>
  /** Everything so far, escape sequences removed. */
  screen(): string
  resize(cols: number, rows: number): Promise<void>
  /** The program's exit status. */
  exit: Promise<number>
  /** Ends the program and the terminal. */
  kill(): void
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

export function startPty(
  command: readonly string[],
  o: { env?: Record<string, string>; cwd?: string; cols?: number; rows?: number } = {},
): Pty {
  const line = `stty cols ${o.cols ?? 100} rows ${o.rows ?? 30}; echo "[tty $(tty)]"; exec ${command.map(quote).join(' ')}`
  const child = spawn('script', ['-qfec', line, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', ...o.env },
    ...(o.cwd ? { cwd: o.cwd } : {}),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A session of its own, to be ended as a whole.
    detached: true,
  })
  const decoder = new StringDecoder('utf8')
  let raw = ''
  let text = ''
  let consumed = 0
  const waiting = new Set<() => void>()
  const take = (bytes: Buffer) => {
    raw += decoder.write(bytes)
    text = raw.replace(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>])/g, '').replaceAll('\r', '')
    for (const look of [...waiting]) look()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  child.stdin.on('error', () => {})
  let ended = false
  const exit = new Promise<number>((resolve) =>
    child.on('close', (code) => {
      ended = true
      for (const look of [...waiting]) look()
      resolve(code ?? 255)
    }),
  )

  const pty: Pty = {
    exit,
    screen: () => text,
    type: (keys) => void child.stdin.write(keys),
    waitFor(expected, ms = 20_000) {
      return new Promise((resolve, reject) => {
        const done = (settle: () => void) => {
          waiting.delete(look)
          clearTimeout(timer)
          settle()
        }
        const look = () => {
          const rest = text.slice(consumed)
          const match = typeof expected === 'string' ? { index: rest.indexOf(expected), length: expected.length } : matchOf(expected, rest)
          if (match.index >= 0) {
            const end = match.index + match.length
            consumed += end
            done(() => resolve(rest.slice(0, end)))
          } else if (ended) done(() => reject(new Error(`the program ended before ${String(expected)}:\n${text}`)))
        }
        const timer = setTimeout(() => done(() => reject(new Error(`no ${String(expected)} within ${ms} ms:\n${text}`))), ms)
        waiting.add(look)
        look()
      })
    },
    async resize(cols, rows) {
      const terminal = /\[tty (\S+)\]/.exec(text)?.[1]
      if (!terminal) throw new Error('the terminal has no name yet')
      await run('stty', ['-F', terminal, 'cols', String(cols), 'rows', String(rows)])
    },
    kill() {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // It has ended.
      }
    },
  }
  return pty
}

function matchOf(pattern: RegExp, text: string) {
  const match = pattern.exec(text)
  return match ? { index: match.index, length: match[0].length } : { index: -1, length: 0 }
}
