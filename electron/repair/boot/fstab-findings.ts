/** `/etc/fstab`: lines that stop the start, each with an edit that shows exactly what changes. */
import { editable, evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import type { MountedSystem, PlannedProposal, TaskFinding } from '../task.js'
import { commentLine } from '../text-edit.js'
import type { BootFacts } from './facts.js'
import { canWait, type FstabLine, type FstabProblem, judgeFstab, readLines, setField } from './fstab-rules.js'

const PATH = '/etc/fstab'

export async function fstabFindings(system: MountedSystem, files: BootFacts['files'], signal: AbortSignal): Promise<TaskFinding[]> {
  const text = files.get(PATH)
  if (text === undefined) return [findingOf('fstab', 'fault', 'fstab-missing', {}, { keepsOut: true })]
  const crypttab = files.get('/etc/crypttab')
  const problems = judgeFstab(text, system.blockDevices, { root: system.device, ...(crypttab === undefined ? {} : { crypttab }) })
  const found = problems.map((problem) => findingFor(problem, text, system))
  if (found.some(({ state }) => state === 'fault')) return found
  const said = await verify(system, signal)
  if (said) found.push(findingOf('fstab-verify', 'warning', 'fstab-verify', {}, { evidence: [evidenceOf('findmnt --verify', said)] }))
  return found.length > 0 ? found : [findingOf('fstab', 'fine', 'fstab-fine', { n: readLines(text).lines.length })]
}

/** Only what it says of the text itself: devices are compared with what exists here, and links of udev may be missing in rescue. */
async function verify(system: MountedSystem, signal: AbortSignal): Promise<string | undefined> {
  const { stdout, stderr, timedOut } = await system.machine.run({
    words: system.inSystem(['findmnt', '--verify', '--verbose']),
    risk: 'reads',
    limitMs: 15_000,
    signal,
  })
  if (timedOut) return undefined
  const lines = `${stdout.toString('utf8')}\n${stderr}`.split('\n')
  const wrong = lines.filter((line) =>
    /\b[1-9]\d* parse error|\[E\].*(?:unsupported|recognize)|\[E\].*target is not a directory/i.test(line),
  )
  return wrong.length > 0 ? wrong.join('\n') : undefined
}

function findingFor(problem: FstabProblem, text: string, system: MountedSystem): TaskFinding {
  const { line } = problem
  const raw = text.split('\n')[line.line - 1] ?? ''
  const edit = (code: string, values: Record<string, string | number>, after: string): PlannedProposal =>
    proposalOf(code, values, [{ kind: 'edit', path: PATH, before: text, after }])
  const target = 'target' in line ? line.target : (line.fields[1] ?? '')
  // Without its root or /usr named right, neither nofail nor a line less helps.
  const isOwn = /^\/+(?:usr\/*)?$/.test(target)
  const comment = isOwn ? [] : [edit('fstab-comment', { line: line.line }, commentLine(text, line.line))]
  const make = (
    kind: string,
    state: TaskFinding['state'],
    values: Record<string, string | number>,
    proposals: PlannedProposal[],
    keepsOut = false,
  ) =>
    findingOf(
      // Several lines of swap have the same target.
      `fstab-${kind}:${target.startsWith('/') ? target : line.fields[0]}`,
      state,
      `fstab-${kind}`,
      { line: line.line, ...values },
      {
        evidence: [evidenceOf(PATH, raw, line.line)],
        proposals: editable(proposals),
        keepsOut,
      },
    )
  if (problem.kind === 'short') return make('short', 'fault', {}, comment, true)
  const entry = problem.line
  const path = entry.fileSystem === 'swap' ? 'swap' : entry.target
  const nofail = edit('fstab-nofail', { path, line: entry.line }, setField(text, entry, 3, addOption(entry, 'nofail')))
  switch (problem.kind) {
    case 'unknown-device': {
      const { fits } = problem
      const isSwap = entry.fileSystem === 'swap'
      const replace = fits
        ? [edit('fstab-replace-device', { path, device: fits.path, uuid: fits.uuid }, setField(text, entry, 0, `UUID=${fits.uuid}`))]
        : []
      const softer = isOwn ? [] : [nofail, ...comment]
      // A start goes on without swap, after a wait.
      const harmless = canWait(entry) || isSwap
      return make(
        'unknown-device',
        harmless ? 'warning' : 'fault',
        { path, source: entry.source, what: harmless ? (isSwap ? 'swap' : 'nofail') : 'stops' },
        harmless ? [...replace, ...comment] : [...replace, ...softer],
        !harmless,
      )
    }
    case 'unsure-device': {
      const root = entry.target === '/' ? system.blockDevices.find(({ path: at, uuid }) => at === system.device && uuid !== '') : undefined
      return make(
        'unsure-device',
        'unknown',
        { path, source: entry.source },
        root
          ? [edit('fstab-replace-device', { path, device: root.path, uuid: root.uuid }, setField(text, entry, 0, `UUID=${root.uuid}`))]
          : [],
      )
    }
    case 'type':
      return make(
        'type',
        canWait(entry) ? 'warning' : 'fault',
        { path, wrong: entry.fileSystem, type: problem.type },
        [edit('fstab-set-type', { path, type: problem.type }, setField(text, entry, 2, problem.type))],
        !canWait(entry),
      )
    case 'option': {
      const options = entry.options.map((option) => (option === problem.option ? problem.meant : option)).join(',')
      return make(
        'option',
        'fault',
        { path, option: problem.option, meant: problem.meant },
        [edit('fstab-set-option', { path, meant: problem.meant }, setField(text, entry, 3, options)), ...comment],
        !canWait(entry),
      )
    }
    case 'twice':
      return make('twice', 'warning', { path, first: problem.first.line }, comment)
    case 'no-nofail':
      return make('no-nofail', 'warning', { path }, [nofail])
  }
}

const addOption = ({ options, fields }: FstabLine, option: string) =>
  fields[3] === undefined || fields[3] === 'defaults' ? `defaults,${option}` : [...options, option].join(',')
