/**
 * Visits: everything RescueTerm does on and around one rescue system, per address. A visit exists as soon as somebody asks for it, and
 * outlives a restart of the app as far as it is written down (`store.ts`).
 */
import type { PublishedKey } from '../../shared/terminal-session.js'
import type { EnteringState, EnterPreview } from '../../shared/visit.js'
import { createEmitter } from '../emitter.js'
import { splitServer } from '../providers/provider.js'
import type { VisitTarget } from './entry.js'
import { INSPECT_MS } from './interruption.js'
import { createVisitStore, type VisitRecord } from './store.js'
import type { OwnVisit, Visit, VisitsParts } from './visit.js'

export type { VisitTarget } from './entry.js'

/** Most starts of the app need none of it. */
const load = () => import('./visit.js')

export interface Visits {
  /** Goes on with what the last run of the app left: entering, and leaving. */
  start(): Promise<void>
  open(id: string): Promise<Visit>
  /** Visits that restart into rescue right now, for the list of servers. */
  entering(): { id: string; name: string; state: EnteringState }[]
  /** The key that answered after this server was sent into rescue: nobody's own system shows it, set-aside lines or not. */
  isRescueKey(id: string, blob: Buffer): boolean
  /**
   * A key that a server shows, against those its provider publishes for the rescue system it was asked for; waits while those are not
   * known yet. Undefined: it publishes none of this family, or was not asked for this rescue. @throws ProviderError
   */
  comparePublished(id: string, blob: Buffer, signal: AbortSignal): Promise<PublishedKey | undefined>
  preview(target: VisitTarget): Promise<EnterPreview>
  /** Sessions or interventions changed. */
  refresh(ids: readonly string[]): void
  onDidChange(listener: () => void): () => void
  dispose(): Promise<void>
}

export function createVisits(o: VisitsParts): Visits {
  const { log } = o
  const store = createVisitStore(o.dataDir)
  const changed = createEmitter()
  const visits = new Map<string, { visit: Visit; own: OwnVisit }>()
  const opening = new Map<string, Promise<Visit>>()

  function open(id: string, record?: VisitRecord): Promise<Visit> {
    const found = visits.get(id)
    if (found) return Promise.resolve(found.visit)
    const already = opening.get(id)
    if (already) return already
    const run = (async () => {
      const { createVisit } = await load()
      const parts = { ...o, tasks: await o.loadTasks(), save: store.update, onDidChange: changed.emit }
      const own = createVisit(record ?? (await store.load(id)), parts)
      visits.set(id, { visit: own.visit, own })
      own.refresh()
      return own.visit
    })().finally(() => opening.delete(id))
    opening.set(id, run)
    return run
  }

  return {
    onDidChange: changed.on,
    open: (id) => open(id),
    async start() {
      for (const record of await store.loadAll(log)) {
        if (!record.entering && !record.leaving) continue
        await open(record.id, record)
        await visits.get(record.id)?.own.resume()
      }
    },
    entering() {
      return [...visits.values()].flatMap(({ visit, own }) => {
        const state = own.entering()
        return state ? [{ id: visit.id, name: own.name(), state }] : []
      })
    },
    isRescueKey: (id, blob) => visits.get(id)?.own.isRescueKey(blob) ?? false,
    async comparePublished(id, blob, signal) {
      // Most servers were never sent into rescue: for their keys nothing is loaded.
      const record = visits.has(id) ? undefined : await store.load(id)
      if (record && !record.entering) return undefined
      await open(id, record)
      return visits.get(id)!.own.comparePublished(blob, signal)
    },
    async preview(target) {
      const { manualOf, problemOf } = await import('./provider-of.js')
      const manual = manualOf(target.link)
      const plain: EnterPreview = { machine: target.name, state: 'unknown', requests: [], manual }
      if (target.link?.kind !== 'account') return plain
      const { accountId, server } = target.link
      const provider = o.accounts.list().find(({ account }) => account.id === accountId)?.account.kind
      try {
        const adapter = await o.accounts.provider(accountId)
        const inspection = await adapter.inspect(server, AbortSignal.timeout(INSPECT_MS))
        return {
          ...plain,
          ...(provider ? { provider } : {}),
          machine: splitServer(server)[1],
          ...inspection,
          capabilities: adapter.capabilities(server),
        }
      } catch (error) {
        return { ...plain, ...(provider ? { provider } : {}), machine: splitServer(server)[1], problem: problemOf(error, log) }
      }
    },
    refresh(ids) {
      for (const id of ids)
        if (o.connection(id)?.isRescue && !visits.has(id)) void open(id).catch((error) => log.error('a visit could not be opened', error))
      for (const { own } of visits.values()) own.refresh()
    },
    async dispose() {
      await Promise.all([...visits.values()].map(({ own }) => own.dispose()))
    },
  }
}
