/** A VPS into rescue and back, the mail with its password, and everything that can go wrong on the way. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOvhcloud } from '../../../electron/providers/ovhcloud/provider.js'
import type { CredentialsOptions } from '../../../electron/providers/provider.js'
import type { Before, MailSeen, Operation, ProgressState } from '../../../shared/provider.js'
import { startOvhcloud } from '../../support/fake-ovhcloud.js'
import { addMails, addVps, keys, rescuePassword, secretId } from '../../support/fake-vps.js'

const name = 'vps-0a1b2c3d.vps.ovh.ca'
const server = `vps/${name}`
let fake: Awaited<ReturnType<typeof startOvhcloud>>
const signal = new AbortController().signal

beforeEach(async () => {
  fake = await startOvhcloud()
})
afterEach(async () => {
  await fake.close()
  fake.check()
})

const open = (readMail = false) => createOvhcloud({ endpoint: 'ovh-ca', credentials: keys, readMail }, fake.parts)
const quiet = { signal, beforeChange: async () => {} }

async function enter(readMail = false): Promise<Operation> {
  return (await fake.clock.run(open(readMail).enter(server, quiet))).operation
}
async function follow(operation: Operation, o: { stop?: AbortSignal; limitMs?: number } = {}) {
  const states: ProgressState[] = []
  const { stop = signal, ...rest } = o
  const result = await fake.clock.run(open().progress(operation, { signal: stop, onState: (state) => states.push(state), ...rest }))
  return { states, result }
}

describe('entering', () => {
  it('lists and inspects: name, addresses, state, and the request as it will be sent', async () => {
    addVps(fake.api, name)
    const refused = { status: 403, body: { errorCode: 'NOT_GRANTED_CALL', httpCode: '403', message: 'This call has not been granted' } }
    fake.api.on('GET /dedicated/server', () => refused)
    fake.api.on('GET /cloud/project', () => ({
      status: 404,
      body: { class: 'Client::NotFound', message: 'Got an invalid (or empty) URL' },
    }))
    expect(await fake.clock.run(open().listServers(signal))).toEqual([
      { id: server, product: 'vps', name: 'shop', addresses: ['2001:db8::10', '203.0.113.10'], state: 'running' },
    ])
    expect(await fake.clock.run(open().inspect(server, signal))).toEqual({
      state: 'running',
      requests: [{ method: 'PUT', path: `/vps/${name}`, body: '{"netbootMode":"rescue"}' }],
    })
    fake.api.on('GET /vps', () => refused)
    expect((await fake.refused(open().listServers(signal))).problem).toBe('not-granted')
  })

  it('lists the others when one service has expired or a product has a fault, and tells which', async () => {
    addVps(fake.api, name)
    const old = 'vps-old.vps.ovh.ca'
    const expired = { class: 'Client::BadRequest', message: 'This service is expired' }
    fake.api.on('GET /vps', () => ({ body: [old, name] }))
    fake.api.on('GET /vps/{serviceName}/ips', ({ at }) =>
      at.serviceName === old ? { status: 400, body: expired } : { body: ['203.0.113.10'] },
    )
    fake.api.on('GET /dedicated/server', () => ({ status: 503, body: { message: 'maintenance' } }))
    fake.api.on('GET /cloud/project', () => ({ body: [] }))
    const told: [string, string][] = []
    const list = await fake.clock.run(open().listServers(signal, ({ what, problem }) => told.push([what, problem.problem])))
    expect(list.map(({ id }) => id)).toEqual([server])
    expect(told).toEqual([
      [old, 'rejected'],
      ['dedicated', 'server-fault'],
    ])
  })

  it('records first, changes the mode, and finds the task that was not there before', async () => {
    const vps = addVps(fake.api, name)
    const recorded: Before[] = []
    const entered = await fake.clock.run(
      open().enter(server, {
        signal,
        async beforeChange(before) {
          recorded.push(before)
          expect(fake.api.calls('PUT /vps/{serviceName}')).toEqual([])
        },
      }),
    )
    expect(recorded).toEqual([{ at: '2026-11-24T05:07:00.000Z', boot: 'local', tasks: [7] }])
    expect(entered).toEqual({ operation: { kind: 'enter', server, before: recorded[0], task: 101 } })
    expect(fake.api.calls('PUT /vps/{serviceName}').map(({ body }) => body)).toEqual([{ netbootMode: 'rescue' }])
    expect(vps.reboots).toBe(0)
    const { states, result } = await follow(entered.operation)
    expect(result).toEqual({ kind: 'done' })
    expect(states.map(({ kind, percent, elapsedSeconds }) => [kind, percent, elapsedSeconds])).toEqual([
      ['requested', undefined, 0],
      ['restarting', 50, 0],
      ['restarting', 75, 5],
      ['done', undefined, 10],
    ])
  })

  it('restarts the model of 2014 itself, 40 s later', async () => {
    const vps = addVps(fake.api, name, { version: '2014v1', restartsItself: false })
    expect((await fake.clock.run(open().inspect(server, signal))).requests).toHaveLength(2)
    const operation = await enter()
    expect([vps.reboots, operation.task, fake.clock.elapsed()]).toEqual([1, 101, 40_000])
    expect((await follow(operation)).result).toEqual({ kind: 'done' })
  })

  it('restarts any other one when no task shows up within 40 s', async () => {
    const vps = addVps(fake.api, name, { restartsItself: false })
    expect((await enter()).task).toBe(101)
    expect([vps.reboots, fake.clock.elapsed()]).toEqual([1, 40_000])
  })

  it.each([
    [503, 'server-fault'],
    [429, 'too-many-requests'],
  ])('restarts nothing a second time while OVH answers %i: the first restart may be under way', async (status, problem) => {
    const vps = addVps(fake.api, name)
    const tasks = () => ({ body: vps.tasks.map(({ id }) => id) })
    let isChanged = false
    fake.api.on('GET /vps/{serviceName}/tasks', () => (isChanged ? { status, body: { message: 'maintenance' } } : tasks()))
    fake.api.on('PUT /vps/{serviceName}', () => {
      isChanged = true
      return { body: null }
    })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem, changed: 'boot-mode' })
    expect(vps.reboots).toBe(0)
  })

  it('takes no other new task for the restart', async () => {
    const vps = addVps(fake.api, name, { restartsItself: false })
    fake.api.on('PUT /vps/{serviceName}', () => {
      vps.tasks.push({ id: 55, type: 'createSnapshot', looks: 9, end: 'done' })
      return { body: null }
    })
    expect((await enter()).task).toBe(102)
    expect(vps.reboots).toBe(1)
  })

  it('is content when a restart already runs', async () => {
    addVps(fake.api, name, { restartsItself: false })
    fake.api.once('POST /vps/{serviceName}/reboot', { status: 409, body: { class: 'Client::Conflict', message: 'Action pending' } })
    expect(await enter()).not.toHaveProperty('task')
  })

  it('changes nothing when the record cannot be written or the person gives up', async () => {
    addVps(fake.api, name)
    const broken = open().enter(server, { signal, beforeChange: () => Promise.reject(new Error('disk full')) })
    await expect(fake.clock.run(broken)).rejects.toThrow('disk full')
    const stop = new AbortController()
    const left = open().enter(server, { signal: stop.signal, beforeChange: async () => stop.abort(new Error('no')) })
    await expect(fake.clock.run(left)).rejects.toThrow('no')
    expect(fake.api.asked.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('carries on when only the answer got lost', async () => {
    const vps = addVps(fake.api, name)
    fake.api.on('PUT /vps/{serviceName}', () => {
      vps.mode = 'rescue'
      vps.tasks.push({ id: 101, type: 'setNetboot', looks: 1, end: 'done' })
      return { drop: true }
    })
    expect((await enter()).task).toBe(101)
    expect(fake.api.calls('PUT /vps/{serviceName}')).toHaveLength(1)
  })

  it.each([
    [
      'refused',
      { status: 403, body: { errorCode: 'NOT_GRANTED_CALL', httpCode: '403', message: 'This call has not been granted' } },
      'not-granted',
    ],
    ['lost before it arrived', { drop: true } as const, 'network'],
  ])('says that nothing was changed: %s', async (_, reply, problem) => {
    addVps(fake.api, name)
    fake.api.once('PUT /vps/{serviceName}', reply)
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({ problem, changed: 'nothing' })
  })

  it('says that the boot mode was changed but not restarted', async () => {
    addVps(fake.api, name, { version: '2014v1', restartsItself: false })
    fake.api.once('POST /vps/{serviceName}/reboot', {
      status: 403,
      body: { class: 'Client::Forbidden', message: 'x', details: { unauthorizedActionsByIAM: 'vps:apiovh:reboot' } },
    })
    expect(await fake.refused(open().enter(server, quiet))).toMatchObject({
      problem: 'not-granted',
      changed: 'boot-mode',
      data: { right: 'vps:apiovh:reboot' },
    })
  })

  it('goes on although the mails may not be seen', async () => {
    addVps(fake.api, name)
    fake.api.on('GET /me/notification/email/history', () => ({ status: 403, body: { errorCode: 'NOT_GRANTED_CALL', message: 'no' } }))
    expect((await enter(true)).before).not.toHaveProperty('mails')
  })
})

describe('following', () => {
  it.each(['error', 'blocked', 'cancelled'])('ends with the way by hand when the task is %s', async (end) => {
    addVps(fake.api, name, { end })
    const { result } = await follow(await enter())
    expect(result).toMatchObject({
      kind: 'failed',
      problem: { problem: 'task-failed', data: { task: 'setNetboot', state: end } },
      manual: { id: 'ovhcloud-vps', direction: 'enter', panel: 'https://www.ovh.com/manager/' },
    })
  })

  it('ends after ten minutes, or the time given', async () => {
    addVps(fake.api, name, { looks: 10_000 })
    const operation = await enter()
    expect((await follow(operation)).result).toMatchObject({ kind: 'timed-out', minutes: 10, manual: { id: 'ovhcloud-vps' } })
    expect(fake.clock.elapsed()).toBe(600_000)
    expect((await follow(operation, { limitMs: 60_000 })).result).toMatchObject({ kind: 'timed-out', minutes: 1 })
  })

  it('waits for the state after the task, and tells of troubles that pass', async () => {
    const vps = addVps(fake.api, name, { looks: 1 })
    const operation = await enter()
    for (let i = 0; i < 3; i++) fake.api.once('GET /vps/{serviceName}/tasks/{id}', { status: 503, body: { message: 'maintenance' } })
    vps.state = 'rebooting'
    fake.clock.setTimeout(() => {
      vps.state = 'rescued'
    }, 30_000)
    const { states, result } = await follow(operation)
    expect(states.filter(({ trouble }) => trouble).map(({ trouble }) => trouble?.problem)).toEqual(['server-fault'])
    expect(result).toEqual({ kind: 'done' })
  })

  it('ends at once when the key expires', async () => {
    addVps(fake.api, name)
    const operation = await enter()
    fake.ovh.refuse = { status: 403, body: { errorCode: 'INVALID_CREDENTIAL', httpCode: '403', message: 'This credential is not valid' } }
    expect((await follow(operation)).result).toMatchObject({ kind: 'failed', problem: { problem: 'key-invalid' } })
  })

  it('stops watching, and asks for nothing more', async () => {
    addVps(fake.api, name, { looks: 10_000 })
    const operation = await enter()
    const stop = new AbortController()
    fake.clock.setTimeout(() => stop.abort(), 60_000)
    const { result } = await follow(operation, { stop: stop.signal })
    expect(result).toMatchObject({ kind: 'stopped', manual: { direction: 'enter' } })
    expect(fake.api.asked.filter(({ method }) => method !== 'GET').map(({ operation: one }) => one)).toEqual(['PUT /vps/{serviceName}'])
  })

  it('leads back to the disk', async () => {
    const vps = addVps(fake.api, name)
    await follow(await enter())
    expect(vps.state).toBe('rescued')
    const operation = await fake.clock.run(open().leave(server, quiet))
    expect(operation).toMatchObject({ kind: 'leave', before: { boot: 'rescue' }, task: 102 })
    expect((await follow(operation)).result).toEqual({ kind: 'done' })
    expect([vps.mode, vps.state]).toEqual(['local', 'running'])
  })

  it('gives the console, over https only', async () => {
    addVps(fake.api, name)
    fake.api.once('POST /vps/{serviceName}/getConsoleUrl', { body: 'https://proxy.example.ovh.net/vnc?token=SECRETtoken' })
    expect(String(await fake.clock.run(open().console(server, signal)))).toContain('https://proxy.example.ovh.net/')
    fake.api.once('POST /vps/{serviceName}/getConsoleUrl', { body: 'javascript:alert("SECRETtoken")' })
    expect((await fake.refused(open().console(server, signal))).problem).toBe('not-understood')
  })
})

describe('the password', () => {
  const link = `https://www.ovh.com/manager/secret/#?id=${secretId}`
  const date = '2026-11-24T05:11:00+00:00'
  const other = '[ab12345-ovh] [vps-0a1b2c3d1.vps.ovh.ca] Access settings for VPS rescue mode'
  const ours = `[ab12345-ovh] [${name}] Access settings for VPS rescue mode`

  const lookFor = (operation: Operation, options: Partial<CredentialsOptions> = {}) =>
    fake.clock.run(open(true).credentials(operation, { signal, ...options }))

  it('is fetched by the number in the mail of this server, sent after the restart', async () => {
    addVps(fake.api, name)
    const mails = addMails(fake.api)
    const operation = await enter(true)
    expect(operation.before.mails).toEqual([900])
    mails.push(
      {
        id: 7,
        subject: other,
        body: `user: root\npassword: https://www.ovh.com/manager/secret/#?id=${secretId.replaceAll('1', '9')}\n${name} is another one`,
        date,
      },
      { id: 950, subject: `[${name}] Monitoring: your server does not answer`, body: 'IP address: 203.0.113.10', date },
    )
    fake.api.on('POST /secret/retrieve', ({ body, headers }) => {
      expect(body).toEqual({ id: secretId })
      expect(headers['x-ovh-signature']).toBeUndefined()
      return { body: { secret: rescuePassword, expiration: '2026-12-01T00:00:00Z' } }
    })
    fake.clock.setTimeout(() => mails.push({ id: 3, subject: ours, body: ` - user: root\n - password: ${link}`, date }), 45_000)
    const seen: MailSeen[] = []
    const found = await lookFor(operation, { onMails: (list) => void seen.splice(0, seen.length, ...list) })
    expect(found).toMatchObject({ kind: 'password', user: 'root', password: rescuePassword, source: 'secret', mail: { id: 3 } })
    expect(Object.fromEntries(seen.map(({ id, verdict }) => [id, verdict]))).toEqual({ 7: 'other-server', 950: 'no-password', 3: 'match' })
    expect(fake.api.calls('GET /me/notification/email/history/{id}')).toHaveLength(3)
    expect(fake.clock.elapsed()).toBe(50_000)
  })

  it.each([
    [
      'French, with a link',
      `[ab12345-ovh] [${name}] Paramètres d'accès au mode rescue de votre VPS`,
      ` - Utilisateur : root\n - Mot de passe : ${link}\n`,
      'secret',
    ],
    ['in clear, as old ranges send it', `[${name}] Your VPS is now in rescue mode`, `Login: root\nPassword: ${rescuePassword}\n`, 'mail'],
    ['named in the body only', 'Votre VPS est en mode rescue', `Serveur ${name}\nMot de passe : ${rescuePassword}\n`, 'mail'],
  ])('is read from a mail: %s', async (_, subject, body, source) => {
    addVps(fake.api, name)
    const mails = addMails(fake.api)
    const operation = await enter(true)
    mails.push({ id: 901, subject, body, date })
    fake.api.on('POST /secret/retrieve', () => ({ body: { secret: rescuePassword, expiration: '2026-12-01T00:00:00Z' } }))
    expect(await lookFor(operation)).toMatchObject({ kind: 'password', user: 'root', password: rescuePassword, source })
  })

  it.each([
    ['not-available', 'Got an invalid (or empty) URL'],
    ['gone', 'The requested object does not exist'],
  ])('stays behind its link when the API has none: %s', async (reason, message) => {
    addVps(fake.api, name)
    const mails = addMails(fake.api)
    const operation = await enter(true)
    mails.push({ id: 901, subject: ours, body: ` - password: ${link}`, date })
    fake.api.on('POST /secret/retrieve', () => ({ status: 404, body: { class: 'Client::NotFound', message } }))
    expect(await lookFor(operation)).toMatchObject({ kind: 'link', url: link, reason })
  })

  it('is never taken from a mail that was there before, is older, or links elsewhere', async () => {
    addVps(fake.api, name)
    const mails = addMails(fake.api)
    const operation = await enter(true)
    mails.push(
      { id: 901, subject: ours, body: `password: ${link}`, date: '2026-11-24T04:00:00+00:00' },
      { id: 902, subject: ours, body: `password: https://www.ovh.com.example.org/manager/secret/#?id=${secretId}`, date },
    )
    const seen: MailSeen[] = []
    expect(await lookFor(operation, { onMails: (list) => void seen.splice(0, seen.length, ...list) })).toEqual({ kind: 'timed-out' })
    expect(seen.map(({ id, verdict }) => [id, verdict])).toEqual([
      [902, 'no-password'],
      [901, 'older'],
    ])
  })

  it('looks at few mails when nothing was noted before', async () => {
    addVps(fake.api, name)
    const mails = addMails(fake.api)
    for (let id = 1000; id < 1100; id++) mails.push({ id, subject: 'News', body: 'nothing', date: '2026-11-01T00:00:00+00:00' })
    const { mails: _, ...before } = (await enter(true)).before
    await lookFor({ kind: 'enter', server, before }, { limitMs: 20_000 })
    expect(fake.api.calls('GET /me/notification/email/history/{id}')).toHaveLength(30)
  })

  it('says what the key lacks, and stops when told', async () => {
    addVps(fake.api, name)
    const operation = await enter()
    const stop = AbortSignal.abort()
    expect(await lookFor(operation, { signal: stop }).catch(() => 'gave up')).toBe('gave up')
    fake.api.on('GET /me/notification/email/history', () => ({
      status: 403,
      body: { errorCode: 'NOT_GRANTED_CALL', httpCode: '403', message: 'This call has not been granted' },
    }))
    expect(await lookFor(operation)).toMatchObject({
      kind: 'failed',
      problem: { problem: 'not-granted', data: { right: 'GET /me/notification/email/history' } },
    })
  })

  it('is left to the person when reading mail was not allowed: no mail is asked for', async () => {
    addVps(fake.api, name)
    const operation = await enter()
    expect(await fake.clock.run(open().credentials(operation, { signal }))).toEqual({ kind: 'by-hand' })
    expect(fake.api.asked.some(({ path }) => path.includes('/me/'))).toBe(false)
  })
})
