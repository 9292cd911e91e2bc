/**
 * Names and patterns as OpenSSH matches them (`match.c`, `hostfile.c`). Everything is a byte string: one character per byte
 * of UTF-8, so that nothing but ASCII is folded and lengths are bytes.
 */

/** ASCII lower case only: `toLowerCase` would fold `Ü`, ssh does not. */
export const foldAscii = (text: string) => text.replace(/[A-Z]+/g, (run) => run.toLowerCase())

export const toByteString = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** `*` any run, `?` exactly one byte, nothing else special. Both sides already folded. Linear in practice: only the last star is retried. */
export function matchesPattern(name: string, pattern: string): boolean {
  let n = 0
  let p = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    const c = pattern[p]
    if (c === '*') {
      star = p++
      resume = n
    } else if (p < pattern.length && (c === '?' || c === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** One element of a plain name field. `text` keeps the case of the file and excludes `!`. */
export interface NameElement {
  text: string
  folded: string
  negated: boolean
  wildcard: boolean
}

/** Longest element OpenSSH reads; one byte more and the whole line matches nothing. */
const longestElement = 1022

/** Splits a plain name field, or undefined if an over-long element voids it. */
export function splitNames(field: string): NameElement[] | undefined {
  const elements: NameElement[] = []
  for (const item of field.split(',')) {
    const negated = item.startsWith('!')
    const text = negated ? item.slice(1) : item
    if (text.length > longestElement) return undefined
    elements.push({ text, folded: foldAscii(text), negated, wildcard: /[*?]/.test(text) })
  }
  return elements
}

export const elementMatches = (element: NameElement, name: string) =>
  element.wildcard ? matchesPattern(name, element.folded) : element.folded === name

/** True if a plain field covers `name` (folded): a positive hit and no negated one. */
export function coversName(elements: readonly NameElement[], name: string): boolean {
  let hit = false
  for (const element of elements) {
    if (!elementMatches(element, name)) continue
    if (element.negated) return false
    hit = true
  }
  return hit
}
