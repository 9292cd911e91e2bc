/** What is known of disks without loading them: their own counters (SMART), the kernel's log, arrays. One round trip, pure parsers. */
import { z } from 'zod'
import type { Medium } from '../../../shared/speed.js'
import { type ActiveArray, parseMdstat } from '../../machine/reports.js'
import { type Fact, readFacts } from '../fact-script.js'
import type { MountedSystem } from '../task.js'

/** `none`: the disk offers no counters, as virtual disks do. `no-tool`: nothing here can ask. */
export type Smart =
  | { kind: 'fine' | 'failing' | 'worn'; model: string; values: string[] }
  | { kind: 'none' | 'no-tool' | 'unread'; model: string }

export interface DiskHealth {
  disk: string
  medium: Medium
  smart: Smart
}

export interface Health {
  disks: DiskHealth[]
  /** undefined: the kernel's log could not be read. */
  kernel: KernelErrors | undefined
  arrays: ActiveArray[]
}

export interface KernelErrors {
  /** Reads and writes that failed on these disks. */
  io: string[]
  /** Cables, controllers and time limits, of whichever disk. */
  link: string[]
  memory: string[]
}

// The newest lines count: the log is read from its end.
const script = `
show_log() { { timeout -k 1 8 dmesg || timeout -k 1 8 journalctl -k -b --no-pager -o short-monotonic; } | tail -c 200000; }
part log 0 show_log
part mdstat 3 cat /proc/mdstat
part disks 8 lsblk -J -d -o NAME,PATH,ROTA,TRAN,MODEL -- "$@"
number=0
for disk; do
  part "smart-$number" 15 smartctl -aj "$disk"
  case $disk in /dev/nvme*) part "nvme-$number" 10 nvme smart-log -o json "$disk" ;; esac
  number=$((number + 1))
done
`

export async function readHealth(system: MountedSystem, disks: readonly string[], signal: AbortSignal): Promise<Health> {
  const facts = await readFacts(system, script, disks, { shown: ['smartctl', '-aj', ...disks], limitMs: 60_000, signal })
  const log = facts('log').text
  const media = parseMedia(facts('disks').text)
  return {
    disks: disks.map((disk, index) => ({
      disk,
      medium: media.get(disk) ?? 'network',
      smart: parseSmart(facts(`smart-${index}`), facts(`nvme-${index}`)),
    })),
    // An empty log is one that may not be read: a kernel always says something.
    kernel: /^\s*\[\s*\d+\.\d+/m.test(log) ? kernelErrors(log, disks) : undefined,
    arrays: parseMdstat(facts('mdstat').text).filter(({ members }) => members.some((member) => disks.some((disk) => isOn(member, disk)))),
  }
}

/** `sdb1` on `/dev/sdb`, `nvme0n1p2` on `/dev/nvme0n1`; not `sdba` on `/dev/sdb`. */
function isOn(name: string, disk: string): boolean {
  const whole = disk.replace(/^\/dev\//, '')
  return name === whole || (name.startsWith(whole) && /^p?\d+$/.test(name.slice(whole.length)))
}

const virtual = /qemu|virtio|virtual|vmware|google|amazon elastic|xen/i
const Media = z.looseObject({
  blockdevices: z.array(
    z.looseObject({
      name: z.string(),
      path: z.string().nullish(),
      // A string before util-linux 2.33.
      rota: z.union([z.boolean(), z.string(), z.number()]).nullish(),
      tran: z.string().nullish(),
      model: z.string().nullish(),
    }),
  ),
})

export function parseMedia(report: string): Map<string, Medium> {
  const parsed = Media.safeParse(json(report))
  if (!parsed.success) return new Map()
  return new Map(
    parsed.data.blockdevices.map(({ name, path, rota, tran, model }): [string, Medium] => {
      const isVirtual = virtual.test(model ?? '') || /^(?:vd|xvd|loop|md|dm-)/.test(name) || !tran
      const rotates = rota === true || rota === 1 || rota === '1'
      return [path ?? `/dev/${name}`, isVirtual ? 'network' : tran === 'nvme' ? 'nvme' : rotates ? 'hdd' : 'ssd']
    }),
  )
}

// Kernel messages: block/blk-core.c, fs/buffer.c, drivers/ata/libata-eh.c, drivers/nvme/host/pci.c, arch/x86/kernel/cpu/mce, drivers/edac.
const failed = /(?:I\/O error|(?:medium|target|critical \w+) error|protection error)[^\n]*?\bdev(?:ice)? ([\w!-]+)/i
const link =
  /\bata\d+(?:\.\d+)?: (?:exception Emask|failed command|error: \{|hard resetting link)|\bnvme\d+: (?:I\/O .*timeout|controller is down|Device not ready|.*aborting)/i
// Records of an earlier start that firmware left and Linux did not read say nothing (drivers/acpi/apei/bert.c).
const memory = /\[Hardware Error\](?!: Skipped \d+ error record)|Machine check events logged|EDAC [^\n]*\b(?:CE|UE)\b (?!ranks)/i

export function kernelErrors(log: string, disks: readonly string[]): KernelErrors {
  const lines = log.split('\n')
  return {
    io: lines.filter((line) => {
      const name = failed.exec(line)?.[1]
      return name !== undefined && disks.some((disk) => isOn(name, disk))
    }),
    link: lines.filter((line) => link.test(line)),
    memory: lines.filter((line) => memory.test(line)),
  }
}

const Attribute = z.looseObject({ id: z.number(), name: z.string(), raw: z.looseObject({ value: z.number() }) })
const Smartctl = z.looseObject({
  model_name: z.string().optional(),
  scsi_model_name: z.string().optional(),
  smart_support: z.looseObject({ available: z.boolean() }).optional(),
  smart_status: z.looseObject({ passed: z.boolean() }).optional(),
  ata_smart_attributes: z.looseObject({ table: z.array(Attribute) }).optional(),
  nvme_smart_health_information_log: z.unknown().optional(),
  scsi_grown_defect_list: z.number().optional(),
})
// nvme-cli names and smartctl names; a newer nvme-cli spells the warning out.
const Nvme = z.looseObject({
  critical_warning: z.union([z.number(), z.looseObject({ value: z.number() }).transform(({ value }) => value)]),
  media_errors: z.coerce.number().default(0),
  percentage_used: z.number().optional(),
  percent_used: z.number().optional(),
})

// Reallocated, reported uncorrectable, pending, offline uncorrectable (ACS-4 leaves them to makers; smartctl's names).
const worrying = new Set([5, 187, 197, 198])

export function parseSmart(smartctl: Fact, nvme: Fact): Smart {
  const parsed = Smartctl.safeParse(json(smartctl.text))
  const report = parsed.success ? parsed.data : undefined
  const model = report?.model_name ?? report?.scsi_model_name ?? ''
  const own = Nvme.safeParse(report?.nvme_smart_health_information_log ?? json(nvme.text))
  if (own.success) {
    const { critical_warning, media_errors, percentage_used, percent_used } = own.data
    const used = percentage_used ?? percent_used ?? 0
    const values = [`critical_warning ${critical_warning}`, `media_errors ${media_errors}`, `percentage_used ${used}`]
    return { kind: critical_warning !== 0 ? 'failing' : media_errors > 0 || used >= 100 ? 'worn' : 'fine', model, values }
  }
  if (!report) return { kind: smartctl.status === 127 ? 'no-tool' : 'unread', model }
  if (report.smart_status === undefined) return { kind: report.smart_support?.available === false ? 'none' : 'unread', model }
  const bad = (report.ata_smart_attributes?.table ?? []).filter(({ id, raw }) => worrying.has(id) && raw.value > 0)
  const defects = report.scsi_grown_defect_list ?? 0
  const values = [
    `SMART ${report.smart_status.passed ? 'PASSED' : 'FAILED'}`,
    ...bad.map(({ name, raw }) => `${name} ${raw.value}`),
    ...(defects > 0 ? [`grown defects ${defects}`] : []),
  ]
  return { kind: !report.smart_status.passed ? 'failing' : bad.length > 0 || defects > 0 ? 'worn' : 'fine', model, values }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
