/**
 * What we offer in a key exchange, and what to say when nothing fits. No SHA-1, no DSS, no CBC, no compression; the lists hold only
 * what the running Node or Electron (BoringSSL) can do, because ssh2 throws on a name its runtime lacks.
 */
import { createCipheriv } from 'node:crypto'
import type { Algorithms, CipherAlgorithm, KexAlgorithm, ServerHostKeyAlgorithm } from 'ssh2'
import { stripServerLine } from '../../shared/server-text.js'

/** Host key algorithms in OpenSSH's default order. */
export const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Those a server can use with the very key in hand. */
export const algorithmsOfKeyType = (type: string): string[] =>
  type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : hostKeyAlgorithms.filter((name) => name === type)

/**
 * Classic Diffie-Hellman comes last and its small group first: in Electron group 14 freezes the thread for 0.7 s, group 16 for
 * 4 s, and with it every open terminal. Group 18 (23 s) and group exchange (2 s) are not offered at all.
 */
const kex: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
]

const ciphers: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  // Last: in JavaScript it costs twice the CPU, and without strict key exchange it is open to truncation (CVE-2023-48795).
  ...(hasChacha20() ? (['chacha20-poly1305@openssh.com'] as const) : []),
]

/** `getCiphers()` may name what the library then refuses; only trying tells. BoringSSL has no plain ChaCha20. */
function hasChacha20(): boolean {
  try {
    createCipheriv('chacha20', Buffer.alloc(32), Buffer.alloc(16))
    return true
  } catch {
    return false
  }
}

/** @param wanted host key algorithms in the caller's order; what we cannot or will not verify is left out, all gone means the default list. */
export function offeredAlgorithms(wanted: readonly string[]): Algorithms {
  const allowed = wanted.filter((name): name is ServerHostKeyAlgorithm => (hostKeyAlgorithms as readonly string[]).includes(name))
  return {
    kex: [...kex],
    serverHostKey: [...new Set(allowed.length > 0 ? allowed : hostKeyAlgorithms)],
    cipher: [...ciphers],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
  }
}

const disagreements: { pattern: RegExp; what: string; label: string }[] = [
  { pattern: /no matching key exchange algorithm/, what: 'kex', label: 'KEX method' },
  { pattern: /no matching host key format/, what: 'host-key', label: 'Host key format' },
  { pattern: /no matching C->S cipher/, what: 'cipher', label: 'C->S cipher' },
  { pattern: /no matching S->C cipher/, what: 'cipher', label: 'S->C cipher' },
  { pattern: /no matching C->S MAC/, what: 'mac', label: 'C->S MAC' },
  { pattern: /no matching S->C MAC/, what: 'mac', label: 'S->C MAC' },
  { pattern: /no matching C->S compression/, what: 'compression', label: 'C->S compression' },
  { pattern: /no matching S->C compression/, what: 'compression', label: 'S->C compression' },
]

export interface Offers {
  /** Feed with ssh2's debug lines; only those about the server's KEXINIT (RFC 4253 §7.1) are kept. */
  read(debugLine: string): void
  /** What the server offers where ssh2 found nothing in common; undefined when `message` is about something else. */
  explain(message: string): { what: string; offered: string } | undefined
}

export function readOffers(): Offers {
  const remote = new Map<string, string>()
  return {
    read(line) {
      const match = /^Handshake: \(remote\) ([^:]+): (.*)$/s.exec(line)
      if (match) remote.set(match[1]!, match[2]!)
    },
    explain(message) {
      const found = disagreements.find(({ pattern }) => pattern.test(message))
      if (!found) return undefined
      // Markers of extensions are no algorithms.
      const names = (remote.get(found.label) ?? '').split(',').filter((name) => !/^(?:ext-info-|kex-strict-)/.test(name))
      return { what: found.what, offered: stripServerLine(names.join(', '), 600) }
    },
  }
}
