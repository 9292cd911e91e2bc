/**
 * A login on the practice machine: runs typed lines (steps, pipes, redirects), keeps history and chroot levels, completes words.
 * No streams: `run` answers with text and what has to happen next.
 */
import { parseCommandLine, type SimpleCommand } from './command-line.js'
import { type CommandContext, type CommandResult, commandNames, runCommand } from './commands.js'
import { writeText } from './file-commands.js'
import { namesIn } from './file-tree.js'
import { type Login, locate, type Machine } from './machine.js'

export interface RunResult {
  out: string
  err: string
  status: number
  end?: { kind: 'exit'; status: number } | { kind: 'restart' }
}

export interface Shell {
  readonly history: string[]
  prompt(): string
  run(line: string): RunResult
  complete(before: string): string[]
  /** The login is gone from `umount`'s and `uptime`'s view. */
  logout(): void
}

export function createShell(o: {
  machine: Machine
  now(): Date
  randomart(blob: Buffer): string
  fingerprint(blob: Buffer): string
}): Shell {
  const { machine } = o
  const history: string[] = []
  /** Innermost last. */
  const levels: Login[] = [{ cwd: '/root', root: '/' }]
  machine.logins.add(levels[0]!)
  const login = () => levels.at(-1)!
  let status = 0

  function context(words: string[], input: string | undefined): CommandContext {
    return { machine, login: login(), words, input, history, now: o.now(), randomart: o.randomart, fingerprint: o.fingerprint }
  }

  function runPipeline(pipeline: readonly SimpleCommand[], result: RunResult): void {
    let input: string | undefined
    for (const [index, command] of pipeline.entries()) {
      const words = command.words.map((word) => word.replace(/^~(?=\/|$)/, '/root').replaceAll('$?', String(status)))
      const answer: CommandResult = words.length > 0 ? runCommand(context(words, input)) : {}
      const before = status
      input = answer.out ?? ''
      status = answer.status ?? 0
      if (!command.quiet) result.err += answer.err ?? ''
      if (command.redirect) {
        const complaint = writeText({ machine, login: login() }, command.redirect.path, input, command.redirect.append)
        if (complaint) {
          result.err += `bash: ${command.redirect.path}: ${complaint}\n`
          status = 1
        }
        input = ''
      }
      if (index === pipeline.length - 1) result.out += input
      apply(answer, result, before)
    }
  }

  function apply({ effect }: CommandResult, result: RunResult, before: number): void {
    switch (effect?.kind) {
      case 'clear':
        result.out += '\x1b[H\x1b[2J\x1b[3J'
        break
      case 'chroot': {
        const inside: Login = { cwd: '/', root: effect.root }
        levels.push(inside)
        machine.logins.add(inside)
        break
      }
      case 'exit':
        if (levels.length > 1) machine.logins.delete(levels.pop()!)
        else result.end = { kind: 'exit', status: effect.status ?? before }
        break
      case 'restart':
        result.end = effect
        break
      case undefined:
    }
  }

  return {
    history,
    prompt() {
      const { cwd, root } = login()
      const place = cwd === '/root' ? '~' : cwd.startsWith('/root/') ? `~${cwd.slice(5)}` : cwd
      const mark = machine.mode === 'rescue' ? '\x1b[01;33m[RESCUE]\x1b[00m ' : ''
      return `${mark}${root === '/' ? '' : '(chroot) '}\x1b[01;32mroot@${machine.hostname}\x1b[00m:\x1b[01;34m${place}\x1b[00m# `
    },
    run(line) {
      const result: RunResult = { out: '', err: '', status }
      if (line.trim() && line !== history.at(-1)) history.push(line)
      const steps = parseCommandLine(line)
      if (typeof steps === 'string') {
        status = 2
        return { ...result, err: `${steps}\n`, status }
      }
      for (const step of steps) {
        if (result.end) break
        if ((step.when === 'success' && status !== 0) || (step.when === 'failure' && status === 0)) continue
        runPipeline(step.pipeline, result)
      }
      result.status = result.end?.kind === 'exit' ? result.end.status : status
      return result
    },
    complete(before) {
      const word = /\S*$/.exec(before)![0]
      if (/^\s*\S*$/.test(before) && !word.includes('/')) return commandNames.filter((name) => name.startsWith(word))
      const slash = word.lastIndexOf('/') + 1
      const directory = word.slice(0, slash)
      const { inner, mount, path } = locate(machine, login(), directory || '.')
      const choices =
        path === '/dev' ? machine.disks.flatMap((disk) => disk.partitions.map((one) => one.name)) : namesIn(mount.partition.tree, inner)
      return choices
        .filter((name) => name.startsWith(word.slice(slash)))
        .map(
          (name) => `${directory}${name}${locate(machine, login(), `${directory || './'}${name}`).node?.kind === 'directory' ? '/' : ''}`,
        )
    },
    logout() {
      for (const one of levels) machine.logins.delete(one)
    },
  }
}
