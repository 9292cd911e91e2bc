/** Public keys as the rest of the core sees them: read, named, shown, compared. Formats: RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4. */
import { createHash } from 'node:crypto'
import type { PresentedKey } from '../../shared/host-key.js'
import { readKey } from './blob.js'
import { readFields, readLineKey } from './lines.js'
import { randomart } from './randomart.js'

export { compareExpectation } from './expectation.js'
export { randomart } from './randomart.js'

export interface PublicKey {
  /** Key type: `ssh-rsa` for RSA, never a signature algorithm. */
  type: string
  /** RFC 4253 wire blob. */
  blob: Buffer
}

/** Reads `TYPE BASE64 [comment]` or a known_hosts line as strictly as OpenSSH; undefined if it is neither. */
export function parsePublicKeyLine(text: string): PublicKey | undefined {
  const line = Buffer.from(text.trim(), 'utf8').toString('latin1')
  if (line.includes('\n')) return undefined
  for (const fields of [readFields(`x ${line}`), readFields(line)]) {
    const read = fields && readLineKey(fields)
    if (read) return { type: read.key.type, blob: read.blob }
  }
  return undefined
}

/** Key type of a wire blob; of a blob that is no key we know, its own word for it if that is printable. */
export function keyType(blob: Buffer): string | undefined {
  const known = readKey(blob)
  if (known) return known.type
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0)
  const name = blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1')
  return name.length === length && /^[A-Za-z0-9@.-]+$/.test(name) ? name : undefined
}

/** `SHA256:` + unpadded base64, as `ssh-keygen -l` prints it. */
export const fingerprint = (blob: Buffer): string => `SHA256:${createHash('sha256').update(blob).digest('base64').replace('=', '')}`

/** Everything a person is shown of a presented key. */
export function describeKey(blob: Buffer): PresentedKey {
  const type = keyType(blob) ?? 'unknown'
  return { type, fingerprint: fingerprint(blob), randomart: randomart(blob), publicKey: `${type} ${blob.toString('base64')}` }
}
