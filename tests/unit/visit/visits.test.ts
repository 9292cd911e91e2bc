/** What a start of the app goes on with. Nothing that changes a server happens without a person. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../electron/log.js'
import type { Provider } from '../../../electron/providers/provider.js'
import { createVisitStore, type VisitRecord } from '../../../electron/visit/store.js'
import { createVisits, type Visits } from '../../../electron/visit/visits.js'
import type { Intervention } from '../../../shared/intervention.js'
import type { MachineState, Operation } from '../../../shared/provider.js'
import { createFakeClock } from '../../support/fake-clock.js'

const id = '203.0.113.7:22'
const before = { at: '2026-11-24T02:07:00.000Z', boot: 'local' }
const operation: Operation = { kind: 'enter', server: 'vps/one', before }
const link = { kind: 'account', accountId: 'a', server: 'vps/one' } as const

let dataDir: string
let asked: string[]
let state: MachineState
let visits: Visits
let intervention: Intervention | undefined
let clock: ReturnType<typeof createFakeClock>

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rt-visits-'))
  asked = []
  state = 'running'
  intervention = undefined
  clock = createFakeClock()
})
afterEach(async () => {
  await visits.dispose()
  rmSync(dataDir, { recursive: true, force: true })
})

async function startWith(record: Partial<VisitRecord>) {
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
    accounts: { list: () => [], provider: async () => adapter as Provider },
    connection: () => undefined,
    intervention: () => intervention,
    linkOf: () => link,
    keysAside: () => [],
    usualKeys: async () => ({ keys: [], hostKeyAlgorithms: [] }),
    watchReturn: async () => {},
    probe: async () => ({ kind: 'nothing' }),
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
  await visit.enter({ id, name: 'one', target: 'one', host: '203.0.113.7', port: 22, link }, 'api', 'one')
  await clock.advance(5000)
  visits.refresh([id])
  expect(visit.state().password).toMatchObject({ phase: 'found' })
  intervention = { state: 'active' } as Intervention
  visits.refresh([id])
  expect(visit.state().password).toMatchObject({ phase: 'found' })
  intervention = ended
  visits.refresh([id])
  expect(visit.state().password).toBeUndefined()
})
