import type { Capabilities, OvhEndpoint } from '../../../shared/provider.js'
import { joinLists } from '../listing.js'
import { ProviderError } from '../problem.js'
import { type Credentials, type Provider, splitServer } from '../provider.js'
import { createOvhClient, type OvhCredentials, type OvhParts } from './client.js'
import { createCloud } from './cloud.js'
import { createDedicated } from './dedicated.js'
import { passwordFromMails } from './mails.js'
import { redeemSecret } from './secret.js'
import { createVps } from './vps.js'

const capabilities: Record<string, Capabilities> = {
  vps: { stickiness: 'until-left', progress: 'percent', credentials: 'mail', publishesHostKey: false, console: true },
  dedicated: { stickiness: 'until-left', progress: 'stages', credentials: 'secret', publishesHostKey: false, console: false },
  cloud: { stickiness: 'until-left', progress: 'stages', credentials: 'answer', publishesHostKey: false, console: true },
}

/** VPS, dedicated servers and Public Cloud instances of one account. `readMail`: the person allowed it. */
export function createOvhcloud(o: { endpoint: OvhEndpoint; credentials: OvhCredentials; readMail: boolean }, parts: OvhParts): Provider {
  const client = createOvhClient(o.endpoint, o.credentials, parts)
  const { clock } = parts
  const vps = createVps(client, clock, o.readMail)
  const dedicated = createDedicated(client, clock, o.readMail)
  const cloud = createCloud(client, clock)
  const families = { vps, dedicated, cloud }

  function family(server: string) {
    const [product, id] = splitServer(server)
    const found = families[product as keyof typeof families]
    if (!found) throw new ProviderError('ovhcloud', 'not-found')
    return { product: product as keyof typeof families, found, id }
  }

  return {
    capabilities: (server) => capabilities[family(server).product]!,
    listServers(signal, onLeftOut = () => {}) {
      const parts = Object.entries(families).map(([what, one]) => ({ what, list: one.list(signal, onLeftOut) }))
      // A key for VPS only may not see the others, and not every region has every product.
      return joinLists(parts, ['not-granted', 'not-available'], { signal, onLeftOut })
    },
    inspect(server, signal) {
      const { found, id } = family(server)
      return found.inspect(id, signal)
    },
    enter(server, options) {
      const { found, id } = family(server)
      return found.enter(id, options)
    },
    leave(server, options) {
      const { found, id } = family(server)
      return found.leave(id, options)
    },
    progress(operation, options) {
      const { found, id } = family(operation.server)
      return found.progress(id, operation, options)
    },
    async credentials(operation, options): Promise<Credentials> {
      const { product, id } = family(operation.server)
      const { signal } = options
      if (product === 'cloud') return cloud.credentials(id, options)
      const redeem = (secret: string) => redeemSecret(o.endpoint, secret, signal, parts)
      const own = product === 'dedicated' ? await dedicated.credentials(id, operation, options, redeem) : undefined
      if (own && own.kind !== 'by-hand') return own
      if (!o.readMail) return { kind: 'by-hand' }
      const addresses = await families[product].addresses(id, signal)
      const host = addresses.find((one) => !one.includes(':')) ?? addresses[0] ?? id
      return passwordFromMails({ ...options, client, clock, server: { name: id, host }, before: operation.before, redeem })
    },
    hostKeyHint: async () => ({ kind: 'never' }),
    async console(server, signal) {
      const { product, id } = family(server)
      return product === 'dedicated' ? undefined : families[product].console(id, signal)
    },
  }
}
