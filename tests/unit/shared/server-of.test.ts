/** Where a terminal is opened once no line is set aside any more and no session is left. */
import { expect, it } from 'vitest'
import { serverOf } from '../../../shared/server-of.js'

const root = { id: 'root', name: 'web as root', address: { host: '203.0.113.7' } }
const admin = { id: 'admin', name: 'web', address: { host: '203.0.113.7' } }
const other = { id: 'other', name: 'db', address: { host: '203.0.113.7', port: 2222 } }
const servers = [root, admin, other]

it('prefers the server the intervention was begun under to another one at its address', () => {
  expect(serverOf(servers, { name: 'web', host: '203.0.113.7', port: 22 })).toBe(admin)
})

it('takes the one at its very address when it was begun without a name', () => {
  expect(serverOf(servers, { name: '203.0.113.7', host: '203.0.113.7', port: 2222 })).toBe(other)
  expect(serverOf(servers, { name: '203.0.113.7', host: '203.0.113.7', port: 22 })).toBe(root)
  expect(serverOf(servers, { name: '203.0.113.7', host: '203.0.113.7', port: 2200 })).toBeUndefined()
})
