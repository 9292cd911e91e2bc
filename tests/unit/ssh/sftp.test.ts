import { EventEmitter } from 'node:events'
import type { Client } from 'ssh2'
import { describe, expect, it } from 'vitest'
import { createServerFiles } from '../../../electron/files/server-files.js'
import { openSftp } from '../../../electron/ssh/sftp.js'
import { encodePacket, packet, sftpStatus } from '../../../electron/ssh/sftp-packets.js'

type Answer = (request: { type: number; id: number; body: Buffer }) => Buffer | undefined

/** A server that says what `answer` gives, in pieces of `piece` bytes. */
async function connect(answer: Answer, piece = 1 << 20) {
  const sent: Buffer[] = []
  const say = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += piece) channel.emit('data', bytes.subarray(at, at + piece))
  }
  const channel = Object.assign(new EventEmitter(), {
    stderr: new EventEmitter(),
    incoming: { window: 0 },
    outgoing: { id: 0, state: 'open' },
    close() {},
    write(bytes: Buffer) {
      sent.push(bytes)
      const type = bytes[4]!
      const reply =
        type === packet.init ? encodePacket(packet.version, [3]) : answer({ type, id: bytes.readUInt32BE(5), body: bytes.subarray(9) })
      if (reply) queueMicrotask(() => say(reply))
    },
  })
  const client = {
    subsys: (_name: string, done: (error: undefined, channel: unknown) => void) => done(undefined, channel),
    _protocol: {},
    _sock: { cork() {}, uncork() {} },
  }
  const sftp = await openSftp(client as unknown as Client, {}, () => undefined)
  return { sftp, say, sent }
}
const status = (id: number, code: number) => encodePacket(packet.status, [id, code, Buffer.from('words\x1b[2J'), Buffer.alloc(0)])

describe.each([1, 7, 1 << 20])('an answer in pieces of %d bytes', (piece) => {
  it('is put together: handles, data into the buffer it is for, the end', async () => {
    const bytes = Buffer.from('the content of a file')
    const { sftp } = await connect(({ type, id }) => {
      if (type === packet.open) return encodePacket(packet.handle, [id, Buffer.from('h')])
      return encodePacket(packet.data, [id, bytes])
    }, piece)
    const handle = await sftp.open('/f', 1)
    expect(handle.toString()).toBe('h')
    const into = Buffer.alloc(40)
    expect(await sftp.read(handle, 0, into)).toBe(bytes.length)
    expect(into.toString('utf8', 0, bytes.length)).toBe(bytes.toString())
  })
})

describe('a server that lies', () => {
  it('sends more than was asked for: refused, and nothing beside the buffer is written', async () => {
    const { sftp } = await connect(({ id }) => encodePacket(packet.data, [id, Buffer.alloc(50, 1)]))
    const memory = Buffer.alloc(100)
    await expect(sftp.read(Buffer.from('h'), 0, memory.subarray(0, 10))).rejects.toMatchObject({ status: sftpStatus.failure })
    expect(memory.every((byte) => byte === 0)).toBe(true)
  })

  it('sends no data and no end', async () => {
    const { sftp } = await connect(({ id }) => encodePacket(packet.data, [id, Buffer.alloc(0)]))
    await expect(sftp.read(Buffer.from('h'), 0, Buffer.alloc(10))).rejects.toMatchObject({ status: sftpStatus.failure })
  })

  it.each([
    ['a length no packet has', Buffer.from([0x7f, 0xff, 0xff, 0xff, 1])],
    ['a shell’s words', Buffer.from('Welcome to this machine\n')],
    ['a length of nothing', Buffer.alloc(8)],
  ])('sends %s: the channel ends', async (_what, bytes) => {
    const { sftp, say } = await connect(() => undefined)
    const waiting = sftp.stat('/f')
    say(bytes)
    await expect(waiting).rejects.toMatchObject({ code: 'no-sftp' })
    await expect(sftp.stat('/f')).rejects.toMatchObject({ code: 'no-sftp' })
  })

  it('sends a field longer than its packet', async () => {
    const { sftp } = await connect(({ id }) => {
      const bad = encodePacket(packet.handle, [id, Buffer.from('h')])
      bad.writeUInt32BE(500, 9)
      return bad
    })
    await expect(sftp.open('/f', 1)).rejects.toBeInstanceOf(RangeError)
  })

  it('answers what nobody asked', async () => {
    const { sftp, say } = await connect(({ id }) => status(id, sftpStatus.ok))
    say(status(4711, sftpStatus.ok))
    await sftp.remove('/f')
  })

  it('names files outside the directory, or twice: left out and counted', async () => {
    const names = ['.', '..', 'good', '../../.ssh/authorized_keys', '/etc/passwd', 'good', '', 'a\0b']
    let pages = 0
    const { sftp } = await connect(({ type, id }) => {
      if (type === packet.opendir) return encodePacket(packet.handle, [id, Buffer.from('d')])
      if (type !== packet.readdir || pages++ > 0) return status(id, sftpStatus.eof)
      return encodePacket(packet.name, [id, names.length, ...names.flatMap((name) => [name, '', { mode: 0o100644 }])])
    })
    const files = createServerFiles(sftp, { inFlight: 1024 })
    const found: string[] = []
    const pagesOf = files.list('/d', { targets: false, signal: new AbortController().signal })
    let end = await pagesOf.next()
    for (; !end.done; end = await pagesOf.next()) found.push(...end.value.map(({ name }) => name))
    expect(found).toEqual(['good'])
    expect(end.value).toEqual({ refused: 5 })
  })
})

it('a status is a failure with stripped words', async () => {
  const { sftp } = await connect(({ id }) => status(id, sftpStatus.permissionDenied))
  await expect(sftp.remove('/f')).rejects.toMatchObject({ status: sftpStatus.permissionDenied, message: 'words' })
})
