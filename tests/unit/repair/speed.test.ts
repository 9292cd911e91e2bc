/** Numbers and health out of what real and hostile tools print. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kernelErrors, parseMedia, parseSmart } from '../../../electron/repair/speed/health.js'
import { histogramOf, parseDd, parseFio, randomReadOf, verdictOf } from '../../../electron/repair/speed/results.js'
import { createSpeedTask } from '../../../electron/repair/speed/speed-task.js'
import type { MountedSystem } from '../../../electron/repair/task.js'
import { scriptedMachine } from '../../support/scripted-machine.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/machine/plain', name), 'utf8')
const fact = (value: unknown, status = 0) => ({ text: typeof value === 'string' ? value : JSON.stringify(value), status })
const nothing = { text: '', status: 127 }

describe('fio', () => {
  it('is read as a real rescue system printed it', () => {
    const job = parseFio(fixture('fio-read.json')).get('rr')!
    expect(job).toMatchObject({
      version: 'fio-3.33',
      error: 0,
      bytes: 18171598,
      latency: { p50: 4.145, p95: 25.035, p99: 47.448, max: 119.237 },
    })
    expect(Math.round(job.iops)).toBe(4436)
    expect(job.histogram).toEqual([])
  })

  it('is read behind a warning, and not at all when it is cut', () => {
    const report = fixture('fio-read.json')
    expect(parseFio(`fio: note: {both} iodepth\n${report}`).size).toBe(1)
    for (const share of [0.1, 0.5, 0.9]) expect(parseFio(report.slice(0, report.length * share)).size).toBe(0)
    expect(parseFio('').size).toBe(0)
    expect(parseFio('{"fio version":"x","jobs":[{"jobname":"a"}]}').size).toBe(0)
  })
})

describe('histogram', () => {
  it('puts reads where the axis says', () => {
    const buckets = histogramOf([
      { ms: 0.25, count: 1 },
      { ms: 1.2, count: 5 },
      { ms: 3.5, count: 3 },
      { ms: 60, count: 1 },
    ])
    expect(buckets.filter(({ share }) => share > 0)).toEqual([
      { ms: 0.25, share: 0.1 },
      { ms: 1.5, share: 0.5 },
      { ms: 4, share: 0.3 },
      { ms: 60, share: 0.1 },
    ])
  })

  it.each([
    [0.08, 4.8],
    [2, 48],
    [100, 480],
  ])('has an axis that fits reads of %s ms', (ms, end) => {
    expect(histogramOf([{ ms, count: 10 }]).at(-1)!.ms).toBe(end)
  })

  it('loses no read', () => {
    const sample = fc.record({ ms: fc.double({ min: 0.001, max: 1e5, noNaN: true }), count: fc.integer({ min: 1, max: 1000 }) })
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), (samples) => {
        const buckets = histogramOf(samples)
        expect(buckets.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6)
        expect(buckets.map(({ ms }) => ms)).toEqual(buckets.map(({ ms }) => ms).sort((a, b) => a - b))
      }),
    )
  })
})

describe('dd', () => {
  it('is read in the words of GNU and of BusyBox', () => {
    const output = '4096 bytes (4.1 kB, 4.0 KiB) copied, 0.000123 s, 33.3 MB/s\n4096 bytes (4.0KB) copied, 0.002 seconds, 2.0MB/s\n1 byte\n'
    expect(parseDd(output)).toEqual([
      { bytes: 4096, seconds: 0.000123 },
      { bytes: 4096, seconds: 0.002 },
    ])
  })

  it('says nothing of a handful of reads', () => {
    expect(randomReadOf([{ seconds: 0.001 }])).toBeUndefined()
    const reads = Array.from({ length: 100 }, (_, index) => ({ seconds: (index + 1) / 1000 }))
    expect(randomReadOf(reads)).toMatchObject({ latency: { p50: 50, p95: 95, p99: 99, max: 100 } })
  })
})

describe('verdict', () => {
  const latency = (p50: number, p99: number) => ({ p50, p95: p99, p99, max: p99 })
  const read = (iops: number, p50 = 1, p99 = 4) => ({ iops, latency: latency(p50, p99), histogram: [] })
  it.each([
    ['the volume of the drawing', 'fio-3.33', read(18_420), 412e6, 'network', 'fine'],
    ['an SSD like a mechanical disk', 'fio-3.33', read(180), 400e6, 'ssd', 'slow'],
    ['a mechanical disk', 'fio-3.33', read(180, 100, 300), 150e6, 'hdd', 'fine'],
    ['a volume that stalls', 'fio-3.33', read(2000, 1, 900), 200e6, 'network', 'slow'],
    ['slow in order', 'fio-3.33', read(2000), 9e6, 'network', 'slow'],
    ['one read at a time', 'dd', read(400, 2, 9), 200e6, 'network', 'fine'],
    ['one slow read at a time', 'dd', read(20, 50, 90), 200e6, 'network', 'slow'],
  ] as const)('judges %s', (_, tool, randomRead, sequentialRead, medium, verdict) => {
    expect(verdictOf({ tool, randomRead, sequentialRead }, medium, false)).toBe(verdict)
  })

  it('puts errors first, and does not guess', () => {
    expect(verdictOf({ tool: 'dd', randomRead: read(1e6) }, 'nvme', true)).toBe('errors')
    expect(verdictOf({ tool: 'dd' }, 'nvme', false)).toBe('unknown')
  })
})

describe('SMART', () => {
  const ata = (passed: boolean, pending: number) => ({
    model_name: 'ST4000',
    smart_support: { available: true },
    smart_status: { passed },
    ata_smart_attributes: {
      table: [
        { id: 197, name: 'Current_Pending_Sector', raw: { value: pending } },
        { id: 9, name: 'Power_On_Hours', raw: { value: 9 } },
      ],
    },
  })
  const nvme = (critical_warning: unknown, media_errors: unknown, used: number) => ({ critical_warning, media_errors, percent_used: used })
  it.each([
    ['a virtual disk in a real rescue system', fact(fixture('smartctl.json'), 4), nothing, 'none'],
    ['a good disk', fact(ata(true, 0)), nothing, 'fine'],
    ['pending sectors', fact(ata(true, 8)), nothing, 'worn'],
    ['a failing disk', fact(ata(false, 0), 8), nothing, 'failing'],
    ['no program', nothing, nothing, 'no-tool'],
    ['a RAID controller', fact({ smartctl: { exit_status: 2 } }, 2), nothing, 'unread'],
    ['cut output', fact('{"smart_status": {"pas'), nothing, 'unread'],
    [
      'NVMe by smartctl',
      fact({
        model_name: 'PM9A3',
        smart_status: { passed: true },
        nvme_smart_health_information_log: { critical_warning: 0, media_errors: 0, percentage_used: 3 },
      }),
      nothing,
      'fine',
    ],
    ['NVMe by nvme-cli', nothing, fact(nvme(0, '12', 3)), 'worn'],
    ['NVMe by a newer nvme-cli', nothing, fact(nvme({ value: 4, reliability_degraded: 1 }, 0, 3)), 'failing'],
    ['a worn NVMe', nothing, fact(nvme(0, 0, 104)), 'worn'],
  ])('reads %s', (_, smartctl, own, kind) => {
    expect(parseSmart(smartctl, own).kind).toBe(kind)
  })
})

describe('kernel log', () => {
  it.each([
    ['[ 9.1] blk_update_request: I/O error, dev sdb, sector 2048 op 0x0:(READ)', 'io'],
    ['[ 9.1] I/O error, dev sdb, sector 2048 op 0x0:(READ)', 'io'],
    ['[ 9.1] Buffer I/O error on dev sdb1, logical block 0, async page read', 'io'],
    ['[ 9.1] blk_update_request: critical medium error, dev sdb, sector 8', 'io'],
    ['[ 9.1] I/O error, dev sda, sector 2048', undefined],
    ['[ 9.1] I/O error, dev sdba, sector 2048', undefined],
    ['[ 9.1] ata1.00: failed command: READ FPDMA QUEUED', 'link'],
    ['[ 9.1] nvme nvme0: I/O 12 QID 3 timeout, aborting', 'link'],
    ['[ 9.1] mce: [Hardware Error]: Machine check events logged', 'memory'],
    ['[ 9.1] EDAC MC0: 1 CE memory read error on CPU_SrcID#0', 'memory'],
    ['[ 9.1] BERT: [Hardware Error]: Skipped 1 error records', undefined],
    ['[ 9.1] BERT: [Hardware Error]: event severity: fatal', 'memory'],
    ['[ 9.1] EXT4-fs (sdb1): mounted filesystem with ordered data mode', undefined],
  ])('reads %s', (line, kind) => {
    const found = Object.entries(kernelErrors(`${line}\n`, ['/dev/sdb'])).filter(([, lines]) => lines.length > 0)
    expect(found.map(([name]) => name)).toEqual(kind ? [kind] : [])
  })
})

it('asks the disk that an array has dropped, and arrays the system is not on', async () => {
  const facts = {
    log: '[ 9.1] I/O error, dev sda, sector 2048\n',
    mdstat: 'md1 : active raid1 sdb2[1]\n 9 blocks [2/1] [_U]\nmd5 : active raid1 sdc1[0]\n 9 blocks [2/1] [U_]\n',
    'smart-0': JSON.stringify({ smart_status: { passed: true } }),
    'smart-1': JSON.stringify({ smart_status: { passed: false } }),
  }
  let asked: readonly string[] = []
  const { machine } = scriptedMachine((_, { words }) => {
    asked = words.slice(-3)
    return {
      stdout: Object.entries(facts)
        .map(([name, text]) => `${name} ${Buffer.from(`${text}\n0`).toString('base64')}\n`)
        .join(''),
    }
  })
  const attached = ['/dev/sdb', '/dev/sda', '/dev/sdc']
  const system = { machine, root: '/mnt', disks: ['/dev/sdb'], attached } as unknown as MountedSystem
  const found = await createSpeedTask().examine(system, new AbortController().signal)
  expect(asked).toEqual(attached)
  expect(found.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'io fault',
    'memory fine',
    'raid:md1 fault',
    'raid:md5 fault',
    'smart:/dev/sdb fine',
    'smart:/dev/sda fault',
    'smart:/dev/sdc unknown',
  ])
  // It did not answer in time, which does not say that the program is missing.
  expect(found.at(-1)!.words.code).toBe('speed-smart-unread')
})

it('tells media apart', () => {
  const report = JSON.stringify({
    blockdevices: [
      { name: 'sda', path: '/dev/sda', rota: true, tran: 'sata', model: 'ST4000' },
      { name: 'sdb', path: '/dev/sdb', rota: '0', tran: 'sata', model: 'Samsung SSD 870' },
      { name: 'sdc', path: '/dev/sdc', rota: true, tran: 'sata', model: 'QEMU HARDDISK' },
      { name: 'nvme0n1', path: '/dev/nvme0n1', rota: false, tran: 'nvme', model: 'PM9A3' },
      { name: 'nvme1n1', rota: false, tran: 'nvme', model: 'Amazon Elastic Block Store' },
      { name: 'vda', path: '/dev/vda', rota: true, tran: null, model: null },
    ],
  })
  expect(Object.fromEntries(parseMedia(report))).toEqual({
    '/dev/sda': 'hdd',
    '/dev/sdb': 'ssd',
    '/dev/sdc': 'network',
    '/dev/nvme0n1': 'nvme',
    '/dev/nvme1n1': 'network',
    '/dev/vda': 'network',
  })
})
