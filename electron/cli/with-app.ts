/** The whole core in this process, for the commands that need a connection. */
import { AppError } from '../../shared/errors.js'
import { type App, createApp } from '../app.js'
import { silentLog } from '../log.js'
import type { GivenAccount } from '../providers/accounts.js'
import { ProviderError } from '../providers/problem.js'
import type { SessionTarget } from '../sessions/terminal-sessions.js'
import type { Options, TypedHost } from './arguments.js'
import { type Console, createConsole } from './console.js'
import { type CommandContext, version } from './context.js'
import { exits } from './failure.js'
import { dataDirOf, practiceKnownHosts } from './journal.js'
import { resolveHost, targetText } from './target.js'

export interface OpenApp {
  app: App
  console: Console
  dataDir: string
}

/** Starts the core, says what an interrupted run left, runs, and ends everything. */
export async function withApp(
  options: Options,
  o: CommandContext & { accounts?: readonly GivenAccount[] },
  run: (open: OpenApp) => Promise<number>,
): Promise<number> {
  const { output, home, signal } = o
  const dataDir = dataDirOf(options, home)
  const app = createApp(
    { version: await version(), paths: { home, dataDir }, ...(o.accounts ? { accounts: o.accounts } : {}) },
    { log: silentLog },
  )
  const console = createConsole({ stdin: process.stdin, stderr: process.stderr, signal })
  try {
    await app.start()
    for (const { id, outcome } of app.state().resumed) {
      const text = output.texts.restore.resumed[outcome]({ id })
      if (text) output.tell(text)
    }
    return await run({ app, console, dataDir })
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    const { problemText } = await import('./visit-texts.js')
    const info = error.toProblemInfo()
    output.tell(output.style.red(problemText(info, error.provider, output.language)))
    output.document({ error: { code: info.problem, message: problemText(info, error.provider, 'en') } })
    return exits.failure
  } finally {
    console.dispose()
    await app.dispose()
  }
}

/** What was typed, as the core connects to it. */
export function sessionTargetOf(host: TypedHost, options: Options, { app, dataDir }: OpenApp, home: string): SessionTarget {
  const text = targetText(host)
  const saved = app.servers.findByTarget(text)
  return {
    name: saved?.name ?? host.host,
    text,
    practice: options.knownHosts?.some((file) => file === practiceKnownHosts(dataDir)) ?? false,
    serverId: saved?.id,
    async resolve(cancelled) {
      const resolved = await resolveHost(host, options, home, cancelled)
      if (resolved.userFiles.length === 0 && resolved.systemFiles.length === 0) throw new AppError('config-failed', {})
      return resolved
    },
  }
}
