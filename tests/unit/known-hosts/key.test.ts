import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareExpectation, describeKey, fingerprint, keyType, parsePublicKeyLine, randomart } from '../../../electron/known-hosts/key.js'
import { ed25519, keyText, rsa, wire } from './keys.js'

describe('keys made by ssh-keygen', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rescueterm-key-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const run = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

  test.each([
    ['ed25519', '256', 'ssh-ed25519'],
    ['rsa', '1024', 'ssh-rsa'],
    ['rsa', '2048', 'ssh-rsa'],
    ['rsa', '3000', 'ssh-rsa'],
    ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
    ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
    ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
  ])('%s %s: type, fingerprints and picture are the same', (kind, bits, type) => {
    const path = join(dir, `${kind}${bits}`)
    run('-q', '-t', kind, '-b', bits, '-N', '', '-C', 'me@here', '-f', path)
    const line = readFileSync(`${path}.pub`, 'utf8')
    const key = parsePublicKeyLine(line)!
    expect(key.type).toBe(type)
    expect(keyType(key.blob)).toBe(type)
    const shown = run('-lv', '-E', 'sha256', '-f', `${path}.pub`)
    expect(shown).toContain(` ${fingerprint(key.blob)} `)
    expect(shown.slice(shown.indexOf('\n') + 1)).toBe(`${randomart(key.blob)}\n`)
    const md5 = run('-l', '-E', 'md5', '-f', `${path}.pub`)
    for (const text of [line, shown, md5, `Box,1.2.3.4 ${line}`, `@cert-authority x ${line}`]) {
      expect(compareExpectation(text, key.blob)).toBe('match')
      expect(compareExpectation(text, ed25519())).toBe('no-match')
    }
    expect(line.startsWith(describeKey(key.blob).publicKey)).toBe(true)
  })

  test('certificates are named and drawn as such', () => {
    run('-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'ca'))
    run('-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(dir, 'certified'))
    run('-q', '-s', join(dir, 'ca'), '-I', 'id', '-h', '-n', 'host', join(dir, 'certified.pub'))
    const key = parsePublicKeyLine(readFileSync(join(dir, 'certified-cert.pub'), 'utf8'))!
    expect(key.type).toBe('ssh-rsa-cert-v01@openssh.com')
    expect(randomart(key.blob).split('\n')[0]).toBe('+-[RSA-CERT 2048]-+')
  })
})

describe('a pasted expectation', () => {
  const blob = ed25519()
  const sha256 = createHash('sha256').update(blob).digest()
  const base64 = sha256.toString('base64').slice(0, 43)
  const md5 = createHash('md5').update(blob).digest('hex')
  const pairs = md5.match(/../g)!.join(':')
  const other = `SHA256:${createHash('sha256').update('other').digest('base64').slice(0, 43)}`
  const line = keyText(blob)
  test.each<[string, string, string]>([
    ['nothing', '', 'empty'],
    ['blanks', ' \n\t\u200b ', 'empty'],
    ['SHA256 as ssh prints it', `SHA256:${base64}`, 'match'],
    ['padded', `SHA256:${base64}=`, 'match'],
    ['without prefix', base64, 'match'],
    ['without prefix, padded', `${base64}=`, 'match'],
    ['lower-case prefix, blank after it', `sha256: ${base64}`, 'match'],
    ['in quotes', `“SHA256:${base64}”`, 'match'],
    ['in angle quotes with no-break spaces', `«\u00a0${base64}\u00a0»`, 'match'],
    ['with a zero-width space inside', `SHA256:${base64.slice(0, 9)}\u200b${base64.slice(9)}`, 'match'],
    ['in a sentence', `Empreinte ED25519 : SHA256:${base64}.`, 'match'],
    ['ssh-keygen -l', `256 SHA256:${base64} root@rescue (ED25519)`, 'match'],
    ['among others', `3072 ${other} (RSA)\n256 SHA256:${base64} (ED25519)\n`, 'match'],
    ['SHA256 in hex', sha256.toString('hex').toUpperCase(), 'match'],
    ['MD5 with prefix', `MD5:${pairs}`, 'match'],
    ['MD5 without prefix', pairs, 'match'],
    ['MD5 in capitals', `MD5:${pairs.toUpperCase()}`, 'match'],
    ['MD5 without colons', md5, 'match'],
    ['a public key', line, 'match'],
    ['a public key with comment', `${line} root@box`, 'match'],
    ['only its base64', line.split(' ')[1]!, 'match'],
    ['a known_hosts line', `[box]:2222 ${line}`, 'match'],
    [
      'a key wrapped by a mail program',
      `ssh-ed25519\n ${line.split(' ')[1]!.slice(0, 30)}\n ${line.split(' ')[1]!.slice(30)} root@box`,
      'match',
    ],
    ['another SHA256', other, 'no-match'],
    ['another MD5', `MD5:${pairs.slice(0, -1)}${pairs.endsWith('0') ? '1' : '0'}`, 'no-match'],
    ['another key', keyText(ed25519()), 'no-match'],
    ['other letter case', `SHA256:${base64.toLowerCase()}`, base64 === base64.toLowerCase() ? 'match' : 'no-match'],
    ['cut off', `SHA256:${base64.slice(0, 42)}`, 'not-a-fingerprint'],
    ['one too many', `SHA256:${base64}A`, 'not-a-fingerprint'],
    ['cut-off MD5', pairs.slice(0, -3), 'not-a-fingerprint'],
    ['a cut-off key', line.slice(0, -10), 'not-a-fingerprint'],
    ['prose', 'I do not know', 'not-a-fingerprint'],
    ['a password', 'hunter2', 'not-a-fingerprint'],
  ])('%s', (_, text, expected) => {
    expect(compareExpectation(text, blob)).toBe(expected)
  })

  test('a fingerprint inside a longer word is none', () => {
    expect(compareExpectation(`x${base64}`, blob)).toBe('not-a-fingerprint')
    expect(compareExpectation(`${pairs}:00`, blob)).toBe('not-a-fingerprint')
  })
  test('long pastes are read in bounded time', () => {
    const start = performance.now()
    compareExpectation('AAAA'.repeat(5000), blob)
    compareExpectation('ab:'.repeat(6000), blob)
    compareExpectation('ssh-rsa '.repeat(2500), blob)
    expect(performance.now() - start).toBeLessThan(500)
  })
})

test('blobs that are no key keep their own printable name', () => {
  expect(keyType(wire('ssh-new', Buffer.alloc(3)))).toBe('ssh-new')
  expect(keyType(wire('\x1b[31m'))).toBe(undefined)
  expect(keyType(Buffer.alloc(0))).toBe(undefined)
  expect(keyType(Buffer.from('ffffffff41', 'hex'))).toBe(undefined)
  expect(randomart(Buffer.from('x')).split('\n')).toHaveLength(11)
})

test('only whole lines are public keys', () => {
  const blob = rsa()
  expect(parsePublicKeyLine(` ${keyText(blob)} a b`)).toEqual({ type: 'ssh-rsa', blob })
  expect(parsePublicKeyLine(`rsa-sha2-512 ${blob.toString('base64')}`)?.type).toBe('ssh-rsa')
  expect(parsePublicKeyLine(`host ${keyText(blob)}`)?.blob.equals(blob)).toBe(true)
  for (const text of ['', 'ssh-rsa', 'ssh-rsa AAAA', `# ${keyText(blob)}`, `${keyText(blob)}\nx`, 'x'.repeat(10_000)]) {
    expect(parsePublicKeyLine(text)).toBe(undefined)
  }
})
