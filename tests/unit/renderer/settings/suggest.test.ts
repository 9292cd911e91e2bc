import { describe, expect, it } from 'vitest'
import { linkedServer, suggestServer } from '../../../../renderer/settings/suggest.js'
import type { ProviderLink } from '../../../../shared/provider.js'
import type { ServerState } from '../../../../shared/server.js'

const saved = (id: string, host: string, provider?: ProviderLink) =>
  ({ id, name: id, address: { host }, ...(provider ? { provider } : {}) }) as ServerState
const machine = { id: 'vps/vps-1.vps.ovh.ca', name: 'shop', addresses: ['2001:db8:0:0::10', '203.0.113.10'] }
const link: ProviderLink = { kind: 'account', accountId: 'a', server: machine.id }

describe('the saved server that a machine is', () => {
  it.each([
    ['an address', '203.0.113.10'],
    ['another spelling of its IPv6 address', '2001:DB8::10'],
    ['its name', 'Shop'],
    ['the id at the provider', 'vps-1.vps.ovh.ca'],
  ])('is suggested by %s', (_, host) => expect(suggestServer([saved('other', 'db'), saved('mine', host)], machine)?.id).toBe('mine'))

  it('is suggested by address before name', () =>
    expect(suggestServer([saved('name', 'shop'), saved('address', '203.0.113.10')], machine)?.id).toBe('address'))

  it('is not suggested when it is another machine already, but when it is only linked by hand', () => {
    expect(suggestServer([saved('mine', 'shop', { ...link, server: 'vps/other' })], machine)).toBeUndefined()
    expect(suggestServer([saved('mine', 'shop', { kind: 'by-hand', way: 'other' })], machine)?.id).toBe('mine')
  })

  it('is not guessed from a name that only begins alike', () =>
    expect(suggestServer([saved('mine', 'vps-1.vps.ovh.ca.example'), saved('ten', 'vps-10.vps.ovh.ca')], machine)).toBeUndefined())

  it('is linked by account and machine, not by machine alone', () => {
    expect(linkedServer([saved('mine', 'x', link)], 'a', machine)?.id).toBe('mine')
    expect(linkedServer([saved('mine', 'x', link)], 'b', machine)).toBeUndefined()
  })
})
