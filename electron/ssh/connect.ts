/**
 * One attempt to reach a server and sign in, as an outcome. This file alone calls ssh2's connect, always with the guarded verifier.
 * Phases and their limits: lookup and TCP (socket.ts), identification 15 s, key exchange 30 s, each answer while signing in 60 s —
 * never while a person thinks. Whatever way it ends, nothing stays open: no timer, no socket, no listener on the signal.
 */
import type { Socket } from 'node:net'
import { Client, type NegotiatedAlgorithms } from 'ssh2'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import { stripServerLine, stripServerText } from '../../shared/server-text.js'
import type { ConnectStage, CredentialAnswer, CredentialRequest, Dimensions } from '../../shared/terminal-session.js'
import { offeredAlgorithms, readOffers } from './algorithms.js'
import { createSignIn, type SignIn } from './authenticate.js'
import type { ResolvedTarget } from './config.js'
import { openConnection } from './connection.js'
import type { ExecOptions, ExecResult } from './exec.js'
import { disconnectFailure, isDisconnect, isOtherProtocol, noBannerFailure, socketFailure } from './failures.js'
import { guardHostKey } from './host-key-guard.js'
import { internals, keepsNoInput } from './internals.js'
import type { Sftp, SftpOptions } from './sftp.js'
import type { ShellChannel } from './shell.js'
import type { SecondSignIn, SignInStep } from './sign-in-steps.js'
import { openSocket } from './socket.js'

// Measured from the TCP connection; sshd with a slow reverse lookup needs about 10 s.
const BANNER_MS = 15_000
// Two round trips and one signature; a small machine under load signs RSA in seconds.
const KEX_MS = 30_000
// PAM delays a refusal by 2–5 s; directory servers are slower. Below sshd's LoginGraceTime (120 s).
const ANSWER_MS = 60_000
// RFC 4253 §4.2 allows lines before the identification; OpenSSH's client reads 1024 of them. No honest one comes near this.
const MAX_BEFORE_BANNER = 64 * 1024
// A machine that reboots leaves no trace on the wire: after four silent quarter minutes the connection counts as lost.
const KEEPALIVE_MS = 15_000

/** Synchronous; `blob` is a copy. Anything but `true`, and anything thrown, refuses. */
export type HostKeyVerifier = (blob: Buffer) => boolean

export interface Credentials {
  /** Rejects when cancelled. */
  ask(request: Omit<CredentialRequest, 'id'>): Promise<CredentialAnswer>
}

export type ConnectOutcome =
  | { kind: 'connected'; connection: SshConnection }
  /** The verifier said no; nothing but the key exchange was sent. */
  | { kind: 'host-key-refused'; blob: Buffer }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: ErrorInfo }

export interface ConnectOptions {
  verify: HostKeyVerifier
  /** In the order of preference; unknown and weak ones are left out. */
  hostKeyAlgorithms: string[]
  credentials: Credentials
  /** Signs in with these and asks nobody. */
  repeat?: readonly SignInStep[]
  /** Under an intervention: no agent and no key file unless the person names it. */
  quarantine: boolean
  /** Much will be read. */
  bulk?: boolean
  signal: AbortSignal
  onStage(stage: ConnectStage): void
}

export interface SshConnection {
  hostKey: Buffer
  user: string
  kex: string
  cipher: string
  /** Stripped; the server's words. */
  serverVersion: string
  remoteAddress: string
  /** @throws AppError `no-shell`, `closed-early`. */
  openShell(dimensions: Dimensions, command?: string): Promise<ShellChannel>
  /** One command without a terminal (`exec.ts`). @throws AppError `no-shell`, `closed-early`. */
  execute(commandLine: string, options: ExecOptions): Promise<ExecResult>
  /** A channel for files. @throws AppError `no-sftp`, `closed-early`. */
  openSftp(options?: SftpOptions): Promise<Sftp>
  /** What another connection needs to sign in as this one did; undefined when a step cannot be repeated, or the connection ended. */
  secondSignIn(): SecondSignIn | undefined
  /** Milliseconds of one round trip through the server's SSH. */
  measureLatency(): Promise<number>
  /** Once, with the reason unless the end was ordinary; at once when it has already happened. */
  onDidClose(listener: (error?: ErrorInfo) => void): () => void
  end(): void
}

export type ConnectTarget = Pick<ResolvedTarget, 'host' | 'port' | 'user' | 'identityFiles' | 'identitiesOnly' | 'agent'>

/** Never throws: everything that can happen is an outcome. */
export async function connectSsh(target: ConnectTarget, o: ConnectOptions): Promise<ConnectOutcome> {
  const outcome = await attempt(target, o, true)
  return outcome.kind === 'proven' ? { kind: 'cancelled' } : outcome
}

/** Key exchange only: ends as soon as the server has proven that it holds the key, before any authentication. */
export async function proveHostKey(
  target: Pick<ConnectTarget, 'host' | 'port'>,
  o: { hostKeyAlgorithms: string[]; signal: AbortSignal; onStage(stage: ConnectStage): void },
): Promise<Exclude<ConnectOutcome, { kind: 'connected' }> | { kind: 'proven'; blob: Buffer }> {
  const nobody: Credentials = { ask: () => Promise.reject(new Error('a probe signs in to nothing')) }
  const outcome = await attempt(
    { ...target, user: '-', identityFiles: [], identitiesOnly: true },
    { ...o, verify: () => true, credentials: nobody, quarantine: true },
    false,
  )
  if (outcome.kind !== 'connected') return outcome
  outcome.connection.end()
  return { kind: 'cancelled' }
}

type AttemptOutcome = ConnectOutcome | { kind: 'proven'; blob: Buffer }

async function attempt(target: ConnectTarget, o: ConnectOptions, signsIn: boolean): Promise<AttemptOutcome> {
  const place = { host: target.host, port: target.port }
  const client = new Client()
  let socket: Socket
  try {
    socket = await openSocket(place, { ...o, mayReuseBuffer: o.bulk ? () => keepsNoInput(client) : undefined })
  } catch (error) {
    if (o.signal.aborted) return { kind: 'cancelled' }
    return { kind: 'failed', error: (error instanceof AppError ? error : socketFailure(error as Error, place)).toInfo() }
  }
  return new Promise((resolve) => runClient(client, socket, target, o, signsIn, resolve))
}

function runClient(
  client: Client,
  socket: Socket,
  target: ConnectTarget,
  o: ConnectOptions,
  signsIn: boolean,
  resolve: (outcome: AttemptOutcome) => void,
) {
  const place = { host: target.host, port: target.port }
  const guard = guardHostKey(o.verify)
  const offers = readOffers()
  let stage: 'banner' | 'key-exchange' | 'sign-in' = 'banner'
  let negotiated: NegotiatedAlgorithms | undefined
  let received = ''
  let bytesBeforeBanner = 0
  let banner = ''
  let timer: NodeJS.Timeout | undefined
  let settled = false

  const limit = (ms: number, failure: () => AppError) => {
    clearTimeout(timer)
    timer = setTimeout(() => fail(failure()), ms)
  }
  const late = (ms: number) => () => new AppError('timeout', { ...place, seconds: ms / 1000 })
  const enter = (next: typeof stage, ms: number) => {
    stage = next
    limit(ms, late(ms))
    o.onStage(next)
  }

  function settle(outcome: AttemptOutcome) {
    if (settled) return
    settled = true
    clearTimeout(timer)
    o.signal.removeEventListener('abort', cancel)
    socket.off('data', watchBanner)
    signIn.dispose()
    if (outcome.kind !== 'connected') {
      // A last DISCONNECT may still be in the socket's queue; a peer that does not read it must not keep us.
      try {
        client.end()
      } catch {
        // ssh2 throws when its protocol has already given up.
      }
      socket.destroySoon()
      setTimeout(() => socket.destroy(), 1000).unref()
    }
    resolve(outcome)
  }
  const fail = (error: AppError) => settle({ kind: 'failed', error: error.toInfo() })
  const cancel = () => settle({ kind: 'cancelled' })

  const signIn: SignIn = createSignIn({
    ...target,
    quarantine: o.quarantine,
    credentials: o.credentials,
    repeat: o.repeat,
    signal: o.signal,
    banner: () => banner,
    onWaitForPerson: () => clearTimeout(timer),
    onWaitForServer: () => !settled && limit(ANSWER_MS, late(ANSWER_MS)),
  })

  function watchBanner(chunk: Buffer) {
    if (stage !== 'banner') return void socket.off('data', watchBanner)
    bytesBeforeBanner += chunk.length
    if (received.length < 1024) received += chunk.toString('latin1').slice(0, 1024)
    if (received.startsWith('SSH-') || (!isOtherProtocol(received) && bytesBeforeBanner <= MAX_BEFORE_BANNER)) return
    fail(noBannerFailure(received, place, undefined))
  }

  function onError(error: Error & { level?: string }) {
    if (settled) return
    const refusal = guard.refusal()
    if (refusal?.reason === 'weak') return fail(new AppError('weak-host-key', { ...place, bits: refusal.bits, type: 'ssh-rsa' }))
    if (refusal) return settle({ kind: 'host-key-refused', blob: refusal.blob })
    if (error.level === 'agent') return
    if (error.level === 'client-authentication') {
      const end = signIn.ending()
      if (end) settle(end.kind === 'cancelled' ? end : { kind: 'failed', error: end.error.toInfo() })
      return
    }
    if (isDisconnect(error)) return fail(signIn.explain(disconnectFailure(error, place, stage === 'sign-in' && signIn.hasTried())))
    if (stage === 'banner' && error.level !== 'client-socket') return fail(noBannerFailure(received, place, undefined))
    const unfit = offers.explain(error.message)
    if (unfit) return fail(new AppError('no-common-algorithm', { ...place, ...unfit }, stripServerText(error.message)))
    if (error.level === 'client-socket') return fail(socketFailure(error, place))
    fail(new AppError('protocol', { ...place }, stripServerText(error.message)))
  }

  function onClose() {
    if (stage === 'banner') return fail(noBannerFailure(received, place, undefined))
    fail(signIn.explain(new AppError('closed-early', { ...place })))
  }

  function onReady() {
    if (settled || !negotiated) return
    const hostKey = guard.accepted()!
    internals(client)._protocol._debug = undefined
    o.onStage('shell')
    const connection = openConnection(client, {
      place,
      guard,
      hostKey,
      user: target.user,
      kex: negotiated.kex,
      cipher: negotiated.cs.cipher,
      serverVersion: stripServerLine(internals(client)._remoteVer ?? ''),
      remoteAddress: socket.remoteAddress ?? '',
      steps: signIn.accepted(),
    })
    settle({ kind: 'connected', connection })
  }

  client.on('error', onError)
  client.on('close', onClose)
  client.on('banner', (text) => {
    banner = stripServerText(`${banner}\n${text}`)
  })
  client.on('handshake', (found) => {
    if (settled || negotiated) return
    // Only now is the signature checked: the key is the server's.
    negotiated = found
    if (!signsIn) return settle({ kind: 'proven', blob: guard.accepted()! })
    enter('sign-in', ANSWER_MS)
  })
  client.on('ready', onReady)
  client.on('change password', (prompt) => {
    const { _protocol } = internals(client)
    _protocol._authsQueue.shift()
    signIn.changePassword(prompt, (old, chosen) => _protocol.authPassword(target.user, old, chosen))
  })

  if (o.signal.aborted) return cancel()
  o.signal.addEventListener('abort', cancel, { once: true })
  stage = 'banner'
  limit(BANNER_MS, () => noBannerFailure(received, place, BANNER_MS / 1000))
  o.onStage('banner')
  try {
    client.connect({
      sock: socket,
      username: target.user,
      hostVerifier: guard.hostVerifier,
      algorithms: offeredAlgorithms(o.hostKeyAlgorithms),
      authHandler: signIn.handler,
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_MS,
      debug(line) {
        if (stage === 'banner' && line.startsWith('Remote ident:')) enter('key-exchange', KEX_MS)
        if (!negotiated) offers.read(line)
      },
    })
    socket.on('data', watchBanner)
    signIn.observe(internals(client)._protocol._handlers)
  } catch (error) {
    fail(AppError.from(error))
  }
}
