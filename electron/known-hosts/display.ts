/** Bytes of a user's file as text for people: UTF-8 where it is valid, `\xNN` for other bytes and for everything invisible. */

/** C0, DEL, C1, bidi controls, zero-width characters, line and paragraph separators, BOM, tags and unassigned. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}]/gu

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

/** Length of the valid UTF-8 sequence at `at`, or 0 (RFC 3629 §4). */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const text = bytes.toString('utf8', at, at + length)
  return Buffer.from(text, 'utf8').equals(bytes.subarray(at, at + length)) ? length : 0
}

export function escapeBytes(bytes: Buffer): string {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    text +=
      length === 0
        ? hex(bytes.subarray(at, at + 1))
        : bytes.toString('utf8', at, at + length).replace(hidden, (character) => hex(Buffer.from(character)))
    at += Math.max(1, length)
  }
  return text
}
