import { z } from 'zod'

/** Latencies in milliseconds. */
const Latency = z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })

/** One measurement of a disk. */
export const SpeedResult = z.strictObject({
  at: z.iso.datetime(),
  /** `/dev/sdb`. */
  device: z.string(),
  /** What measured: `fio 3.33` or `dd`. */
  tool: z.string(),
  randomRead: z
    .strictObject({
      iops: z.number(),
      latency: Latency.optional(),
      /** Share of reads (0–1) up to `ms`, in rising order; the first bucket starts at 0. */
      histogram: z.array(z.strictObject({ ms: z.number(), share: z.number() })),
    })
    .optional(),
  randomWrite: z.strictObject({ iops: z.number(), latency: Latency.optional() }).optional(),
  /** Bytes per second. */
  sequentialRead: z.number().optional(),
  sequentialWrite: z.number().optional(),
  verdict: z.enum(['fine', 'slow', 'errors', 'unknown']),
  /** As one would type them, and what they printed (stripped, bounded). */
  commands: z.array(z.strictObject({ command: z.string(), output: z.string() })),
})
export type SpeedResult = z.infer<typeof SpeedResult>
