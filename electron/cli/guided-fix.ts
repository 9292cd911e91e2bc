/**
 * The host-key dialog as questions: what you know, what it shows, what happened, the exact edit. The safe answer is the default
 * of every question; without a terminal nothing is asked and the answer is *disconnect*.
 */
import type { EditPreview } from '../../shared/edit-preview.js'
import { AppError } from '../../shared/errors.js'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import type { App } from '../app.js'
import { PUBLISHED_MS } from '../sessions/host-key-question.js'
import type { Console } from './console.js'
import { renderEdit } from './edit-view.js'
import { exits, reportFailure } from './failure.js'
import { unlessInterrupted, until } from './interrupt.js'
import { placeOf } from './journal.js'
import { harmless, type Output } from './output.js'
import { isYes, sayWhatAnAdministratorCanDo } from './set-aside.js'

export interface GuidedFix {
  app: App
  session: TerminalSession
  question: HostKeyQuestion
  console: Console
  output: Output
  signal: AbortSignal
}

/** @returns the exit status when the person disconnects; undefined when the connection goes on. */
export async function answerHostKey(o: GuidedFix): Promise<number | undefined> {
  const { output, question, session, app } = o
  const { texts, style } = output
  explain(o)
  const disconnect = () => {
    app.terminals.disconnect(session.id, question.id)
    output.tell(texts.hostKey.disconnected)
    return exits[question.verdict]
  }
  if (question.verdict === 'revoked') return disconnect()
  if (question.verdict === 'unknown' && question.strict && !question.interventionId) {
    output.tell(style.red(texts.hostKey.strict))
    return disconnect()
  }
  if (!o.console.isInteractive) {
    output.tell(texts.error['not-a-terminal']({}))
    return disconnect()
  }
  const published = () => currentQuestion(o).published?.result
  let isCompared = false
  const answers = () => {
    if (question.interventionId) {
      const isKnown = isCompared || isExpiredKey(o) || published() === 'verified'
      return isKnown ? [acceptThirdKey(o)] : []
    }
    return question.verdict === 'unknown' ? unknownChoices(o) : changedChoices(o)
  }
  await untilPublished(o)
  if (published() === 'verified') output.tell(style.green(texts.hostKey.verified))
  if (published() === 'differs') output.tell(style.red(texts.hostKey.differs))
  const always: Choice[] = [
    {
      text: question.verdict === 'unknown' || question.interventionId ? texts.hostKey.disconnect : texts.hostKey.unexpected,
      run: async () => 'disconnect',
    },
    {
      text: texts.hostKey.compare,
      async run() {
        isCompared = (await compare(o)) || isCompared
        return 'ask-again'
      },
    },
  ]
  for (;;) {
    // Every other answer would be refused.
    const choices = published() === 'differs' ? always : [...answers(), ...always]
    const safe = choices.length - 1
    output.tell(`\n${style.bold(texts.hostKey.question)}`)
    for (const [index, { text }] of choices.entries()) output.tell(`  ${index + 1}  ${text}`)
    const answer = (await o.console.ask(texts.hostKey.choose({ default: safe }))).trim()
    const choice = choices[answer === '' ? safe - 1 : Number(answer) - 1]
    try {
      const result = choice && (await unlessInterrupted(choice.run(), o.signal))
      if (result === 'disconnect') return disconnect()
      if (result === 'go-on') return undefined
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      reportFailure(error, output)
    }
  }
}

interface Choice {
  text: string
  run(): Promise<'go-on' | 'disconnect' | 'ask-again'>
}

/** As the core has it now; as it was asked when it is over. */
function currentQuestion({ app, session, question }: GuidedFix): HostKeyQuestion {
  const phase = app.terminals.list().find((one) => one.id === session.id)?.phase
  return phase?.kind === 'host-key' && phase.question.id === question.id ? phase.question : question
}

/** Until the provider has told what it publishes of the key, but not for long. @throws LocalFailure on ^C. */
async function untilPublished(o: GuidedFix): Promise<void> {
  const limit = AbortSignal.timeout(PUBLISHED_MS)
  const signal = AbortSignal.any([o.signal, limit])
  const isDone = () => currentQuestion(o).published?.result !== 'asking'
  await until({ onDidChange: o.app.terminals.onDidChange, signal, isDone }).catch((error: unknown) => {
    if (!limit.aborted) throw error
  })
}

function explain(o: GuidedFix): void {
  const { output, question, session } = o
  const { texts, style } = output
  const { hostKey } = texts
  const third = isExpiredKey(o) ? hostKey.expired : { title: hostKey.thirdTitle, text: hostKey.thirdText }
  const title = question.interventionId
    ? third.title
    : question.verdict === 'revoked'
      ? hostKey.revokedTitle
      : question.verdict === 'unknown'
        ? hostKey.unknownTitle({ host: placeOf(session) })
        : hostKey.title
  const paint = question.verdict === 'unknown' && !question.interventionId ? style.amber : style.red
  output.tell(`\n${style.bold(paint(title))}`)
  output.tell(hostKey.nothingSent)
  if (question.authorityOnly) output.tell(hostKey.authorityOnly)
  if (question.entries.length > 0) output.tell(`\n${style.bold(hostKey.known)}`)
  for (const { file, line, type, fingerprint, otherNames, marker } of question.entries) {
    output.tell(
      `  ${harmless(type)} ${fingerprint}${marker ? `  (${texts.check.marker[marker]})` : ''}\n    ${style.dim(`${harmless(file)}:${line}`)}`,
    )
    if (otherNames.length > 0) output.tell(`    ${hostKey.others({ names: otherNames.map(harmless).join(', ') })}`)
  }
  output.tell(
    `\n${style.bold(hostKey.shown)}\n  ${question.presented.type} ${question.presented.fingerprint}\n${question.presented.randomart}`,
  )
  if (question.verdict === 'revoked') output.tell(`\n${hostKey.revokedText}`)
  if (question.interventionId) output.tell(`\n${third.text}`)
  sayWhatAnAdministratorCanDo(question.adminCommands, output)
}

function unknownChoices(o: GuidedFix): Choice[] {
  const { app, session, question, output } = o
  const trust = (save: boolean) => async () => {
    await app.terminals.trust(session.id, question.id, save)
    return 'go-on' as const
  }
  const { hostKey } = output.texts
  const choices: Choice[] = [{ text: hostKey.trustOnce, run: trust(false) }]
  // A rescue system's key for good would be in the way of the server's own.
  if (question.saveTo && !question.isRescue)
    choices.push({ text: hostKey.trustSave({ file: harmless(question.saveTo.file) }), run: trust(true) })
  choices.push({ text: hostKey.untilLeft({ hours: app.settings.get().rescueTtlHours }), run: () => edit(o, 'set-aside') })
  return choices
}

function changedChoices(o: GuidedFix): Choice[] {
  const { hostKey } = o.output.texts
  const { systemEntries, entries } = o.question
  const onlySystem = systemEntries.length > 0 && systemEntries.length === entries.length
  const choices: Choice[] = [
    {
      text: onlySystem ? hostKey.onlyHere({ hours: o.app.settings.get().rescueTtlHours }) : hostKey.rescue,
      run: () => edit(o, 'set-aside'),
    },
  ]
  // A replacement leaves the system's line in the way.
  if (systemEntries.length === 0) choices.push({ text: hostKey.reinstalled, run: () => edit(o, 'replace') })
  else {
    choices.push({
      text: hostKey.recheck,
      run: async () => {
        o.app.terminals.recheck(o.session.id, o.question.id)
        return 'go-on'
      },
    })
  }
  return choices
}

/** The accepted rescue key itself, past its end. */
function isExpiredKey({ app, question }: GuidedFix): boolean {
  const { interventionId, presented } = question
  if (interventionId === undefined) return false
  return app.interventions.list().some(({ id, rescueKey }) => id === interventionId && rescueKey.fingerprint === presented.fingerprint)
}

function acceptThirdKey(o: GuidedFix): Choice {
  const { app, session, question, output } = o
  const { expired, acceptThird } = output.texts.hostKey
  return {
    text: isExpiredKey(o) ? expired.accept({ hours: app.settings.get().rescueTtlHours }) : acceptThird,
    async run() {
      await app.terminals.acceptThirdKey(session.id, question.id)
      return 'go-on'
    },
  }
}

/** @returns whether it is the key's. */
async function compare({ app, session, console, output }: GuidedFix): Promise<boolean> {
  const { hostKey } = output.texts
  const result = app.terminals.compare(session.id, await console.ask(hostKey.expected))
  if (result === 'match') output.tell(output.style.green(hostKey.match))
  else output.tell(output.style.red(result === 'no-match' ? hostKey.noMatch : hostKey.notFingerprint))
  return result === 'match'
}

/** Shows the edit until it is agreed to or not; `w` shows it anew with the rescue key written too. */
async function edit(
  { app, session, question, console, output }: GuidedFix,
  intent: 'set-aside' | 'replace',
): Promise<'go-on' | 'ask-again'> {
  const { texts } = output
  const plan = (alsoWrite: boolean) => app.terminals.plan(session.id, question.id, intent, alsoWrite)
  let preview: EditPreview = await plan(false)
  for (;;) {
    output.tell(`\n${renderEdit(preview, output)}`)
    const letters = intent === 'set-aside' && !preview.alsoWrite ? `${texts.yes}/w/N` : `${texts.yes}/N`
    const answer = await console.ask(`\n${intent === 'set-aside' ? texts.edit.applyConnect : texts.edit.replaceConnect} [${letters}] `)
    if (intent === 'set-aside' && answer.trim().toLowerCase() === 'w') {
      preview = await plan(true)
      continue
    }
    if (!isYes(answer, texts.yes)) return 'ask-again'
    const outcome =
      intent === 'set-aside'
        ? await app.terminals.setAside(session.id, question.id, preview.digest, preview.alsoWrite)
        : await app.terminals.replace(session.id, question.id, preview.digest)
    if (outcome.kind === 'applied') return 'go-on'
    output.tell(texts.edit.changed)
    preview = outcome.preview
  }
}
