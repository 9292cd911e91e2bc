/**
 * SHA-1 and the HMAC-SHA1 of hashed known_hosts names (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT": `|1|salt|hmac`).
 * Own code because node:crypto needs an Hmac object per line (3–19 µs each); this takes about 0.8 µs per line.
 * Of the four blocks per line the schedule of the name's block never changes, and pads differ in five words only.
 * Not a general-purpose hash: SHA-1 is what the file format fixes, nothing here relies on it being collision free.
 */

export const initialState = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0] as const

/** Fills words 16–79 of a message schedule from words 0–15 (FIPS 180-4 §6.1.2). */
function expand(w: Int32Array): void {
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!
    w[i] = (x << 1) | (x >>> 31)
  }
}

/** One compression: `out` := `from` + rounds over the expanded schedule `w`. */
function compress(from: Int32Array, w: Int32Array, out: Int32Array): void {
  const a0 = from[0]!
  const b0 = from[1]!
  const c0 = from[2]!
  const d0 = from[3]!
  const e0 = from[4]!
  let a = a0
  let b = b0
  let c = c0
  let d = d0
  let e = e0
  // Five rounds per turn, so that the working variables change roles instead of being moved.
  for (let i = 0; i < 20; i += 5) {
    e = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + w[i]!) | 0
    b = (b << 30) | (b >>> 2)
    d = (((e << 5) | (e >>> 27)) + (c ^ (a & (b ^ c))) + d + 0x5a827999 + w[i + 1]!) | 0
    a = (a << 30) | (a >>> 2)
    c = (((d << 5) | (d >>> 27)) + (b ^ (e & (a ^ b))) + c + 0x5a827999 + w[i + 2]!) | 0
    e = (e << 30) | (e >>> 2)
    b = (((c << 5) | (c >>> 27)) + (a ^ (d & (e ^ a))) + b + 0x5a827999 + w[i + 3]!) | 0
    d = (d << 30) | (d >>> 2)
    a = (((b << 5) | (b >>> 27)) + (e ^ (c & (d ^ e))) + a + 0x5a827999 + w[i + 4]!) | 0
    c = (c << 30) | (c >>> 2)
  }
  for (let i = 20; i < 40; i += 5) {
    e = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + w[i]!) | 0
    b = (b << 30) | (b >>> 2)
    d = (((e << 5) | (e >>> 27)) + (a ^ b ^ c) + d + 0x6ed9eba1 + w[i + 1]!) | 0
    a = (a << 30) | (a >>> 2)
    c = (((d << 5) | (d >>> 27)) + (e ^ a ^ b) + c + 0x6ed9eba1 + w[i + 2]!) | 0
    e = (e << 30) | (e >>> 2)
    b = (((c << 5) | (c >>> 27)) + (d ^ e ^ a) + b + 0x6ed9eba1 + w[i + 3]!) | 0
    d = (d << 30) | (d >>> 2)
    a = (((b << 5) | (b >>> 27)) + (c ^ d ^ e) + a + 0x6ed9eba1 + w[i + 4]!) | 0
    c = (c << 30) | (c >>> 2)
  }
  for (let i = 40; i < 60; i += 5) {
    e = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e - 0x70e44324 + w[i]!) | 0
    b = (b << 30) | (b >>> 2)
    d = (((e << 5) | (e >>> 27)) + ((a & b) | (c & (a | b))) + d - 0x70e44324 + w[i + 1]!) | 0
    a = (a << 30) | (a >>> 2)
    c = (((d << 5) | (d >>> 27)) + ((e & a) | (b & (e | a))) + c - 0x70e44324 + w[i + 2]!) | 0
    e = (e << 30) | (e >>> 2)
    b = (((c << 5) | (c >>> 27)) + ((d & e) | (a & (d | e))) + b - 0x70e44324 + w[i + 3]!) | 0
    d = (d << 30) | (d >>> 2)
    a = (((b << 5) | (b >>> 27)) + ((c & d) | (e & (c | d))) + a - 0x70e44324 + w[i + 4]!) | 0
    c = (c << 30) | (c >>> 2)
  }
  for (let i = 60; i < 80; i += 5) {
    e = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e - 0x359d3e2a + w[i]!) | 0
    b = (b << 30) | (b >>> 2)
    d = (((e << 5) | (e >>> 27)) + (a ^ b ^ c) + d - 0x359d3e2a + w[i + 1]!) | 0
    a = (a << 30) | (a >>> 2)
    c = (((d << 5) | (d >>> 27)) + (e ^ a ^ b) + c - 0x359d3e2a + w[i + 2]!) | 0
    e = (e << 30) | (e >>> 2)
    b = (((c << 5) | (c >>> 27)) + (d ^ e ^ a) + b - 0x359d3e2a + w[i + 3]!) | 0
    d = (d << 30) | (d >>> 2)
    a = (((b << 5) | (b >>> 27)) + (c ^ d ^ e) + a - 0x359d3e2a + w[i + 4]!) | 0
    c = (c << 30) | (c >>> 2)
  }
  out[0] = (a0 + a) | 0
  out[1] = (b0 + b) | 0
  out[2] = (c0 + c) | 0
  out[3] = (d0 + d) | 0
  out[4] = (e0 + e) | 0
}

/** Expanded schedules of `message` padded for a hash in which `before` bytes were already fed. */
export function schedules(message: string, before: number): Int32Array[] {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64)
  padded.write(message, 'latin1')
  padded[message.length] = 0x80
  padded.writeUInt32BE((message.length + before) * 8, padded.length - 4)
  return Array.from({ length: padded.length / 64 }, (_, block) => {
    const w = new Int32Array(80)
    for (let i = 0; i < 16; i++) w[i] = padded.readInt32BE(block * 64 + i * 4)
    expand(w)
    return w
  })
}

/** SHA-1 of a byte string (one character per byte), 20 bytes. */
export function sha1(message: string): Buffer {
  const state = Int32Array.from(initialState)
  for (const w of schedules(message, 0)) compress(state, w, state)
  const out = Buffer.alloc(20)
  for (let i = 0; i < 5; i++) out.writeInt32BE(state[i]!, i * 4)
  return out
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Base64 value by character code; 64 marks everything else. */
const base64Values = new Uint8Array(256).fill(64)
for (let i = 0; i < 64; i++) base64Values[alphabet.charCodeAt(i)] = i

/** Reads 28 characters of canonical base64 (20 bytes) at `at` into five words; false if they are anything else. */
export function readDigest(text: string, at: number, words: Int32Array): boolean {
  if (text.charCodeAt(at + 27) !== 0x3d) return false
  let seen = 0
  let word = 0
  let bits = 0
  let index = 0
  for (let i = 0; i < 27; i++) {
    const value = base64Values[text.charCodeAt(at + i) & 0xff]!
    seen |= value
    if (bits <= 26) {
      word = (word << 6) | value
      bits += 6
      if (bits === 32) {
        words[index++] = word
        word = 0
        bits = 0
      }
    } else {
      const spill = bits - 26
      words[index++] = (word << (6 - spill)) | (value >>> spill)
      word = value & ((1 << spill) - 1)
      bits = spill
    }
  }
  // 27 characters carry 162 bits: the two left over must be zero, as the encoder writes them.
  return seen < 64 && word === 0
}

/** Length of a hashed name field: `|1|` + 28 + `|` + 28. */
export const hashedFieldLength = 60

/** The first five characters as 30 bits: enough to tell almost every other digest apart. */
export function firstBits(text: string, at: number): number {
  let bits = 0
  for (let i = 0; i < 5; i++) bits = (bits << 6) | base64Values[text.charCodeAt(at + i) & 0xff]!
  return bits
}

/**
 * Tests hashed name fields against one name. OpenSSH compares the re-encoded text of the whole field, so only canonical
 * fields can fit; the test is on a byte string, at the offset of the field's `|1|`, and reads `hashedFieldLength` characters.
 * Undefined: the 31 characters before the digest are not a hashed field's.
 */
export type HashTest = (text: string, at: number) => boolean | undefined

export function createHashTest(name: string): HashTest {
  const inner = schedules(name, 64)
  const start = Int32Array.from(initialState)
  const w = new Int32Array(80)
  const salt = new Int32Array(5)
  const wanted = new Int32Array(5)
  const state = new Int32Array(5)
  const digest = new Int32Array(5)
  const hmac = () => {
    for (let i = 0; i < 5; i++) w[i] = salt[i]! ^ 0x36363636
    for (let i = 5; i < 16; i++) w[i] = 0x36363636
    expand(w)
    compress(start, w, digest)
    for (const block of inner) compress(digest, block, digest)
    for (let i = 0; i < 5; i++) w[i] = salt[i]! ^ 0x5c5c5c5c
    for (let i = 5; i < 16; i++) w[i] = 0x5c5c5c5c
    expand(w)
    compress(start, w, state)
    for (let i = 0; i < 5; i++) w[i] = digest[i]!
    w[5] = 0x80000000 | 0
    for (let i = 6; i < 15; i++) w[i] = 0
    w[15] = (64 + 20) * 8
    expand(w)
    compress(state, w, digest)
  }
  return (text, at) => {
    if (
      text.charCodeAt(at) !== 0x7c ||
      text.charCodeAt(at + 31) !== 0x7c ||
      text.charCodeAt(at + 1) !== 0x31 ||
      text.charCodeAt(at + 2) !== 0x7c
    )
      return undefined
    if (!readDigest(text, at + 3, salt)) return undefined
    hmac()
    return (
      firstBits(text, at + 32) === digest[0]! >>> 2 && readDigest(text, at + 32, wanted) && wanted.every((word, i) => word === digest[i])
    )
  }
}

/** The hashed field for `name` under a 20-byte salt. */
export function hashName(name: string, salt: Buffer): string {
  const pad = (byte: number) => {
    const key = Buffer.alloc(64, byte)
    for (let i = 0; i < 20; i++) key[i]! ^= salt[i]!
    return key.toString('latin1')
  }
  const digest = sha1(pad(0x5c) + sha1(pad(0x36) + name).toString('latin1'))
  return `|1|${salt.toString('base64')}|${digest.toString('base64')}`
}
