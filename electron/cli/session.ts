/** One terminal session from the first packet to the exit status: the same states the window shows, answered at the terminal. */
import { AppError } from '../../shared/errors.js'
import type { SessionPhase, TerminalSession } from '../../shared/terminal-session.js'
import type { App } from '../app.js'
import type { SessionTarget } from '../sessions/terminal-sessions.js'
import type { Console } from './console.js'
import { exits } from './failure.js'
import { answerHostKey } from './guided-fix.js'
import { unlessInterrupted } from './interrupt.js'
import { placeOf } from './journal.js'
import type { Output } from './output.js'
import { createSignIn } from './sign-in.js'
import { attachTerminal, dimensionsOf } from './terminal.js'

// What ssh answers when a shell ended by a signal.
const ENDED_BY_SIGNAL = 255

export interface ProviderSignIn {
  user?: string | undefined
  password?: string | undefined
}

export interface SessionParts {
  app: App
  target: SessionTarget
  console: Console
  output: Output
  home: string
  signal: AbortSignal
  /** What to type to reach this server again; nothing is said of lines still aside without it. */
  shownTarget?: string
  /** What is done once somebody is signed in, instead of a terminal here. @returns the exit status. */
  work?: ((session: TerminalSession) => Promise<number>) | undefined
  /** Asked before a person is: what the provider told of signing in. Without a password the person gives one, or a key, for that user. */
  providerSignIn?: ((session: TerminalSession) => Promise<ProviderSignIn>) | undefined
}

/** @returns the remote shell's exit status, or one of ours. @throws AppError for an attempt that failed, LocalFailure for ^C. */
export async function runSession(o: SessionParts): Promise<number> {
  const { app, output } = o
  const { texts, style } = output
  const id = app.terminals.open(o.target, dimensionsOf(process.stdout))
  const session = () => app.terminals.list().find((one) => one.id === id)!
  const signIn = createSignIn(o)
  let handled = ''
  let announced = false
  const noted = new Set<string>()
  const letGo = o.console.hold()
  try {
    for (;;) {
      const { phase } = session()
      for (const { code, data } of session().notes)
        if (!noted.has(code) && noted.add(code)) output.tell(style.dim(texts.connect.notes[code](data)))
      if (keyOf(phase) === handled) {
        await nextChange(app, o.signal)
        continue
      }
      handled = keyOf(phase)
      switch (phase.kind) {
        case 'connecting':
          if (session().host && !announced && o.console.isInteractive) {
            announced = true
            output.tell(style.dim(texts.connect.connecting({ host: session().host, port: session().port })))
          }
          break
        case 'host-key': {
          const { console, signal } = o
          const status = await answerHostKey({ app, session: session(), question: phase.question, console, output, signal })
          if (status !== undefined) return status
          break
        }
        case 'needs-credentials':
          {
            const { request } = phase
            const isFirst = request.kind === 'choose' && !request.failed
            const { password, user = request.user } = (isFirst && (await o.providerSignIn?.(session()))) || {}
            const answer = password === undefined ? await signIn({ ...request, user }) : ({ kind: 'password', password } as const)
            app.terminals.authenticate(id, request.id, answer, user)
          }
          break
        case 'open':
          if (o.work) return await o.work(session())
          await runTerminal(o, session(), phase)
          break
        case 'ended':
          return phase.exitCode ?? ENDED_BY_SIGNAL
        case 'lost':
        case 'failed':
          throw new AppError(phase.error.code, phase.error.data, phase.error.detail)
        case 'cancelled':
          return exits.failure
      }
    }
  } finally {
    letGo()
    const { interventionId } = session()
    app.terminals.close(id)
    sayWhereLinesAre(o, interventionId)
  }
}

const keyOf = (phase: SessionPhase) =>
  phase.kind === 'host-key'
    ? phase.question.id
    : phase.kind === 'needs-credentials'
      ? phase.request.id
      : phase.kind === 'connecting'
        ? `connecting ${phase.stage}`
        : phase.kind

/** @throws LocalFailure on ^C. */
async function nextChange(app: App, signal: AbortSignal): Promise<void> {
  let stop = () => {}
  try {
    await unlessInterrupted(
      new Promise<void>((resolve) => {
        stop = app.terminals.onDidChange(resolve)
      }),
      signal,
    )
  } finally {
    stop()
  }
}

async function runTerminal(o: SessionParts, session: TerminalSession, phase: Extract<SessionPhase, { kind: 'open' }>): Promise<void> {
  const { app, output } = o
  if (phase.connection.key.whose === 'rescue') {
    output.tell(output.style.bold(output.style.amber(output.texts.connect.rescue({ host: placeOf(session) }))))
  }
  const left = new AbortController()
  const release = attachTerminal({
    app,
    sessionId: session.id,
    console: o.console,
    stdout: process.stdout,
    stdin: process.stdin,
    leave: () => left.abort(),
  })
  const current = () => app.terminals.list().find((one) => one.id === session.id)
  const signal = AbortSignal.any([o.signal, left.signal])
  try {
    while (current()?.phase.kind === 'open') await nextChange(app, signal)
  } finally {
    await release()
    if (o.console.isInteractive) output.tell(output.style.dim(output.texts.connect.closed({ host: placeOf(session) })))
  }
}

function sayWhereLinesAre({ app, output, shownTarget }: SessionParts, interventionId: string | undefined): void {
  const one = app.interventions.list().find(({ id }) => id === interventionId)
  if (one?.state === 'active' && shownTarget !== undefined)
    output.tell(output.style.amber(output.texts.connect.stillAside({ n: one.setAside, host: placeOf(one), target: shownTarget })))
  if (one?.state !== 'restored') return
  const { connect, watch } = output.texts
  if (one.knownKeys.length === 0) output.tell(watch.answer['other-key'])
  else output.tell(output.style.green(connect.restored({ n: one.summary?.lines ?? one.setAside })))
}
