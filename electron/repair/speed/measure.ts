/**
 * Loads the disk and measures it. Reads go to the device itself and cannot write (`--readonly`, `of=/dev/null`); writes only to one new
 * file in the mounted system, which is gone afterwards whatever happens. Without fio, dd reads.
 */
import { randomBytes } from 'node:crypto'
import { AppError } from '../../../shared/errors.js'
import type { Words } from '../../../shared/repair.js'
import { stripServerText } from '../../../shared/server-text.js'
import type { SpeedResult } from '../../../shared/speed.js'
import type { Clock } from '../../clock.js'
import { missingTool } from '../../machine/disk-errors.js'
import { type CommandResult, type Words as CommandWords, commandLine } from '../../machine/machine.js'
import { resolve } from '../../machine/system-files.js'
import { wordsOf } from '../build-finding.js'
import type { MountedSystem } from '../task.js'
import { readHealth } from './health.js'
import { parseDd, parseFio, randomReadOf, verdictOf } from './results.js'

export type SpeedStage = 'health' | 'random-read' | 'sequential-read' | 'write'
export interface SpeedOptions {
  write: boolean
  /** Of each read test; 15 unless told. */
  seconds?: number
  /** Of the file that is written; 512 unless told. */
  megabytes?: number
}

type Progress = (progress: { stage: string; percent: number }) => void

const GRACE_MS = 15_000
const NO_SPACE = 4

const fio = (...words: string[]): CommandWords => ['fio', '--direct=1', '--ioengine=libaio', '--output-format=json+', ...words]

// Offsets over the whole device; dd tells its own time, so starting it does not count.
const ddRandom = `size=$(blockdev --getsize64 "$1") && [ "$size" -ge 4096 ] || exit 1
end=$(($(date +%s) + $2))
for at in $(awk -v n="$((size / 4096))" 'BEGIN { srand(); for (i = 0; i < 3000; i++) printf "%d\\n", int(rand() * n) }'); do
  [ "$(date +%s)" -lt "$end" ] || break
  dd if="$1" of=/dev/null bs=4096 count=1 skip="$at" iflag=direct 2>&1 | tail -n 1
done`

const writeScript = `root=$1; name=$2; bytes=$3; shift 3
${resolve}
resolve /var/tmp && [ -d "$root$resolved" ] || exit 3
folder=$root$resolved
free=$(df -B1 --output=avail -- "$folder" | tail -n 1)
[ "$free" -ge $((bytes * 2)) ] || exit ${NO_SPACE}
file=$folder/$name
(umask 077; set -C; : > "$file") || exit 5
trap 'rm -f -- "$file"' EXIT
trap 'exit 6' HUP INT TERM
"$@" --filename="$file"`

const removeScript = `root=$1; name=$2
${resolve}
resolve /var/tmp && rm -f -- "$root$resolved/$name"`

/** @throws AppError `file-read-only` for writes to a system that is mounted so; the signal's reason when stopped. */
export async function measureSpeed(
  clock: Clock,
  system: MountedSystem,
  { write, seconds = 15, megabytes = 512 }: SpeedOptions,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<SpeedResult> {
  if (write && system.readOnly) throw new AppError('file-read-only', { file: system.root })
  // Members of an array measure only themselves.
  const device = system.disks.length === 1 ? system.disks[0]! : system.device
  const commands: SpeedResult['commands'] = []
  const notes: Words[] = []
  const isDisk = (name: string) => system.disks.includes(name)
  let hasErrors = false

  const stages: SpeedStage[] = ['random-read', 'sequential-read', ...(write ? (['write'] as const) : []), 'health']
  const begin = (stage: SpeedStage) => onProgress({ stage, percent: Math.round((stages.indexOf(stage) / stages.length) * 100) })

  async function run(
    words: CommandWords,
    shown: CommandWords,
    risk: 'reads' | 'writes',
    limitMs: number,
  ): Promise<CommandResult & { text: string }> {
    const result = await system.machine.run({ words, shown, risk, limitMs, maxBytes: 8 * 1024 * 1024, signal })
    const text = result.stdout.toString('utf8')
    commands.push({ command: stripServerText(commandLine(shown), 2000), output: stripServerText(`${text}\n${result.stderr}`, 4000) })
    if (/input\/output error|remote i\/o error|medium error/i.test(`${text.slice(-4000)}\n${result.stderr}`)) hasErrors = true
    return { ...result, text }
  }
  const runFio = async (words: CommandWords) => {
    const result = await run(words, words, 'reads', seconds * 1000 + GRACE_MS)
    return { result, jobs: parseFio(result.text) }
  }
  const read = ['--readonly', `--filename=${device}`, `--runtime=${seconds}`, '--time_based']

  begin('random-read')
  const random = await runFio(fio('--name=random-read', ...read, '--rw=randread', '--bs=4k', '--iodepth=32'))
  let measured: Pick<SpeedResult, 'tool' | 'randomRead' | 'sequentialRead'>
  if (random.result.exitCode === 127) {
    commands.pop()
    notes.push(wordsOf('speed-no-fio', { command: String(missingTool('fio').data.command) }))
    const single = await run(
      ['sh', '-c', ddRandom, 'random-read', device, String(seconds)],
      ['dd', `if=${device}`, 'of=/dev/null', 'bs=4096', 'count=1', 'iflag=direct', 'skip=…'],
      'reads',
      seconds * 1000 + GRACE_MS,
    )
    begin('sequential-read')
    const words = ['timeout', '-s', 'INT', String(seconds), 'dd', `if=${device}`, 'of=/dev/null', 'bs=4M', 'iflag=direct'] as const
    const row = await run(words, words, 'reads', seconds * 1000 + GRACE_MS)
    const [inOrder] = parseDd(`${row.text}\n${row.stderr}`)
    const randomRead = randomReadOf(parseDd(single.text))
    measured = {
      tool: 'dd',
      ...(randomRead ? { randomRead } : {}),
      ...(inOrder ? { sequentialRead: inOrder.bytes / inOrder.seconds } : {}),
    }
  } else {
    begin('sequential-read')
    const row = await runFio(fio('--name=sequential-read', ...read, '--rw=read', '--bs=1M', '--iodepth=8'))
    const [job, inOrder] = [random.jobs.get('random-read'), row.jobs.get('sequential-read')]
    if (job?.error || inOrder?.error) hasErrors = true
    measured = {
      tool: job?.version ?? inOrder?.version ?? 'fio',
      ...(job && job.iops > 0
        ? { randomRead: { iops: job.iops, histogram: job.histogram, ...(job.latency ? { latency: job.latency } : {}) } }
        : {}),
      ...(inOrder && inOrder.bytes > 0 ? { sequentialRead: inOrder.bytes } : {}),
    }
  }

  const written: Pick<SpeedResult, 'randomWrite' | 'sequentialWrite'> = {}
  if (write && measured.tool === 'dd') notes.push(wordsOf('speed-no-write', { why: 'tool', free: megabytes * 2 }))
  else if (write) {
    begin('write')
    await measureWrites()
  }

  begin('health')
  const health = await readHealth(system, system.disks, signal)
  const medium = health.disks.find(({ disk }) => isDisk(disk))?.medium ?? 'network'
  const isBad = hasErrors || (health.kernel?.io.length ?? 0) > 0 || health.disks.some(({ smart }) => smart.kind === 'failing')
  onProgress({ stage: 'health', percent: 100 })
  return {
    at: clock.now().toISOString(),
    device,
    medium,
    ...(write ? { fileSystem: system.blockDevices.find(({ path }) => path === system.device)?.fileSystem ?? '' } : {}),
    ...measured,
    ...written,
    verdict: verdictOf(measured, medium, isBad),
    ...(notes.length > 0 ? { notes } : {}),
    commands,
  }

  async function measureWrites() {
    const name = `.rescueterm-speed-${randomBytes(6).toString('hex')}`
    const size = `--size=${megabytes}m`
    const limit = [`--runtime=${seconds}`]
    // In order first: what is written at random then lies in blocks that exist.
    const words = fio(
      ...['--name=sequential-write', '--rw=write', '--bs=1M', '--iodepth=8', size, ...limit, '--stonewall'],
      ...['--name=random-write', '--rw=randwrite', '--bs=4k', '--iodepth=32', size, ...limit, '--time_based', '--stonewall'],
    )
    try {
      const { text, exitCode } = await run(
        ['sh', '-c', writeScript, 'write', system.root, name, String(megabytes * 1024 * 1024), ...words],
        [...words, `--filename=${system.root}/var/tmp/${name}`],
        'writes',
        seconds * 3000 + GRACE_MS,
      )
      const jobs = parseFio(text)
      const [inOrder, random] = [jobs.get('sequential-write'), jobs.get('random-write')]
      if (inOrder?.error || random?.error) hasErrors = true
      if (inOrder && inOrder.bytes > 0) written.sequentialWrite = inOrder.bytes
      if (random && random.iops > 0) written.randomWrite = { iops: random.iops, ...(random.latency ? { latency: random.latency } : {}) }
      if (!random) notes.push(wordsOf('speed-no-write', { why: exitCode === NO_SPACE ? 'space' : 'failed', free: megabytes * 2 }))
    } finally {
      // Stopped or cut off, the script may not have come to its end. No signal: this must run.
      await system.machine.run({
        words: ['sh', '-c', removeScript, 'remove', system.root, name],
        shown: ['rm', '-f', `${system.root}/var/tmp/${name}`],
        risk: 'writes',
      })
    }
  }
}
