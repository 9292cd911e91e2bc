/** From a saved server's link to whoever can be asked about the machine: an account by API, or a person in the panel. */
import { AppError } from '../../shared/errors.js'
import type { ManualWay, ProviderKind, ProviderLink } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { Log } from '../log.js'
import type { Accounts } from '../providers/accounts.js'
import { manualWay, manualWayOf } from '../providers/manual.js'
import { ProviderError } from '../providers/problem.js'
import { type Provider, splitServer } from '../providers/provider.js'
import { INSPECT_MS } from './interruption.js'

export type AccountsOf = Pick<Accounts, 'list' | 'provider'>

/** The provider's adapter and its name for the machine. */
export interface ProviderOf {
  adapter: Provider
  kind: ProviderKind
  server: string
}

const kinds: Record<string, ProviderKind> = {
  vps: 'ovhcloud',
  dedicated: 'ovhcloud',
  cloud: 'ovhcloud',
  server: 'hetzner-cloud',
  robot: 'hetzner-robot',
  instance: 'scaleway',
  metal: 'scaleway',
}
const kindOf = (server: string) => kinds[splitServer(server)[0]]

/**
 * Window and command line have accounts of their own: where the linked one is not here, or has no secret here, another of the same
 * provider that knows this machine does. @returns undefined for a link by hand, or to no product known here. @throws AppError `not-found`, ProviderError.
 */
export async function providerOf(accounts: AccountsOf, link: ProviderLink | undefined): Promise<ProviderOf | undefined> {
  if (link?.kind !== 'account') return undefined
  const { accountId, server } = link
  const kind = kindOf(server)
  if (!kind) return undefined
  const usable = accounts.list().filter(({ account, secrets }) => account.kind === kind && secrets !== 'missing')
  if (!usable.some(({ account }) => account.id === accountId)) {
    for (const { account } of usable) {
      const adapter = await accounts.provider(account.id)
      const isKnown = await adapter.inspect(server, AbortSignal.timeout(INSPECT_MS)).then(
        () => true,
        () => false,
      )
      if (isKnown) return { adapter, kind, server }
    }
  }
  return { adapter: await accounts.provider(accountId), kind, server }
}

/** There is no account for it here: what it could do is left to the person. */
export const isWithoutAccount = (error: unknown) =>
  error instanceof ProviderError ? error.problem === 'secret-missing' : error instanceof AppError && error.code === 'not-found'

/** The same machine in its provider's panel, for whoever does it by hand. */
export function manualOf(link: ProviderLink | undefined, direction: ManualWay['direction'] = 'enter'): ManualWay {
  if (link?.kind === 'by-hand') return manualWay(link.way, direction)
  const kind = link && kindOf(link.server)
  return manualWay(kind ? manualWayOf(kind, splitServer(link.server)[0]) : 'other', direction)
}

export function problemOf(error: unknown, log: Log): ProviderProblemInfo {
  if (error instanceof ProviderError) return error.toProblemInfo()
  log.error('a provider could not be asked', error)
  return { problem: 'not-understood', changed: 'nothing', data: {} }
}
