/** `rescueterm watch HOST`: waits until the known key answers again, puts the lines back, verifies. A third key stops it. */
import { AppError } from '../../shared/errors.js'
import type { Intervention } from '../../shared/intervention.js'
import { probeHostKey } from '../ssh/probe.js'
import type { Options, TypedHost } from './arguments.js'
import type { CommandContext } from './context.js'
import { exits, LocalFailure } from './failure.js'
import { dataDirOf, findByHost, placeOf, withInterventions } from './journal.js'
import { report } from './restore.js'

export async function watch(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const { texts, style } = output
  return withInterventions({ dataDir: dataDirOf(options, o.home), output, probe: probeHostKey }, async (interventions) => {
    const [first] = await findByHost(interventions, host, options, o.home)
    if (!first) throw new AppError('not-found', { host: host.text })
    const { id } = first
    const current = () => interventions.list().find((one) => one.id === id)
    output.tell(texts.watch.begin({ host: placeOf(first), known: first.knownKeys.length }))
    let told = 0
    let stop = () => {}
    if (first.state === 'active') await interventions.leave(id)
    const end = await new Promise<Intervention | 'interrupted' | 'third-key'>((resolve, reject) => {
      const look = () => {
        const one = current()
        if (!one) return
        const changes = one.watch?.changes ?? []
        // A restart of the watch begins a new history.
        if (changes.length < told) told = 0
        for (const { answer } of changes.slice(told)) output.tell(texts.watch.answer[answer])
        told = changes.length
        // An alarm of an earlier watch counts only when that key answers now.
        if (one.thirdKey && one.watch?.answer === 'third-key') resolve('third-key')
        else if (one.state === 'restored' || one.state === 'needs-attention' || one.state === 'abandoned') resolve(one)
        else if (one.error) reject(new AppError(one.error.code, one.error.data, one.error.detail))
      }
      stop = interventions.onDidChange(look)
      o.signal.addEventListener('abort', () => resolve('interrupted'), { once: true })
      if (o.signal.aborted) resolve('interrupted')
      if (first.state === 'active') look()
      else resolve(first)
    })
      .catch(async (error: unknown) => {
        // The window would go on for it; another process of ours may have ended it meanwhile.
        await interventions.stopWaiting(id).catch(() => {})
        throw error
      })
      .finally(() => stop())
    if (end === 'interrupted') {
      await interventions.stopWaiting(id)
      if (!output.json) output.tell(texts.watch.interrupted({ n: first.setAside, id }))
      throw new LocalFailure('interrupted', exits.interrupted)
    }
    if (end === 'third-key') {
      await interventions.stopWaiting(id)
      const { type, fingerprint } = current()!.thirdKey!
      if (!output.json) output.tell(style.red(texts.watch.third({ type, fingerprint })))
      output.document({
        restored: [],
        attention: [{ id, host: first.host, port: first.port, reason: 'third-key', lines: [] }],
      })
      return exits.attention
    }
    const needsPerson = end.state === 'needs-attention'
    report({ restored: needsPerson ? [] : [{ ...end, setAside: first.setAside }], attention: needsPerson ? [end] : [] }, output)
    return needsPerson ? exits.attention : exits.done
  })
}
