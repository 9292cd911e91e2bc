/** What OVHcloud's API on the loopback answers with: credentials, a VPS whose restarts take a few looks, and the account's mails. */
import type { OvhCredentials } from '../../electron/providers/ovhcloud/client.js'
import type { FakeProvider } from './fake-provider.js'

export const keys = {
  kind: 'keys',
  applicationKey: 'applicationKey01',
  applicationSecret: 'SECRETapplication0123456789abcdef',
  consumerKey: 'SECRETconsumer0123456789abcdefgh',
} as const satisfies OvhCredentials
export const secretId = '11111111-2222-3333-4444-555555555555'
export const rescuePassword = 'SECRETrescuePw9'

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
  o: { version?: string; restartsItself?: boolean; looks?: number; end?: string; onMode?(mode: string): void } = {},
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
    o.onMode?.(vps.mode)
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
