/** Signatures made by `ssh-keygen -Y sign`, verified. Format: OpenSSH's PROTOCOL.sshsig, version 1. */
import { createHash } from 'node:crypto'
import { readFields, verifySignature } from '../known-hosts/signature.js'

const MAGIC = 'SSHSIG'
const MAX_SIGNATURE = 16 * 1024

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
  const signature = envelope.string()
  if (!envelope.isAtEnd() || !key.equals(blob) || signedNamespace.toString('utf8') !== namespace) return false
  if (hash !== 'sha256' && hash !== 'sha512') return false
  if (readFields(signature).string().toString('latin1') === 'ssh-rsa') return false
  const digest = createHash(hash).update(message).digest()
  const signed = Buffer.concat([Buffer.from(MAGIC), field(namespace), field(reserved), field(hash), field(digest)])
  return verifySignature(blob, signature, signed) === true
}
