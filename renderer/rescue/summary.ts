/** What a rescue leaves behind on the server: pure. */
import type { Change, RepairState, Words } from '../../shared/repair.js'

/** Changes of this rescue that are still there. The visit keeps those of former ones, too. */
export const changesSince = ({ changes }: Pick<RepairState, 'changes'>, since: string): Change[] =>
  changes.filter(({ at, result }) => at >= since && result !== 'undone' && result !== 'failed')

/** What was seen and not mended: faults that were found last, and changes that did not help. */
export function leftToDo({ changes, tasks }: Pick<RepairState, 'changes' | 'tasks'>, since: string): Words[] {
  const faults = tasks.flatMap(({ findings }) => findings.filter(({ state }) => state === 'fault').map(({ words }) => words))
  const inVain = changes.filter(
    ({ at, result }) => at >= since && (result === 'still-there' || result === 'failed' || result === 'unfinished'),
  )
  const all = [...faults, ...inVain.map(({ words }) => words)]
  return all.filter((words, index) => all.findIndex((one) => JSON.stringify(one) === JSON.stringify(words)) === index)
}
