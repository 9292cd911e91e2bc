/**
 * Paths as text. A name on a Unix disk is any bytes but `/` and NUL; each byte that is not UTF-8 becomes one lone surrogate
 * (U+DC80…U+DCFF, as Python's surrogateescape does), so that every name survives the way to the window and back.
 */
import { isUtf8 } from 'node:buffer'

export function decodePath(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isUtf8(buffer)) return buffer.toString('utf8')
  let text = ''
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at)
    text += length === 0 ? String.fromCharCode(0xdc00 + buffer[at]!) : buffer.toString('utf8', at, at + length)
    at += length || 1
  }
  return text
}

/** Bytes of the valid UTF-8 sequence at `at`; 0 when there is none. */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at]!
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  return at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0
}

// With the `u` flag a half of a pair does not match.
const escaped = /[\udc80-\udcff]/u
const pieces = /[\udc80-\udcff]|[^\udc80-\udcff]+/gu

export function encodePath(text: string): Buffer {
  if (!escaped.test(text)) return Buffer.from(text, 'utf8')
  return Buffer.concat(
    (text.match(pieces) ?? []).map((piece) => (escaped.test(piece) ? Buffer.of(piece.charCodeAt(0) & 0xff) : Buffer.from(piece))),
  )
}
