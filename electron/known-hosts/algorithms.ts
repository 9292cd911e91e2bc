/** Which host key algorithms to offer, in OpenSSH's order for what is on file (`sshconnect2.c`, order_hostkeyalgs). */
import { createNameTest, findCoveringLines } from './lines.js'
import { toByteString } from './match.js'
import type { HostKeyQuery, KnownHostsContent } from './query.js'

/** OpenSSH's default order without what ssh2 cannot do (certificates, hardware keys) and without SHA-1 and DSS. */
const offered = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

const typeOf = (algorithm: string) => (algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)

/**
 * Algorithms whose key type is on file for the lookup name come first; if the best one (Ed25519) is, the default order stands. A type
 * counts by its first line, and not if that key is revoked. Without this a server with three keys and one line looks changed.
 */
export function orderHostKeyAlgorithms(files: readonly KnownHostsContent[], query: HostKeyQuery): string[] {
  const test = createNameTest([toByteString(query.lookupName)])
  const lines = files.flatMap((file) => findCoveringLines(file.bytes, test))
  const revoked = new Set(lines.filter((line) => line.fields.marker === 'revoked').map((line) => line.key.plain))
  const isOnFile = (algorithm: string) => {
    const first = lines.find((line) => !line.fields.marker && line.key.type === typeOf(algorithm))
    return first !== undefined && !revoked.has(first.key.plain)
  }
  if (isOnFile(offered[0])) return [...offered]
  return [...offered.filter(isOnFile), ...offered.filter((algorithm) => !isOnFile(algorithm))]
}
