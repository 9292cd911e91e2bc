/** Which saved server an intervention is about. */
interface Place {
  name: string
  host: string
  port: number
}
interface Saved {
  name: string
  address: { host: string; port?: number | undefined }
}

/** It was begun under the server's name or at its very address. */
export const concerns = (one: Place, server: Saved) =>
  one.name === server.name || (one.host === server.address.host && one.port === (server.address.port ?? 22))

/** The one it was begun under, else one at its address: two servers of one address may differ in their user. */
export const serverOf = <S extends Saved>(servers: readonly S[], one: Place): S | undefined =>
  servers.find((server) => server.name === one.name) ?? servers.find((server) => concerns(one, server))
