import type { Medium } from './speed.js'

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
