/**
 * Signing in (RFC 4252), as a sequence of attempts that a generator yields and ssh2 carries out one by one. Order as in ssh: agent
 * keys, key files, then what a person knows; only methods the server still offers. Without a key to try, `none` asks for the list.
 * Under quarantine nothing is tried that the person did not choose. Secrets live in the attempt that uses them and nowhere else.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AnyAuthMethod, AuthHandlerMiddleware, Prompt } from 'ssh2'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import type { CredentialAnswer, CredentialRequest } from '../../shared/terminal-session.js'
import type { ConnectTarget, Credentials } from './connect.js'
import { asAgent, type Identity, isUsableKey, listAgent } from './identity.js'
import type { ClientInternals } from './internals.js'
import { type KeyFile, readKeyFile, unlockKey } from './private-key.js'
import { askingPassword, findIdentities } from './sign-in-order.js'
import type { SignInStep } from './sign-in-steps.js'

// sshd counts every offered key and gives up at six (MaxAuthTries): one try is left for a password.
const MAX_SILENT_KEYS = 5
// From here on a connection closed without a word was closed for the failures.
const MANY_FAILURES = 3

export interface SignInOptions extends ConnectTarget {
  credentials: Credentials
  /** Exactly these steps and nobody is asked: a second connection of someone who is signed in already. */
  repeat?: readonly SignInStep[] | undefined
  quarantine: boolean
  signal: AbortSignal
  /** The server's pre-auth banner so far, stripped. */
  banner(): string
  /** Time limits stop while a person thinks and start again when the server has to answer. */
  onWaitForPerson(): void
  onWaitForServer(): void
}

export interface SignIn {
  handler: AuthHandlerMiddleware
  /** Listens to refusals beside ssh2, which keeps what follows an agent's failure to itself. */
  observe(handlers: ClientInternals['_protocol']['_handlers']): void
  /** After a success: the steps that led there; undefined when one of them cannot be done twice (a one-time code). */
  accepted(): SignInStep[] | undefined
  /** The password just sent has expired: asks for a new one, as often as the server does (RFC 4252 §8). `prompt` is the server's. */
  changePassword(prompt: string, send: (old: string, chosen: string) => void): void
  /** Something that could be refused was sent. */
  hasTried(): boolean
  /** Why the sequence ended without a success; undefined while it runs. */
  ending(): { kind: 'cancelled' } | { kind: 'failed'; error: AppError } | undefined
  /** A connection that ends without a word after several refusals ended for them. */
  explain(error: AppError): AppError
  dispose(): void
}

interface Refusal {
  left: string[]
  partial: boolean
}
type Attempts = AsyncGenerator<AnyAuthMethod, void, Refusal | undefined>
type Ask = Partial<Omit<CredentialRequest, 'id'>> & Pick<CredentialRequest, 'kind'>

class Cancelled extends Error {}

export function createSignIn(o: SignInOptions): SignIn {
  const username = o.user
  let refusal: Refusal | undefined
  let refusals = 0
  let tried = false
  let disposed = false
  let ending: ReturnType<SignIn['ending']>
  let failed: ErrorInfo | undefined
  /** The password that awaits its answer, and the new one chosen because it had expired. */
  let sent: { password: string; chosen: string | undefined } | undefined
  const accepted: (SignInStep | undefined)[] = []
  /** What is being tried; undefined when it cannot be done twice. */
  let step: SignInStep | undefined

  async function ask(request: Ask): Promise<CredentialAnswer> {
    o.onWaitForPerson()
    let answer: CredentialAnswer
    try {
      answer = await o.credentials.ask({
        user: o.user,
        methods: [],
        keyFiles: [],
        prompts: [],
        instruction: '',
        banner: o.banner(),
        quarantine: o.quarantine,
        ...request,
        ...(failed ? { failed } : {}),
      })
    } catch {
      throw new Cancelled()
    }
    failed = undefined
    if (disposed || answer.kind === 'cancel') throw new Cancelled()
    o.onWaitForServer()
    return answer
  }

  /** Asks until the passphrase fits; a wrong one is told with the next question. */
  async function unlock(file: KeyFile, given?: string) {
    let passphrase = given
    for (;;) {
      try {
        if (file.encrypted && !passphrase) {
          const answer = await ask({ kind: 'passphrase', keyFiles: [file.path] })
          if (answer.kind !== 'passphrase') throw new Cancelled()
          passphrase = answer.passphrase
        }
        return await unlockKey(file, passphrase)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'key-passphrase' || !file.encrypted) throw error
        failed = error.toInfo()
        passphrase = undefined
      }
    }
  }

  /** The public part is often readable without the passphrase; then the server is asked first. */
  async function fileIdentity(file: KeyFile, passphrase?: string): Promise<Identity> {
    let opened = !file.blob || passphrase !== undefined || !file.encrypted ? await unlock(file, passphrase) : undefined
    if (opened && !file.encrypted) file.bytes.fill(0)
    const blob = file.blob ?? opened!.blob
    return {
      name: file.path,
      blob,
      async sign(data, hash) {
        opened ??= await unlock(file)
        return opened.sign(data, hash)
      },
    }
  }

  async function* offer(identity: Identity): AsyncGenerator<AnyAuthMethod, Refusal | undefined, Refusal | undefined> {
    let signing: unknown
    tried = true
    step = { method: 'key', identity }
    const agent = asAgent(identity, {
      // An agent may ask its owner.
      onSigning: o.onWaitForPerson,
      onSigned: o.onWaitForServer,
      onFailed: (error) => {
        signing = error
      },
    })
    const answer = yield { type: 'agent', username, agent }
    if (signing instanceof Cancelled) throw signing
    if (signing instanceof AppError) failed = signing.toInfo()
    return answer
  }

  async function* attempts(): Attempts {
    if (o.repeat) return yield* repeat(o.repeat)
    let last: Refusal | undefined
    if (!o.quarantine) {
      const { identities, agentIdentities, files } = await findIdentities(o)
      let count = 0
      for (const identity of [...agentIdentities, ...identities]) {
        if (count++ >= MAX_SILENT_KEYS || (last && !last.left.includes('publickey'))) break
        last = (yield* offer(identity)) ?? last
      }
      for (const file of files) {
        if (count >= MAX_SILENT_KEYS || (last && !last.left.includes('publickey'))) break
        // Every failure of a file nobody named just now is the file's alone; there are other ways in.
        const identity = await fileIdentity(file).catch((error: unknown) => {
          if (error instanceof Cancelled) throw error
          return undefined
        })
        if (!identity || !isUsableKey(identity.blob)) continue
        count++
        last = (yield* offer(identity)) ?? last
      }
    }
    if (!last) {
      step = { method: 'none' }
      last = yield { type: 'none', username }
    }
    failed = undefined
    for (;;) last = (yield* fromPerson(last ?? { left: [], partial: false })) ?? last
  }

  async function* repeat(steps: readonly SignInStep[]): Attempts {
    for (const next of steps) {
      let reply: Refusal | undefined
      if (next.method === 'key') reply = yield* offer(next.identity)
      else if (next.method === 'keyboard-interactive') reply = yield* interact(next.password.toString('utf8'))
      else {
        tried = true
        step = next
        reply = yield next.method === 'none'
          ? { type: 'none', username }
          : { type: 'password', username, password: next.password.toString('utf8') }
      }
      if (!reply?.partial) return
    }
  }

  /** One round with the person. */
  async function* fromPerson({ left }: Refusal): AsyncGenerator<AnyAuthMethod, Refusal | undefined, Refusal | undefined> {
    const interactive = left.includes('keyboard-interactive')
    const password = left.includes('password')
    const key = left.includes('publickey')
    if (!interactive && !password && !key)
      throw new AppError('auth-failed', { host: o.host, user: o.user, methods: stripServerText(left.join(', '), 200) })
    // As ssh does: the server's own questions come first when there is nothing to choose from.
    if (interactive && !password && !o.quarantine) return yield* interact(undefined)
    const answer = await ask({
      kind: 'choose',
      methods: [
        ...(password || interactive ? (['password'] as const) : []),
        ...(key ? (['key'] as const) : []),
        ...(key && o.agent && !o.quarantine ? (['agent'] as const) : []),
      ],
      keyFiles: o.identityFiles.filter((file) => existsSync(file)), // without an IdentityFile, ssh names every default
    })
    switch (answer.kind) {
      case 'password':
        if (!password) return yield* interact(answer.password)
        tried = true
        step = { method: 'password', password: Buffer.from(answer.password, 'utf8') }
        return yield* sendPassword(answer.password)
      case 'key':
        try {
          const identity = await fileIdentity(await readKeyFile(typedPath(answer.file)), answer.passphrase)
          const reply = yield* offer(identity)
          if (reply && !failed) return refused(reply, { file: answer.file })
          return reply
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          failed = error.toInfo()
          return undefined
        }
      case 'agent':
        try {
          if (!o.agent || o.quarantine) throw new AppError('no-agent')
          let reply: Refusal | undefined
          for (const identity of await listAgent(o.agent)) reply = (yield* offer(identity)) ?? reply
          if (!reply) throw new AppError('no-agent', { agent: o.agent }, 'the agent holds no key that can be used')
          return refused(reply)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          failed = error.toInfo()
          return undefined
        }
      default:
        throw new Cancelled()
    }
  }

  async function* sendPassword(password: string): AsyncGenerator<AnyAuthMethod, Refusal | undefined, Refusal | undefined> {
    sent = { password, chosen: undefined }
    const reply = yield { type: 'password', username, password }
    const { chosen } = sent
    sent = undefined
    if (chosen === undefined || reply?.partial) return refused(reply)
    failed = new AppError('password-not-changed', { host: o.host, user: o.user }).toInfo()
    return reply
  }

  async function changePassword(prompt: string, send: (change: { old: string; chosen: string }) => void) {
    const changing = sent
    if (!changing) return
    try {
      if (changing.chosen !== undefined) failed = new AppError('password-not-changed', { host: o.host, user: o.user }).toInfo()
      const answer = await ask({ kind: 'new-password', instruction: stripServerText(prompt, 2000) })
      if (answer.kind !== 'new-password') throw new Cancelled()
      changing.chosen = answer.password
      step = { method: 'password', password: Buffer.from(answer.password, 'utf8') }
      send({ old: changing.password, chosen: answer.password })
    } catch (error) {
      end(error)
    }
  }

  function refused(reply: Refusal | undefined, data: Record<string, string> = {}): Refusal | undefined {
    if (!reply?.partial) failed = new AppError('auth-failed', { host: o.host, user: o.user, ...data }).toInfo()
    return reply
  }

  /** Keyboard-interactive (RFC 4256): any number of rounds with any number of prompts. */
  async function* interact(known: string | undefined): AsyncGenerator<AnyAuthMethod, Refusal | undefined, Refusal | undefined> {
    let secret = known
    let stopped: unknown
    tried = true
    step = undefined
    let rounds = 0
    const prompt = async (name: string, instruction: string, prompts: Prompt[], finish: (answers: string[]) => void) => {
      try {
        if (prompts.length > 0) rounds++
        if (secret !== undefined && askingPassword(prompts)) {
          const once = secret
          secret = undefined
          step = rounds === 1 ? { method: 'keyboard-interactive', password: Buffer.from(once, 'utf8') } : undefined
          return finish([once])
        }
        const isPassword = askingPassword(prompts) && rounds === 1
        step = undefined
        const answer = await ask({
          kind: 'prompts',
          instruction: stripServerText([name, instruction].filter(Boolean).join('\n'), 2000),
          prompts: prompts.slice(0, 20).map((one) => ({ text: stripServerText(one.prompt, 500), echo: one.echo === true })),
        })
        if (answer.kind !== 'prompts') throw new Cancelled()
        if (isPassword) step = { method: 'keyboard-interactive', password: Buffer.from(answer.answers[0] ?? '', 'utf8') }
        // Exactly as many answers as questions (RFC 4256 §3.4).
        finish(prompts.map((_, index) => answer.answers[index] ?? ''))
      } catch (error) {
        stopped = error
        end(error)
      }
    }
    const reply = yield {
      type: 'keyboard-interactive',
      username,
      prompt: (name, instruction, _language, prompts, finish) => void prompt(name, instruction, prompts, guarded(finish)),
    }
    if (stopped) throw stopped
    return refused(reply)
  }

  /** ssh2 throws when the connection has ended meanwhile; its own listeners tell. */
  const guarded =
    <T>(send: (value: T) => void) =>
    (value: T) => {
      if (disposed) return
      try {
        send(value)
      } catch {
        // See above.
      }
    }

  let next: ((method: AnyAuthMethod | false) => void) | undefined
  function end(error: unknown) {
    ending ??= error instanceof Cancelled || o.signal.aborted ? { kind: 'cancelled' } : { kind: 'failed', error: AppError.from(error) }
    next?.(false)
  }

  const sequence = attempts()
  return {
    handler(_left, _partial, proceed) {
      next = guarded(proceed as unknown as (method: AnyAuthMethod | false) => void)
      const reply = refusal
      refusal = undefined
      o.onWaitForServer()
      sequence.next(reply).then(
        (step) => (step.done ? end(new AppError('auth-failed', { host: o.host, user: o.user })) : next?.(step.value)),
        (error: unknown) => end(error),
      )
    },
    observe(handlers) {
      const inner = handlers.USERAUTH_FAILURE
      handlers.USERAUTH_FAILURE = (protocol, methods, partial) => {
        refusal = { left: Array.isArray(methods) ? methods : [], partial: partial === true }
        if (partial === true) accepted.push(step)
        if (tried && !partial) refusals++
        inner(protocol, methods, partial)
      }
    },
    accepted() {
      const steps = [...accepted, step]
      return steps.every((one) => one !== undefined) ? steps : undefined
    },
    changePassword: (prompt, send) =>
      void changePassword(
        prompt,
        guarded(({ old, chosen }) => send(old, chosen)),
      ),
    hasTried: () => tried,
    ending: () => ending,
    explain(error) {
      if (error.code !== 'closed-early' || refusals < MANY_FAILURES) return error
      return new AppError('too-many-failures', error.data, error.detail)
    },
    dispose() {
      disposed = true
    },
  }
}

/** A path as people type it: `~/` is their home. */
const typedPath = (path: string) => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)
