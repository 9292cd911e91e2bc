import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coversName, foldAscii, matchesPattern, splitNames, toByteString } from '../../../electron/known-hosts/match.js'

const covers = (field: string, name: string) => {
  const elements = splitNames(toByteString(field))
  return elements !== undefined && coversName(elements, toByteString(name))
}

describe('a plain name field', () => {
  test.each<[string, string, boolean]>([
    ['host', 'host', true],
    ['HOST', 'host', true],
    ['host', 'host.', false],
    ['a,host,b', 'host', true],
    [',,host,', 'host', true],
    ['*', 'anything', true],
    ['*', '[h]:2222', true],
    ['*:2222', '[h]:2222', true],
    ['*.example.net', 'a.example.net', true],
    ['*.example.net', '[a.example.net]:2222', false],
    ['h?st', 'host', true],
    ['h?st', 'hst', false],
    ['h*st', 'hst', true],
    ['*,!host', 'host', false],
    ['!host,*', 'host', false],
    ['host,!h*', 'host', false],
    ['!host', 'host', false],
    ['!host', 'other', false],
    ['!!host', '!host', false],
    ['[host]:22', 'host', false],
    ['[host]', 'host', false],
    ['host:2222', '[host]:2222', false],
    ['[host]:2222', '[host]:2222', true],
    ['[a-z]ost', 'host', false],
    ['192.0.2.0/24', '192.0.2.7', false],
    ['\\host', 'host', false],
    ['"host"', 'host', false],
    ['hÜst', 'hüst', false],
    ['hüst', 'hüst', true],
    ['h??st', 'hüst', true],
    [`host,${'x'.repeat(1022)}`, 'host', true],
    [`host,${'x'.repeat(1023)}`, 'host', false],
    [`host,!${'x'.repeat(1022)}`, 'host', true],
    [`host,!${'x'.repeat(1023)}`, 'host', false],
    ['#host', 'host', false],
  ])('%s against %s: %s', (field, name, expected) => {
    expect(covers(field, name)).toBe(expected)
  })
})

test('wildcards mean what the same regular expression means', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(letters, pattern, (name, text) => {
      const expression = new RegExp(`^${text.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
      expect(matchesPattern(name, text)).toBe(expression.test(name))
    }),
    { numRuns: 2000 },
  )
})

test('a pattern of many stars is no denial of service', () => {
  const start = performance.now()
  expect(matchesPattern('a'.repeat(255), `${'*a'.repeat(400)}b`)).toBe(false)
  expect(performance.now() - start).toBeLessThan(1000)
})

test('folding is ASCII only', () => expect(foldAscii('AbÜÉİ\u212a')).toBe('abÜÉİ\u212a'))
