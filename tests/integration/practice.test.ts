/** The practice server met by real OpenSSH clients: two identities, sign-in, shells, a disk that stays. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { randomart } from '../../electron/known-hosts/key.js'
import { createPracticeServer, type PracticeServer } from '../../electron/practice/server.js'
import { startPty } from '../support/pty.js'

let dir: string
let server: PracticeServer
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-practice-'))
  server = createPracticeServer({ dataDir: dir, randomart })
})
afterEach(async () => {
  await server.dispose()
  await rm(dir, { recursive: true, force: true })
})

const port = () => server.state().port!
const sshArguments = (...options: string[]) => [
  ...['-F', 'none', '-p', String(port()), '-o', `UserKnownHostsFile=${server.state().knownHostsFile}`, '-o', 'GlobalKnownHostsFile=none'],
  ...['-o', 'StrictHostKeyChecking=yes', '-o', 'NumberOfPasswordPrompts=1', ...options, 'root@127.0.0.1'],
]

interface Ended {
  status: number
  out: string
  err: string
}
/** `password` is given by askpass, as a person would type it. */
async function ssh(command: string | undefined, options: string[] = [], password = ''): Promise<Ended> {
  const askpass = join(dir, 'askpass')
  await writeFile(askpass, '#!/bin/sh\nprintf "%s\\n" "$SECRET"\n')
  await chmod(askpass, 0o755)
  return run('ssh', [...sshArguments(...options), ...(command === undefined ? [] : [command])], {
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
    SECRET: password,
  })
}
function run(file: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { env: { ...process.env, ...env } }, (error, out, err) =>
      resolve({ status: error ? Number(error.code ?? 255) : 0, out: String(out), err: String(err) }),
    )
    child.stdin?.end()
  })
}
const scan = async () =>
  (await run('ssh-keyscan', ['-p', String(port()), '127.0.0.1'])).out
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .sort()

test('normal mode: known by its own file with all three types, root gets in, commands have a status', async () => {
  await server.start()
  for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256']) {
    expect(await ssh('hostname', ['-o', `HostKeyAlgorithms=${type}`])).toMatchObject({ status: 0, out: 'practice\n' })
  }
  expect(await ssh('cat /nope')).toMatchObject({ status: 1, err: expect.stringContaining('No such file') })
  expect(await ssh('nonsense')).toMatchObject({ status: 127 })
  const lines = (await readFile(server.state().knownHostsFile!, 'utf8')).trim().split('\n')
  expect(lines.map((line) => line.split(' ').slice(0, 2))).toEqual([
    [`[127.0.0.1]:${port()}`, 'ssh-ed25519'],
    [`[127.0.0.1]:${port()}`, 'ecdsa-sha2-nistp256'],
    [`practice.example,[127.0.0.1]:${port()}`, 'ssh-rsa'],
  ])
  expect((await stat(join(dir, 'practice', 'rescue', 'ssh_host_rsa_key'))).mode & 0o777).toBe(0o600)
})

test('rescue mode: other keys of every type, the fresh password only, writes under /mnt stay', async () => {
  await server.start()
  const normal = await scan()
  await server.setMode('rescue')
  const rescue = await scan()
  expect(rescue).toHaveLength(3)
  for (const line of rescue) expect(normal).not.toContain(line)
  const refused = await ssh('true', ['-o', 'BatchMode=yes'])
  expect(refused).toMatchObject({ status: 255, err: expect.stringContaining('REMOTE HOST IDENTIFICATION HAS CHANGED') })

  const trusting = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=no']
  const insist = (command: string, password: string) =>
    run('ssh', ['-F', 'none', '-p', String(port()), ...trusting, '-o', 'NumberOfPasswordPrompts=1', 'root@127.0.0.1', command], {
      SSH_ASKPASS: join(dir, 'askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      SECRET: password,
    })
  const password = server.state().rescuePassword!
  expect(password).toMatch(/^[A-Za-z0-9]{12}$/)
  expect(await insist('true', 'practice')).toMatchObject({ status: 255, err: expect.stringContaining('Permission denied') })
  expect(
    await insist('echo lost > /root/a; mount /dev/sdb1 /mnt && echo kept > /mnt/root/b && cat /mnt/etc/hostname', password),
  ).toMatchObject({ status: 0, out: 'practice\n' })

  await server.setMode('normal')
  expect(server.state().rescuePassword).toBeUndefined()
  expect(await scan()).toEqual(normal)
  expect(await ssh('cat /root/b; cat /root/a')).toMatchObject({ status: 1, out: 'kept\n' })
  await server.setMode('rescue')
  expect(server.state().rescuePassword).not.toBe(password)
})

test('a terminal: prompt, editing, history, exit status', async () => {
  await server.start()
  const pty = startPty(['ssh', '-tt', ...sshArguments()])
  await pty.waitFor('root@practice:~# ')
  pty.type('echo wrnog\x17right\r')
  await pty.waitFor('\nright\n')
  await pty.waitFor('~# ')
  pty.type('\x1b[A\r')
  await pty.waitFor('\nright\n')
  pty.type('\x03')
  await pty.waitFor('^C')
  pty.type('exit 7\r')
  expect(await pty.exit).toBe(7)
})

test('a restart closes connections, leaves the port closed for a moment, says where it leads', async () => {
  await server.start()
  const pty = startPty(['ssh', '-tt', ...sshArguments()])
  await pty.waitFor('root@practice:~# ')
  const seen: string[] = []
  server.onDidChange(() => seen.push([server.state().mode, server.state().next].join(' ')))
  const restarted = server.setMode('rescue')
  await pty.waitFor('The system will reboot now!')
  expect(await pty.exit).toBe(255)
  const refused = await new Promise((resolve) => {
    connect({ port: port(), host: '127.0.0.1' })
      .on('error', (error) => resolve((error as NodeJS.ErrnoException).code))
      .on('connect', () => resolve('open'))
  })
  expect(refused).toBe('ECONNREFUSED')
  await restarted
  expect(seen).toEqual(['restarting rescue', 'rescue '])
})

test('reboot typed in rescue starts rescue again, with a new password', async () => {
  await server.start()
  await server.setMode('rescue')
  const { rescuePassword } = server.state()
  const back = new Promise<void>((resolve) => {
    server.onDidChange(() => server.state().mode === 'rescue' && resolve())
  })
  const pty = startPty([
    'ssh',
    '-tt',
    '-F',
    'none',
    '-p',
    String(port()),
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'StrictHostKeyChecking=no',
    'root@127.0.0.1',
  ])
  await pty.waitFor('password: ')
  pty.type(`${rescuePassword}\r`)
  await pty.waitFor('root@rescue:~# ')
  pty.type('reboot\r')
  await back
  expect(server.state().rescuePassword).not.toBe(rescuePassword)
  await pty.exit
})

test('the same port and keys at the next start; a taken port moves, with lines for the new one', async () => {
  await server.start()
  const [first, keys] = [port(), await scan()]
  await server.dispose()
  server = createPracticeServer({ dataDir: dir, randomart })
  await server.start()
  expect(port()).toBe(first)
  expect(await scan()).toEqual(keys)
  await server.dispose()

  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(first, '127.0.0.1', resolve))
  server = createPracticeServer({ dataDir: dir, randomart })
  await server.start()
  expect(port()).not.toBe(first)
  expect(await ssh('hostname')).toMatchObject({ status: 0 })
  expect((await readFile(server.state().knownHostsFile!, 'utf8')).trim().split('\n')).toHaveLength(6)
  await new Promise((resolve) => squatter.close(resolve))
})

test('only sessions: no SFTP, no forwarding, other users refused', async () => {
  await server.start()
  const sftp = await run('sftp', [
    '-F',
    'none',
    '-P',
    String(port()),
    '-o',
    `UserKnownHostsFile=${server.state().knownHostsFile}`,
    '-o',
    'BatchMode=yes',
    'root@127.0.0.1',
  ])
  expect(sftp.status).not.toBe(0)
  expect(await ssh(undefined, ['-W', '127.0.0.1:22'])).toMatchObject({ status: 255 })
  const other = await run('ssh', [...sshArguments('-o', 'BatchMode=yes').slice(0, -1), 'admin@127.0.0.1', 'true'])
  expect(other).toMatchObject({ status: 255 })
})

test('fingerprints and pictures typed in its shell are ssh-keygen’s', async () => {
  await server.start()
  for (const name of ['ed25519', 'ecdsa', 'rsa']) {
    const shown = await ssh(`ssh-keygen -lvf /etc/ssh/ssh_host_${name}_key.pub`)
    const publicKey = join(dir, `${name}.pub`)
    await writeFile(publicKey, (await ssh(`cat /etc/ssh/ssh_host_${name}_key.pub`)).out)
    expect(shown.out).toBe((await run('ssh-keygen', ['-lvf', publicKey])).out)
  }
})
