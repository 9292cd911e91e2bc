/**
 * The only function ever given to ssh2 as `hostVerifier`. ssh2 refuses a key for the exact value `false` alone: a promise, `null`,
 * `0` or a forgotten answer all accept. Hence: synchronous, returns nothing, every path ends in `verify(answer === true)`, and
 * what is thrown refuses. ssh2 asks again at every re-key; then the accepted key is the only one that passes.
 */
import { readKeyType, rsaBits } from './wire.js'

/** NIST SP 800-131A; OpenSSH's own floor (RequiredRSASize) is lower for old servers' sake. */
const MIN_RSA_BITS = 2048

export interface HostKeyGuard {
  hostVerifier(key: Buffer, verify: (permitted: boolean) => void): void
  /** The key that passed; it proves nothing before the handshake is complete (the signature is checked after the verifier). */
  accepted(): Buffer | undefined
  refusal(): { reason: 'refused' | 'changed-again'; blob: Buffer } | { reason: 'weak'; blob: Buffer; bits: number } | undefined
}

export function guardHostKey(verify: (blob: Buffer) => boolean): HostKeyGuard {
  let accepted: Buffer | undefined
  let refusal: ReturnType<HostKeyGuard['refusal']>

  function judge(key: Buffer): boolean {
    // A copy: ssh2 hands out a view into its packet buffer, and the caller's may not be ours either.
    const blob = Buffer.from(key)
    refusal = { reason: accepted ? 'changed-again' : 'refused', blob }
    if (accepted) {
      if (!accepted.equals(blob)) return false
      refusal = undefined
      return true
    }
    const bits = readKeyType(blob) === 'ssh-rsa' ? rsaBits(blob) : undefined
    if (bits !== undefined && bits < MIN_RSA_BITS) {
      refusal = { reason: 'weak', blob, bits }
      return false
    }
    const answer: unknown = verify(Buffer.from(blob))
    if (answer !== true) return false
    accepted = blob
    refusal = undefined
    return true
  }

  return {
    hostVerifier(key, answer) {
      let permitted = false
      try {
        permitted = judge(key)
      } catch {
        permitted = false
      }
      answer(permitted === true)
    },
    accepted: () => accepted,
    refusal: () => refusal,
  }
}
