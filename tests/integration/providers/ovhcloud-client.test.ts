/** Signing, tokens, repeats and faults of the OVHcloud client, against a server that holds it to the contract. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createOpenClient, createOvhClient, type OvhCredentials } from '../../../electron/providers/ovhcloud/client.js'
import { client, startOvhcloud } from '../../support/fake-ovhcloud.js'
import { keys } from '../../support/fake-vps.js'

let fake: Awaited<ReturnType<typeof startOvhcloud>>
const signal = new AbortController().signal
const Names = z.array(z.string())
const open = (credentials: OvhCredentials = keys) => createOvhClient('ovh-eu', credentials, { ...fake.parts, tokenUrl: fake.tokenUrl })
const list = (credentials?: OvhCredentials) => open(credentials).call('GET', '/vps', { answer: Names, signal })
const answered = (status: number, body: unknown) => ({ status, body })

beforeEach(async () => {
  fake = await startOvhcloud()
  fake.api.on('GET /vps', () => ({ body: ['vps-1.vps.ovh.net'] }))
})
afterEach(async () => {
  await fake.close()
  fake.check()
})

describe('application keys', () => {
  it('signs with OVH’s clock, asked for once', async () => {
    const api = open()
    const call = { answer: Names, signal }
    await fake.clock.run(api.call('GET', '/vps', call))
    await fake.clock.run(api.call('GET', '/vps', call))
    expect(fake.api.asked.map(({ operation }) => operation)).toEqual(['GET /auth/time', 'GET /vps', 'GET /vps'])
    expect(api.now().getTime() - fake.clock.now().getTime()).toBe(3 * 3600_000)
  })

  it('signs query, body and umlauts as they are sent', async () => {
    fake.api.on('GET /vps/{serviceName}/tasks', () => ({ body: [1] }))
    fake.api.on('PUT /vps/{serviceName}', () => ({ body: null }))
    const api = open()
    const answer = z.unknown()
    await fake.clock.run(api.call('GET', '/vps/v%C3%A9ps%20x/tasks?state=done', { answer, signal }))
    await fake.clock.run(api.call('PUT', '/vps/v', { answer, signal, body: { displayName: 'Größe "1"' } }))
    expect(fake.api.asked.at(-1)?.headers['content-type']).toBe('application/json;charset=utf-8')
  })

  it('looks at OVH’s clock again when ours was set meanwhile', async () => {
    const api = open()
    await fake.clock.run(api.call('GET', '/vps', { answer: Names, signal }))
    fake.ovh.shiftClock(3600_000)
    expect(await fake.clock.run(api.call('GET', '/vps', { answer: Names, signal }))).toHaveLength(1)
    expect(fake.api.calls('GET /auth/time')).toHaveLength(2)
  })

  it.each([
    ['a wrong secret', { ...keys, applicationSecret: 'SECRETapplication_wrong' }, 'bad-signature'],
    ['another consumer key', { ...keys, consumerKey: 'SECRETconsumer_wrong' }, 'bad-signature'],
    ['an unknown application key', { ...keys, applicationKey: 'nobody' }, 'bad-application'],
  ] as const)('is told about %s', async (_, credentials, problem) => {
    const error = await fake.refused(list(credentials))
    expect(error.problem).toBe(problem)
    expect(error.changed).toBe('nothing')
  })
})

describe('faults by OVH’s own words, in both styles', () => {
  it.each([
    ['unsigned', 401, { class: 'Client::Unauthorized', message: 'You must login first' }, 'bad-credentials'],
    [
      'unknown key',
      403,
      { errorCode: 'NOT_CREDENTIAL', httpCode: '403 Forbidden', message: 'This credential does not exist' },
      'key-unknown',
    ],
    ['unknown key, new style', 403, { class: 'Client::Forbidden', message: 'This credential does not exist' }, 'key-unknown'],
    [
      'expired key',
      403,
      { errorCode: 'INVALID_CREDENTIAL', httpCode: '403 Forbidden', message: 'This credential is not valid' },
      'key-invalid',
    ],
    ['new style of a bad signature', 400, { class: 'Client::BadRequest', message: 'Invalid signature' }, 'bad-signature'],
    ['no such path here', 404, { class: 'Client::NotFound', message: 'Got an invalid (or empty) URL' }, 'not-available'],
    ['no such service', 404, { class: 'Client::NotFound', message: 'This service does not exist' }, 'not-found'],
    ['task running', 409, { class: 'Client::Conflict', message: 'Action pending, please try again later' }, 'busy'],
    ['wrong value', 400, { class: 'Client::BadRequest', message: '[netbootMode] Given data (RESCUE) …' }, 'rejected'],
    ['a page instead of JSON', 403, undefined, 'not-granted'],
  ])('%s', async (_, status, body, problem) => {
    fake.api.once('GET /vps', body ? answered(status, body) : { text: '<html>no</html>', status })
    const error = await fake.refused(list())
    expect(error.problem).toBe(problem)
    if (body) expect(error.detail).toContain(body.message.slice(0, 20))
  })

  it('names the missing right: OVH’s IAM action, or the rule of the key', async () => {
    fake.api.on('PUT /vps/{serviceName}', () => ({ body: null }))
    const put = () => open().call('PUT', '/vps/vps-1.vps.ovh.net', { body: { netbootMode: 'rescue' }, answer: z.unknown(), signal })
    fake.api.once(
      'PUT /vps/{serviceName}',
      answered(403, { errorCode: 'NOT_GRANTED_CALL', httpCode: '403', message: 'This call has not been granted' }),
    )
    expect((await fake.refused(put())).data.right).toBe('PUT /vps/*')
    const details = { unauthorizedActionsByAuthentication: '', unauthorizedActionsByIAM: 'vps:apiovh:put' }
    fake.api.once(
      'PUT /vps/{serviceName}',
      answered(403, { class: 'Client::Forbidden', message: 'User not granted for this request', details }),
    )
    const error = await fake.refused(put())
    expect(error).toMatchObject({ problem: 'not-granted', changed: 'nothing', data: { right: 'vps:apiovh:put' } })
  })

  it('quotes the query number, and what OVH repeats of a secret as dots', async () => {
    fake.api.once('GET /vps', {
      status: 409,
      body: { message: `no: ${keys.consumerKey} \u001b[31mred` },
      headers: { 'x-ovh-queryid': 'EU.ext-1.abcdef' },
    })
    expect((await fake.refused(list())).detail).toBe('no: ••• red · query EU.ext-1.abcdef')
    expect(fake.lines.at(-1)).toBe('ovhcloud: GET /1.0/vps 409 (EU.ext-1.abcdef)')
  })
})

describe('the way there', () => {
  it('repeats a GET after 429, 500 and a dropped connection, with patience', async () => {
    fake.api.once('GET /vps', { status: 429, body: { message: 'Too many requests' }, headers: { 'retry-after': '7' } })
    fake.api.once('GET /vps', { drop: true })
    expect(await fake.clock.run(list())).toEqual(['vps-1.vps.ovh.net'])
    expect(fake.clock.elapsed()).toBe(7000 + 2000)
  })

  it('repeats a change that was refused for its haste: it was not begun', async () => {
    fake.api.on('POST /vps/{serviceName}/reboot', () => ({
      body: { id: 5, date: '2026-11-24T05:00:00Z', progress: 0, state: 'todo', type: 'rebootVm' },
    }))
    fake.api.once('POST /vps/{serviceName}/reboot', {
      status: 429,
      body: { message: 'Too many requests' },
      headers: { 'retry-after': '7' },
    })
    const answer = z.object({ id: z.number() })
    expect(await fake.clock.run(open().call('POST', '/vps/v/reboot', { answer, signal }))).toEqual({ id: 5 })
    expect(fake.clock.elapsed()).toBe(7000)
  })

  it('gives up after three times', async () => {
    for (let i = 0; i < 3; i++)
      fake.api.once('GET /vps', answered(500, { class: 'Server::InternalServerError', message: 'Internal server error' }))
    expect((await fake.refused(list())).problem).toBe('server-fault')
    expect(fake.api.calls('GET /vps')).toHaveLength(3)
  })

  it('does not wait for hours', async () => {
    fake.api.once('GET /vps', { status: 429, body: { message: 'x' }, headers: { 'retry-after': 'Tue, 24 Nov 2026 05:00:00 GMT' } })
    expect(await fake.refused(list())).toMatchObject({ problem: 'too-many-requests', data: { seconds: 10380 } })
    expect(fake.api.calls('GET /vps')).toHaveLength(1)
  })

  it.each([
    ['a dropped connection', { drop: true } as const, 'network'],
    ['a fault of the server', answered(502, { message: 'bad gateway' }), 'server-fault'],
    ['a page instead of JSON', { text: '<html>hotel WLAN</html>' }, 'not-understood'],
    ['a redirect', { status: 302, body: {}, headers: { location: 'https://elsewhere.example/' } }, 'not-understood'],
  ])('never repeats a change: %s leaves it unknown', async (_, reply, problem) => {
    fake.api.once('POST /vps/{serviceName}/reboot', reply)
    const error = await fake.refused(open().call('POST', '/vps/v/reboot', { answer: z.object({ id: z.number() }), signal }))
    expect(error).toMatchObject({ problem, changed: 'unknown' })
    expect(fake.api.calls('POST /vps/{serviceName}/reboot')).toHaveLength(1)
  })

  it('knows that a refused connection has changed nothing', async () => {
    const closed = await startOvhcloud()
    await closed.close()
    const api = createOpenClient('ovh-eu', closed.parts)
    const error = await closed.refused(api('POST', '/secret/retrieve', { body: { id: 'x' }, answer: z.unknown(), signal }))
    expect(error).toMatchObject({ problem: 'network', changed: 'nothing', detail: 'ECONNREFUSED' })
  })

  it('says where an answer does not fit, not what stands there', async () => {
    fake.api.on('POST /vps/{serviceName}/getConsoleUrl', () => ({ body: 'SECRETtoken' }))
    const error = await fake.refused(open().call('POST', '/vps/v/getConsoleUrl', { answer: z.object({ url: z.string() }), signal }))
    expect(error).toMatchObject({ problem: 'not-understood', detail: '(whole answer)' })
  })

  it('ends a request that gets no answer', async () => {
    fake.api.on('GET /auth/time', () => {
      setImmediate(fake.clock.endRequests)
      return { hang: true }
    })
    expect(await fake.refused(list())).toMatchObject({ problem: 'timeout', data: { seconds: 20 } })
    expect(fake.api.asked).toHaveLength(3)
  })

  it('stops when the caller does', async () => {
    const stop = new AbortController()
    fake.api.on('GET /vps', () => {
      stop.abort(new Error('enough'))
      return { hang: true }
    })
    await expect(fake.clock.run(open().call('GET', '/vps', { answer: Names, signal: stop.signal }))).rejects.toThrow('enough')
  })

  it('does not put a header into an error that fetch refuses', async () => {
    const error = await fake.refused(list({ ...keys, consumerKey: 'SECRETconsumer0123456789abcdefgh\nx' }))
    expect(error).toMatchObject({ problem: 'network', changed: 'nothing' })
  })
})

describe('OAuth2', () => {
  beforeEach(() => {
    fake.api.on('POST /auth/oauth2/token', ({ body }) => {
      expect(body).toMatchObject({ client_id: client.clientId, client_secret: client.clientSecret })
      const token = `SECRETtoken${fake.ovh.tokens.length}`
      fake.ovh.tokens.push(token)
      return { body: { access_token: token, token_type: 'Bearer', expires_in: 3600, scope: 'all' } }
    })
  })

  it('asks for a token once, and for another before it ends', async () => {
    const api = open(client)
    const call = { answer: Names, signal }
    await fake.clock.run(api.call('GET', '/vps', call))
    await fake.clock.run(api.call('GET', '/vps', call))
    expect(fake.ovh.tokens).toHaveLength(1)
    await fake.clock.run(new Promise<void>((resolve) => fake.clock.setTimeout(resolve, 3541_000)))
    await fake.clock.run(api.call('GET', '/vps', call))
    expect(fake.ovh.tokens).toHaveLength(2)
    expect(fake.api.calls('GET /auth/time')).toHaveLength(0)
  })

  it('fetches another when one was withdrawn', async () => {
    const api = open(client)
    await fake.clock.run(api.call('GET', '/vps', { answer: Names, signal }))
    fake.ovh.tokens[0] = 'withdrawn'
    expect(await fake.clock.run(api.call('GET', '/vps', { answer: Names, signal }))).toHaveLength(1)
  })

  it('is told about a wrong client, once', async () => {
    fake.api.on('POST /auth/oauth2/token', () =>
      answered(401, { error: 'invalid_client', error_description: 'ovhcloud oauth2 client does not exists' }),
    )
    const error = await fake.refused(list(client))
    expect(error).toMatchObject({ problem: 'bad-credentials', changed: 'nothing', detail: 'ovhcloud oauth2 client does not exists' })
    expect(fake.api.asked).toHaveLength(1)
  })

  it('does not exist at Kimsufi', async () => {
    const error = await fake.refused(createOvhClient('kimsufi-eu', client, fake.parts).call('GET', '/vps', { answer: Names, signal }))
    expect(error.problem).toBe('no-oauth')
  })
})
