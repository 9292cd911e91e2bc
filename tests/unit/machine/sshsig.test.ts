/** Signatures are OpenSSH's own; what is refused are those with one thing changed. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareKeys } from '../../../electron/machine/identity.js'
import { verifySshSignature } from '../../../electron/machine/sshsig.js'

const namespace = 'host-identity@rescueterm'
const message = 'a challenge\n'
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-sshsig-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function makeKey(type: string, bits: string) {
  const file = join(folder, `${type}-${bits}-${Math.trunc(performance.now() * 1000)}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', '', '-f', file])
  return { file, blob: Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1]!, 'base64') }
}
const sign = (file: string, options: string[] = [], text = message, name = namespace) =>
  execFileSync('ssh-keygen', ['-Y', 'sign', '-q', ...options, '-n', name, '-f', file], {
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })

describe.each([
  ['ed25519', '256'],
  ['ecdsa', '256'],
  ['ecdsa', '384'],
  ['ecdsa', '521'],
  ['rsa', '2048'],
])('%s %s', (type, bits) => {
  it('verifies, and nothing else does', () => {
    const { file, blob } = makeKey(type, bits)
    const other = makeKey(type, bits)
    const armored = sign(file)
    expect(verifySshSignature(armored, { blob, namespace, message })).toBe(true)
    expect(verifySshSignature(armored, { blob, namespace, message: `${message} ` })).toBe(false)
    expect(verifySshSignature(armored, { blob, namespace: 'file', message })).toBe(false)
    expect(verifySshSignature(armored, { blob: other.blob, namespace, message })).toBe(false)
    expect(verifySshSignature(sign(other.file), { blob, namespace, message })).toBe(false)
    expect(verifySshSignature(sign(file, [], message, 'file'), { blob, namespace, message })).toBe(false)
    // A signature is not always as long as its numbers allow: leading zeros come and go.
    for (let round = 0; round < 8; round++) expect(verifySshSignature(sign(file), { blob, namespace, message })).toBe(true)
  })

  it('refuses every changed byte and every cut', () => {
    const { file, blob } = makeKey(type, bits)
    const [begin, ...rest] = sign(file).trimEnd().split('\n')
    const end = rest.pop()!
    const bytes = Buffer.from(rest.join(''), 'base64')
    const check = (changed: Buffer) => verifySshSignature(`${begin}\n${changed.toString('base64')}\n${end}\n`, { blob, namespace, message })
    expect(check(bytes)).toBe(true)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 0x41
      expect({ at, accepted: check(changed) }).toEqual({ at, accepted: false })
      expect(check(bytes.subarray(0, at))).toBe(false)
    }
    expect(check(Buffer.concat([bytes, Buffer.from([0])]))).toBe(false)
  })
})

it('takes both hashes', () => {
  const { file, blob } = makeKey('ed25519', '256')
  for (const hash of ['sha256', 'sha512']) {
    expect(verifySshSignature(sign(file, ['-O', `hashalg=${hash}`]), { blob, namespace, message })).toBe(true)
  }
})

it('takes no text that is no signature', () => {
  const { blob } = makeKey('ed25519', '256')
  const texts = [
    '',
    'x'.repeat(100_000),
    '-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----',
    '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n',
  ]
  for (const text of texts) expect(verifySshSignature(text, { blob, namespace, message })).toBe(false)
})

it('compares sets of keys', () => {
  const keys = [1, 2, 3].map((n) => ({ type: 'ssh-ed25519', blob: Buffer.from([n]) }))
  const blobs = keys.map((key) => key.blob)
  const kind = (found: typeof keys, known: Buffer[]) => compareKeys(found, known).kind
  expect(kind(keys, blobs)).toBe('same')
  expect(kind(keys, blobs.slice(0, 1))).toBe('same')
  expect(kind(keys.slice(0, 1), blobs)).toBe('partly')
  expect(kind(keys, [Buffer.from([9])])).toBe('other')
  expect(kind([], blobs)).toBe('no-keys')
  expect(kind(keys, [])).toBe('nothing-known')
  expect(compareKeys(keys.slice(0, 1), blobs)).toMatchObject({ found: 1, known: 3, keys: [{ type: 'ssh-ed25519', known: true }] })
})
