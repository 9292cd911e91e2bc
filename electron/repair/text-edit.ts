/** Edits of text files by line, as exact as they are shown: every other line keeps its bytes, line ends included. Pure; lines count from 1. */

/** With their line ends; the last one may have none. */
const linesOf = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** @param to without a line end; the old one stays. */
export function replaceLine(text: string, line: number, to: (old: string) => string): string {
  return linesOf(text)
    .map((old, index) => {
      if (index !== line - 1) return old
      const end = /\r?\n?$/.exec(old)![0]
      return to(old.slice(0, old.length - end.length)) + end
    })
    .join('')
}

export const commentLine = (text: string, line: number): string => replaceLine(text, line, (old) => `#${old}`)

/** Puts whole lines before line `before`; past the end they are appended. */
export function insertLines(text: string, before: number, added: readonly string[]): string {
  const lines = linesOf(text)
  const at = Math.min(Math.max(before - 1, 0), lines.length)
  const last = lines[at - 1]
  if (last !== undefined && !last.endsWith('\n')) lines[at - 1] = `${last}\n`
  lines.splice(at, 0, ...added.map((line) => `${line}\n`))
  return lines.join('')
}

export const appendLines = (text: string, added: readonly string[]): string => insertLines(text, Number.POSITIVE_INFINITY, added)
