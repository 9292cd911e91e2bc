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

export function localMachine(): { machine: Machine; records: CommandRecord[] } {
  const records: CommandRecord[] = []
  const machine = createMachine({
    execute: executeLocally,
    clock: systemClock,
    sudo: () => false,
    onDidRun: (record) => records.push(record),
  })
  return { machine, records }
}
