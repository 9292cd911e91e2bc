/** What the file systems say of themselves, and a real check where none is mounted. Repairs can lose data and ask for the device's name. */
import { evidenceOf, findingOf, proposalOf, wordsOf } from '../build-finding.js'
import { readFacts } from '../fact-script.js'
import type { MountedSystem, PlannedProposal, Step, TaskFinding } from '../task.js'
import { setFsckPass } from './fstab-rules.js'

export interface ExtState {
  state: string
  errors: number
  firstError: string | undefined
  lastChecked: string | undefined
  mountCount: number
  needsRecovery: boolean
}

/** `dumpe2fs -h`: `Filesystem state:         clean with errors`. Undefined when it is no such report. */
export function parseDumpe2fs(report: string): ExtState | undefined {
  const value = (name: string) => new RegExp(`^${name}:\\s+(.*?)\\s*$`, 'm').exec(report)?.[1]
  const state = value('Filesystem state')
  if (state === undefined) return undefined
  return {
    state,
    errors: Number(value('FS Error count')) || 0,
    firstError: value('First error function'),
    lastChecked: value('Last checked'),
    mountCount: Number(value('Mount count')) || 0,
    needsRecovery: / needs_recovery\b/.test(value('Filesystem features') ?? ''),
  }
}

/** Not clean, or errors were noted. A mounted file system is never "clean" by its state alone with a journal, so only errors count then. */
export const isDamaged = ({ state, errors }: ExtState) => errors > 0 || /error/i.test(state)

/** `btrfs device stats`: `[/dev/sdb1].write_io_errs   3`. @returns the counters that are not zero. */
export const parseBtrfsStats = (report: string): string[] => report.split('\n').filter((line) => /\]\.\w+_errs\s+[1-9]/.test(line))

/** e2fsck(8), EXIT CODE: a sum. */
export const e2fsckSays = (status: number) => ({
  fixed: (status & 1) !== 0,
  left: (status & 4) !== 0,
  failed: (status & (8 | 16 | 32 | 128)) !== 0,
})

type Device = MountedSystem['blockDevices'][number]

export async function fileSystemFindings(
  system: MountedSystem,
  inUse: ReadonlySet<string>,
  fstab: string | undefined,
  signal: AbortSignal,
): Promise<TaskFinding[]> {
  const devices = system.blockDevices.filter((device) => /^(?:ext[234]|xfs|btrfs)$/.test(device.fileSystem))
  const isMounted = (device: Device) => inUse.has(device.path) || device.path === system.device
  const ext = devices.filter(({ fileSystem }) => fileSystem.startsWith('ext'))
  const facts = await readFacts(
    system,
    headScript,
    ext.map(({ path }) => path),
    { shown: ['dumpe2fs', '-h', system.device], limitMs: 40_000, signal },
  )
  const findings: TaskFinding[] = []
  for (const device of devices) {
    const state = device.fileSystem.startsWith('ext') ? parseDumpe2fs(facts(`head-${ext.indexOf(device)}`).text) : undefined
    if (isMounted(device)) {
      if (state && isDamaged(state)) findings.push(mountedDamage(device, state, fstab))
    } else {
      const isLate = findings.some(({ words }) => words.code === 'fs-unchecked')
      findings.push(...(await checkFinding(system, device, state, isLate ? SHORT_CHECK_MS : CHECK_MS, signal)))
    }
  }
  const btrfs = parseBtrfsStats(facts('btrfs').text)
  if (btrfs.length > 0) {
    const evidence = [evidenceOf('btrfs device stats', btrfs.join('\n'))]
    findings.push(findingOf('file-system-counters', 'warning', 'fs-btrfs-errors', { device: system.device }, { evidence }))
  }
  return findings.length > 0 ? findings : [findingOf('file-systems', 'fine', 'fs-fine')]
}

const headScript = `number=0
for device; do part "head-$number" 8 dumpe2fs -h "$device"; number=$((number + 1)); done
part btrfs 8 btrfs device stats "$root"
`

const damageEvidence = (device: Device, state: ExtState) =>
  evidenceOf(
    `dumpe2fs -h ${device.path}`,
    [
      `Filesystem state: ${state.state}`,
      ...(state.errors > 0 ? [`FS Error count: ${state.errors}`] : []),
      ...(state.firstError ? [`First error function: ${state.firstError}`] : []),
      `Mount count: ${state.mountCount}`,
      `Last checked: ${state.lastChecked ?? '?'}`,
    ].join('\n'),
  )

/** A mounted file system is not touched: its own start can check it, when fstab says so. */
function mountedDamage(device: Device, state: ExtState, fstab: string | undefined): TaskFinding {
  const after = fstab === undefined ? undefined : setFsckPass(fstab, device)
  const proposals: PlannedProposal[] =
    after === undefined || after === fstab
      ? []
      : [proposalOf('fsck-at-start', { device: device.path }, [{ kind: 'edit', path: '/etc/fstab', before: fstab, after }])]
  return findingOf(
    `file-system:${device.path}`,
    proposals.length > 0 || after === undefined ? 'fault' : 'warning',
    'fs-damaged-mounted',
    { device: device.path, errors: state.errors, checked: after !== undefined && after === fstab ? 'yes' : 'no' },
    { evidence: [damageEvidence(device, state)], proposals },
  )
}

// Large disks take minutes. One that is slow leaves little time for the next: the whole diagnosis waits.
const CHECK_MS = 20_000
const SHORT_CHECK_MS = 4_000

/** One that is not mounted can be checked for real, without a write. */
async function checkFinding(
  system: MountedSystem,
  device: Device,
  state: ExtState | undefined,
  limitMs: number,
  signal: AbortSignal,
): Promise<TaskFinding[]> {
  const isExt = device.fileSystem.startsWith('ext')
  if (device.fileSystem === 'btrfs') return []
  const words = isExt ? (['e2fsck', '-fn', device.path] as const) : (['xfs_repair', '-n', device.path] as const)
  const { exitCode, stdout, stderr, timedOut } = await system.machine.run({ words, risk: 'reads', limitMs, signal })
  const said = `${stdout.toString('utf8')}\n${stderr}`
  const id = `file-system:${device.path}`
  const evidence = [...(state ? [damageEvidence(device, state)] : []), evidenceOf(words.join(' '), said.slice(-3500))]
  const marked = state !== undefined && isDamaged(state)
  const why = timedOut ? 'slow' : exitCode === undefined || exitCode === 127 || exitCode === 126 ? 'tool' : whyNot(said)
  if (why) {
    // The repair would be refused, or fail, in the same way.
    if (marked) return [damaged(device, evidence, why === 'slow')]
    return [findingOf(id, 'unknown', 'fs-unchecked', { device: device.path, why }, { evidence })]
  }
  const says = e2fsckSays(exitCode!)
  // What is found before the journal is replayed may be nothing: the next mount replays it.
  const isStale = isExt
    ? exitCode !== 0 && (state?.needsRecovery ?? false) && !says.failed && !marked
    : exitCode === 2 || (exitCode === 1 && /valuable metadata changes in a log/.test(said))
  if (isStale) {
    const proposals = [isExt ? repair(device, 'preen') : replayJournal(device)]
    return [findingOf(id, 'warning', 'fs-journal', { device: device.path }, { evidence, proposals })]
  }
  const isBad = isExt ? says.left || says.failed || marked : exitCode === 1
  return isBad ? [damaged(device, evidence)] : []
}

/** e2fsck and xfs_repair end with the status of damage, too, when they could not check at all. */
function whyNot(said: string): 'version' | 'busy' | undefined {
  if (/has unsupported feature|unsupported filesystem features/i.test(said)) return 'version'
  return /opened exclusively by another program|couldn't initialize XFS library/.test(said) ? 'busy' : undefined
}

/** xfs_repair refuses until this was done (xfs_repair(8), DIRTY LOGS). */
function replayJournal({ path }: Device): PlannedProposal {
  const place = '/run/rescueterm-replay'
  const run = (...words: [string, ...string[]]): Step => ({ kind: 'run', words, risk: 'writes', limitMs: 300_000 })
  return proposalOf('fs-replay-journal', { device: path }, [run('mkdir', '-p', place), run('mount', path, place), run('umount', place)])
}

const damaged = (device: Device, evidence: TaskFinding['evidence'], canRepair = true) =>
  findingOf(
    `file-system:${device.path}`,
    'fault',
    'fs-damaged',
    { device: device.path },
    {
      evidence,
      proposals: !canRepair ? [] : device.fileSystem === 'xfs' ? [repair(device, 'xfs')] : [repair(device, 'preen'), repair(device, 'yes')],
    },
  )

/** 0 ok, 1 repaired, 2 repaired and restart (nothing of this system runs): all done. */
const REPAIRED = [0, 1, 2, 3]

function repair(device: Device, how: 'preen' | 'yes' | 'xfs'): PlannedProposal {
  const words = how === 'xfs' ? (['xfs_repair', device.path] as const) : (['e2fsck', how === 'preen' ? '-fp' : '-fy', device.path] as const)
  const step: Step = { kind: 'run', words, risk: 'data', limitMs: 3_600_000, okExitCodes: how === 'xfs' ? [0] : REPAIRED }
  return {
    id: `fs-repair-${how}`,
    words: wordsOf(`fs-repair-${how}`, { device: device.path }),
    risk: 'data',
    typed: device.path.replace(/^\/dev\//, ''),
    steps: () => [step],
  }
}
