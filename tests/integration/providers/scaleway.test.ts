/** Scaleway Instances and Elastic Metal. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScaleway } from '../../../electron/providers/scaleway.js'
import type { Before, Operation, ProgressState } from '../../../shared/provider.js'
import {
  addInstance,
  addMetal,
  type FakeInstance,
  type FakeMetal,
  instances,
  metalPassword,
  metals,
  secretKey,
  startScaleway,
  zone,
} from '../../support/fake-scaleway.js'
import { type Harness, harness } from '../../support/provider-harness.js'

const signal = new AbortController().signal
const quiet = { signal, beforeChange: async () => {} }
let fake: Harness
let machine: FakeInstance
let metal: FakeMetal
const open = (secret = secretKey) => createScaleway({ secretKey: secret }, fake.parts)

beforeEach(async () => {
  fake = await harness(startScaleway, [secretKey, metalPassword, 'SECRETwrong'])
  machine = addInstance(fake.api)
  metal = addMetal(fake.api)
})
afterEach(async () => {
  await fake.close()
  fake.check()
  // Deletes the machine: never, whatever happens.
  expect(fake.api.asked.filter(({ text }) => text.includes('terminate'))).toEqual([])
})

const follow = (operation: Operation) => fake.clock.run(open().progress(operation, { signal, onState() {} }))

it('lists all zones and pages of both products', async () => {
  const all = await fake.clock.run(open().listServers(signal))
  expect(all).toHaveLength(102)
  expect(all.at(-2)).toEqual({
    id: `instance/${zone}/last`,
    product: 'instance',
    name: 'web',
    addresses: ['203.0.113.5'],
    state: 'running',
  })
  expect(all.at(-1)).toEqual({ id: `metal/${zone}/m1`, product: 'metal', name: 'db', addresses: ['203.0.113.6'], state: 'running' })
})

it('asks for every page of Elastic Metal, however few stand on one', async () => {
  const names = ['db-1', 'db-2', 'db-3']
  fake.api.on(`GET ${metals}`, ({ at, query }) => {
    const rest = at.zone === zone ? names.slice(2 * (Number(query.get('page')) - 1)) : []
    const servers = rest.slice(0, 2).map((name) => ({ id: name, name, status: 'ready', boot_type: 'normal', ips: [] }))
    return { body: { total_count: at.zone === zone ? names.length : 0, servers } }
  })
  const all = await fake.clock.run(open().listServers(signal))
  expect(all.filter(({ product }) => product === 'metal').map(({ name }) => name)).toEqual(names)
})

it('lists the other zones when one has a fault, and tells which', async () => {
  fake.api.on(`GET ${metals}`, ({ at }) => (at.zone === 'pl-waw-3' ? { status: 500, body: { message: 'x' } } : { body: { servers: [] } }))
  const told: [string, string][] = []
  const all = await fake.clock.run(open().listServers(signal, ({ what, problem }) => told.push([what, problem.problem])))
  expect(all).toHaveLength(101)
  expect(told).toEqual([['metal/pl-waw-3', 'server-fault']])
})

it('lists what a key for one product may see', async () => {
  const refused = {
    status: 403,
    body: { message: 'insufficient permissions', type: 'permissions_denied', details: [{ resource: 'baremetal', action: 'read' }] },
  }
  fake.api.on(`GET ${metals}`, () => refused)
  expect(await fake.clock.run(open().listServers(signal))).toHaveLength(101)
  fake.api.on(`GET ${instances}`, () => refused)
  expect(await fake.refused(open().listServers(signal))).toMatchObject({ problem: 'not-granted', data: { right: 'baremetal read' } })
  expect((await fake.refused(open('SECRETwrong').listServers(signal))).problem).toBe('bad-credentials')
})

describe('an Instance', () => {
  const server = `instance/${zone}/i1`
  const changes = () => fake.api.asked.filter(({ method }) => method !== 'GET').map(({ body }) => body)

  it('is powered off, changed and powered on, there and back; the account’s keys open it', async () => {
    const recorded: Before[] = []
    const states: ProgressState[] = []
    const { operation } = await fake.clock.run(
      open().enter(server, { signal, beforeChange: async (before) => void recorded.push(before), onState: (state) => states.push(state) }),
    )
    expect(recorded).toEqual([{ at: '2026-11-24T02:07:00.000Z', boot: 'local' }])
    expect(changes()).toEqual([{ action: 'poweroff' }, { boot_type: 'rescue' }, { action: 'poweron' }])
    expect(states.map(({ task }) => task)).toEqual(['stopping', 'stopping', 'stopped'])
    expect(await follow(operation)).toEqual({ kind: 'done' })
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toEqual({ kind: 'account-keys', user: 'root' })
    const back = await fake.clock.run(open().leave(server, quiet))
    expect(await follow(back)).toEqual({ kind: 'done' })
    expect(machine).toMatchObject({ state: 'running', boot_type: 'local' })
  })

  it('whose boot type was changed is not taken for one that runs the rescue system', async () => {
    machine.boot_type = 'rescue'
    expect(await fake.clock.run(open().inspect(server, signal))).toMatchObject({ state: 'unknown' })
  })

  it('that is off already is only started', async () => {
    machine.state = 'stopped'
    expect((await fake.clock.run(open().inspect(server, signal))).requests.map(({ method }) => method)).toEqual(['PATCH', 'POST'])
    await fake.clock.run(open().enter(server, quiet))
    expect(changes()).toEqual([{ boot_type: 'rescue' }, { action: 'poweron' }])
  })

  it('says that it was powered off when the rest fails, or never ends', async () => {
    fake.api.once(`PATCH ${instances}/{server_id}`, { status: 403, body: { message: 'x', type: 'permissions_denied', details: [] } })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'not-granted', changed: 'stopped' })
    Object.assign(machine, { state: 'running', boot_type: 'local', later: [] })
    fake.api.once(`POST ${instances}/{server_id}/action`, { body: { task: { id: 't' } } })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'too-slow', changed: 'stopped' })
  })

  it.each([
    [409, 'busy'],
    [412, 'busy'],
    [404, 'not-found'],
    [400, 'rejected'],
  ])('understands %i', async (status, problem) => {
    fake.api.once(`POST ${instances}/{server_id}/action`, { status, body: { message: 'x', type: 'y' } })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem, changed: 'nothing' })
  })
})

describe('an Elastic Metal server', () => {
  const server = `metal/${zone}/m1`

  it('restarts into rescue with one call, tells user and password, and back', async () => {
    const { operation, credentials } = await fake.clock.run(open().enter(server, quiet))
    expect(credentials).toEqual({ kind: 'password', user: 'em-abc', password: metalPassword, source: 'answer' })
    expect(await follow(operation)).toEqual({ kind: 'done' })
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toMatchObject({ user: 'em-abc', source: 'server' })
    const back = await fake.clock.run(open().leave(server, quiet))
    expect(await follow(back)).toEqual({ kind: 'done' })
    expect(fake.api.asked.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { boot_type: 'rescue' },
      { boot_type: 'normal' },
    ])
  })

  it('tells the password later where the answer had none', async () => {
    metal.silent = 'starting'
    const entered = await fake.clock.run(open().enter(server, quiet))
    expect(entered).not.toHaveProperty('credentials')
    const found = await fake.clock.run(open().credentials(entered.operation, { signal }))
    expect(found).toEqual({ kind: 'password', user: 'em-abc', password: metalPassword, source: 'server' })
  })

  it('ends with the way by hand when it fails', async () => {
    const { operation } = await fake.clock.run(open().enter(server, quiet))
    metal.later = ['error']
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toMatchObject({ kind: 'failed' })
    expect(await follow(operation)).toMatchObject({ kind: 'failed', problem: { problem: 'task-failed' }, manual: { id: 'scaleway-metal' } })
  })
})
