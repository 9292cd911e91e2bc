/** `rescueterm servers`: saved servers, and the machines of the provider accounts that this environment holds. */
import type { Options } from './arguments.js'
import type { CommandContext } from './context.js'
import { environmentAccounts } from './environment-accounts.js'
import { exits } from './failure.js'
import { listMachines } from './find-machine.js'
import { harmless } from './output.js'
import { loadVisitTexts, problemText } from './visit-texts.js'
import { withApp } from './with-app.js'

export async function servers(options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const texts = await loadVisitTexts(output.language)
  const accounts = await environmentAccounts(o.home, process.env)
  return withApp(options, { ...o, accounts }, async ({ app }) => {
    const { machines, refusals, leftOut } = await listMachines(app, accounts, o.signal)
    for (const one of refusals) output.tell(output.style.red(problemText(one.toProblemInfo(), one.provider, output.language)))
    for (const one of leftOut)
      output.tell(output.style.red(`${harmless(one.what)}: ${problemText(one.problem, one.provider, output.language)}`))
    const saved = app.state().servers
    output.document({
      servers: saved.map(({ name, target, badge, since }) => ({ name, target, state: badge, ...(since ? { since } : {}) })),
      machines: machines.map(({ provider, id, name, state, addresses }) => ({ account: provider, id, name, state, addresses })),
    })
    if (saved.length === 0 && machines.length === 0) output.print(texts.noServers)
    for (const { name, target, badge } of saved)
      output.print(`${harmless(name).padEnd(28)} ${harmless(target).padEnd(36)} ${texts.badge[badge]}`)
    for (const { provider, name, state, addresses } of machines)
      output.print(
        `${harmless(name).padEnd(28)} ${addresses.join(' ').padEnd(36)} ${texts.machineState[state]}  ${output.style.dim(provider)}`,
      )
    return refusals.length + leftOut.length === 0 ? exits.done : exits.failure
  })
}
