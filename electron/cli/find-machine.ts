/** Which machine of the provider accounts a typed HOST is. Names are not unique at every provider: an address counts more than a name. */
import { setMaxListeners } from 'node:events'
import type { LeftOut, ProviderKind, ProviderServer } from '../../shared/provider.js'
import type { App } from '../app.js'
import { canonicalHost } from '../known-hosts/query.js'
import type { GivenAccount } from '../providers/accounts.js'
import { ProviderError } from '../providers/problem.js'
import { exits, LocalFailure } from './failure.js'

export interface Machine extends ProviderServer {
  accountId: string
  provider: ProviderKind
}

// Scaleway is asked zone by zone, OVHcloud machine by machine.
const LIST_MS = 60_000

/** @returns every machine of the accounts that answered, why the others did not, and what of an account is missing. @throws the reason of `signal`. */
export async function listMachines(
  { accounts }: Pick<App, 'accounts'>,
  given: readonly GivenAccount[],
  signal: AbortSignal,
): Promise<{ machines: Machine[]; refusals: ProviderError[]; leftOut: (LeftOut & { provider: ProviderKind })[] }> {
  const machines: Machine[] = []
  const leftOut: (LeftOut & { provider: ProviderKind })[] = []
  const refusals: ProviderError[] = []
  for (const { account } of given) {
    const limit = AbortSignal.timeout(LIST_MS)
    const either = AbortSignal.any([signal, limit])
    // Every zone of Scaleway listens to it at once.
    setMaxListeners(0, either)
    try {
      const provider = await accounts.provider(account.id)
      const found = await provider.listServers(either, (one) => leftOut.push({ ...one, provider: account.kind }))
      machines.push(...found.map((one) => ({ ...one, accountId: account.id, provider: account.kind })))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ProviderError) refusals.push(error)
      else if (limit.aborted) refusals.push(new ProviderError(account.kind, 'timeout', { data: { seconds: LIST_MS / 1000 } }))
      else throw error
    }
  }
  return { machines, refusals, leftOut }
}

/**
 * By address, else by the provider's id (OVHcloud's service name), else by name.
 * @param names what was typed, and what it stands for. @param addresses empty where it resolves to none.
 * @throws LocalFailure `several-machines`, `other-address`: the wrong one must not be switched off.
 */
export function chooseMachine(machines: readonly Machine[], names: readonly string[], addresses: readonly string[]): Machine | undefined {
  const places = new Set(addresses.map(canonical))
  const called = new Set(names.map((one) => one.toLowerCase()))
  const there = machines.filter((one) => one.addresses.some((address) => places.has(canonical(address))))
  const byId = machines.filter(({ id }) => called.has(ownId(id)))
  const byName = machines.filter(({ name }) => called.has(name.toLowerCase()))
  const fitting = [there, byId, byName].find((list) => list.length > 0) ?? []
  const [found] = fitting
  const data = { host: names[0] ?? '', machines: fitting.map(lineOf).join('\n') }
  if (fitting.length > 1) throw new LocalFailure('several-machines', exits.failure, data)
  if (found && places.size > 0 && fitting !== there && found.addresses.length > 0)
    throw new LocalFailure('other-address', exits.failure, data)
  return found
}

const ownId = (id: string) => id.slice(id.lastIndexOf('/') + 1).toLowerCase()
const lineOf = ({ id, name, addresses, provider }: Machine) => `  ${name}  ${addresses.join(' ')}  ${ownId(id)}  (${provider})`

/** IPv6 has many spellings. */
const canonical = (address: string) => canonicalHost(address.replace(/%.*/, ''))
