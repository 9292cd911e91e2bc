/**
 * Examines the mounted system, keeps what was proposed, carries out exactly what was shown, and looks again. A change is recorded
 * before its first step; when a step fails, the edits before it are taken back. Tasks only read and plan; this file alone changes.
 */
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.js'
import type { CommandRecord } from '../../shared/machine.js'
import {
  type Change,
  type Proposal,
  type ProposalAnswer,
  type RepairState,
  type RepairTaskId,
  repairTasks,
  type TaskState,
} from '../../shared/repair.js'
import { stripServerText } from '../../shared/server-text.js'
import type { Clock } from '../clock.js'
import { explained, type Log } from '../log.js'
import { shareReads } from '../machine/machine.js'
import { createSystemFiles } from '../machine/system-files.js'
import { backupOf, digestOf, type EditStep, previewProposal } from './preview.js'
import { readSelinux } from './selinux.js'
import type { StoredChange } from './stored-change.js'
import type { MountedSystem, PlannedProposal, RepairTask, Step, TaskFinding } from './task.js'

export interface ProposalChoice {
  task: RepairTaskId
  findingId: string
  proposalId: string
  answer: ProposalAnswer
}

export interface Repairs {
  state(): RepairState
  /** All tasks, or those named, in their fixed order. @throws AppError `not-mounted`, `wrong-state` while something runs. */
  examine(tasks?: readonly RepairTaskId[]): Promise<void>
  /** The steps of a proposal for an answer; changes nothing. @throws AppError `not-found`, `bad-key`, `bad-request`. */
  plan(choice: ProposalChoice): Proposal
  /** @throws AppError `wrong-state` when `digest` is not what was shown or `typed` is not what it asks. A step that fails is a result, not a throw. */
  apply(choice: ProposalChoice & { digest: string; typed?: string | undefined }): Promise<Change>
  /** @throws AppError `not-found`, `file-changed`, `file-*`. */
  undo(changeId: string): Promise<void>
  /** Another start of the rescue system: nothing that was found holds any more. */
  beginAnew(): void
}

export interface RepairsParts {
  tasks: readonly RepairTask[]
  /** Undefined while nothing is mounted. */
  system(): MountedSystem | undefined
  commands(): CommandRecord[]
  clock: Clock
  log: Log
  changes: StoredChange[]
  /** When the present rescue began, ISO: what a former one changed is kept and not told. */
  since(): string | undefined
  /** Durable when it returns. */
  save(changes: readonly StoredChange[]): Promise<void>
  onDidChange(): void
}

// 41 s for everything on a small VPS; a disk that hangs must not hold the whole diagnosis.
const TASK_LIMIT_MS = 120_000
// Above every text that a task edits; a copy that came cut would be written back cut.
const MAX_COPY = 4 * 1024 * 1024

export function createRepairs(o: RepairsParts): Repairs {
  const now = () => o.clock.now().toISOString()
  let stored = [...o.changes]
  let busy: RepairState['busy']
  const nothingExamined = () => ({
    planned: new Map<RepairTaskId, TaskFinding[]>(),
    states: new Map<RepairTaskId, TaskState>(repairTasks.map((task) => [task, { task, phase: 'not-run', findings: [] }])),
  })
  let examined = nothingExamined()

  async function exclusively<T>(what: NonNullable<RepairState['busy']>, run: () => Promise<T>): Promise<T> {
    if (busy) throw new AppError('wrong-state')
    busy = what
    o.onDidChange()
    try {
      return await run()
    } finally {
      busy = undefined
      o.onDidChange()
    }
  }

  function mounted(): MountedSystem {
    const system = o.system()
    if (!system) throw new AppError('not-mounted')
    return system
  }

  /** The tasks together: what one has asked holds for the others, and no longer. */
  async function look(wanted: readonly RepairTaskId[], system: MountedSystem): Promise<void> {
    const machine = shareReads(system.machine)
    const seen = { ...system, machine, files: createSystemFiles(machine, system.root, { forOneLook: true }) }
    await Promise.all(o.tasks.filter(({ id }) => wanted.includes(id)).map((task) => examineOne(task, seen)))
  }

  const toInfo = (error: unknown) => explained(error, o.log, 'a repair task failed unexpectedly').toInfo()

  async function examineOne(task: RepairTask, system: MountedSystem): Promise<void> {
    const { planned, states } = examined // a look that ends after the rescue it began in says nothing
    function setState(state: TaskState) {
      states.set(state.task, state)
      o.onDidChange()
    }
    setState({ ...states.get(task.id)!, phase: 'running' })
    const ending = new AbortController()
    const cancel = o.clock.setTimeout(() => ending.abort(new AppError('timeout', { seconds: TASK_LIMIT_MS / 1000 })), TASK_LIMIT_MS)
    try {
      const findings = await task.examine(system, ending.signal)
      planned.set(task.id, findings)
      const stamp = stampOf(o.clock.now())
      setState({
        task: task.id,
        phase: 'done',
        at: now(),
        findings: findings.map(({ proposals, ...finding }) => ({
          ...finding,
          proposals: system.readOnly ? [] : proposals.map((one) => previewProposal(one, one.input ? undefined : { kind: 'none' }, stamp)),
        })),
      })
    } catch (error) {
      planned.delete(task.id)
      setState({ task: task.id, phase: 'failed', at: now(), findings: [], error: toInfo(error) })
    } finally {
      cancel()
    }
  }

  function find({ task, findingId, proposalId }: ProposalChoice): { finding: TaskFinding; proposal: PlannedProposal } {
    const finding = examined.planned.get(task)?.find((one) => one.id === findingId)
    const proposal = finding?.proposals.find((one) => one.id === proposalId)
    if (!finding || !proposal) throw new AppError('not-found', { id: proposalId })
    return { finding, proposal }
  }

  async function record(entry: StoredChange) {
    stored = [...stored.filter((one) => one.change.id !== entry.change.id), entry]
    await o.save(stored)
    o.onDidChange()
  }

  async function carryOut(system: MountedSystem, step: Step, stamp: string) {
    if (step.kind === 'edit') {
      const backup = backupOf(step, stamp)
      return system.files.change({
        path: step.path,
        before: bytes(step.before),
        after: bytes(step.after),
        mode: step.mode ?? 0o644,
        ...(backup ? { backup } : {}),
      })
    }
    const { words, risk, stdin, limitMs, okExitCodes = [0] } = step
    const result = await system.machine.run({
      words,
      risk,
      ...(stdin === undefined ? {} : { stdin }),
      ...(limitMs === undefined ? {} : { limitMs }),
    })
    if (result.timedOut) throw new AppError('timeout', { seconds: (limitMs ?? 30_000) / 1000 })
    if (result.exitCode === undefined || !okExitCodes.includes(result.exitCode)) {
      const said = stripServerText(`${result.stderr}\n${result.stdout.toString('utf8')}`, 1000)
      throw new AppError('command-failed', { command: words[0], status: result.exitCode ?? -1 }, said)
    }
  }

  async function contentOf(system: MountedSystem, path: string): Promise<Buffer | undefined> {
    const [file] = await system.files.read([path], MAX_COPY)
    return file?.kind === 'file' ? file.bytes : undefined
  }

  async function takeBack(system: MountedSystem, edits: StoredChange['edits']) {
    const recreated: string[] = []
    for (const edit of [...edits].reverse()) {
      const content = await contentOf(system, edit.path)
      if ((content && sha256(content)) !== edit.sha256) throw new AppError('file-changed', { file: edit.path })
      const copy = await copyOf(system, edit.backup)
      await system.files.change({ path: edit.path, before: content, after: copy?.bytes, mode: copy?.mode ?? edit.mode })
      if (content === undefined && copy) recreated.push(edit.path)
    }
    if (recreated.length === 0) return
    for (const step of (await readSelinux(system)).relabel(recreated)) await carryOut(system, step, '')
  }

  return {
    state: () => ({
      tasks: repairTasks.map((task) => examined.states.get(task)!),
      changes: stored.map((one) => one.change).filter(({ at }) => at >= (o.since() ?? '')),
      commands: o.commands(),
      ...(busy ? { busy } : {}),
    }),
    examine: (wanted = repairTasks) => exclusively({ kind: 'examine' }, async () => look(wanted, mounted())),
    plan(choice) {
      const { proposal } = find(choice)
      return previewProposal(proposal, choice.answer, stampOf(o.clock.now()))
    },
    apply: (choice) =>
      exclusively({ kind: 'apply', task: choice.task }, async () => {
        const system = mounted()
        const { finding, proposal } = find(choice)
        const { rewrites } = proposal
        const steps = proposal.steps(choice.answer)
        if (digestOf(proposal, steps) !== choice.digest) throw new AppError('wrong-state')
        if (proposal.typed !== undefined && choice.typed !== proposal.typed) throw new AppError('wrong-state')
        if (system.readOnly) throw new AppError('file-read-only', { file: system.root })
        const stamp = stampOf(o.clock.now())
        const edits = steps.filter((step): step is EditStep => step.kind === 'edit')
        const entry: StoredChange = {
          change: {
            id: randomBytes(6).toString('hex'),
            at: now(),
            task: choice.task,
            words: proposal.words,
            files: edits.map((step) => ({ path: step.path, ...(backupOf(step, stamp) ? { backup: backupOf(step, stamp)!.path } : {}) })),
            commands: previewProposal(proposal, choice.answer, stamp).steps.flatMap((step) => (step.kind === 'run' ? [step.command] : [])),
            result: 'unfinished',
            canUndo: proposal.undo !== undefined || (edits.length > 0 && edits.length === steps.length),
          },
          edits: [
            ...edits.map((step) => ({
              path: step.path,
              ...(step.after === undefined ? {} : { sha256: sha256(Buffer.from(step.after)) }),
              ...(backupOf(step, stamp) ? { backup: backupOf(step, stamp)! } : {}),
              mode: step.mode ?? 0o644,
            })),
            // What the commands will have left is known only after them; until then an undo refuses.
            ...(rewrites ? [{ path: rewrites.path, backup: { path: rewrites.copy, on: 'rescue' } as const, mode: 0o600 }] : []),
          ],
          undo: (proposal.undo ?? []).flatMap((step) =>
            step.kind === 'run' ? [{ words: [...step.words] as [string, ...string[]], risk: step.risk }] : [],
          ),
        }
        await record(entry)
        const old = rewrites && (await contentOf(system, rewrites.path))
        const done: StoredChange['edits'] = []
        try {
          for (const step of steps) {
            await carryOut(system, step, stamp)
            if (step.kind === 'edit') done.push(entry.edits[edits.indexOf(step)]!)
          }
        } catch (error) {
          // What cannot be taken back stays listed with its copy.
          const isBack = await takeBack(system, done).then(
            () => true,
            () => false,
          )
          const failed: Change = {
            ...entry.change,
            result: 'failed',
            canUndo: false,
            error: toInfo(error),
            ...(isBack ? { files: [] } : {}),
          }
          await record({ ...entry, change: failed })
          return failed
        }
        const left = rewrites && (await contentOf(system, rewrites.path))
        if (left) entry.edits.at(-1)!.sha256 = sha256(left)
        await look([choice.task], system)
        const after = examined.planned.get(choice.task)?.find((one) => one.id === finding.id)
        // What was fine before proves nothing by staying so: something about it has to have changed.
        const isNew = finding.state !== 'fine' || (left && !old?.equals(left)) || saidOf(after) !== saidOf(finding)
        // A fault that became a warning stops nobody any more: `nofail` for a disk that is still missing.
        const isGone =
          examined.planned.has(choice.task) &&
          (!after || (after.state === 'fine' && isNew) || (finding.state === 'fault' && after.state === 'warning'))
        const change: Change = { ...entry.change, result: isGone ? 'verified' : 'still-there' }
        await record({ ...entry, change })
        return change
      }),
    beginAnew() {
      examined = nothingExamined()
      o.onDidChange()
    },
    undo: (changeId) =>
      exclusively({ kind: 'undo' }, async () => {
        const entry = stored.find((one) => one.change.id === changeId && one.change.canUndo && one.change.result !== 'undone')
        if (!entry) throw new AppError('not-found', { id: changeId })
        const system = mounted()
        for (const { words, risk } of entry.undo) {
          await carryOut(system, { kind: 'run', words: words as [string, ...string[]], risk }, '')
        }
        await takeBack(system, entry.edits)
        await record({ ...entry, change: { ...entry.change, result: 'undone', canUndo: false } })
        await look([entry.change.task], system)
      }),
  }
}

/** What undo writes: the copy, which still has the mode of a file that was removed, or nothing for a file that did not exist. */
async function copyOf(
  system: MountedSystem,
  backup: { path: string; on: 'system' | 'rescue' } | undefined,
): Promise<{ bytes: Buffer; mode?: number } | undefined> {
  if (!backup) return undefined
  if (backup.on === 'system') {
    const [copy] = await system.files.read([backup.path], MAX_COPY)
    if (copy?.kind === 'file' && copy.size <= MAX_COPY) return copy
    throw new AppError('not-found', { id: backup.path })
  }
  const { exitCode, stdout, truncated } = await system.machine.run({
    words: ['cat', '--', backup.path],
    risk: 'reads',
    maxBytes: MAX_COPY,
  })
  if (exitCode !== 0 || truncated) throw new AppError('not-found', { id: backup.path })
  return { bytes: stdout }
}

const saidOf = (finding: TaskFinding | undefined) => JSON.stringify([finding?.words, finding?.evidence])
const bytes = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text))
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')
/** `20261124-025931`, UTC: names of copies sort by time. */
const stampOf = (at: Date) => at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
