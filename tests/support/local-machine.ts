/** This very computer as a machine: commands run through the same shell line, in a child process. For scripts and real tools without a server. */
import { spawn } from 'node:child_process'
import { systemClock } from '../../electron/clock.js'
import { createMachine, type Execute, type Machine } from '../../electron/machine/machine.js'
import type { CommandRecord } from '../../shared/machine.js'

export const executeLocally: Execute = (line, { stdin, limitMs, maxBytes }) =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], { stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (part) => out.push(part))
    child.stderr.on('data', (part) => err.push(part))
    child.on('error', reject)
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    child.on('close', (code, signal) => {
      const stdout = Buffer.concat(out)
      resolve({
        exitCode: code ?? undefined,
        stdout: stdout.subarray(0, maxBytes),
        stderr: Buffer.concat(err),
        truncated: stdout.length > maxBytes,
        timedOut: signal === 'SIGTERM',
      })
    })
  })

export function localMachine(execute = executeLocally): { machine: Machine; records: CommandRecord[] } {
  const records: CommandRecord[] = []
  const machine = createMachine({
    execute,
    clock: systemClock,
    sudo: () => false,
    onDidRun: (record) => records.push(record),
  })
  return { machine, records }
}

/**
 * Counts round trips: what is asked at the same time runs together, and nothing is answered before all of it has ended. So the number
 * of rounds is that of answers one must wait for, whatever a command takes on this computer.
 */
export function inRounds(execute: Execute): { execute: Execute; rounds: string[][] } {
  const rounds: string[][] = []
  let waiting: { line: string; begin: () => Promise<() => void> }[] = []
  let isBusy = false
  async function pump() {
    isBusy = true
    while (waiting.length > 0) {
      // Everything that follows from the last answers has been asked by then: between commands the core waits for nothing.
      await new Promise(setImmediate)
      const round = waiting
      waiting = []
      rounds.push(round.map(({ line }) => line))
      for (const answer of await Promise.all(round.map(({ begin }) => begin()))) answer()
      await new Promise(setImmediate)
    }
    isBusy = false
  }
  return {
    rounds,
    execute: (line, options) =>
      new Promise((resolve, reject) => {
        waiting.push({
          line,
          begin: () =>
            execute(line, options).then(
              (result) => () => resolve(result),
              (error) => () => reject(error),
            ),
        })
        if (!isBusy) void pump()
      }),
  }
}
