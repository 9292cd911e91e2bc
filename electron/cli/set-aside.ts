/** `rescueterm set-aside HOST`: show the exact edit, ask, apply what was shown and nothing else. */
import type { EditPreview } from '../../shared/edit-preview.js'
import { AppError } from '../../shared/errors.js'
import type { HostKeyQuestion } from '../../shared/terminal-session.js'
import { readKnownHosts } from '../known-hosts/files.js'
import { describeKey } from '../known-hosts/key.js'
import { judgeHostKey, makeQuery, orderHostKeyAlgorithms } from '../known-hosts/verdict.js'
import type { Interventions, InterventionTarget } from '../rescue/interventions.js'
import { adminCommands } from '../rescue/system-file.js'
import type { Options, TypedHost } from './arguments.js'
import { parseKey } from './check.js'
import { createConsole } from './console.js'
import type { CommandContext } from './context.js'
import { changesOf, notesOf, renderEdit, sharedNames } from './edit-view.js'
import { exits, LocalFailure } from './failure.js'
import { dataDirOf, placeOf, practiceKnownHosts, withInterventions } from './journal.js'
import { harmless, type Output } from './output.js'
import { askServer } from './presented.js'
import { resolveHost, targetText } from './target.js'

// Somebody else keeps writing to the file: after this many fresh plans a script gives up.
const TRIES = 5

export async function setAside(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const { texts } = output
  const dataDir = dataDirOf(options, o.home)
  const given = options.key === undefined ? undefined : parseKey(options.key)
  const resolved = await resolveHost(host, options, o.home, o.signal)
  const query = makeQuery(resolved.host, resolved.port, resolved.alias ? { alias: resolved.alias } : {})
  const files = await readKnownHosts({ user: resolved.userFiles, system: resolved.systemFiles })
  const presented = given ?? (await askServer({ ...resolved, hostKeyAlgorithms: orderHostKeyAlgorithms(files, query), signal: o.signal }))
  const key = describeKey(presented)
  if (!given) output.tell(`${texts.check.presented({ host: query.lookupName, ...key })}\n${key.randomart}\n`)
  const verdict = judgeHostKey(files, query, presented)
  if (verdict.kind === 'revoked') throw new AppError('revoked', { host: resolved.host })
  if (verdict.kind === 'unknown') throw new AppError('nothing-to-set-aside', { host: resolved.host })
  const byAdministrator = adminCommands(verdict.systemEntries)
  const target: InterventionTarget = {
    name: resolved.host,
    host: resolved.host,
    port: resolved.port,
    practice: resolved.userFiles.includes(practiceKnownHosts(dataDir)),
    query,
    userFiles: resolved.userFiles,
    systemFiles: resolved.systemFiles,
    hashNew: resolved.hashKnownHosts,
    writeTo: resolved.userFiles[0] ?? '',
  }

  return withInterventions({ dataDir, output }, async (interventions) => {
    const describe = (preview: EditPreview, id: string, state: 'active' | 'planned') => ({
      id,
      state,
      host: resolved.host,
      port: resolved.port,
      presented: { type: key.type, fingerprint: key.fingerprint },
      changes: changesOf(preview),
      sharedWith: sharedNames(preview),
      notes: [
        ...notesOf(preview),
        ...byAdministrator.map(({ file, line, setAside }) => `${file}:${line}: system file, not edited; for an administrator: ${setAside}`),
      ],
    })
    const open = interventions.findOpen(target)
    if (open) throw new AppError('wrong-state', { host: resolved.host, id: open.id })
    sayWhatAnAdministratorCanDo(byAdministrator, output)
    let preview = await interventions.plan(target, presented, 'set-aside', false)
    if (options.dryRun) {
      output.print(renderEdit(preview, output))
      output.tell(texts.edit.dryRun)
      output.document(describe(preview, preview.id, 'planned'))
      return exits.done
    }
    const agree = options.yes ? async () => {} : asker(output, o.signal)
    for (let tries = 1; ; tries++) {
      output.tell(renderEdit(preview, output))
      await agree()
      const outcome = await interventions.begin(target, presented, preview.digest, false)
      if (outcome.kind === 'applied') {
        const { id, setAside } = finished(interventions, outcome.id)
        output.print(texts.edit.done({ n: setAside, host: placeOf(resolved), id }))
        output.tell(texts.edit.backAgain({ target: targetText(host), id }))
        output.document(describe(preview, id, 'active'))
        return exits.done
      }
      if (tries === TRIES) throw new AppError('file-busy', { file: resolved.userFiles[0] ?? '' })
      preview = outcome.preview
      output.tell(texts.edit.changed)
    }
  })
}

/** Lines in system files stay: RescueTerm accepts the key, ssh goes on refusing until somebody runs this. */
export function sayWhatAnAdministratorCanDo(commands: HostKeyQuestion['adminCommands'], { texts, tell }: Output): void {
  if (commands.length === 0) return
  const { hostKey } = texts
  tell(`\n${hostKey.systemTitle}\n${hostKey.systemCommands}`)
  for (const { setAside } of commands) tell(`  ${harmless(setAside)}`)
  tell(hostKey.systemUndo)
  for (const { undo } of commands) tell(`  ${harmless(undo)}`)
}

const finished = (interventions: Interventions, id: string) => interventions.list().find((one) => one.id === id)!

function asker(output: Output, signal: AbortSignal): () => Promise<void> {
  return async () => {
    const console = createConsole({ stdin: process.stdin, stderr: process.stderr, signal })
    try {
      const { texts } = output
      const answer = await console.ask(`\n${texts.edit.apply} [${texts.yes}/N] `, { hint: "--key 'TYPE BASE64' --yes" })
      if (!isYes(answer, texts.yes)) throw new LocalFailure('refused-by-person', exits.failure)
    } finally {
      console.dispose()
    }
  }
}

/** The language's letter or word, or English, which fingers know. */
export const isYes = (answer: string, letter: string): boolean => {
  const word = answer.trim().toLowerCase()
  return word !== '' && (word === letter || word === 'y' || word === 'yes' || word === 'oui')
}
