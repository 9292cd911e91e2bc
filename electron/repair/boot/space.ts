/** Full file systems: how much is left, what takes the space, and what may go without harm. Nothing is removed that is not named. */
import { AppError } from '../../../shared/errors.js'
import { evidenceOf, findingOf, proposalOf, wordsOf } from '../build-finding.js'
import { type Facts, noFact, readFacts, records } from '../fact-script.js'
import type { MountedSystem, PlannedProposal, Step, TaskFinding } from '../task.js'
import type { MountedFileSystem } from './facts.js'

// Services fail when they cannot write a few megabytes; below that a start ends in errors.
const LEAST_FREE = 64 * 1024 * 1024
const LEAST_SHARE = 0.02
// A share of a large disk is plenty.
const PLENTY = 2e9
const LITTLE_SHARE = 0.1
const LITTLE_INODES = 0.02
const JOURNAL_KEPT = '100M'
const MAX_LISTED = 200
const MAX_EMPTIED = 3

export type SpaceState = 'full' | 'little' | 'fine'

export function spaceOf({ size, available }: MountedFileSystem): SpaceState {
  if (available < LEAST_FREE && available < size * LITTLE_SHARE) return 'full'
  const share = available / size
  return share < LEAST_SHARE && available < PLENTY ? 'full' : share < LITTLE_SHARE ? 'little' : 'fine'
}

export const inodesOf = ({ inodes, inodesFree }: MountedFileSystem): SpaceState =>
  inodes === 0 || inodesFree / inodes >= LITTLE_INODES ? 'fine' : inodesFree < 100 ? 'full' : 'little'

export async function spaceFindings(
  system: MountedSystem,
  mounted: readonly MountedFileSystem[],
  signal: AbortSignal,
): Promise<TaskFinding[]> {
  if (mounted.length === 0) return [findingOf('space', 'unknown', 'space-unread')]
  const short = mounted.filter((one) => one.type !== 'vfat' && (spaceOf(one) !== 'fine' || inodesOf(one) !== 'fine'))
  const [root] = mounted
  if (short.length === 0) return [findingOf('space', 'fine', 'space-fine', { percent: Math.floor((root!.available / root!.size) * 100) })]
  const used = await whatTakesSpace(system, short, signal)
  return short.map((one) => {
    const noInodes = inodesOf(one) !== 'fine' && spaceOf(one) === 'fine'
    const state = noInodes ? inodesOf(one) : spaceOf(one)
    // What starts writes below `/`, `/var` and `/tmp`; a full data disk or /boot keeps nobody out.
    const isNeeded = /^\/(?:var(?:\/log|\/lib)?|tmp)?$/.test(one.path)
    return findingOf(
      `${noInodes ? 'inodes' : 'space'}:${one.path}`,
      state === 'full' ? 'fault' : 'warning',
      noInodes ? 'inodes-full' : 'space-full',
      { path: one.path, free: megabytes(one.available), percent: Math.round((1 - one.available / one.size) * 100), full: state },
      {
        evidence: [
          evidenceOf(
            'df',
            `${one.path}: ${megabytes(one.available)} MB of ${megabytes(one.size)} MB, inodes ${one.inodesFree}/${one.inodes}`,
          ),
          ...used.evidence.filter(({ source }) => source.endsWith(` ${one.path}`)),
        ],
        proposals: used.proposalsOn(one.path, mounted),
        keepsOut: state === 'full' && isNeeded,
      },
    )
  })
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6)

// Rotated logs by the names logrotate and savelog give: a number, a date, or packed. Only below /var/log, only files. MySQL keeps its
// binary logs there too, as mysql-bin.000001, and does not start without them.
const rotated = String.raw`.*(\.[0-9]{1,3}|\.old|-[0-9]{8}|\.gz|\.xz|\.bz2|\.zst)`
// Logs that are written to, by the names that hold nothing but text, and btmp, the failed logins.
const present = String.raw`.*([._]log|\.err|\.out|/syslog|/messages|/secure|/maillog|/debug|/btmp)`
const script = `rotated=$1; present=$2; shift 2
big_folders() { timeout -k 1 25 du -xk --max-depth=3 -- "$root$1" 2> /dev/null | sort -rn | head -n 12; }
big_files() { timeout -k 1 15 find "$root$1" -xdev -type f -size +50M -printf '%s %p\\0' 2> /dev/null | sort -zrn | head -zn 12; }
logs() { resolve /var/log && find "$root$resolved" -xdev -regextype posix-extended -type f -not -path '*/journal/*' "$@" -printf '%s %P\\0' | sort -zrn; }
caches() {
  for folder in /var/cache/apt/archives /var/cache/dnf /var/cache/yum /var/cache/libdnf5 /var/log/journal; do
    resolve "$folder" && [ -d "$root$resolved" ] && printf '%s %s\\n' "$(timeout -k 1 10 du -sk -- "$root$resolved" | cut -f1)" "$folder"
  done
  return 0
}
part caches 0 caches
part rotated 0 logs -regex "$rotated"
part present 0 logs -size +50M -regex "$present"
number=0
for path; do
  part "folders-$number" 0 big_folders "$path"
  part "files-$number" 0 big_files "$path"
  number=$((number + 1))
done
`
// What came by then counts, the ways to free space first: with what is read before, it must stay below the limit of the task.
const LIMIT_MS = 50_000

async function whatTakesSpace(system: MountedSystem, short: readonly MountedFileSystem[], signal: AbortSignal) {
  const paths = short.slice(0, 3).map(({ path }) => path)
  // That a disk is full is known without.
  const facts = await readFacts(system, script, [rotated, present, ...paths], {
    shown: ['du', '-xk', '--max-depth=3', `${system.root}${paths[0]}`],
    limitMs: LIMIT_MS,
    signal,
  }).catch((error: unknown): Facts => {
    if (error instanceof AppError && error.code === 'timeout') return () => noFact
    throw error
  })
  const own = (path: string) => path.replace(system.root, '').replace(/^\/\//, '/') || '/'
  const evidence = paths.flatMap((path, index) => [
    evidenceOf(
      `du ${path}`,
      facts(`folders-${index}`)
        .text.split('\n')
        .map((line) => line.replace(/^(\d+)\s+(.*)$/, (_, kb: string, name: string) => `${megabytes(Number(kb) * 1024)} MB ${own(name)}`))
        .join('\n'),
    ),
    ...(records(facts(`files-${index}`).text).length > 0
      ? [
          evidenceOf(
            `find ${path}`,
            records(facts(`files-${index}`).text)
              .map((one) => one.replace(/^(\d+) (.*)$/s, (_, size: string, name: string) => `${megabytes(Number(size))} MB ${own(name)}`))
              .join('\n'),
          ),
        ]
      : []),
  ])
  const ways = waysToFree(system, facts)
  return {
    evidence,
    proposalsOn: (path: string, mounted: readonly MountedFileSystem[]): PlannedProposal[] =>
      ways.filter((way) => holderOf(way.place, mounted) === path).map((way) => way.proposal),
  }
}

/** The mount a path is on. */
export const holderOf = (path: string, mounted: readonly MountedFileSystem[]): string =>
  mounted
    .map((one) => one.path)
    .filter((mount) => mount === '/' || path === mount || path.startsWith(`${mount}/`))
    .sort((a, b) => b.length - a.length)[0] ?? '/'

function waysToFree(system: MountedSystem, facts: Facts): { place: string; proposal: PlannedProposal }[] {
  const sizes = new Map(
    facts('caches')
      .text.split('\n')
      .flatMap((line) => {
        const match = /^(\d+) (\/\S+)$/.exec(line)
        return match ? [[match[2]!, Number(match[1]) * 1024] as const] : []
      }),
  )
  const worth = 5 * 1024 * 1024
  const size = (folder: string) => sizes.get(folder) ?? 0
  const run = (words: readonly [string, ...string[]]): Step => ({ kind: 'run', words, risk: 'writes', limitMs: 120_000 })
  const ways: { place: string; proposal: PlannedProposal }[] = []
  if (size('/var/log/journal') > 100 * 1024 * 1024 + worth) {
    const words = ['journalctl', '-D', `${system.root}/var/log/journal`, `--vacuum-size=${JOURNAL_KEPT}`] as const
    ways.push({
      place: '/var/log/journal',
      proposal: proposalOf('vacuum-journal', { size: megabytes(size('/var/log/journal')), kept: JOURNAL_KEPT }, [run(words)]),
    })
  }
  if (size('/var/cache/apt/archives') > worth) {
    ways.push({
      place: '/var/cache/apt/archives',
      proposal: proposalOf('clean-packages', { tool: 'apt', size: megabytes(size('/var/cache/apt/archives')) }, [
        run(system.inSystem(['apt-get', 'clean'])),
      ]),
    })
  }
  const dnf = ['/var/cache/dnf', '/var/cache/libdnf5', '/var/cache/yum'].find((folder) => size(folder) > worth)
  if (dnf) {
    const tool = dnf.endsWith('yum') ? 'yum' : 'dnf'
    ways.push({
      place: dnf,
      proposal: proposalOf('clean-packages', { tool, size: megabytes(size(dnf)) }, [run(system.inSystem([tool, 'clean', 'packages']))]),
    })
  }
  const listed = parseLogs(facts('rotated').text).slice(0, MAX_LISTED)
  const total = listed.reduce((sum, one) => sum + one.size, 0)
  if (total > worth) {
    ways.push({
      place: '/var/log',
      proposal: proposalOf('remove-old-logs', { n: listed.length, size: megabytes(total) }, [
        // In the system's own root: a link in it cannot lead to the rescue system's files.
        run(system.inSystem(['rm', '-f', '--', ...listed.map(({ path }) => path)])),
      ]),
    })
  }
  // A name has to be read and typed.
  const typable = parseLogs(facts('present').text).filter(({ path }) => /^[\w./@+-]{1,150}$/.test(path))
  for (const log of typable.slice(0, MAX_EMPTIED)) {
    const values = { path: log.path, size: megabytes(log.size) }
    ways.push({
      place: log.path,
      proposal: {
        id: `empty-log:${log.path}`,
        words: wordsOf('empty-log', values),
        // Nothing else has what stands in it.
        risk: 'data',
        typed: log.path.slice(log.path.lastIndexOf('/') + 1),
        // Emptied, not removed: owner and mode stay, and its service finds it again.
        steps: () => [{ kind: 'run', words: system.inSystem(['truncate', '-s', '0', '--', log.path]), risk: 'data' }],
      },
    })
  }
  return ways
}

/** Records of `SIZE NAME`, the name below /var/log. */
const parseLogs = (output: string): { size: number; path: string }[] =>
  records(output).flatMap((record) => {
    const match = /^(\d+) ([^\n]+)$/.exec(record)
    return match ? [{ size: Number(match[1]), path: `/var/log/${match[2]}` }] : []
  })
