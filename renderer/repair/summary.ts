/** What the repair step says of a task in one line, which task opens itself, and an edit as rows of the shared diff: pure. */
import type { DiffRow } from '../../shared/edit-preview.js'
import type { EditHunk, TaskState } from '../../shared/repair.js'
import type { FindingKind } from '../ui/glyphs.js'

export type TaskSummary =
  | { kind: 'notRun' | 'running' | 'failed' }
  | { kind: 'toFix'; n: number; m: number }
  | { kind: 'nFix' | 'nLook' | 'fine'; n: number }

export function summaryOf({ phase, findings }: TaskState): TaskSummary {
  if (phase === 'running') return { kind: 'running' }
  if (phase === 'failed') return { kind: 'failed' }
  if (phase === 'not-run') return { kind: 'notRun' }
  const count = (...states: string[]) => findings.filter(({ state }) => states.includes(state)).length
  const faults = count('fault')
  const fine = count('fine')
  if (faults > 0) return fine > 0 ? { kind: 'toFix', n: faults, m: fine } : { kind: 'nFix', n: faults }
  const looks = count('warning', 'unknown')
  return looks > 0 ? { kind: 'nLook', n: looks } : { kind: 'fine', n: fine }
}

export const signOf: Record<TaskSummary['kind'], FindingKind> = {
  notRun: 'todo',
  running: 'running',
  failed: 'look',
  toFix: 'fail',
  nFix: 'fail',
  nLook: 'look',
  fine: 'fine',
}

/** The first task with a fault; without one nothing opens itself. */
export const firstFault = (tasks: readonly TaskState[]) =>
  tasks.find(({ findings }) => findings.some(({ state }) => state === 'fault'))?.task

/** Lines that are removed and added at the same place are one change of these lines. Rows carry the number of the line as it was. */
export function diffRows(hunks: readonly EditHunk[]): DiffRow[] {
  return hunks.flatMap(({ line: first, rows }, index): DiffRow[] => {
    const result: DiffRow[] = index > 0 ? [{ kind: 'gap' }] : []
    let line = first
    let at = 0
    while (at < rows.length) {
      const run = runOf(rows, at, 'remove')
      const added = runOf(rows, at + run.length, 'add')
      for (let i = 0; i < Math.max(run.length, added.length); i++) {
        const before = run[i]
        const after = added[i]
        if (before !== undefined && after !== undefined) result.push({ kind: 'change', line: line++, before, after })
        else if (before !== undefined) result.push({ kind: 'remove', line: line++, before })
        else if (after !== undefined) result.push({ kind: 'insert', after })
      }
      at += run.length + added.length
      const row = rows[at]
      if (row?.kind === 'same') {
        result.push({ kind: 'context', line: line++, before: row.text })
        at++
      }
    }
    return result
  })
}

function runOf(rows: EditHunk['rows'], from: number, kind: 'remove' | 'add'): string[] {
  const end = rows.findIndex((row, index) => index >= from && row.kind !== kind)
  return rows.slice(from, end < 0 ? undefined : end).map(({ text }) => text)
}
