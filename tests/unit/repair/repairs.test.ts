/** What the repair step tells belongs to the present rescue: neither findings nor changes of a former one. */
import { expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { silentLog } from '../../../electron/log.js'
import type { Machine } from '../../../electron/machine/machine.js'
import { createRepairs } from '../../../electron/repair/repairs.js'
import type { StoredChange } from '../../../electron/repair/stored-change.js'
import type { MountedSystem, RepairTask } from '../../../electron/repair/task.js'

const change = (id: string, at: string) => ({ change: { id, at, result: 'verified' }, edits: [], undo: [] }) as unknown as StoredChange

function repairsWith(examine: RepairTask['examine'], o: { changes?: StoredChange[]; since?: string } = {}) {
  return createRepairs({
    tasks: [{ id: 'boot', examine }],
    system: () => ({ machine: {} as Machine, root: '/mnt', readOnly: true }) as unknown as MountedSystem,
    commands: () => [],
    clock: systemClock,
    log: silentLog,
    changes: o.changes ?? [],
    since: () => o.since,
    save: async () => {},
    onDidChange() {},
  })
}
const phaseOf = (repairs: ReturnType<typeof repairsWith>) => repairs.state().tasks.find(({ task }) => task === 'boot')?.phase

it('tells the changes of this rescue alone', () => {
  const changes = [change('former', '2026-11-20T10:00:00.000Z'), change('mine', '2026-11-24T03:00:00.000Z')]
  const told = (since?: string) =>
    repairsWith(async () => [], { changes, ...(since ? { since } : {}) })
      .state()
      .changes.map(({ id }) => id)
  expect(told('2026-11-24T02:14:00.000Z')).toEqual(['mine'])
  expect(told()).toEqual(['former', 'mine'])
})

it('forgets what was found before another start of the rescue system, also by a look that is still under way', async () => {
  let goOn = () => {}
  const repairs = repairsWith(() => new Promise((resolve) => (goOn = () => resolve([]))))
  const first = repairs.examine()
  goOn()
  await first
  expect(phaseOf(repairs)).toBe('done')
  const second = repairs.examine()
  repairs.beginAnew()
  goOn()
  await second
  expect(phaseOf(repairs)).toBe('not-run')
})
