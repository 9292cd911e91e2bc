import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { respond } from '../../../electron/window/scheme.js'

vi.mock('electron', () => ({ protocol: {} }))

let parent: string
let folder: string
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'rescueterm-scheme-'))
  folder = join(parent, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<meta nonce="%NONCE%"><meta nonce="%NONCE%">')
  writeFileSync(join(folder, 'assets/main.js'), '"%NONCE%"')
  writeFileSync(join(parent, 'renderer-secret'), 'secret')
  writeFileSync(join(parent, 'secret'), 'secret')
})
afterAll(() => rmSync(parent, { recursive: true, force: true }))

test('a document carries a fresh nonce, in its text and its policy', async () => {
  const seen = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const response = await respond('app://rescueterm/', folder)
    const policy = response.headers.get('content-security-policy') ?? ''
    const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? []
    expect(Buffer.from(nonce, 'base64')).toHaveLength(16)
    expect(await response.text()).toBe(`<meta nonce="${nonce}"><meta nonce="${nonce}">`)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    seen.add(nonce)
  }
  expect(seen.size).toBe(3)
})

test('other files are sent as they are, with their type and no sniffing', async () => {
  const response = await respond('app://rescueterm/assets/main.js', folder)
  expect(await response.text()).toBe('"%NONCE%"')
  expect(response.headers.get('content-type')).toContain('text/javascript')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
})

test.each([
  'app://rescueterm/../secret',
  'app://rescueterm/%2e%2e/secret',
  'app://rescueterm/..%2fsecret',
  'app://rescueterm/assets/..%2f..%2fsecret',
  'app://rescueterm/..%2frenderer-secret',
  'app://rescueterm/%00',
  'app://rescueterm/%zz',
  'app://rescueterm/assets',
  'app://rescueterm/none.js',
  'app://elsewhere/index.html',
  'not a url',
])('%s is not found', async (url) => {
  const response = await respond(url, folder)
  expect(response.status).toBe(404)
  expect(await response.text()).toBe('')
})
