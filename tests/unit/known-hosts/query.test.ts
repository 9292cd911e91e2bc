import { describe, expect, test } from 'vitest'
import { makeQuery } from '../../../electron/known-hosts/verdict.js'

describe('the name that is looked up', () => {
  test.each<[string, number, string]>([
    ['Host.Example', 22, 'host.example'],
    ['Host.Example', 2222, '[host.example]:2222'],
    ['host.example.', 22, 'host.example.'],
    ['2001:DB8:0::1', 22, '2001:db8::1'],
    ['2001:DB8:0::1', 2222, '[2001:db8::1]:2222'],
    ['::ffff:192.0.2.9', 22, '::ffff:192.0.2.9'],
    ['::FFFF:C000:209', 22, '::ffff:192.0.2.9'],
    ['::1', 22, '::1'],
    ['fe80::1%eth0', 22, 'fe80::1%eth0'],
    ['127.1', 22, '127.0.0.1'],
    ['192.0.2.7', 22, '192.0.2.7'],
    ['999.1.1.1', 22, '999.1.1.1'],
    ['HÜTTE.example', 22, 'hÜtte.example'],
  ])('%s port %i is %s', (host, port, expected) => {
    expect(makeQuery(host, port).lookupName).toBe(expected)
  })

  test('a port brings the bare name as fallback; an alias replaces both', () => {
    expect(makeQuery('H', 2222)).toEqual({ lookupName: '[h]:2222', bareName: 'h' })
    expect(makeQuery('H', 22)).toEqual({ lookupName: 'h' })
    expect(makeQuery('H', 2222, { alias: 'Box' })).toEqual({ lookupName: 'box' })
    expect(makeQuery('H', 2222, { address: '2001:DB8::1' })).toEqual({
      lookupName: '[h]:2222',
      bareName: 'h',
      address: '[2001:db8::1]:2222',
    })
  })
})
