/** OVHcloud's API on the loopback: signatures, clock and tokens checked, and machines whose restarts take a few looks. */
import { createHash } from 'node:crypto'
import type { OvhCredentials } from '../../electron/providers/ovhcloud/client.js'
import { type Asked, type FakeProvider, type Reply, startFakeProvider } from './fake-provider.js'
import { type Harness, harness } from './provider-harness.js'

export const keys = {
  kind: 'keys',
  applicationKey: 'applicationKey01',
  applicationSecret: 'SECRETapplication0123456789abcdef',
  consumerKey: 'SECRETconsumer0123456789abcdefgh',
} as const satisfies OvhCredentials
export const client = {
  kind: 'oauth2',
  clientId: 'EU.0123456789',
  clientSecret: 'SECRETclient/0123+456=',
} as const satisfies OvhCredentials
export const secretId = '11111111-2222-3333-4444-555555555555'
export const rescuePassword = 'SECRETrescuePw9'

/** OVH's clock is this far from ours. */
const DRIFT_MS = 3 * 3600_000
/** How far a timestamp may be off (the window of one public fake server). */
const WINDOW_S = 180

export interface FakeOvhcloud {
  /** Every signed call is refused with this. */
  refuse: Reply | undefined
  /** Our clock and OVH's drift apart by this much more. */
  shiftClock(ms: number): void
  tokens: string[]
}

export async function startOvhcloud(): Promise<Harness & { ovh: FakeOvhcloud; tokenUrl: string }> {
  let shift = DRIFT_MS
  const tokens: string[] = []
  const ovh: FakeOvhcloud = {
    refuse: undefined,
    tokens,
    shiftClock(ms) {
      shift += ms
    },
  }
  const started = await harness(
    async (clock) => {
      const seconds = () => Math.floor((clock.now().getTime() + shift) / 1000)
      const api = await startFakeProvider({
        files: [
          'ovhcloud/vps.json',
          'ovhcloud/dedicated.json',
          'ovhcloud/me.json',
          'ovhcloud/cloud.json',
          'ovhcloud/cloud-list.json',
          'ovhcloud/auth.json',
          'ovhcloud/token.json',
        ],
        basePath: '/1.0',
        authenticate(asked, { noAuthentication }) {
          if (noAuthentication) {
            const missing = { status: 401, body: { message: 'You must send your application key to request new credentials' } }
            return asked.headers['x-ovh-application'] === keys.applicationKey ? undefined : missing
          }
          return ovh.refuse ?? signatureFault(asked, api.base, seconds()) ?? undefined
        },
      })
      const signatureFault = (asked: Asked, base: string, now: number): Reply | undefined => {
        const head = (name: string) => String(asked.headers[name] ?? '')
        if (asked.headers.authorization) {
          if (head('x-ovh-signature')) return { status: 400, body: { class: 'Client::BadRequest', message: 'two ways to sign in' } }
          return tokens.includes(head('authorization').replace('Bearer ', ''))
            ? undefined
            : { status: 401, body: { class: 'Client::Unauthorized', message: 'You must login first' } }
        }
        if (head('x-ovh-application') !== keys.applicationKey) {
          return { status: 403, body: { class: 'Client::Forbidden', message: 'This application key is invalid' } }
        }
        if (Math.abs(Number(head('x-ovh-timestamp')) - now) > WINDOW_S) {
          return { status: 400, body: { class: 'Client::BadRequest', message: 'Query out of time' } }
        }
        const url = base.replace('/1.0', '') + asked.path
        const text = [keys.applicationSecret, keys.consumerKey, asked.method, url, asked.text, head('x-ovh-timestamp')].join('+')
        const signature = `$1$${createHash('sha1').update(text).digest('hex')}`
        return head('x-ovh-signature') === signature
          ? undefined
          : { status: 400, body: { errorCode: 'INVALID_SIGNATURE', httpCode: '400 Bad Request', message: 'Invalid signature' } }
      }
      api.on('GET /auth/time', () => ({ body: seconds() }))
      return api
    },
    [keys.applicationSecret, keys.consumerKey, client.clientSecret, rescuePassword, secretId, 'SECRETtoken'],
  )
  return { ...started, ovh, tokenUrl: `${started.api.base}/auth/oauth2/token` }
}

export interface FakeVps {
  mode: string
  state: string
  tasks: { id: number; type: string; looks: number; end: string }[]
  reboots: number
}

/** A VPS with an old task; `restartsItself: false` is the model of 2014. A restart takes `looks` looks at its task. */
export function addVps(
  api: FakeProvider,
  name: string,
  o: { version?: string; restartsItself?: boolean; looks?: number; end?: string } = {},
): FakeVps {
  const { version = '2019v1', restartsItself = true, looks = 3, end = 'done' } = o
  const vps: FakeVps = { mode: 'local', state: 'running', tasks: [{ id: 7, type: 'rebootVm', looks: 0, end: 'done' }], reboots: 0 }
  const restart = (type: string) => {
    vps.state = 'rebooting'
    const task = { id: 100 + vps.tasks.length, type, looks, end }
    vps.tasks.push(task)
    return task
  }
  const view = (task: FakeVps['tasks'][number]) => ({
    id: task.id,
    type: task.type,
    date: '2026-11-24T02:07:10+00:00',
    state: task.looks > 0 ? 'doing' : task.end,
    progress: task.looks > 0 ? Math.round(100 * (1 - task.looks / (looks + 1))) : 100,
  })
  api.on('GET /vps', () => ({ body: [name] }))
  api.on('GET /vps/{serviceName}', () => ({
    body: {
      name,
      displayName: 'shop',
      state: vps.state,
      netbootMode: vps.mode,
      offerType: 'ssd',
      zone: 'Region OpenStack: os-bhs3',
      model: { name: 'vps-value', version },
    },
  }))
  api.on('GET /vps/{serviceName}/ips', () => ({ body: ['2001:db8::10', '203.0.113.10'] }))
  api.on('PUT /vps/{serviceName}', ({ body }) => {
    vps.mode = (body as Record<string, string>).netbootMode ?? vps.mode
    if (restartsItself) restart('setNetboot')
    return { body: null }
  })
  api.on('POST /vps/{serviceName}/reboot', () => {
    vps.reboots++
    return { body: view(restart('rebootVm')) }
  })
  api.on('GET /vps/{serviceName}/tasks', () => ({ body: vps.tasks.map(({ id }) => id) }))
  api.on('GET /vps/{serviceName}/tasks/{id}', ({ at }) => {
    const task = vps.tasks.find(({ id }) => id === Number(at.id))
    if (!task) return { status: 404, body: { class: 'Client::NotFound', message: 'The requested object (id = 1) does not exist' } }
    const seen = view(task)
    if (task.looks > 0 && --task.looks === 0 && task.end === 'done') vps.state = vps.mode === 'rescue' ? 'rescued' : 'running'
    return { body: seen }
  })
  return vps
}

export interface FakeMail {
  id: number
  subject: string
  body: string
  date: string
}
export function addMails(api: FakeProvider): FakeMail[] {
  const mails: FakeMail[] = [
    {
      id: 900,
      subject: '[vps-0a1b2c3d.vps.ovh.ca] Access settings for VPS rescue mode',
      body: 'Password: oldOLD11old',
      date: '2026-11-20T10:00:00+00:00',
    },
  ]
  // No order is promised: the newest first here.
  api.on('GET /me/notification/email/history', () => ({ body: mails.map(({ id }) => id).reverse() }))
  api.on('GET /me/notification/email/history/{id}', ({ at }) => ({ body: { ...mails.find(({ id }) => id === Number(at.id))! } }))
  return mails
}
