import { describe, expect, it } from 'vitest'
import { formatHostAddress, parseHostAddress } from '../../../shared/host-address.js'

describe('parseHostAddress', () => {
  it.each([
    ['web-1', { host: 'web-1' }],
    ['  root@203.0.113.7  ', { user: 'root', host: '203.0.113.7' }],
    ['root@web-1:2222', { user: 'root', host: 'web-1', port: 2222 }],
    ['[2001:db8::1]:2222', { host: '2001:db8::1', port: 2222 }],
    ['[2001:db8::1]', { host: '2001:db8::1' }],
    ['2001:db8::1', { host: '2001:db8::1' }],
    ['fe80::1%eth0', { host: 'fe80::1%eth0' }],
    ['ssh://root@web-1:2222', { user: 'root', host: 'web-1', port: 2222 }],
    ['SSH://web-1/', { host: 'web-1' }],
    ['a@b@web-1', undefined],
    ['user.name+tag@web_1', { user: 'user.name+tag', host: 'web_1' }],
    ['serveur-é.example', { host: 'serveur-é.example' }],
    ['web-1.', { host: 'web-1.' }],
  ])('reads %s', (text, expected) => {
    if (expected) expect(parseHostAddress(text)).toEqual(expected)
    else expect(() => parseHostAddress(text)).toThrowError(expect.objectContaining({ code: 'bad-address' }))
  })

  it.each([
    '',
    '   ',
    '-oProxyCommand=reboot',
    'root@-oProxyCommand=reboot',
    '-l root@web',
    'web;reboot',
    'web 1',
    'web\n1',
    'web\u202e1',
    'web$(reboot)',
    'we`b',
    'web|cat',
    "we'b",
    'we"b',
    '@web',
    'root@',
    '[web]:22',
    '[2001:db8::1',
    'ssh://',
    'http://web-1',
    'a'.repeat(256),
    'web/../../etc',
  ])('refuses %j', (text) => {
    expect(() => parseHostAddress(text)).toThrowError(expect.objectContaining({ code: 'bad-address' }))
  })

  it.each(['web:0', 'web:65536', 'web:', 'web:abc', 'web:22x', '[::1]:99999', 'web:-1'])('refuses the port of %s', (text) => {
    expect(() => parseHostAddress(text)).toThrowError(expect.objectContaining({ code: 'bad-port' }))
  })

  it('formats what it parsed', () => {
    for (const text of ['root@web-1:2222', 'web-1', '[2001:db8::1]:2222', 'root@2001:db8::1'])
      expect(formatHostAddress(parseHostAddress(text))).toBe(text)
  })
})
