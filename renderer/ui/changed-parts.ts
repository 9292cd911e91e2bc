export interface ChangedParts {
  /** The same in both texts. */
  head: string
  before: string
  after: string
  tail: string
}

// Names, marks and key material of a known_hosts line: a part is not cut inside one of them.
const cut = /(?<=[\s,])|(?=[\s,])/

/** Where two lines differ, in whole words: what they share at both ends is left out. */
export function changedParts(before: string, after: string): ChangedParts {
  const a = before.split(cut)
  const b = after.split(cut)
  const most = Math.min(a.length, b.length)
  let head = 0
  while (head < most && a[head] === b[head]) head++
  let tail = 0
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  return {
    head: a.slice(0, head).join(''),
    before: a.slice(head, a.length - tail).join(''),
    after: b.slice(head, b.length - tail).join(''),
    tail: a.slice(a.length - tail).join(''),
  }
}
