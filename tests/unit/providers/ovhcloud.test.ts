/** Rights, key page and found credentials of OVHcloud: no network. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountOfConfig, findOvhConfig } from '../../../electron/providers/ovhcloud/config.js'
import { endpointOfLink } from '../../../electron/providers/ovhcloud/endpoints.js'
import { accessRules, keyPage, missingRight } from '../../../electron/providers/ovhcloud/rights.js'
import { NewAccount, Secrets } from '../../../shared/provider.js'

describe('rights', () => {
  it('are the least for a VPS, mail only when asked for', () => {
    expect(keyPage('ovh-ca', { products: ['vps'], mail: false })).toBe(
      'https://ca.api.ovh.com/createToken/?GET=/vps&GET=/vps/*&PUT=/vps/*&POST=/vps/*/reboot&POST=/vps/*/getConsoleUrl',
    )
    expect(keyPage('ovh-us', { products: [], mail: true })).toBe(
      'https://api.us.ovhcloud.com/createToken/?GET=/me/notification/email/history&GET=/me/notification/email/history/*',
    )
  })

  it('delete nothing', () => {
    const all = accessRules({ products: ['vps', 'dedicated', 'cloud'], mail: true })
    expect(all.filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  it.each([
    ['PUT', '/vps/vps-1.vps.ovh.net', 'PUT /vps/*'],
    ['GET', '/vps/vps-1.vps.ovh.net/tasks/3', 'GET /vps/*'],
    ['GET', '/vps', 'GET /vps'],
    ['POST', '/vps/x/reboot', 'POST /vps/*/reboot'],
    ['GET', '/cloud/project/p/instance/i', 'GET /cloud/project/*/instance/*'],
    ['DELETE', '/vps/x', 'DELETE /vps/x'],
  ])('name what %s %s lacks', (method, path, right) => expect(missingRight(method, path)).toBe(right))

  it.each([
    ['www.ovh.com', 'ovh-eu'],
    ['ca.ovh.com', 'ovh-ca'],
    ['www.ovh.ca', 'ovh-ca'],
    ['us.ovhcloud.com', 'ovh-us'],
  ])('a link of %s is redeemed at %s', (host, endpoint) => expect(endpointOfLink(host)).toBe(endpoint))
})

describe('ovh.conf and OVH_*', () => {
  let root: string
  const write = (name: string, text: string) => writeFile(join(root, name), text)
  const find = (environment: Record<string, string> = {}) =>
    findOvhConfig({ home: join(root, 'home'), directory: join(root, 'here'), environment, system: join(root, 'system.conf') })
  const keys = (prefix: string) => `application_key=${prefix}ak\napplication_secret=${prefix}as\nconsumer_key=${prefix}ck\n`

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ovh-conf-'))
    await Promise.all([mkdir(join(root, 'home')), mkdir(join(root, 'here'))])
  })
  afterEach(() => rm(root, { recursive: true }))

  it('are nowhere', async () => expect(await find()).toEqual({ kind: 'none' }))

  it('the nearer file wins field by field, the environment over all', async () => {
    await write('system.conf', `[default]\nendpoint=ovh-eu\n[ovh-ca]\n${keys('system-')}`)
    await write('home/.ovh.conf', '; mine\n[default]\nendpoint = ovh-ca\n[ovh-ca]\nconsumer_key = home-ck ; comment\n')
    await write('here/ovh.conf', '[ovh-ca]\napplication_secret=here-as\n')
    expect(await find({ OVH_APPLICATION_KEY: 'env-ak' })).toEqual({
      kind: 'found',
      endpoint: 'ovh-ca',
      credentials: { kind: 'keys', applicationKey: 'env-ak', applicationSecret: 'here-as', consumerKey: 'home-ck' },
      sources: [join(root, 'system.conf'), join(root, 'home/.ovh.conf'), join(root, 'here/ovh.conf'), 'OVH_*'],
    })
  })

  it('hold an OAuth2 client', async () => {
    const found = await find({ OVH_ENDPOINT: 'ovh-us', OVH_CLIENT_ID: 'id', OVH_CLIENT_SECRET: 'secret' })
    expect(found).toMatchObject({
      kind: 'found',
      endpoint: 'ovh-us',
      credentials: { kind: 'oauth2', clientId: 'id', clientSecret: 'secret' },
    })
  })

  it('become an account that keeps its secrets apart', async () => {
    await write('home/.ovh.conf', `[default]\nendpoint=soyoustart-ca\n[soyoustart-ca]\n${keys('')}`)
    const found = await find()
    if (found.kind !== 'found') return expect.unreachable()
    const { account, secrets } = accountOfConfig(found)
    expect(NewAccount.parse(account)).toMatchObject({
      endpoint: 'soyoustart-ca',
      readMail: false,
      signIn: { kind: 'keys', applicationKey: 'ak' },
    })
    expect(Secrets.parse(secrets)).toEqual({ applicationSecret: 'as', consumerKey: 'ck' })
    expect(JSON.stringify(account)).not.toMatch(/"(as|ck)"/)
  })

  it.each([
    ['an unknown endpoint', '[default]\nendpoint=ovh-mars\n', ['endpoint', 'applicationKey', 'applicationSecret', 'consumerKey']],
    ['half a key', '[default]\nendpoint=ovh-eu\n[ovh-eu]\napplication_key=a\n', ['applicationSecret', 'consumerKey']],
    ['half a client', '[default]\nendpoint=ovh-eu\n[ovh-eu]\nclient_id=a\n', ['clientSecret']],
    ['another program’s words', 'not an ini [at all\u0000', ['endpoint', 'applicationKey', 'applicationSecret', 'consumerKey']],
    [
      'names of objects',
      '[__proto__]\nendpoint=ovh-eu\n[constructor]\nx=1\n',
      ['endpoint', 'applicationKey', 'applicationSecret', 'consumerKey'],
    ],
  ])('say what is missing: %s', async (_, text, missing) => {
    await write('here/ovh.conf', text)
    expect(await find()).toMatchObject({ kind: 'incomplete', missing })
  })

  it('say which file cannot be read', async () => {
    await mkdir(join(root, 'here/ovh.conf'))
    expect(await find()).toMatchObject({ kind: 'incomplete', unreadable: [join(root, 'here/ovh.conf')] })
  })
})
