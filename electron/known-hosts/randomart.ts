/** The picture of a key as `ssh-keygen -lv` draws it (`sshkey.c`, fingerprint_randomart: the drunken bishop). */
import { createHash } from 'node:crypto'
import { readKey, shortType } from './blob.js'

const width = 17
const height = 9
const symbols = ' .o+=*BOX@%&#/^SE'
const start = symbols.length - 2
const end = symbols.length - 1

const border = (label: string) => {
  const left = Math.floor((width - label.length) / 2)
  return `+${'-'.repeat(left)}${label}${'-'.repeat(width - left - label.length)}+`
}

/** 11 lines of ASCII, joined by LF, no LF at the end. A blob that is no key gets a border without a title. */
export function randomart(blob: Buffer): string {
  const field = Array.from({ length: height }, () => new Array<number>(width).fill(0))
  let x = Math.floor(width / 2)
  let y = Math.floor(height / 2)
  for (const byte of createHash('sha256').update(blob).digest()) {
    for (let shift = 0; shift < 8; shift += 2) {
      x = Math.min(width - 1, Math.max(0, x + ((byte >> shift) & 1 ? 1 : -1)))
      y = Math.min(height - 1, Math.max(0, y + ((byte >> shift) & 2 ? 1 : -1)))
      if (field[y]![x]! < start - 1) field[y]![x]!++
    }
  }
  field[Math.floor(height / 2)]![Math.floor(width / 2)] = start
  field[y]![x] = end
  const key = readKey(blob)
  const long = key && `[${shortType(key.type)} ${key.bits}]`
  // ssh-keygen leaves the size out when the title would fill the border.
  const title = key && long ? (long.length > width ? `[${shortType(key.type)}]` : long) : ''
  return [border(title), ...field.map((row) => `|${row.map((value) => symbols[value]).join('')}|`), border('[SHA256]')].join('\n')
}
