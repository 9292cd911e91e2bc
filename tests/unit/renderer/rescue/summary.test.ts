import { expect, it } from 'vitest'
import { changesSince, leftToDo } from '../../../../renderer/rescue/summary.js'
import type { Change, Finding, RepairState } from '../../../../shared/repair.js'

const since = '2026-11-24T02:14:00Z'
const change = (id: string, result: Change['result'], at = '2026-11-24T03:00:00Z') =>
  ({ id, at, result, words: { code: id, values: {} }, files: [], commands: [] }) as unknown as Change
const finding = (code: string, state: Finding['state']) => ({ state, words: { code, values: {} } }) as Finding
const tasks = [{ task: 'boot', phase: 'done', findings: [finding('fstab', 'fault'), finding('grub', 'fine')] }] as RepairState['tasks']

it('tells what this rescue changed and what is still so', () => {
  const changes = [
    change('old', 'verified', '2026-11-20T00:00:00Z'),
    change('mended', 'verified'),
    change('undone', 'undone'),
    change('broken', 'failed'),
  ]
  expect(changesSince({ changes }, since).map(({ id }) => id)).toEqual(['mended'])
})

it('reminds of faults that were left and of changes in vain, each once', () => {
  const changes = [
    change('fstab', 'still-there'),
    change('broken', 'failed'),
    change('mended', 'verified'),
    change('old', 'failed', '2026-11-20T00:00:00Z'),
  ]
  expect(leftToDo({ changes, tasks }, since).map(({ code }) => code)).toEqual(['fstab', 'broken'])
})
