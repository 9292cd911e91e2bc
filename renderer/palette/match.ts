/** Search of the palette: pure. */

export interface Part {
  text: string
  hit: boolean
}

/** Like `fold` of the server filter, but every character keeps its place, so that hits can be marked in the text shown. */
const fold = (text: string) =>
  Array.from(text, (character) => character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().slice(0, 1) || character).join('')

/** A word of the text begins with the query (best), it occurs elsewhere, or not at all. */
export function matchScore(text: string, query: string): 0 | 1 | 2 {
  const wanted = fold(query.trim())
  if (!wanted) return 1
  const at = fold(text).indexOf(wanted)
  if (at < 0) return 0
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? 2 : 1
}

/** The text in parts, the first occurrence of the query marked. */
export function markHits(text: string, query: string): Part[] {
  const characters = Array.from(text)
  const wanted = Array.from(fold(query.trim()))
  const at = wanted.length ? Array.from(fold(text)).join('').indexOf(wanted.join('')) : -1
  if (at < 0) return [{ text, hit: false }]
  const parts = [
    { text: characters.slice(0, at).join(''), hit: false },
    { text: characters.slice(at, at + wanted.length).join(''), hit: true },
    { text: characters.slice(at + wanted.length).join(''), hit: false },
  ]
  return parts.filter((part) => part.text)
}
