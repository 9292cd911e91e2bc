import { z } from 'zod'
import { HostAddress } from './host-address.js'
import { ProviderLink } from './provider.js'

/** A saved machine. `target` is what is handed to ssh: an address or a Host of the ssh config. No secrets, ever. */
export const Server = z.strictObject({
  id: z.string(),
  name: z.string().min(1).max(100),
  target: z.string().min(1).max(600),
  address: HostAddress,
  lastUsed: z.iso.datetime().optional(),
  provider: ProviderLink.optional(),
})
export type Server = z.infer<typeof Server>

export const ServerBadge = z.enum(['known', 'new', 'rescue', 'changed', 'attention', 'alarm', 'revoked'])
export type ServerBadge = z.infer<typeof ServerBadge>

/** A server as listed: what the files and open interventions say about it. `since` belongs to `rescue`. */
export const ServerState = Server.extend({ badge: ServerBadge, since: z.iso.datetime().optional(), interventionId: z.string().optional() })
export type ServerState = z.infer<typeof ServerState>

/** A Host of `~/.ssh/config` that can be imported (patterns are left out). */
export const ImportableServer = z.strictObject({ name: z.string(), target: z.string(), detail: z.string(), alreadySaved: z.boolean() })
export type ImportableServer = z.infer<typeof ImportableServer>
