/** `rescueterm servers`: saved servers, and the machines of the provider accounts that this environment holds. */
import type { ProviderServer } from '../../shared/provider.js'
import { ProviderError } from '../providers/problem.js'
import type { Options } from './arguments.js'
import type { CommandContext } from './context.js'
import { environmentAccounts } from './environment-accounts.js'
import { exits } from './failure.js'
import { harmless } from './output.js'
import { loadVisitTexts, problemText } from './visit-texts.js'
import { withApp } from './with-app.js'

const ASK_MS = 60_000

export async function servers(options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const texts = await loadVisitTexts(output.language)
  const accounts = await environmentAccounts(o.home, process.env)
  return withApp(options, { ...o, accounts }, async ({ app }) => {
    const machines: (ProviderServer & { account: string })[] = []
    let isWhole = true
    for (const { account } of accounts) {
      try {
        const provider = await app.accounts.provider(account.id)
        const found = await provider.listServers(AbortSignal.any([o.signal, AbortSignal.timeout(ASK_MS)]))
        machines.push(...found.map((one) => ({ ...one, account: account.kind })))
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        isWhole = false
        output.tell(output.style.red(problemText(error.toProblemInfo(), account.kind, output.language)))
      }
    }
    const saved = app.state().servers
    output.document({
      servers: saved.map(({ name, target, badge, since }) => ({ name, target, state: badge, ...(since ? { since } : {}) })),
      machines: machines.map(({ account, id, name, state, addresses }) => ({ account, id, name, state, addresses })),
    })
    if (saved.length === 0 && machines.length === 0) output.print(texts.noServers)
    for (const { name, target, badge } of saved)
      output.print(`${harmless(name).padEnd(28)} ${harmless(target).padEnd(36)} ${texts.badge[badge]}`)
    for (const { account, name, state, addresses } of machines)
      output.print(
        `${harmless(name).padEnd(28)} ${addresses.join(' ').padEnd(36)} ${texts.machineState[state]}  ${output.style.dim(account)}`,
      )
    return isWhole ? exits.done : exits.failure
  })
}
