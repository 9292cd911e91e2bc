import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listConfigHosts, resolveTarget } from '../../electron/ssh/config.js'

let home: string
const environment = { ...process.env }
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'rescueterm-config-'))
  await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true })
  delete process.env.SSH_AUTH_SOCK
})
afterEach(async () => {
  process.env = { ...environment }
  await rm(home, { recursive: true, force: true })
})
const write = (text: string, name = 'config') => writeFile(join(home, '.ssh', name), text)
const resolve = (text: string) => resolveTarget(text, { home })
/** Without ssh on the way: the library answers. */
const withoutSsh = () => {
  process.env.PATH = join(home, 'nothing')
}

describe.each([
  ['by ssh -G', () => {}],
  ['by the library, without ssh', withoutSsh],
])('%s', (_name, prepare) => {
  it('defaults', async () => {
    prepare()
    const target = await resolve('root@Example.net:2222')
    expect(target).toMatchObject({
      typed: 'root@Example.net:2222',
      port: 2222,
      user: 'root',
      checkHostIp: false,
      strict: 'ask',
      userFiles: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
      systemFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      identitiesOnly: false,
    })
    expect(target.host.toLowerCase()).toBe('example.net')
    expect(target.identityFiles).toContain(join(home, '.ssh/id_ed25519'))
    expect(target.agent).toBeUndefined()
    expect(target.proxy).toBeUndefined()
  })

  it('everything a Host can say', async () => {
    await write(`
Include conf.d/*.conf
Host web w?b2
  HostName %h.example.com
  User deploy
  Port 2200
  IdentityFile ~/.ssh/%r-%h
  IdentitiesOnly yes
  UserKnownHostsFile ~/.ssh/kh-%h /srv/kh
  GlobalKnownHostsFile none
  HostKeyAlias the-alias
  CheckHostIP yes
  HashKnownHosts yes
  StrictHostKeyChecking accept-new
  IdentityAgent ~/agent.sock
Host *
  User nobody
`)
    await write('Host included\n  HostName 10.0.0.9\n  StrictHostKeyChecking no\n  UserKnownHostsFile none\n', 'conf.d/a.conf')
    await write('Host ignored\n', 'conf.d/b.txt')
    prepare()
    expect(await resolve('web')).toMatchObject({
      host: 'web.example.com',
      port: 2200,
      user: 'deploy',
      alias: 'the-alias',
      checkHostIp: true,
      hashKnownHosts: true,
      strict: 'accept-new',
      userFiles: [join(home, '.ssh/kh-web.example.com'), '/srv/kh'],
      systemFiles: [],
      identityFiles: [join(home, '.ssh/deploy-web.example.com')],
      identitiesOnly: true,
      agent: join(home, 'agent.sock'),
    })
    expect(await resolve('admin@web:22')).toMatchObject({ user: 'admin', port: 22, host: 'web.example.com' })
    expect(await resolve('included')).toMatchObject({ host: '10.0.0.9', user: 'nobody', strict: 'no', userFiles: [] })
  })

  it('names a proxy', async () => {
    await write('Host inner\n  ProxyJump bastion\nHost piped\n  ProxyCommand nc %h %p\nHost direct\n  ProxyCommand none\n')
    prepare()
    const inner = await resolve('inner')
    expect(inner.proxy).toBe('bastion')
    expect(inner.notes).toContainEqual({ code: 'proxy-unsupported', data: { proxy: 'bastion' } })
    expect((await resolve('piped')).proxy).toMatch(/^nc /)
    expect((await resolve('direct')).proxy).toBeUndefined()
  })

  it('takes the agent from where ssh does', async () => {
    process.env.SSH_AUTH_SOCK = '/run/agent'
    process.env.MY_AGENT = '/run/mine'
    await write('Host off\n  IdentityAgent none\nHost mine\n  IdentityAgent $MY_AGENT\nHost same\n  IdentityAgent SSH_AUTH_SOCK\n')
    prepare()
    expect((await resolve('plain')).agent).toBe('/run/agent')
    expect((await resolve('same')).agent).toBe('/run/agent')
    expect((await resolve('mine')).agent).toBe('/run/mine')
    expect((await resolve('off')).agent).toBeUndefined()
  })
})

it('says when ssh is missing', async () => {
  withoutSsh()
  expect((await resolve('x')).notes).toEqual([{ code: 'ssh-missing', data: {} }])
})

it.each(['-oProxyCommand=touch /tmp/x', 'a;b', 'a b', '$(id)', '`id`', 'root@-x', "x'y"])(
  'never lets %j reach a command line',
  async (text) => {
    await expect(resolve(text)).rejects.toMatchObject({ code: 'bad-address' })
  },
)

it('keeps paths with blanks together', async () => {
  await write(`Host s\n  UserKnownHostsFile "/tmp/with two blanks/kh" ~/.ssh/other\n  IdentityFile "/tmp/a key"\n`)
  expect(await resolve('s')).toMatchObject({
    userFiles: ['/tmp/with two blanks/kh', join(home, '.ssh/other')],
    identityFiles: ['/tmp/a key'],
  })
})

it('quotes ssh when it refuses the configuration', async () => {
  await write('Host x\n  NoSuchKeyword yes\n')
  await expect(resolve('x')).rejects.toMatchObject({ code: 'config-failed', detail: expect.stringMatching(/NoSuchKeyword/i) })
})

describe('Match exec', () => {
  async function program(body: string) {
    const path = join(home, 'program')
    await writeFile(path, `#!/bin/sh\n${body}\n`)
    await chmod(path, 0o755)
    return path
  }

  it('is named when it is slow', async () => {
    await write(`Match exec "${await program('sleep 1.2')}"\n  User slow\n`)
    const target = await resolve('x')
    expect(target.user).toBe('slow')
    expect(target.notes).toMatchObject([{ code: 'match-exec-slow' }])
  })

  it('is stopped after 3 s with all that it started; the library answers without it', async () => {
    const pidFile = join(home, 'pid')
    await write(`Host x\n  HostName 10.1.1.1\nMatch exec "${await program(`echo $$ > ${pidFile}; sleep 30`)}"\n  User slow\n`)
    const began = performance.now()
    const target = await resolve('x')
    expect(performance.now() - began).toBeLessThan(4000)
    expect(target).toMatchObject({ host: '10.1.1.1', notes: [{ code: 'match-exec-slow' }] })
    expect(target.user).not.toBe('slow')
    const pid = Number(await readFile(pidFile, 'utf8'))
    // Killed, though init may not have collected it yet.
    const state = () => (existsSync(`/proc/${pid}/stat`) ? /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] : 'Z')
    await vi.waitFor(() => expect(state()).toBe('Z'), { timeout: 3000 })
  })

  it('is left when the attempt is cancelled', async () => {
    await write(`Match exec "${await program('sleep 30')}"\n  User slow\n`)
    const stop = new AbortController()
    const resolving = resolveTarget('x', { home, signal: stop.signal })
    stop.abort()
    await expect(resolving).rejects.toThrow()
  })
})

describe('servers to import', () => {
  it('are the hosts without patterns, of all files, each once', async () => {
    await write(`
Include conf.d/*
Host web web.example.net *.pattern !not
  HostName 192.0.2.1
  User deploy
  Port 2200
Host *
  User everyone
Host db
  HostName %h.example.net
Host web
Match host x exec "touch ${join(home, 'ran')}"
  User never
`)
    await write('Host "from include"\nHost inc\n  HostName 2001:db8::1\n  Port 2222\n', 'conf.d/one')
    expect(await listConfigHosts(home)).toEqual([
      { name: 'inc', target: 'inc', detail: 'everyone@[2001:db8::1]:2222' },
      { name: 'web', target: 'web', detail: 'deploy@192.0.2.1:2200' },
      { name: 'web.example.net', target: 'web.example.net', detail: 'deploy@192.0.2.1:2200' },
      { name: 'db', target: 'db', detail: 'everyone@db.example.net' },
    ])
    expect(existsSync(join(home, 'ran'))).toBe(false)
  })

  it.each(['', '\0\0\0', 'Host\n', 'Include config\n', 'Host "unfinished\n', '[section]\nkey=value\n'])(
    'an odd file (%j) is no reason to fail',
    async (text) => {
      await write(text)
      expect(await listConfigHosts(home)).toEqual([])
    },
  )

  it('is empty without a file', async () => {
    await rm(join(home, '.ssh'), { recursive: true })
    expect(await listConfigHosts(home)).toEqual([])
  })
})
