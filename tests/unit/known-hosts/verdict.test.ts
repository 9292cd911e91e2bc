import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hashName } from '../../../electron/known-hosts/sha1.js'
import {
  isKnownName,
  judgeHostKey,
  type KnownHostsContent,
  makeQuery,
  orderHostKeyAlgorithms,
} from '../../../electron/known-hosts/verdict.js'
import { ecdsa, ed25519, keyText, rsa, wire } from './keys.js'

const keys = { ed: ed25519(), ed2: ed25519(), rsa: rsa(), rsa2: rsa(), ec: ecdsa() }
type Name = keyof typeof keys
/** `{ed}` stands for a key, `{h:name}` for a hashed name. */
const fill = (text: string) =>
  text
    .replace(/\{h:([^}]+)\}/g, (_, name: string) => hashName(name, Buffer.alloc(20, name.length)))
    .replace(/\{(\w+)\}/g, (_, name: string) => keyText(keys[name as Name]))
const file = (text: string, o: { path?: string; system?: boolean } = {}): KnownHostsContent => ({
  path: o.path ?? 'user',
  system: o.system ?? false,
  bytes: Buffer.from(fill(text), 'latin1'),
})
const lines = (verdict: ReturnType<typeof judgeHostKey>) => verdict.entries.map((entry) => `${entry.file}:${entry.line}`)

describe('verdict for host with key ed', () => {
  const query = makeQuery('host', 22)
  test.each<[string, string, string, number[]]>([
    ['nothing on file', '', 'unknown', []],
    ['other host', 'other {ed}\n', 'unknown', []],
    ['same key', 'host {ed}\n', 'match', [1]],
    ['same key twice', 'host {ed}\n\nHOST {ed}', 'match', [1, 3]],
    ['same key among others', 'host {rsa}\nhost {ed2}\nhost {ed}\n', 'match', [3]],
    ['other key of the type', 'host {ed2}\n', 'changed', [1]],
    ['only other types', 'host {rsa}\nhost {ec}\n', 'other-type', [1, 2]],
    ['all conflicts are named', 'host {rsa}\n# x\nh* {ed2}\n{h:host} {ec}\n', 'changed', [1, 3, 4]],
    ['hashed', '{h:host} {ed}\n', 'match', [1]],
    ['hashed by another case is another name', '{h:HOST} {ed}\n', 'unknown', []],
    ['negated', 'host,!host {ed}\n', 'unknown', []],
    ['negation is per line', 'host,!host {ed}\nhost {ed2}\n', 'changed', [2]],
    ['revoked beats all', 'host {ed}\n@revoked host {ed}\n', 'revoked', [2]],
    ['revoked by wildcard', '@revoked * {ed}\n', 'revoked', [1]],
    ['another revoked key is no conflict', '@revoked host {ed2}\n', 'unknown', []],
    ['revocation with a tab revokes nothing', '@revoked\thost {ed}\n', 'unknown', []],
    ['revocation for another host', '@revoked other {ed}\nhost {ed}\n', 'match', [2]],
    ['authority only', '@cert-authority host {ed2}\n', 'unknown', [1]],
    ['authority with the very key is not a match', '@cert-authority host {ed}\n', 'unknown', [1]],
    ['authority beside a plain line', '@cert-authority host {ed2}\nhost {ed}\n', 'match', [2]],
    ['unreadable lines never conflict', 'host ssh-ed25519 AAAA\nhost\nhost ssh-new AAAA\n', 'unknown', []],
    ['unreadable lines do not stop the search', 'garbage\n@\nhost ssh-rsa !!!\nhost {ed}\n', 'match', [4]],
    ['CRLF', 'host {ed}\r\n', 'match', [1]],
    ['CRLF conflict', '\r\nhost {ed2}\r\n', 'changed', [2]],
    ['no final newline', 'other {ed}\nhost {ed}', 'match', [2]],
    ['byte order mark hides line 1', '\xef\xbb\xbfhost {ed2}\nhost {ed}\n', 'match', [2]],
    ['over-long element voids the line', `host,${'x'.repeat(1023)} {ed}\n`, 'unknown', []],
    ['commented twin', '#host {ed}\n', 'unknown', []],
    ['set aside', '#rescueterm:a1 host {ed2}\n', 'unknown', []],
    ['NUL hides the rest', 'host \0{ed}\n', 'unknown', []],
    ['foreign bytes around', '\xff\xfe {rsa}\nh\xe9,host {ed} caf\xe9\n', 'match', [2]],
    ['[host]:22 is another name', '[host]:22 {ed}\n[host] {ed}\n', 'unknown', []],
  ])('%s', (_, text, kind, at) => {
    const verdict = judgeHostKey([file(text)], query, keys.ed)
    expect(verdict.kind).toBe(kind)
    expect(verdict.entries.map((entry) => entry.line)).toEqual(at)
    expect(verdict.authorityOnly).toBe(kind === 'unknown' && at.length > 0)
  })
})

describe('the port and its fallback', () => {
  const query = makeQuery('host.net', 2222)
  test.each<[string, string, string]>([
    ['port form', '[host.net]:2222 {ed}\n', 'match'],
    ['port form changed', '[host.net]:2222 {ed2}\nhost.net {ed}\n', 'changed'],
    ['bare name fits', 'host.net {ed}\n', 'match'],
    ['bare pattern fits', '*.net {ed}\n', 'match'],
    ['bare name conflicts: unknown', 'host.net {ed2}\n', 'unknown'],
    ['bare revocation counts', '@revoked host.net {ed}\n', 'revoked'],
    ['bare revocation does not count once the port form is on file', '@revoked host.net {ed}\n[host.net]:2222 {ed}\n', 'match'],
    ['wrong port', '[host.net]:2223 {ed}\n', 'unknown'],
    ['unbracketed', 'host.net:2222 {ed}\n', 'unknown'],
    ['star covers the port form', '* {ed2}\n', 'changed'],
    ['star with port', '*:2222 {ed}\n', 'match'],
    ['a revoked other key still lets the fallback run', '@revoked [host.net]:2222 {ed2}\nhost.net {ed}\n', 'match'],
  ])('%s', (_, text, kind) => expect(judgeHostKey([file(text)], query, keys.ed).kind).toBe(kind))

  test('an alias knows no fallback', () => {
    expect(judgeHostKey([file('host.net {ed}\n')], makeQuery('host.net', 2222, { alias: 'box' }), keys.ed).kind).toBe('unknown')
    expect(judgeHostKey([file('box {ed}\n')], makeQuery('host.net', 2222, { alias: 'BOX' }), keys.ed).kind).toBe('match')
  })
  test('a certificate authority under the bare name is a reason too', () => {
    expect(judgeHostKey([file('@cert-authority *.net {ed}\n')], query, keys.ed)).toMatchObject({ kind: 'unknown', authorityOnly: true })
  })
})

describe('CheckHostIP', () => {
  const query = makeQuery('host', 22, { address: '192.0.2.1' })
  test.each<[string, string, string, number[]]>([
    ['both fit', 'host {ed}\n192.0.2.1 {ed}\n', 'match', [1]],
    ['address unknown', 'host {ed}\n', 'match', [1]],
    ['address conflicts', 'host {ed}\n192.0.2.1 {ed2}\n', 'changed', [2]],
    ['address conflicts with another type', 'host {ed}\n192.0.2.1 {rsa}\n', 'changed', [2]],
    ['name new, address known', '192.0.2.1 {ed2}\n', 'unknown', []],
    ['name conflicts, address fits', 'host {ed2}\n192.0.2.1 {ed}\n', 'changed', [1]],
    ['both conflict: all lines', '192.0.2.1 {ed2}\nhost,192.0.2.1 {rsa}\n', 'changed', [1, 2]],
    ['revoked under the address only', 'host {ed}\n@revoked 192.0.2.1 {ed}\n', 'revoked', [2]],
  ])('%s', (_, text, kind, at) => {
    const verdict = judgeHostKey([file(text)], query, keys.ed)
    expect(verdict.kind).toBe(kind)
    expect(verdict.entries.map((entry) => entry.line)).toEqual(at)
  })

  test('with a port, the fallback looks at the bare address as well', () => {
    const ported = makeQuery('host', 2222, { address: '192.0.2.1' })
    expect(judgeHostKey([file('host {ed}\n192.0.2.1 {ed2}\n')], ported, keys.ed).kind).toBe('unknown')
    expect(judgeHostKey([file('host {ed}\n[192.0.2.1]:2222 {ed2}\n')], ported, keys.ed).kind).toBe('changed')
  })
})

describe('entries', () => {
  test('say what a line is and whom else it names', () => {
    const text = 'other,HOST,b\xe9t,*.net,!x {ed2}\n{h:host} {rsa}\nh* {ec}\n'
    expect(judgeHostKey([file(text)], makeQuery('host', 22), keys.ed).entries).toMatchObject([
      { line: 1, type: 'ssh-ed25519', otherNames: ['other', 'b\\xe9t'], pattern: false, system: false },
      { line: 2, type: 'ssh-rsa', otherNames: [], pattern: false },
      { line: 3, type: 'ecdsa-sha2-nistp256', otherNames: [], pattern: true },
    ])
  })
  test('come from all files in order; those of system files are named apart', () => {
    const files = [
      file('host {ed2}\n', { path: 'a' }),
      file('\nhost {rsa}\n', { path: 'b' }),
      file('host {rsa2}\n', { path: 'sys', system: true }),
    ]
    const verdict = judgeHostKey(files, makeQuery('host', 22), keys.ed)
    expect(lines(verdict)).toEqual(['a:1', 'b:2', 'sys:1'])
    expect(verdict.systemEntries.map((entry) => entry.file)).toEqual(['sys'])
    expect(judgeHostKey([...files, file('host {ed}\n', { path: 'c', system: true })], makeQuery('host', 22), keys.ed).kind).toBe('match')
  })
})

test('a plain line holding a certificate is another type, a revoked one revokes its key; without its signature it is nothing', () => {
  const plain = keys.ed.subarray(-32)
  const times = Buffer.alloc(16, 1)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const authority = wire('ssh-ed25519', Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'))
  const head = Buffer.concat([wire('ssh-ed25519-cert-v01@openssh.com', 'nonce', plain), Buffer.alloc(8), Buffer.from([0, 0, 0, 2])])
  const body = Buffer.concat([head, wire('id', wire('host')), times, wire('', '', '', authority)])
  const certificate = Buffer.concat([body, wire(wire('ssh-ed25519', sign(null, body, privateKey)))])
  const line = `host ${keyText(certificate)}\n`
  expect(judgeHostKey([file(line)], makeQuery('host', 22), keys.ed).kind).toBe('other-type')
  expect(judgeHostKey([file(`@revoked ${line}`)], makeQuery('host', 22), keys.ed).kind).toBe('revoked')
  certificate[certificate.length - 1]! ^= 1
  expect(judgeHostKey([file(`host ${keyText(certificate)}\n`)], makeQuery('host', 22), keys.ed).kind).toBe('unknown')
})

test('a blob that is no key is never a match', () => {
  const strange = wire('ssh-new', Buffer.alloc(32))
  expect(judgeHostKey([file(`host ${keyText(strange)}\n`)], makeQuery('host', 22), strange).kind).toBe('unknown')
  expect(judgeHostKey([file('host {ed}\n')], makeQuery('host', 22), Buffer.alloc(0)).kind).toBe('other-type')
})

describe('host key algorithms offered', () => {
  const all = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256']
  const first = (text: string, count: number, host = makeQuery('host', 22)) => orderHostKeyAlgorithms([file(text)], host).slice(0, count)
  test.each<[string, string, string[]]>([
    ['nothing on file', '', all],
    ['Ed25519 on file', 'host {rsa}\nhost {ed}\n', all],
    ['RSA on file', 'host {rsa}\n', ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']],
    ['RSA and ECDSA', 'host {rsa}\nhost {ec}\n', ['ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']],
    ['marked lines do not count', '@cert-authority host {rsa}\n@revoked host {ec}\n', all],
    ['a revoked key does not count', 'host {rsa}\nhost {ec}\n@revoked host {rsa}\n', ['ecdsa-sha2-nistp256', 'ssh-ed25519']],
    ['as in ssh, the first line of a type decides', 'host {rsa}\nhost {rsa2}\n@revoked host {rsa}\n', all],
  ])('%s', (_, text, expected) => expect(first(text, expected.length)).toEqual(expected))
  test('the fallback name is not used for ordering', () => expect(first('host {rsa}\n', 6, makeQuery('host', 2222))).toEqual(all))
  test('every algorithm is always offered once', () => expect([...first('host {rsa}\n', 9)].sort()).toEqual([...all].sort()))
})

test('what a server list says', () => {
  const known = (text: string, port = 22) => isKnownName([file(text)], makeQuery('host', port))
  expect(known('')).toBe('new')
  expect(known('host {ed}\n')).toBe('known')
  expect(known('{h:host} {ed}\n')).toBe('known')
  expect(known('host {ed}\n', 2222)).toBe('known')
  expect(known('@revoked host {ed}\n')).toBe('revoked-only')
  expect(known('@revoked host {ed}\nhost {ed}\n')).toBe('revoked-only')
  expect(known('@revoked host {ed}\nhost {ed2}\n')).toBe('known')
  expect(known('@cert-authority host {ed}\n')).toBe('new')
})
