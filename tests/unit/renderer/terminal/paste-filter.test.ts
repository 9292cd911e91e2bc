import { describe, expect, it } from 'vitest'
import {
  endsInBreak,
  filterPaste,
  largePaste,
  pasteLines,
  pasteQuestion,
  withoutLastBreak,
} from '../../../../renderer/terminal/paste-filter.js'

describe('filterPaste', () => {
  it.each([
    ['plain text', 'ls -l', 'ls -l', 0],
    ['tabs and line breaks', 'a\tb\r\nc\rd\ne', 'a\tb\nc\nd\ne', 0],
    ['an escape that ends bracketed paste', 'ls\x1b[201~; rm -rf /', 'ls[201~; rm -rf /', 1],
    ['C1 (CSI as one character)', 'a\x9b201~b', 'a201~b', 1],
    ['NUL, BEL, backspace, DEL', '\0a\x07b\x08c\x7f', 'abc', 4],
    ['form feed and vertical tab', 'a\x0bb\x0cc', 'abc', 2],
    ['NEL, which shells do not take for a line break', 'a\x85b', 'ab', 1],
    ['letters beyond Latin 1 and emoji', 'é\u00a0漢字 👩‍🔧', 'é\u00a0漢字 👩‍🔧', 0],
    ['Ctrl-C and Ctrl-D', '\x03\x04x', 'x', 2],
  ])('%s', (_, raw, text, count) => {
    const filtered = filterPaste(raw)
    expect(filtered.text).toBe(text)
    expect(filtered.removed.reduce((sum, one) => sum + one.count, 0)).toBe(count)
  })

  it('says in which lines', () =>
    expect(filterPaste('a\n\x1bb\x1b\r\nc\n\x07').removed).toEqual([
      { line: 2, count: 2 },
      { line: 4, count: 1 },
    ]))

  it('leaves no control character but tab and LF, whatever comes in', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))
    expect([...filterPaste(all).text].filter((char) => /\p{Cc}/u.test(char)).sort()).toEqual(['\t', '\n', '\n'])
  })
})

describe('pasteQuestion', () => {
  it.each([
    ['one line', 'ls', false, undefined],
    ['one line that would run', 'ls\n', false, 'runs'],
    ['two lines', 'a\nb', false, 'runs'],
    ['two lines, bracketed', 'a\nb', true, undefined],
    ['a long line', 'x'.repeat(largePaste + 1), false, 'large'],
    ['a long text, bracketed', 'x\n'.repeat(largePaste), true, 'large'],
    ['as long as is let through', 'x'.repeat(largePaste), true, undefined],
  ] as const)('%s', (_, text, bracketed, why) => expect(pasteQuestion(text, bracketed)).toBe(why))
})

it('counts lines as a person does', () => {
  expect(pasteLines('a\nb\n')).toEqual(['a', 'b'])
  expect(pasteLines('a\n\n')).toEqual(['a', ''])
  expect([endsInBreak('a\n'), endsInBreak('a')]).toEqual([true, false])
  expect(withoutLastBreak('a\n\n')).toBe('a\n')
})
