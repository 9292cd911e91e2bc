import type { TerminalSession } from '../../shared/terminal-session.js'

/** A target as OpenSSH would see it. Paths are absolute; `none` is an empty list. */
export interface ResolvedTarget {
  typed: string
  host: string
  port: number
  user: string
  /** `HostKeyAlias`. */
  alias?: string
  checkHostIp: boolean
  hashKnownHosts: boolean
  strict: 'yes' | 'ask' | 'accept-new' | 'no'
  userFiles: string[]
  systemFiles: string[]
  identityFiles: string[]
  identitiesOnly: boolean
  /** Socket or pipe; absent: no agent. */
  agent?: string
  /** `ProxyJump` or `ProxyCommand` as configured; connecting through one is not supported. */
  proxy?: string
  notes: TerminalSession['notes']
}

export async function resolveTarget(_text: string, _o: { home: string; signal?: AbortSignal }): Promise<ResolvedTarget> {
  throw new Error('being built')
}

export interface ConfigHost {
  name: string
  target: string
  detail: string
}

export async function listConfigHosts(_home: string): Promise<ConfigHost[]> {
  throw new Error('being built')
}
