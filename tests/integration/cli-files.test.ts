/** check, set-aside, restore, watch and status as processes, with real OpenSSH servers and files. */
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildCli, type Cli } from '../support/cli.js'
import { freePort, type Sshd, startSshd } from '../support/sshd.js'

let cli: Cli
let dir: string
let home: string
let known: string
let env: Record<string, string>
let sshd: Sshd | undefined
beforeAll(async () => {
  cli = await buildCli()
})
afterAll(() => cli.dispose())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-test-'))
  home = join(dir, 'home')
  known = join(home, '.ssh', 'known_hosts')
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config') }
})
afterEach(async () => {
  await sshd?.dispose()
  sshd = undefined
  await rm(dir, { recursive: true, force: true })
})

function makeKey(name: string, type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519') {
  const path = join(dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', path])
  const [kind, base64] = execFileSync('cat', [`${path}.pub`], { encoding: 'utf8' }).split(' ')
  const fingerprint = execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' }).split(' ')[1]!
  return { path, line: `${kind} ${base64}`, type: kind!, fingerprint }
}
const run = (...args: string[]) => cli.run(args, { env })

describe('check', () => {
  test('answers with the JSON of the contract and its exit status', async () => {
    const a = makeKey('a')
    const b = makeKey('b')
    const rsa = makeKey('r', 'rsa')
    const files = ['--known-hosts', known, '--global-known-hosts', 'none']
    await writeFile(known, `# mine\n[host.example]:2222,other ${a.line} comment\n@revoked * ${rsa.line}\n`)
    const match = await run('check', 'host.example:2222', ...files, '--key', a.line, '--json')
    expect(match.json()).toEqual({
      host: 'host.example',
      port: 2222,
      lookupName: '[host.example]:2222',
      presented: { type: 'ssh-ed25519', fingerprint: a.fingerprint },
      verdict: 'match',
      entries: [{ file: known, line: 2, type: 'ssh-ed25519', fingerprint: a.fingerprint }],
    })
    expect(match.status).toBe(0)
    expect(match.stderr).toBe('')

    const changed = await run('check', 'host.example', '-p', '2222', ...files, '--key', b.line, '--json')
    expect(changed).toMatchObject({ status: 11 })
    expect(changed.json()).toMatchObject({ verdict: 'changed', entries: [{ file: known, line: 2, fingerprint: a.fingerprint }] })

    const ecdsa = makeKey('e', 'ecdsa')
    expect(await run('check', 'other', ...files, '--key', ecdsa.line)).toMatchObject({ status: 12 })
    expect(await run('check', 'nowhere', ...files, '--key', b.line)).toMatchObject({ status: 10 })
    const revoked = await run('check', 'anything', ...files, '--key', rsa.line, '--json')
    expect(revoked).toMatchObject({ status: 13 })
    expect(revoked.json()).toMatchObject({ verdict: 'revoked', entries: [{ line: 3, marker: 'revoked' }] })
  })

  test('results on stdout, hints on stderr, French when asked or when the locale says so', async () => {
    const a = makeKey('a')
    const english = await run('check', 'h', '--key', a.line)
    expect(english.stdout).toContain('Unknown: no line for h')
    expect(english.stderr).toContain('rescueterm connect h')
    expect(english.stdout).not.toContain('\x1b')
    expect((await run('check', 'h', '--key', a.line, '--lang', 'fr')).stdout).toContain('Inconnue\u00a0: aucune ligne')
    expect((await cli.run(['check', 'h', '--key', a.line], { env: { ...env, LC_ALL: 'fr_FR.UTF-8' } })).stdout).toContain('Inconnue')
  })

  test('judges an address too, as CheckHostIP yes does', async () => {
    const a = makeKey('a')
    const b = makeKey('b')
    await writeFile(known, `h ${a.line}\n192.0.2.7 ${b.line}\n`)
    expect(await run('check', 'h', '--key', a.line)).toMatchObject({ status: 0 })
    expect(await run('check', 'h', '--key', a.line, '--ip', '192.0.2.7')).toMatchObject({ status: 11 })
    expect(await run('check', 'h', '--key', a.line, '--ip', 'elsewhere')).toMatchObject({ status: 2 })
  })

  test('takes name, port, alias and files from the ssh configuration', async () => {
    const a = makeKey('a')
    await writeFile(
      join(home, '.ssh', 'config'),
      `Host web\n  HostName 192.0.2.9\n  Port 2200\n  UserKnownHostsFile ${dir}/mine\nHost aliased\n  HostKeyAlias the-alias\n`,
    )
    await writeFile(join(dir, 'mine'), `[192.0.2.9]:2200 ${a.line}\n`)
    const web = await run('check', 'web', '--key', a.line, '--json')
    expect(web).toMatchObject({ status: 0 })
    expect(web.json()).toMatchObject({ host: '192.0.2.9', port: 2200, lookupName: '[192.0.2.9]:2200' })
    expect((await run('check', 'aliased', '--key', a.line, '--json')).json()).toMatchObject({ lookupName: 'the-alias' })
  })

  test('asks a real server, signs in nowhere', async () => {
    sshd = await startSshd({ hostKeys: ['ecdsa', 'ed25519'] })
    const [, ed] = sshd.hostKeys
    await writeFile(known, `[127.0.0.1]:${sshd.port} ${ed!.line}\n`)
    const result = await run('check', `127.0.0.1:${sshd.port}`, '--json')
    expect(result).toMatchObject({ status: 0 })
    expect(result.json()).toMatchObject({ verdict: 'match', presented: { type: 'ssh-ed25519' } })
    expect(await sshd.log()).not.toContain('Accepted')
    await sshd.stop()
    const refused = await run('check', `127.0.0.1:${sshd.port}`, '--json')
    expect(refused).toMatchObject({ status: 1 })
    expect(refused.json()).toMatchObject({ error: { code: 'refused' } })
  })
})

describe('bad input', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEEvygXN5vJp4L8vNxALWOgW3E9skR/zJlXELholm13p'
  test.each([
    [['check', 'a;b'], 'bad-address'],
    [['check', 'a b'], 'bad-address'],
    [['check', '$(reboot)'], 'bad-address'],
    [['check', '--', '-oProxyCommand=touch x'], 'bad-address'],
    [['check', '--', '-oProxyCommand=x@h'], 'bad-address'],
    [['check', 'h:99999'], 'bad-port'],
    [['check', 'h', '-p', '0'], 'bad-port'],
    [['check', 'h', '-p', '65536'], 'bad-port'],
    [['check', 'h', '-p', '22x'], 'bad-port'],
    [['check', 'h', '--key', 'garbage'], 'bad-key'],
    [['check', 'h', '--key', `${key}AA`], 'bad-key'],
    [['check', '-oProxyCommand=x', 'h'], 'usage'],
    [['check'], 'usage'],
    [['check', 'h', 'i'], 'usage'],
    [['check', 'h', '--yes'], 'usage'],
    [['check', 'h', '--lang', 'de'], 'usage'],
    [['nonsense', 'h'], 'usage'],
    [['set-aside', 'h', '--yes'], 'usage'],
    [['restore', 'h', '--all'], 'usage'],
    [['check', 'h:22', '-p', '23'], 'usage'],
    [['status', 'h'], 'usage'],
  ])('%j ends with 2 and %s', async (args, code) => {
    const result = await cli.run([...args, '--json'].includes('--') ? ['--json', ...args] : [...args, '--json'], { env })
    expect(result.status).toBe(2)
    expect(result.json()).toMatchObject({ error: { code } })
    const plain = await run(...args)
    expect(plain.stdout).toBe('')
    expect(plain.stderr).toMatch(/^rescueterm: \S/)
  })

  test('an address with a zone is judged by its whole text', async () => {
    const result = await run('check', '[fe80::1%eth0]:22', '--key', key, '--json')
    expect(result.status).toBe(10)
    expect(result.json()).toMatchObject({ lookupName: 'fe80::1%eth0' })
  })

  test.each([
    ['a directory', 'file-not-regular', async () => mkdir(join(dir, 'bad'))],
    ['a device', 'file-not-regular', async () => symlink('/dev/zero', join(dir, 'bad'))],
    ['a fifo', 'file-not-regular', async () => void execFileSync('mkfifo', [join(dir, 'bad')])],
    [
      '200 MB',
      'file-too-large',
      async () => {
        await writeFile(join(dir, 'bad'), '')
        await truncate(join(dir, 'bad'), 200 * 1024 * 1024)
      },
    ],
  ])('a known_hosts that is %s: %s, nothing hangs', async (_name, code, make) => {
    await make()
    for (const command of [
      ['check', 'h', '--key', key],
      ['set-aside', 'h', '--key', key, '--yes'],
    ]) {
      const result = await run(...command, '--known-hosts', join(dir, 'bad'), '--json')
      expect(result.status).toBe(1)
      expect(result.json()).toMatchObject({ error: { code } })
    }
  })

  test.skipIf(process.getuid?.() !== 0)('an unreadable file or ssh directory, as somebody else than root', async () => {
    const secret = join(dir, 'secret')
    await mkdir(secret)
    await writeFile(join(secret, 'kh'), '')
    await chmod(join(secret, 'kh'), 0)
    await chmod(dir, 0o755)
    const folder = cli.command[1]!.replace(/\/[^/]*$/, '')
    await chmod(folder, 0o755)
    const asNobody = (...args: string[]) => {
      try {
        execFileSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', ...cli.command, ...args, '--json'], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, HOME: dir },
        })
        return {}
      } catch (error) {
        return JSON.parse((error as { stdout: string }).stdout) as unknown
      }
    }
    expect(asNobody('check', 'h', '--key', key, '--known-hosts', join(secret, 'kh'))).toMatchObject({ error: { code: 'file-unreadable' } })
    await chmod(secret, 0)
    expect(asNobody('check', 'h', '--key', key, '--known-hosts', join(secret, 'kh'))).toMatchObject({ error: { code: 'ssh-directory' } })
  })

  test('a server that speaks no SSH', async () => {
    const { createServer } = await import('node:net')
    const server = createServer(
      (socket) =>
        void socket
          .on('error', () => {})
          .resume()
          .end('HTTP/1.0 400 Bad Request\r\n\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const result = await run('check', `127.0.0.1:${port}`, '--json')
    expect(result.status).toBe(1)
    expect(result.json()).toMatchObject({ error: { code: 'not-ssh' } })
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('set-aside, status, restore', () => {
  test('sets the lines aside, says so, puts them back byte for byte', async () => {
    const [old, oldRsa, rescue] = [makeKey('old'), makeKey('old-rsa', 'rsa'), makeKey('rescue')]
    const before = Buffer.from(`# \xe9 latin1\r\nh,friend ${old.line} me\nother ${old.line}\nh ${oldRsa.line}`, 'latin1')
    await writeFile(known, before)

    const dry = await run('set-aside', 'h', '--key', rescue.line, '--dry-run', '--json')
    expect(dry.status).toBe(0)
    expect(dry.json()).toMatchObject({ state: 'planned', sharedWith: ['friend'] })
    expect(await readFile(known)).toEqual(before)

    const done = await run('set-aside', 'h', '--key', rescue.line, '--yes', '--json')
    expect(done.status).toBe(0)
    const { id, changes } = done.json() as { id: string; changes: { file: string; line: number; before: string; after: string }[] }
    expect(done.json()).toMatchObject({
      state: 'active',
      host: 'h',
      port: 22,
      presented: { type: 'ssh-ed25519', fingerprint: rescue.fingerprint },
    })
    expect(Object.keys(done.json()).sort()).toEqual(['changes', 'host', 'id', 'notes', 'port', 'presented', 'sharedWith', 'state'])
    expect(changes).toEqual([
      { file: known, line: 2, before: `h,friend ${old.line} me`, after: `#rescueterm:${id} h,friend ${old.line} me` },
      { file: known, line: 4, before: `h ${oldRsa.line}`, after: `#rescueterm:${id} h ${oldRsa.line}` },
    ])
    expect(await run('check', 'h', '--key', rescue.line)).toMatchObject({ status: 10 })

    const status = await run('status', '--json')
    expect(status.json()).toEqual({
      interventions: [
        { id, host: 'h', port: 22, state: 'active', since: expect.stringMatching(/^\d{4}-.*Z$/), setAside: 2, next: 'rescueterm watch h' },
      ],
    })
    expect((await run('status', '--lang', 'fr')).stdout).toContain('2 lignes mises de côté')
    expect(await run('set-aside', 'h', '--key', rescue.line, '--yes')).toMatchObject({ status: 1 })

    await writeFile(known, Buffer.concat([await readFile(known), Buffer.from(`added ${old.line}\n`)]))
    const back = await run('restore', 'h', '--json')
    expect(back.status).toBe(0)
    expect(back.json()).toEqual({ restored: [{ id, host: 'h', port: 22, files: [known] }], attention: [] })
    const after = await readFile(known)
    expect(after.subarray(0, before.length)).toEqual(before)
    expect(after.subarray(before.length).toString()).toBe(`\nadded ${old.line}\n`)
    expect((await run('status', '--json')).json()).toEqual({ interventions: [] })
    expect((await run('restore', '--json')).json()).toEqual({ restored: [], attention: [] })
  })

  test('asks nobody who is not there: stdin that is no terminal is refused, nothing changes', async () => {
    const [old, rescue] = [makeKey('old'), makeKey('rescue')]
    await writeFile(known, `h ${old.line}\n`)
    const result = await cli.run(['set-aside', 'h', '--key', rescue.line], { env, input: 'y\n' })
    expect(result.status).toBe(1)
    expect(result.stderr).toContain('standard input is no terminal')
    expect(await readFile(known, 'utf8')).toBe(`h ${old.line}\n`)
  })

  test('nothing in the way, a revoked key, an unknown id', async () => {
    const [old, rescue] = [makeKey('old'), makeKey('rescue')]
    await writeFile(known, `h ${old.line}\n@revoked bad ${rescue.line}\nbad ${old.line}\n`)
    const match = await run('set-aside', 'h', '--key', old.line, '--yes', '--json')
    expect(match.status).toBe(1)
    expect(match.json()).toMatchObject({ error: { code: 'nothing-to-set-aside' } })
    expect(await run('set-aside', 'bad', '--key', rescue.line, '--yes')).toMatchObject({ status: 13 })
    const unknown = await run('restore', '--id', 'nope', '--json')
    expect(unknown.status).toBe(1)
    expect(unknown.json()).toMatchObject({ error: { code: 'not-found' } })
  })

  test('a line that was edited meanwhile: 20, both texts, nothing guessed; --all goes on with the rest', async () => {
    const [old, rescue] = [makeKey('old'), makeKey('rescue')]
    await writeFile(known, `h ${old.line}\ni ${old.line}\n`)
    expect(await run('set-aside', 'h', '--key', rescue.line, '--yes')).toMatchObject({ status: 0 })
    expect(await run('set-aside', 'i', '--key', rescue.line, '--yes')).toMatchObject({ status: 0 })
    expect(await run('restore')).toMatchObject({ status: 2 })
    const text = await readFile(known, 'utf8')
    await writeFile(known, text.replace(/(#rescueterm:\w+ )h /, '$1hh '))
    const result = await run('restore', '--all', '--json')
    expect(result.status).toBe(20)
    expect(result.json()).toMatchObject({
      restored: [{ host: 'i' }],
      attention: [{ host: 'h', port: 22, reason: 'edited', lines: [{ file: known, saved: `h ${old.line}` }] }],
    })
    expect(await readFile(known, 'utf8')).toContain(`hh ${old.line}`)
  })

  test('asks the server and shows its key before asking the person', async () => {
    const old = makeKey('old')
    sshd = await startSshd({ hostKeys: ['ed25519'] })
    await writeFile(known, `[127.0.0.1]:${sshd.port} ${old.line}\n`)
    const result = await run('set-aside', `127.0.0.1:${sshd.port}`)
    expect(result.status).toBe(1)
    expect(result.stderr).toContain('+--[ED25519 256]--+')
    const planned = await run('set-aside', `127.0.0.1:${sshd.port}`, '--dry-run', '--json')
    expect(planned.json()).toMatchObject({ state: 'planned', presented: { type: 'ssh-ed25519' } })
  })

  test('a line in a system file: left alone, the command for an administrator works', async () => {
    const [old, rescue] = [makeKey('old'), makeKey('rescue')]
    const system = join(dir, 'ssh_known_hosts')
    await writeFile(system, `h ${old.line}\n`)
    const files = ['--global-known-hosts', system]
    const result = await run('set-aside', 'h', '--key', rescue.line, '--yes', ...files)
    expect(result.status).toBe(0)
    expect(await readFile(system, 'utf8')).toBe(`h ${old.line}\n`)
    const commands = [...result.stderr.matchAll(/^ {2}(sudo .*)$/gm)].map(([, command]) => command!.replaceAll('sudo ', ''))
    expect(commands).toHaveLength(2)
    execFileSync('sh', ['-c', commands[0]!])
    expect(await run('check', 'h', '--key', rescue.line, ...files)).toMatchObject({ status: 10 })
    execFileSync('sh', ['-c', commands[1]!])
    expect(await readFile(system, 'utf8')).toBe(`h ${old.line}\n`)
    expect(await run('restore', '--all')).toMatchObject({ status: 0 })
  })

  test('--data-dir and RESCUETERM_DATA_DIR are one journal', async () => {
    const [old, rescue] = [makeKey('old'), makeKey('rescue')]
    await writeFile(known, `h ${old.line}\n`)
    const data = join(dir, 'data')
    expect(await run('set-aside', 'h', '--key', rescue.line, '--yes', '--data-dir', data)).toMatchObject({ status: 0 })
    expect((await run('status', '--json')).json()).toEqual({ interventions: [] })
    const shared = await cli.run(['status', '--json'], { env: { ...env, RESCUETERM_DATA_DIR: data } })
    expect(shared.json()).toMatchObject({ interventions: [{ host: 'h' }] })
  })
})

describe('watch', () => {
  async function inRescue() {
    const port = await freePort()
    const [normal, rescue] = [makeKey('normal'), makeKey('rescue')]
    sshd = await startSshd({ port, hostKeys: [{ path: rescue.path }] })
    const before = `[127.0.0.1]:${port} ${normal.line}\n`
    await writeFile(known, before)
    expect(await run('set-aside', `127.0.0.1:${port}`, '--key', rescue.line, '--yes')).toMatchObject({ status: 0 })
    return { port, normal, rescue, before, host: `127.0.0.1:${port}` }
  }

  test('waits through rescue and restart, restores when the known key answers', async () => {
    const { host, normal, before } = await inRescue()
    const waiting = run('watch', host, '--json')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await readFile(known, 'utf8')).not.toBe(before)
    await sshd!.restart([{ path: normal.path }])
    const result = await waiting
    expect(result.status).toBe(0)
    expect(result.json()).toMatchObject({ restored: [{ host: '127.0.0.1', files: [known] }], attention: [] })
    expect(result.stderr).toContain('The rescue key answers')
    expect(result.stderr).toContain('Your own key answers')
    expect(await readFile(known, 'utf8')).toBe(before)
  })

  test('an earlier failure to put the lines back is over; one while it waits ends the waiting', async () => {
    const { host, normal, before } = await inRescue()
    await chmod(known, 0o400)
    expect(await run('restore', host, '--yes')).toMatchObject({ status: 1, stderr: expect.stringContaining('may not write') })
    await sshd!.restart([{ path: normal.path }])
    const failed = await run('watch', host, '--json')
    expect(failed).toMatchObject({ status: 1 })
    expect(failed.json()).toMatchObject({ error: { code: 'file-read-only' } })
    const journal = execFileSync('sh', ['-c', 'cat "$1"/journal/*.json', 'sh', join(home, '.config', 'RescueTerm')], { encoding: 'utf8' })
    expect(journal).toContain('"leaving": false')
    await chmod(known, 0o600)
    expect(await run('watch', host)).toMatchObject({ status: 0, stderr: expect.stringContaining('Your own key answers') })
    expect(await readFile(known, 'utf8')).toBe(before)
  })

  test('a third key: alarm, 20, nothing changed', async () => {
    const { host } = await inRescue()
    const aside = await readFile(known, 'utf8')
    await sshd!.restart([{ path: makeKey('third').path }])
    const result = await run('watch', host)
    expect(result.status).toBe(20)
    expect(result.stderr).toContain('third key')
    expect(await readFile(known, 'utf8')).toBe(aside)
  })

  test('^C stops waiting: 130, the lines stay aside', async () => {
    const { host } = await inRescue()
    const aside = await readFile(known, 'utf8')
    const result = await cli.run(['watch', host], { env, signal: AbortSignal.timeout(1500) })
    expect(result.status).toBe(130)
    expect(result.stderr).toContain('stay set aside')
    expect(await readFile(known, 'utf8')).toBe(aside)
    expect((await run('status', '--json')).json()).toMatchObject({ interventions: [{ state: 'active' }] })
  })
})
