/**
 * Leave rescue: a checklist that ticks itself. What can be predicted is examined first (will the normal system let its people in?);
 * then everything is unmounted, the boot mode goes back to disk, the machine restarts, and the watch waits for the known key. A red
 * item stops the list until it is fixed or a person says why it may be skipped.
 */
import { AppError } from '../../shared/errors.js'
import type { Intervention } from '../../shared/intervention.js'
import { allMounts } from '../../shared/machine.js'
import type { Before, ManualWay, Stickiness } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { type LeavingItem, type LeavingItemId, type LeavingState, leavingItems, type SkipReason } from '../../shared/visit.js'
import type { Clock } from '../clock.js'
import { explained, type Log } from '../log.js'
import type { Disks } from '../machine/disks.js'
import type { Machine } from '../machine/machine.js'
import { ProviderError } from '../providers/problem.js'
import type { Repairs } from '../repair/repairs.js'

/** What the provider does at the end; without `byApi` a person does it in the panel, and says so. */
export interface WayBack {
  /** Next start from the disk, and the restart itself. */
  byApi?: ((signal: AbortSignal, beforeChange: (before: Before) => Promise<void>) => Promise<void>) | undefined
  stickiness: Stickiness
}

/** What is written down. */
export interface LeavingRecord {
  startedAt: string
  rebootedAt?: string | undefined
  /** The provider has been asked, or was about to be. */
  before?: Before | undefined
  skipped: Record<string, SkipReason>
}

export interface LeavingParts {
  clock: Clock
  log: Log
  isConnected(): boolean
  disks(): Disks
  repairs: Repairs
  machine: Machine
  wayBack(): Promise<WayBack>
  manual(): ManualWay
  /** Without a connection: does the rescue system that was there answer no more? Rejects only when `signal` aborts. */
  isDown(signal: AbortSignal): Promise<boolean>
  /** Begins the close watch for the known key; lines go back when it answers. */
  watch(): Promise<void>
  intervention(): Intervention | undefined
  /** The terminal of this rescue system, when there is just one: a shell that stands in the way is then surely its. */
  onlyTerminal(): string | undefined
  /** The normal system is back: what was noted when rescue began is needed no more. */
  didReturn(): Promise<void>
  onDidChange(): void
  save(leaving: LeavingRecord | undefined): Promise<void>
}

export interface Leaving {
  state(): LeavingState | undefined
  /**
   * Begins, or goes on after a restart of the app: with the wait, or, where the provider's restart was cut in two (`interruption`), by
   * saying so. What comes before the machine's restart is never gone on with unattended.
   */
  start(from?: LeavingRecord, interruption?: ProviderProblemInfo): Promise<void>
  skip(item: LeavingItemId, reason: SkipReason): Promise<void>
  /** The person did what the item waits for (boot mode, restart), or wants it tried again. */
  goOn(item: LeavingItemId): Promise<void>
  /** Restarts the machine from here: for the item `reboot` that waits. */
  restart(): Promise<void>
  /** The connection or the intervention changed. */
  refresh(): void
  /** Back to the rescue work; nothing that was done is undone. */
  stop(): Promise<void>
  dispose(): void
}

// A shell that stands in /mnt is left within a command or two, a restart takes a minute; asking more often would only fill the record
// of commands, or the server's log.
const RETRY_MS = 3_000
// A start from disk takes 1–4 minutes at the providers; a file system check may take longer, and then the console tells.
export const OVERDUE_MS = 10 * 60_000

/** What the repair tasks can tell before the restart. */
const predicted = ['access', 'boot', 'network', 'firewall'] as const
type Predicted = (typeof predicted)[number]
/** The item, and what is predicted with it and after it. */
const andPredicted = (id: LeavingItemId): readonly LeavingItemId[] => {
  const place = (predicted as readonly LeavingItemId[]).indexOf(id)
  return place < 0 ? [id] : predicted.slice(place)
}

interface Run {
  startedAt: string
  rebootedAt: string | undefined
  before: Before | undefined
  skipped: Record<string, SkipReason>
  items: Map<LeavingItemId, LeavingItem>
  /** The disks were listed for this list. */
  hasLooked: boolean
  ending: AbortController
}

export function createLeaving(o: LeavingParts): Leaving {
  let run: Run | undefined
  let walking: Promise<void> = Promise.resolve()
  let cancelOverdue = () => {}
  let cancelRetry = () => {}
  let isOverdue = false
  const now = () => o.clock.now().toISOString()

  function set(current: Run, id: LeavingItemId, fields: Omit<LeavingItem, 'id' | 'since'>) {
    const before = current.items.get(id)
    const since = before?.state === fields.state ? before.since : now()
    current.items.set(id, { id, ...fields, ...(since ? { since } : {}) })
    if (run === current) o.onDidChange()
  }
  const remember = (current: Run) =>
    o.save({
      startedAt: current.startedAt,
      skipped: current.skipped,
      ...(current.rebootedAt ? { rebootedAt: current.rebootedAt } : {}),
      ...(current.before ? { before: current.before } : {}),
    })

  async function begin(from: LeavingRecord | undefined, interruption: ProviderProblemInfo | undefined) {
    const current: Run = {
      startedAt: from?.startedAt ?? now(),
      rebootedAt: from?.rebootedAt,
      before: from?.before,
      skipped: { ...from?.skipped },
      items: new Map(leavingItems.map((id) => [id, { id, state: 'todo' } as LeavingItem])),
      hasLooked: false,
      ending: new AbortController(),
    }
    run = current
    const first = current.rebootedAt ? 'wait' : interruption ? 'boot-mode' : undefined
    if (first) for (const id of leavingItems.slice(0, leavingItems.indexOf(first))) set(current, id, { state: 'fine' })
    if (first === 'boot-mode') set(current, first, { state: 'fault', problem: interruption })
    await remember(current)
    walk(current)
  }

  /** Goes on from the first item that is not done, until one needs a person. One walk at a time. */
  function walk(current: Run, retried?: LeavingItemId) {
    walking = walking.then(async () => {
      // A fault that is skipped says so at once, whatever stands before it.
      for (const { id, state } of run === current ? [...current.items.values()] : []) {
        const reason = current.skipped[id]
        if (reason && (state === 'fault' || state === 'waits')) set(current, id, { state: 'skipped', reason })
      }
      for (const id of leavingItems) {
        if (run !== current) return
        const { state } = current.items.get(id)!
        if (state === 'fine' || state === 'skipped') continue
        const reason = current.skipped[id]
        if (reason) {
          set(current, id, { state: 'skipped', reason })
          continue
        }
        if ((state === 'fault' || state === 'waits') && id !== retried) return
        try {
          if (!(await step(current, id))) return
        } catch (error) {
          if (run !== current) return
          set(current, id, { state: 'fault', ...explain(error) })
          return
        }
      }
      await finish(current)
    })
  }

  /** @returns true when the next item may begin. */
  async function step(current: Run, id: LeavingItemId): Promise<boolean> {
    switch (id) {
      case 'access':
      case 'boot':
      case 'network':
      case 'firewall':
        return check(current, id)
      case 'keys':
        return compareKeys(current)
      case 'unmount':
        return unmount(current)
      case 'boot-mode':
        return bootMode(current)
      case 'reboot':
        return reboot(current)
      case 'wait':
        return wait(current)
      case 'restore':
        return restored(current)
    }
  }

  async function check(current: Run, id: Predicted): Promise<boolean> {
    if (!current.hasLooked && o.isConnected()) {
      set(current, id, { state: 'running' })
      // The look that begins with every connection comes first.
      if (o.disks().state().phase === 'looking') return retry(current, id)
      await lookAfresh(current)
    }
    if (!o.disks().mountedSystem()) return skip(current, id)
    mustBeConnected()
    // All that is due, in one look: they ask much of the same.
    const due = predicted.filter((one) => one === id || (current.items.get(one)!.state === 'todo' && !current.skipped[one]))
    for (const one of due) set(current, one, { state: 'running' })
    try {
      await o.repairs.examine(due)
    } catch (error) {
      for (const one of due) set(current, one, { state: 'todo' })
      throw error
    }
    for (const one of due) set(current, one, prediction(one))
    return current.items.get(id)!.state === 'fine'
  }

  function prediction(id: Predicted): Omit<LeavingItem, 'id' | 'since'> {
    const task = o.repairs.state().tasks.find((one) => one.task === id)
    if (task?.error) return { state: 'fault', error: task.error }
    const fault = task?.findings.find((one) => one.keepsOut && one.state === 'fault')
    return fault ? { state: 'fault', words: fault.words } : { state: 'fine' }
  }

  async function compareKeys(current: Run): Promise<boolean> {
    const { volumes, mounted } = o.disks().state()
    const identity = volumes.find((one) => one.path === mounted?.device)?.system?.identity
    if (!identity || identity.kind === 'nothing-known') return skip(current, 'keys')
    const isYours = identity.kind === 'proven' || identity.kind === 'same' || identity.kind === 'partly'
    set(current, 'keys', { state: isYours ? 'fine' : 'fault', count: { found: identity.found, of: identity.known } })
    return isYours
  }

  /** A terminal mounts and unmounts as it likes: what an earlier look found says nothing of now. @throws AppError when it cannot be known. */
  async function lookAfresh(current: Run) {
    await o.disks().look()
    const { phase, error } = o.disks().state()
    if (phase !== 'found') throw new AppError(error?.code ?? 'wrong-state', error?.data, error?.detail)
    current.hasLooked = true
  }

  async function unmount(current: Run): Promise<boolean> {
    const mounted = () => allMounts(o.disks().state())
    const { phase } = o.disks().state()
    if (mounted().length === 0 && phase !== 'looking' && phase !== 'failed' && !o.isConnected()) return skip(current, 'unmount')
    mustBeConnected()
    if (current.items.get('unmount')!.state !== 'waits') set(current, 'unmount', { state: 'running', mounts: mounted() })
    try {
      const mounts = await o.disks().unmount()
      if (!mounts) return skip(current, 'unmount')
      set(current, 'unmount', { state: 'fine', mounts })
      return true
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'still-in-use')) throw error
    }
    const users = await o.disks().users()
    // Gone in between.
    if (users.length === 0) return unmount(current)
    const inUse = users.map((one) => {
      const sessionId = /^-?(?:ba|da|z|k|fi)?sh$/.test(one.command) ? o.onlyTerminal() : undefined
      return { ...one, ...(sessionId ? { sessionId } : {}) }
    })
    set(current, 'unmount', { state: 'waits', mounts: mounted(), inUse })
    return retry(current, 'unmount')
  }

  function retry(current: Run, id: LeavingItemId): false {
    cancelRetry()
    cancelRetry = o.clock.setTimeout(() => walk(current, id), RETRY_MS)
    return false
  }

  /** What is mounted stays so on a machine that cannot be reached: a restart by the provider would cut it off. */
  function mustBeConnected() {
    if (!o.isConnected()) throw new AppError('closed-early')
  }

  async function bootMode(current: Run): Promise<boolean> {
    const { byApi, stickiness } = await o.wayBack()
    if (byApi) {
      // It restarts the machine with its boot mode: who does not want the one does not want the other.
      const reason = current.skipped.reboot
      if (reason) return skip(current, 'boot-mode', reason)
      set(current, 'boot-mode', { state: 'running' })
      await byApi(current.ending.signal, async (before) => {
        current.before = before
        await remember(current)
      })
      // Ended meanwhile: what was noted in case the app ends in between is needed no more.
      if (!run) await o.save(undefined)
      if (run !== current) return false
      set(current, 'boot-mode', { state: 'fine' })
      await didRestart(current)
      return true
    }
    if (stickiness === 'one-boot') return skip(current, 'boot-mode')
    set(current, 'boot-mode', { state: 'waits' })
    return false
  }

  async function reboot(current: Run): Promise<boolean> {
    // The connection went away while the restart was waited for. A closed tab or a lost network is none; what answers now tells.
    if (current.items.get('reboot')!.state === 'waits' && !o.isConnected()) {
      if (await o.isDown(current.ending.signal)) await didRestart(current)
      // Ended, or ticked off by the person meanwhile.
      if (run !== current || current.rebootedAt) return run === current
      retry(current, 'reboot')
    }
    set(current, 'reboot', { state: 'waits' })
    return false
  }

  /** The one whose lines this return brings back: one that ended before is an earlier rescue's. */
  function interventionOf({ startedAt }: Run): Intervention | undefined {
    const found = o.intervention()
    return found?.summary && found.summary.at < startedAt ? undefined : found
  }

  async function wait(current: Run): Promise<boolean> {
    const intervention = interventionOf(current)
    if (!intervention) {
      skip(current, 'wait')
      skip(current, 'restore')
      return true
    }
    if (intervention.state === 'restored') {
      set(current, 'wait', { state: 'fine' })
      return true
    }
    if (current.items.get('wait')!.state === 'todo') {
      await o.watch()
      const elapsed = o.clock.now().getTime() - new Date(current.rebootedAt ?? now()).getTime()
      cancelOverdue()
      cancelOverdue = o.clock.setTimeout(
        () => {
          isOverdue = true
          o.onDidChange()
        },
        Math.max(0, OVERDUE_MS - elapsed),
      )
    }
    set(current, 'wait', { state: intervention.state === 'active' ? 'running' : 'fine' })
    return intervention.state !== 'active'
  }

  async function restored(current: Run): Promise<boolean> {
    const state = interventionOf(current)?.state
    // Their owner chose to keep the lines as they are.
    if (state === 'abandoned') {
      set(current, 'restore', { state: 'skipped', reason: 'other' })
      return true
    }
    set(current, 'restore', { state: state === 'restored' || !state ? 'fine' : state === 'needs-attention' ? 'waits' : 'running' })
    return state === 'restored'
  }

  async function finish(current: Run) {
    if (run !== current) return
    end()
    await o.save(undefined)
    await o.didReturn()
    o.onDidChange()
  }

  async function didRestart(current: Run) {
    current.rebootedAt = now()
    await remember(current)
    set(current, 'reboot', { state: 'fine' })
  }

  function skip(current: Run, id: LeavingItemId, reason: SkipReason = 'not-needed'): boolean {
    set(current, id, { state: 'skipped', reason })
    return true
  }

  function end() {
    run?.ending.abort(new AppError('wrong-state'))
    run = undefined
    isOverdue = false
    cancelOverdue()
    cancelRetry()
  }

  function running(): Run {
    if (!run) throw new AppError('wrong-state')
    return run
  }

  function explain(error: unknown): Pick<LeavingItem, 'error' | 'problem'> {
    if (error instanceof ProviderError) return { problem: error.toProblemInfo() }
    return { error: explained(error, o.log, 'leaving rescue failed unexpectedly').toInfo() }
  }

  return {
    state: () => run && { startedAt: run.startedAt, items: [...run.items.values()], manual: o.manual(), isOverdue },
    async start(from, interruption) {
      if (!run) await begin(from, interruption)
    },
    async skip(item, reason) {
      const current = running()
      const { state } = current.items.get(item)!
      // Waiting for the own key and putting the lines back are not ours to skip.
      if ((state !== 'fault' && state !== 'waits') || item === 'wait' || item === 'restore') throw new AppError('wrong-state')
      // Without a look at the disks none of them can be told: one reason is enough.
      for (const id of current.hasLooked ? [item] : andPredicted(item)) current.skipped[id] = reason
      await remember(current)
      walk(current)
    },
    async goOn(item) {
      const current = running()
      const { state } = current.items.get(item)!
      if (state !== 'fault' && state !== 'waits') throw new AppError('wrong-state')
      if (state === 'waits' && item === 'boot-mode') set(current, item, { state: 'fine' })
      else if (state === 'waits' && item === 'reboot') await didRestart(current)
      // What was mended for one item may have changed what the next ones say; what was mounted since, a provider's restart would cut off.
      else
        for (const id of item === 'boot-mode' ? (['unmount', item] as const) : andPredicted(item))
          if (!current.skipped[id]) set(current, id, { state: 'todo' })
      walk(current)
    },
    async restart() {
      const current = running()
      if (current.items.get('reboot')!.state !== 'waits') throw new AppError('wrong-state')
      // Answered before the machine goes down: the restart begins when this command has ended.
      const words = ['sh', '-c', '(sleep 1; exec reboot) >/dev/null 2>&1 &'] as const
      await o.machine.run({ words, risk: 'reads', shown: ['reboot'] })
      await didRestart(current)
      walk(current)
    },
    refresh() {
      if (run) walk(run, 'reboot')
    },
    async stop() {
      const isAsked = run?.before !== undefined && run.items.get('boot-mode')!.state === 'running'
      end()
      // A machine that is just being restarted may be left powered off: that must be found again.
      if (!isAsked) await o.save(undefined)
      o.onDidChange()
    },
    dispose: end,
  }
}
