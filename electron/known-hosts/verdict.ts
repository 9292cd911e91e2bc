import type { KnownEntry, VerdictKind } from '../../shared/host-key.js'

/** One known_hosts file as read. A missing file is not in the list; the order of the list is OpenSSH's. */
export interface KnownHostsContent {
  path: string
  system: boolean
  bytes: Buffer
}

export interface HostKeyQuery {
  /** `host` or `[host]:port`, folded and canonical. */
  lookupName: string
  /** The bare name, tried when `lookupName` has a port and nothing covers it. */
  bareName?: string
  /** The server's address in lookup form, when CheckHostIP applies. */
  address?: string
}

export interface HostKeyVerdict {
  kind: VerdictKind
  entries: KnownEntry[]
  authorityOnly: boolean
  systemEntries: KnownEntry[]
}

export function judgeHostKey(_files: readonly KnownHostsContent[], _query: HostKeyQuery, _presented: Buffer): HostKeyVerdict {
  throw new Error('being built')
}
export function orderHostKeyAlgorithms(_files: readonly KnownHostsContent[], _query: HostKeyQuery): string[] {
  throw new Error('being built')
}
export function isKnownName(_files: readonly KnownHostsContent[], _query: HostKeyQuery): 'known' | 'new' | 'revoked-only' {
  throw new Error('being built')
}
export function makeQuery(_host: string, _port: number, _o: { alias?: string; address?: string } = {}): HostKeyQuery {
  throw new Error('being built')
}
