import { describe, expect, it } from 'vitest'
import { hostKeyAlgorithms, offeredAlgorithms, readOffers } from '../../../electron/ssh/algorithms.js'

describe('what is offered', () => {
  const lists = () => offeredAlgorithms([...hostKeyAlgorithms, 'ssh-rsa', 'ssh-dss', 'ssh-ed25519-cert-v01@openssh.com', 'made-up'])

  it('holds nothing broken or slow', () => {
    const all = Object.values(lists()).flat() as string[]
    for (const name of all) expect(name).not.toMatch(/sha1|md5|cbc|arcfour|3des|ssh-dss|^ssh-rsa$|group-exchange|group1-|group18|zlib|cert/)
  })
  it('puts curve25519 first and classic Diffie-Hellman last', () => {
    const kex = lists().kex as string[]
    expect(kex[0]).toBe('curve25519-sha256')
    const firstClassic = kex.findIndex((name) => name.startsWith('diffie'))
    expect(kex.slice(firstClassic).every((name) => name.startsWith('diffie'))).toBe(true)
  })
  it('keeps the order of the host key algorithms, once each', () => {
    expect(offeredAlgorithms(['rsa-sha2-512', 'ssh-ed25519', 'rsa-sha2-512']).serverHostKey).toEqual(['rsa-sha2-512', 'ssh-ed25519'])
    expect(offeredAlgorithms(['ssh-rsa']).serverHostKey).toEqual([...hostKeyAlgorithms])
    expect(offeredAlgorithms([]).serverHostKey).toEqual([...hostKeyAlgorithms])
  })
})

describe('explaining a disagreement', () => {
  it('names the server’s list without its extension markers', () => {
    const offers = readOffers()
    offers.read('Handshake: (local) KEX method: curve25519-sha256')
    offers.read('Handshake: (remote) KEX method: sntrup761x25519-sha512@openssh.com,ext-info-s,kex-strict-s-v00@openssh.com')
    expect(offers.explain('Handshake failed: no matching key exchange algorithm')).toEqual({
      what: 'kex',
      offered: 'sntrup761x25519-sha512@openssh.com',
    })
  })
  it('strips what a hostile list may hold, and bounds it', () => {
    const offers = readOffers()
    offers.read(`Handshake: (remote) C->S cipher: \x1b[31mevil\u202e\n,${'x'.repeat(5000)}`)
    const { offered } = offers.explain('Handshake failed: no matching C->S cipher')!
    expect(offered).toMatch(/^evil , x+…$/)
    expect(offered.length).toBeLessThanOrEqual(600)
  })
  it('has nothing to say about other failures', () => {
    expect(readOffers().explain('Bad packet length')).toBeUndefined()
  })
})
