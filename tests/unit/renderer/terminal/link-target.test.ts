import { expect, it } from 'vitest'
import { linkTarget } from '../../../../renderer/terminal/link-target.js'

it.each([
  ['javascript:alert(1)'],
  ['file:///etc/passwd'],
  ['ftp://example.net/'],
  ['mailto:a@example.net'],
  ['ssh://root@example.net'],
  ['https://'],
  [' https://example.net'],
  ['https:example.net'],
  [`https://example.net/${'x'.repeat(5000)}`],
])('%s is no link', (uri) => expect(linkTarget(uri)).toBeUndefined())

it('puts the host apart', () => {
  expect(linkTarget('https://wiki.example.net:8443/502?q=1#a')).toEqual({
    url: 'https://wiki.example.net:8443/502?q=1#a',
    before: 'https://',
    host: 'wiki.example.net:8443',
    after: '/502?q=1#a',
  })
})

it('shows punycode for letters that look like others', () => {
  expect(linkTarget('https://wıki.example.net/')?.host).toBe('xn--wki-jua.example.net')
  expect(linkTarget('HTTPS://WIKI.example.net')?.url).toBe('https://wiki.example.net/')
})

it('is not fooled by a host in front of the @', () => {
  expect(linkTarget('https://bank.example@evil.example/x')).toMatchObject({
    before: 'https://bank.example@',
    host: 'evil.example',
    after: '/x',
  })
  expect(linkTarget('https://a:evil.example@evil.example/')).toMatchObject({ before: 'https://a:evil.example@', host: 'evil.example' })
})

it.each([
  ['https://wiki.example.net/502', 'https://wiki.example.net.login-check.example/502', 'wiki.example.net'],
  ['see wiki.example.net', 'https://evil.example/', 'wiki.example.net'],
  ['https://wiki.example.net/502', 'https://wiki.example.net/other', undefined],
  ['example.net', 'https://www.example.net/', undefined],
  ['the wiki', 'https://wiki.example.net/', undefined],
  ['version 1.2.3', 'https://wiki.example.net/', undefined],
  ['https://wıki.example.net/', 'https://wiki.example.net/', 'xn--wki-jua.example.net'],
])('text %j, target %s', (shown, uri, host) => expect(linkTarget(uri, shown)?.shownHost).toBe(host))
