/** What a start of the app goes on with. Nothing that changes a server happens without a person. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../../electron/log.js'
import { ProviderError } from '../../../electron/providers/problem.js'
import type { Provider } from '../../../electron/providers/provider.js'
import type { ProbeAnswer } from '../../../electron/rescue/watch.js'
import { createVisitStore, type VisitRecord } from '../../../electron/visit/store.js'
import type { VisitConnection } from '../../../electron/visit/visit.js'
import { createVisits, type Visits, type VisitTarget } from '../../../electron/visit/visits.js'
import { AppError } from '../../../shared/errors.js'
import type { Intervention } from '../../../shared/intervention.js'
import type { AccountState, MachineState, Operation } from '../../../shared/provider.js'
import { createFakeClock } from '../../support/fake-clock.js'

const id = '203.0.113.7:22'
const before = { at: '2026-11-24T02:07:00.000Z', boot: 'local' }
const operation: Operation = { kind: 'enter', server: 'vps/one', before }
const link = { kind: 'account', accountId: 'a', server: 'vps/one' } as const

let dataDir: string
let asked: string[]
let answer: ProbeAnswer
let connection: VisitConnection | undefined
let accounts: AccountState[]
/** What an account's adapter does otherwise, by the account's id. */
let adapters: Record<string, Partial<Provider>>
let state: MachineState
let visits: Visits
let intervention: Intervention | undefined
let clock: ReturnType<typeof createFakeClock>

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rt-visits-'))
  asked = []
  answer = { kind: 'nothing' }
  connection = undefined
  accounts = [account('a')]
  adapters = {}
  state = 'running'
  intervention = undefined
  clock = createFakeClock()
})
afterEach(async () => {
  await visits.dispose()
  rmSync(dataDir, { recursive: true, force: true })
})

const account = (id: string, secrets: AccountState['secrets'] = 'kept', kind: 'scaleway' | 'ovhcloud' = 'ovhcloud') =>
  ({ account: { id, kind }, secrets }) as AccountState
/** ssh-keygen's wire form of an Ed25519 key made of one byte. */
const key = (byte: number) => {
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  return Buffer.concat([part(Buffer.from('ssh-ed25519')), part(Buffer.alloc(32, byte))])
}
const [usualKey, rescueKey] = [key(1), key(2)]
const target: VisitTarget = { id, name: 'one', target: 'one', host: '203.0.113.7', port: 22, link }

/** @param locked the keyring asks its owner until then. */
async function startWith(record: Partial<VisitRecord>, locked: Promise<void> = Promise.resolve()) {
  await createVisitStore(dataDir).save({ version: 1, id, changes: [], speed: [], ...record })
  const adapter: Partial<Provider> = {
    capabilities: () => ({ stickiness: 'until-left', progress: 'percent', credentials: 'mail', publishesHostKey: false, console: false }),
    inspect: async () => ({ state, requests: [] }),
    async enter() {
      asked.push('enter')
      return { operation, credentials: { kind: 'password', user: 'root', password: 'pw-1', source: 'answer' } }
    },
    async leave() {
      asked.push('leave')
      return { ...operation, kind: 'leave' }
    },
    async progress() {
      asked.push('progress')
      return { kind: 'done' }
    },
  }
  visits = createVisits({
    dataDir,
    clock,
    log: silentLog,
    loadTasks: async () => [],
    measureSpeed: () => Promise.reject(new Error('not here')),
    accounts: {
      list: () => accounts,
      async provider(wanted) {
        await locked
        if (!accounts.some((one) => one.account.id === wanted)) throw new AppError('not-found', { id: wanted })
        if (accounts.some((one) => one.account.id === wanted && one.secrets === 'missing'))
          throw new ProviderError('ovhcloud', 'secret-missing')
        return { ...adapter, ...adapters[wanted] } as Provider
      },
    },
    connection: () => connection,
    intervention: () => intervention && { ...intervention, knownKeys: intervention.knownKeys ?? [{}] },
    linkOf: () => link,
    keysAside: () => [],
    usualKeys: async () => ({ keys: [], hostKeyAlgorithms: [] }),
    watchReturn: async () => {},
    probe: async () => answer,
  })
  await visits.start()
  await clock.advance(5000)
}

const entering = {
  name: 'one',
  host: '203.0.113.7',
  port: 22,
  link,
  method: 'api' as const,
  startedAt: '2026-11-24T02:07:00.000Z',
  knownKeys: [],
  hostKeyAlgorithms: [],
  answered: false,
  stopped: false,
}

describe('a start of the app', () => {
  it('follows a restart that was asked for', async () => {
    await startWith({ entering: { ...entering, before, operation } })
    expect(asked).toEqual(['progress'])
    expect(visits.entering()).toMatchObject([{ name: 'one', state: { phase: 'waiting' } }])
  })

  it.each([
    ['before the request was answered', { before }],
    ['before anything was asked', {}],
  ])('only watches when the last one ended %s: asking again could restart the server a second time', async (_when, noted) => {
    await startWith({ entering: { ...entering, ...noted } })
    expect(asked).toEqual([])
    expect(visits.entering()).toMatchObject([{ state: { phase: 'waiting', method: 'api' } }])
  })

  it('says that the machine is off when the last one ended between power off and on, and goes on when asked', async () => {
    state = 'off'
    await startWith({ entering: { ...entering, before } })
    expect(asked).toEqual([])
    const interrupted = { problem: 'interrupted', changed: 'stopped' }
    expect(visits.entering()).toMatchObject([{ state: { phase: 'failed', problem: interrupted } }])
    const visit = await visits.open(id)
    await visit.enter({ id, name: 'one', target: 'one', host: '203.0.113.7', port: 22, link }, 'api', '')
    expect(asked).toEqual(['enter'])
  })

  it('waits to see whether a machine on its way down stays off', async () => {
    state = 'busy'
    await startWith({ entering: { ...entering, before } })
    expect(visits.entering()).toMatchObject([{ state: { phase: 'waiting' } }])
    state = 'off'
    await clock.advance(5000)
    expect(visits.entering()).toMatchObject([{ state: { phase: 'failed' } }])
  })

  it('says that leaving was cut in two by the same, and forgets a request that went through', async () => {
    const leaving = { startedAt: '2026-11-24T02:07:00.000Z', skipped: {}, before }
    state = 'off'
    await startWith({ leaving })
    const items = (await visits.open(id)).state().leaving!.items
    expect(items.find((one) => one.id === 'boot-mode')).toMatchObject({ state: 'fault', problem: { problem: 'interrupted' } })
    expect(asked).toEqual([])
    await visits.dispose()
    state = 'running'
    await startWith({ leaving })
    expect((await visits.open(id)).state().leaving).toBeUndefined()
    await visits.dispose()
    expect((await createVisitStore(dataDir).load(id)).leaving).toBeUndefined()
  })

  it('does not go on with a checklist that had not come to the restart', async () => {
    await startWith({ leaving: { startedAt: '2026-11-24T02:07:00.000Z', skipped: {} } })
    expect(asked).toEqual([])
    expect((await visits.open(id)).state().leaving).toBeUndefined()
  })

  it('keeps what another process wrote to the same visit', async () => {
    await startWith({})
    const visit = await visits.open(id)
    const store = createVisitStore(dataDir)
    await store.save({ ...(await store.load(id)), leaving: { startedAt: '2026-11-24T02:08:00.000Z', skipped: {} } })
    await visit.enter({ id, name: 'one', target: 'one', host: '203.0.113.7', port: 22, link: undefined }, 'by-hand', '')
    expect(await store.load(id)).toMatchObject({ leaving: { startedAt: '2026-11-24T02:08:00.000Z' }, entering: { name: 'one' } })
  })
})

it('keeps the password of a rescue until its lines are back, whatever became of an earlier rescue there', async () => {
  const ended = { state: 'restored', summary: { at: '2026-11-01T00:00:00.000Z' } } as Intervention
  intervention = ended
  await startWith({})
  const visit = await visits.open(id)
  await visit.enter(target, 'api', 'one')
  await clock.advance(5000)
  visits.refresh([id])
  expect(visit.state().password).toMatchObject({ phase: 'found' })
  intervention = { state: 'active' } as Intervention
  visits.refresh([id])
  expect(visit.state().password).toMatchObject({ phase: 'found' })
  answer = { kind: 'key', blob: rescueKey }
  await clock.advance(5000)
  // The record is written to a real disk first.
  await vi.waitFor(() => expect(visit.state().entering).toMatchObject({ phase: 'answered' }))
  expect([visits.isRescueKey(id, rescueKey), visits.isRescueKey(id, usualKey), visits.isRescueKey('other:22', rescueKey)]).toEqual([
    true,
    false,
    false,
  ])
  intervention = ended
  visits.refresh([id])
  expect(visit.state().password).toBeUndefined()
  await visits.dispose()
  const { entering } = await createVisitStore(dataDir).load(id)
  // The next rescue may be started in the panel: the baseline of this one would find its old password.
  expect(entering).toMatchObject({ name: 'one', answered: true })
  expect(entering).not.toHaveProperty('operation')
  expect(entering).not.toHaveProperty('before')
})

it('keeps the way out of a rescue that another key than its own ended: that may be its next start', async () => {
  await startWith({ entering: { ...entering, before, operation, answered: true, answeredKey: rescueKey.toString('base64') } })
  const visit = await visits.open(id)
  intervention = { state: 'active', knownKeys: [] as object[] } as Intervention
  visits.refresh([id])
  expect(visits.isRescueKey(id, rescueKey)).toBe(true)
  intervention = { state: 'restored', knownKeys: [] as object[] } as Intervention
  visits.refresh([id])
  expect(visits.isRescueKey(id, rescueKey)).toBe(false)
  await expect(visit.findPassword()).rejects.toMatchObject({ code: 'wrong-state' })
  await visits.dispose()
  expect((await createVisitStore(dataDir).load(id)).entering).toMatchObject({ before })
})

it('forgets what was asked for a rescue whose lines came back while the app was closed', async () => {
  intervention = { state: 'restored', summary: { at: '2026-11-24T02:12:00.000Z' } } as Intervention
  await startWith({ entering: { ...entering, before, operation, answered: true } })
  await expect((await visits.open(id)).findPassword()).rejects.toMatchObject({ code: 'wrong-state' })
})

describe('two things at a time', () => {
  it('asks the provider once, however often it is told to', async () => {
    await startWith({})
    const visit = await visits.open(id)
    const results = await Promise.allSettled([visit.enter(target, 'api', 'one'), visit.enter(target, 'api', 'one')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await visits.dispose()
    expect(asked.filter((one) => one === 'enter')).toHaveLength(1)
  })

  it('does not forget *stop* when the answer to the request comes later', async () => {
    let finish = () => {}
    adapters.a = { enter: () => new Promise((resolve) => (finish = () => resolve({ operation }))) }
    await startWith({})
    const visit = await visits.open(id)
    await visit.enter(target, 'api', 'one')
    visit.stopEntering()
    finish()
    await visits.dispose()
    expect((await createVisitStore(dataDir).load(id)).entering).toMatchObject({ stopped: true, operation })
  })

  it('leaves alone what a person began while the keyring was asking', async () => {
    let unlock = () => {}
    const locked = new Promise<void>((resolve) => (unlock = resolve))
    const started = startWith({ entering: { ...entering, before, operation } }, locked)
    const visit = await vi.waitFor(async () => {
      const found = visits && (await visits.open(id))
      expect(found).toBeDefined()
      return found
    })
    await visit.enter({ ...target, link: undefined }, 'by-hand', '')
    unlock()
    await started
    expect(visit.state().entering).toMatchObject({ method: 'by-hand' })
  })

  it('keeps a password that came by a pasted link when the search ends without one', async () => {
    let finish = () => {}
    adapters.a = { credentials: () => new Promise((resolve) => (finish = () => resolve({ kind: 'timed-out' }))) }
    await startWith({ entering: { ...entering, before, operation, answered: true } })
    const visit = await visits.open(id)
    const search = visit.findPassword()
    await clock.advance(0)
    visit.password.found({ kind: 'password', user: 'root', password: 'pw-2', source: 'secret' })
    finish()
    await search
    expect(visit.state().password).toMatchObject({ phase: 'found', source: 'secret' })
  })
})

describe('entered with one face, left with the other', () => {
  const leave = async () => {
    await startWith({ entering: { ...entering, before, operation, answered: true } })
    const visit = await visits.open(id)
    await visit.leaving.start()
  }
  const knowsNot: Partial<Provider> = {
    inspect: async () => {
      throw new ProviderError('ovhcloud', 'not-found')
    },
  }

  it.each([
    ['is not here', []],
    ['has no secret here', [account('a', 'missing')]],
  ])('finds another account of the provider that knows the machine when the linked one %s', async (_, linked) => {
    accounts = [...linked, account('other', 'kept', 'scaleway'), account('b'), account('c', 'this-run')]
    adapters = { b: knowsNot, other: knowsNot }
    await leave()
    await vi.waitFor(() => expect(asked).toEqual(['leave']))
  })

  it('leaves the boot mode to the person when none does', async () => {
    accounts = [account('a', 'missing'), account('b')]
    adapters = { b: knowsNot }
    await leave()
    await vi.waitFor(async () =>
      expect((await visits.open(id)).state().leaving!.items.find((one) => one.id === 'boot-mode')!.state).toBe('waits'),
    )
    expect(asked).toEqual([])
  })
})

it.each([
  ['mail', true],
  ['secret', true],
  ['answer', false],
  ['account-keys', false],
] as const)('tells of a password by %s whether the account’s mails would show it', async (credentials, byMail) => {
  adapters.a = {
    capabilities: () => ({ stickiness: 'one-boot', progress: 'stages', credentials, publishesHostKey: false, console: false }),
    credentials: async () => ({ kind: 'by-hand' }),
  }
  await startWith({ entering: { ...entering, before, operation, answered: true } })
  const visit = await visits.open(id)
  await visit.findPassword()
  expect(visit.state().password).toMatchObject({ phase: 'by-hand', byMail })
})

describe('the key that a provider publishes', () => {
  const line = (blob: Buffer) => `ssh-ed25519 ${blob.toString('base64')}`
  const { signal } = new AbortController()
  const publishes = { stickiness: 'one-boot', progress: 'stages', credentials: 'answer', publishesHostKey: true, console: false } as const

  it('is waited for until the rescue system has started, then compared', async () => {
    let looks = 0
    adapters.a = {
      capabilities: () => publishes,
      hostKeyHint: async () => (++looks < 3 ? { kind: 'not-yet' } : { kind: 'published', keys: [{ text: line(rescueKey) }] }),
    }
    await startWith({ entering: { ...entering, before, operation, answered: true } })
    const compared = visits.comparePublished(id, rescueKey, signal)
    await vi.waitFor(() => expect(looks).toBe(1))
    await clock.advance(30_000)
    expect(await compared).toEqual({ result: 'verified', provider: 'ovhcloud' })
    expect(looks).toBe(3)
    expect(await visits.comparePublished(id, usualKey, signal)).toEqual({ result: 'differs', provider: 'ovhcloud' })
  })

  it('says nothing of what answers after the rescue system has shown its key, unless something is aside for it', async () => {
    adapters.a = { capabilities: () => publishes, hostKeyHint: async () => ({ kind: 'published', keys: [{ text: line(rescueKey) }] }) }
    await startWith({ entering: { ...entering, before, operation, answered: true, answeredKey: rescueKey.toString('base64') } })
    expect(await visits.comparePublished(id, usualKey, signal)).toBeUndefined()
    expect(await visits.comparePublished(id, rescueKey, signal)).toEqual({ result: 'verified', provider: 'ovhcloud' })
    intervention = { state: 'active', knownKeys: [{}] } as Intervention
    expect(await visits.comparePublished(id, usualKey, signal)).toEqual({ result: 'differs', provider: 'ovhcloud' })
  })

  it('says nothing where no rescue was asked for by API, or the provider publishes none', async () => {
    await startWith({})
    expect(await visits.comparePublished(id, rescueKey, signal)).toBeUndefined()
    await visits.dispose()
    await startWith({ entering: { ...entering, method: 'by-hand' } })
    expect(await visits.comparePublished(id, rescueKey, signal)).toBeUndefined()
    await visits.dispose()
    await startWith({ entering: { ...entering, before, operation, answered: true } })
    expect(await visits.comparePublished(id, rescueKey, signal)).toBeUndefined()
  })
})

it('takes a lost connection for a restart only when the rescue system answers no more', async () => {
  const execute = async () => ({ exitCode: 0, signal: undefined, stdout: Buffer.alloc(0), stderr: '', truncated: false, timedOut: false })
  const open: VisitConnection = { execute: execute as never, user: 'root', hostKey: rescueKey, isRescue: false, sessionIds: ['s'] }
  accounts = []
  await startWith({})
  const visit = await visits.open(id)
  connection = open
  visits.refresh([id])
  connection = undefined
  visits.refresh([id])
  const stateOf = (wanted: string) => visit.state().leaving?.items.find((one) => one.id === wanted)?.state
  const reboot = () => stateOf('reboot')
  await visit.leaving.start()
  await vi.waitFor(() => expect(stateOf('boot-mode')).toBe('waits'))
  await visit.leaving.goOn('boot-mode')
  await vi.waitFor(() => expect(reboot()).toBe('waits'))
  answer = { kind: 'key', blob: rescueKey }
  visits.refresh([id])
  await clock.advance(9000)
  expect(reboot()).toBe('waits')
  answer = { kind: 'key', blob: usualKey }
  await clock.advance(3000)
  await vi.waitFor(() => expect(reboot()).not.toBe('waits'))
})
