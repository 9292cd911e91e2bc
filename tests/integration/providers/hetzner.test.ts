/** Hetzner Cloud and Hetzner Robot. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHetznerCloud } from '../../../electron/providers/hetzner-cloud.js'
import { createHetznerRobot } from '../../../electron/providers/hetzner-robot.js'
import { compareHint } from '../../../electron/providers/provider.js'
import type { Operation, ProgressState } from '../../../shared/provider.js'
import {
  addCloudServers,
  addRobotServer,
  type FakeCloudServer,
  type FakeRobotServer,
  robotBasic,
  robotPassword,
  robotUser,
  rootPassword,
  startHetznerCloud,
  startHetznerRobot,
  token,
} from '../../support/fake-hetzner.js'
import { type Harness, harness } from '../../support/provider-harness.js'

let fake: Harness
const signal = new AbortController().signal
const quiet = { signal, beforeChange: async () => {} }
const at = '2026-11-24T02:07:00.000Z'

afterEach(async () => {
  await fake.close()
  fake.check()
})

describe('Hetzner Cloud', () => {
  const server = 'server/42'
  let machine: FakeCloudServer
  const open = (secret = token) => createHetznerCloud({ token: secret }, fake.parts)

  beforeEach(async () => {
    fake = await harness(startHetznerCloud, [token, rootPassword, 'SECRETwrong'])
    machine = addCloudServers(fake.api)
  })

  it('lists every page', async () => {
    expect(await fake.clock.run(open().listServers(signal))).toEqual([
      { id: 'server/42', product: 'server', name: 'web-42', addresses: ['203.0.113.42', '2001:db8:42::1'], state: 'running' },
      { id: 'server/43', product: 'server', name: 'web-43', addresses: ['203.0.113.42', '2001:db8:42::1'], state: 'running' },
    ])
  })

  it('arms rescue, waits until it is armed, resets, and tells the password', async () => {
    const { operation, credentials } = await fake.clock.run(open().enter(server, quiet))
    expect(fake.api.asked.filter(({ method }) => method === 'POST').map(({ operation: one, body }) => [one, body])).toEqual([
      ['POST /servers/{id}/actions/enable_rescue', { type: 'linux64' }],
      ['POST /servers/{id}/actions/reset', undefined],
    ])
    expect(credentials).toEqual({ kind: 'password', user: 'root', password: rootPassword, source: 'answer' })
    expect(operation).toEqual({ kind: 'enter', server, before: { at, boot: 'local' }, task: 2 })
    const states: ProgressState[] = []
    const result = await fake.clock.run(open().progress(operation, { signal, onState: (state) => states.push(state) }))
    expect(states.map(({ kind, percent }) => [kind, percent])).toEqual([
      ['requested', undefined],
      ['restarting', 30],
      ['restarting', 60],
      ['done', undefined],
    ])
    expect(result).toEqual({ kind: 'done' })
  })

  it('disarms first what somebody armed: that password is told to nobody', async () => {
    machine.rescue = true
    await fake.clock.run(open().enter(server, quiet))
    expect(fake.api.asked.filter(({ method }) => method === 'POST').map(({ path }) => path.split('/').at(-1))).toEqual([
      'disable_rescue',
      'enable_rescue',
      'reset',
    ])
    const left = await fake.clock.run(open().leave(server, quiet))
    expect(left).toMatchObject({ kind: 'leave', before: { boot: 'rescue' }, task: 2 })
    expect(machine.rescue).toBe(false)
  })

  it.each(['enter', 'leave'] as const)('says that it has disarmed it when the next step of %s is refused', async (way) => {
    machine.rescue = true
    const next = way === 'enter' ? 'enable_rescue' : 'reset'
    fake.api.once(`POST /servers/{id}/actions/${next}`, { status: 403, body: { error: { code: 'forbidden', message: 'no' } } })
    expect(await fake.refused(open()[way](server, quiet))).toMatchObject({ problem: 'not-granted', changed: 'boot-mode' })
  })

  it('does not reset what could not be armed', async () => {
    machine.fails = 'enable_rescue'
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'task-failed', changed: 'boot-mode' })
    expect(fake.api.calls('POST /servers/{id}/actions/reset')).toEqual([])
  })

  it('ends with the way by hand when the reset fails', async () => {
    const { operation } = await fake.clock.run(open().enter(server, quiet))
    machine.fails = 'reset_server'
    expect(await fake.clock.run(open().progress(operation, { signal, onState() {} }))).toMatchObject({
      kind: 'failed',
      problem: { problem: 'task-failed', data: { state: 'action_failed' }, detail: 'Action failed' },
      manual: { id: 'hetzner-cloud', stickiness: 'one-boot' },
    })
  })

  it.each([
    [403, 'token_readonly', 'not-granted'],
    [404, 'not_found', 'not-found'],
    [423, 'locked', 'busy'],
    [409, 'conflict', 'busy'],
    [422, 'invalid_input', 'rejected'],
  ])('understands %i %s', async (status, code, problem) => {
    fake.api.once('POST /servers/{id}/actions/enable_rescue', { status, body: { error: { code, message: 'no' } } })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem, changed: 'nothing' })
  })

  it('understands a wrong token, which it does not repeat in the error', async () => {
    expect((await fake.refused(open('SECRETwrong').listServers(signal))).problem).toBe('bad-credentials')
  })
})

describe('Hetzner Robot', () => {
  const server = 'robot/321'
  const operation: Operation = { kind: 'enter', server, before: { at, boot: 'local' } }
  let machine: FakeRobotServer
  const open = (password = robotPassword) => createHetznerRobot({ user: robotUser, password }, fake.parts)

  beforeEach(async () => {
    fake = await harness(() => startHetznerRobot(), [robotPassword, robotBasic(), rootPassword, 'SECRETwrong'])
    machine = addRobotServer(fake.api)
  })

  it('arms rescue by form, resets, and waits for the first boot', async () => {
    expect(await fake.clock.run(open().listServers(signal))).toEqual([
      { id: server, product: 'robot', name: '321', addresses: ['192.0.2.21'], state: 'unknown' },
    ])
    const entered = await fake.clock.run(open().enter(server, quiet))
    expect(entered).toEqual({ operation, credentials: { kind: 'password', user: 'root', password: rootPassword, source: 'answer' } })
    expect(fake.api.asked.filter(({ method }) => method === 'POST').map(({ text }) => text)).toEqual(['os=linux', 'type=hw'])
    fake.clock.setTimeout(() => {
      machine.boot_time = '2026-11-24 02:09:00'
    }, 100_000)
    expect(await fake.clock.run(open().progress(operation, { signal, onState() {} }))).toEqual({ kind: 'done' })
    expect(fake.clock.elapsed()).toBe(105_000)
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toMatchObject({ password: rootPassword, source: 'server' })
  })

  it('uses what is armed already, and disarms it on the way back', async () => {
    machine.active = true
    expect((await fake.clock.run(open().enter(server, quiet))).credentials?.password).toBe(rootPassword)
    expect(fake.api.calls('POST /boot/{server-number}/rescue')).toEqual([])
    const left = await fake.clock.run(open().leave(server, quiet))
    expect(machine.active).toBe(false)
    expect(await fake.clock.run(open().progress(left, { signal, onState() {} }))).toEqual({ kind: 'done' })
  })

  it('presses the button of a machine that is off, and says when there is none', async () => {
    machine.status = 'shut off'
    await fake.clock.run(open().enter(server, quiet))
    expect(fake.api.asked.at(-1)?.text).toBe('type=power')
    machine.types = ['man']
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'no-reset', changed: 'nothing' })
  })

  it('says that rescue is armed but not started', async () => {
    fake.api.once('POST /reset/{server-number}', {
      status: 409,
      body: { error: { status: 409, code: 'RESET_MANUAL_ACTIVE', message: 'x' } },
    })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'busy', changed: 'boot-mode' })
  })

  it('sends nothing more after one wrong sign-in: three block the address', async () => {
    const robot = open('SECRETwrong')
    expect((await fake.refused(robot.enter(server, quiet))).problem).toBe('bad-login')
    expect((await fake.refused(robot.listServers(signal))).problem).toBe('bad-login')
    expect(fake.api.asked).toHaveLength(1)
  })

  it('does not wait for an hourly limit', async () => {
    const body = { error: { status: 403, code: 'RATE_LIMIT_EXCEEDED', message: 'rate limit exceeded', max_request: 500, interval: 3600 } }
    fake.api.once('GET /server', { status: 403, body })
    expect(await fake.refused(open().listServers(signal))).toMatchObject({ problem: 'too-many-requests', data: { seconds: 3600 } })
    expect(fake.api.asked).toHaveLength(1)
  })

  describe('and the host keys it publishes', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIF/cOARfh6xtdi8MXv0Do8QbrGg81ca0tg5c5Z2FFdBb', 'base64')
    const wrong = '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff'
    const hint = () => fake.clock.run(open().hostKeyHint(operation, signal))

    it('are those of this start only', async () => {
      machine.host_key = ['SHA256:x']
      expect(await hint()).toEqual({ kind: 'not-yet' })
      machine.boot_time = '2026-11-24 02:09:00'
      machine.host_key = []
      expect(await hint()).toEqual({ kind: 'not-yet' })
    })

    it('cost nothing else when they are written in yet another way', async () => {
      const odd = { rescue: { active: true, password: rootPassword, host_key: [{ sha256: 'x' }], boot_time: '2026-11-24 02:09:00' } }
      fake.api.once('GET /boot/{server-number}/rescue/last', { text: JSON.stringify(odd) })
      expect(await fake.clock.run(open().credentials(operation, { signal }))).toMatchObject({ password: rootPassword })
      fake.api.once('GET /boot/{server-number}/rescue/last', { text: JSON.stringify(odd) })
      expect(await hint()).toEqual({ kind: 'not-yet' })
    })

    it.each([
      ['a SHA256 text', (all: Fingerprints) => all.sha256, 'verified'],
      ['an MD5 text', (all: Fingerprints) => all.md5, 'verified'],
      ['a whole key', () => `ssh-ed25519 ${blob.toString('base64')} root@rescue`, 'verified'],
      ['an object', (all: Fingerprints) => ({ key: { fingerprint: all.md5, type: 'ED25519', size: 256 } }), 'verified'],
      ['another key of this type', () => ({ key: { fingerprint: wrong, type: 'ED25519', size: 256 } }), 'differs'],
      ['another key without a type', () => wrong, 'differs'],
      ['a key of another type', () => ({ key: { fingerprint: wrong, type: 'RSA', size: 4096 } }), 'unknown'],
      ['no fingerprint', () => 'soon', 'unknown'],
    ] as const)('%s: %s', async (_, make, verdict) => {
      machine.boot_time = '2026-11-24 02:09:00'
      machine.host_key = [make(fingerprints(blob))]
      expect(compareHint(await hint(), blob)).toBe(verdict)
    })
  })
})

type Fingerprints = ReturnType<typeof fingerprints>
function fingerprints(blob: Buffer) {
  const digest = (algorithm: string) => createHash(algorithm).update(blob)
  return {
    sha256: `SHA256:${digest('sha256').digest('base64').replace('=', '')}`,
    md5: digest('md5').digest('hex').match(/../g)!.join(':'),
  }
}
