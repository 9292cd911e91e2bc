/** A machine that answers from a table, for what real tools on this computer never say. */
import type { Command, CommandResult, Machine } from '../../electron/machine/machine.js'

export interface Answer {
  exitCode?: number
  stdout?: string
  stderr?: string
}

/** `answer` undefined: a program that prints nothing and succeeds. Scripts that read files answer `missing` for every path. */
export function scriptedMachine(answer: (line: string, command: Command) => Answer | undefined): { machine: Machine; lines: string[] } {
  const lines: string[] = []
  const machine: Machine = {
    async run(command): Promise<CommandResult> {
      const line = (command.shown ?? command.words).join(' ')
      lines.push(line)
      const isFiles = line.startsWith('cat ') && command.words[0] === 'sh'
      const isList = line.startsWith('ls ') && command.words[0] === 'sh'
      const silence = isFiles ? 'missing\n'.repeat(command.words.length) : isList ? '\0'.repeat(command.words.length - 5) : ''
      const { exitCode = 0, stdout = silence, stderr = '' } = answer(line, command) ?? {}
      return { exitCode, stdout: Buffer.from(stdout), stderr, truncated: false, timedOut: false }
    },
  }
  return { machine, lines }
}
