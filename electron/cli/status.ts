/** `rescueterm status`: what is set aside, where, since when, what to do next. */
import type { Intervention } from '../../shared/intervention.js'
import type { Options } from './arguments.js'
import type { CommandContext } from './context.js'
import { exits } from './failure.js'
import { dataDirOf, openOnes, placeOf, withInterventions } from './journal.js'
import { harmless } from './output.js'

export async function status(options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const { texts, style } = output
  return withInterventions({ dataDir: dataDirOf(options, o.home), output }, async (interventions) => {
    const open = openOnes(interventions)
    output.document({
      interventions: open.map((one) => ({
        id: one.id,
        host: one.host,
        port: one.port,
        state: one.state,
        since: one.since,
        setAside: one.setAside,
        next: nextStep(one),
      })),
    })
    if (open.length === 0) output.print(texts.status.nothing)
    const time = new Intl.DateTimeFormat(output.language === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' })
    for (const one of open) {
      const paint = one.state === 'needs-attention' || one.thirdKey ? style.red : style.amber
      const { id, setAside, since, state } = one
      output.print(
        paint(
          texts.status.row({ host: placeOf(one), state: texts.status.state[state], n: setAside, since: time.format(new Date(since)), id }),
        ),
      )
      for (const { path, lines } of one.files) output.print(`  ${harmless(path)}:${lines.join(',')}`)
      if (one.thirdKey) output.print(style.red(texts.status.third))
      output.print(texts.status.next({ command: nextStep(one) }))
    }
    return exits.done
  })
}

/** A command, the same in every language. */
function nextStep(one: Intervention): string {
  return one.state === 'active' && !one.thirdKey ? `rescueterm watch ${placeOf(one)}` : `rescueterm restore --id ${one.id}`
}
