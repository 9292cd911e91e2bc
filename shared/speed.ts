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

/**
 * What such a disk does, lowest to highest: random 4 KiB reads per second with 32 requests at a time, and bytes per second in order.
 * hdd: Seagate Exos 7E10 data sheet (170 IOPS, 255 MB/s), less for older and smaller ones. ssd: SATA ends at 600 MB/s; Samsung 870 EVO
 * data sheet (98 000 IOPS, 560 MB/s), less for those of few channels. nvme: Samsung PM9A3 data sheet (1 000 000 IOPS, 6.8 GB/s).
 * network: OVHcloud promises 500 IOPS for a classic volume and 3000 for a fast one; providers' local virtual disks do more.
 */
export const normalSpeed: Record<Medium, { iops: readonly [number, number]; sequential: readonly [number, number] }> = {
  hdd: { iops: [75, 250], sequential: [80e6, 280e6] },
  ssd: { iops: [10_000, 100_000], sequential: [200e6, 560e6] },
  nvme: { iops: [50_000, 1_000_000], sequential: [800e6, 7e9] },
  network: { iops: [500, 20_000], sequential: [60e6, 600e6] },
}
