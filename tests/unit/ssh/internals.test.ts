import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import ssh2 from 'ssh2'
import { expect, it } from 'vitest'
import { internals, keepsNoInput } from '../../../electron/ssh/internals.js'

const require = createRequire(import.meta.url)

it('ssh2 is the version whose inside we know', () => {
  expect(require('ssh2/package.json').version).toBe('1.17.0')
})

it('everything we use of it is there', () => {
  const client = new ssh2.Client()
  const socket = new Socket()
  client.on('error', () => {})
  client.connect({ sock: socket, username: 'x', readyTimeout: 0, hostVerifier: () => false })
  const inside = internals(client)
  expect(inside._sock).toBe(socket)
  expect(inside._callbacks).toEqual([])
  expect(inside._chanMgr.add).toBeTypeOf('function')
  expect(inside).toHaveProperty('_remoteVer')
  expect(inside._protocol).toHaveProperty('_debug')
  expect(inside._protocol._handlers.USERAUTH_FAILURE).toBeTypeOf('function')
  for (const name of ['session', 'env', 'pty', 'shell', 'channelWindowAdjust', 'ping', 'authPassword'] as const)
    expect(inside._protocol[name]).toBeTypeOf('function')
  expect(inside._protocol._authsQueue).toEqual([])
  expect(inside._protocol).toHaveProperty('_decipher')
  expect(keepsNoInput(client)).toBe(false)
  socket.destroy()
})

it.each([
  ['aes128-gcm@openssh.com', true],
  ['aes256-ctr', true],
  ['chacha20-poly1305@openssh.com', false],
])('what it reads with %s: done with it on return %s', async (cipher, isDone) => {
  const { CIPHER_INFO, MAC_INFO, createDecipher, init } = require('ssh2/lib/protocol/crypto.js')
  await init
  const info = CIPHER_INFO[cipher]
  const mac = MAC_INFO['hmac-sha2-256-etm@openssh.com']
  const _decipher = createDecipher({
    inbound: {
      seqno: 0,
      onPayload() {},
      decipherInfo: info,
      decipherKey: Buffer.alloc(info.keyLen),
      decipherIV: Buffer.alloc(info.ivLen),
      macInfo: mac,
      macKey: Buffer.alloc(mac.len),
    },
  })
  expect(keepsNoInput({ _protocol: { _decipher } } as unknown as ssh2.Client)).toBe(isDone)
})
