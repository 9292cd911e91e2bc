import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import ssh2, { type AuthContext, type KeyboardAuthContext, type PasswordAuthContext } from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CredentialAnswer } from '../../shared/terminal-session.js'
import { connected, connectTo, failure, type Question } from '../support/connect.js'
import { generateKey, type HostKeyKind, type Sshd, startSshd } from '../support/sshd.js'

const PASSPHRASE = 'correct horse Ωμ'
let dir: string
const cleanups: (() => unknown)[] = []
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-auth-'))
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

let count = 0
async function makeKey(kind: HostKeyKind, passphrase = '', extra: string[] = []) {
  const path = await generateKey(join(dir, `key${++count}`), kind, passphrase, extra)
  return { path, line: (await readFile(`${path}.pub`, 'utf8')).trim() }
}
async function start(o: Parameters<typeof startSshd>[0] = {}): Promise<Sshd> {
  const sshd = await startSshd(o)
  cleanups.push(() => sshd.dispose())
  return sshd
}
const signedIn = (attempt: Awaited<ReturnType<typeof connectTo>>) => {
  const connection = connected(attempt)
  connection.end()
  return attempt.asked.map(({ kind }) => kind)
}
const password = (text: string): CredentialAnswer => ({ kind: 'password', password: text })

describe('key files', () => {
  it.each<[string, HostKeyKind, string[]]>([
    ['ed25519', 'ed25519', []],
    ['ecdsa 256', 'ecdsa', []],
    ['ecdsa 384', 'ecdsa384', []],
    ['ecdsa 521', 'ecdsa521', []],
    ['rsa', 'rsa', []],
    ['rsa in PEM', 'rsa', ['-m', 'PEM']],
    ['ecdsa in PEM', 'ecdsa', ['-m', 'PEM']],
  ])('%s: plain without a question, encrypted with its passphrase', async (_name, kind, extra) => {
    const plain = await makeKey(kind, '', extra)
    const encrypted = await makeKey(kind, PASSPHRASE, extra)
    const sshd = await start({ authorizedKeys: [plain.line, encrypted.line] })
    expect(signedIn(await connectTo({ port: sshd.port, identityFiles: [plain.path] }))).toEqual([])
    const attempt = await connectTo({ port: sshd.port, identityFiles: [encrypted.path] }, [
      { kind: 'passphrase', passphrase: 'wrong' },
      { kind: 'passphrase', passphrase: PASSPHRASE },
    ])
    expect(signedIn(attempt)).toEqual(['passphrase', 'passphrase'])
    expect(attempt.asked[0]).toMatchObject({ keyFiles: [encrypted.path], user: 'root' })
    expect(attempt.asked[0]!.failed).toBeUndefined()
    expect(attempt.asked[1]!.failed).toMatchObject({ code: 'key-passphrase', data: { file: encrypted.path } })
  })

  it.each(['aes128-cbc', 'aes256-cbc', 'aes192-ctr', 'aes256-gcm@openssh.com', '3des-cbc'])(
    'opens a key encrypted with %s',
    async (cipher) => {
      const key = await makeKey('ed25519', PASSPHRASE, ['-Z', cipher])
      const sshd = await start({ authorizedKeys: [key.line] })
      const answers: CredentialAnswer[] = [
        { kind: 'passphrase', passphrase: 'wrong' },
        { kind: 'passphrase', passphrase: PASSPHRASE },
      ]
      expect(signedIn(await connectTo({ port: sshd.port, identityFiles: [key.path] }, answers))).toHaveLength(2)
    },
  )

  it('asks for a passphrase only when the server takes the key', async () => {
    const key = await makeKey('ed25519', PASSPHRASE)
    const pem = await makeKey('rsa', PASSPHRASE, ['-m', 'PEM'])
    const other = await makeKey('ed25519')
    const sshd = await start({ authorizedKeys: [other.line] })
    expect(signedIn(await connectTo({ port: sshd.port, identityFiles: [key.path, pem.path, other.path] }))).toEqual([])
  })

  it('passes over files that are missing or of no use', async () => {
    const good = await makeKey('ed25519')
    const garbage = join(dir, 'garbage')
    await writeFile(garbage, 'garbage')
    const sshd = await start({ authorizedKeys: [good.line] })
    const files = [join(dir, 'missing'), garbage, dir, good.path]
    expect(signedIn(await connectTo({ port: sshd.port, identityFiles: files }))).toEqual([])
  })

  it('says what is wrong with a file that was chosen, and how to convert it', async () => {
    const good = await makeKey('ed25519')
    const sshd = await start({ authorizedKeys: [good.line] })
    const pkcs8 = await makeKey('rsa', '', ['-m', 'PKCS8'])
    const chacha = await makeKey('ed25519', PASSPHRASE, ['-Z', 'chacha20-poly1305@openssh.com'])
    const ppk = join(dir, "it's.ppk")
    await writeFile(ppk, 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n')
    const damaged = join(dir, 'damaged')
    await writeFile(damaged, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n')
    const files = [pkcs8.path, chacha.path, ppk, `${good.path}.pub`, damaged, join(dir, 'nowhere'), dir, '/dev/zero', good.path]
    const attempt = await connectTo(
      { port: sshd.port },
      files.map((file) => ({ kind: 'key', file })),
    )
    expect(signedIn(attempt)).toHaveLength(files.length)
    const quoted = `'${join(dir, "it'\\''s")}`
    expect(attempt.asked.slice(1).map(({ failed }) => [failed?.code, failed?.data.command ?? failed?.data.reason])).toEqual([
      ['key-unsupported', `ssh-keygen -p -f ${pkcs8.path}`],
      ['key-unsupported', `ssh-keygen -p -Z aes256-ctr -f ${chacha.path}`],
      ['key-unsupported', `puttygen ${quoted}.ppk' -O private-openssh -o ${quoted}'.openssh`],
      ['key-is-public', undefined],
      ['key-unreadable', undefined],
      ['key-unreadable', 'ENOENT'],
      ['key-unreadable', 'EISDIR'],
      ['key-unreadable', 'EISDIR'],
    ])
  })

  it('the suggested conversions make a key that opens', async () => {
    const pkcs8 = await makeKey('rsa', '', ['-m', 'PKCS8'])
    const chacha = await makeKey('ed25519', PASSPHRASE, ['-Z', 'chacha20-poly1305@openssh.com'])
    execFileSync('ssh-keygen', ['-q', '-p', '-f', pkcs8.path, '-N', ''])
    execFileSync('ssh-keygen', ['-q', '-p', '-Z', 'aes256-ctr', '-f', chacha.path, '-P', PASSPHRASE, '-N', PASSPHRASE])
    const sshd = await start({ authorizedKeys: [pkcs8.line, chacha.line] })
    expect(signedIn(await connectTo({ port: sshd.port, identityFiles: [pkcs8.path] }))).toEqual([])
    const answer: CredentialAnswer = { kind: 'passphrase', passphrase: PASSPHRASE }
    expect(signedIn(await connectTo({ port: sshd.port, identityFiles: [chacha.path] }, [answer]))).toEqual(['passphrase'])
  })

  it('keeps the event loop free while a passphrase is worked on', async () => {
    const key = await makeKey('ed25519', PASSPHRASE, ['-a', '48'])
    const sshd = await start({ authorizedKeys: [key.line] })
    let last = performance.now()
    let worst = 0
    const ticking = setInterval(() => {
      worst = Math.max(worst, performance.now() - last)
      last = performance.now()
    }, 5)
    const attempt = await connectTo({ port: sshd.port, identityFiles: [key.path] }, () => {
      worst = 0
      last = performance.now()
      return { kind: 'passphrase', passphrase: PASSPHRASE }
    })
    clearInterval(ticking)
    signedIn(attempt)
    // The same work on this thread takes about a second.
    expect(worst).toBeLessThan(250)
  })
})

describe('agent', () => {
  async function startAgent(keys: string[]) {
    const socket = join(dir, `agent${++count}`)
    const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    cleanups.push(() => agent.kill())
    await new Promise((resolve) => agent.stdout!.once('data', resolve))
    for (const key of keys) execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    return socket
  }

  it('signs with its keys, before any file', async () => {
    for (const kind of ['ed25519', 'rsa', 'ecdsa'] as const) {
      const held = await makeKey(kind)
      const agent = await startAgent([held.path])
      const sshd = await start({ authorizedKeys: [held.line] })
      expect(signedIn(await connectTo({ port: sshd.port, agent, identitiesOnly: false }))).toEqual([])
    }
  })

  it('keeps to the configured keys under IdentitiesOnly', async () => {
    const held = await makeKey('ed25519')
    const agent = await startAgent([held.path])
    const sshd = await start({ authorizedKeys: [held.line] })
    const attempt = await connectTo({ port: sshd.port, agent, identitiesOnly: true }, [{ kind: 'cancel' }])
    expect(attempt.outcome).toEqual({ kind: 'cancelled' })
    // A public file may stand for a key that only the agent has.
    await rm(held.path)
    expect(signedIn(await connectTo({ port: sshd.port, agent, identitiesOnly: true, identityFiles: [held.path] }))).toEqual([])
  })

  it('leaves a try for the password when the agent holds many keys', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => makeKey('ed25519')))
    const agent = await startAgent(keys.map(({ path }) => path))
    const sshd = await start({ password: 'secret' })
    const attempt = await connectTo({ port: sshd.port, user: sshd.user, agent, identitiesOnly: false }, [password('secret')])
    expect(signedIn(attempt)).toEqual(['choose'])
  })

  it('goes on without an agent that is not there', async () => {
    const key = await makeKey('ed25519')
    const sshd = await start({ authorizedKeys: [key.line] })
    const target = { port: sshd.port, agent: join(dir, 'no-agent'), identitiesOnly: false }
    expect(signedIn(await connectTo({ ...target, identityFiles: [key.path] }))).toEqual([])
    const attempt = await connectTo(target, [{ kind: 'agent' }, { kind: 'cancel' }])
    expect(attempt.asked[0]!.methods).toEqual(['key', 'agent'])
    expect(attempt.asked[1]!.failed).toMatchObject({ code: 'no-agent' })
  })
})

describe('passwords', () => {
  it('asks again after a wrong one', async () => {
    const sshd = await start({ password: 'secret', config: ['Banner /etc/issue.net'] })
    const attempt = await connectTo({ port: sshd.port, user: sshd.user }, [password('wrong'), password('secret')])
    expect(signedIn(attempt)).toEqual(['choose', 'choose'])
    expect(attempt.asked[0]).toMatchObject({ methods: ['password', 'key'], quarantine: false })
    expect(attempt.asked[0]!.banner).toContain('Debian')
    expect(attempt.asked[1]!.failed).toMatchObject({ code: 'auth-failed', data: { user: sshd.user } })
    expect(JSON.stringify(attempt)).not.toContain('"wrong"')
  })

  it('ends with too-many-failures in the words of the server', async () => {
    const sshd = await start({ password: 'secret', config: ['MaxAuthTries 2'] })
    const error = failure(await connectTo({ port: sshd.port, user: sshd.user }, () => password('wrong')))
    expect(error.code).toBe('too-many-failures')
    expect(error.detail).toContain('Too many authentication failures')
  })

  it('can be cancelled, and a rejected question counts as that', async () => {
    const sshd = await start({ password: 'secret' })
    expect((await connectTo({ port: sshd.port, user: sshd.user }, [{ kind: 'cancel' }])).outcome).toEqual({ kind: 'cancelled' })
    expect((await connectTo({ port: sshd.port, user: sshd.user }, [])).outcome).toEqual({ kind: 'cancelled' })
  })

  it('needs a key and a password when the server wants both', async () => {
    const key = await makeKey('ed25519')
    const sshd = await start({ password: 'secret', authorizedKeys: [key.line], config: ['AuthenticationMethods publickey,password'] })
    const attempt = await connectTo({ port: sshd.port, user: sshd.user, identityFiles: [key.path] }, [password('secret')])
    expect(signedIn(attempt)).toEqual(['choose'])
    expect(attempt.asked[0]).toMatchObject({ methods: ['password'] })
    expect(attempt.asked[0]!.failed).toBeUndefined()
  })

  it('fails plainly when nothing we can do is offered', async () => {
    const sshd = await start({ config: ['PubkeyAuthentication no', 'GSSAPIAuthentication yes'] })
    expect(failure(await connectTo({ port: sshd.port }))).toMatchObject({ code: 'auth-failed' })
  })
})

describe('quarantine', () => {
  it('tries nothing by itself and offers no agent', async () => {
    const key = await makeKey('ed25519')
    const sshd = await start({ password: 'secret', authorizedKeys: [key.line] })
    const target = {
      port: sshd.port,
      user: sshd.user,
      identityFiles: [join(dir, 'id_rsa'), key.path],
      agent: join(dir, 'none'),
      identitiesOnly: false,
    }
    const attempt = await connectTo(target, [password('secret')], { quarantine: true })
    expect(signedIn(attempt)).toEqual(['choose'])
    expect(attempt.asked[0]).toMatchObject({ methods: ['password', 'key'], keyFiles: [key.path], quarantine: true })
    expect(await sshd.log()).not.toContain('method publickey')
    expect(signedIn(await connectTo(target, [{ kind: 'key', file: key.path }], { quarantine: true }))).toEqual(['choose'])
    const refused = await connectTo(target, [{ kind: 'agent' }, { kind: 'cancel' }], { quarantine: true })
    expect(refused.asked[1]!.failed).toMatchObject({ code: 'no-agent' })
  })

  it('takes ~/ in a typed path for the home directory', async () => {
    const key = await makeKey('ed25519')
    const sshd = await start({ authorizedKeys: [key.line] })
    const { HOME } = process.env
    cleanups.push(() => Object.assign(process.env, { HOME }))
    process.env.HOME = dir
    const answer: CredentialAnswer = { kind: 'key', file: `~/${basename(key.path)}` }
    expect(signedIn(await connectTo({ port: sshd.port }, [answer], { quarantine: true }))).toEqual(['choose'])
  })

  it('asks for the passphrase of a chosen key', async () => {
    const key = await makeKey('rsa', PASSPHRASE)
    const sshd = await start({ authorizedKeys: [key.line] })
    const answers: CredentialAnswer[] = [
      { kind: 'key', file: key.path, passphrase: 'wrong' },
      { kind: 'passphrase', passphrase: PASSPHRASE },
    ]
    expect(signedIn(await connectTo({ port: sshd.port }, answers, { quarantine: true }))).toEqual(['choose', 'passphrase'])
  })
})

/** A server of our own making that signs in as it likes. */
async function startOdd(authentication: (context: AuthContext, connection: ssh2.Connection) => void, banner?: string) {
  const hostKey = await makeKey('ed25519')
  const server = new ssh2.Server({ hostKeys: [await readFile(hostKey.path)], ...(banner ? { banner } : {}) }, (connection) => {
    connection.on('error', () => {})
    connection.on('authentication', (context) => authentication(context, connection))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  return (server.address() as { port: number }).port
}

describe('keyboard-interactive and odd servers', () => {
  const interactive = (handle: (context: KeyboardAuthContext) => void) => (context: AuthContext) =>
    context.method === 'keyboard-interactive' ? handle(context) : context.reject(['keyboard-interactive'])

  it('shows several prompts with their echo flags, over several rounds, stripped', async () => {
    const port = await startOdd(
      interactive((context) => {
        const first = [
          { prompt: '\x1b]0;evil\x07Your \u202Ename: ', echo: true },
          { prompt: 'Code:\u200b ', echo: false },
        ]
        context.prompt(first, 'Two\x07 things', 'Answer\r\nboth', (answers) => {
          if (answers?.join() !== 'ada,123') return context.reject(['keyboard-interactive'])
          context.prompt([{ prompt: 'And now? ', echo: false }], (more) => (more?.[0] === 'yes' ? context.accept() : context.reject()))
        })
      }),
    )
    const attempt = await connectTo({ port }, [
      { kind: 'prompts', answers: ['ada', 'wrong'] },
      { kind: 'prompts', answers: ['ada', '123'] },
      { kind: 'prompts', answers: ['yes'] },
    ])
    expect(signedIn(attempt)).toEqual(['prompts', 'prompts', 'prompts'])
    expect(attempt.asked[0]).toMatchObject({
      instruction: 'Two things\nAnswer\nboth',
      prompts: [
        { text: 'Your name:', echo: true },
        { text: 'Code:', echo: false },
      ],
    })
    expect(attempt.asked[1]!.failed).toMatchObject({ code: 'auth-failed' })
    expect(attempt.asked[2]!.failed).toBeUndefined()
  })

  it('answers the one password prompt itself, but never gives the password to another question', async () => {
    const got: string[] = []
    const port = await startOdd(
      interactive((context) => {
        context.prompt([{ prompt: 'Verification code: ', echo: false }], (code) => {
          got.push(...(code ?? []))
          context.prompt([{ prompt: '(root@x) Password: ', echo: false }], (given) => {
            got.push(...(given ?? []))
            context.accept()
          })
        })
      }),
    )
    const attempt = await connectTo({ port }, [password('secret'), { kind: 'prompts', answers: ['000'] }], { quarantine: true })
    expect(signedIn(attempt)).toEqual(['choose', 'prompts'])
    expect(got).toEqual(['000', 'secret'])
  })

  it('is cancelled at a prompt', async () => {
    const port = await startOdd(interactive((context) => context.prompt([{ prompt: 'x', echo: true }], () => context.accept())))
    expect((await connectTo({ port }, [{ kind: 'cancel' }])).outcome).toEqual({ kind: 'cancelled' })
  })

  it('lets in without a question where the server does', async () => {
    const port = await startOdd((context) => context.accept())
    expect(signedIn(await connectTo({ port }))).toEqual([])
  })

  it('quotes what the server says when it throws us out, stripped', async () => {
    const port = await startOdd((context, connection) => {
      if (context.method === 'none') return context.reject(['password'])
      const { _protocol } = connection as unknown as { _protocol: { _onWrite: unknown; disconnect(reason: number): void } }
      _protocol.disconnect(14)
      connection.end()
    }, 'Hello\x1b[31m\u202e world\x00')
    const questions: Question[] = []
    const attempt = await connectTo({ port }, (question) => {
      questions.push(question)
      return password('x')
    })
    expect(questions[0]!.banner).toBe('Hello world')
    expect(failure(attempt)).toMatchObject({ code: 'too-many-failures' })
  })

  it('counts refusals when a server closes without a word', async () => {
    let tries = 0
    const port = await startOdd((context, connection) => {
      if (context.method !== 'none' && ++tries > 3) return connection.end()
      context.reject(['password'])
    })
    expect(failure(await connectTo({ port }, () => password('x')))).toMatchObject({ code: 'too-many-failures' })
  })
})

describe('an expired password', () => {
  const OLD = 'Old-secret-1'
  const NEW = 'Brand-new-77!'
  const change = (text: string): CredentialAnswer => ({ kind: 'new-password', password: text })

  interface ServerInternals {
    _handlers: { USERAUTH_REQUEST(...args: unknown[]): void }
    _authsQueue: string[]
  }

  /** A server of the kind that asks through the password method (RFC 4252 §8). `told` is what came with each request. */
  async function startChanging(decide: (context: PasswordAuthContext, chosen: string) => void) {
    const told: unknown[] = []
    const port = await startOdd((context, connection) => {
      if (context.method === 'keyboard-interactive')
        return context.prompt([{ prompt: 'Code: ', echo: false }], (answers) =>
          answers?.[0] === '123' ? context.accept() : context.reject(),
        )
      if (context.method !== 'password') return context.reject(['password'])
      const { _protocol } = connection as unknown as { _protocol: ServerInternals }
      const inner = _protocol._handlers.USERAUTH_REQUEST
      _protocol._handlers.USERAUTH_REQUEST = (...args) => {
        told.push(args.at(-1))
        inner(...args)
      }
      const ask = () => {
        context.requestChange('Your password has\x07 expired', (chosen) => decide(context, chosen))
        // ssh2's server, too, goes on awaiting an answer to what it has just answered.
        _protocol._authsQueue.shift()
      }
      Object.assign(context, { ask })
      ask()
    })
    return { port, told }
  }
  const askAgain = (context: PasswordAuthContext) => (context as unknown as { ask(): void }).ask()

  it('is changed in the password method: the server’s words, the old and the new one', async () => {
    const { port, told } = await startChanging((context) => context.accept())
    const attempt = await connectTo({ port }, [password(OLD), change(NEW)])
    expect(signedIn(attempt)).toEqual(['choose', 'new-password'])
    expect(attempt.asked[1]).toMatchObject({ instruction: 'Your password has expired' })
    expect(attempt.asked[1]!.failed).toBeUndefined()
    expect(told).toEqual([{ oldPassword: OLD, newPassword: NEW }])
    expect(JSON.stringify(attempt)).not.toContain(NEW)
  })

  it('is asked for again while the new one does not please the server', async () => {
    const { port } = await startChanging((context, chosen) => (chosen === NEW ? context.accept() : askAgain(context)))
    const attempt = await connectTo({ port }, [password(OLD), change('short'), change(NEW)])
    expect(signedIn(attempt)).toEqual(['choose', 'new-password', 'new-password'])
    expect(attempt.asked[2]!.failed).toMatchObject({ code: 'password-not-changed' })
  })

  it('may stay when the server refuses the change; other ways in go on', async () => {
    const { port } = await startChanging((context) => context.reject(['password', 'keyboard-interactive']))
    const attempt = await connectTo({ port }, [password(OLD), change(NEW), { kind: 'cancel' }])
    expect(attempt.outcome).toEqual({ kind: 'cancelled' })
    expect(attempt.asked[2]).toMatchObject({ kind: 'choose', failed: { code: 'password-not-changed' } })
  })

  it('may be one of two steps', async () => {
    const { port } = await startChanging((context) => context.reject(['keyboard-interactive'], true))
    const attempt = await connectTo({ port }, [password(OLD), change(NEW), { kind: 'prompts', answers: ['123'] }])
    expect(signedIn(attempt)).toEqual(['choose', 'new-password', 'prompts'])
    expect(attempt.asked[2]!.failed).toBeUndefined()
  })

  it('is cancelled like every question', async () => {
    const { port } = await startChanging((context) => context.accept())
    expect((await connectTo({ port }, [password(OLD), { kind: 'cancel' }])).outcome).toEqual({ kind: 'cancelled' })
  })

  it('of a real sshd with PAM is changed through its own questions', async () => {
    const sshd = await start({ password: OLD, config: ['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication no'] })
    execFileSync('chage', ['-d', '0', sshd.user])
    const attempt = await connectTo({ port: sshd.port, user: sshd.user }, ({ prompts }) => ({
      kind: 'prompts',
      answers: prompts.map(({ text }) => (/new password/i.test(text) ? NEW : OLD)),
    }))
    expect(signedIn(attempt)).toEqual(['prompts', 'prompts', 'prompts', 'prompts'])
    expect(attempt.asked[1]!.prompts[0]!.text).toContain('You are required to change your password')
    const next = await connectTo({ port: sshd.port, user: sshd.user }, () => ({ kind: 'prompts', answers: [NEW] }))
    expect(signedIn(next)).toEqual(['prompts'])
  })

  it.each([
    ['with PAM', ['UsePAM yes']],
    ['without PAM', []],
  ])('of a real sshd %s that took it by password is changed in the terminal', async (_name, config) => {
    const sshd = await start({ password: OLD, config })
    execFileSync('chage', ['-d', '0', sshd.user])
    const connection = connected(await connectTo({ port: sshd.port, user: sshd.user }, [password(OLD)]))
    const shell = await connection.openShell({ cols: 80, rows: 24 })
    const typed = [OLD, NEW, NEW]
    let output = ''
    let answered = 0
    const exit = await new Promise((resolve) => {
      shell.onDidExit(resolve)
      shell.onData((bytes) => {
        output += bytes.toString()
        const asked = output.match(/password: /gi)?.length ?? 0
        for (; answered < asked; answered++) shell.write(`${typed[answered]}\n`)
      })
    })
    connection.end()
    expect(exit).toEqual({ exitCode: 0 })
    expect(output).toContain('You must change your password now and login again')
    expect(signedIn(await connectTo({ port: sshd.port, user: sshd.user }, [password(NEW)]))).toEqual(['choose'])
  })
})
