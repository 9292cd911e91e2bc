/**
 * Public keys as OpenSSH reads them from known_hosts (`sshkey_read`, `sshkey_fromb`): a blob counts only if it parses to the
 * last byte, its numbers are in range and its point lies on the curve. Two keys are equal when their `identity` is.
 * `plain` differs from `identity` for certificates only: a revocation of the inner key counts (`sshkey_equal_public`).
 * A certificate counts only with the signature of the authority in it; that of DSA and of security keys is not checked.
 */
import { verifySignature } from './signature.js'

export interface HostKey {
  /** Canonical key type: `ssh-rsa` for RSA whatever the type word said. */
  type: string
  bits: number
  identity: string
  plain: string
}

interface Curve {
  name: string
  bytes: number
  p: bigint
  b: bigint
  order: bigint
}
const curves: Record<string, Curve> = {
  nistp256: {
    name: 'nistp256',
    bytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  nistp384: {
    name: 'nistp384',
    bytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  nistp521: {
    name: 'nistp521',
    bytes: 66,
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    order:
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
}

/** Reads SSH wire fields (RFC 4251 §5); `failed` turns true at the first field that does not fit. */
class Reader {
  at = 0
  failed = false
  constructor(readonly bytes: Buffer) {}
  skip(length: number): void {
    if (this.bytes.length - this.at < length) this.failed = true
    else this.at += length
  }
  uint32(): number {
    const start = this.at
    this.skip(4)
    return this.failed ? 0 : this.bytes.readUInt32BE(start)
  }
  string(): Buffer {
    const length = this.uint32()
    const start = this.at
    this.skip(length)
    return this.failed ? Buffer.alloc(0) : this.bytes.subarray(start, start + length)
  }
  /** A non-negative multiple-precision integer of at most 16384 bits without its leading zeros. */
  mpint(): Buffer {
    const value = this.string()
    if (value.length > 0 && value[0]! >= 0x80) this.failed = true
    let start = 0
    while (start < value.length && value[start] === 0) start++
    if (value.length - start > 2048 || value.length > 2049) this.failed = true
    return value.subarray(start)
  }
  point(curve: Curve): Buffer {
    const value = this.string()
    if (!isPoint(value, curve)) this.failed = true
    return value
  }
  fixed(length: number): Buffer {
    const value = this.string()
    if (value.length !== length) this.failed = true
    return value
  }
}

const toInteger = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex') || '0'}`)
const bitLength = (value: bigint) => (value === 0n ? 0 : value.toString(2).length)

/** `sshkey_ec_validate_public`: uncompressed, on the curve, coordinates neither tiny nor at the order. */
function isPoint(value: Buffer, { bytes, p, b, order }: Curve): boolean {
  if (value.length !== 1 + 2 * bytes || value[0] !== 4) return false
  const x = toInteger(value.subarray(1, 1 + bytes))
  const y = toInteger(value.subarray(1 + bytes))
  const half = bitLength(order) / 2
  if (bitLength(x) <= half || bitLength(y) <= half || x >= order - 1n || y >= order - 1n) return false
  return (y * y - (x * x * x - 3n * x + b)) % p === 0n
}

type Fields = { fields: Buffer[]; bits: number }
const bitsOf = (number: Buffer) => (number.length === 0 ? 0 : number.length * 8 - Math.clz32(number[0]!) + 24)

function readRsa(r: Reader): Fields {
  const e = r.mpint()
  const n = r.mpint()
  // OpenSSH refuses to parse shorter ones (SSH_RSA_MINIMUM_MODULUS_SIZE).
  if (bitsOf(n) < 1024) r.failed = true
  return { fields: [e, n], bits: bitsOf(n) }
}
function readDsa(r: Reader): Fields {
  const fields = [r.mpint(), r.mpint(), r.mpint(), r.mpint()]
  return { fields, bits: bitsOf(fields[0]!) }
}
const readEcdsa =
  (curve: Curve) =>
  (r: Reader): Fields => {
    if (r.string().toString('latin1') !== curve.name) r.failed = true
    return { fields: [r.point(curve)], bits: bitLength(curve.order) }
  }
const readEd25519 = (r: Reader): Fields => ({ fields: [r.fixed(32)], bits: 256 })
const withApplication =
  (read: (r: Reader) => Fields) =>
  (r: Reader): Fields => {
    const key = read(r)
    return { fields: [...key.fields, r.string()], bits: key.bits }
  }

/** Type name → how its public part is read. The short name is what randomart prints. */
const plainTypes = new Map<string, { read: (r: Reader) => Fields; short: string }>([
  ['ssh-ed25519', { read: readEd25519, short: 'ED25519' }],
  ['ssh-rsa', { read: readRsa, short: 'RSA' }],
  ['ssh-dss', { read: readDsa, short: 'DSA' }],
  ...Object.values(curves).map((curve) => [`ecdsa-sha2-${curve.name}`, { read: readEcdsa(curve), short: 'ECDSA' }] as const),
  ['sk-ssh-ed25519@openssh.com', { read: withApplication(readEd25519), short: 'ED25519-SK' }],
  ['sk-ecdsa-sha2-nistp256@openssh.com', { read: withApplication(readEcdsa(curves.nistp256!)), short: 'ECDSA-SK' }],
])

/** The canonical type behind a type word (`rsa-sha2-512` reads as `ssh-rsa`), or undefined for a word OpenSSH does not know. */
export function canonicalType(word: string): string | undefined {
  const certificate = /^(.*)-cert-v01@openssh\.com$/.exec(word)
  if (certificate) {
    const inner = certificate[1]!
    const plain = canonicalType(plainTypes.has(`${inner}@openssh.com`) ? `${inner}@openssh.com` : inner)
    return plain && !plain.includes('-cert-v01') ? `${plain.replace('@openssh.com', '')}-cert-v01@openssh.com` : undefined
  }
  if (word === 'rsa-sha2-256' || word === 'rsa-sha2-512') return 'ssh-rsa'
  return plainTypes.has(word) ? word : undefined
}

/** Inside a blob OpenSSH also takes its own short names, in any case; ECDSA's are ambiguous and fail on the curve. */
function typeInBlob(name: string): string | undefined {
  const short = { rsa: 'ssh-rsa', dsa: 'ssh-dss', ed25519: 'ssh-ed25519', 'ed25519-sk': 'sk-ssh-ed25519@openssh.com' }
  return canonicalType(name) ?? short[name.toLowerCase() as keyof typeof short]
}

function readCertificateTail(r: Reader): void {
  r.skip(8)
  const kind = r.uint32()
  if (kind !== 1 && kind !== 2) r.failed = true
  r.string()
  const principals = new Reader(r.string())
  while (!principals.failed && principals.at < principals.bytes.length) principals.string()
  r.skip(16)
  r.string()
  r.string()
  r.string()
  const signer = r.string()
  const authority = readKey(signer)
  const signed = r.bytes.subarray(0, r.at)
  const signature = r.string()
  if (r.failed || principals.failed || !authority || authority.plain !== authority.identity) r.failed = true
  else if (verifySignature(signer, signature, signed) === false) r.failed = true
}

/** Reads a wire blob, or undefined if OpenSSH would ignore a line with it. `blob` may be an attacker's. */
export function readKey(blob: Buffer): HostKey | undefined {
  const r = new Reader(blob)
  const type = typeInBlob(r.string().toString('latin1'))
  if (!type) return undefined
  const certificate = type.endsWith('-cert-v01@openssh.com')
  const base = type.replace('-cert-v01@openssh.com', '')
  const plainType = certificate && base.startsWith('sk-') ? `${base}@openssh.com` : base
  if (certificate) r.string()
  const { fields, bits } = plainTypes.get(plainType)!.read(r)
  if (r.failed) return undefined
  const plain = `${plainType}:${fields.map((field) => field.toString('base64')).join(':')}`
  if (certificate) readCertificateTail(r)
  if (r.failed || r.at !== blob.length) return undefined
  return { type, bits, plain, identity: certificate ? `${type}:${blob.toString('base64')}` : plain }
}

/** OpenSSH's short name of a canonical type: `ED25519`, `RSA-CERT`. */
export function shortType(type: string): string {
  const base = type.replace('-cert-v01@openssh.com', '')
  const short = (plainTypes.get(base) ?? plainTypes.get(`${base}@openssh.com`))?.short ?? 'UNKNOWN'
  return base === type ? short : `${short}-CERT`
}

/**
 * Strict base64 as OpenSSH's `b64_pton`: padding required and not in excess, spare bits zero, white space inside skipped (CR of
 * a CRLF line). Undefined for anything else; Node's own decoder would take it.
 */
export function decodeBase64(word: string): Buffer | undefined {
  const text = word.replace(/[\r\v\f\n\t ]+/g, '')
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
