import { expect, it } from 'vitest'
import type { Machine } from '../../../electron/machine/machine.js'
import type { MountedSystem, RepairTask } from '../../../electron/repair/task.js'
import { readUnits } from '../../../electron/repair/units.js'
import { AppError } from '../../../shared/errors.js'
import { repairsOf } from '../../support/mounted-system.js'
import { scriptedMachine } from '../../support/scripted-machine.js'

/** Says each time something else, unless the first time it says nothing. */
function machineOf(isLost = false) {
  let asked = 0
  const machine: Machine = {
    async run() {
      asked++
      if (isLost && asked === 1) throw new AppError('closed-early', { host: 'vps' })
      return {
        exitCode: 0,
        stdout: Buffer.from(`${['ssh', 'ufw'][asked - 1]}.service enabled\n`),
        stderr: '',
        truncated: false,
        timedOut: false,
      }
    },
  }
  return { machine, asked: () => asked }
}

function repairsOn(machine: Machine, seen: string[]) {
  const task = (id: RepairTask['id']): RepairTask => ({
    id,
    async examine(system, signal) {
      const units = await readUnits(system, signal)
      seen.push(`${id} ${'reason' in units ? units.reason : units.isEnabled(seen.length < 2 ? 'ssh.service' : 'ufw.service')}`)
      return []
    },
  })
  const system = { machine, root: '/mnt', readOnly: true } as unknown as MountedSystem
  return repairsOf(system, task('network'), task('firewall'))
}

it('asks which services start once for all tasks of a look, and again for the next look', async () => {
  const { machine, asked } = machineOf()
  const seen: string[] = []
  const repairs = repairsOn(machine, seen)
  await repairs.examine()
  expect(asked()).toBe(1)
  await repairs.examine()
  expect(asked()).toBe(2)
  expect(seen).toEqual(['network true', 'firewall true', 'network true', 'firewall true'])
})

it('asks again where the first answer did not come', async () => {
  const { machine, asked } = machineOf(true)
  const repairs = repairsOn(machine, [])
  const phases = () => repairs.state().tasks.flatMap(({ phase }) => (phase === 'not-run' ? [] : phase))
  await repairs.examine()
  expect(phases()).toEqual(['failed', 'failed'])
  await repairs.examine()
  expect(phases()).toEqual(['done', 'done'])
  expect(asked()).toBe(2)
})

it.each([
  ['none of them exists', 1, '', undefined],
  ['no such program', 127, 'timeout: failed to run command', 'timeout: failed to run command'],
  ['no such folder', 1, 'Failed to list unit files: No such file or directory', 'Failed to list unit files: No such file or directory'],
])('tells that from a question that failed: %s', async (_, exitCode, stderr, reason) => {
  const { machine } = scriptedMachine(() => ({ exitCode, stderr }))
  const units = await readUnits({ machine, root: '/mnt' } as MountedSystem, new AbortController().signal)
  expect('reason' in units ? units.reason : units.state('ssh.service')).toBe(reason)
})
