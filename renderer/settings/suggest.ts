/** Which saved server a provider's machine is, as far as names and addresses tell: pure. */
import type { ProviderServer } from '../../shared/provider.js'
import type { ServerState } from '../../shared/server.js'

/** The saved server that is linked to this machine of this account. */
export const linkedServer = (servers: readonly ServerState[], accountId: string, machine: Pick<ProviderServer, 'id'>) =>
  servers.find(({ provider }) => provider?.kind === 'account' && provider.accountId === accountId && provider.server === machine.id)

/** A saved server at one of its addresses, or called by its name or the provider's id of it; none that is linked already. */
export function suggestServer(
  servers: readonly ServerState[],
  { id, name, addresses }: Pick<ProviderServer, 'id' | 'name' | 'addresses'>,
): ServerState | undefined {
  const free = servers.filter(({ provider }) => provider?.kind !== 'account')
  const at = (hosts: readonly string[]) => {
    const wanted = hosts.map(canonical)
    return free.find(({ address }) => wanted.includes(canonical(address.host)))
  }
  return at(addresses) ?? at([name, id.slice(id.indexOf('/') + 1)])
}

/** One IPv6 address has many spellings; names have no case. */
function canonical(host: string): string {
  if (!host.includes(':')) return host.toLowerCase()
  try {
    return new URL(`http://[${host}]`).hostname
  } catch {
    return host.toLowerCase()
  }
}
