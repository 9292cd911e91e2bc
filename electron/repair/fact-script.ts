/**
 * Many small facts in one round trip: a fixed script whose parts each answer with their output and exit status. Outputs travel as
 * base64, so nothing the machine prints can pass for another part.
 */
import { AppError } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import { resolve } from '../machine/system-files.js'
import type { MountedSystem } from './task.js'

export interface Fact {
  /** Standard output and errors together; bytes that are not UTF-8 are U+FFFD. At most 256 KiB. */
  text: string
  /** 127: no such program. 124: it took too long. */
  status: number
}

/** The fact of a part that did not answer. */
export const noFact: Fact = { text: '', status: 124 }

export type Facts = (name: string) => Fact

// `part NAME SECONDS COMMAND …`; 0 seconds for a function of the script. What follows the last line break is the status.
const prelude = `root=$1; shift
${resolve}
part() {
  name=$1; limit=$2; shift 2
  [ "$limit" = 0 ] || set -- timeout -k 1 "$limit" "$@"
  printf '%s ' "$name"
  { "$@" 2>&1; printf '\\n%s' "$?"; } < /dev/null | { head -c 262144; tail -c 4; } | base64 -w0
  echo
}
`

/**
 * @param body constant; names from the machine are its arguments, `$1` …, never part of it. `$root` is where the system is mounted.
 * @throws AppError `timeout`, `command-failed` when the shell itself did not answer.
 */
export async function readFacts(
  system: MountedSystem,
  body: string,
  args: readonly string[],
  { shown, limitMs, signal }: { shown: readonly [string, ...string[]]; limitMs: number; signal: AbortSignal },
): Promise<Facts> {
  const { exitCode, stdout, stderr, timedOut } = await system.machine.run({
    words: ['sh', '-c', prelude + body, 'facts', system.root, ...args],
    shown,
    risk: 'reads',
    limitMs,
    maxBytes: 8 * 1024 * 1024,
    signal,
  })
  const facts = parseFacts(stdout.toString('latin1'))
  // What came before the limit is worth as much as ever.
  if (facts.size === 0 && timedOut) throw new AppError('timeout', { seconds: limitMs / 1000 })
  if (facts.size === 0) throw new AppError('command-failed', { command: 'sh', status: exitCode ?? -1 }, stripServerText(stderr, 500))
  return (name) => facts.get(name) ?? noFact
}

function parseFacts(output: string): Map<string, Fact> {
  const facts = new Map<string, Fact>()
  for (const line of output.split('\n')) {
    const match = /^([\w-]+) ([A-Za-z0-9+/=]+)$/.exec(line)
    if (!match) continue
    const text = Buffer.from(match[2]!, 'base64').toString('utf8')
    const end = text.lastIndexOf('\n')
    const status = Number(text.slice(end + 1))
    if (end >= 0 && Number.isInteger(status)) facts.set(match[1]!, { text: text.slice(0, end), status })
  }
  return facts
}

/** Records of `find -printf '…\0'`: fields by blanks, the name last with whatever it holds. */
export const records = (text: string): string[] => text.split('\0').filter((one) => one.trim() !== '' && !one.includes('\ufffd'))
