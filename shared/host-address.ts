import { z } from 'zod'

export { formatHostAddress, parseHostAddress } from './parse-host-address.js'

/** A server's address as typed; the parser lives apart, in a module without the schema library. */
export const HostAddress = z.strictObject({
  user: z.string().min(1).max(255).optional(),
  /** Without brackets; a zone (`%eth0`) stays. */
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65535).optional(),
})
export type HostAddress = z.infer<typeof HostAddress>
