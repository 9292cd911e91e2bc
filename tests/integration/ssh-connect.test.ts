import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hostKeyAlgorithms } from '../../electron/ssh/algorithms.js'
import { probeHostKey } from '../../electron/ssh/probe.js'
import { connected, connectTo, failure } from '../support/connect.js'
import { freePort, generateKey, type HostKeyKind, type Sshd, startSshd } from '../support/sshd.js'

let dir: string
let key: string
let authorized: string
const servers: Sshd[] = []
const start = async (o: Parameters<typeof startSshd>[0]) => {
  const sshd = await startSshd({ authorizedKeys: [authorized], ...o })
  servers.push(sshd)
  return sshd
}
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-connect-'))
  key = await generateKey(join(dir, 'id'), 'ed25519')
  authorized = await readFile(`${key}.pub`, 'utf8')
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.dispose()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('connecting to OpenSSH', () => {
  it.each<HostKeyKind>(['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa'])('verifies a %s host key and opens a shell', async (kind) => {
    const sshd = await start({ hostKeys: [kind] })
    const seen: Buffer[] = []
    const attempt = await connectTo({ port: sshd.port, identityFiles: [key] }, [], { verify: (blob) => seen.push(blob) > 0 })
    const connection = connected(attempt)
    expect(seen).toEqual([sshd.hostKeys[0]!.blob])
    expect(connection).toMatchObject({ user: 'root', kex: 'curve25519-sha256', remoteAddress: '127.0.0.1' })
    expect(connection.cipher).toBe('aes128-gcm@openssh.com')
    expect(connection.serverVersion).toMatch(/^OpenSSH_/)
    expect(attempt.stages).toEqual(['lookup', 'tcp', 'banner', 'key-exchange', 'sign-in', 'shell'])
    expect(attempt.asked).toEqual([])
    expect(await connection.measureLatency()).toBeGreaterThan(0)
    const shell = await connection.openShell({ cols: 91, rows: 33 })
    let text = ''
    shell.onData((bytes) => {
      text += bytes.toString('utf8')
    })
    const exit = new Promise((resolve) => shell.onDidExit(resolve))
    shell.write('stty size; echo T=$TERM L=$LANG; exit 7\n')
    expect(await exit).toEqual({ exitCode: 7 })
    expect(text).toMatch(/33 91/)
    expect(text).toMatch(/T=xterm-256color L=\S+UTF-8/i)
    const closed = new Promise((resolve) => connection.onDidClose(resolve))
    connection.end()
    expect(await closed).toBeUndefined()
  })

  it('offers host key algorithms in the order asked for', async () => {
    const sshd = await start({ hostKeys: ['ed25519', 'rsa', 'ecdsa'] })
    for (const [wanted, type] of [
      [['rsa-sha2-512', 'ssh-ed25519'], 'ssh-rsa'],
      [['ecdsa-sha2-nistp256', 'ssh-ed25519'], 'ecdsa-sha2-nistp256'],
    ] as const) {
      const connection = connected(await connectTo({ port: sshd.port, identityFiles: [key] }, [], { hostKeyAlgorithms: [...wanted] }))
      expect(connection.hostKey).toEqual(sshd.hostKeys.find((one) => one.type === type)!.blob)
      connection.end()
    }
  })

  it('refuses when the verifier does, before any sign-in', async () => {
    const sshd = await start({})
    const attempt = await connectTo({ port: sshd.port, identityFiles: [key] }, [], { verify: () => false })
    expect(attempt.outcome).toEqual({ kind: 'host-key-refused', blob: sshd.hostKeys[0]!.blob })
    expect(attempt.stages).not.toContain('sign-in')
    expect(await sshd.log()).not.toContain('userauth-request')
  })

  it('refuses an RSA host key below 2048 bits without asking the verifier', async () => {
    const sshd = await start({ hostKeys: ['rsa1024'], config: ['RequiredRSASize 1024'] })
    let asked = false
    const attempt = await connectTo({ port: sshd.port }, [], { verify: () => (asked = true) })
    expect(failure(attempt)).toMatchObject({ code: 'weak-host-key', data: { bits: 1024 } })
    expect(asked).toBe(false)
  })

  it.each([
    ['KexAlgorithms diffie-hellman-group18-sha512', 'kex', 'diffie-hellman-group18-sha512'],
    ['KexAlgorithms diffie-hellman-group-exchange-sha256', 'kex', 'diffie-hellman-group-exchange-sha256'],
    ['Ciphers aes256-cbc', 'cipher', 'aes256-cbc'],
    ['Ciphers aes128-ctr\nMACs hmac-sha1', 'mac', 'hmac-sha1'],
  ])('names what a server with only %s offers', async (line, what, offered) => {
    const sshd = await start({ config: [line] })
    expect(failure(await connectTo({ port: sshd.port }))).toMatchObject({ code: 'no-common-algorithm', data: { what, offered } })
  })

  it('does not speak SHA-1 or DSS for host keys', async () => {
    const sshd = await start({ hostKeys: ['rsa'], config: ['HostKeyAlgorithms ssh-rsa'] })
    const error = failure(await connectTo({ port: sshd.port }, [], { hostKeyAlgorithms: ['ssh-rsa', 'ssh-dss'] }))
    expect(error).toMatchObject({ code: 'no-common-algorithm', data: { what: 'host-key', offered: 'ssh-rsa' } })
  })

  it('reports a closed port, a cancelled attempt and a name that does not exist', async () => {
    const port = await freePort()
    expect(failure(await connectTo({ port }))).toMatchObject({ code: 'refused', data: { host: '127.0.0.1', port } })
    expect(failure(await connectTo({ host: 'no-such-host.invalid', port: 22 }))).toMatchObject({ code: 'dns' })
    const sshd = await start({})
    const stop = new AbortController()
    const { outcome } = await connectTo({ port: sshd.port }, [], {
      signal: stop.signal,
      onStage: (stage) => stage === 'key-exchange' && stop.abort(),
    })
    expect(outcome).toEqual({ kind: 'cancelled' })
    expect((await connectTo({ port: sshd.port }, [], { signal: stop.signal })).outcome).toEqual({ kind: 'cancelled' })
  })

  it('tells a connection that the server ends from one that we end', async () => {
    const sshd = await start({})
    const connection = connected(await connectTo({ port: sshd.port, identityFiles: [key] }))
    const shell = await connection.openShell({ cols: 80, rows: 24 })
    let exited = false
    shell.onDidExit(() => {
      exited = true
    })
    const closed = new Promise<unknown>((resolve) => connection.onDidClose((error) => resolve(error ?? 'no reason')))
    shell.onData(() => {})
    shell.write('kill -9 $PPID\n')
    expect(await closed).toBeDefined()
    expect(exited).toBe(false)
    await expect(connection.openShell({ cols: 80, rows: 24 })).rejects.toMatchObject({ code: 'closed-early' })
  })

  it('opens several shells on one connection and resizes them', async () => {
    const sshd = await start({})
    const connection = connected(await connectTo({ port: sshd.port, identityFiles: [key] }))
    const shells = await Promise.all([1, 2, 3].map(() => connection.openShell({ cols: 80, rows: 24 })))
    const texts = await Promise.all(
      shells.map(async (shell, index) => {
        let text = ''
        shell.onData((bytes) => {
          text += bytes.toString('utf8')
        })
        const exit = new Promise((resolve) => shell.onDidExit(resolve))
        shell.resize({ cols: 100 + index, rows: 40 })
        shell.write('stty size; exit\n')
        await exit
        return text
      }),
    )
    for (const [index, text] of texts.entries()) expect(text).toContain(`40 ${100 + index}`)
    connection.end()
  })

  it('says no-shell when the server forbids sessions', async () => {
    const sshd = await start({ config: ['MaxSessions 0'] })
    const connection = connected(await connectTo({ port: sshd.port, identityFiles: [key] }))
    await expect(connection.openShell({ cols: 80, rows: 24 })).rejects.toMatchObject({ code: 'no-shell' })
    connection.end()
  })
})

describe('probing', () => {
  const probe = (port: number, algorithms = [...hostKeyAlgorithms]) =>
    probeHostKey({ host: '127.0.0.1', port, hostKeyAlgorithms: algorithms, signal: new AbortController().signal })

  it('returns the key without signing in', async () => {
    const sshd = await start({ hostKeys: ['ed25519', 'ecdsa'] })
    expect(await probe(sshd.port)).toEqual({ kind: 'key', blob: sshd.hostKeys[0]!.blob })
    expect(await probe(sshd.port, ['ecdsa-sha2-nistp256'])).toEqual({ kind: 'key', blob: sshd.hostKeys[1]!.blob })
    expect(await sshd.log()).not.toContain('userauth-request')
  })

  it('sees a restart with another key, and nothing in between', async () => {
    const sshd = await start({})
    const before = await probe(sshd.port)
    await sshd.stop()
    expect(await probe(sshd.port)).toEqual({ kind: 'nothing' })
    await sshd.restart(['ed25519'])
    const after = await probe(sshd.port)
    expect(after).toEqual({ kind: 'key', blob: sshd.hostKeys[0]!.blob })
    expect(after).not.toEqual(before)
  })
})
