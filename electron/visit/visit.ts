/**
 * One visit: the machine, its disks, the repairs, the password, entering and leaving, composed and kept together. What each part may
 * ask of the others is handed over here as a function; what outlives a run of the app goes through `store.ts`.
 */
import { AppError } from '../../shared/errors.js'
import { type Intervention, isOpen } from '../../shared/intervention.js'
import type { CommandRecord } from '../../shared/machine.js'
import type { Before, ProviderLink } from '../../shared/provider.js'
import type { EnteringState, VisitState } from '../../shared/visit.js'
import { keyType } from '../known-hosts/key.js'
import { createDisks, type Disks } from '../machine/disks.js'
import { createMachine, type Execute, type Machine } from '../machine/machine.js'
import { endpointOfLink } from '../providers/ovhcloud/endpoints.js'
import { redeemSecret } from '../providers/ovhcloud/secret.js'
import { createRepairs, type Repairs } from '../repair/repairs.js'
import { type Report, writeReport } from '../repair/report.js'
import type { MountedSystem, RepairTask } from '../repair/task.js'
import { algorithmsOfKeyType, hostKeyAlgorithms } from '../ssh/algorithms.js'
import { createEntry, type Entry, type EntryParts, type VisitTarget } from './entry.js'
import { INSPECT_MS, interruptionOf } from './interruption.js'
import { createLeaving, type Leaving, type LeavingRecord } from './leaving.js'
import { createMeasuring, type MeasureSpeed, type Measuring } from './measuring.js'
import { createPasswordSearch, type PasswordSearch } from './password.js'
import { isWithoutAccount, manualOf, providerOf } from './provider-of.js'
import { KEPT_SPEED_RESULTS, type VisitRecord } from './store.js'

/** A signed-in connection to the rescue system. */
export interface VisitConnection {
  execute: Execute
  user: string
  hostKey: Buffer
  /** Known to be a rescue system; otherwise its key was accepted just once, and nobody looks around unasked. */
  isRescue: boolean
  /** Terminals on it. */
  sessionIds: string[]
}

export type VisitsParts = Pick<EntryParts, 'clock' | 'log' | 'accounts' | 'probe' | 'usualKeys' | 'keysAside'> & {
  dataDir: string
  loadTasks(): Promise<readonly RepairTask[]>
  measureSpeed: MeasureSpeed
  /** Undefined while nobody is signed in there, or the normal system answers. */
  connection(id: string): VisitConnection | undefined
  intervention(id: string): Intervention | undefined
  /** Which machine of which provider it is, by the saved server. */
  linkOf(id: string): ProviderLink | undefined
  /** Begins the close watch of an intervention. */
  watchReturn(interventionId: string): Promise<void>
}

export interface Visit {
  id: string
  /** Of the present start of the rescue system: another one begins anew. */
  readonly disks: Disks
  repairs: Repairs
  leaving: Leaving
  measuring: Measuring
  password: PasswordSearch
  machine: Machine
  state(): VisitState
  /** @throws AppError `wrong-state` when the typed name is asked for and is another. */
  enter(target: VisitTarget, method: EnteringState['method'], typed: string): Promise<void>
  stopEntering(): void
  /** The page is put away; what leaving needs stays written down. */
  dismissEntering(): Promise<void>
  /** @throws AppError `wrong-state` when the provider was not asked for this start of rescue. */
  findPassword(): Promise<void>
  /** The secret behind the link of a mail, by its number; it becomes the visit's password. @returns false when it cannot be fetched so. */
  redeemLink(link: { host: string; secret: string; user: string | undefined }): Promise<boolean>
  /** @throws AppError `not-found` where the provider has none. */
  console(): Promise<string>
  /** What is known now, as a document. Pure but for the clock. */
  report(o: { name: string; language: 'en' | 'fr'; parts: { evidence: boolean; commands: boolean } }): Report
}

const MAX_COMMANDS = 500

/** A visit with what only the registry calls. */
export interface OwnVisit {
  visit: Visit
  name(): string
  entering(): EnteringState | undefined
  isRescueKey(blob: Buffer): boolean
  comparePublished: Entry['comparePublished']
  resume(): Promise<void>
  refresh(): void
  dispose(): Promise<void>
}
export type VisitParts = Omit<VisitsParts, 'loadTasks'> & {
  tasks: readonly RepairTask[]
  /** Writes a part of the record; the rest stays as the disk has it, for the command line may have been there. */
  save(id: string, change: Partial<VisitRecord>): Promise<void>
  onDidChange(): void
}

export function createVisit(loaded: VisitRecord, o: VisitParts): OwnVisit {
  const { id } = loaded
  const { clock, log } = o
  let record = loaded
  let saving: Promise<void> = Promise.resolve()
  let commands: CommandRecord[] = []
  let wasConnected: Buffer | undefined
  /** Of the last connection, whatever it led to. */
  let lastKey: Buffer | undefined
  let wasOnline = false
  let wasAside = false
  let stickiness: VisitState['stickiness']
  const ending = new AbortController()
  let resuming: Promise<void> | undefined

  /** One writer at a time; the caller continues when it is on the disk. */
  function save(change: Partial<VisitRecord>): Promise<void> {
    record = { ...record, ...change }
    saving = saving.catch(() => {}).then(() => o.save(id, change))
    return saving
  }

  const connection = () => o.connection(id)
  const machine = createMachine({
    execute: (line, options) => {
      const found = connection()
      if (!found) throw new AppError('closed-early', { host: id })
      return found.execute(line, options)
    },
    clock,
    sudo: () => connection()?.user !== 'root',
    onDidRun(one) {
      commands = [...commands, one].slice(-MAX_COMMANDS)
    },
  })
  const lookAnew = () => createDisks({ machine, clock, knownKeys: () => o.keysAside(id), onDidChange: o.onDidChange })
  let disks = lookAnew()
  let clientAddress: string | undefined
  function mountedSystem(): MountedSystem | undefined {
    const root = disks.mountedSystem()
    return root && { ...root, clientAddress }
  }
  const repairs = createRepairs({
    tasks: o.tasks,
    system: mountedSystem,
    commands: () => commands,
    clock,
    log,
    changes: record.changes,
    since: () => o.intervention(id)?.since,
    save: (changes) => save({ changes: [...changes] }),
    onDidChange: o.onDidChange,
  })
  const measuring = createMeasuring({
    clock,
    measureSpeed: o.measureSpeed,
    system: mountedSystem,
    onResult: (result) => save({ speed: [...record.speed, result].slice(-KEPT_SPEED_RESULTS) }),
    onDidChange: o.onDidChange,
  })
  const password = createPasswordSearch({ clock, log, onDidChange: o.onDidChange })
  const entry = createEntry(loaded.entering, { ...o, password, save: (entering) => save({ entering }) })
  const leaving = createLeaving({
    clock,
    log,
    isConnected: () => connection() !== undefined,
    disks: () => disks,
    repairs,
    machine,
    wayBack,
    manual: () => manualOf(link(), 'leave'),
    isDown,
    watch: async () => {
      const found = o.intervention(id)
      if (found) await o.watchReturn(found.id)
    },
    intervention: () => o.intervention(id),
    onlyTerminal: () => {
      const [first, second] = connection()?.sessionIds ?? []
      return second === undefined ? first : undefined
    },
    onDidChange: o.onDidChange,
    save: (state) => save({ leaving: state }),
    async didReturn() {
      if (!mayGoOn()) await entry.clear()
    },
  })

  const link = () => entry.link() ?? o.linkOf(id)
  /** What answered last was told from the rescue key only: that may be the next start of the rescue, too. */
  const mayGoOn = () => o.intervention(id)?.knownKeys.length === 0

  async function wayBack() {
    const entered = entry.before()
    const found = await providerOf(o.accounts, link()).catch((error: unknown) => {
      if (!isWithoutAccount(error)) throw error
    })
    if (!found) return { stickiness: manualOf(link()).stickiness }
    const { adapter, server } = found
    return {
      stickiness: adapter.capabilities(server).stickiness,
      byApi: async (signal: AbortSignal, beforeChange: (before: Before) => Promise<void>) => {
        await adapter.leave(server, { signal, entered, beforeChange })
      },
    }
  }

  /** The app ended while the provider restarted the machine; not known means that the next start asks again. */
  async function resumeInterrupted(left: LeavingRecord) {
    try {
      const found = await providerOf(o.accounts, link())
      const interruption = found && (await interruptionOf(found, { clock, signal: ending.signal }))
      if (ending.signal.aborted || leaving.state()) return
      if (interruption) await leaving.start(left, interruption)
      else if (found) await save({ leaving: undefined })
    } catch (error) {
      log.info(`whether the server is off could not be asked: ${error instanceof Error ? error.name : ''}`)
    }
  }

  async function isDown(signal: AbortSignal): Promise<boolean> {
    const at = id.lastIndexOf(':')
    // The same key is asked for first: another one of the same system is no sign of a restart.
    const wanted = [...algorithmsOfKeyType((lastKey && keyType(lastKey)) ?? ''), ...hostKeyAlgorithms]
    const found = await o.probe({ host: id.slice(0, at), port: Number(id.slice(at + 1)), hostKeyAlgorithms: wanted, signal })
    if (found.kind !== 'key') return found.kind === 'nothing'
    return lastKey ? !lastKey.equals(found.blob) : o.keysAside(id).some((one) => one.equals(found.blob))
  }

  async function lookAround({ execute }: VisitConnection) {
    // CLIENT-IP CLIENT-PORT SERVER-IP SERVER-PORT (ssh(1), ENVIRONMENT).
    const { stdout } = await execute('printenv SSH_CONNECTION', { limitMs: INSPECT_MS, maxBytes: 1024 })
    clientAddress = /^[\da-fA-F.:]+(?= )/.exec(stdout.toString('latin1'))?.[0]
    await disks.look()
  }

  /** Called for every change of any session or intervention: says nothing unless something is new here. */
  function refresh() {
    const current = connection()
    lastKey = current?.hostKey ?? lastKey
    const isNews = (current !== undefined) !== wasOnline
    wasOnline = current !== undefined
    if (current?.isRescue && !wasConnected?.equals(current.hostKey)) {
      // Another key is another start of the rescue system: nothing that was seen there holds any more.
      disks = lookAnew()
      repairs.beginAnew()
      wasConnected = current.hostKey
      void wayBack()
        .then((way) => {
          // Unknown where nobody said which provider it is.
          stickiness = link() ? way.stickiness : undefined
          o.onDidChange()
        })
        .catch(() => {})
      void lookAround(current).catch((error) => log.error('the rescue system could not be looked at', error))
    }
    leaving.refresh()
    const found = o.intervention(id)
    const isAside = found !== undefined && isOpen(found.state)
    if (wasAside && !isAside) entry.forget(mayGoOn())
    wasAside = isAside
    if (isNews) o.onDidChange()
  }

  const visit: Visit = {
    id,
    get disks() {
      return disks
    },
    repairs,
    leaving,
    measuring,
    password,
    machine,
    state: () => ({
      id,
      isConnected: connection() !== undefined,
      disks: disks.state(),
      repair: repairs.state(),
      speed: record.speed,
      ...(entry.state() ? { entering: entry.state()! } : {}),
      ...(password.state() ? { password: password.state()! } : {}),
      ...(stickiness ? { stickiness } : {}),
      ...(measuring.state() ? { measuring: measuring.state()! } : {}),
      ...(leaving.state() ? { leaving: leaving.state()! } : {}),
    }),
    enter: entry.enter,
    stopEntering: entry.stop,
    dismissEntering: entry.dismiss,
    findPassword: entry.findPassword,
    async redeemLink({ host, secret, user }) {
      const redeemed = await redeemSecret(endpointOfLink(host), secret, AbortSignal.timeout(INSPECT_MS), { clock, log })
      if (redeemed.kind === 'secret')
        password.found({ kind: 'password', user: user ?? 'root', password: redeemed.secret, source: 'secret' })
      return redeemed.kind === 'secret'
    },
    async console() {
      const found = await providerOf(o.accounts, link())
      const url = await found?.adapter.console(found.server, AbortSignal.timeout(INSPECT_MS))
      if (!url) throw new AppError('not-found', { id: 'console' })
      return url.href
    },
    report: (asked) =>
      writeReport({ ...asked, at: clock.now(), disks: disks.state(), repair: repairs.state(), speed: record.speed.at(-1) }),
  }

  return {
    visit,
    refresh,
    name: () => entry.name() ?? id,
    entering: entry.state,
    isRescueKey: entry.isRescueKey,
    async comparePublished(blob, signal) {
      const found = o.intervention(id)
      const isAside = found !== undefined && isOpen(found.state)
      // The rescue has shown its key already: what answers with nothing aside for it is not that rescue.
      if (!isAside && entry.hasShownAnother(blob)) return undefined
      return entry.comparePublished(blob, signal)
    },
    async resume() {
      await entry.resume(o.intervention(id)?.summary?.at, mayGoOn())
      const left = record.leaving
      if (left?.rebootedAt) await leaving.start(left)
      else if (left?.before) resuming = resumeInterrupted(left)
      else if (left) await save({ leaving: undefined })
    },
    async dispose() {
      ending.abort(new AppError('wrong-state'))
      measuring.stop()
      leaving.dispose()
      password.forget()
      await Promise.all([entry.dispose(), resuming])
      await saving.catch(() => {})
    },
  }
}
