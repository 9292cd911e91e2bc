/** OVHcloud's dedicated servers and Public Cloud instances. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOvhcloud } from '../../../electron/providers/ovhcloud/provider.js'
import type { Operation, ProgressState } from '../../../shared/provider.js'
import { startOvhcloud } from '../../support/fake-ovhcloud.js'
import { addMails, keys, rescuePassword, secretId } from '../../support/fake-vps.js'

let fake: Awaited<ReturnType<typeof startOvhcloud>>
const signal = new AbortController().signal
const quiet = { signal, beforeChange: async () => {} }
const open = (readMail = false) => createOvhcloud({ endpoint: 'ovh-eu', credentials: keys, readMail }, fake.parts)
const notGranted = { status: 403, body: { errorCode: 'NOT_GRANTED_CALL', httpCode: '403', message: 'This call has not been granted' } }

beforeEach(async () => {
  fake = await startOvhcloud()
})
afterEach(async () => {
  await fake.close()
  fake.check()
})

async function follow(operation: Operation) {
  const states: ProgressState[] = []
  const result = await fake.clock.run(open().progress(operation, { signal, onState: (state) => states.push(state) }))
  return { states, result }
}

describe('a dedicated server', () => {
  const name = 'ns1.ip-192-0-2.eu'
  const server = `dedicated/${name}`
  const boots: Record<number, { bootType: string; kernel: string }> = {
    1: { bootType: 'harddisk', kernel: 'hd' },
    2: { bootType: 'harddisk', kernel: 'hd' },
    1122: { bootType: 'rescue', kernel: 'WinRescue' },
    46371: { bootType: 'rescue', kernel: 'rescue64-pro' },
    58371: { bootType: 'rescue', kernel: 'rescue-customer' },
    77: { bootType: 'network', kernel: 'ipxe' },
  }
  let machine: { bootId: number | null; rescueSshKey: string | null; statuses: string[] }

  beforeEach(() => {
    machine = { bootId: 2, rescueSshKey: null, statuses: ['init', 'doing', 'done'] }
    const task = (status: string) => ({ taskId: 31, function: 'hardReboot', status, startDate: '2026-11-24T05:07:00Z' })
    fake.api.on('GET /dedicated/server', () => ({ body: [name] }))
    fake.api.on('GET /dedicated/server/{serviceName}', () => ({
      body: { name, ip: '192.0.2.1', bootId: machine.bootId, rescueSshKey: machine.rescueSshKey, powerState: 'poweron', state: 'ok' },
    }))
    fake.api.on('GET /dedicated/server/{serviceName}/boot', ({ query }) => ({
      body: Object.entries(boots).flatMap(([id, { bootType }]) => (bootType === query.get('bootType') ? [Number(id)] : [])),
    }))
    fake.api.on('GET /dedicated/server/{serviceName}/boot/{bootId}', ({ at }) => {
      const found = boots[Number(at.bootId)]
      return found
        ? { body: { bootId: Number(at.bootId), description: 'x', ...found } }
        : { status: 404, body: { class: 'Client::NotFound', message: `The requested object (bootId = ${at.bootId}) does not exist` } }
    })
    fake.api.on('PUT /dedicated/server/{serviceName}', ({ body }) => {
      machine.bootId = (body as { bootId: number }).bootId
      return { body: null }
    })
    fake.api.on('POST /dedicated/server/{serviceName}/reboot', () => ({ body: task('init') }))
    fake.api.on('GET /dedicated/server/{serviceName}/task/{taskId}', () => ({ body: task(machine.statuses.shift() ?? 'done') }))
  })

  it('is listed and inspected', async () => {
    fake.api.on('GET /vps', () => notGranted)
    fake.api.on('GET /cloud/project', () => notGranted)
    expect(await fake.clock.run(open().listServers(signal))).toEqual([
      { id: server, product: 'dedicated', name, addresses: ['192.0.2.1'], state: 'unknown' },
    ])
    expect((await fake.clock.run(open().inspect(server, signal))).requests).toEqual([
      { method: 'PUT', path: `/dedicated/server/${name}`, body: '{"bootId":58371}' },
      { method: 'POST', path: `/dedicated/server/${name}/reboot`, body: '' },
    ])
  })

  it('starts the Linux rescue by its kernel and hands over what it started from before', async () => {
    const recorded: unknown[] = []
    const { operation } = await fake.clock.run(open().enter(server, { signal, beforeChange: async (before) => void recorded.push(before) }))
    expect(recorded).toEqual([{ at: '2026-11-24T05:07:00.000Z', boot: 'harddisk', bootId: 2 }])
    expect(fake.api.calls('PUT /dedicated/server/{serviceName}').map(({ body }) => body)).toEqual([{ bootId: 58371 }])
    expect(operation).toMatchObject({ kind: 'enter', task: 31 })
    const { states, result } = await follow(operation)
    expect(states.map(({ kind, percent }) => [kind, percent])).toEqual([
      ['requested', undefined],
      ['restarting', undefined],
      ['restarting', undefined],
      ['done', undefined],
    ])
    expect(result).toEqual({ kind: 'done' })
    const back = await fake.clock.run(open().leave(server, { ...quiet, entered: operation.before }))
    expect(machine.bootId).toBe(2)
    expect(back).toMatchObject({ kind: 'leave', before: { boot: 'rescue', bootId: 58371 }, task: 31 })
  })

  it.each([
    ['the older kernel where the newer is missing', [58371], 46371],
    ['none where there is only Windows', [58371, 46371], undefined],
  ])('chooses %s', async (_, missing, chosen) => {
    fake.api.on('GET /dedicated/server/{serviceName}/boot', () => ({ body: [1122, 46371, 58371].filter((id) => !missing.includes(id)) }))
    if (chosen === undefined) {
      expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'no-rescue-system', changed: 'nothing' })
      expect(fake.api.asked.every(({ method }) => method === 'GET')).toBe(true)
    } else {
      await fake.clock.run(open().enter(server, quiet))
      expect(machine.bootId).toBe(chosen)
    }
  })

  it.each([
    ['its own netboot', 77, 77],
    ['the disk when it was in rescue before', 46371, 1],
    ['the disk when nothing is known', undefined, 1],
    ['the disk when that netboot was removed', 4711, 1],
  ])('goes back to %s', async (_, bootId, expected) => {
    machine.bootId = 58371
    const entered = bootId === undefined ? undefined : { at: '2026-11-24T05:07:00.000Z', boot: 'x', bootId }
    await fake.clock.run(open().leave(server, { ...quiet, entered }))
    expect(machine.bootId).toBe(expected)
  })

  it('leaves although the netboot it runs from was removed', async () => {
    machine.bootId = 4711
    const back = await fake.clock.run(open().leave(server, quiet))
    expect(back).toMatchObject({ before: { boot: 'unknown', bootId: 4711 }, task: 31 })
    expect(machine.bootId).toBe(1)
  })

  it('says when the boot mode is changed but the restart was refused, and when a task fails', async () => {
    fake.api.once('POST /dedicated/server/{serviceName}/reboot', notGranted)
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({
      problem: 'not-granted',
      changed: 'boot-mode',
      data: { right: 'POST /dedicated/server/*/reboot' },
    })
    // The old system still runs: a second try stops its services as the first one would have.
    expect(await fake.clock.run(open().inspect(server, signal))).toMatchObject({ state: 'unknown' })
    machine.statuses = ['doing', 'ovhError']
    const { operation } = await fake.clock.run(open().enter(server, quiet))
    expect((await follow(operation)).result).toMatchObject({
      kind: 'failed',
      problem: { problem: 'task-failed', changed: 'boot-mode', data: { state: 'ovhError' } },
      manual: { id: 'ovhcloud-dedicated' },
    })
  })

  it('carries on when only the answer to the change of mode got lost', async () => {
    fake.api.on('PUT /dedicated/server/{serviceName}', () => {
      machine.bootId = 58371
      return { drop: true }
    })
    expect((await fake.clock.run(open().enter(server, quiet))).operation.task).toBe(31)
  })

  describe('and its password', () => {
    const operation: Operation = { kind: 'enter', server, before: { at: '2026-11-24T05:07:00.000Z', boot: 'harddisk', mails: [900] } }
    const ask = (readMail = false) => fake.clock.run(open(readMail).credentials(operation, { signal }))

    it('comes from the server’s own secret', async () => {
      fake.api.on('POST /dedicated/server/{serviceName}/authenticationSecret', () => ({
        body: [
          { type: 'WEB_PANEL', url: 'https://x', user: 'admin', password: 'other' },
          { type: 'SSH', url: null, user: 'root', password: secretId },
        ],
      }))
      fake.api.on('POST /secret/retrieve', ({ body }) => {
        expect(body).toEqual({ id: secretId })
        return { body: { secret: rescuePassword, expiration: '2026-12-01T00:00:00Z' } }
      })
      expect(await ask()).toEqual({ kind: 'password', user: 'root', password: rescuePassword, source: 'secret' })
    })

    it('is not asked for while the old system still runs: its secret would be told, or none', async () => {
      const states: (string | undefined)[] = []
      fake.api.on('POST /dedicated/server/{serviceName}/authenticationSecret', () => {
        states.push(machine.statuses[0])
        return { body: [{ type: 'SSH', url: null, user: 'root', password: secretId }] }
      })
      fake.api.on('POST /secret/retrieve', () => ({ body: { secret: rescuePassword, expiration: '2026-12-01T00:00:00Z' } }))
      machine.statuses = ['init', 'doing', 'done']
      expect(await fake.clock.run(open().credentials({ ...operation, task: 31 }, { signal }))).toMatchObject({ password: rescuePassword })
      expect(states).toEqual([undefined])
      expect(fake.clock.elapsed()).toBe(20_000)
      machine.statuses = ['doing', 'ovhError']
      expect(await fake.clock.run(open().credentials({ ...operation, task: 31 }, { signal }))).toMatchObject({
        kind: 'failed',
        problem: { problem: 'task-failed' },
      })
    })

    it('does not exist when an SSH key is set for rescue', async () => {
      machine.rescueSshKey = 'ssh-ed25519 AAAA'
      expect(await ask()).toEqual({ kind: 'account-keys', user: 'root' })
    })

    it('comes by mail when the key may not see the secret: of ns1, not of ns10', async () => {
      fake.api.on('POST /dedicated/server/{serviceName}/authenticationSecret', () => notGranted)
      const mails = addMails(fake.api)
      const date = '2026-11-24T05:11:00+00:00'
      mails.push(
        { id: 902, subject: '[ns10.ip-192-0-2.eu] Access settings for Linux rescue mode', body: 'password: wrongWRONG1', date },
        {
          id: 901,
          subject: `[ab12345-ovh] [${name}] Access settings for Linux rescue mode`,
          body: `user: root\npassword: ${rescuePassword}`,
          date,
        },
      )
      expect(await ask(true)).toMatchObject({ kind: 'password', password: rescuePassword, source: 'mail', mail: { id: 901 } })
      expect(await ask()).toEqual({ kind: 'by-hand' })
    })
  })
})

describe('a Public Cloud instance', () => {
  const id = '0a1b2c3d-0000-4000-8000-000000000001'
  const server = `cloud/project1/${id}`
  let instance: { status: string; later: string[]; rescuePassword: string | null }

  beforeEach(() => {
    instance = { status: 'ACTIVE', later: [], rescuePassword: null }
    const body = () => {
      instance.status = instance.later.shift() ?? instance.status
      const ipAddresses = [
        { ip: '10.0.0.1', type: 'private', version: 4 },
        { ip: '203.0.113.77', type: 'public', version: 4 },
      ]
      return { id, name: 'web', status: instance.status, ipAddresses, rescuePassword: instance.rescuePassword }
    }
    fake.api.on('GET /cloud/project', () => ({ body: ['project1'] }))
    fake.api.on('GET /cloud/project/{serviceName}/instance', () => ({ body: [body()] }))
    fake.api.on('GET /cloud/project/{serviceName}/instance/{instanceId}', () => ({ body: body() }))
    fake.api.on('POST /cloud/project/{serviceName}/instance/{instanceId}/rescueMode', ({ body }) => {
      const { rescue } = body as { rescue: boolean }
      instance.later = rescue ? ['ACTIVE', 'RESCUING', 'RESCUE'] : ['UNRESCUING', 'ACTIVE']
      return { body: { adminPassword: rescue ? rescuePassword : null } }
    })
  })

  it('goes in with one call, tells the password, and comes out with another; nothing else is ever asked', async () => {
    fake.api.on('GET /vps', () => notGranted)
    fake.api.on('GET /dedicated/server', () => notGranted)
    expect(await fake.clock.run(open().listServers(signal))).toEqual([
      { id: server, product: 'cloud', name: 'web', addresses: ['203.0.113.77'], state: 'running' },
    ])
    const { operation, credentials } = await fake.clock.run(open().enter(server, quiet))
    expect(credentials).toEqual({ kind: 'password', user: 'root', password: rescuePassword, source: 'answer' })
    expect(JSON.stringify(operation)).not.toContain(rescuePassword)
    expect((await follow(operation)).result).toEqual({ kind: 'done' })
    const back = await fake.clock.run(open().leave(server, quiet))
    expect((await follow(back)).result).toEqual({ kind: 'done' })
    expect(fake.api.asked.filter(({ method }) => method !== 'GET').map(({ body }) => body)).toEqual([{ rescue: true }, { rescue: false }])
  })

  it('tells the password later too, and the console', async () => {
    Object.assign(instance, { rescuePassword, later: ['ACTIVE', 'RESCUING', 'RESCUE'] })
    const operation: Operation = { kind: 'enter', server, before: { at: '2026-11-24T05:07:00.000Z', boot: 'ACTIVE' } }
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toMatchObject({ password: rescuePassword, source: 'server' })
    expect(fake.clock.elapsed()).toBe(10_000)
    instance.rescuePassword = null
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toEqual({ kind: 'by-hand' })
    const url = 'https://vnc.example.ovh.net/?token=SECRETtoken'
    fake.api.on('POST /cloud/project/{serviceName}/instance/{instanceId}/vnc', () => ({ body: { type: 'novnc', url } }))
    expect(String(await fake.clock.run(open().console(server, signal)))).toBe(url)
  })

  it('carries on when only the answer got lost, and stops when the request did', async () => {
    fake.api.once('POST /cloud/project/{serviceName}/instance/{instanceId}/rescueMode', { drop: true })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem: 'network', changed: 'unknown' })
    fake.api.on('POST /cloud/project/{serviceName}/instance/{instanceId}/rescueMode', () => {
      instance.status = 'RESCUING'
      return { drop: true }
    })
    expect(await fake.clock.run(open().enter(server, quiet))).not.toHaveProperty('credentials')
  })

  it('ends with the way by hand when the instance fails', async () => {
    const { operation } = await fake.clock.run(open().enter(server, quiet))
    instance.later = ['RESCUING', 'ERROR']
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toMatchObject({ problem: { problem: 'task-failed' } })
    expect((await follow(operation)).result).toMatchObject({ kind: 'failed', manual: { id: 'ovhcloud-cloud' } })
  })
})
