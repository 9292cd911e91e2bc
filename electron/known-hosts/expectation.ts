/**
 * Compares what a person pasted with a presented key. The text may carry the clutter of e-mails and panels: quotes, prompts, labels,
 * several fingerprints (one per key type). `match` needs one complete expectation that fits; a cut-off fingerprint is none.
 * Understood: SHA256 (base64 with or without prefix and padding, hex), MD5 (with or without prefix), a public key or known_hosts
 * line, the output of `ssh-keygen -l` and `ssh-keyscan`.
 */
import { createHash } from 'node:crypto'
import type { ComparisonResult } from '../../shared/host-key.js'
import { canonicalType, decodeBase64, readKey } from './blob.js'

/** Invisible characters that copying adds inside words: zero width ones, soft hyphen, BOM, bidi marks. */
const invisible = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g
const hash = (algorithm: 'sha256' | 'md5', blob: Buffer) => createHash(algorithm).update(blob)

/** Every complete expectation in the text, as "does it fit?". */
function findExpectations(text: string, blob: Buffer): boolean[] {
  const sha256 = hash('sha256', blob)
  const digest = sha256.digest()
  const base64 = digest.toString('base64').replace('=', '')
  const md5 = hash('md5', blob).digest('hex')
  const identity = readKey(blob)?.identity
  const found: boolean[] = []
  let rest = text
  const take = (pattern: RegExp, judge: (match: RegExpExecArray) => boolean | undefined) => {
    rest = rest.replace(pattern, (...parts) => {
      const fits = judge(parts as unknown as RegExpExecArray)
      if (fits === undefined) return parts[0]
      found.push(fits)
      return ' '
    })
  }
  // Whole keys first: their base64 must not be searched for fingerprints.
  take(/(?<![A-Za-z0-9+/=])AAAA[A-Za-z0-9+/]{20,}={0,2}(?![A-Za-z0-9+/=])/g, ([word]) => {
    const key = readKey(decodeBase64(word!) ?? Buffer.alloc(0))
    return key && key.identity === identity
  })
  take(/SHA256:\s*([A-Za-z0-9+/]{43})=?(?![A-Za-z0-9+/=])/gi, ([, value]) => value === base64)
  take(/(?<![A-Za-z0-9+/=:])([A-Za-z0-9+/]{43})=?(?![A-Za-z0-9+/=:])/g, ([, value]) => value === base64)
  const hex = (value: string) => value.replaceAll(':', '').toLowerCase()
  take(/(?<![0-9A-Za-z:])(?:SHA256:\s*)?([0-9a-f]{2}(?::[0-9a-f]{2}){31}|[0-9a-f]{64})(?![0-9A-Za-z:])/gi, ([, value]) => {
    return hex(value!) === digest.toString('hex')
  })
  take(/(?<![0-9A-Za-z:])(?:MD5:\s*)?([0-9a-f]{2}(?::[0-9a-f]{2}){15}|[0-9a-f]{32})(?![0-9A-Za-z:])/gi, ([, value]) => {
    return hex(value!) === md5
  })
  return found
}

/** A key that an e-mail broke over several lines: the words after the type, joined until they are a readable key. */
function findWrappedKey(text: string, blob: Buffer): boolean[] {
  const words = text.split(/\s+/)
  const at = words.findIndex((word) => canonicalType(word) !== undefined)
  if (at < 0) return []
  const identity = readKey(blob)?.identity
  let joined = ''
  for (const word of words.slice(at + 1, at + 40)) {
    joined += word
    const key = readKey(decodeBase64(joined) ?? Buffer.alloc(0))
    if (key) return [key.identity === identity]
  }
  return []
}

/** `text` comes from a person or an attacker's mail, `blob` from the server. */
export function compareExpectation(text: string, blob: Buffer): ComparisonResult {
  const clean = text.replace(invisible, '').trim()
  if (!clean) return 'empty'
  const direct = findExpectations(clean, blob)
  const found = direct.length > 0 ? direct : findWrappedKey(clean, blob)
  if (found.length === 0) return 'not-a-fingerprint'
  return found.includes(true) ? 'match' : 'no-match'
}
