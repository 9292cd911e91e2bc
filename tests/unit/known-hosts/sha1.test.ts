import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHashTest, hashName, sha1 } from '../../../electron/known-hosts/sha1.js'

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array))
const salt = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((array) => Buffer.from(array))

test('SHA-1 equals node:crypto for every length around the block borders', () => {
  for (let length = 0; length < 200; length++) {
    const message = Buffer.alloc(length, length)
    expect(sha1(message.toString('latin1')).equals(createHash('sha1').update(message).digest())).toBe(true)
  }
})

test('hashed names equal node:crypto and are found again', () => {
  fc.assert(
    fc.property(bytes(300), salt, (name, salt) => {
      const field = hashName(name.toString('latin1'), salt)
      expect(field).toBe(`|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`)
      const hits = createHashTest(name.toString('latin1'))
      expect(hits(`xx${field} `, 2)).toBe(true)
      expect(createHashTest(`${name.toString('latin1')}x`)(field, 0)).toBe(false)
    }),
  )
})

test('only the canonical text of a field fits, as OpenSSH compares re-encoded text', () => {
  const field = hashName('host', Buffer.alloc(20, 7))
  const hits = createHashTest('host')
  expect(hits(field, 0)).toBe(true)
  for (let at = 0; at < field.length; at++) {
    for (const other of ['A', '=', '|', ' ', '\n', '\xff', String.fromCharCode(field.charCodeAt(at) + 1)]) {
      if (other !== field[at]) expect(hits(field.slice(0, at) + other + field.slice(at + 1), 0), `${at} ${other}`).toBeFalsy()
    }
  }
  expect(hits(field.slice(0, -1), 0)).toBe(false)
  expect(hits('', 0)).toBe(undefined)
})
