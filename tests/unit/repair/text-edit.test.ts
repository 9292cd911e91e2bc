/** An edit changes the lines it names and keeps every other byte. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appendLines, commentLine, insertLines, replaceLine } from '../../../electron/repair/text-edit.js'

const text = fc
  .array(
    fc.tuple(
      fc.string({ maxLength: 8 }).map((one) => one.replace(/[\r\n]/g, '')),
      fc.constantFrom('\n', '\r\n'),
    ),
    { maxLength: 8 },
  )
  .chain((lines) =>
    fc.boolean().map((isCut) => lines.map(([line, end], index) => (isCut && index === lines.length - 1 ? line : line + end)).join('')),
  )
const lines = (of: string) => of.match(/[^\n]*\n|[^\n]+$/g) ?? []

describe('text edits', () => {
  it('replace one line, with its own line end', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (before, line) => {
        const after = lines(replaceLine(before, line, (old) => `<${old}>`))
        const old = lines(before)
        expect(after.length).toBe(old.length)
        for (const [index, one] of old.entries()) expect(after[index]).toBe(index === line - 1 ? one.replace(/^([^\r\n]*)/, '<$1>') : one)
      }),
    )
  })

  it('insert whole lines, and nothing else', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 12 }), (before, at) => {
        const after = lines(insertLines(before, at, ['new', 'lines']))
        const index = Math.min(at - 1, lines(before).length)
        expect(after.slice(index, index + 2).join('')).toBe('new\nlines\n')
        const rest = [...after.slice(0, index), ...after.slice(index + 2)].join('')
        expect(rest === before || rest === `${before}\n`).toBe(true)
      }),
    )
  })

  it('append after a line without an end', () => expect(appendLines('a\nb', ['c'])).toBe('a\nb\nc\n'))
  it('comment out', () => expect(commentLine('a\r\n b\r\nc', 2)).toBe('a\r\n# b\r\nc'))
})
