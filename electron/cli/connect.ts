/** `rescueterm connect [USER@]HOST`: a terminal session here, through the same core as the window's. */
import { AppError } from '../../shared/errors.js'
import { createApp } from '../app.js'
import { silentLog } from '../log.js'
import type { SessionTarget } from '../sessions/terminal-sessions.js'
import { type Options, type TypedHost, UsageError } from './arguments.js'
import { createConsole } from './console.js'
import { type CommandContext, version } from './context.js'
import { dataDirOf, practiceKnownHosts } from './journal.js'
import { runSession } from './session.js'
import { resolveHost, targetText } from './target.js'

export async function connect(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  const { output, home, signal } = o
  // A terminal session is no document.
  if (output.json) throw new UsageError('unknown-option', { option: '--json', command: 'connect' })
  const dataDir = dataDirOf(options, home)
  const app = createApp({ version: await version(), paths: { home, dataDir } }, { log: silentLog })
  const console = createConsole({ stdin: process.stdin, stderr: process.stderr, signal })
  try {
    await app.start()
    for (const { id, outcome } of app.state().resumed) {
      const text = output.texts.restore.resumed[outcome]({ id })
      if (text) output.tell(text)
    }
    const text = targetText(host)
    const practice = options.knownHosts?.some((file) => file === practiceKnownHosts(dataDir)) ?? false
    const target: SessionTarget = {
      name: app.servers.findByTarget(text)?.name ?? host.host,
      text,
      practice,
      serverId: app.servers.findByTarget(text)?.id,
      async resolve(cancelled) {
        const resolved = await resolveHost(host, options, home, cancelled)
        if (resolved.userFiles.length === 0 && resolved.systemFiles.length === 0) throw new AppError('config-failed', {})
        return resolved
      },
    }
    return await runSession({ app, target, console, output, home, signal, shownTarget: text })
  } finally {
    console.dispose()
    await app.dispose()
  }
}
