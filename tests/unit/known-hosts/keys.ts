/** Host keys made for tests by node:crypto, and the wire parts to build broken ones. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'

export const wire = (...parts: (Buffer | string)[]) =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )

export const mpint = (bytes: Buffer) => (bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)

const part = (key: KeyObject, name: string) => Buffer.from((key.export({ format: 'jwk' }) as Record<string, string>)[name]!, 'base64url')

export function ed25519(): Buffer {
  return wire('ssh-ed25519', part(generateKeyPairSync('ed25519').publicKey, 'x'))
}

export function rsa(bits = 2048): Buffer {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return wire('ssh-rsa', mpint(part(publicKey, 'e')), mpint(part(publicKey, 'n')))
}

export function ecdsa(bits: 256 | 384 | 521 = 256): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: `P-${bits}` })
  return wire(`ecdsa-sha2-nistp${bits}`, `nistp${bits}`, Buffer.concat([Buffer.from([4]), part(publicKey, 'x'), part(publicKey, 'y')]))
}

/** `type base64` of a blob, the type as the blob says. */
export const keyText = (blob: Buffer) => `${blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))} ${blob.toString('base64')}`
