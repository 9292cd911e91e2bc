/** A signed-in visit to a rescue system for one command: the guided fix and the sign-in as `connect` asks them, then the work. */
import type { TerminalSession } from '../../shared/terminal-session.js'
import { visitId } from '../../shared/visit-id.js'
import type { Visit } from '../visit/visit.js'
import type { Options, TypedHost } from './arguments.js'
import type { Console } from './console.js'
import type { CommandContext } from './context.js'
import { environmentAccounts } from './environment-accounts.js'
import { exits, LocalFailure } from './failure.js'
import type { Output } from './output.js'
import { runSession } from './session.js'
import { isYes } from './set-aside.js'
import { loadVisitTexts, type VisitTexts } from './visit-texts.js'
import { sessionTargetOf, withApp } from './with-app.js'

export interface VisitWork {
  visit: Visit
  session: TerminalSession
  /** Its key was accepted as a rescue system's, not only once. */
  isRescue: boolean
  /** No file knew the server when its rescue key was accepted: no key of its own can be waited for. */
  wasUnknown: boolean
  texts: VisitTexts
  output: Output
  console: Console
  signal: AbortSignal
  onDidChange(listener: () => void): () => void
  /** `--yes`, or the person's yes. @throws LocalFailure `refused-by-person`, `not-a-terminal`. */
  agree(question: string): Promise<void>
}

export async function withVisit(
  host: TypedHost,
  options: Options,
  o: CommandContext,
  work: (w: VisitWork) => Promise<number>,
): Promise<number> {
  const { output, home, signal } = o
  const texts = await loadVisitTexts(output.language)
  const accounts = await environmentAccounts(home, process.env)
  return withApp(options, { ...o, accounts }, (open) => {
    const { app, console } = open
    return runSession({
      ...o,
      app,
      console,
      target: sessionTargetOf(host, options, open, home),
      async work(session) {
        // A server that shows its usual key runs its own system: nothing of it is mounted or examined from outside.
        const whose = session.phase.kind === 'open' ? session.phase.connection.key.whose : undefined
        if (whose === 'known') throw new LocalFailure('not-in-rescue', exits.failure, { host: session.host })
        const visit = await app.visits.open(visitId(session.host, session.port))
        return work({
          visit,
          session,
          isRescue: whose === 'rescue',
          wasUnknown: app.interventions.list().find(({ id }) => id === session.interventionId)?.knownKeys.length === 0,
          texts,
          output,
          console,
          signal,
          onDidChange: app.visits.onDidChange,
          async agree(question) {
            if (options.yes) return
            if (!isYes(await console.ask(`${question} [${output.texts.yes}/N] `, { hint: texts.useYes }), output.texts.yes))
              throw new LocalFailure('refused-by-person', exits.failure)
          },
        })
      },
    })
  })
}
