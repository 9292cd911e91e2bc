/**
 * The rescue workflow: shown plan → journal → files → watch → way back. Commands run one at a time on records as the disk has
 * them (`records.ts`). Planning is in `planning.ts`, what is done to files in `file-steps.ts`, starts after a crash and the way
 * back in `recovery.ts`, the eye on the address in `watch.ts`.
 * The rescue key lives in the journal record and is accepted until its end date (`accepts`); after it the key counts as a third.
 */
import { join } from 'node:path'
import type { EditOutcome } from '../../shared/contract.js'
import type { EditPreview } from '../../shared/edit-preview.js'
import { AppError } from '../../shared/errors.js'
import type { ComparisonResult } from '../../shared/host-key.js'
import { type HistoryItem, type Intervention, isOpen } from '../../shared/intervention.js'
import type { Settings } from '../../shared/settings.js'
import type { Clock } from '../clock.js'
import { ownStrays, removeStrays } from '../durable-file.js'
import { createEmitter } from '../emitter.js'
import { type FileOperations, nodeFiles } from '../file-operations.js'
import { planAppend } from '../known-hosts/edit-plan.js'
import { removeStrayTemporaries } from '../known-hosts/file-edit.js'
import { readKnownHosts } from '../known-hosts/files.js'
import { compareExpectation, fingerprint } from '../known-hosts/key.js'
import { judgeHostKey } from '../known-hosts/verdict.js'
import type { Log } from '../log.js'
import { applyPlan, exchangeWrittenKey, settleLine } from './file-steps.js'
import { createJournal, fromBytes, type JournalRecord, type OpenRecord, toBytes } from './journal.js'
import { copyPath, createId, createPlanning, type InterventionTarget, type Planned, type PlanRequest } from './planning.js'
import { createRecord } from './record.js'
import { createRecords, requireState } from './records.js'
import { activate, close, discard, type ResumeOutcome, recover, restore, rollBack } from './recovery.js'
import { accepts, endsRescue, identify, isExpired, type KeyRole } from './trust.js'
import { toHistoryItem, toIntervention } from './view.js'
import { createWatch, type Probe, type Watch } from './watch.js'

export type { InterventionTarget } from './planning.js'
export type { Probe, ProbeAnswer } from './watch.js'

export interface Interventions {
  /** Open ones, and finished ones whose summary nobody has dismissed yet. */
  list(): Intervention[]
  history(): HistoryItem[]
  onDidChange(listener: () => void): () => void
  /** Finishes or rolls back what a crash interrupted; call once, before anything else. Repeating it changes nothing. */
  resume(): Promise<{ id: string; outcome: ResumeOutcome }[]>
  /** The open intervention for this lookup name in these files. */
  findOpen(target: Pick<InterventionTarget, 'query' | 'userFiles'>): Intervention | undefined
  /** `rescue-key` only before the end date: an expired rescue key is a third key, to be approved anew (`acceptThirdKey`). */
  classify(id: string, blob: Buffer): KeyRole
  /** May a connection go on with this key because of the intervention? Active, that very key, before its end. */
  accepts(id: string, blob: Buffer): boolean
  isExpired(id: string): boolean
  /** Nothing is to be set aside for a server that no file knows: then the rescue key alone is accepted. @throws AppError `revoked`, `nothing-to-set-aside`, `file-*`. Writes nothing. */
  plan(target: InterventionTarget, presented: Buffer, intent: 'set-aside' | 'replace', alsoWrite: boolean): Promise<EditPreview>
  /** Carries out the set-aside plan that was shown under `digest`. @throws AppError `wrong-state` when one is open already, `file-*` with nothing changed. */
  begin(target: InterventionTarget, presented: Buffer, digest: string, alsoWrite: boolean): Promise<EditOutcome>
  /** Carries out the replacement that was shown; it can be brought back from the history. */
  replace(target: InterventionTarget, presented: Buffer, digest: string): Promise<EditOutcome>
  /** Trust and save: appends the key. */
  save(target: InterventionTarget, presented: Buffer): Promise<void>
  /**
   * A session was shown this key and refused it, before any proof that the server holds it: whoever repeats a public key could
   * play the known server. The known key is therefore asked for once more, with its signature, before anything is restored; a
   * third key is an alarm as it is. Returns when that is done.
   * @returns false when the known key was not proven: nothing followed.
   */
  observed(id: string, blob: Buffer): Promise<boolean>
  leave(id: string): Promise<void>
  stopWaiting(id: string): Promise<void>
  restoreNow(id: string): Promise<void>
  settle(id: string, index: number, choice: 'put-back' | 'keep-current' | 'forget'): Promise<void>
  compareThirdKey(id: string, text: string): ComparisonResult
  /**
   * The third key becomes the rescue key, with a new end date: only when its own fingerprint was compared, here or by who asks; the
   * rescue key itself past its end needs none. @throws AppError `wrong-state`, `revoked`.
   */
  acceptThirdKey(id: string, fingerprint: string, isCompared?: boolean): Promise<void>
  dismissSummary(id: string): Promise<void>
  bringBack(historyId: string): Promise<void>
  /** Wire blobs of the keys that were set aside. */
  knownKeys(id: string): Buffer[]
  /** The order that made the server show the keys of this intervention: same types first, for sessions and probes alike. */
  hostKeyAlgorithms(id: string): string[]
  dispose(): Promise<void>
}

export interface InterventionsParts {
  dataDir: string
  clock: Clock
  probe: Probe
  settings(): Settings
  log: Log
  fs?: FileOperations
}

// Retries of an append when ssh keeps writing to the same file.
const SAVE_TRIES = 5

export function createInterventions(o: InterventionsParts): Interventions {
  const fs = o.fs ?? nodeFiles
  const { clock, log, dataDir } = o
  const changed = createEmitter()
  const journal = createJournal(dataDir, fs)
  const parts = { fs, clock, journal }
  const ending = new AbortController()
  const records = createRecords({ dataDir, fs, clock, journal, log, ending: ending.signal, onDidChange: changed.emit })
  const { find, hold, exclusive, forget } = records
  const watches = new Map<string, Watch>()
  /** Rolled back by this start: shown until dismissed, so that the words can name the server. */
  const justRolledBack = new Set<string>()
  /** Fingerprints of third keys that a person has compared. */
  const compared = new Map<string, string>()
  const planning = createPlanning({
    dataDir,
    clock,
    fs,
    ttlHours: () => o.settings().rescueTtlHours,
    isTaken: (id) => records.get(id) !== undefined,
  })
  const now = () => clock.now().toISOString()

  // --- what the server shows ---

  function followWatch(id: string, soon: boolean) {
    const record = records.get(id)
    if (record?.kind === 'set-aside' && record.state === 'active') {
      if (!watches.has(id) && !ending.signal.aborted) watches.set(id, startWatch(id, soon))
    } else {
      // Not awaited: it may be this watch's own answer that ended the intervention.
      void watches.get(id)?.dispose()
      watches.delete(id)
    }
  }

  function startWatch(id: string, soon: boolean): Watch {
    return createWatch(
      {
        clock,
        purpose: () => (find(id).leaving ? 'leaving' : o.settings().watchInBackground ? 'background' : undefined),
        probe: (signal) => probe(id, signal),
        // By the bytes alone: a rescue system that outlives its end date is not an alarm.
        classify: (blob) => identify(find(id), blob),
        async onAnswer(answer, blob) {
          try {
            if (blob && answer !== 'nothing' && answer !== 'port-open') await react(id, answer, blob)
          } catch (error) {
            log.error(`the answer of the watched server could not be dealt with (${id})`, error)
          }
        },
        onDidChange: changed.emit,
      },
      soon,
    )
  }

  function probe(id: string, signal: AbortSignal) {
    const { host, port, hostKeyAlgorithms } = find(id)
    return o.probe({ host, port, hostKeyAlgorithms, signal })
  }

  async function isProven(id: string, blob: Buffer): Promise<boolean> {
    const answer = await probe(id, ending.signal)
    return answer.kind === 'key' && answer.blob.equals(blob)
  }

  /** What follows from a key that was seen. Only the server's own system may lead to a change of files. */
  async function react(id: string, role: KeyRole, blob: Buffer): Promise<void> {
    const { thirdKey, state, leaving } = find(id)
    // The watch and a session may see the known key at the same time: whoever comes second waits for the first one's restore.
    if (state === 'restoring' && endsRescue(role)) await records.settled()
    if (state !== 'active') return
    if (role === 'third-key') {
      if (thirdKey?.blob === fromBytes(blob)) return
      await exclusive(async () => {
        const open = await records.open(id)
        if (open.get().state === 'active') await open.update({ thirdKey: { blob: fromBytes(blob), seenAt: now() } })
      })
      return
    }
    // Without lines there is nothing that a person would rather put back by hand.
    if (role === 'other-key' || (role === 'known-key' && (leaving || o.settings().restoreAutomatically))) return restoreNow(id, 'known-key')
    // Past its end the rescue key is what the person is asked about.
    if (role === 'rescue-key' && isExpired(find(id), clock.now())) return
    // An approved key answers again: the alarm was about what answers now. The watch's history keeps it.
    if (thirdKey) await exclusive(async () => (await records.open(id)).update({ thirdKey: undefined }))
  }

  async function restoreNow(id: string, by: 'known-key' | 'person'): Promise<void> {
    await exclusive(async () => {
      const open = await records.open(id)
      try {
        // Another process of ours may have finished it meanwhile.
        if (by === 'known-key' && open.get().state !== 'active') return
        requireState(open, 'active', 'needs-attention')
        await restore(open, by, parts)
      } catch (error) {
        if (error instanceof AppError && open.get().state === 'active') await open.update({ error: error.toInfo() }).catch(() => {})
        throw error
      } finally {
        followWatch(id, false)
        changed.emit()
      }
    })
  }

  // --- commands ---

  /** Journal, then files. A record whose edit failed and was taken back is forgotten; one that could not be is left to the next start. */
  async function carryOut(record: JournalRecord, plan: Planned['plan']): Promise<OpenRecord> {
    await journal.write(record)
    const open = hold(record)
    try {
      await applyPlan(open, plan, fs)
    } catch (error) {
      const taken = await rollBack(open, parts).catch((failure) => log.error('an edit could not be rolled back yet', failure))
      if (taken === 'rolled-back') {
        await discard(open, parts)
        forget(record.id)
      }
      throw error
    }
    return open
  }

  async function agree(request: PlanRequest, digest: string): Promise<EditOutcome> {
    return exclusive(async () => {
      const planned = await planning.recall(digest, request)
      if (!planned) return { kind: 'plan-changed', preview: (await planning.plan(request)).preview }
      const kind = request.intent === 'set-aside' ? 'set-aside' : 'replaced'
      const record = await createRecord(planned, kind, { dataDir, clock, fs, ttlHours: o.settings().rescueTtlHours })
      try {
        await activate(await carryOut(record, planned.plan))
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'file-changed') throw error
        return { kind: 'plan-changed', preview: (await planning.plan(request)).preview }
      }
      followWatch(record.id, false)
      changed.emit()
      return { kind: 'applied', id: record.id }
    })
  }

  function findOpen({ query, userFiles }: Pick<InterventionTarget, 'query' | 'userFiles'>): JournalRecord | undefined {
    return records
      .all()
      .find(
        (record) =>
          record.kind === 'set-aside' &&
          isOpen(record.state) &&
          record.query.lookupName === query.lookupName &&
          record.userFiles.join('\0') === userFiles.join('\0'),
      )
  }

  function classify(id: string, blob: Buffer): KeyRole {
    const role = identify(find(id), blob)
    return role === 'rescue-key' && isExpired(find(id), clock.now()) ? 'third-key' : role
  }

  async function save(target: InterventionTarget, presented: Buffer): Promise<void> {
    await exclusive(async () => {
      for (let tries = 1; ; tries++) {
        const files = await readKnownHosts({ user: target.userFiles, system: target.systemFiles }, fs)
        let id = createId()
        while (records.get(id)) id = createId()
        const context = { query: target.query, presented, id, date: now().slice(0, 10), hashNew: target.hashNew }
        const plan = planAppend(files, context, { writeTo: target.writeTo })
        const planned = { target, presented, alsoWrite: false, plan, knownKeys: [], hostKeyAlgorithms: [] }
        const record = await createRecord(planned, 'saved', { dataDir, clock, fs, ttlHours: 0 })
        try {
          // Nothing of the owner's is changed: there is nothing to keep a record of.
          await discard(await carryOut(record, plan), parts)
          return forget(id)
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'file-changed' || tries === SAVE_TRIES) throw error
        }
      }
    })
  }

  function acceptThirdKey(id: string, shown: string, isCompared = compared.get(id) === shown): Promise<void> {
    return exclusive(async () => {
      const open = await records.open(id)
      const record = requireState(open, 'active')
      const key = record.thirdKey && toBytes(record.thirdKey.blob)
      if (!key || fingerprint(key) !== shown) throw new AppError('wrong-state')
      if (!isCompared && identify(record, key) !== 'rescue-key') throw new AppError('wrong-state')
      const files = await readKnownHosts({ user: record.userFiles, system: record.systemFiles }, fs)
      if (judgeHostKey(files, record.query, key).kind === 'revoked') throw new AppError('revoked', { host: record.host })
      if (record.alsoWrite) await exchangeWrittenKey(open, key, fs)
      const expiresAt = new Date(clock.now().getTime() + o.settings().rescueTtlHours * 3_600_000).toISOString()
      await open.update({ rescueKey: fromBytes(key), thirdKey: undefined, expiresAt })
    })
  }

  const view = (record: JournalRecord) => toIntervention(record, watches.get(record.id)?.state())
  const isShown = ({ id, kind, state, summary }: JournalRecord) =>
    kind === 'set-aside' && (isOpen(state) || justRolledBack.has(id) || (state !== 'rolled-back' && summary?.dismissed === false))

  return {
    list: () => records.all().filter(isShown).map(view),
    history: () =>
      records.all().flatMap((record) => {
        const item = toHistoryItem(record)
        return item ? [item] : []
      }),
    onDidChange: changed.on,
    resume: () =>
      exclusive(async () => {
        const loaded = await journal.load()
        for (const directory of [dataDir, journal.directory, join(dataDir, 'copies')])
          await removeStrays(directory, ownStrays, clock.now(), fs)
        const outcomes: Awaited<ReturnType<Interventions['resume']>> = loaded.unreadable.map((id) => ({ id, outcome: 'unreadable' }))
        for (const record of loaded.records) {
          const open = hold(record)
          for (const { path } of record.files) await removeStrayTemporaries(path, clock.now(), fs)
          try {
            const outcome = await recover(open, parts)
            if (outcome) outcomes.push({ id: record.id, outcome })
            if (outcome === 'rolled-back' && record.kind === 'set-aside') justRolledBack.add(record.id)
            if (record.kind === 'saved') forget(record.id)
          } catch (error) {
            log.error(`an intervention could not be resumed (${record.id})`, error)
            if (error instanceof AppError) await open.update({ error: error.toInfo() }).catch(() => {})
            outcomes.push({ id: record.id, outcome: 'needs-attention' })
          }
          followWatch(record.id, true)
        }
        records.follow((id) => followWatch(id, false))
        changed.emit()
        return outcomes
      }),
    findOpen(target) {
      const record = findOpen(target)
      return record && view(record)
    },
    classify,
    accepts: (id, blob) => accepts(find(id), blob, clock.now()),
    isExpired: (id) => isExpired(find(id), clock.now()),
    knownKeys: (id) => find(id).knownKeys.map(toBytes),
    hostKeyAlgorithms: (id) => find(id).hostKeyAlgorithms,
    plan: async (target, presented, intent, alsoWrite) => (await planning.plan({ target, presented, intent, alsoWrite })).preview,
    async begin(target, presented, digest, alsoWrite) {
      if (findOpen(target)) throw new AppError('wrong-state', { host: target.host })
      return agree({ target, presented, intent: 'set-aside', alsoWrite }, digest)
    },
    replace: (target, presented, digest) => agree({ target, presented, intent: 'replace', alsoWrite: false }, digest),
    save,
    async observed(id, blob) {
      const role = classify(id, blob)
      if (endsRescue(role) && find(id).state === 'active' && !(await isProven(id, blob))) return false
      watches.get(id)?.note(identify(find(id), blob))
      await react(id, role, blob)
      return true
    },
    async leave(id) {
      await exclusive(async () => {
        const open = await records.open(id)
        requireState(open, 'active')
        // An earlier failure to restore is over: what is told from here on is of this wait.
        await open.update({ leaving: true, error: undefined })
      })
      watches.get(id)?.restart()
    },
    async stopWaiting(id) {
      await exclusive(async () => {
        const open = await records.open(id)
        requireState(open, 'active')
        await open.update({ leaving: false })
      })
    },
    restoreNow: (id) => restoreNow(id, 'person'),
    settle: (id, index, choice) =>
      exclusive(async () => {
        const open = await records.open(id)
        const record = requireState(open, 'needs-attention')
        const line = record.attention.find((one) => one.index === index)
        if (!line) throw new AppError('not-found', { index })
        if (choice === 'keep-current' && line.current === undefined) throw new AppError('wrong-state', { index })
        if (choice !== 'forget') {
          const copy = `${copyPath(dataDir, id, record.userFiles, line.file)}.line${index}`
          await settleLine(open, line, choice, copy, fs)
        }
        const attention = record.attention.filter((one) => one !== line)
        const setAside = Math.max(0, record.setAside - (line.reason === 'edited' ? 1 : 0))
        await open.update({ attention, setAside, settled: [...record.settled, { index, choice }] })
        if (attention.length === 0) await close(open, 'person', parts)
        followWatch(id, false)
      }),
    compareThirdKey(id, text) {
      const { thirdKey } = find(id)
      if (!thirdKey) throw new AppError('wrong-state')
      const result = compareExpectation(text, toBytes(thirdKey.blob))
      if (result === 'match') compared.set(id, fingerprint(toBytes(thirdKey.blob)))
      return result
    },
    acceptThirdKey,
    dismissSummary: (id) =>
      exclusive(async () => {
        const open = await records.open(id)
        justRolledBack.delete(id)
        const { summary } = open.get()
        if (summary) await open.update({ summary: { ...summary, dismissed: true } })
        else changed.emit()
      }),
    bringBack: (id) =>
      exclusive(async () => {
        const open = await records.open(id, 'replaced')
        requireState(open, 'active')
        await restore(open, 'person', parts)
      }),
    async dispose() {
      ending.abort()
      await Promise.all([...watches.values()].map((watch) => watch.dispose()))
      watches.clear()
      await records.settled()
    },
  }
}
