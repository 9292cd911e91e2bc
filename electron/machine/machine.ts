/**
 * A rescue system at the other end of a connection, as a place where commands run. A command is a list of words, never a shell
 * string: names from the machine (devices, labels, paths) are untrusted and travel as words; secrets travel on standard input.
 */
import type { CommandRecord, Risk } from '../../shared/machine.js'
import { stripServerText } from '../../shared/server-text.js'
import type { Clock } from '../clock.js'

export type Words = readonly [string, ...string[]]

export interface Command {
  words: Words
  /** What it can do to the customer's disk; kept in the record. */
  risk: Risk
  /** What a person would type for the same, when the words are a script of ours. */
  shown?: Words
  /** Written to standard input. Never recorded. */
  stdin?: string | Uint8Array
  /** Milliseconds; 30 000 unless told. */
  limitMs?: number
  /** Of standard output; 1 MiB unless told. */
  maxBytes?: number
  signal?: AbortSignal
}

export interface CommandResult {
  exitCode: number | undefined
  stdout: Buffer
  /** Bytes that are not UTF-8 replaced; not yet fit to be shown: strip it. */
  stderr: string
  truncated: boolean
  timedOut: boolean
}

export interface Machine {
  /** Every exit status is a result. @throws AppError when the connection cannot carry it; the signal's reason when aborted. */
  run(command: Command): Promise<CommandResult>
}

/** What a machine is built on: the `execute` of a connection. */
export type Execute = (
  commandLine: string,
  options: { stdin?: string | Uint8Array | undefined; limitMs: number; maxBytes: number; signal?: AbortSignal | undefined },
) => Promise<{ exitCode: number | undefined; stdout: Buffer; stderr: Buffer; truncated: boolean; timedOut: boolean }>

const LIMIT_MS = 30_000
const MAX_BYTES = 1024 * 1024
// The remote `timeout` ends the command itself; the channel is given up a little later, so that its answer still arrives.
const GRACE_MS = 5_000
// Each is a channel of the connection: sshd's MaxSessions is 10, and terminals and files take some. More gain little on two cores.
const MAX_AT_ONCE = 4

/** One word for a POSIX shell (XCU §2.2.2): nothing inside single quotes is special but the quote itself. */
export const quoteWord = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
/** The command as one would type it. */
export const commandLine = (words: readonly string[]) => words.map(quoteWord).join(' ')

export interface MachineOptions {
  execute: Execute
  clock: Clock
  /** The rescue user is not root: commands go through `sudo -n`. */
  sudo(): boolean
  onDidRun(record: CommandRecord): void
}

export function createMachine({ execute, clock, sudo, onDidRun }: MachineOptions): Machine {
  const inTurn = createTurns(MAX_AT_ONCE)
  return {
    run: (command) => inTurn(() => run(command)),
  }

  async function run({
    words,
    risk,
    shown = words,
    stdin,
    limitMs = LIMIT_MS,
    maxBytes = MAX_BYTES,
    signal,
  }: Command): Promise<CommandResult> {
    signal?.throwIfAborted()
    const began = clock.now()
    const limit = ['timeout', '-k', '2', String(Math.ceil(limitMs / 1000))]
    // One fixed locale: output is parsed. The rescue user's PATH may lack the administration tools.
    const environment = ['env', 'LC_ALL=C', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
    const line = commandLine([...(sudo() ? ['sudo', '-n'] : []), ...environment, ...limit, ...words])
    const result = await execute(line, { stdin, limitMs: limitMs + GRACE_MS, maxBytes, signal })
    // `timeout` answers 124, or 137 when it had to kill.
    const timedOut = result.timedOut || ((result.exitCode === 124 || result.exitCode === 137) && elapsed(began, clock) >= limitMs)
    onDidRun({
      at: began.toISOString(),
      command: stripServerText(commandLine(shown), 2000),
      risk,
      milliseconds: elapsed(began, clock),
      ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
      timedOut,
    })
    return { ...result, stderr: result.stderr.toString('utf8'), timedOut }
  }
}

/** At most so many at once; the others begin in the order they came. */
function createTurns(places: number) {
  const waiting: (() => void)[] = []
  let free = places
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

/**
 * The same machine for one look at it: what is only read is asked once, and every later question in the same words has that answer.
 * A question that failed is asked again.
 */
export function shareReads(machine: Machine): Machine {
  const answers = new Map<string, Promise<CommandResult>>()
  return {
    run(command) {
      const { words, risk, stdin, limitMs, maxBytes } = command
      if (risk !== 'reads' || stdin !== undefined) return machine.run(command)
      const question = JSON.stringify([words, limitMs, maxBytes])
      const known = answers.get(question)
      if (known) return known
      const answer = machine.run(command)
      answers.set(question, answer)
      // A connection that broke, or a task whose time was up, is no answer for the next one.
      answer.catch(() => answers.delete(question))
      return answer
    },
  }
}

const elapsed = (since: Date, clock: Clock) => clock.now().getTime() - since.getTime()
