import { describe, expect, it } from 'vitest'
import { barEnd, earlierOf, placeOf, ratesOf, shareTicks } from '../../../../renderer/repair/speed.js'
import type { SpeedResult } from '../../../../shared/speed.js'

const run = (at: string, iops: number, o: Partial<SpeedResult> = {}): SpeedResult => ({
  at: `2026-11-24T0${at}:00:00Z`,
  device: '/dev/sdb',
  medium: 'ssd',
  tool: 'fio-3.33',
  randomRead: { iops, histogram: [] },
  sequentialRead: 412e6,
  verdict: 'fine',
  commands: [],
  ...o,
})

describe('a measurement', () => {
  it('compares with the last run of the same disk and the same kind of tool', () => {
    const all = [run('1', 100), run('2', 200), run('3', 300, { device: '/dev/sda' }), run('4', 9, { tool: 'dd' }), run('5', 500)]
    expect(earlierOf(all[4]!, all)?.at).toBe(all[1]!.at)
    expect(earlierOf(all[0]!, all)).toBeUndefined()
    expect(ratesOf(all[4]!, all)[0]).toMatchObject({ name: 'rr', unit: 'IOPS', value: 500, earlier: 200 })
  })
  it('says what is usual only where the numbers mean the same', () => {
    const usual = (result: SpeedResult) => ratesOf(result, []).map(({ name, normal }) => [name, normal])
    expect(usual(run('1', 1, { sequentialWrite: 1e6 }))).toEqual([
      ['rr', [10_000, 100_000]],
      ['sr', [200, 560]],
      ['sw', undefined],
    ])
    expect(usual(run('1', 1, { tool: 'dd' }))[0]).toEqual(['rr', undefined])
  })
  it('ends its bars at a round number beyond the largest', () => {
    const rates = ratesOf(run('2', 18_420), [run('1', 23_000)])
    expect([barEnd(rates, 'IOPS'), barEnd(rates, 'MB/s')]).toEqual([30_000, 500])
    expect(barEnd([], 'IOPS')).toBe(1.25)
    expect(barEnd(ratesOf(run('1', 99_000), []), 'IOPS')).toBe(125_000)
  })
})

describe('a histogram', () => {
  const histogram = [
    { ms: 0.5, share: 0.1 },
    { ms: 1, share: 0.55 },
    { ms: 2, share: 0.35 },
  ]
  it('has lines up to its highest bucket', () => expect(shareTicks(histogram)).toEqual([0.2, 0.4, 0.6000000000000001]))
  it('places a latency within its bucket', () => {
    expect([placeOf(0.25, histogram), placeOf(1.5, histogram), placeOf(7, histogram)]).toEqual([0.5, 2.5, 3])
  })
})
