/** Hetzner's two APIs on the loopback. Cloud: two servers on two pages, whose actions take a few looks. Robot: one dedicated server. */
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

export const robotUser = '#ws+abc'
export const robotPassword = 'SECRETpass:wörd&='
export const robotBasic = (password = robotPassword) => Buffer.from(`${robotUser}:${password}`).toString('base64')

export interface FakeRobotServer {
  /** Armed for the next start. */
  active: boolean
  /** When the rescue system was started; its host keys are told from then on. */
  boot_time: string | null
  host_key: unknown[]
  /** Resets it knows. */
  types: string[]
  status: string
}

export const startHetznerRobot = (password?: string): Promise<FakeProvider> =>
  startFakeProvider({
    files: ['hetzner-robot/api.json', 'hetzner-robot/list.json'],
    authenticate: ({ headers }) =>
      headers.authorization === `Basic ${robotBasic(password)}`
        ? undefined
        : { status: 401, body: { error: { status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' } } },
  })

/** Server 321. @param onReset it restarts now, with rescue armed or not. */
export function addRobotServer(
  api: FakeProvider,
  { name = '', onReset = () => {} }: { name?: string; onReset?(machine: FakeRobotServer): void } = {},
): FakeRobotServer {
  const machine: FakeRobotServer = {
    active: false,
    boot_time: null,
    host_key: [],
    types: ['sw', 'hw', 'man', 'power'],
    status: 'running',
  }
  const rescue = () => ({
    rescue: {
      server_ip: '192.0.2.21',
      server_ipv6_net: '2001:db8:21::',
      server_number: 321,
      os: machine.active ? 'linux' : ['linux', 'vkvm'],
      active: machine.active,
      password: machine.active ? rootPassword : null,
      authorized_key: [],
      host_key: machine.host_key,
      boot_time: machine.boot_time,
    },
  })
  const server = { server_ip: '192.0.2.21', server_number: 321, server_name: name, product: 'AX41', status: 'ready', cancelled: false }
  api.on('GET /server', () => ({ body: [{ server }] }))
  api.on('GET /boot/{server-number}/rescue', () => ({ body: rescue() }))
  api.on('GET /boot/{server-number}/rescue/last', () => ({ body: rescue() }))
  api.on('POST /boot/{server-number}/rescue', () => {
    machine.active = true
    return { body: rescue() }
  })
  api.on('DELETE /boot/{server-number}/rescue', () => {
    machine.active = false
    return { body: rescue() }
  })
  api.on('GET /reset/{server-number}', () => ({ body: { reset: { type: machine.types, operating_status: machine.status } } }))
  api.on('POST /reset/{server-number}', ({ body }) => {
    onReset(machine)
    return { body: { reset: body } }
  })
  return machine
}
