/** Signatures made by `ssh-keygen -Y sign`, verified with Node's own cryptography. Format: OpenSSH's PROTOCOL.sshsig, version 1. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'

const MAGIC = 'SSHSIG'
const MAX_SIGNATURE = 16 * 1024

/** Fields of the SSH wire format (RFC 4251 §5). @throws RangeError at the end of the bytes. */
function readFields(bytes: Buffer) {
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

const field = (content: Buffer | string) => {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/**
 * True only if `armored` (written by the server) is a signature of `message` for `namespace`, made with the private half of the
 * public key `blob`. Ed25519, ECDSA and RSA with SHA-2; RSA with SHA-1 and everything malformed is false.
 */
export function verifySshSignature(armored: string, o: { blob: Buffer; namespace: string; message: string }): boolean {
  try {
    return check(armored, o)
  } catch {
    return false
  }
}

function check(armored: string, { blob, namespace, message }: { blob: Buffer; namespace: string; message: string }): boolean {
  if (armored.length > MAX_SIGNATURE) return false
  const base64 = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/.exec(armored)?.[1]
  if (!base64) return false
  const envelope = readFields(Buffer.from(base64, 'base64'))
  if (envelope.take(MAGIC.length).toString('latin1') !== MAGIC || envelope.number() !== 1) return false
  const key = envelope.string()
  const signedNamespace = envelope.string()
  const reserved = envelope.string()
  const hash = envelope.string().toString('latin1')
  const signature = readFields(envelope.string())
  if (!envelope.isAtEnd() || !key.equals(blob) || signedNamespace.toString('utf8') !== namespace) return false
  if (hash !== 'sha256' && hash !== 'sha512') return false
  const algorithm = signature.string().toString('latin1')
  const proof = signature.string()
  if (!signature.isAtEnd()) return false
  const digest = createHash(hash).update(message).digest()
  const signed = Buffer.concat([Buffer.from(MAGIC), field(namespace), field(reserved), field(hash), field(digest)])
  return checkProof(blob, algorithm, signed, proof)
}

const curves: Record<string, { name: string; digest: string; bytes: number }> = {
  nistp256: { name: 'P-256', digest: 'sha256', bytes: 32 },
  nistp384: { name: 'P-384', digest: 'sha384', bytes: 48 },
  nistp521: { name: 'P-521', digest: 'sha512', bytes: 66 },
}

/** Signature formats: RFC 8709 §6, RFC 5656 §3.1.2, RFC 8332 §3. */
function checkProof(blob: Buffer, algorithm: string, signed: Buffer, proof: Buffer): boolean {
  const key = readFields(blob)
  const type = key.string().toString('latin1')
  if (type === 'ssh-ed25519') {
    if (algorithm !== type) return false
    return verify(null, signed, fromJwk({ kty: 'OKP', crv: 'Ed25519', x: url(key.string()) }), proof)
  }
  if (type === 'ssh-rsa') {
    const digest = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm]
    const [e, n] = [unsigned(key.string()), unsigned(key.string())]
    return digest !== undefined && verify(digest, signed, fromJwk({ kty: 'RSA', n: url(n), e: url(e) }), proof)
  }
  const curve = curves[type.replace('ecdsa-sha2-', '')]
  if (!curve || algorithm !== type) return false
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
