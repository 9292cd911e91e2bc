import { expect, test } from 'vitest'
import { describeFailure } from '../../../electron/cli/failure.js'
import { createStyle, harmless, hasColours } from '../../../electron/cli/output.js'
import { createEscapeFilter } from '../../../electron/cli/terminal.js'
import { en } from '../../../electron/cli/texts.en.js'
import { fr } from '../../../electron/cli/texts.fr.js'
import { chooseLanguage } from '../../../electron/cli/texts.js'
import { en as enVisit } from '../../../electron/cli/visit-texts.en.js'
import { fr as frVisit } from '../../../electron/cli/visit-texts.fr.js'
import { AppError, errorCodes } from '../../../shared/errors.js'

test.each(errorCodes)('%s has a message in both languages, with and without its data', (code) => {
  for (const texts of [en, fr]) {
    for (const data of [
      {},
      { file: '/f', host: 'h', port: 22, text: 't', user: 'u', proxy: 'p', megabytes: 64, command: 'c', algorithms: 'a', status: 1 },
    ]) {
      const message = texts.error[code](data)
      expect(message).toMatch(/\S/)
      if (Object.keys(data).length > 0) expect(message).not.toContain('undefined')
    }
  }
})

test('every text of one language has its counterpart, and no two are the same by mistake', () => {
  const paths = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, child]) => paths(child, `${path}.${name}`)) : [path]
  expect(paths(fr).sort()).toEqual(paths(en).sort())
  const sample = { n: 2, file: 'f', host: 'h', id: 'i', since: 's', state: 'x', target: 't', names: 'n', line: 1 }
  const at = (texts: unknown, path: string) =>
    path
      .split('.')
      .slice(1)
      .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], texts)
  const say = (value: unknown) => (typeof value === 'function' ? (value as (data: object) => string)(sample) : (value as string))
  // A line of data only, and a word both languages share.
  const shared = ['.check.entry', '.restore.resumed.still-active']
  const same = paths(en).filter((path) => say(at(en, path)) === say(at(fr, path)))
  expect(same.sort()).toEqual(shared)
})

test('French counts one and none in the singular', () => {
  expect(fr.edit.done({ n: 1, host: 'h', id: 'x' })).toContain('1 ligne mise de côté')
  expect(fr.edit.done({ n: 2, host: 'h', id: 'x' })).toContain('2 lignes mises de côté')
})

test('the language: asked for, else the locale, else English', () => {
  expect(chooseLanguage('en', { LANG: 'fr_FR.UTF-8' })).toBe('en')
  expect(chooseLanguage(undefined, { LANG: 'fr_FR.UTF-8' })).toBe('fr')
  expect(chooseLanguage(undefined, { LC_ALL: 'fr_CA', LANG: 'en_US' })).toBe('fr')
  expect(chooseLanguage(undefined, { LC_ALL: 'C', LANG: 'fr_FR' })).toBe('en')
  expect(chooseLanguage(undefined, { LANG: 'frp_IT' })).toBe('en')
})

test('colours: on a terminal only, NO_COLOR obeyed', () => {
  expect(hasColours({ isTTY: true }, {})).toBe(true)
  expect(hasColours({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
  expect(hasColours({ isTTY: true }, { NO_COLOR: '' })).toBe(true)
  expect(hasColours({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
  expect(hasColours({}, {})).toBe(false)
  expect(createStyle(false).red('x')).toBe('x')
})

test('text of others loses what could steer the terminal', () => {
  expect(harmless('a\x1b]0;x\x07b\u202Ec\r')).toBe('a�]0;x�b�c�')
})

test('failures: exit status and code', () => {
  expect(describeFailure(new AppError('bad-port', { text: 'x' })).exit).toBe(2)
  expect(describeFailure(new AppError('revoked')).exit).toBe(13)
  expect(describeFailure(new AppError('dns', { host: 'h' })).exit).toBe(1)
  expect(describeFailure(new Error('x'))).toMatchObject({ code: 'internal', exit: 1 })
})

test('~. at the beginning of a line leaves, ~~ is one, elsewhere it is a character', () => {
  let left = 0
  const filter = createEscapeFilter(() => left++)
  const type = (...keys: string[]) => keys.map(filter).join('')
  expect(type('a', '~', '.')).toBe('a~.')
  expect(type('\r', '~', '~', 'x')).toBe('\r~x')
  expect(type('\r', '~', 'x')).toBe('\r~x')
  expect(type('\r', '~.pasted')).toBe('\r~.pasted')
  expect(left).toBe(0)
  expect(type('\r', '~', '.')).toBe('\r')
  expect(left).toBe(1)
})

test('French keeps ; : ? ! and guillemets on the line of their word', () => {
  const say = (value: unknown): string[] =>
    typeof value === 'function'
      ? [(value as (data: object) => string)({ n: 2, host: 'h', name: 'n' })]
      : typeof value === 'object'
        ? Object.values(value as object).flatMap(say)
        : [value as string]
  const texts = say([fr, frVisit])
  expect(texts.filter((text) => /\S [;:?!»](?=\s|$)|« /.test(text))).toEqual([])
  expect(texts.filter((text) => /\u00a0[;:?!]/.test(text)).length).toBeGreaterThan(20)
})

test('the visit speaks two languages', () => {
  const paths = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, child]) => paths(child, `${path}.${name}`)) : [path]
  expect(paths(frVisit).sort()).toEqual(paths(enVisit).sort())
})
