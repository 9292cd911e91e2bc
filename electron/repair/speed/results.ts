/** Numbers out of what fio and dd print, and the verdict on them. Pure. */
import { z } from 'zod'
import { normalSpeed } from '../../../shared/normal-speed.js'
import type { Medium, SpeedResult } from '../../../shared/speed.js'

type RandomRead = NonNullable<SpeedResult['randomRead']>
export type Latency = NonNullable<RandomRead['latency']>

const Side = z.looseObject({
  iops: z.number(),
  bw_bytes: z.number(),
  total_ios: z.number(),
  clat_ns: z.looseObject({
    max: z.number(),
    percentile: z.record(z.string(), z.number()).optional(),
    // Only in `json+`.
    bins: z.record(z.string(), z.number()).optional(),
  }),
})
const Report = z.looseObject({
  'fio version': z.string(),
  jobs: z.array(z.looseObject({ jobname: z.string(), error: z.number(), read: Side, write: Side })),
})

export interface FioJob {
  version: string
  /** errno; 0 when all went well. */
  error: number
  iops: number
  /** Per second. */
  bytes: number
  latency: Latency | undefined
  histogram: RandomRead['histogram']
}

/** Jobs by name, of `fio --output-format=json+` (3.0 and later). Empty when it is no such report. Warnings may stand before it. */
export function parseFio(output: string): Map<string, FioJob> {
  const start = output.search(/^\{/m)
  let value: unknown
  try {
    value = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1))
  } catch {
    return new Map()
  }
  const parsed = Report.safeParse(value)
  if (!parsed.success) return new Map()
  return new Map(
    parsed.data.jobs.map(({ jobname, error, read, write }) => {
      const side = read.total_ios > 0 ? read : write
      const latency = latencyOf(side.clat_ns)
      const bins = Object.entries(side.clat_ns.bins ?? {}).map(([ns, count]) => ({ ms: Number(ns) / 1e6, count }))
      return [
        jobname,
        {
          version: parsed.data['fio version'],
          error,
          iops: side.iops,
          bytes: side.bw_bytes,
          latency,
          histogram: histogramOf(bins),
        },
      ] as const
    }),
  )
}

function latencyOf({ max, percentile }: z.infer<typeof Side>['clat_ns']): Latency | undefined {
  const [p50, p95, p99] = [50, 95, 99].map((share) => percentile?.[`${share}.000000`])
  if (p50 === undefined || p95 === undefined || p99 === undefined) return undefined
  const ms = (ns: number) => Math.round(ns / 1e3) / 1e3
  return { p50: ms(p50), p95: ms(p95), p99: ms(p99), max: ms(max) }
}

// Milliseconds of the usual network volume; local disks are ten times faster, mechanical ones ten times slower.
const edges = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48]

/** Shares by latency. What lies beyond the last edge is one more bucket up to the slowest. */
export function histogramOf(samples: readonly { ms: number; count: number }[]): RandomRead['histogram'] {
  const rising = [...samples].sort((a, b) => a.ms - b.ms)
  const total = rising.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return []
  const at = (share: number) => {
    let seen = 0
    return rising.find(({ count }) => {
      seen += count
      return seen >= share * total
    })!.ms
  }
  const scale = at(0.99) < 1 ? 0.1 : at(0.5) > 16 ? 10 : 1
  const ends = edges.map((edge) => Math.round(edge * scale * 1e4) / 1e4)
  const last = rising.at(-1)!.ms
  if (last > ends.at(-1)!) ends.push(Math.ceil(last))
  return ends.map((ms, index) => {
    const from = index === 0 ? 0 : ends[index - 1]!
    const inside = rising.filter((one) => (one.ms > from || index === 0) && one.ms <= ms)
    return { ms, share: inside.reduce((sum, { count }) => sum + count, 0) / total }
  })
}

/** Bytes and seconds of every `… bytes … copied, 0.0123 s, …` (GNU and BusyBox, C locale). */
export const parseDd = (output: string): { bytes: number; seconds: number }[] =>
  [...output.matchAll(/^(\d+) bytes\b.* copied, ([\d.]+(?:e-?\d+)?) s/gm)].flatMap(([, bytes, seconds]) =>
    Number(seconds) > 0 ? [{ bytes: Number(bytes), seconds: Number(seconds) }] : [],
  )

/** Single reads, one at a time; undefined for fewer than ten, which say nothing. */
export function randomReadOf(reads: readonly { seconds: number }[]): RandomRead | undefined {
  if (reads.length < 10) return undefined
  const rising = reads.map(({ seconds }) => seconds * 1000).sort((a, b) => a - b)
  const at = (share: number) => rising[Math.min(rising.length - 1, Math.ceil(share * rising.length) - 1)]!
  const total = rising.reduce((sum, ms) => sum + ms, 0)
  return {
    iops: (1000 * rising.length) / total,
    latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: rising.at(-1)! },
    histogram: histogramOf(rising.map((ms) => ({ ms, count: 1 }))),
  }
}

// Milliseconds. `crowded`: 99 of 100 with 32 at a time; `alone`: half of the reads, one at a time. A disk above feels stuck.
const slow: Record<Medium, { crowded: number; alone: number }> = {
  hdd: { crowded: 1000, alone: 40 },
  ssd: { crowded: 50, alone: 5 },
  nvme: { crowded: 20, alone: 5 },
  network: { crowded: 200, alone: 20 },
}

type Measured = Pick<SpeedResult, 'tool' | 'randomRead' | 'sequentialRead'>

/** Against what is normal for the medium; errors beat everything. */
export function verdictOf({ tool, randomRead, sequentialRead }: Measured, medium: Medium, hasErrors: boolean): SpeedResult['verdict'] {
  if (hasErrors) return 'errors'
  if (!randomRead && sequentialRead === undefined) return 'unknown'
  const { iops, sequential } = normalSpeed[medium]
  const latency = randomRead?.latency
  const isLate = latency !== undefined && (tool === 'dd' ? latency.p50 > slow[medium].alone : latency.p99 > slow[medium].crowded)
  // One at a time is no measure of how many a disk can do.
  const isWeak = tool !== 'dd' && randomRead !== undefined && randomRead.iops < iops[0]
  return isLate || isWeak || (sequentialRead !== undefined && sequentialRead < sequential[0]) ? 'slow' : 'fine'
}
