/** servers, enter, disks and leave: providers on the loopback, a real sshd that shows another key than the one known. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CommandName, parseInvocation } from '../../electron/cli/arguments.js'
import { enter } from '../../electron/cli/enter.js'
import { reportFailure } from '../../electron/cli/failure.js'
import { createOutput } from '../../electron/cli/output.js'
import { servers } from '../../electron/cli/servers.js'
import { loadTexts } from '../../electron/cli/texts.js'
import { systemClock } from '../../electron/clock.js'
import { buildCli, type Cli } from '../support/cli.js'
import { rootPassword, startHetznerCloud, token } from '../support/fake-hetzner.js'
import type { FakeProvider } from '../support/fake-provider.js'
import { createLoopDisks, type LoopDisks } from '../support/loop-disks.js'
import { type Pty, startPty } from '../support/pty.js'
import { type Sshd, startSshd } from '../support/sshd.js'

let dir: string
let home: string
let known: string
/** This computer's other disks are out of sight: *leave* would unmount them. */
let disks: LoopDisks
let sshd: Sshd
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-test-'))
  home = join(dir, 'home')
  known = join(home, '.ssh', 'known_hosts')
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, '.ssh', 'id_ed25519')])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'usual')])
  disks = await createLoopDisks()
  sshd = await startSshd({ authorizedKeys: [publicKey(join(home, '.ssh', 'id_ed25519'))], inside: disks.inside })
  await writeFile(known, `[127.0.0.1]:${sshd.port} ${publicKey(join(dir, 'usual'))}\n`)
})
afterEach(async () => {
  await sshd.dispose()
  await disks.end()
  await rm(dir, { recursive: true, force: true })
})
const publicKey = (path: string) =>
  execFileSync('cat', [`${path}.pub`], { encoding: 'utf8' })
    .split(' ')
    .slice(0, 2)
    .join(' ')

describe('with a provider', () => {
  let api: FakeProvider
  let listed: ReturnType<typeof machine>[]
  let armed: object
  const machine = (id: number, name: string, ip: string) => ({
    id,
    name,
    status: 'running',
    created: '2026-01-01T00:00:00+00:00',
    rescue_enabled: false,
    locked: false,
    public_net: { ipv4: { ip, blocked: false, dns_ptr: 'x' }, ipv6: null, floating_ips: [] },
  })
  beforeEach(async () => {
    api = await startHetznerCloud()
    listed = [machine(42, 'web-42', '127.0.0.1')]
    const pagination = { page: 1, per_page: 50, previous_page: null, next_page: null, last_page: 1, total_entries: 1 }
    const action = (id: number, command: string, server = 42) => ({
      id,
      command,
      status: 'success',
      progress: 100,
      started: '2026-11-24T02:07:00+00:00',
      finished: '2026-11-24T02:07:30+00:00',
      resources: [{ id: server, type: 'server' }],
      error: null,
    })
    armed = action(1, 'enable_rescue')
    api.on('GET /servers', () => ({ body: { servers: listed, meta: { pagination } } }))
    api.on('GET /servers/{id}', ({ at }) => ({ body: { server: listed.find(({ id }) => String(id) === at.id)! } }))
    api.on('POST /servers/{id}/actions/enable_rescue', () => ({
      body: { action: action(1, 'enable_rescue'), root_password: rootPassword },
    }))
    api.on('POST /servers/{id}/actions/reset', () => ({ body: { action: action(2, 'reset_server') } }))
    api.on('GET /actions/{id}', ({ at }) => ({ body: { action: action(Number(at.id), at.id === '1' ? 'enable_rescue' : 'reset_server') } }))
    // The adapters know their provider's address only; the way there is replaced.
    const realFetch = globalThis.fetch
    vi.stubGlobal('fetch', (url: URL, init: RequestInit) => realFetch(String(url).replace('https://api.hetzner.cloud/v1', api.base), init))
    for (const name of ['OVH_ENDPOINT', 'OVH_APPLICATION_KEY', 'OVH_CLIENT_ID', 'ROBOT_USER', 'SCW_SECRET_KEY']) vi.stubEnv(name, undefined)
    vi.stubEnv('HCLOUD_TOKEN', token)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    vi.unstubAllEnvs()
    await api.close()
    expect(api.breaches).toEqual([])
  })

  async function run(command: CommandName, ...args: string[]) {
    const invocation = parseInvocation([command, ...args, '--data-dir', join(dir, 'data')])
    if (invocation.kind !== 'command') throw new Error('no command')
    const written = { stdout: '', stderr: '' }
    const stream = (name: keyof typeof written) =>
      ({
        write(text: string) {
          written[name] += text
          return true
        },
      }) as unknown as NodeJS.WriteStream
    const language = invocation.lang ?? 'en'
    const output = createOutput({
      texts: await loadTexts(language),
      language,
      json: invocation.json,
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      environment: {},
    })
    const context = { home, output, signal: new AbortController().signal }
    const { host, options } = invocation
    const status = await (host ? enter(host, options, context) : servers(options, context)).catch((error) => reportFailure(error, output))
    expect(written.stdout + written.stderr).not.toMatch(/SECRET[a-z]/)
    return { status, ...written }
  }
  const ranAt = () => [...new Set(api.asked.filter(({ method }) => method !== 'GET').map(({ at }) => at.id))]
  const changes = () => api.asked.filter(({ method }) => method !== 'GET').map(({ operation }) => operation)

  test('servers names the machines', async () => {
    const { status, stdout } = await run('servers', '--json')
    expect(JSON.parse(stdout)).toEqual({
      servers: [],
      machines: [{ account: 'hetzner-cloud', id: 'server/42', name: 'web-42', state: 'running', addresses: ['127.0.0.1'] }],
    })
    expect(status).toBe(0)
    expect((await run('servers', '--lang', 'fr')).stdout).toContain('en marche')
  })

  test('rights that are refused are said, by servers and by enter', async () => {
    vi.stubEnv('HCLOUD_TOKEN', 'SECRETwrong0123')
    const listed = await run('servers')
    expect(listed.status).toBe(1)
    expect(listed.stderr).toMatch(/Hetzner/)
    const { status, stdout, stderr } = await run('enter', 'web-42', '--json', '--confirm', 'web-42')
    expect(status).toBe(1)
    expect(stderr).toMatch(/Hetzner/)
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining('Hetzner') } })
    expect(changes()).toEqual([])
  })

  test('enter: a plan, then the name, then the other key', async () => {
    const address = `127.0.0.1:${sshd.port}`
    const planned = await run('enter', address, '--dry-run', '--json')
    expect(planned.status).toBe(0)
    expect(JSON.parse(planned.stdout)).toMatchObject({ phase: 'planned', name: 'web-42', state: 'running' })
    expect(await run('enter', address, '--yes')).toMatchObject({ status: 2, stderr: expect.stringContaining('--confirm web-42') })
    expect(await run('enter', address, '--confirm', 'web-43')).toMatchObject({ status: 2 })
    expect(await run('enter', 'other', '--yes')).toMatchObject({ status: 1, stderr: expect.stringContaining('--by-hand') })
    expect(changes()).toEqual([])
    const entered = await run('enter', address, '--confirm', 'web-42', '--json')
    expect(entered).toMatchObject({ status: 0, stderr: expect.stringContaining(`rescueterm connect ${address}`) })
    expect(JSON.parse(entered.stdout)).toEqual({ phase: 'answered', name: 'web-42', host: '127.0.0.1', port: sshd.port })
    expect(changes()).toEqual(['POST /servers/{id}/actions/enable_rescue', 'POST /servers/{id}/actions/reset'])
  })

  test('enter goes on watching when the restart was taken and only looking at it fails', async () => {
    await sshd.restart([{ path: join(dir, 'usual') }])
    api.on('GET /actions/{id}', ({ at }) =>
      at.id === '1' ? { body: { action: armed } } : { status: 404, body: { error: { code: 'not_found', message: 'action not found' } } },
    )
    const entering = run('enter', `127.0.0.1:${sshd.port}`, '--confirm', 'web-42', '--json')
    await vi.waitFor(() => expect(api.calls('GET /actions/{id}').some(({ at }) => at.id === '2')).toBe(true), 20_000)
    await sshd.restart(['ed25519'])
    const { status, stdout, stderr } = await entering
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ phase: 'answered', problem: { problem: 'not-found', changed: 'unknown' } })
    expect(stderr).toContain('Whether something was changed is not known')
  })

  test('enter ends for a script when nothing else answers for long, with the steps by hand', async () => {
    await sshd.restart([{ path: join(dir, 'usual') }])
    const later = systemClock.setTimeout
    vi.spyOn(systemClock, 'setTimeout').mockImplementation((then, ms) => later(then, ms > 9 * 60_000 ? 0 : ms))
    const { status, stdout, stderr } = await run('enter', `127.0.0.1:${sshd.port}`, '--by-hand', '--yes', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ phase: 'waiting', host: '127.0.0.1' })
    expect(stderr).toMatch(/More than 10 minutes.*1\. /s)
  })

  test('enter says what a refusal has left behind, and how it goes by hand', async () => {
    await sshd.restart([{ path: join(dir, 'usual') }])
    api.on('POST /servers/{id}/actions/reset', () => ({ status: 403, body: { error: { code: 'forbidden', message: 'no' } } }))
    const { status, stdout, stderr } = await run('enter', `127.0.0.1:${sshd.port}`, '--confirm', 'web-42', '--json', '--lang', 'fr')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ phase: 'failed', problem: { problem: 'not-granted', changed: 'boot-mode' } })
    expect(stderr).toContain('Le mode de démarrage a changé, mais le serveur n’a pas redémarré')
    expect(stderr).toMatch(/https:\/\/console\.hetzner\.cloud.*1\. /s)
  })

  test('enter takes the machine at the address, not the first of that name', async () => {
    listed = [machine(42, 'web', '192.0.2.1'), machine(43, 'web', '127.0.0.1')]
    await writeFile(join(home, '.ssh', 'config'), `Host web\n  HostName 127.0.0.1\n  Port ${sshd.port}\n`)
    const { status, stdout } = await run('enter', 'web', '--confirm', 'web', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ phase: 'answered', host: '127.0.0.1' })
    expect(ranAt()).toEqual(['43'])
  })

  test('enter restarts nothing when a name leads elsewhere, fits several, or is reached through a proxy', async () => {
    listed = [machine(42, 'web', '192.0.2.1')]
    await writeFile(join(home, '.ssh', 'config'), 'Host web\n  HostName 127.0.0.1\nHost inner\n  ProxyJump bastion\n  HostName 192.0.2.1\n')
    const elsewhere = await run('enter', 'web', '--confirm', 'web')
    expect(elsewhere).toMatchObject({ status: 1, stderr: expect.stringContaining('an address that this machine does not have') })
    expect(elsewhere.stderr).toContain('192.0.2.1')
    expect(await run('enter', 'inner', '--confirm', 'web')).toMatchObject({ status: 1, stderr: expect.stringContaining('proxy') })
    listed = [machine(42, 'web.invalid', '192.0.2.1'), machine(43, 'web.invalid', '127.0.0.1')]
    const several = await run('enter', 'web.invalid', '--confirm', 'web.invalid', '--json')
    expect(several.status).toBe(1)
    expect(JSON.parse(several.stdout).error).toMatchObject({ code: 'several-machines', message: expect.stringContaining('192.0.2.1') })
    expect(await run('enter', 'nowhere.invalid', '--by-hand', '--json')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('"dns"'),
    })
    expect(changes()).toEqual([])
  })

  test('enter goes on at the address of a machine whose name resolves nowhere', async () => {
    listed = [machine(42, 'web.invalid', '127.0.0.1')]
    const { status, stdout, stderr } = await run('enter', 'WEB.invalid', '-p', String(sshd.port), '--confirm', 'web.invalid', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ phase: 'answered', name: 'web.invalid', host: '127.0.0.1', port: sshd.port })
    expect(stderr).toContain(`rescueterm connect 127.0.0.1:${sshd.port}`)
  })
})

describe('in rescue', () => {
  let cli: Cli
  let env: Record<string, string>
  const ptys: Pty[] = []
  beforeAll(async () => {
    cli = await buildCli()
  })
  afterAll(() => cli.dispose())
  beforeEach(async () => {
    env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config'), LC_ALL: 'C.UTF-8', SSH_AUTH_SOCK: '', NO_COLOR: '1' }
    const aside = await cli.run(['set-aside', `127.0.0.1:${sshd.port}`, '--key', sshd.hostKeys[0]!.line, '--yes'], { env })
    expect(aside.status).toBe(0)
  })
  afterEach(() => {
    for (const pty of ptys.splice(0)) pty.kill()
  })
  async function visit(command: string, ...args: string[]) {
    const pty = startPty([...cli.command, command, `root@127.0.0.1:${sshd.port}`, ...args], { env, cols: 200 })
    ptys.push(pty)
    await pty.waitFor('[')
    await pty.waitFor(/(?:Key file|Fichier de clé)[^\n]*\[/)
    pty.type('\r')
    return pty
  }

  test('disks looks, as JSON; mounting where there is no system says so', async () => {
    const looked = await visit('disks', '--json')
    expect(await looked.exit).toBe(0)
    const screen = looked.screen()
    const document = JSON.parse(screen.slice(screen.indexOf('\n{\n')))
    expect(document).toMatchObject({ rescue: { os: expect.stringMatching(/\S/) }, volumes: expect.any(Array), plans: expect.any(Object) })
    if (document.plans.mount) return
    const mounted = await visit('disks', '--mount', '--yes', '--lang', 'fr')
    await mounted.waitFor('Aucun système à monter')
    expect(await mounted.exit).toBe(1)
    const proving = await visit('disks', '--prove')
    await proving.waitFor('No system that could be mounted')
    expect(await proving.exit).toBe(1)
  })

  test('leave by hand stops before the restart, and leaves nothing that goes on by itself', async () => {
    const pty = await visit('leave', '--yes', '--no-reboot', '--skip', 'boot-mode=console')
    await pty.waitFor('Not restarted, as you asked. Nothing was mounted.')
    expect(await pty.exit).toBe(0)
    expect((await cli.run(['status', '--json'], { env })).json()).toMatchObject({ interventions: [{ state: 'active' }] })
    const stored = execFileSync('sh', ['-c', 'cat "$1"/visits/*', 'sh', join(home, '.config', 'RescueTerm')], { encoding: 'utf8' })
    expect(stored).not.toContain('"leaving"')
  })

  test('disks names what a terminal mounted by hand, and leave unmounts it', async () => {
    const image = disks.image(16)
    disks.run('mkfs.ext4 -q "$1"', image)
    const loop = disks.attach(image)
    const at = join(disks.folder, 'data')
    disks.run('mkdir "$2"; mount "$1" "$2"', loop, at)
    const looked = await visit('disks')
    await looked.waitFor(`Mounted: ${loop} at ${at}`)
    expect(await looked.exit).toBe(0)
    const left = await visit('leave', '--yes', '--no-reboot', '--skip', 'boot-mode=console')
    await left.waitFor('Not restarted, as you asked. Everything is unmounted.')
    expect(left.screen()).toContain(`✓ unmount everything, sync\n    ${loop} ${at}\n`)
    expect(await left.exit).toBe(0)
    expect(disks.run('cat /proc/self/mountinfo')).not.toContain(loop)
  })

  // The restart itself is the test's: a real one would be this machine's.
  const restartedByHand = ['--skip', 'boot-mode=console', '--skip', 'reboot=console']

  test('leave goes through to the known key and says that it is back', async () => {
    const pty = await visit('leave', '--yes', ...restartedByHand)
    await pty.waitFor('wait for your key')
    await sshd.restart([{ path: join(dir, 'usual') }])
    await pty.waitFor('Back to normal: 127.0.0.1 shows your own key again.')
    expect(await pty.exit).toBe(0)
    expect(await readFile(known, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${publicKey(join(dir, 'usual'))}\n`)
  })

  test('nothing is mounted, unmounted or restarted on a system whose key was only trusted once and that is no rescue system', async () => {
    const at = `127.0.0.1:${sshd.port}`
    expect((await cli.run(['restore', at, '--yes'], { env })).status).toBe(0)
    await writeFile(known, '')
    for (const command of ['leave', 'disks', 'diagnose']) {
      const pty = startPty([...cli.command, command, `root@${at}`, ...(command === 'leave' ? ['--yes', ...restartedByHand] : [])], {
        env,
        cols: 400,
      })
      ptys.push(pty)
      await pty.waitFor('Your choice')
      pty.type('1\r')
      await pty.waitFor('does not look like a rescue system')
      expect(await pty.exit).toBe(1)
    }
  })

  test('leave a server that nobody knew: until another key than the rescue key answers', async () => {
    const at = `127.0.0.1:${sshd.port}`
    expect((await cli.run(['restore', at, '--yes'], { env })).status).toBe(0)
    await writeFile(known, '')
    const pty = startPty([...cli.command, 'leave', `root@${at}`, '--yes', ...restartedByHand], { env, cols: 200 })
    ptys.push(pty)
    await pty.waitFor('3  It is in rescue mode')
    pty.type('3\r')
    await pty.waitFor('No line is set aside')
    await pty.waitFor('[y/w/N] ')
    pty.type('y\r')
    await pty.waitFor(/Key file[^\n]*\[/)
    pty.type('\r')
    await pty.waitFor('wait for your key')
    expect((await cli.run(['status', '--json'], { env })).json()).toMatchObject({ interventions: [{ state: 'active', setAside: 0 }] })
    await sshd.restart([{ path: join(dir, 'usual') }])
    await pty.waitFor('127.0.0.1 shows another key than the rescue key')
    expect(await pty.exit).toBe(0)
    expect(await readFile(known, 'utf8')).toBe('')
  })

  test('diagnose does not begin when its report would replace a file', async () => {
    const file = join(home, 'report.md')
    await writeFile(file, 'mine')
    const { status, stderr } = await cli.run(['diagnose', `root@127.0.0.1:${sshd.port}`, '-o', file], { env })
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`${file} already exists`) })
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect(await sshd.log()).not.toContain('Accepted')
  })
})
