import { z } from 'zod'
import { Words } from './repair.js'

/** Latencies in milliseconds. */
const Latency = z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })

/** `network`: a volume of the provider's, behind a virtual disk. */
export const Medium = z.enum(['hdd', 'ssd', 'nvme', 'network'])
export type Medium = z.infer<typeof Medium>

/** One measurement of a disk. */
export const SpeedResult = z.strictObject({
  at: z.iso.datetime(),
  /** `/dev/sdb`. */
  device: z.string(),
  medium: Medium.optional(),
  /** Of the mounted system, where writes were measured. */
  fileSystem: z.string().optional(),
  /** What measured: `fio-3.33`, 32 requests at a time, or `dd`, one. */
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
  /** What could not be measured and why, in the findings' words. */
  notes: z.array(Words).optional(),
  /** As one would type them, and what they printed (stripped, bounded). */
  commands: z.array(z.strictObject({ command: z.string(), output: z.string() })),
})
export type SpeedResult = z.infer<typeof SpeedResult>
