/** `rescueterm leave HOST`: the checklist. Checks, unmount, boot mode, restart, the wait for the known key; a red item asks for a reason. */

import { findingText } from '../../shared/findings/text.js'
import { allMounts, type Mount } from '../../shared/machine.js'
import type { ManualWay } from '../../shared/provider.js'
import { type LeavingItem, LeavingItemId, SkipReason } from '../../shared/visit.js'
import type { Options, TypedHost } from './arguments.js'
import type { CommandContext } from './context.js'
import { lookOnce } from './disks.js'
import { exits } from './failure.js'
import { until } from './interrupt.js'
import { harmless } from './output.js'
import { en } from './texts.en.js'
import { type VisitWork, withVisit } from './visit-session.js'
import { changeProblemText, manualSteps, type VisitTexts } from './visit-texts.js'

const reasons = SkipReason.options

export function leave(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  return withVisit(host, options, o, async (w) => {
    const { visit } = w
    await lookOnce(w)
    await w.agree(w.texts.leaveQuestion)
    await visit.leaving.start({ startedAt: new Date().toISOString(), skipped: skipped(options) })
    try {
      return await followList(options, w)
    } catch (error) {
      if (visit.leaving.state()?.items.some(({ id, state }) => id === 'boot-mode' && state === 'running'))
        w.output.tell(w.texts.onlyHereLeaving({ target: w.session.target }))
      throw error
    } finally {
      // What was restarted goes on, in the next run too; a list that ended before must not unmount anything by itself later.
      const items = visit.leaving.state()?.items
      if (items && !isRestarted(items)) await visit.leaving.stop()
    }
  })
}

function skipped({ skip = [], noReboot }: Options): Record<string, SkipReason> {
  const all = Object.fromEntries(skip.map((one) => one.split('=') as [LeavingItemId, SkipReason]))
  if (!noReboot) return all
  // A provider restarts the machine together with its boot mode: without a restart both stay the person's.
  const { reboot: _, ...others } = all
  return { 'boot-mode': 'other', ...others }
}

const isRestarted = (items: readonly LeavingItem[]) =>
  items.some(({ id, state }) => id === 'reboot' && (state === 'fine' || state === 'skipped'))

/** Tells what changes in the list, and asks where a person must decide. @returns the exit status. */
async function followList(options: Options, w: VisitWork): Promise<number> {
  const { visit, output } = w
  const told = new Map<string, string>()
  // The last list is the one before it goes away.
  let last = visit.leaving.state()!
  const stop = w.onDidChange(() => {
    last = visit.leaving.state() ?? last
  })
  const isOver = () => visit.leaving.state() === undefined
  try {
    while (!isOver() || news(last.items, told).length > 0) {
      await until({ onDidChange: w.onDidChange, signal: w.signal, isDone: () => isOver() || news(last.items, told).length > 0 })
      // One at a time: a decision on one may have changed the others.
      const [item] = news(last.items, told)
      if (!item) continue
      told.set(item.id, item.state)
      tellItem(item, last.manual, w)
      const end = isOver() ? undefined : await decide(item, options, w)
      // Checked again: the same fault is news.
      if (last.items.some(({ id, state }) => id === item.id && state === 'todo')) told.delete(item.id)
      if (end !== undefined) {
        output.document({ items: toJson(last.items) })
        return end
      }
    }
  } finally {
    stop()
  }
  output.document({ items: toJson(last.items) })
  const host = harmless(w.session.host)
  const isBack = last.items.some(({ id, state }) => id === 'restore' && state === 'fine')
  const { backToNormal, anotherAnswers, nothingAside } = w.texts
  output.print(isBack ? output.style.green((w.wasUnknown ? anotherAnswers : backToNormal)({ host })) : nothingAside({ host }))
  return exits.done
}

const news = (items: readonly LeavingItem[], told: ReadonlyMap<string, string>) =>
  items.filter((item) => item.state !== 'todo' && told.get(item.id) !== item.state)

function tellItem(item: LeavingItem, manual: ManualWay, { output, texts }: VisitWork): void {
  const { style } = output
  const signs: Record<LeavingItem['state'], string> = {
    todo: ' ',
    running: style.dim('…'),
    fine: style.green('✓'),
    fault: style.red('✕'),
    waits: style.amber('?'),
    skipped: style.dim('–'),
  }
  output.tell(`${signs[item.state]} ${texts.leaveItem[item.id]}`)
  if (item.words) output.tell(`    ${findingText(item.words, 'title', output.language)}`)
  // As it was when the machine was asked: while that runs it is not yet known.
  if (item.state !== 'running') for (const { device, at } of item.mounts ?? []) output.tell(`    ${device} ${harmless(at)}`)
  for (const { pid, command, directory } of item.inUse ?? []) output.tell(`    ${command} (${pid}) ${directory}`)
  if (item.problem) output.tell(changeProblemText(item.problem, manual, output.language))
  if (item.error) output.tell(`    ${output.texts.error[item.error.code](item.error.data)}`)
}

/** @returns an exit status when the command ends here. */
async function decide(item: LeavingItem, options: Options, w: VisitWork): Promise<number | undefined> {
  const { visit, texts, output, console } = w
  const id = LeavingItemId.parse(item.id)
  if (id === 'reboot' && item.state === 'waits' && options.noReboot) {
    const unmount = visit.leaving.state()!.items.find((one) => one.id === 'unmount')!
    output.tell(`${texts.noReboot} ${unmountText(unmount, allMounts(visit.disks.state()), texts)}`)
    return exits.done
  }
  if (item.state === 'fault') {
    if (!console.isInteractive || options.yes) return exits.failure
    const answer = (await console.ask(texts.faultQuestion)).trim()
    const index = Number(answer) - 1
    if (answer === 'r') return void (await visit.leaving.goOn(id))
    if (reasons[index]) return void (await visit.leaving.skip(id, reasons[index]))
    return exits.failure
  }
  if (item.state !== 'waits') return undefined
  // Tried again by itself while somebody may leave the directory.
  if (id === 'unmount') return console.isInteractive && !options.yes ? undefined : exits.attention
  if (id === 'restore') return exits.attention
  if (id === 'boot-mode') {
    for (const step of manualSteps(visit.leaving.state()!.manual, output.language)) output.tell(`  ${step}`)
    await console.ask(texts.bootModeDone, { hint: texts.useSkip({ item: id }) })
    return void (await visit.leaving.goOn(id))
  }
  await w.agree(texts.restartNow)
  await visit.leaving.restart()
  return undefined
}

/** What became of the mounts. `left`: what is mounted, as last seen. */
export function unmountText({ state }: LeavingItem, left: readonly Mount[], { unmounted }: VisitTexts): string {
  if (state === 'fine') return unmounted.done
  return left.length === 0 ? unmounted.nothing : unmounted.skipped({ places: left.map(({ at }) => harmless(at)).join(', ') })
}

const toJson = (items: readonly LeavingItem[]) =>
  items.map(({ id, state, reason, count, mounts, inUse, words, problem, error }) => ({
    id,
    state,
    ...(reason ? { reason } : {}),
    ...(count ? { count } : {}),
    ...(mounts ? { mounts } : {}),
    ...(inUse ? { inUse } : {}),
    ...(words ? { finding: words.code } : {}),
    ...(problem ? { problem } : {}),
    ...(error ? { error: { code: error.code, message: en.error[error.code](error.data) } } : {}),
  }))
