/** `connect` and `practice` on a real pseudo terminal, against real sshd. */
import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildCli, type Cli } from '../support/cli.js'
import { type Pty, startPty } from '../support/pty.js'
import { type Sshd, startSshd } from '../support/sshd.js'

let cli: Cli
let dir: string
let home: string
let known: string
let env: Record<string, string>
let sshd: Sshd
const ptys: Pty[] = []
beforeAll(async () => {
  cli = await buildCli()
})
afterAll(() => cli.dispose())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-test-'))
  home = join(dir, 'home')
  known = join(home, '.ssh', 'known_hosts')
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config'), LC_ALL: 'C.UTF-8', SSH_AUTH_SOCK: '', NO_COLOR: '' }
  const own = makeKey('client')
  execFileSync('cp', [own.path, join(home, '.ssh', 'id_ed25519')])
  sshd = await startSshd({ hostKeys: ['ed25519'], authorizedKeys: [own.line], config: ['PrintMotd no', 'PrintLastLog no'] })
})
afterEach(async () => {
  for (const pty of ptys.splice(0)) pty.kill()
  await sshd.dispose()
  await rm(dir, { recursive: true, force: true })
})

function makeKey(name: string, passphrase = '') {
  const path = join(dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path])
  const [kind, base64] = execFileSync('cat', [`${path}.pub`], { encoding: 'utf8' }).split(' ')
  return { path, line: `${kind} ${base64}` }
}
const hostName = () => `[127.0.0.1]:${sshd.port}`
const fingerprint = () => execFileSync('ssh-keygen', ['-lf', `${sshd.hostKeys[0]!.path}.pub`], { encoding: 'utf8' }).split(' ')[1]!
function start(args: string[], more: Record<string, string> = {}): Pty {
  const pty = startPty([...cli.command, ...args], { env: { ...env, ...more } })
  ptys.push(pty)
  return pty
}
const connect = (...args: string[]) => start(['connect', `root@127.0.0.1:${sshd.port}`, ...args])

describe('a known host', () => {
  beforeEach(() => writeFile(known, `${hostName()} ${sshd.hostKeys[0]!.line}\n`))

  test('a real terminal: size, resize, ^C goes to the program, exit status', async () => {
    const pty = connect()
    await pty.waitFor(/[#$] $/)
    pty.type('stty size\r')
    await pty.waitFor('\n30 100\n')
    await pty.resize(120, 40)
    // The change and the keys go different ways.
    pty.type('until [ "$(stty size)" = "40 120" ]; do sleep 0.05; done; echo re"size"d\r')
    await pty.waitFor('\nresized\n')
    pty.type('sleep 60\r')
    await pty.waitFor('sleep 60\n')
    pty.type('\x03')
    await pty.waitFor('^C')
    pty.type('echo "st=$?"\r')
    await pty.waitFor('st=130')
    pty.type('exit 5\r')
    expect(await pty.exit).toBe(5)
  })

  test('all bytes of a large output arrive, the last ones too', async () => {
    const pty = connect()
    await pty.waitFor(/[#$] $/)
    pty.type('seq 1 150000; echo e"n"d; exit\r')
    await pty.exit
    const lines = pty.screen().split('\n')
    const first = lines.indexOf('1')
    expect(lines.slice(first, first + 150_000)).toEqual(Array.from({ length: 150_000 }, (_, index) => String(index + 1)))
    expect(lines[first + 150_000]).toBe('end')
  })

  test('~. leaves a session that hangs', async () => {
    const pty = connect()
    await pty.waitFor(/[#$] $/)
    pty.type('sleep 100\r')
    await pty.waitFor('sleep 100\n')
    for (const key of ['\r', '~', '.']) {
      pty.type(key)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(await pty.exit).toBe(130)
  })

  test('commands from a pipe run, and the end of the pipe ends the shell', async () => {
    const result = await cli.run(['connect', `root@127.0.0.1:${sshd.port}`], { env, input: 'echo pi"p"ed; exit 4\n' })
    expect(result.stdout).toContain('piped')
    expect(result.status).toBe(4)
  })

  test('a list of servers that cannot be read stands in nobody’s way and stays as it is', async () => {
    const list = join(home, '.config/RescueTerm/servers.json')
    await mkdir(join(list, '..'), { recursive: true, mode: 0o700 })
    await writeFile(list, '{"servers":[],"of a newer version":true}')
    const result = await cli.run(['connect', `root@127.0.0.1:${sshd.port}`], { env, input: 'echo pi"p"ed; exit 4\n' })
    expect(result.stdout).toContain('piped')
    expect(result.status).toBe(4)
    expect(await readFile(list, 'utf8')).toBe('{"servers":[],"of a newer version":true}')
  })
})

describe('a host that shows another key', () => {
  let before: string
  beforeEach(async () => {
    before = `# mine\n${hostName()},friend ${makeKey('old').line}\n`
    await writeFile(known, before)
  })
  const content = () => readFile(known, 'utf8')

  test('Enter is the safe answer: nothing sent, nothing changed, 11', async () => {
    const pty = connect()
    await pty.waitFor('does not show the identity you know')
    await pty.waitFor(`${known}:2`)
    await pty.waitFor('also names friend')
    await pty.waitFor(fingerprint())
    await pty.waitFor('+--[ED25519 256]--+')
    await pty.waitFor('Your choice [3]: ')
    pty.type('\r')
    expect(await pty.exit).toBe(11)
    expect(await content()).toBe(before)
    expect(await sshd.log()).not.toContain('userauth-request')
  })

  test('rescue: compare, the exact edit, no, yes; amber; then the return restores', async () => {
    const normal = makeKey('normal')
    before = `# mine\n${hostName()},friend ${normal.line}\n`
    await writeFile(known, before)
    const pty = connect()
    await pty.waitFor('Your choice [3]: ')
    pty.type('4\r')
    await pty.waitFor('expect: ')
    pty.type(`${fingerprint()}\r`)
    await pty.waitFor('Match.')
    await pty.waitFor('Your choice [3]: ')
    pty.type('1\r')
    await pty.waitFor('#rescueterm:')
    await pty.waitFor('[y/w/N] ')
    pty.type('n\r')
    await pty.waitFor('Your choice [3]: ')
    expect(await content()).toBe(before)
    pty.type('1\r')
    await pty.waitFor('[y/w/N] ')
    pty.type('y\r')
    // Nothing is tried by itself here: the person chooses the key.
    await pty.waitFor('Key file [')
    expect(await content()).toContain('#rescueterm:')
    pty.type('\r')
    await pty.waitFor('RESCUE 127.0.0.1:')
    await pty.waitFor(/[#$] $/)
    pty.type('exit\r')
    await pty.waitFor('1 line of known_hosts stay set aside')
    expect(await pty.exit).toBe(0)

    await sshd.restart([{ path: normal.path }])
    const back = connect()
    await back.waitFor(/[#$] $/)
    expect(await content()).toBe(before)
    back.type('exit\r')
    expect(await back.exit).toBe(0)
  })

  test('w writes the rescue key too', async () => {
    const pty = connect()
    await pty.waitFor('Your choice [3]: ')
    pty.type('1\r')
    await pty.waitFor('[y/w/N] ')
    pty.type('w\r')
    await pty.waitFor(sshd.hostKeys[0]!.line)
    await pty.waitFor('[y/N] ')
    pty.type('y\r')
    await pty.waitFor('Key file [')
    expect(await content()).toContain(`\n${hostName()} ${sshd.hostKeys[0]!.line}`)
    pty.type('\x03')
    expect(await pty.exit).toBe(130)
  })

  test('reinstalled: replaced for good, connected', async () => {
    const pty = connect()
    await pty.waitFor('Your choice [3]: ')
    pty.type('2\r')
    await pty.waitFor('Replace and connect? [y/N] ')
    pty.type('y\r')
    await pty.waitFor(/[#$] $/)
    pty.type('exit\r')
    expect(await pty.exit).toBe(0)
    expect(await content()).toContain(`${hostName()} ${sshd.hostKeys[0]!.line}`)
    expect(await content()).not.toContain('#rescueterm')
  })

  test('a file that changes while the person reads: a fresh edit, not the old one', async () => {
    const pty = connect()
    await pty.waitFor('Your choice [3]: ')
    pty.type('1\r')
    await pty.waitFor('[y/w/N] ')
    await appendFile(known, `${hostName()} ${makeKey('another').line}\n`)
    pty.type('y\r')
    await pty.waitFor('The file changed meanwhile')
    await pty.waitFor('Set 2 lines aside')
    await pty.waitFor('[y/w/N] ')
    pty.type('\r')
    await pty.waitFor('Your choice [3]: ')
    pty.type('\r')
    expect(await pty.exit).toBe(11)
    expect(await content()).not.toContain('#rescueterm')
  })

  test('French, with the letters of French', async () => {
    const pty = connect('--lang', 'fr')
    await pty.waitFor('ne présente pas l’identité')
    await pty.waitFor('Votre choix [3]\u00a0: ')
    pty.type('1\r')
    await pty.waitFor('[o/w/N] ')
    pty.type('o\r')
    await pty.waitFor('Fichier de clé')
    pty.type('\x03')
    expect(await pty.exit).toBe(130)
  })

  test('without a terminal nothing is asked: 11', async () => {
    const result = await cli.run(['connect', `root@127.0.0.1:${sshd.port}`], { env, input: '1\ny\n' })
    expect(result.status).toBe(11)
    expect(result.stderr).toContain('standard input is no terminal')
    expect(await content()).toBe(before)
  })

  test('a third key while lines are aside: alarm, disconnect is the default', async () => {
    expect((await cli.run(['set-aside', `127.0.0.1:${sshd.port}`, '--key', makeKey('rescue').line, '--yes'], { env })).status).toBe(0)
    const aside = await content()
    const pty = connect()
    await pty.waitFor('Alarm: a third key answers')
    await pty.waitFor('Your choice [1]: ')
    expect(pty.screen()).not.toContain('accept this key')
    pty.type('\r')
    expect(await pty.exit).not.toBe(0)
    expect(await content()).toBe(aside)
    expect(await sshd.log()).not.toContain('userauth-request')
  })

  test('a third key is accepted as a new rescue start once its own fingerprint was compared', async () => {
    const rescue = makeKey('rescue')
    expect((await cli.run(['set-aside', `127.0.0.1:${sshd.port}`, '--key', rescue.line, '--yes'], { env })).status).toBe(0)
    const pty = connect()
    for (const [text, answer] of [
      [rescue.line, 'No match'],
      [fingerprint(), 'Match.'],
    ] as const) {
      await pty.waitFor('Your choice [1]: ')
      expect(pty.screen()).not.toContain('accept this key')
      pty.type('2\r')
      await pty.waitFor('fingerprint you expect: ')
      pty.type(`${text}\r`)
      await pty.waitFor(answer)
    }
    await pty.waitFor('accept this key as the rescue key')
    await pty.waitFor('Your choice [2]: ')
    pty.type('1\r')
    await pty.waitFor('Key file [')
    pty.type('\x03')
    expect(await pty.exit).toBe(130)
  })
})

describe('first contact', () => {
  test.each([
    ['once', '1\r', ''],
    ['saved', '2\r', 'saved'],
  ])('trusted %s', async (_name, keys, saved) => {
    const pty = connect()
    await pty.waitFor('is not in your files')
    await pty.waitFor('Your choice [4]: ')
    pty.type(keys)
    await pty.waitFor(/[#$] $/)
    pty.type('exit\r')
    expect(await pty.exit).toBe(0)
    const content = await readFile(known, 'utf8').catch(() => '')
    expect(content.includes(sshd.hostKeys[0]!.line)).toBe(saved !== '')
  })

  test('in rescue: its key for as long as it answers, then a first contact again', async () => {
    const pty = connect()
    await pty.waitFor('Your choice [4]: ')
    pty.type('3\r')
    await pty.waitFor('No line is set aside')
    await pty.waitFor('[y/w/N] ')
    pty.type('y\r')
    await pty.waitFor('Key file [')
    pty.type('\r')
    await pty.waitFor('RESCUE 127.0.0.1:')
    await pty.waitFor(/[#$] $/)
    pty.type('exit\r')
    await pty.waitFor('The rescue key is accepted for 127.0.0.1:')
    expect(await pty.exit).toBe(0)

    await sshd.restart(['ed25519'])
    const back = connect()
    await back.waitFor('is not in your files')
    await back.waitFor('Your choice [4]: ')
    back.type('\r')
    expect(await back.exit).toBe(10)
    await expect(readFile(known, 'utf8')).rejects.toThrow('ENOENT')
  })

  test('Enter disconnects: 10; StrictHostKeyChecking yes does not even ask', async () => {
    const pty = connect()
    await pty.waitFor('Your choice [4]: ')
    pty.type('\r')
    expect(await pty.exit).toBe(10)
    await writeFile(join(home, '.ssh', 'config'), 'Host *\n  StrictHostKeyChecking yes\n')
    const strict = connect()
    await strict.waitFor('StrictHostKeyChecking yes')
    expect(await strict.exit).toBe(10)
  })

  test('a revoked key: no question, 13', async () => {
    await writeFile(known, `@revoked * ${sshd.hostKeys[0]!.line}\n`)
    const pty = connect()
    await pty.waitFor('Stop: this key is revoked')
    expect(await pty.exit).toBe(13)
  })

  test('a config name, and a refused connection', async () => {
    await writeFile(join(home, '.ssh', 'config'), `Host web\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User root\n`)
    await writeFile(known, `${hostName()} ${sshd.hostKeys[0]!.line}\n`)
    const pty = start(['connect', 'web'])
    await pty.waitFor(/[#$] $/)
    pty.type('exit\r')
    expect(await pty.exit).toBe(0)
    await sshd.stop()
    const refused = start(['connect', 'web'])
    await refused.waitFor('refuses connections')
    expect(await refused.exit).toBe(1)
  })
})

describe('signing in', () => {
  test('key files: public, garbage, encrypted; a wrong passphrase asks again', async () => {
    await writeFile(known, `${hostName()} ${sshd.hostKeys[0]!.line}\n`)
    const locked = makeKey('locked', 'open sesame')
    await appendFile(join(sshd.dir, 'authorized_keys'), `${locked.line}\n`)
    await rm(join(home, '.ssh', 'id_ed25519'))
    await writeFile(join(dir, 'garbage'), 'not a key\n')
    const pty = connect()
    await pty.waitFor('Key file')
    pty.type(`${locked.path}.pub\r`)
    await pty.waitFor('this is the public half')
    pty.type(`${join(dir, 'garbage')}\r`)
    await pty.waitFor('cannot be read as a private key')
    pty.type(`${locked.path}\r`)
    await pty.waitFor('Passphrase of ')
    pty.type('wrong\r')
    await pty.waitFor('wrong passphrase')
    pty.type('open sesame\r')
    await pty.waitFor(/[#$] $/)
    expect(pty.screen()).not.toContain('open sesame')
    pty.type('exit\r')
    expect(await pty.exit).toBe(0)
  })

  test.skipIf(process.getuid?.() !== 0)('a password: wrong, then right, never echoed; ^C ends with 130', async () => {
    const server = await startSshd({ password: 'p4ss word' })
    try {
      await writeFile(known, `[127.0.0.1]:${server.port} ${server.hostKeys[0]!.line}\n`)
      await rm(join(home, '.ssh', 'id_ed25519'))
      const place = `${server.user}@127.0.0.1:${server.port}`
      const pty = start(['connect', place])
      await pty.waitFor(`Password of ${server.user}: `)
      pty.type('wrong\r')
      await pty.waitFor('did not accept')
      await pty.waitFor(`Password of ${server.user}: `)
      pty.type('p4ss word\r')
      await pty.waitFor(/\$ $/)
      expect(pty.screen()).not.toMatch(/p4ss|wrong/)
      pty.type('exit\r')
      expect(await pty.exit).toBe(0)
      const stopped = start(['connect', place])
      await stopped.waitFor('Password of ')
      stopped.type('\x03')
      expect(await stopped.exit).toBe(130)
    } finally {
      await server.dispose()
    }
  })
})

describe('practice', () => {
  test('the whole drill in one terminal, in under a minute, without a touch of the person’s files', async () => {
    const pty = start(['practice'])
    const began = Date.now()
    await pty.waitFor('q quit')
    let keys = 0
    const press = (text: string) => {
      keys++
      pty.type(text)
    }
    press('c')
    await pty.waitFor('root@practice:~# ')
    press('exit\r')
    await pty.waitFor('q quit')
    press('r')
    const password = /Rescue password: (\S+)/.exec(await pty.waitFor(/Rescue password: \S+/))![1]!
    await pty.waitFor('q quit')
    press('c')
    await pty.waitFor('Your choice [3]: ')
    press('1\r')
    await pty.waitFor('[y/w/N] ')
    press('y\r')
    await pty.waitFor('Rescue password of root: ')
    press(`${password}\r`)
    await pty.waitFor('root@rescue:~# ')
    press('exit\r')
    await pty.waitFor('q quit')
    press('n')
    await pty.waitFor('3 lines of the practice known_hosts are back')
    const seconds = (Date.now() - began) / 1000
    console.log(`practice drill on the command line: ${keys} entries, ${seconds.toFixed(1)} s`)
    expect(seconds).toBeLessThan(60)
    pty.type('q')
    expect(await pty.exit).toBe(0)
    await expect(readFile(known)).rejects.toThrow('ENOENT')
  })

  test('prints commands that work from another terminal, in French too; a signal ends it', async () => {
    const pty = start(['practice', '--lang', 'fr'])
    const text = await pty.waitFor('q quitter')
    expect(text).toContain('L’exercice')
    const [, address, file] = /connect (root@127\.0\.0\.1:\d+) --known-hosts (\S+)/.exec(text)!
    const other = start(['connect', address!, '--known-hosts', file!])
    await other.waitFor('root@practice:~# ')
    other.type('exit\r')
    expect(await other.exit).toBe(0)
    pty.type('\x03')
    await pty.waitFor('arrêté')
    expect(await pty.exit).toBe(0)
  })

  test('--json: one document, then it runs until it is told to stop', async () => {
    const result = await cli.run(['practice', '--json'], { env, signal: AbortSignal.timeout(4000) })
    expect(result.json()).toMatchObject({
      host: '127.0.0.1',
      user: 'root',
      port: expect.any(Number),
      knownHosts: expect.stringContaining('practice'),
    })
    expect(result.status).toBe(0)
  })
})
