/**
 * The tabs: every terminal session with its phase, the questions it waits on and the commands that answer them. A question is
 * state, never a call to a face; an answer carries the question's id, so that a late or doubled answer changes nothing.
 * Sessions that share a connection (new tab on a live one) count it; the last one ends it.
 */
import { randomUUID } from 'node:crypto'
import type { EditOutcome } from '../../shared/contract.js'
import type { EditPreview } from '../../shared/edit-preview.js'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import type { ComparisonResult } from '../../shared/host-key.js'
import type { CredentialAnswer, CredentialRequest, Dimensions, SessionPhase, TerminalSession } from '../../shared/terminal-session.js'
import type { Clock } from '../clock.js'
import { createEmitter } from '../emitter.js'
import { fingerprint, keyType } from '../known-hosts/key.js'
import { explained, type Log } from '../log.js'
import type { Interventions } from '../rescue/interventions.js'
import type { ResolvedTarget } from '../ssh/config.js'
import type { SshConnection } from '../ssh/connect.js'
import { createTerminalStream, type TerminalPort, type TerminalStream } from '../ssh/flow-control.js'
import { type AttemptParts, attemptConnection, targetFields } from './attempt.js'
import { type AskedQuestion, askHostKey, type QuestionParts } from './host-key-question.js'

/** How often the round trip shown in the status line is measured. */
const LATENCY_INTERVAL_MS = 15_000

export interface SessionTarget {
  name: string
  /** What is shown and remembered. */
  text: string
  practice: boolean
  serverId?: string | undefined
  resolve(signal: AbortSignal): Promise<ResolvedTarget>
}

export interface TerminalSessionsParts
  extends Pick<AttemptParts, 'connect' | 'readKnownHosts' | 'isRescueKey'>,
    Pick<QuestionParts, 'comparePublished'> {
  interventions: Interventions
  clock: Clock
  log: Log
  /** A session got in: the server is worth listing. */
  onDidSignIn(target: SessionTarget): Promise<string | undefined>
  /** What the files said of a target, for its badge. */
  onDidJudge(target: SessionTarget, verdict: 'known' | 'new' | 'changed' | 'revoked'): void
}

export interface TerminalSessions {
  list(): TerminalSession[]
  onDidChange(listener: () => void): () => void
  open(target: SessionTarget, dimensions: Dimensions): string
  /** @param command runs on the new terminal instead of the login shell. @throws AppError `closed-early` for it without a live connection. */
  duplicate(sessionId: string, dimensions: Dimensions, command?: string): string
  /** Every open session with its connection; several may share one. */
  openConnections(): { session: TerminalSession; connection: SshConnection; isRescue: boolean }[]
  /** @param user another one than the request's: the answer is given in a new attempt, as that user. */
  authenticate(sessionId: string, requestId: string, answer: CredentialAnswer, user?: string): void
  reconnect(sessionId: string): void
  /** Ends the attempt that runs. @throws AppError `wrong-state` when none does. */
  cancel(sessionId: string): void
  close(sessionId: string): void
  attach(sessionId: string, port: TerminalPort): void
  compare(sessionId: string, text: string): ComparisonResult
  disconnect(sessionId: string, questionId: string): void
  /** This and the other answers that accept the key @throws AppError `published-key-differs`, `wrong-state`. */
  trust(sessionId: string, questionId: string, save: boolean): Promise<void>
  plan(sessionId: string, questionId: string, intent: 'set-aside' | 'replace', alsoWrite: boolean): Promise<EditPreview>
  setAside(sessionId: string, questionId: string, digest: string, alsoWrite: boolean): Promise<EditOutcome>
  replace(sessionId: string, questionId: string, digest: string): Promise<EditOutcome>
  /** The key shown is a new start of the open rescue. */
  acceptThirdKey(sessionId: string, questionId: string): Promise<void>
  recheck(sessionId: string, questionId: string): void
  dispose(): void
}

interface Shared {
  connection: SshConnection
  users: number
  whose: 'known' | 'rescue' | 'once'
}

interface Session {
  state: TerminalSession
  target: SessionTarget
  dimensions: Dimensions
  /** Instead of the login shell. Only on a live connection: it means something on the system it was made for. */
  command: string | undefined
  attempt: AbortController | undefined
  question: AskedQuestion | undefined
  credentials: { id: string; answer(answer: CredentialAnswer): void } | undefined
  trusted: Buffer | undefined
  /** Signs in as this user, not as the target says, until it is connected anew by hand; `answer` is for the first question. */
  as: { user: string; answer?: CredentialAnswer } | undefined
  shared: Shared | undefined
  stream: TerminalStream | undefined
  /** A page that attached before the shell was there. */
  waitingPort: TerminalPort | undefined
  disposables: (() => void)[]
}

export function createTerminalSessions(parts: TerminalSessionsParts): TerminalSessions {
  const sessions = new Map<string, Session>()
  const changed = createEmitter()
  const now = () => parts.clock.now().toISOString()

  function find(id: string): Session {
    const session = sessions.get(id)
    if (!session) throw new AppError('not-found', { id })
    return session
  }
  function update(session: Session, fields: Partial<TerminalSession>) {
    session.state = { ...session.state, ...fields }
    if (sessions.has(session.state.id)) changed.emit()
  }
  const enter = (session: Session, phase: SessionPhase) => update(session, { phase })

  function create(target: SessionTarget, dimensions: Dimensions, shared?: Shared, command?: string): Session {
    const state: TerminalSession = {
      id: randomUUID(),
      name: target.name,
      target: target.text,
      user: '',
      host: '',
      port: 22,
      practice: target.practice,
      chroot: command !== undefined,
      phase: { kind: 'connecting', stage: 'config', since: now() },
      notes: [],
      ...(target.serverId ? { serverId: target.serverId } : {}),
    }
    const session: Session = {
      state,
      target,
      dimensions,
      command,
      attempt: undefined,
      question: undefined,
      credentials: undefined,
      trusted: undefined,
      as: undefined,
      shared,
      stream: undefined,
      waitingPort: undefined,
      disposables: [],
    }
    sessions.set(state.id, session)
    changed.emit()
    return session
  }

  /** Lets go of the shell and the connection; the phase is the caller's business. */
  function release(session: Session) {
    session.attempt?.abort()
    session.attempt = undefined
    session.credentials = undefined
    session.question?.dispose()
    session.question = undefined
    for (const dispose of session.disposables.splice(0)) dispose()
    session.stream?.dispose()
    session.stream = undefined
    const shared = session.shared
    session.shared = undefined
    if (shared && --shared.users === 0) shared.connection.end()
  }

  async function run(session: Session) {
    release(session)
    const attempt = new AbortController()
    session.attempt = attempt
    // A second look at the files is worth one automatic retry: the known key answered and its lines went back.
    for (let tries = 0; ; tries++) {
      try {
        const again = await attemptOnce(session, attempt.signal)
        if (!again || tries > 0) return
      } catch (error) {
        if (attempt.signal.aborted) return
        release(session) // signed in, but no shell
        enter(session, { kind: 'failed', error: toInfo(error), at: now() })
        return
      }
    }
  }

  const toInfo = (error: unknown) => explained(error, parts.log, 'a connection attempt failed unexpectedly').toInfo()

  /** @returns true when the attempt is worth repeating at once. */
  async function attemptOnce(session: Session, signal: AbortSignal): Promise<boolean> {
    const since = now()
    const outcome = await attemptConnection(
      { name: session.target.name, practice: session.target.practice, trusted: session.trusted, signal },
      {
        ...parts,
        resolve: async (cancelled) => ({ ...(await session.target.resolve(cancelled)), ...(session.as && { user: session.as.user }) }),
        onStage: (stage) => !signal.aborted && enter(session, { kind: 'connecting', stage, since }),
        onResolved: (resolved) => update(session, targetFields(resolved)),
        credentials: { ask: (request) => askCredentials(session, signal, request) },
      },
    )
    if (signal.aborted) {
      if (outcome.kind === 'connected') outcome.connection.end()
      return false
    }
    switch (outcome.kind) {
      case 'connected':
        parts.onDidJudge(session.target, outcome.whose === 'known' ? 'known' : 'new')
        await openShell(session, { connection: outcome.connection, users: 1, whose: outcome.whose }, outcome.interventionId)
        return false
      case 'question': {
        const { verdict } = outcome.question
        parts.onDidJudge(session.target, verdict === 'revoked' ? 'revoked' : verdict === 'unknown' ? 'new' : 'changed')
        const asked = askHostKey(outcome, parts, {
          onDidChange: () => enter(session, { kind: 'host-key', question: asked.state() }),
          onDidAccept({ trusted, interventionId }) {
            session.trusted = trusted
            if (interventionId) update(session, { interventionId })
            start(session)
          },
        })
        session.question = asked
        enter(session, { kind: 'host-key', question: asked.state() })
        return false
      }
      case 'returned': {
        const restored = parts.interventions.list().find((one) => one.id === outcome.interventionId)?.state === 'restored'
        update(session, { interventionId: outcome.interventionId })
        if (restored) return true
        const code = outcome.proven ? 'known-key-aside' : 'known-key-unproven'
        enter(session, { kind: 'failed', error: new AppError(code, { host: session.state.host }).toInfo(), at: now() })
        return false
      }
      case 'cancelled':
        enter(session, { kind: 'cancelled', at: now() })
        return false
      case 'failed':
        enter(session, { kind: 'failed', error: outcome.error, at: now() })
        return false
    }
  }

  function askCredentials(session: Session, signal: AbortSignal, request: Omit<CredentialRequest, 'id'>): Promise<CredentialAnswer> {
    if (session.as?.answer && request.kind === 'choose') {
      const { user, answer } = session.as
      session.as = { user }
      return Promise.resolve(answer)
    }
    const id = randomUUID()
    return new Promise((resolve) => {
      const cancel = () => answer({ kind: 'cancel' })
      const answer = (given: CredentialAnswer) => {
        if (session.credentials?.id === id) session.credentials = undefined
        signal.removeEventListener('abort', cancel)
        resolve(given)
      }
      signal.addEventListener('abort', cancel, { once: true })
      session.credentials = { id, answer }
      enter(session, { kind: 'needs-credentials', request: { ...request, id } })
    })
  }

  async function openShell(session: Session, shared: Shared, interventionId: string | undefined) {
    session.shared = shared
    const { connection } = shared
    const lost = (error?: ErrorInfo) => {
      if (session.shared !== shared) return
      release(session)
      enter(session, { kind: 'lost', error: error ?? new AppError('closed-early', { host: session.state.host }).toInfo(), at: now() })
    }
    session.disposables.push(connection.onDidClose(lost))
    const channel = await connection.openShell(session.dimensions, session.command)
    if (session.shared !== shared) return channel.close()
    // The connection may live on with other tabs.
    session.disposables.push(() => channel.close())
    session.trusted = undefined
    session.stream = createTerminalStream(channel, { clock: parts.clock })
    session.disposables.push(
      channel.onDidExit((exit) => {
        release(session)
        enter(session, { kind: 'ended', ...exit, at: now() })
      }),
    )
    if (session.waitingPort) session.stream.attach(session.waitingPort)
    session.waitingPort = undefined
    const key = { type: keyType(connection.hostKey) ?? '', fingerprint: fingerprint(connection.hostKey), whose: shared.whose }
    const { user, kex, cipher, serverVersion } = connection
    update(session, {
      user,
      phase: { kind: 'open', connection: { user, key, kex, cipher, serverVersion, since: now() } },
      ...(interventionId ? { interventionId } : {}),
    })
    followLatency(session, shared)
    const serverId = await parts.onDidSignIn(session.target)
    if (serverId && !session.state.serverId) {
      session.target.serverId = serverId
      update(session, { serverId })
    }
  }

  function followLatency(session: Session, shared: Shared) {
    let cancel = () => {}
    const measure = async () => {
      try {
        const latencyMs = await shared.connection.measureLatency()
        if (session.shared !== shared) return
        update(session, { latencyMs: Math.round(latencyMs) })
        cancel = parts.clock.setTimeout(measure, LATENCY_INTERVAL_MS)
      } catch {
        // The connection closed meanwhile: `lost` tells.
      }
    }
    session.disposables.push(() => cancel())
    void measure()
  }

  function question(sessionId: string, questionId: string) {
    const session = find(sessionId)
    if (session.question?.state().id !== questionId) throw new AppError('wrong-state')
    return { session, asked: session.question }
  }
  /** Nothing once its tab is closed: that may be while the files of its answer are written. */
  function start(session: Session) {
    if (sessions.has(session.state.id)) void run(session)
  }

  return {
    list: () => [...sessions.values()].map((session) => session.state),
    onDidChange: changed.on,
    open(target, dimensions) {
      const session = create(target, dimensions)
      start(session)
      return session.state.id
    },
    openConnections: () =>
      [...sessions.values()].flatMap(({ state, shared }) =>
        shared && state.phase.kind === 'open'
          ? [{ session: state, connection: shared.connection, isRescue: shared.whose === 'rescue' }]
          : [],
      ),
    duplicate(sessionId, dimensions, command) {
      const from = find(sessionId)
      if (!from.shared) {
        if (command !== undefined) throw new AppError('closed-early', { host: from.state.host })
        const session = create(from.target, dimensions)
        start(session)
        return session.state.id
      }
      const { shared } = from
      shared.users++
      const session = create(from.target, dimensions, undefined, command)
      const { user, host, port, notes, interventionId } = from.state
      update(session, { user, host, port, notes })
      // The tab is there at once: it is drawn while the server starts the shell.
      void openShell(session, shared, interventionId).catch((error: unknown) => {
        if (session.shared !== shared) return
        release(session)
        enter(session, { kind: 'failed', error: toInfo(error), at: now() })
      })
      return session.state.id
    },
    authenticate(sessionId, requestId, answer, user) {
      const session = find(sessionId)
      const { credentials, state } = session
      if (credentials?.id !== requestId) throw new AppError('wrong-state')
      if (user === undefined || user === state.user || answer.kind === 'cancel') return credentials.answer(answer)
      // sshd ends a connection on which the user changes.
      session.as = { user, answer }
      start(session)
    },
    reconnect(sessionId) {
      const session = find(sessionId)
      const { kind } = session.state.phase
      if (kind === 'open' || kind === 'connecting' || kind === 'needs-credentials') throw new AppError('wrong-state')
      session.as = undefined
      // What was mounted then need not be now.
      session.command = undefined
      update(session, { chroot: false })
      start(session)
    },
    cancel(sessionId) {
      const session = find(sessionId)
      if (session.state.phase.kind !== 'connecting') throw new AppError('wrong-state')
      release(session)
      enter(session, { kind: 'cancelled', at: now() })
    },
    close(sessionId) {
      const session = find(sessionId)
      sessions.delete(sessionId)
      release(session)
      session.waitingPort?.close()
      changed.emit()
    },
    attach(sessionId, port) {
      const session = find(sessionId)
      if (session.stream) return session.stream.attach(port)
      session.waitingPort?.close()
      session.waitingPort = port
    },
    compare(sessionId, text) {
      const asked = find(sessionId).question
      if (!asked) throw new AppError('wrong-state')
      return asked.compare(text)
    },
    disconnect(sessionId, questionId) {
      const { session } = question(sessionId, questionId)
      release(session)
      enter(session, { kind: 'cancelled', at: now() })
    },
    trust: async (sessionId, questionId, save) => question(sessionId, questionId).asked.trust(save),
    plan: async (sessionId, questionId, intent, alsoWrite) => question(sessionId, questionId).asked.plan(intent, alsoWrite),
    setAside: async (sessionId, questionId, digest, alsoWrite) => question(sessionId, questionId).asked.setAside(digest, alsoWrite),
    replace: async (sessionId, questionId, digest) => question(sessionId, questionId).asked.replace(digest),
    acceptThirdKey: async (sessionId, questionId) => question(sessionId, questionId).asked.acceptThirdKey(),
    recheck(sessionId, questionId) {
      start(question(sessionId, questionId).session)
    },
    dispose() {
      for (const session of sessions.values()) release(session)
      sessions.clear()
    },
  }
}
