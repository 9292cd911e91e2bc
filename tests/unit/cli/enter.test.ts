/** When `enter` has nothing more to wait for. */
import { expect, test } from 'vitest'
import { isOver } from '../../../electron/cli/enter.js'
import { manualWay } from '../../../electron/providers/manual.js'
import type { ProviderProblemInfo } from '../../../shared/provider-problem.js'
import type { EnteringState } from '../../../shared/visit.js'

const state = (phase: EnteringState['phase'], isOverdue: boolean, changed?: ProviderProblemInfo['changed']): EnteringState => ({
  ...{ method: 'api', startedAt: '2026-11-24T02:14:00.000Z', isAccepted: false, notedKeys: 1, answers: [] },
  ...{ manual: manualWay('other', 'enter'), phase, isOverdue },
  ...(changed ? { problem: { problem: 'timeout', changed, data: {} } } : {}),
})

test.each([
  ['answered', false, undefined, true, true],
  ['stopped', false, undefined, true, true],
  // Something was refused: what is left behind is known.
  ['failed', false, 'nothing', true, true],
  ['failed', false, 'stopped', true, true],
  ['failed', false, 'boot-mode', true, true],
  // It may have been heard.
  ['failed', false, 'unknown', false, false],
  ['failed', true, 'unknown', false, true],
  ['waiting', false, undefined, false, false],
  ['waiting', true, undefined, false, true],
  // The provider is being asked, which has an end of its own.
  ['requesting', true, undefined, false, false],
  ['restarting', true, undefined, false, false],
] as const)('%s, overdue %s, changed %s: with somebody there %s, in a script %s', (phase, isOverdue, changed, attended, script) => {
  expect(isOver(state(phase, isOverdue, changed), true)).toBe(attended)
  expect(isOver(state(phase, isOverdue, changed), false)).toBe(script)
})
