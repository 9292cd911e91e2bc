/** `rescueterm connect [USER@]HOST`: a terminal session here, through the same core as the window's. */
import { type Options, type TypedHost, UsageError } from './arguments.js'
import type { CommandContext } from './context.js'
import { runSession } from './session.js'
import { targetText } from './target.js'
import { sessionTargetOf, withApp } from './with-app.js'

export async function connect(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  // A terminal session is no document.
  if (o.output.json) throw new UsageError('unknown-option', { option: '--json', command: 'connect' })
  return withApp(options, o, (open) => {
    const target = sessionTargetOf(host, options, open, o.home)
    return runSession({ ...o, app: open.app, console: open.console, target, shownTarget: targetText(host) })
  })
}
