/** Signatures of the SSH protocol, checked with Node's own cryptography. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** Fields of the SSH wire format (RFC 4251 §5). @throws RangeError at the end of the bytes. */
export function readFields(bytes: Buffer) {
  let at = 0
  const take = (length: number) => {
    if (length > bytes.length - at) throw new RangeError('cut short')
    at += length
    return bytes.subarray(at - length, at)
  }
  return {
    take,
    number: () => take(4).readUInt32BE(0),
    string: () => take(take(4).readUInt32BE(0)),
    isAtEnd: () => at === bytes.length,
  }
}

const curves: Record<string, { name: string; digest: string; bytes: number }> = {
  nistp256: { name: 'P-256', digest: 'sha256', bytes: 32 },
  nistp384: { name: 'P-384', digest: 'sha384', bytes: 48 },
  nistp521: { name: 'P-521', digest: 'sha512', bytes: 66 },
}

/**
 * Was `signed` signed with the private half of the public key `blob`? Formats: RFC 8709 §6, RFC 5656 §3.1.2, RFC 8332 §3, RFC 4253 §6.6.
 * @param signature algorithm and proof, as the wire has them
 * @returns undefined for a kind of key that is not checked here (DSA, security keys)
 */
export function verifySignature(blob: Buffer, signature: Buffer, signed: Buffer): boolean | undefined {
  try {
    const fields = readFields(signature)
    const [algorithm, proof] = [fields.string().toString('latin1'), fields.string()]
    return fields.isAtEnd() && checkProof(blob, algorithm, signed, proof)
  } catch {
    return false
  }
}

function checkProof(blob: Buffer, algorithm: string, signed: Buffer, proof: Buffer): boolean | undefined {
  const key = readFields(blob)
  const type = key.string().toString('latin1')
  if (type === 'ssh-ed25519') {
    if (algorithm !== type) return false
    return verify(null, signed, fromJwk({ kty: 'OKP', crv: 'Ed25519', x: url(key.string()) }), proof)
  }
  if (type === 'ssh-rsa') {
    const digest = { 'ssh-rsa': 'sha1', 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm]
    const [e, n] = [unsigned(key.string()), unsigned(key.string())]
    return digest !== undefined && verify(digest, signed, fromJwk({ kty: 'RSA', n: url(n), e: url(e) }), proof)
  }
  const curve = curves[type.replace('ecdsa-sha2-', '')]
  if (!curve) return undefined
  if (algorithm !== type) return false
  key.string()
  const point = key.string()
  const { name, digest, bytes } = curve
  if (point.length !== 1 + 2 * bytes || point[0] !== 4) return false
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)]
  const numbers = readFields(proof)
  const [r, s] = [unsigned(numbers.string()), unsigned(numbers.string())]
  if (!numbers.isAtEnd() || r.length > bytes || s.length > bytes) return false
  const padded = Buffer.concat([Buffer.alloc(bytes - r.length), r, Buffer.alloc(bytes - s.length), s])
  return verify(digest, signed, { key: fromJwk({ kty: 'EC', crv: name, x: url(x), y: url(y) }), dsaEncoding: 'ieee-p1363' }, padded)
}

const fromJwk = (key: Record<string, string>): KeyObject => createPublicKey({ key, format: 'jwk' })
const url = (bytes: Buffer) => bytes.toString('base64url')
/** A non-negative mpint without its leading zeros. */
const unsigned = (bytes: Buffer) => {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  return bytes.subarray(start)
}
