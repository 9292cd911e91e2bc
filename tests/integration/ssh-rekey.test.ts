import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTerminalStream } from '../../electron/ssh/flow-control.js'
import { sftpOpen } from '../../electron/ssh/sftp-packets.js'
import { SHELL_WINDOW } from '../../electron/ssh/shell.js'
import { connected, connectTo } from '../support/connect.js'
import { generateKey, startSshd } from '../support/sshd.js'

const SIZE = 200 * 1024 * 1024
const KEY = '000102030405060708090a0b0c0d0e0f'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-rekey-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** What `openssl enc -aes-128-ctr` makes of zeros, hashed. */
function expectedHash(): string {
  const cipher = createCipheriv('aes-128-ctr', Buffer.from(KEY, 'hex'), Buffer.alloc(16))
  const hash = createHash('sha256')
  const zeros = Buffer.alloc(1 << 20)
  for (let done = 0; done < SIZE; done += zeros.length) hash.update(cipher.update(zeros))
  return hash.digest('hex')
}

it('carries 200 MB through a terminal with a re-key every megabyte, nothing lost and never ahead of the page', async () => {
  const key = await generateKey(join(dir, 'id'), 'ed25519')
  const sshd = await startSshd({
    hostKeys: ['ed25519', 'rsa'],
    config: ['RekeyLimit 1M'],
    authorizedKeys: [await readFile(`${key}.pub`, 'utf8')],
  })
  try {
    let verified = 0
    const connection = connected(
      await connectTo({ port: sshd.port, identityFiles: [key] }, [], {
        verify: () => {
          verified++
          return true
        },
      }),
    )
    const stream = createTerminalStream(await connection.openShell({ cols: 120, rows: 40 }))
    const { port1: core, port2: page } = new MessageChannel()
    stream.attach(core)

    const hash = createHash('sha256')
    let head = Buffer.alloc(0)
    let isInside = false
    let count = 0
    let unparsed = 0
    let worst = 0
    await new Promise<void>((resolve) => {
      page.on('message', (message: unknown) => {
        if (!(message instanceof Uint8Array)) return
        expect(message.buffer.byteLength).toBe(message.byteLength)
        unparsed += message.length
        worst = Math.max(worst, unparsed)
        setImmediate(() => {
          unparsed -= message.length
          page.postMessage({ kind: 'ack', bytes: message.length })
        })
        let bytes = Buffer.from(message)
        if (!isInside) {
          head = Buffer.concat([head, bytes])
          const start = head.indexOf('GO:')
          if (start < 0) return
          isInside = true
          bytes = head.subarray(start + 3)
        }
        const wanted = bytes.subarray(0, SIZE - count)
        hash.update(wanted)
        count += wanted.length
        if (count === SIZE) resolve()
      })
      const make = `openssl enc -aes-128-ctr -K ${KEY} -iv ${'0'.repeat(32)} -in /dev/zero 2>/dev/null | head -c ${SIZE}`
      page.postMessage({ kind: 'input', text: `stty raw -echo; printf 'GO%s' ':'; ${make}; sleep 60\n` })
    })
    expect(hash.digest('hex')).toBe(expectedHash())
    expect(worst).toBeLessThanOrEqual(SHELL_WINDOW)
    // The caller's verifier is asked once; later keys must be the same bytes.
    expect(verified).toBe(1)
    expect((await sshd.log()).match(/rekey/gi)?.length ?? 0).toBeGreaterThan(100)
    expect(await connection.measureLatency()).toBeGreaterThan(0)
    stream.dispose()
    connection.end()
    page.close()
  } finally {
    await sshd.dispose()
  }
})

it.each(['aes128-gcm@openssh.com', 'aes256-ctr', 'chacha20-poly1305@openssh.com'])(
  'reads in bulk with %s and a re-key every megabyte, nothing overwritten',
  async (cipher) => {
    const size = 32 * 1024 * 1024
    const bytes = randomBytes(size)
    const file = join(dir, 'bulk')
    await writeFile(file, bytes)
    const key = await generateKey(join(dir, `bulk-${cipher}`), 'ed25519')
    const sshd = await startSshd({ config: ['RekeyLimit 1M', `Ciphers ${cipher}`], authorizedKeys: [await readFile(`${key}.pub`, 'utf8')] })
    try {
      const connection = connected(await connectTo({ port: sshd.port, identityFiles: [key] }, [], { bulk: true }))
      expect(connection.cipher).toBe(cipher)
      const sftp = await connection.openSftp({ window: 4 * 1024 * 1024 })
      const handle = await sftp.open(file, sftpOpen.read)
      const got = Buffer.alloc(size)
      const piece = 128 * 1024
      const places = Array.from({ length: size / piece }, (_, index) => index * piece)
      const lengths = await Promise.all(places.map((at) => sftp.read(handle, at, got.subarray(at, at + piece))))
      expect(new Set(lengths)).toEqual(new Set([piece]))
      expect(got.equals(bytes)).toBe(true)
      expect((await sshd.log()).match(/rekey/gi)?.length ?? 0).toBeGreaterThan(16)
      connection.end()
    } finally {
      await sshd.dispose()
    }
  },
)

it.each([
  ['another key', true],
  ['the same key', false],
])('a re-key with %s', async (_name, changes) => {
  const [first, second] = await Promise.all(['a', 'b'].map((name) => generateKey(join(dir, `${name}${changes}`), 'ed25519')))
  let serverSide: ssh2.Connection | undefined
  const server = new ssh2.Server({ hostKeys: [await readFile(first!)] }, (connection) => {
    serverSide = connection
    connection.on('error', () => {})
    connection.on('authentication', (context) => context.accept())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const connection = connected(await connectTo({ port: (server.address() as { port: number }).port }))
    const closed = new Promise((resolve) => connection.onDidClose(resolve))
    const { _protocol } = serverSide as unknown as { _protocol: { _hostKeys: Record<string, unknown>; rekey(): void } }
    if (changes) _protocol._hostKeys['ssh-ed25519'] = ssh2.utils.parseKey(await readFile(second!))
    const rekeyed = new Promise((resolve) => serverSide!.once('rekey', () => resolve(undefined)))
    _protocol.rekey()
    if (changes) {
      expect(await closed).toMatchObject({ code: 'host-key-changed-again' })
    } else {
      await rekeyed
      expect(await connection.measureLatency()).toBeGreaterThan(0)
      connection.end()
      expect(await closed).toBeUndefined()
    }
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})
