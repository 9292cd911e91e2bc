/** Contract procedure → one service call. No logic: schemas are parsed by the library, failures travel as `APP_ERROR`. */
import { implement, ORPCError } from '@orpc/server'
import { contract } from '../shared/contract.js'
import { AppError } from '../shared/errors.js'
import type { App } from './app.js'
import type { Log } from './log.js'

export function createRouter(app: App, log: Log) {
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      if (error instanceof AppError) throw new ORPCError('APP_ERROR', { data: error.toInfo() })
      if (!(error instanceof ORPCError)) log.error('a command failed unexpectedly', error)
      throw error
    }
  })
  const { terminals, interventions, servers, settings, practice } = app
  return os.router({
    state: {
      watch: os.state.watch.handler(({ signal }) => states(app, signal)),
    },
    terminal: {
      open: os.terminal.open.handler(async ({ input }) => ({
        sessionId: terminals.open(await app.sessionTarget(input.target), input.dimensions),
      })),
      duplicate: os.terminal.duplicate.handler(async ({ input }) => ({
        sessionId: await terminals.duplicate(input.sessionId, input.dimensions),
      })),
      authenticate: os.terminal.authenticate.handler(({ input }) => terminals.authenticate(input.sessionId, input.requestId, input.answer)),
      reconnect: os.terminal.reconnect.handler(({ input }) => terminals.reconnect(input.sessionId)),
      close: os.terminal.close.handler(({ input }) => terminals.close(input.sessionId)),
    },
    hostKey: {
      compare: os.hostKey.compare.handler(({ input }) => terminals.compare(input.sessionId, input.text)),
      disconnect: os.hostKey.disconnect.handler(({ input }) => terminals.disconnect(input.sessionId, input.questionId)),
      trust: os.hostKey.trust.handler(({ input }) => terminals.trust(input.sessionId, input.questionId, input.save)),
      plan: os.hostKey.plan.handler(({ input }) => terminals.plan(input.sessionId, input.questionId, input.intent, input.alsoWrite)),
      setAside: os.hostKey.setAside.handler(({ input }) =>
        terminals.setAside(input.sessionId, input.questionId, input.digest, input.alsoWrite),
      ),
      replace: os.hostKey.replace.handler(({ input }) => terminals.replace(input.sessionId, input.questionId, input.digest)),
      recheck: os.hostKey.recheck.handler(({ input }) => terminals.recheck(input.sessionId, input.questionId)),
    },
    intervention: {
      leave: os.intervention.leave.handler(({ input }) => interventions.leave(input.id)),
      stopWaiting: os.intervention.stopWaiting.handler(({ input }) => interventions.stopWaiting(input.id)),
      restoreNow: os.intervention.restoreNow.handler(({ input }) => interventions.restoreNow(input.id)),
      settle: os.intervention.settle.handler(({ input }) => interventions.settle(input.id, input.index, input.choice)),
      compareThirdKey: os.intervention.compareThirdKey.handler(({ input }) => interventions.compareThirdKey(input.id, input.text)),
      acceptThirdKey: os.intervention.acceptThirdKey.handler(({ input }) => interventions.acceptThirdKey(input.id, input.fingerprint)),
      dismissSummary: os.intervention.dismissSummary.handler(({ input }) => interventions.dismissSummary(input.id)),
    },
    history: { bringBack: os.history.bringBack.handler(({ input }) => interventions.bringBack(input.id)) },
    servers: {
      add: os.servers.add.handler(async ({ input }) => ({ id: await servers.add(input.name, input.target) })),
      update: os.servers.update.handler(({ input }) => servers.update(input.id, input.name, input.target)),
      remove: os.servers.remove.handler(({ input }) => servers.remove(input.id)),
      importable: os.servers.importable.handler(() => app.importable()),
      import: os.servers.import.handler(async ({ input }) => {
        for (const target of input.targets) await servers.add('', target)
      }),
    },
    settings: {
      update: os.settings.update.handler(({ input }) => settings.update(input)),
      knownHostsFiles: os.settings.knownHostsFiles.handler(() => app.knownHostsFiles()),
    },
    practice: {
      start: os.practice.start.handler(() => practice.start()),
      setMode: os.practice.setMode.handler(({ input }) => practice.setMode(input.mode)),
    },
    resumed: { dismiss: os.resumed.dismiss.handler(() => app.dismissResumed()) },
  })
}

/** Whole states: the present one at once, then one per burst of changes; ends with the subscriber. */
async function* states(app: App, signal: AbortSignal | undefined) {
  let wake = () => {}
  let dirty = true
  const notice = () => {
    dirty = true
    wake()
  }
  const stop = app.onDidChange(notice)
  signal?.addEventListener('abort', notice, { once: true })
  try {
    while (!signal?.aborted) {
      if (!dirty) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        // One turn of the loop: what one command changes in several services goes out as one state.
        await new Promise(setImmediate)
        continue
      }
      dirty = false
      yield app.state()
    }
  } finally {
    stop()
    signal?.removeEventListener('abort', notice)
  }
}
