import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64 } from '../../../electron/known-hosts/blob.js'
import { createNameTest, findCoveringLines, joinLines, readFields, readLineKey, splitLines } from '../../../electron/known-hosts/lines.js'
import { hashName } from '../../../electron/known-hosts/sha1.js'
import { ecdsa, ed25519, keyText, mpint, rsa, wire } from './keys.js'

const key = ed25519()
const text = keyText(key)
const covering = (file: string, ...names: string[]) =>
  findCoveringLines(Buffer.from(file, 'latin1'), createNameTest(names.length > 0 ? names : ['host']))

test('splitting and joining gives arbitrary bytes back', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(10), fc.constant(13), fc.constant(0), fc.nat(255))), (codes) => {
      const bytes = Buffer.from(codes)
      expect(Buffer.from(joinLines(splitLines(bytes.toString('latin1'))), 'latin1').equals(bytes)).toBe(true)
    }),
  )
})

test('lines end at LF and nowhere else', () => {
  const exotic = Buffer.from('a\rb\vc\fd\u0085e\u2028f\u2029g', 'utf8').toString('latin1')
  expect(splitLines(`${exotic}\nx`)).toEqual([
    { text: exotic, terminated: true },
    { text: 'x', terminated: false },
  ])
})

describe('fields of a line', () => {
  const nothing = undefined
  test.each<[string, { marker?: string; names: string } | undefined]>([
    [`host ${text}`, { names: 'host' }],
    [`host\t${text}`, { names: 'host' }],
    [` \t host \t ${text} comment`, { names: 'host' }],
    [`#host ${text}`, nothing],
    [`  # host ${text}`, nothing],
    [`ho#st ${text}`, { names: 'ho#st' }],
    [`host #${text}`, nothing],
    ['', nothing],
    ['   ', nothing],
    ['host', nothing],
    ['host ', nothing],
    ['host ssh-ed25519', nothing],
    [`@revoked host ${text}`, { marker: 'revoked', names: 'host' }],
    [`@cert-authority  \t host ${text}`, { marker: 'cert-authority', names: 'host' }],
    [`@revoked\thost ${text}`, nothing],
    [`@revoked\thost\t${text.replace(' ', '\t')}`, { marker: 'revoked', names: 'host' }],
    [`@revoked\thost\t${text.replace(' ', '\t')} comment`, nothing],
    [`@Revoked host ${text}`, nothing],
    [`@other host ${text}`, nothing],
    [`@ host ${text}`, nothing],
    [`@revoked @revoked host ${text}`, nothing],
    [`\xef\xbb\xbfhost ${text}`, { names: '\xef\xbb\xbfhost' }],
    [`host\xa0${text}`, nothing],
    [`host\v${text} x`, { names: 'host\vssh-ed25519' }],
    [`ho\0st ${text}`, nothing],
    [`host\0 ${text}`, { names: 'host' }],
    [`host ssh-ed25519\0 ${text}`, nothing],
    [`\0host ${text}`, nothing],
  ])('%j', (line, expected) => {
    const fields = readFields(line)
    if (!expected) return expect(fields && readLineKey(fields)).toBe(undefined)
    expect(fields).toMatchObject(expected)
  })
})

describe('the key of a line', () => {
  const big = rsa()
  const base64 = (blob: Buffer) => blob.toString('base64')
  const curve = ecdsa()
  const type = 'ssh-ed25519'
  const body = key.subarray(15)
  const offCurve = Buffer.from(curve)
  offCurve[offCurve.length - 1]! ^= 1
  test.each<[string, string, string | undefined]>([
    ['plain', text, type],
    ['with CR of a CRLF line', `${text}\r`, type],
    ['with white space inside', text.replace('AAAA', 'AA\r\v\fAA'), type],
    ['with a comment', `${text} x y z`, type],
    ['glued to a comment', `${text}#x`, undefined],
    ['other letter case of the type', text.replace('ssh', 'SSH'), undefined],
    ['rsa-sha2-256 as type word', `rsa-sha2-256 ${base64(big)}`, 'ssh-rsa'],
    ['rsa-sha2-512 as type word', `rsa-sha2-512 ${base64(big)}`, 'ssh-rsa'],
    ['another type word', `ssh-rsa ${base64(key)}`, undefined],
    ['another curve', `ecdsa-sha2-nistp384 ${base64(curve)}`, undefined],
    ['inner curve differs', `ecdsa-sha2-nistp256 ${base64(wire('ecdsa-sha2-nistp256', 'nistp384', curve.subarray(-65)))}`, undefined],
    ['point not on the curve', `ecdsa-sha2-nistp256 ${base64(offCurve)}`, undefined],
    ['compressed point', `ecdsa-sha2-nistp256 ${base64(wire('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(33, 2)))}`, undefined],
    ['unknown type', `ssh-unknown ${base64(wire('ssh-unknown', body))}`, undefined],
    ['trailing byte', `${type} ${base64(Buffer.concat([key, Buffer.alloc(1)]))}`, undefined],
    ['cut blob', `${type} ${base64(key.subarray(0, -1))}`, undefined],
    ['short Ed25519 key', `${type} ${base64(wire(type, Buffer.alloc(31)))}`, undefined],
    ['RSA below 1024 bits', `ssh-rsa ${base64(wire('ssh-rsa', Buffer.from([3]), mpint(Buffer.alloc(127, 0x7f))))}`, undefined],
    ['RSA with a negative modulus', `ssh-rsa ${base64(wire('ssh-rsa', Buffer.from([3]), Buffer.alloc(256, 0x81)))}`, undefined],
    ['no padding', `ssh-rsa ${base64(big).replace(/=*$/, '')}`, base64(big).endsWith('=') ? undefined : 'ssh-rsa'],
    ['excess padding', `${text}====`, undefined],
    [
      'URL alphabet',
      `${type} ${base64(Buffer.concat([key.subarray(0, -3), Buffer.from([0xff, 0xef, 0xfe])])).replaceAll('/', '_')}`,
      undefined,
    ],
  ])('%s', (_, line, expected) => {
    const fields = readFields(`host ${line}`)
    expect(fields && readLineKey(fields)?.key.type).toBe(expected)
  })

  test('numbers with leading zeros are the same number', () => {
    const [, e, n] = [0, Buffer.from([1, 0, 1]), big.subarray(-257)]
    const padded = wire('ssh-rsa', Buffer.concat([Buffer.alloc(2), e]), Buffer.concat([Buffer.alloc(1), n]))
    const read = (blob: Buffer) => readLineKey(readFields(`h ssh-rsa ${base64(blob)}`)!)!.key.identity
    expect(read(padded)).toBe(read(big))
  })
})

test('strict base64: only what encodes back to the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('A', 'B', '/', '+', '=', '-', 'Q', 'z'), maxLength: 12 }), (word) => {
      const decoded = decodeBase64(word)
      if (decoded) expect(decoded.toString('base64')).toBe(word)
      else expect(word === '' || Buffer.from(word, 'base64').toString('base64') !== word).toBe(true)
    }),
  )
  expect(decodeBase64('QR==')).toBe(undefined)
})

describe('search', () => {
  const hashed = (name: string, byte = 1) => hashName(name, Buffer.alloc(20, byte))
  test('finds every form in one file with its physical line', () => {
    const file = [
      '',
      `other ${text}`,
      `HOST ${text}`,
      `a,b,host ${text} comment`,
      `# host ${text}`,
      `h* ${text}`,
      `${hashed('host')} ${text}`,
      `@revoked ${hashed('host', 2)} ${text}`,
      `x ${text} host * | ?`,
      `${hashed('other')} ${text}`,
      ` \t${hashed('host', 3)}\t${text}`,
      `host ${text}\r`,
      `host ${text}`,
    ].join('\n')
    expect(covering(file).map((line) => line.number)).toEqual([3, 4, 6, 7, 8, 11, 12, 13])
  })

  test('a bar 31 bytes before a hashed line does not hide it', () => {
    for (let gap = 0; gap < 70; gap++) {
      for (const bar of ['|', '|1|', `|1|${'A'.repeat(27)}=`, `|1|${'A'.repeat(27)}=|`]) {
        const file = `x ${text} ${bar}${'A'.repeat(gap)}\n${hashed('host')} ${text}\n`
        expect(covering(file).map((line) => line.number)).toEqual([2])
      }
    }
  })

  test('several names at once: each line says which it covers', () => {
    const file = `host,192.0.2.1 ${text}\n${hashed('192.0.2.1')} ${text}\n${hashed('host')} ${text}\n`
    const covers = covering(file, 'host', '192.0.2.1').map((line) => line.covers.map((cover) => cover.name))
    expect(covers).toEqual([['host', '192.0.2.1'], ['192.0.2.1'], ['host']])
  })

  test('agrees with reading every line one by one', () => {
    const names = fc.constantFrom(
      'host',
      'HOST',
      'h?st',
      '*',
      '!host',
      'ghost',
      hashed('host'),
      hashed('x'),
      `${hashed('host')},x`,
      '|',
      '',
    )
    const line = fc.tuple(names, names, fc.constantFrom(' ', '\t', '\0', '\r', ',')).map(([a, b, c]) => `${a}${c}${b} ${text}`)
    const end = fc.constantFrom('\n', '\r\n')
    fc.assert(
      fc.property(fc.array(fc.tuple(line, end).map((pair) => pair.join(''))), (lines) => {
        const file = lines.join('')
        const slow = splitLines(file).flatMap((item, index) => (covering(item.text).length > 0 ? [index + 1] : []))
        expect(covering(file).map((item) => item.number)).toEqual(slow)
      }),
    )
  })

  test('finds hashed names among very many, short and long ones', () => {
    const names = ['host', `${'long.'.repeat(30)}example`, '[2001:db8::1]:2222']
    const file = Array.from(
      { length: 12_000 },
      (_, i) => `${hashName(i % 500 === 0 ? names[(i / 500) % 3]! : `h${i}`, randomBytes(20))} ${text}\n`,
    )
    const found = covering(file.join(''), ...names)
    expect(found.map((line) => line.number)).toEqual(Array.from({ length: 24 }, (_, i) => i * 500 + 1))
    expect(found.map((line) => line.covers.map((cover) => cover.name))).toEqual(found.map((_, i) => [names[i % 3]]))
    expect(found.every((line) => file.join('').startsWith(line.text, line.start))).toBe(true)
  })

  test('lines longer than a piece of the search, and none at all', () => {
    const long = 'x'.repeat(200_000)
    expect(covering(`${long}\n${'y'.repeat(65_535)}\nhost ${text} ${long}\n${long}`).map((line) => line.number)).toEqual([3])
    expect(covering(`host ${text} ${long}`)).toHaveLength(1)
    expect(covering('')).toEqual([])
  })

  test('100 000 lines take well under a second', () => {
    const file =
      Array.from({ length: 100_000 }, (_, i) => `|1|${'A'.repeat(27)}=|${'B'.repeat(26)}A= ${i % 2 ? text : 'x'}\n`).join('') +
      `host ${text}`
    const start = performance.now()
    expect(covering(file)).toHaveLength(1)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
