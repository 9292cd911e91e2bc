/** A connection that is signed in: shells, round trips, and how it ended. */
import type { Client } from 'ssh2'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import type { SshConnection } from './connect.js'
import { execute } from './exec.js'
import { disconnectFailure, isDisconnect, type Place, socketFailure } from './failures.js'
import type { HostKeyGuard } from './host-key-guard.js'
import { internals } from './internals.js'
import { openSftp } from './sftp.js'
import { openShell } from './shell.js'
import { forgetSteps, type SignInStep } from './sign-in-steps.js'

export interface ConnectionFacts extends Pick<SshConnection, 'hostKey' | 'user' | 'kex' | 'cipher' | 'serverVersion' | 'remoteAddress'> {
  place: Place
  guard: HostKeyGuard
  steps: SignInStep[] | undefined
}

/** Takes over `client`, which is ready; its `error` listener must stay attached elsewhere too, for ssh2 may emit late. */
export function openConnection(client: Client, { place, guard, steps, ...facts }: ConnectionFacts): SshConnection {
  const listeners = new Set<(error?: ErrorInfo) => void>()
  let reason: AppError | undefined
  let ended = false
  let closed = false

  // Every open shell listens for the end.
  client.setMaxListeners(0)
  client.on('error', (error: Error & { level?: string }) => {
    reason ??= explain(error)
  })
  client.on('close', () => {
    if (closed) return
    closed = true
    forgetSteps(steps ?? [])
    for (const listener of [...listeners]) listener(ending())
    listeners.clear()
  })

  function explain(error: Error & { level?: string }): AppError {
    if (guard.refusal()) return new AppError('host-key-changed-again', { ...place })
    if (isDisconnect(error)) return disconnectFailure(error, place, false)
    if (error.level === 'client-timeout') return new AppError('timeout', { ...place }, 'the server stopped answering')
    if (error.level === 'client-socket') return socketFailure(error, place)
    return new AppError('protocol', { ...place }, stripServerText(error.message))
  }
  const broken = () => reason ?? (closed ? new AppError('closed-early', { ...place }) : undefined)
  const ending = () => (ended ? undefined : reason?.toInfo())

  return {
    ...facts,
    async openShell(dimensions, command) {
      if (closed || ended) throw new AppError('closed-early', { ...place })
      return openShell(client, dimensions, command, broken)
    },
    async execute(commandLine, options) {
      if (closed || ended) throw new AppError('closed-early', { ...place })
      return execute(client, commandLine, options, broken)
    },
    async openSftp(options = {}) {
      if (closed || ended) throw new AppError('closed-early', { ...place })
      return openSftp(client, options, broken)
    },
    secondSignIn() {
      if (closed || ended || !steps || !facts.remoteAddress) return undefined
      return { host: facts.remoteAddress, port: place.port, user: facts.user, hostKey: facts.hostKey, steps }
    },
    measureLatency() {
      return new Promise((resolve, reject) => {
        if (closed || ended) return reject(new AppError('closed-early', { ...place }))
        const began = performance.now()
        const { _callbacks, _protocol } = internals(client)
        // A refusal answers as well as a success; only an Error means that nobody did.
        _callbacks.push((answer) => (answer instanceof Error ? reject(answer) : resolve(performance.now() - began)))
        try {
          _protocol.ping()
        } catch (error) {
          _callbacks.pop()
          reject(error)
        }
      })
    },
    onDidClose(listener) {
      if (closed) queueMicrotask(() => listener(ending()))
      else listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    end() {
      if (ended) return
      ended = true
      forgetSteps(steps ?? [])
      try {
        client.end()
      } catch {
        // ssh2 throws when its protocol has already given up.
      }
      const { _sock } = internals(client)
      // A peer that never closes its side must not hold the socket.
      setTimeout(() => _sock.destroy(), 1000).unref()
    },
  }
}
