/**
 * How the present rescue was begun: the attempt that runs, and what is written down of it for the way back, the password and the key
 * that answered. One attempt at a time; a new one replaces what is left of the former.
 */
import { AppError } from '../../shared/errors.js'
import type { Before, ProviderLink } from '../../shared/provider.js'
import type { PublishedKey } from '../../shared/terminal-session.js'
import type { EnteringState } from '../../shared/visit.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { Probe } from '../rescue/watch.js'
import { createEntering, type Entering, type EnteringRecord } from './entering.js'
import { INSPECT_MS } from './interruption.js'
import type { PasswordSearch } from './password.js'
import { type AccountsOf, manualOf, providerOf } from './provider-of.js'
import { compareWithPublished } from './published-key.js'
import type { VisitRecord } from './store.js'

/** A server as one wants to bring it into rescue. */
export interface VisitTarget {
  id: string
  name: string
  /** What is handed to ssh. */
  target: string
  host: string
  port: number
  link: ProviderLink | undefined
}

export interface EntryParts {
  clock: Clock
  log: Log
  accounts: AccountsOf
  password: PasswordSearch
  probe: Probe
  /** What known_hosts says of the usual system. */
  usualKeys(target: VisitTarget): Promise<{ keys: Buffer[]; hostKeyAlgorithms: string[] }>
  /** Keys that an open intervention has set aside, as blobs. */
  keysAside(id: string): Buffer[]
  save(entry: VisitRecord['entering']): Promise<void>
  onDidChange(): void
}

export interface Entry {
  state(): EnteringState | undefined
  /** As the person calls the server. */
  name(): string | undefined
  /** Which machine of which provider was restarted. */
  link(): ProviderLink | undefined
  /** As the provider had the machine before. */
  before(): Before | undefined
  /** The key that answered after the server was sent into rescue. */
  isRescueKey(blob: Buffer): boolean
  /** It answered with another key then. */
  hasShownAnother(blob: Buffer): boolean
  /** See `Visit`. */
  enter(target: VisitTarget, method: EnteringState['method'], typed: string): Promise<void>
  stop(): void
  dismiss(): Promise<void>
  findPassword(): Promise<void>
  /** See `Visits`. */
  comparePublished(blob: Buffer, signal: AbortSignal): Promise<PublishedKey | undefined>
  /**
   * The rescue is over: what was told of it opens no later one, which somebody may start in the panel. Not while one is
   * asked for. `mayGoOn`: what ended it may be its own next start, whose way out is noted here.
   */
  forget(mayGoOn: boolean): void
  /** Back to normal: nothing of it is needed any more. */
  clear(): Promise<void>
  /** After a restart of the app. `endedAt`: of the last rescue whose lines went back. */
  resume(endedAt: string | undefined, mayGoOn: boolean): Promise<void>
  dispose(): Promise<void>
}

type Stored = NonNullable<VisitRecord['entering']>

export function createEntry(loaded: VisitRecord['entering'], o: EntryParts): Entry {
  const { clock, log, password } = o
  let stored = loaded
  let entering: Entering | undefined
  let isAsking = false

  function save(next: VisitRecord['entering']): Promise<void> {
    stored = next
    return o.save(next)
  }

  async function build(entry: Stored): Promise<Entering> {
    const found = entry.method === 'api' ? await providerOf(o.accounts, entry.link) : undefined
    const { host, port, hostKeyAlgorithms } = entry
    const { answeredKey: _, ...rest } = entry
    const own: EnteringRecord = { ...rest, knownKeys: entry.knownKeys.map((key) => Buffer.from(key, 'base64')) }
    return createEntering(own, {
      clock,
      log,
      manual: manualOf(entry.link),
      ...(found ? { provider: found } : {}),
      probe: (signal) => o.probe({ host, port, hostKeyAlgorithms, signal }),
      // *Stop* may have been pressed since.
      save: (next) => save({ ...entry, stopped: stored?.stopped ?? false, ...toStored(next) }),
      onPassword: password.found,
      onDidChange: o.onDidChange,
    })
  }

  async function begin(target: VisitTarget, method: EnteringState['method'], typed: string) {
    const found = method === 'api' ? await providerOf(o.accounts, target.link) : undefined
    if (method === 'api' && !found) throw new AppError('wrong-state')
    if (found && typed !== target.name) {
      const { state } = await found.adapter.inspect(found.server, AbortSignal.timeout(INSPECT_MS))
      // Services that run stop: only a person who has read the name may do that.
      if (state !== 'off' && state !== 'rescue') throw new AppError('wrong-state')
    }
    await entering?.dispose()
    password.forget()
    const { keys, hostKeyAlgorithms } = await o.usualKeys(target)
    const entry: Stored = {
      name: target.name,
      host: target.host,
      port: target.port,
      ...(target.link ? { link: target.link } : {}),
      method,
      startedAt: clock.now().toISOString(),
      // Lines that are set aside are comments just now, and still name the usual system.
      knownKeys: [...keys, ...o.keysAside(target.id)].map((key) => key.toString('base64')),
      hostKeyAlgorithms,
      answered: false,
      stopped: false,
    }
    await save(entry)
    entering = await build(entry)
    entering.begin()
    o.onDidChange()
  }

  const isUnderWay = () => ['requesting', 'restarting', 'waiting'].includes(entering?.state().phase ?? '')

  function forget(mayGoOn: boolean) {
    if (isUnderWay()) return
    password.forget()
    if (!stored) return
    const { operation: _, answeredKey: __, before, ...rest } = stored
    void save({ ...rest, ...(mayGoOn && before ? { before } : {}) }).catch((error) =>
      log.error('an ended rescue could not be forgotten', error),
    )
  }

  return {
    state: () => entering?.state(),
    name: () => stored?.name,
    link: () => stored?.link,
    before: () => stored?.before,
    hasShownAnother: (blob) => stored?.answeredKey !== undefined && stored.answeredKey !== blob.toString('base64'),
    isRescueKey: (blob) => stored?.answeredKey === blob.toString('base64'),
    async enter(target, method, typed) {
      if (isAsking || (entering && entering.state().phase !== 'failed' && entering.state().phase !== 'stopped'))
        throw new AppError('wrong-state')
      isAsking = true
      try {
        await begin(target, method, typed)
      } finally {
        isAsking = false
      }
    },
    stop() {
      if (!entering || !stored) throw new AppError('wrong-state')
      entering.stop()
      void save({ ...stored, stopped: true })
    },
    async dismiss() {
      await entering?.dispose()
      entering = undefined
      if (stored) await save({ ...stored, stopped: true })
      o.onDidChange()
    },
    async findPassword() {
      const found = await providerOf(o.accounts, stored?.link)
      if (!found || !stored?.operation) throw new AppError('wrong-state')
      await password.look(found.adapter, stored.operation)
    },
    async comparePublished(blob, signal) {
      const { operation, link } = stored ?? {}
      const found = operation && (await providerOf(o.accounts, link))
      return found && compareWithPublished(found, operation, blob, { clock, signal })
    },
    forget,
    clear: () => save(undefined),
    async resume(endedAt, mayGoOn) {
      const entry = stored
      if (entry && !entry.answered && !entry.stopped) {
        // The account may be gone, or its secret be asked for anew: the port alone is watched then.
        const built = await build(entry).catch(() => build({ ...entry, method: 'by-hand' }))
        // A person may have begun anew while the keyring was asking.
        if (!entering && !isAsking) {
          entering = built
          built.resume()
        }
      }
      if (stored?.answered && endedAt !== undefined && endedAt > stored.startedAt) forget(mayGoOn)
    },
    async dispose() {
      await entering?.dispose()
    },
  }
}

const toStored = ({ knownKeys, before, operation, answered, answeredKey }: EnteringRecord) => ({
  knownKeys: knownKeys.map((key) => key.toString('base64')),
  answered,
  ...(answeredKey ? { answeredKey: answeredKey.toString('base64') } : {}),
  ...(before ? { before } : {}),
  ...(operation ? { operation } : {}),
})
