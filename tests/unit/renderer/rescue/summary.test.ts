import { expect, it } from 'vitest'
import { lastingChanges, leftToDo } from '../../../../renderer/rescue/summary.js'
import type { Change, Finding, RepairState } from '../../../../shared/repair.js'

const change = (id: string, result: Change['result']) =>
  ({ id, result, words: { code: id, values: {} }, files: [], commands: [] }) as unknown as Change
const finding = (code: string, state: Finding['state']) => ({ state, words: { code, values: {} } }) as Finding
const tasks = [{ task: 'boot', phase: 'done', findings: [finding('fstab', 'fault'), finding('grub', 'fine')] }] as RepairState['tasks']

it('tells what this rescue changed and what is still so', () => {
  const changes = [change('mended', 'verified'), change('undone', 'undone'), change('broken', 'failed')]
  expect(lastingChanges({ changes }).map(({ id }) => id)).toEqual(['mended'])
})

it('reminds of faults that were left and of changes in vain, each once', () => {
  const changes = [change('fstab', 'still-there'), change('broken', 'failed'), change('mended', 'verified')]
  expect(leftToDo({ changes, tasks }).map(({ code }) => code)).toEqual(['fstab', 'broken'])
})
