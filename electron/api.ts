/** Contract procedure → one service call. No logic: schemas are parsed by the library, failures travel as `APP_ERROR`. */
import { implement, ORPCError } from '@orpc/server'
import { contract } from '../shared/contract.js'
import { AppError } from '../shared/errors.js'
import type { LeftOut } from '../shared/provider.js'
import type { ProviderProblemInfo } from '../shared/provider-problem.js'
import type { App } from './app.js'
import type { Log } from './log.js'
import { keyPage } from './providers/ovhcloud/rights.js'
import { ProviderError } from './providers/problem.js'

export function createRouter(app: App, log: Log) {
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      throw toSend(error)
    }
  })
  function toSend(error: unknown) {
    if (error instanceof AppError) return new ORPCError('APP_ERROR', { data: error.toInfo() })
    if (!(error instanceof ORPCError)) log.error('a command failed unexpectedly', error)
    return error
  }
  /** A stream has begun to be answered when it fails: what stands around the command sees nothing of it. */
  async function* streamed<T>(parts: AsyncGenerator<T, void>, signal: AbortSignal): AsyncGenerator<T, void> {
    try {
      yield* parts
    } catch (error) {
      if (!signal.aborted) throw toSend(error)
    }
  }
  const { terminals, interventions, servers, settings, practice, files, accounts, visits } = app
  return os.router({
    state: {
      watch: os.state.watch.handler(({ signal }) => states(app, signal, STATE_MS)),
    },
    terminal: {
      open: os.terminal.open.handler(async ({ input }) => ({
        sessionId: terminals.open(await app.sessionTarget(input.target), input.dimensions),
      })),
      duplicate: os.terminal.duplicate.handler(({ input }) => ({
        sessionId: terminals.duplicate(input.sessionId, input.dimensions),
      })),
      openChroot: os.terminal.openChroot.handler(async ({ input }) => ({
        sessionId: await app.openChroot(input.sessionId, input.dimensions),
      })),
      authenticate: os.terminal.authenticate.handler(({ input }) =>
        terminals.authenticate(input.sessionId, input.requestId, input.answer, input.user),
      ),
      reconnect: os.terminal.reconnect.handler(({ input }) => terminals.reconnect(input.sessionId)),
      cancel: os.terminal.cancel.handler(({ input }) => terminals.cancel(input.sessionId)),
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
      acceptThirdKey: os.hostKey.acceptThirdKey.handler(({ input }) => terminals.acceptThirdKey(input.sessionId, input.questionId)),
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
      link: os.servers.link.handler(({ input }) => servers.link(input.id, input.link)),
      importable: os.servers.importable.handler(() => app.importable()),
      import: os.servers.import.handler(async ({ input }) => {
        for (const target of input.targets) await servers.add('', target)
      }),
    },
    settings: {
      update: os.settings.update.handler(({ input }) => settings.update(input)),
      knownHostsFiles: os.settings.knownHostsFiles.handler(() => app.knownHostsFiles()),
    },
    files: {
      watch: os.files.watch.handler(({ signal }) => states(files, signal, FILES_MS)),
      list: os.files.list.handler(({ input, signal = never }) => streamed(files.list(input.place, input.path, signal), signal)),
      details: os.files.details.handler(({ input }) => files.details(input.place, input.path)),
      makeDirectory: os.files.makeDirectory.handler(({ input }) => files.makeDirectory(input.place, input.parent, input.name)),
      rename: os.files.rename.handler(({ input }) => files.rename(input.place, input.path, input.name)),
      change: os.files.change.handler(({ input: { place, path, ...to } }) => files.change(place, path, to)),
      countRemoval: os.files.countRemoval.handler(({ input, signal }) => files.countRemoval(input.place, input.paths, signal ?? never)),
      remove: os.files.remove.handler(({ input, signal }) => files.remove(input.place, input.paths, signal ?? never)),
      transfer: os.files.transfer.handler(({ input }) => files.transfer(input.sessionId, input.direction, input.from, input.into)),
      pause: os.files.pause.handler(({ input }) => files.transfers.pause(input.id)),
      resume: os.files.resume.handler(({ input }) => files.transfers.resume(input.id)),
      cancel: os.files.cancel.handler(({ input }) => files.transfers.cancel(input.id)),
      dismiss: os.files.dismiss.handler(({ input }) => files.transfers.dismiss(input.id)),
      answerClash: os.files.answerClash.handler(({ input }) => files.transfers.answer(input.id, input.questionId, input.answer)),
      editMounted: os.files.editMounted.handler(({ input }) => app.editMounted(input.sessionId, input.path)),
      edit: os.files.edit.handler(({ input }) => files.edits.open(input.sessionId, input.path)),
      saveEdit: os.files.saveEdit.handler(({ input }) => files.edits.save(input.id, input.how)),
      closeEdit: os.files.closeEdit.handler(({ input }) => files.edits.close(input.id)),
    },
    practice: {
      setMode: os.practice.setMode.handler(({ input }) => practice.setMode(input.mode)),
    },
    accounts: {
      add: os.accounts.add.handler(({ input }) => answer(async () => ({ id: await accounts.add(input.account, input.secrets) }))),
      setSecrets: os.accounts.setSecrets.handler(({ input }) => accounts.setSecrets(input.id, input.secrets)),
      update: os.accounts.update.handler(({ input }) => answer(() => accounts.update(input.id, input.account).then(() => null))),
      remove: os.accounts.remove.handler(({ input }) => accounts.remove(input.id)),
      servers: os.accounts.servers.handler(({ input, signal = never }) =>
        answer(async () => {
          const leftOut: LeftOut[] = []
          const provider = await accounts.provider(input.id)
          return { servers: await provider.listServers(signal, (one) => leftOut.push(one)), leftOut }
        }),
      ),
      findable: os.accounts.findable.handler(() => app.accountImport.find()),
      importFound: os.accounts.importFound.handler(({ input }) =>
        answer(async () => ({ id: await app.accountImport.take(input.readMail) })),
      ),
      keyPage: os.accounts.keyPage.handler(({ input }) => ({
        url: keyPage(input.endpoint, { products: ['vps', 'dedicated', 'cloud'], mail: input.readMail }),
      })),
    },
    visit: {
      watch: os.visit.watch.handler(async function* ({ input, signal }) {
        const visit = await visits.open(input.id)
        yield* states({ state: visit.state, onDidChange: visits.onDidChange }, signal, STATE_MS)
      }),
      preview: os.visit.preview.handler(async ({ input }) => {
        const target = await app.visitTarget(input.serverId)
        return { id: target.id, preview: await visits.preview(target) }
      }),
      enter: os.visit.enter.handler(async ({ input }) => {
        const target = await app.visitTarget(input.serverId)
        await (await visits.open(target.id)).enter(target, input.method, input.typed)
        return { id: target.id }
      }),
      stopEntering: os.visit.stopEntering.handler(async ({ input }) => (await visits.open(input.id)).stopEntering()),
      dismissEntering: os.visit.dismissEntering.handler(async ({ input }) => (await visits.open(input.id)).dismissEntering()),
      findPassword: os.visit.findPassword.handler(async ({ input }) => (await visits.open(input.id)).findPassword()),
      revealPassword: os.visit.revealPassword.handler(async ({ input }) => ({
        password: (await visits.open(input.id)).password.take().password,
      })),
      usePassword: os.visit.usePassword.handler(async ({ input }) => {
        const { user, password } = (await visits.open(input.id)).password.take()
        terminals.authenticate(input.sessionId, input.requestId, { kind: 'password', password }, user)
      }),
      redeemLink: os.visit.redeemLink.handler(({ input: { id, host, secret, user } }) =>
        answer(async () => (await visits.open(id)).redeemLink({ host, secret, user })),
      ),
      console: os.visit.console.handler(({ input }) => answer(async () => ({ url: await (await visits.open(input.id)).console() }))),
      look: os.visit.look.handler(async ({ input }) => (await visits.open(input.id)).disks.look()),
      choose: os.visit.choose.handler(async ({ input }) => (await visits.open(input.id)).disks.choose(input.path)),
      unlock: os.visit.unlock.handler(async ({ input }) => (await visits.open(input.id)).disks.unlock(input.digest, input.passphrase)),
      mount: os.visit.mount.handler(async ({ input }) => (await visits.open(input.id)).disks.mount(input.digest, input.passphrase)),
      unmount: os.visit.unmount.handler(
        async ({ input }) => void (await (await visits.open(input.id)).disks.unmount({ digest: input.digest })),
      ),
      prove: os.visit.prove.handler(async ({ input }) => ({ isProven: await (await visits.open(input.id)).disks.prove() })),
      examine: os.visit.examine.handler(async ({ input }) => (await visits.open(input.id)).repairs.examine(input.tasks)),
      planProposal: os.visit.planProposal.handler(async ({ input: { id, ...choice } }) => (await visits.open(id)).repairs.plan(choice)),
      apply: os.visit.apply.handler(async ({ input: { id, ...choice } }) => (await visits.open(id)).repairs.apply(choice)),
      undo: os.visit.undo.handler(async ({ input }) => (await visits.open(input.id)).repairs.undo(input.change)),
      measure: os.visit.measure.handler(async ({ input }) => (await visits.open(input.id)).measuring.measure({ write: input.write })),
      report: os.visit.report.handler(async ({ input: { id, ...asked } }) => {
        const { json, ...report } = (await visits.open(id)).report(asked)
        return { ...report, json: JSON.stringify(json, undefined, 2) }
      }),
      stopMeasuring: os.visit.stopMeasuring.handler(async ({ input }) => (await visits.open(input.id)).measuring.stop()),
      leave: os.visit.leave.handler(async ({ input }) => (await visits.open(input.id)).leaving.start()),
      skip: os.visit.skip.handler(async ({ input }) => (await visits.open(input.id)).leaving.skip(input.item, input.reason)),
      goOn: os.visit.goOn.handler(async ({ input }) => (await visits.open(input.id)).leaving.goOn(input.item)),
      restart: os.visit.restart.handler(async ({ input }) => (await visits.open(input.id)).leaving.restart()),
      stopLeaving: os.visit.stopLeaving.handler(async ({ input }) => (await visits.open(input.id)).leaving.stop()),
    },
    resumed: { dismiss: os.resumed.dismiss.handler(() => app.dismissResumed()) },
  })
}

/** For callers that cannot cancel. */
const never = new AbortController().signal

/** What a provider says, its refusals included: those are answers, not failures of ours. */
async function answer<T>(ask: () => Promise<T>): Promise<{ kind: 'ok'; value: T } | { kind: 'problem'; problem: ProviderProblemInfo }> {
  try {
    return { kind: 'ok', value: await ask() }
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'problem', problem: error.toProblemInfo() }
    throw error
  }
}

// A connection passes its stages faster than a picture is drawn, and each state costs the page a rendering.
const STATE_MS = 50
// Progress of a transfer changes more often than anyone can read.
const FILES_MS = 200

/** Whole states: the present one at once, then after each burst of changes, every `restMs` at most; ends with the subscriber. */
async function* states<T>(
  source: { state(): T; onDidChange(listener: () => void): () => void },
  signal: AbortSignal | undefined,
  restMs: number,
): AsyncGenerator<T, void> {
  let wake = () => {}
  let told = 0
  let dirty = true
  const notice = () => {
    dirty = true
    wake()
  }
  const stop = source.onDidChange(notice)
  signal?.addEventListener('abort', notice, { once: true })
  try {
    while (!signal?.aborted) {
      if (!dirty) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        // One turn of the loop: what one command changes in several services goes out as one state.
        const restLeft = told + restMs - performance.now()
        await new Promise((resolve) => (restLeft > 0 ? setTimeout(resolve, restLeft) : setImmediate(resolve)))
        continue
      }
      dirty = false
      told = performance.now()
      yield source.state()
    }
  } finally {
    stop()
    signal?.removeEventListener('abort', notice)
  }
}
