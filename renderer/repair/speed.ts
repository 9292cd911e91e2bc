/** What the page of a measurement says and draws, from its numbers: pure. */
import { normalSpeed } from '../../shared/normal-speed.js'
import type { SpeedResult } from '../../shared/speed.js'

export type RateName = 'rr' | 'rw' | 'sr' | 'sw'
export interface Rate {
  name: RateName
  unit: 'IOPS' | 'MB/s'
  /** In `unit`, as the other numbers here. */
  value: number
  /** Of the run before with the same tool: one request at a time compares with nothing else. */
  earlier?: number
  normal?: readonly [number, number]
}

const valuesOf = ({ randomRead, randomWrite, sequentialRead, sequentialWrite }: SpeedResult): Record<RateName, number | undefined> => ({
  rr: randomRead?.iops,
  rw: randomWrite?.iops,
  sr: sequentialRead === undefined ? undefined : sequentialRead / 1e6,
  sw: sequentialWrite === undefined ? undefined : sequentialWrite / 1e6,
})

const isFio = ({ tool }: SpeedResult) => tool.startsWith('fio')

/** The last run of the same disk with the same kind of tool before this one. */
export const earlierOf = (result: SpeedResult, all: readonly SpeedResult[]): SpeedResult | undefined =>
  all.findLast((one) => one.at < result.at && one.device === result.device && isFio(one) === isFio(result))

export function ratesOf(result: SpeedResult, all: readonly SpeedResult[]): Rate[] {
  const values = valuesOf(result)
  const earlierRun = earlierOf(result, all)
  const before = earlierRun && valuesOf(earlierRun)
  return (['rr', 'rw', 'sr', 'sw'] as const).flatMap((name): Rate[] => {
    const value = values[name]
    if (value === undefined) return []
    const isRandom = name === 'rr' || name === 'rw'
    const earlier = before?.[name]
    const normal = normalOf(name, result)
    return [{ name, unit: isRandom ? 'IOPS' : 'MB/s', value, ...(earlier === undefined ? {} : { earlier }), ...(normal ? { normal } : {}) }]
  })
}

/** Known for reads, 32 at a time; what writes do depends on the file system and its journal as well. */
function normalOf(name: RateName, result: SpeedResult): readonly [number, number] | undefined {
  if (!result.medium) return undefined
  const { iops, sequential } = normalSpeed[result.medium]
  if (name === 'rr') return isFio(result) ? iops : undefined
  return name === 'sr' ? [sequential[0] / 1e6, sequential[1] / 1e6] : undefined
}

/** Where the bars of one unit end: a round number beyond the largest of them. */
export function barEnd(rates: readonly Rate[], unit: Rate['unit']): number {
  const largest = Math.max(1, ...rates.filter((rate) => rate.unit === unit).flatMap(({ value, earlier }) => [value, earlier ?? 0]))
  const power = 10 ** Math.floor(Math.log10(largest))
  return power * [1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12.5].find((step) => step * power > largest * 1.1)!
}

/** Grid lines of a histogram, as shares: three or four of a round height. */
export function shareTicks(histogram: readonly { share: number }[]): number[] {
  const highest = Math.max(0.01, ...histogram.map(({ share }) => share))
  const step = [0.05, 0.1, 0.2, 0.25].find((one) => one * 4 >= highest) ?? 0.25
  return Array.from({ length: Math.ceil(highest / step) }, (_, index) => step * (index + 1))
}

/** Where `ms` lies in a histogram, in buckets from the left. */
export function placeOf(ms: number, histogram: readonly { ms: number }[]): number {
  const index = histogram.findIndex((bucket) => ms <= bucket.ms)
  if (index < 0) return histogram.length
  const from = index === 0 ? 0 : histogram[index - 1]!.ms
  return index + (ms - from) / (histogram[index]!.ms - from)
}
