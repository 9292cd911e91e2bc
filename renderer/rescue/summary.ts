/** What a rescue leaves behind on the server: pure. */
import type { Change, RepairState, Words } from '../../shared/repair.js'

/** Changes that are still there. */
export const lastingChanges = ({ changes }: Pick<RepairState, 'changes'>): Change[] =>
  changes.filter(({ result }) => result !== 'undone' && result !== 'failed')

/** What was seen and not mended: faults that were found last, and changes that did not help. */
export function leftToDo({ changes, tasks }: Pick<RepairState, 'changes' | 'tasks'>): Words[] {
  const faults = tasks.flatMap(({ findings }) => findings.filter(({ state }) => state === 'fault').map(({ words }) => words))
  const inVain = changes.filter(({ result }) => result === 'still-there' || result === 'failed' || result === 'unfinished')
  const all = [...faults, ...inVain.map(({ words }) => words)]
  return all.filter((words, index) => all.findIndex((one) => JSON.stringify(one) === JSON.stringify(words)) === index)
}
