import { z } from 'zod'

/** A public host key as people see it. `type` is the key type (`ssh-rsa`, not the signature algorithm); `fingerprint` is `SHA256:` + unpadded base64. */
export const HostKeyInfo = z.strictObject({ type: z.string(), fingerprint: z.string() })
export type HostKeyInfo = z.infer<typeof HostKeyInfo>

/** A key presented in a handshake, with OpenSSH's randomart (11 lines, ASCII). */
export const PresentedKey = HostKeyInfo.extend({ randomart: z.string(), publicKey: z.string() })
export type PresentedKey = z.infer<typeof PresentedKey>

/** One known_hosts line that decides. `line` counts physical lines from 1. `names` are the other plain names on the line (a hashed line has none). */
export const KnownEntry = z.strictObject({
  file: z.string(),
  line: z.number().int().positive(),
  marker: z.enum(['revoked', 'cert-authority']).optional(),
  type: z.string(),
  fingerprint: z.string(),
  otherNames: z.array(z.string()),
  pattern: z.boolean(),
  system: z.boolean(),
})
export type KnownEntry = z.infer<typeof KnownEntry>

export const verdictKinds = ['match', 'match-ca', 'unknown', 'changed', 'other-type', 'revoked'] as const
export const VerdictKind = z.enum(verdictKinds)
export type VerdictKind = z.infer<typeof VerdictKind>

/** Answer to a pasted expectation (SHA256, bare base64, MD5 hex, public key, known_hosts line). */
export const ComparisonResult = z.enum(['empty', 'match', 'no-match', 'not-a-fingerprint'])
export type ComparisonResult = z.infer<typeof ComparisonResult>
