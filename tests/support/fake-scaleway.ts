/** Scaleway's API on the loopback: an Instance whose boot type changes only while it is off, and an Elastic Metal server. */
import { type FakeProvider, startFakeProvider } from './fake-provider.js'

export const secretKey = 'SECRET00-1111-2222-3333-444444444444'
export const metalPassword = 'SECRETrescuePw9'
export const zone = 'fr-par-2'
export const instances = '/instance/v1/zones/{zone}/servers'
export const metals = '/baremetal/v1/zones/{zone}/servers'

export interface FakeInstance {
  state: string
  boot_type: string
  /** States of the next looks. */
  later: string[]
}

export const startScaleway = (): Promise<FakeProvider> =>
  startFakeProvider({
    files: ['scaleway/api.json', 'scaleway/more.json'],
    authenticate: ({ headers }) =>
      headers['x-auth-token'] === secretKey
        ? undefined
        : { status: 401, body: { message: 'authentication is denied', type: 'denied_authentication', method: 'api_key' } },
  })

/** `web`, as every Instance of the zone; the first page of them is full. @param onPower it goes off or on now. */
export function addInstance(
  api: FakeProvider,
  o: { stopping?: string[]; onPower?(action: 'poweroff' | 'poweron', instance: FakeInstance): void } = {},
): FakeInstance {
  const instance: FakeInstance = { state: 'running', boot_type: 'local', later: [] }
  const view = () => {
    instance.state = instance.later.shift() ?? instance.state
    return {
      id: 'i1',
      name: 'web',
      state: instance.state,
      boot_type: instance.boot_type,
      public_ips: [{ id: 'x', address: '203.0.113.5', family: 'inet' }],
    }
  }
  api.on(`GET ${instances}`, ({ at, query }) => {
    // A full first page: the second has to be asked for.
    const page = Number(query.get('page'))
    if (at.zone !== zone) return { body: { servers: [] } }
    return {
      body: { servers: page === 1 ? Array.from({ length: 100 }, (_, n) => ({ ...view(), id: `i${n}` })) : [{ ...view(), id: 'last' }] },
    }
  })
  api.on(`GET ${instances}/{server_id}`, () => ({ body: { server: view() } }))
  api.on(`PATCH ${instances}/{server_id}`, ({ body }) => {
    // Scaleway changes it on a machine that is off only.
    if (instance.state !== 'stopped') return { status: 400, body: { message: 'server should be stopped', type: 'invalid_request_error' } }
    instance.boot_type = (body as { boot_type: string }).boot_type
    return { body: { server: view() } }
  })
  api.on(`POST ${instances}/{server_id}/action`, ({ body }) => {
    const { action } = body as { action: 'poweroff' | 'poweron' }
    instance.later = action === 'poweroff' ? [...(o.stopping ?? ['stopping', 'stopping']), 'stopped'] : ['starting', 'running']
    o.onPower?.(action, instance)
    return { body: { task: { id: 't1', description: 'x', progress: 0, status: 'pending', started_at: '2026-11-24T02:07:00Z' } } }
  })
  return instance
}

export interface FakeMetal {
  status: string
  boot_type: string
  /** States of the next looks. */
  later: string[]
  /** The status in which no password is told yet. */
  silent: string | undefined
}

/** `db`, the only server of its kind. @param user of its rescue system. @param onReboot it restarts now. */
export function addMetal(
  api: FakeProvider,
  { user = 'em-abc', onReboot = () => {} }: { user?: string; onReboot?(metal: FakeMetal): void } = {},
): FakeMetal {
  const metal: FakeMetal = { status: 'ready', boot_type: 'normal', later: [], silent: undefined }
  const view = () => {
    metal.status = metal.later.shift() ?? metal.status
    const { status, boot_type } = metal
    const rescue_server = boot_type === 'rescue' && status !== metal.silent ? { user, password: metalPassword } : null
    return { id: 'm1', name: 'db', status, boot_type, ips: [{ id: 'y', address: '203.0.113.6', version: 'IPv4' }], rescue_server }
  }
  api.on(`GET ${metals}`, ({ at }) => ({ body: { total_count: 1, servers: at.zone === zone ? [view()] : [] } }))
  api.on(`GET ${metals}/{server_id}`, () => ({ body: view() }))
  api.on(`POST ${metals}/{server_id}/reboot`, ({ body }) => {
    metal.boot_type = (body as { boot_type: string }).boot_type
    metal.status = 'starting'
    metal.later = ['starting', 'starting', 'ready']
    onReboot(metal)
    return { body: view() }
  })
  return metal
}
