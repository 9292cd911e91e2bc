/** Where a start goes, and what the last one said: the default target, services that are masked, errors in the system's own journal. */
import { z } from 'zod'
import { evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import type { MountedSystem, Step, TaskFinding } from '../task.js'
import { type UnitName, unitStep } from '../units.js'
import type { BootFacts } from './facts.js'

export function targetFinding(system: MountedSystem, { facts }: BootFacts): TaskFinding[] {
  const target = facts('target').text.trim().split('/').at(-1) ?? ''
  if (!/^(?:emergency|rescue|poweroff|reboot|halt)\.target$/.test(target)) return []
  const set = (name: string): Step => ({
    kind: 'run',
    words: ['systemctl', `--root=${system.root}`, 'set-default', name],
    risk: 'writes',
  })
  return [
    findingOf(
      'target',
      'fault',
      'target-wrong',
      { target },
      {
        evidence: [evidenceOf('/etc/systemd/system/default.target', facts('target').text)],
        proposals: [proposalOf('set-target', {}, [set('multi-user.target')], { undo: [set(target)] })],
        keepsOut: true,
      },
    ),
  ]
}

// Without the first group nothing gets as far as a login; without the second it is slow or odd.
const essential: readonly UnitName[] = [
  'systemd-journald.service',
  'systemd-udevd.service',
  'local-fs.target',
  'basic.target',
  'multi-user.target',
]
const wanted: readonly UnitName[] = ['dbus.service', 'systemd-logind.service', 'systemd-tmpfiles-setup.service']

export function maskedFinding(system: MountedSystem, { units }: BootFacts): TaskFinding[] {
  if ('reason' in units) return [findingOf('masked', 'unknown', 'units-unread', { reason: units.reason })]
  const masked = [...essential, ...wanted].filter((unit) => units.state(unit) === 'masked')
  if (masked.length === 0) return []
  const isStuck = masked.some((unit) => essential.includes(unit))
  return [
    findingOf(
      'masked',
      isStuck ? 'fault' : 'warning',
      'units-masked',
      { units: masked.join(', ') },
      {
        evidence: [evidenceOf('systemctl list-unit-files', masked.map((unit) => `${unit} masked`).join('\n'))],
        proposals: [
          proposalOf('unmask-units', { units: masked.join(', ') }, [unitStep(system, 'unmask', masked)], {
            undo: [unitStep(system, 'mask', masked)],
          }),
        ],
        keepsOut: isStuck,
      },
    ),
  ]
}

// A message that is not UTF-8 is a list of bytes (systemd's JOURNAL_EXPORT_FORMATS).
const Entry = z.looseObject({
  __REALTIME_TIMESTAMP: z.string().optional(),
  MESSAGE: z.union([z.string(), z.array(z.number()).transform((bytes) => Buffer.from(bytes).toString('utf8'))]),
  SYSLOG_IDENTIFIER: z.string().optional(),
  /** Of messages by systemd itself: what they are about, and how its job ended. */
  UNIT: z.string().optional(),
  JOB_RESULT: z.string().optional(),
})

/** Lines of `journalctl -o json`; what does not parse is left out. */
export function parseJournal(output: string): { line: string; failedUnit: string | undefined }[] {
  return output.split('\n').flatMap((row) => {
    let value: unknown
    try {
      value = JSON.parse(row)
    } catch {
      return []
    }
    const entry = Entry.safeParse(value)
    if (!entry.success) return []
    const { MESSAGE, SYSLOG_IDENTIFIER = '', UNIT, JOB_RESULT, __REALTIME_TIMESTAMP: at } = entry.data
    const time = /^\d{1,16}$/.test(at ?? '') ? `${new Date(Number(at) / 1000).toISOString().slice(0, 19)}Z ` : ''
    const hasFailed = JOB_RESULT !== undefined && /^(?:failed|timeout|dependency)$/.test(JOB_RESULT)
    return [{ line: `${time}${SYSLOG_IDENTIFIER}: ${MESSAGE}`, failedUnit: hasFailed ? UNIT : undefined }]
  })
}

/** The last start's errors: nothing to repair by themselves, but they name the cause. */
export async function journalFinding(system: MountedSystem, { facts }: BootFacts, signal: AbortSignal): Promise<TaskFinding[]> {
  const ask = (folder: string) => ['journalctl', '-D', folder, '-b', '-p', 'err', '-n', '80', '--no-pager', '-q', '-o', 'json'] as const
  const run = (words: readonly [string, ...string[]]) => system.machine.run({ words, risk: 'reads', limitMs: 20_000, signal })
  let { stdout, stderr, exitCode } = await run(ask(`${system.root}/var/log/journal`))
  // A rescue system older than the disk's does not know its journal; the system's own program does.
  if (exitCode === 127 || /unsupported feature|not supported/i.test(stderr))
    ({ stdout, stderr, exitCode } = await run(system.inSystem(ask('/var/log/journal'))))
  const entries = exitCode === 0 ? parseJournal(stdout.toString('utf8')) : []
  if (entries.length > 0) {
    const failed = [...new Set(entries.flatMap(({ failedUnit }) => failedUnit ?? []))]
    const evidence = [evidenceOf('journalctl -b -p err', entries.map(({ line }) => line).join('\n'))]
    const values = { n: entries.length, failed: failed.length > 0 ? 'yes' : 'no', unit: failed[0] ?? '' }
    return [findingOf('journal', 'warning', 'journal-errors', values, { evidence })]
  }
  if (exitCode === 0) return [findingOf('journal', 'fine', 'journal-fine')]
  const logs = facts('logs').text.trim()
  return [findingOf('journal', 'unknown', 'journal-missing', {}, logs ? { evidence: [evidenceOf('/var/log', logs.slice(-3500))] } : {})]
}
