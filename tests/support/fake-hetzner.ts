/** Hetzner Cloud's API on the loopback: two servers on two pages, whose actions take a few looks. */
import { type FakeProvider, startFakeProvider } from './fake-provider.js'

export const token = 'SECRETtoken0123456789'
export const rootPassword = 'SECRETrescuePw9'

export interface FakeCloudServer {
  /** Armed for the next start. */
  rescue: boolean
  looks: number
  /** Name of the action that ends in an error. */
  fails: string | undefined
}

export const startHetznerCloud = (): Promise<FakeProvider> =>
  startFakeProvider({
    files: ['hetzner-cloud/api.json', 'hetzner-cloud/list.json'],
    basePath: '/v1',
    authenticate: ({ headers }) =>
      headers.authorization === `Bearer ${token}`
        ? undefined
        : { status: 401, body: { error: { code: 'unauthorized', message: 'unable to authenticate' } } },
  })

/** `web-42`, and `web-43` on the second page. @param onReset the machine restarts now, with rescue armed or not. */
export function addCloudServers(api: FakeProvider, onReset: (server: FakeCloudServer) => void = () => {}): FakeCloudServer {
  const server: FakeCloudServer = { rescue: false, looks: 0, fails: undefined }
  const commands: Record<number, string> = { 1: 'enable_rescue', 2: 'reset_server', 3: 'disable_rescue' }
  const action = (id: number, status = 'running', progress = 0) => ({
    id,
    command: commands[id]!,
    status,
    progress,
    started: '2026-11-24T02:07:00+00:00',
    finished: status === 'running' ? null : '2026-11-24T02:07:30+00:00',
    resources: [{ id: 42, type: 'server' }],
    error: status === 'error' ? { code: 'action_failed', message: 'Action failed' } : null,
  })
  const body = (id: number) => ({
    id,
    name: `web-${id}`,
    status: 'running',
    created: '2026-01-01T00:00:00+00:00',
    rescue_enabled: server.rescue,
    locked: false,
    public_net: {
      ipv4: { ip: '203.0.113.42', blocked: false, dns_ptr: 'x' },
      ipv6: { ip: '2001:db8:42::/64', blocked: false, dns_ptr: null },
      floating_ips: [],
    },
  })
  const pagination = { per_page: 50, previous_page: null, last_page: 2, total_entries: 2 }
  api.on('GET /servers', ({ query }) => {
    const page = Number(query.get('page'))
    return { body: { servers: [body(41 + page)], meta: { pagination: { ...pagination, page, next_page: page < 2 ? page + 1 : null } } } }
  })
  api.on('GET /servers/{id}', () => ({ body: { server: body(42) } }))
  api.on('POST /servers/{id}/actions/enable_rescue', () => {
    server.rescue = true
    return { body: { action: action(1), root_password: rootPassword } }
  })
  api.on('POST /servers/{id}/actions/disable_rescue', () => {
    server.rescue = false
    return { body: { action: action(3) } }
  })
  api.on('POST /servers/{id}/actions/reset', () => {
    server.looks = 0
    onReset(server)
    return { body: { action: action(2) } }
  })
  api.on('GET /actions/{id}', ({ at: { id } }) => {
    if (server.fails === commands[Number(id)]) return { body: { action: action(Number(id), 'error') } }
    const isOver = ++server.looks > 2
    return { body: { action: action(Number(id), isOver ? 'success' : 'running', isOver ? 100 : server.looks * 30) } }
  })
  return server
}
