import { describe, expect, it } from 'vitest'
import { axis, bars } from '../../../../renderer/rescue/chart.js'
import type { WatchState } from '../../../../shared/intervention.js'

const start = Date.parse('2026-11-24T03:34:00Z')
const watch = (...changes: [number, WatchState['changes'][number]['answer']][]) => ({
  startedAt: new Date(start).toISOString(),
  changes: changes.map(([seconds, answer]) => ({ at: new Date(start + seconds * 1000).toISOString(), answer })),
})

describe('bars', () => {
  it('run from change to change, the last one until now', () => {
    expect(bars(watch([1, 'rescue-key'], [14, 'nothing'], [146, 'port-open']), start + 157_000)).toEqual([
      { answer: 'rescue-key', from: 1000, to: 14_000 },
      { answer: 'nothing', from: 14_000, to: 146_000 },
      { answer: 'port-open', from: 146_000, to: 157_000 },
    ])
  })
  it('are none before the first answer, and never negative', () => {
    expect(bars(watch(), start + 5000)).toEqual([])
    // A change noted before the watch began anew, or a clock that was set back.
    expect(bars(watch([-3, 'nothing']), start - 1000)).toEqual([{ answer: 'nothing', from: 0, to: 0 }])
  })
  it('give another key than the rescue’s the row of the server’s own', () =>
    expect(bars(watch([1, 'other-key']), start + 4000)).toEqual([{ answer: 'known-key', from: 1000, to: 4000 }]))
  it('leave a third key to the alarm', () => expect(bars(watch([1, 'third-key'], [3, 'nothing']), start + 4000)).toHaveLength(1))
})

describe('the axis', () => {
  it.each([
    [0, 60],
    [50, 60],
    [60, 120],
    [157, 240],
    [600, 1200],
    [3600, 7200],
    [86_400, 100_800],
  ])('of %d s ends at %d s, in four equal steps', (seconds, end) => {
    const { end: ms, ticks } = axis(seconds * 1000)
    expect(ticks).toEqual([0, ms / 4, ms / 2, (ms * 3) / 4, ms])
    expect(ms).toBeGreaterThanOrEqual(seconds * 1000)
    expect(ms / 1000).toBe(end)
  })
})
