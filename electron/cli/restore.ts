/** `rescueterm restore`: puts lines back by id and content; where they are not as they were left, a person decides. */
import { AppError } from '../../shared/errors.js'
import type { Intervention } from '../../shared/intervention.js'
import { type Options, type TypedHost, UsageError } from './arguments.js'
import type { CommandContext } from './context.js'
import { exits } from './failure.js'
import { dataDirOf, findByHost, openOnes, placeOf, withInterventions } from './journal.js'
import { harmless, type Output } from './output.js'

export async function restore(host: TypedHost | undefined, options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  return withInterventions({ dataDir: dataDirOf(options, o.home), output }, async (interventions) => {
    const open = openOnes(interventions)
    const chosen = await choose()
    if (options.dryRun) {
      for (const one of chosen) output.print(output.texts.restore.wouldRestore({ id: one.id, host: placeOf(one), files: linesOf(one) }))
      output.tell(output.texts.edit.dryRun)
      output.document({ restored: chosen.map(restoredRow), attention: [] })
      return exits.done
    }
    const restored: Intervention[] = []
    const attention: Intervention[] = []
    for (const { id, state, setAside } of chosen) {
      // Left from a crash and just finished by the start of this command: nothing more to do.
      if (state === 'active' || state === 'needs-attention') await interventions.restoreNow(id)
      const after = interventions.list().find((one) => one.id === id)
      if (after?.state === 'needs-attention') attention.push(after)
      else if (after) restored.push({ ...after, setAside })
    }
    report({ restored, attention }, output)
    return attention.length > 0 ? exits.attention : exits.done

    async function choose(): Promise<Intervention[]> {
      if (options.all) return open
      if (options.id !== undefined) {
        const found = open.filter(({ id }) => id === options.id)
        if (found.length === 0) throw new AppError('not-found', { id: options.id.slice(0, 80) })
        return found
      }
      if (host) {
        const found = await findByHost(interventions, host, options, o.home)
        if (found.length === 0) throw new AppError('not-found', { host: host.text })
        return found
      }
      // Nothing named: fine as long as it cannot be misunderstood.
      if (open.length > 1) throw new UsageError('which-restore')
      return open
    }
  })
}

const restoredRow = ({ id, host, port, files }: Intervention) => ({ id, host, port, files: files.map(({ path }) => path) })
const linesOf = ({ files }: Intervention) => files.map(({ path, lines }) => `${harmless(path)}:${lines.join(',')}`).join(', ')

/** Also the end of `watch`. */
export function report({ restored, attention }: { restored: Intervention[]; attention: Intervention[] }, output: Output): void {
  const { texts, style } = output
  output.document({
    restored: restored.map(restoredRow),
    attention: attention.map(({ id, host, port, attention: lines }) => ({
      id,
      host,
      port,
      reason: lines[0]?.reason ?? 'edited',
      lines: lines.map(({ file, line, reason, saved, current }) => ({
        file,
        ...(line === undefined ? {} : { line }),
        reason,
        saved,
        ...(current === undefined ? {} : { current }),
      })),
    })),
  })
  if (restored.length === 0 && attention.length === 0) output.print(texts.restore.nothing)
  for (const one of restored) {
    const n = one.summary?.lines ?? one.setAside
    output.print(
      style.green(texts.restore.restored({ host: placeOf(one), n, files: one.files.map(({ path }) => harmless(path)).join(', ') })),
    )
    if (one.summary?.verified) output.print(texts.restore.verified)
  }
  for (const one of attention) {
    output.print(style.red(texts.restore.attention({ host: placeOf(one), id: one.id })))
    for (const line of one.attention) {
      output.print(texts.restore.line({ file: harmless(line.file), line: line.line ?? 0, reason: texts.restore.reason[line.reason] }))
      output.print(`${texts.restore.saved}${harmless(line.saved)}`)
      if (line.current !== undefined) output.print(`${texts.restore.current}${harmless(line.current)}`)
    }
  }
}
