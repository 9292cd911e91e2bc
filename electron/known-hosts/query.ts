/** What is asked of known_hosts: which files, under which names. */
import { isIPv4, isIPv6 } from 'node:net'
import { foldAscii } from './match.js'

/** One known_hosts file as read. A missing file is not in the list; the order of the list is OpenSSH's. */
export interface KnownHostsContent {
  path: string
  system: boolean
  bytes: Buffer
}

export interface HostKeyQuery {
  /** `host` or `[host]:port`, folded and canonical. */
  lookupName: string
  /** The bare name, tried read-only when `lookupName` has a port and no unmarked line covers it. */
  bareName?: string
  /** The server's address in lookup form; only when CheckHostIP applies (never for loopback, proxies or a typed address). */
  address?: string
}

/**
 * Lookup form as ssh builds it: ASCII-folded, addresses canonical (`2001:DB8:0::1` → `2001:db8::1`), `[host]:port` unless 22.
 * An alias (HostKeyAlias) replaces name and port and switches the fallback off. `o.address`: numeric, without port.
 */
export function makeQuery(host: string, port: number, o: { alias?: string; address?: string } = {}): HostKeyQuery {
  const withPort = (name: string) => (port === 22 ? name : `[${name}]:${port}`)
  const address = o.address === undefined ? {} : { address: withPort(canonicalHost(o.address)) }
  if (o.alias !== undefined) return { lookupName: foldAscii(o.alias), ...address }
  const bare = canonicalHost(host)
  return { lookupName: withPort(bare), ...(port === 22 ? {} : { bareName: bare }), ...address }
}

/** Bare form of `[host]:port`. */
export const bareForm = (name: string) => /^\[(.*)\]:\d+$/s.exec(name)?.[1] ?? name

/** Numeric hosts as getnameinfo prints them (ssh.c resolve_addr): IPv6 short, `127.1` in full; a zone stays; names are only folded. */
export function canonicalHost(host: string): string {
  if (/^[0-9.]*[0-9]$/.test(host) && !isIPv4(host)) {
    try {
      return new URL(`http://${host}/`).hostname
    } catch {
      return host
    }
  }
  const [address, ...zone] = host.split('%')
  // Node's pattern for IPv6 takes milliseconds to compile: a name without a colon does not need it.
  if (!address!.includes(':') || !isIPv6(address!)) return foldAscii(host)
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const embedded = /^::(ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  // The URL parser writes the last 32 bits of mapped and compatible addresses in hex, getnameinfo in dots.
  const dotted = embedded ? `::${embedded[1] ?? ''}${[embedded[2]!, embedded[3]!].flatMap(toDecimalPair).join('.')}` : short
  return [dotted, ...zone].join('%')
}

const toDecimalPair = (group: string) => {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 255]
}
