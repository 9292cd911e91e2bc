import { describe, expect, it } from 'vitest'
import { diffRows, firstFault, summaryOf } from '../../../../renderer/repair/summary.js'
import type { Finding, TaskState } from '../../../../shared/repair.js'

const finding = (state: Finding['state']): Finding => ({
  id: state,
  state,
  words: { code: 'x', values: {} },
  evidence: [],
  proposals: [],
  keepsOut: false,
})
const task = (...states: Finding['state'][]): TaskState => ({ task: 'boot', phase: 'done', findings: states.map(finding) })

describe('the line of a task', () => {
  it.each([
    [task('fault', 'fine', 'fine'), { kind: 'toFix', n: 1, m: 2 }],
    [task('fault', 'warning'), { kind: 'nFix', n: 1 }],
    [task('warning', 'unknown', 'fine'), { kind: 'nLook', n: 2 }],
    [task('fine'), { kind: 'fine', n: 1 }],
    [{ ...task('fault'), phase: 'running' }, { kind: 'running' }],
    [{ ...task(), phase: 'failed' }, { kind: 'failed' }],
    [{ ...task(), phase: 'not-run' }, { kind: 'notRun' }],
  ] as [TaskState, unknown][])('%#', (state, summary) => expect(summaryOf(state)).toEqual(summary))

  it('lets the first task with a fault open itself, and none without', () => {
    expect(firstFault([task('warning'), { ...task('fault'), task: 'firewall' }])).toBe('firewall')
    expect(firstFault([task('warning')])).toBeUndefined()
  })
})

describe('an edit as rows', () => {
  it('pairs what is removed with what is added there, with the numbers of the old lines', () =>
    expect(
      diffRows([
        {
          line: 3,
          rows: [
            { kind: 'same', text: 'a' },
            { kind: 'remove', text: 'b' },
            { kind: 'remove', text: 'c' },
            { kind: 'add', text: 'B' },
            { kind: 'same', text: 'd' },
          ],
        },
        { line: 9, rows: [{ kind: 'add', text: 'z' }] },
      ]),
    ).toEqual([
      { kind: 'context', line: 3, before: 'a' },
      { kind: 'change', line: 4, before: 'b', after: 'B' },
      { kind: 'remove', line: 5, before: 'c' },
      { kind: 'context', line: 6, before: 'd' },
      { kind: 'gap' },
      { kind: 'insert', after: 'z' },
    ]))
})
