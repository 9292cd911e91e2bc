/**
 * Lines of a known_hosts file, read as OpenSSH reads them and never changed by reading (sshd(8), `hostfile.c`).
 * Text is a byte string: `bytes.toString('latin1')`, one character per byte, so offsets are byte offsets and nothing is lost.
 * `splitLines`/`joinLines`: the lossless view. `readFields`: one line's grammar. `findLines`: which lines can cover a name at
 * all, found by native searches without touching the others; every line found is then judged by the slow, exact reading.
 */
import { canonicalType, decodeBase64, type HostKey, readKey } from './blob.js'
import { createHashScan, type HashScan } from './hash-scan.js'
import { coversName, elementMatches, type NameElement, splitNames } from './match.js'
import { createHashTest, hashedFieldLength } from './sha1.js'

export interface Line {
  /** Without LF; a CR before it belongs to the line. */
  text: string
  /** False for an unterminated last line. */
  terminated: boolean
}

/** Splits on LF only: CR, NEL, U+2028 and the like are data. An empty text has no lines. */
export function splitLines(text: string): Line[] {
  const lines = text.split('\n').map((line) => ({ text: line, terminated: true }))
  const last = lines.pop()!
  if (last.text !== '') lines.push({ ...last, terminated: false })
  return lines
}

export const joinLines = (lines: readonly Line[]) => lines.map((line) => (line.terminated ? `${line.text}\n` : line.text)).join('')

/** A line's content without the CR of a CRLF line. */
export const withoutCr = (text: string) => (text.endsWith('\r') ? text.slice(0, -1) : text)

export interface Fields {
  marker?: 'revoked' | 'cert-authority'
  names: string
  /** Offset of `names` in the line. */
  namesAt: number
  typeWord: string
  keyWord: string
  /** From the type word to the end, as in the file. */
  rest: string
}

const isBlank = (c: string | undefined) => c === ' ' || c === '\t'

/**
 * Splits one line into its fields; undefined for comments, empty lines and lines OpenSSH ignores before reading the key. The line ends at
 * its first NUL, unless that NUL ends the names: ssh overwrites the byte there and reads on behind it.
 */
export function readFields(line: string): Fields | undefined {
  let end = endAt(line, 0)
  let at = 0
  const skipBlanks = () => {
    while (at < end && isBlank(line[at])) at++
  }
  const word = () => {
    const start = at
    while (at < end && !isBlank(line[at])) at++
    return line.slice(start, at)
  }
  skipBlanks()
  if (at === end || line[at] === '#') return undefined
  let marker: Fields['marker']
  if (line[at] === '@') {
    // The marker runs to the first space; a tab ends it only if the line has no space at all.
    const text = line.slice(at, end)
    const blank = text.includes(' ') ? text.indexOf(' ') : text.indexOf('\t')
    const found = text.slice(0, Math.max(0, blank))
    if (found === '@revoked') marker = 'revoked'
    else if (found === '@cert-authority') marker = 'cert-authority'
    else return undefined
    at += blank
    skipBlanks()
    if (line[at] === '@') return undefined
  }
  const namesAt = at
  const names = word()
  if (at === end && end < line.length) {
    at++
    end = endAt(line, at)
  }
  skipBlanks()
  const restAt = at
  const typeWord = word()
  skipBlanks()
  const keyWord = word()
  if (!names || !typeWord || typeWord.startsWith('#') || !keyWord) return undefined
  return { ...(marker ? { marker } : {}), names, namesAt, typeWord, keyWord, rest: line.slice(restAt, end) }
}

const endAt = (line: string, from: number) => {
  const nul = line.indexOf('\0', from)
  return nul < 0 ? line.length : nul
}

/** The key of a line, or undefined if OpenSSH would ignore it. */
export function readLineKey(fields: Fields): { key: HostKey; blob: Buffer } | undefined {
  const type = canonicalType(fields.typeWord)
  const blob = type === undefined ? undefined : decodeBase64(fields.keyWord)
  const key = blob && readKey(blob)
  return blob && key && key.type === type ? { key, blob } : undefined
}

/** How a line covers a name. */
export interface Cover {
  name: string
  hashed: boolean
  /** Through a wildcard (possibly beside a plain element). */
  pattern: boolean
}

/** Tests for a set of names; keeps the prepared hash per name. */
export interface NameTest {
  names: readonly string[]
  scanHashes: HashScan
  covers(fields: Pick<Fields, 'names'>, elements: readonly NameElement[] | undefined): Cover[]
}

export const isHashedField = (names: string) => names.startsWith('|')

/** `names`: byte strings in lookup form, folded. */
export function createNameTest(names: readonly string[]): NameTest {
  const tests = names.map((name) => ({ name, test: createHashTest(name) }))
  return {
    names,
    scanHashes: createHashScan(names),
    covers({ names: field }, elements) {
      if (isHashedField(field)) {
        if (field.length !== hashedFieldLength) return []
        return tests.filter(({ test }) => test(field, 0)).map(({ name }) => ({ name, hashed: true, pattern: false }))
      }
      if (!elements) return []
      return names
        .filter((name) => coversName(elements, name))
        .map((name) => ({
          name,
          hashed: false,
          pattern: elements.some((element) => element.wildcard && !element.negated && elementMatches(element, name)),
        }))
    },
  }
}

/**
 * Offsets of the lines that may cover one of the names, ascending. A covering line holds the name literally (in any case), or
 * a wildcard, or a hashed field that fits; all three are found by searches over the whole text.
 */
export function findLines(text: string, test: NameTest): number[] {
  const found = new Set<number>()
  const lineOf = (at: number) => (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1)
  const afterLine = (at: number) => {
    const end = text.indexOf('\n', at)
    return end < 0 ? text.length : end + 1
  }
  for (const name of test.names) {
    // Case-insensitive for more than ASCII: too many lines are no harm here.
    const literal = new RegExp(name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi')
    for (let hit = literal.exec(text); hit; hit = literal.exec(text)) {
      found.add(lineOf(hit.index))
      literal.lastIndex = afterLine(hit.index)
    }
  }
  for (const wildcard of ['*', '?']) {
    for (let at = text.indexOf(wildcard); at >= 0; at = text.indexOf(wildcard, afterLine(at))) found.add(lineOf(at))
  }
  test.scanHashes(text, (at) => found.add(lineOf(at)))
  return [...found].sort((a, b) => a - b)
}

export interface CoveringLine {
  /** Physical number from 1. */
  number: number
  start: number
  /** Without LF. */
  text: string
  fields: Fields
  /** Undefined for hashed fields. */
  elements: readonly NameElement[] | undefined
  covers: Cover[]
  key: HostKey
  blob: Buffer
}

/** One line read for the names of `test`; undefined if it covers none of them or OpenSSH ignores it. */
export function readCovering(text: string, test: NameTest): Omit<CoveringLine, 'number' | 'start'> | undefined {
  const fields = readFields(text)
  if (!fields) return undefined
  const elements = isHashedField(fields.names) ? undefined : splitNames(fields.names)
  const covers = test.covers(fields, elements)
  if (covers.length === 0) return undefined
  const read = readLineKey(fields)
  return read && { text, fields, elements, covers, ...read }
}

/**
 * Size of the pieces a file is searched in: they stay in the processor's cache and in V8's young generation, where a copy of a
 * whole 10 MB file as one string costs as much in page faults as the search itself.
 */
const pieceBytes = 64 * 1024

/** Every readable line that covers one of the names, in file order. */
export function findCoveringLines(bytes: Buffer, test: NameTest): CoveringLine[] {
  const lines: CoveringLine[] = []
  let counted = 0
  let number = 1
  const numberOf = (at: number) => {
    for (let next = bytes.indexOf(10, counted); next >= 0 && next < at; next = bytes.indexOf(10, counted)) {
      counted = next + 1
      number++
    }
    return number
  }
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = Math.min(at + pieceBytes, bytes.length)
    if (end < bytes.length) end = bytes.lastIndexOf(10, end - 1) + 1
    if (end <= at) end = bytes.indexOf(10, at) + 1 || bytes.length
    const text = bytes.toString('latin1', at, end)
    for (const start of findLines(text, test)) {
      const lf = text.indexOf('\n', start)
      const line = readCovering(text.slice(start, lf < 0 ? text.length : lf), test)
      if (line) lines.push({ ...line, start: at + start, number: numberOf(at + start) })
    }
  }
  return lines
}
