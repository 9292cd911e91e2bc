/** `enter` at a terminal, to the end: a provider on the loopback, a real sshd with the rescue user's password. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildCli, type Cli } from '../support/cli.js'
import type { FakeProvider } from '../support/fake-provider.js'
import { instances, metals, secretKey, startScaleway, zone } from '../support/fake-scaleway.js'
import { type Pty, startPty } from '../support/pty.js'
import { type Sshd, startSshd } from '../support/sshd.js'

const rescuePassword = 'SECRETrescuePw9'
let cli: Cli
let dir: string
let home: string
let env: Record<string, string>
let sshd: Sshd
let api: FakeProvider
let pty: Pty | undefined
/** Of the metal server. */
let machine: { status: string; boot_type: string; password: string | undefined }
beforeAll(async () => {
  cli = await buildCli()
})
afterAll(() => cli.dispose())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-test-'))
  home = join(dir, 'home')
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  sshd = await startSshd({ rootPassword: rescuePassword })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'usual')])
  const usual = (await readFile(join(dir, 'usual.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')
  await writeFile(join(home, '.ssh', 'known_hosts'), `[127.0.0.1]:${sshd.port} ${usual}\n`)
  machine = { status: 'ready', boot_type: 'normal', password: rescuePassword }
  api = await startScaleway()
  const server = () => ({
    ...{ id: 'm1', name: 'db', status: machine.status, boot_type: machine.boot_type },
    ips: [{ id: 'y', address: '127.0.0.1', version: 'IPv4' }],
    rescue_server: machine.boot_type === 'rescue' && machine.password ? { user: 'root', password: machine.password } : null,
  })
  api.on(`GET ${instances}`, () => ({ body: { servers: [] } }))
  api.on(`GET ${metals}`, ({ at }) => ({ body: { total_count: 1, servers: at.zone === zone ? [server()] : [] } }))
  api.on(`GET ${metals}/{server_id}`, () => ({ body: server() }))
  api.on(`POST ${metals}/{server_id}/reboot`, ({ body }) => {
    machine.boot_type = (body as { boot_type: string }).boot_type
    // Only a later look tells the password.
    return { body: { ...server(), rescue_server: null } }
  })
  // The adapters know their provider's address only; the way there is replaced.
  const routes = join(dir, 'routes.cjs')
  await writeFile(
    routes,
    `const fetched = globalThis.fetch
globalThis.fetch = (url, o) => fetched(String(url).replace('https://api.scaleway.com', '${api.base}'), o)\n`,
  )
  env = {
    NODE_OPTIONS: `--require ${routes}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    LC_ALL: 'C.UTF-8',
    SSH_AUTH_SOCK: '',
    NO_COLOR: '1',
    SCW_SECRET_KEY: secretKey,
  }
})
afterEach(async () => {
  pty?.kill()
  pty = undefined
  await sshd.dispose()
  await api.close()
  expect(api.breaches).toEqual([])
  await rm(dir, { recursive: true, force: true })
})

/** Up to the question how to sign in: the rescue key is agreed to. */
async function inRescue(user = 'alice') {
  const started = startPty([...cli.command, 'enter', `${user}@127.0.0.1:${sshd.port}`, '--confirm', 'db'], { env, cols: 200 })
  pty = started
  await started.waitFor('Your choice')
  started.type('1\r')
  await started.waitFor('[y/w/N]')
  started.type('y\r')
  await started.waitFor('Looking for the rescue password')
  return started
}

test('the password is looked for, and opens the session as the user it is for', async () => {
  const pty = await inRescue()
  await pty.waitFor('Signs in as root')
  await pty.waitFor(/The rescue password was found \(at the provider\)[^\n]*\[Y\/n\]/)
  pty.type('\r')
  await pty.waitFor('RESCUE')
  pty.type('echo I am $(id -un)\r')
  await pty.waitFor('I am root')
  pty.type('exit\r')
  await pty.exit
  expect(pty.screen()).not.toContain(rescuePassword)
  expect(await sshd.log()).not.toContain('Failed password')
})

test('^C while only this program carries the restart: says so, and carries it through', async () => {
  const asked: string[] = []
  const instance = { state: 'running', boot_type: 'local' }
  const view = () => ({ id: 'i1', name: 'shop', ...instance, public_ips: [{ id: 'x', address: '127.0.0.1', family: 'inet' }] })
  const interrupt = new AbortController()
  api.on(`GET ${metals}`, () => ({ body: { total_count: 0, servers: [] } }))
  api.on(`GET ${instances}`, ({ at }) => ({ body: { servers: at.zone === zone ? [view()] : [] } }))
  api.on(`GET ${instances}/{server_id}`, () => ({ body: { server: view() } }))
  api.on(`PATCH ${instances}/{server_id}`, ({ body }) => {
    asked.push('rescue')
    Object.assign(instance, body)
    return { body: { server: view() } }
  })
  api.on(`POST ${instances}/{server_id}/action`, ({ body }) => {
    const { action } = body as { action: string }
    asked.push(action)
    instance.state = action === 'poweroff' ? 'stopped' : 'running'
    if (action === 'poweroff') interrupt.abort()
    return { body: { task: { id: 't1', description: 'x', progress: 0, status: 'pending', started_at: '2026-11-24T02:07:00Z' } } }
  })
  const { status, stderr } = await cli.run(['enter', `127.0.0.1:${sshd.port}`, '--confirm', 'shop'], { env, signal: interrupt.signal })
  expect(stderr).toContain(`only by this program: it goes on to the end of that`)
  expect(stderr).toContain(`rescueterm enter 127.0.0.1:${sshd.port} then begins again`)
  expect({ status, asked }).toEqual({ status: 130, asked: ['poweroff', 'rescue', 'poweron'] })
})

test('leave says which provider refused and what that left behind; what is skipped is not asked of it', async () => {
  const at = `127.0.0.1:${sshd.port}`
  expect((await cli.run(['enter', at, '--confirm', 'db', '--json'], { env })).status).toBe(0)
  expect((await cli.run(['set-aside', at, '--key', sshd.hostKeys[0]!.line, '--yes'], { env })).status).toBe(0)
  const leave = async (...args: string[]) => {
    pty?.kill()
    pty = startPty([...cli.command, 'leave', `root@${at}`, '--yes', ...args], { env, cols: 200 })
    await pty.waitFor(/assword[^\n]*: /)
    pty.type(`${rescuePassword}\r`)
    return pty
  }
  api.once(`POST ${metals}/{server_id}/reboot`, { status: 403, body: { message: 'insufficient permissions', type: 'permissions_denied' } })
  const refused = await leave('--json')
  expect(await refused.exit).toBe(1)
  const screen = refused.screen()
  expect(screen).toContain('Nothing was changed; the server was not restarted.')
  expect(screen).toMatch(/https:\/\/console\.scaleway\.com\/elastic-metal.*1\. /s)
  const { items } = JSON.parse(screen.slice(screen.indexOf('\n{\n'), screen.lastIndexOf('\n}') + 2))
  expect(items.find(({ id }: { id: string }) => id === 'boot-mode')).toMatchObject({
    state: 'fault',
    problem: { problem: 'not-granted', changed: 'nothing' },
  })

  const asked = api.calls(`POST ${metals}/{server_id}/reboot`).length
  const skipping = await leave('--skip', 'boot-mode=fixed-by-hand', '--skip', 'reboot=console')
  await skipping.waitFor('wait for your key')
  await sshd.restart([{ path: join(dir, 'usual') }])
  await skipping.waitFor('Back to normal')
  expect(await skipping.exit).toBe(0)
  expect(api.calls(`POST ${metals}/{server_id}/reboot`)).toHaveLength(asked)
})
