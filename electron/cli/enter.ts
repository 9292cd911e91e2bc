/**
 * `rescueterm enter HOST`: asks the provider to start the rescue system (or waits while a person does), follows until another key answers,
 * then goes on to the guided fix and the terminal, with the password that the provider told.
 */
import { lookup } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import { AppError } from '../../shared/errors.js'
import { formatHostAddress } from '../../shared/parse-host-address.js'
import type { ProviderKind } from '../../shared/provider.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { EnteringState, EnterPreview } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import type { GivenAccount } from '../providers/accounts.js'
import type { VisitTarget } from '../visit/entry.js'
import type { Visit } from '../visit/visit.js'
import type { Options, TypedHost } from './arguments.js'
import type { CommandContext } from './context.js'
import { environmentAccounts } from './environment-accounts.js'
import { exits, LocalFailure } from './failure.js'
import { chooseMachine, listMachines } from './find-machine.js'
import { until } from './interrupt.js'
import { harmless, type Output } from './output.js'
import { type ProviderSignIn, runSession } from './session.js'
import { isYes } from './set-aside.js'
import { resolveHost, targetText } from './target.js'
import { changeProblemText, loadVisitTexts, manualSteps, problemText, type VisitTexts } from './visit-texts.js'
import { type OpenApp, sessionTargetOf, withApp } from './with-app.js'

export async function enter(typedHost: TypedHost, options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const texts = await loadVisitTexts(output.language)
  const accounts = options.byHand ? [] : await environmentAccounts(o.home, process.env)
  return withApp(options, { ...o, accounts }, async (open) => {
    const { app, console } = open
    const { host, target } = await findTarget(typedHost, options, o, open, accounts)
    const preview = await app.visits.preview(target)
    if (preview.problem) {
      output.tell(output.style.red(changeProblemText(preview.problem, preview.manual, output.language)))
      output.document({ error: { code: preview.problem.problem, message: problemText(preview.problem, preview.provider, 'en') } })
      return exits.failure
    }
    showPreview(preview, target, output, texts)
    if (options.dryRun) {
      output.document({ phase: 'planned', name: target.name, state: preview.state, requests: preview.requests })
      return exits.done
    }
    const method = preview.provider ? 'api' : 'by-hand'
    const typed = await confirmation(preview, target, options, console, output, texts)
    const visit = await app.visits.open(target.id)
    await visit.enter(target, method, typed)
    const state = await follow(visit, open, host, o, texts)
    output.document({
      phase: state.phase,
      name: target.name,
      host: target.host,
      port: target.port,
      ...(state.problem ? { problem: state.problem } : {}),
    })
    if (state.phase !== 'answered') {
      // What was told while the watching went on is not told again.
      if (!state.problem) for (const step of manualSteps(state.manual, output.language)) output.tell(step)
      return exits.failure
    }
    if (output.json || !console.isInteractive) {
      output.tell(texts.goOn({ target: targetText(host) }))
      return exits.done
    }
    return runSession({
      ...o,
      app,
      console,
      target: sessionTargetOf(host, options, open, o.home),
      shownTarget: targetText(host),
      ...(method === 'api'
        ? { providerSignIn: (session) => signInByProvider(visit, session, preview.provider, console, output, texts) }
        : {}),
    })
  })
}

/**
 * The machine that was typed, and where it is from here on: at the address its provider tells where the typed name leads nowhere.
 * @throws AppError `dns`, `proxy-unsupported`; LocalFailure; ProviderError.
 */
async function findTarget(
  host: TypedHost,
  options: Options,
  o: CommandContext,
  { app }: OpenApp,
  accounts: readonly GivenAccount[],
): Promise<{ host: TypedHost; target: VisitTarget }> {
  const resolved = await resolveHost(host, options, o.home, o.signal)
  // Before anything is restarted that could not be reached afterwards.
  if (resolved.proxy) throw new AppError('proxy-unsupported', { proxy: resolved.proxy })
  const text = targetText(host)
  const saved = app.servers.findByTarget(text)
  const { port } = resolved
  const base = { id: visitId(resolved.host, port), name: saved?.name ?? host.host, target: text, host: resolved.host, port }
  const addresses = await addressesOf(resolved.host)
  if (saved?.provider?.kind === 'by-hand' || options.byHand) {
    if (addresses.length === 0) throw new AppError('dns', { host: resolved.host })
    return { host, target: { ...base, link: saved?.provider?.kind === 'by-hand' ? saved.provider : { kind: 'by-hand', way: 'other' } } }
  }
  const { machines, refusals, leftOut } = await listMachines(app, accounts, o.signal)
  for (const one of leftOut)
    o.output.tell(o.output.style.dim(`${harmless(one.what)}: ${problemText(one.problem, one.provider, o.output.language)}`))
  const found = chooseMachine(machines, [host.host, resolved.host, base.name], addresses)
  if (!found) throw refusals[0] ?? new LocalFailure('no-machine', exits.failure, { host: host.host })
  const { name, accountId, id } = found
  const target: VisitTarget = { ...base, name, link: { kind: 'account', accountId, server: id } }
  if (addresses.length > 0) return { host, target }
  const address = found.addresses.find(isIPv4) ?? found.addresses[0]
  if (!address) throw new AppError('dns', { host: resolved.host })
  const there: TypedHost = { text: formatHostAddress({ user: host.user, host: address, port }), user: host.user, host: address, port }
  return { host: there, target: { ...target, id: visitId(address, port), target: targetText(there), host: address } }
}

async function addressesOf(host: string): Promise<string[]> {
  // A mere number is a provider's id, which the system would take for an IPv4 address in an old spelling.
  if (/^\d+$/.test(host)) return []
  if (isIP(host)) return [host]
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}

function showPreview(preview: EnterPreview, target: VisitTarget, output: Output, texts: VisitTexts): void {
  output.tell(output.style.bold(texts.enterTitle({ name: target.name })))
  output.tell(texts.enterStop)
  if (!preview.provider) {
    for (const step of manualSteps(preview.manual, output.language)) output.tell(step)
    return
  }
  output.tell(texts.enterState({ state: texts.machineState[preview.state] }))
  output.tell(output.style.bold(texts.enterRequests))
  for (const { method, path, body } of preview.requests) output.tell(`  ${method} ${path}  ${harmless(body)}`)
}

/** What the core wants typed where services may be running. */
async function confirmation(
  preview: EnterPreview,
  target: VisitTarget,
  options: Options,
  console: OpenApp['console'],
  output: Output,
  texts: VisitTexts,
): Promise<string> {
  const stopsServices = preview.provider !== undefined && preview.state !== 'off' && preview.state !== 'rescue'
  if (!stopsServices) {
    if (options.yes || options.confirm === target.name || !preview.provider) return ''
    if (isYes(await console.ask(`${texts.runThese} [${output.texts.yes}/N] `, { hint: texts.useYes }), output.texts.yes)) return ''
    throw new LocalFailure('refused-by-person', exits.failure)
  }
  const typed =
    options.confirm ??
    (options.yes ? '' : await console.ask(texts.typeName({ name: target.name }), { hint: texts.useConfirm({ name: target.name }) }))
  if (typed === target.name) return typed
  if (options.yes || options.confirm !== undefined) throw new LocalFailure('needs-confirm', exits.usage, { name: target.name })
  throw new LocalFailure('refused-by-person', exits.failure)
}

async function follow(
  visit: Visit,
  { app, console }: OpenApp,
  host: TypedHost,
  { output, signal }: CommandContext,
  texts: VisitTexts,
): Promise<EnteringState> {
  const isAttended = console.isInteractive && !output.json
  const told = new Set<string>()
  const tell = (text: string) => {
    if (told.has(text)) return
    told.add(text)
    output.tell(text)
  }
  const current = () => visit.state().entering!
  try {
    await until({
      onDidChange: app.visits.onDidChange,
      signal,
      isDone() {
        const state = current()
        const { phase, progress, answer, isOverdue, problem, manual } = state
        if (progress?.percent !== undefined) tell(texts.percent({ n: Math.round(progress.percent) }))
        else if (progress) tell(texts.progress[progress.kind])
        if (answer) tell(texts.enterAnswer[answer])
        if (phase === 'failed' && problem) tell(output.style.red(changeProblemText(problem, manual, output.language)))
        if (isOverdue) tell(texts.overdue)
        return isOver(state, isAttended)
      },
    })
  } catch (error) {
    if (error instanceof LocalFailure) {
      const { method, isAccepted, phase } = current()
      const isCarried = method === 'api' && !isAccepted && phase !== 'failed'
      output.tell(isCarried ? texts.onlyHere({ target: targetText(host) }) : texts.restartGoesOn)
    }
    throw error
  }
  return current()
}

/**
 * After a refusal nothing will answer; a request that was or may have been heard is watched further. `isAttended`: somebody sees that it
 * takes long, and can press ^C. @returns true when there is nothing more to wait for.
 */
export function isOver({ phase, problem, isOverdue }: EnteringState, isAttended: boolean): boolean {
  if (phase === 'answered' || phase === 'stopped') return true
  if (phase === 'failed' && problem?.changed !== 'unknown') return true
  return isOverdue && !isAttended && (phase === 'failed' || phase === 'waiting')
}

/** What the provider tells of signing in; its password after a yes. A person who has it already need not wait for that. */
async function signInByProvider(
  visit: Visit,
  session: TerminalSession,
  provider: ProviderKind | undefined,
  console: OpenApp['console'],
  output: Output,
  texts: VisitTexts,
): Promise<ProviderSignIn> {
  if (visit.state().password?.phase !== 'found') {
    // Where the provider was never asked, or the account is gone, the person is asked as ever.
    const search = visit.findPassword().catch(() => {})
    const typed = await console.ask(texts.lookingForPassword, { echo: false, unless: search })
    if (typed !== '') return { password: typed }
  }
  const { phase, user, source = 'answer', link, problem } = visit.state().password ?? {}
  if (link) output.tell(texts.passwordLink({ url: link }))
  if (phase === 'account-keys') output.tell(texts.accountKeys)
  if (problem) output.tell(problemText(problem, provider, output.language))
  if (user && user !== session.user) output.tell(texts.otherUser({ user: harmless(user) }))
  if (phase !== 'found') return { user }
  const question = `${texts.passwordFound({ source: texts.source[source] })} [${output.texts.yes.toUpperCase()}/n] `
  const answer = await console.ask(question)
  return answer === '' || isYes(answer, output.texts.yes) ? visit.password.take() : { user }
}
