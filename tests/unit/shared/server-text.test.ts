import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stripServerLine, stripServerText } from '../../../shared/server-text.js'

describe('text from a server', () => {
  it.each([
    ['plain', 'Welcome to Debian', 'Welcome to Debian'],
    ['letters of all kinds', 'Mot de passe : Ωμ 密码 🚀', 'Mot de passe : Ωμ 密码 🚀'],
    ['line ends of all kinds', 'a\r\nb\rc\u2028d\x85e\vf', 'a\nb\nc\nd\ne\nf'],
    ['colours', '\x1b[31;1mred\x1b[0m \x9b1mbold', 'red bold'],
    ['titles, ended or not', '\x1b]0;evil\x07a\x1b]2;evil\x1b\\b\x9d0;x\x9cc\x1b]0;never ended', 'abc'],
    ['DCS, APC, other escapes', '\x1bPq#0\x1b\\a\x1b_x\x1b\\b\x1bc\x1b(0c', 'abc'],
    ['controls', 'a\x00b\x07c\x08d\x7fe', 'abcde'],
    ['bidi', 'user\u202eroot\u202c \u2066x\u2069\u200e\u200f\u061c', 'userroot x'],
    ['invisible', 'a\u200bb\u200dc\ufeffd\u00ade\u2060f\u{e0041}', 'abcdef'],
    ['lone surrogates and private use', 'a\ud800b\uf8ffc', 'abc'],
    ['stacked accents', `a${'\u0301'.repeat(100)}b`, `a${'\u0301'.repeat(4)}b`],
    ['blanks at line ends', '  a  \t\n b \n\n', 'a\n b'],
  ])('%s', (_name, text, expected) => {
    expect(stripServerText(text)).toBe(expected)
  })

  it('is bounded', () => {
    expect(stripServerText('x'.repeat(10_000), 100)).toBe(`${'x'.repeat(99)}…`)
    expect(stripServerText('\x00'.repeat(10_000_000), 100)).toBe('…')
    expect(stripServerLine('y'.repeat(500))).toHaveLength(200)
  })

  it('in one line has no line break', () => {
    expect(stripServerLine('a\n\n  b\t c')).toBe('a b c')
  })

  it('never leaves anything invisible, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 2, max: 400 }), (text, max) => {
        const stripped = stripServerText(text, max)
        expect(stripped).not.toMatch(/[^\P{C}\n]/u)
        expect(stripped.length).toBeLessThanOrEqual(max)
        expect(stripServerLine(text, max)).not.toMatch(/\n|[^\P{C}]/u)
      }),
    )
  })
})
