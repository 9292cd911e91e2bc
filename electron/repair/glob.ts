/**
 * Patterns that stand in the machine's own files, matched in linear time: as regular expressions some of them would take for ever, and
 * others would be none. Pure.
 */

type Part = '*' | ((char: string) => boolean)

/** `*` and `?` as in ssh_config(5) PATTERNS; nothing else is special. */
export const matchesPattern = (pattern: string, text: string): boolean =>
  matches(
    [...pattern].map((one) => partOf(one)),
    text,
  )

/** glob(7) for one name: `*`, `?`, `[a-z]`, `[!a-z]`; a bracket that is not closed is itself. */
export const matchesGlob = (glob: string, name: string): boolean =>
  matches(
    (glob.match(/\[[!^]?[\s\S][^\]]*\]|[\s\S]/gu) ?? []).map((one) => (one.length > 1 ? setOf(one) : partOf(one))),
    name,
  )

const partOf = (one: string): Part => (one === '*' ? '*' : one === '?' ? () => true : (char) => char === one)

/** `[a-c_]`. A range from high to low holds nothing. */
function setOf(bracket: string): Part {
  const isNot = /^\[[!^]/.test(bracket)
  const inside = bracket.slice(isNot ? 2 : 1, -1)
  const ranges = [...inside.matchAll(/([\s\S])-([\s\S])|([\s\S])/gu)].map(([, from, to, one]) => [from ?? one!, to ?? one!] as const)
  return (char) => ranges.some(([from, to]) => from <= char && char <= to) !== isNot
}

function matches(parts: readonly Part[], text: string): boolean {
  const chars = [...text]
  let p = 0
  let t = 0
  let star = -1
  let retry = 0
  while (t < chars.length) {
    const part = parts[p]
    if (part === '*') {
      star = p++
      retry = t
    } else if (part?.(chars[t]!)) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++retry
    } else return false
  }
  while (parts[p] === '*') p++
  return p === parts.length
}
