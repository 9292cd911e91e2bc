/**
 * A client of the `sftp` subsystem on a channel of its own. Every request may be sent without waiting for another's answer; answers
 * come in any order. Written here because ssh2's own client decodes names as UTF-8 (a name of other bytes could not be opened),
 * knows no `limits@openssh.com` and copies every byte twice.
 */
import type { Client } from 'ssh2'
import { AppError } from '../../shared/errors.js'
import { stripServerLine, stripServerText } from '../../shared/server-text.js'
import { type ChannelInternals, internals } from './internals.js'
import { encodePacket, PacketReader, packet, type SftpAttributes, SftpFailure, type SftpName, sftpStatus } from './sftp-packets.js'

export interface SftpOptions {
  /** Bytes the server may send ahead (RFC 4254 §5.2). ssh2's fixed 2 MiB halve the speed from 20 ms of round trip on. */
  window?: number
}

export interface DiskSpace {
  /** For the user that is signed in. */
  freeBytes: number
  readOnly: boolean
}

export interface Sftp {
  /** Largest useful request; 255 KiB with OpenSSH, else what every server must take (§3 of the draft). */
  readonly maxRead: number
  readonly maxWrite: number
  has(extension: 'fsync@openssh.com' | 'posix-rename@openssh.com' | 'statvfs@openssh.com'): boolean
  realpath(path: string): Promise<string>
  stat(path: string): Promise<SftpAttributes>
  lstat(path: string): Promise<SftpAttributes>
  setstat(path: string, attributes: SftpAttributes): Promise<void>
  open(path: string, flags: number, attributes?: SftpAttributes): Promise<Buffer>
  fstat(handle: Buffer): Promise<SftpAttributes>
  fsetstat(handle: Buffer, attributes: SftpAttributes): Promise<void>
  /** Fills `into`, at most `maxRead` of it. @returns how many bytes; 0 at the end of the file. */
  read(handle: Buffer, position: number, into: Buffer): Promise<number>
  write(handle: Buffer, position: number, bytes: Buffer): Promise<void>
  fsync(handle: Buffer): Promise<void>
  close(handle: Buffer): Promise<void>
  opendir(path: string): Promise<Buffer>
  /** The next page of names, `.` and `..` included; undefined at the end. */
  readdir(handle: Buffer): Promise<SftpName[] | undefined>
  mkdir(path: string, mode: number): Promise<void>
  rmdir(path: string): Promise<void>
  remove(path: string): Promise<void>
  /** Fails when `to` exists. */
  rename(from: string, to: string): Promise<void>
  /** Replaces `to` in one step. */
  posixRename(from: string, to: string): Promise<void>
  readlink(path: string): Promise<string>
  symlink(target: string, path: string): Promise<void>
  statvfs(path: string): Promise<DiskSpace>
  onDidClose(listener: () => void): () => void
  /** Requests that are under way fail. */
  end(): void
}

const DEFAULT_SIZE = 32 * 1024
// OpenSSH's own limit of a packet (SFTP_MAX_MSG_LENGTH); what is longer is an error message of a shell, read as a length.
const MAX_PACKET = 256 * 1024
const HEADROOM = 1024
// From the request for the channel to the server's version; a home on a slow network included.
const OPEN_MS = 60_000

interface Answer {
  type: number
  reader: PacketReader
  /** Bytes that went into `Pending.into`. */
  filled?: number
}
interface Pending {
  /** Where the bytes of a file go, straight from the packets they arrive in. */
  into: Buffer | undefined
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** @throws AppError `no-sftp` when the server has no such subsystem; what `broken` says; SftpFailure from every request. */
export async function openSftp(client: Client, o: SftpOptions, broken: () => AppError | undefined): Promise<Sftp> {
  const gone = (detail: string) => broken() ?? new AppError('no-sftp', {}, stripServerText(detail))
  const channel = await new Promise<ChannelInternals>((resolve, reject) => {
    const timer = setTimeout(() => reject(gone('no answer to the request for a channel')), OPEN_MS)
    try {
      client.subsys('sftp', (error, opened) => {
        clearTimeout(timer)
        if (error) reject(gone(error.message))
        else resolve(opened as ChannelInternals)
      })
    } catch (error) {
      // ssh2 throws between the end of what the peer sends and the close of the socket.
      clearTimeout(timer)
      reject(gone(error instanceof Error ? error.message : ''))
    }
  })
  return startSftp(client, channel, o, gone)
}

async function startSftp(client: Client, channel: ChannelInternals, o: SftpOptions, gone: (detail: string) => AppError): Promise<Sftp> {
  const { _protocol, _sock } = internals(client)
  const pending = new Map<number, Pending>()
  const closeListeners = new Set<() => void>()
  let nextId = 0
  let over: AppError | undefined
  let greeted: ((reader: PacketReader) => void) | undefined

  function finish(detail: string) {
    if (over) return
    over = gone(detail)
    for (const one of pending.values()) one.reject(over)
    pending.clear()
    for (const listener of [...closeListeners]) listener()
    closeListeners.clear()
    try {
      channel.close()
    } catch {
      // The connection is gone, and the channel with it.
    }
  }

  function onPacket(type: number, body: Buffer) {
    try {
      const reader = new PacketReader(body)
      if (type === packet.version) return greeted?.(reader)
      const id = reader.uint32()
      const waiting = pending.get(id)
      // An answer nobody asked for.
      if (!waiting) return
      pending.delete(id)
      waiting.resolve({ type, reader })
    } catch {
      finish('the server sent a broken packet')
    }
  }
  const parse = createPacketParser({
    onPacket,
    sinkOf: (id) => pending.get(id)?.into,
    onFilled(id, filled) {
      const waiting = pending.get(id)
      pending.delete(id)
      waiting?.resolve({ type: packet.data, reader: emptyReader, filled })
    },
  })
  channel.on('data', (bytes: Buffer) => {
    if (over) return
    topUp()
    if (!parse(bytes)) finish('the server sent something that is not SFTP')
  })
  channel.stderr.on('data', () => {})
  channel.on('error', () => {})
  channel.on('end', () => finish('the server ended SFTP'))
  channel.on('close', () => finish('the server closed SFTP'))

  function topUp() {
    const target = o.window
    if (!target) return
    const missing = target - channel.incoming.window
    if (missing < target / 4 || channel.outgoing.state !== 'open') return
    channel.incoming.window += missing
    _protocol.channelWindowAdjust(channel.outgoing.id, missing)
  }

  function send(bytes: Buffer) {
    try {
      channel.write(bytes)
    } catch (error) {
      finish(error instanceof Error ? error.message : 'the channel is gone')
    }
  }
  function request(type: number, fields: Parameters<typeof encodePacket>[1], data?: Buffer, into?: Buffer): Promise<Answer> {
    if (over) return Promise.reject(over)
    const id = nextId
    nextId = (nextId + 1) >>> 0
    return new Promise((resolve, reject) => {
      pending.set(id, { into, resolve, reject })
      // A piece is eight packets of the connection: one write for all of them, and the server wakes once.
      _sock.cork()
      send(encodePacket(type, [id, ...fields], data?.length))
      if (data) send(data)
      _sock.uncork()
    })
  }
  async function expect(type: number, answer: Promise<Answer>): Promise<PacketReader> {
    const { type: got, reader } = await answer
    if (got === type) return reader
    if (got === packet.status) throw failureOf(reader)
    finish('the server answered with another kind of packet')
    throw over
  }
  async function done(answer: Promise<Answer>): Promise<void> {
    const reader = await expect(packet.status, answer)
    const status = reader.uint32()
    if (status !== sftpStatus.ok) throw new SftpFailure(status, readMessage(reader))
  }
  /** undefined for "end of file". */
  async function orEnd(type: number, answer: Promise<Answer>): Promise<PacketReader | undefined> {
    try {
      return await expect(type, answer)
    } catch (error) {
      if (error instanceof SftpFailure && error.status === sftpStatus.eof) return undefined
      throw error
    }
  }
  const extended = (name: string, ...fields: Parameters<typeof encodePacket>[1]) => request(packet.extended, [name, ...fields])

  const extensions = await greet()
  let maxRead = DEFAULT_SIZE
  let maxWrite = DEFAULT_SIZE
  if (extensions.has('limits@openssh.com')) {
    const reader = await expect(packet.extendedReply, extended('limits@openssh.com'))
    const largest = Math.min(reader.uint64(), MAX_PACKET) - HEADROOM
    const [read, write] = [reader.uint64(), reader.uint64()]
    // 0 is "no limit of its own"; the packet's then counts.
    maxRead = Math.max(DEFAULT_SIZE, Math.min(read || largest, largest))
    maxWrite = Math.max(DEFAULT_SIZE, Math.min(write || largest, largest))
  }
  topUp()

  function greet(): Promise<Set<string>> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        closeListeners.delete(refuse)
        greeted = undefined
      }
      const refuse = () => {
        stop()
        reject(over)
      }
      const timer = setTimeout(() => finish('no answer to the greeting'), OPEN_MS)
      closeListeners.add(refuse)
      greeted = (reader) => {
        stop()
        const version = reader.uint32()
        const names = new Set<string>()
        while (!reader.isAtEnd) {
          names.add(reader.text())
          reader.bytesField()
        }
        if (version === 3) return resolve(names)
        finish(`the server speaks version ${version} only`)
        reject(over)
      }
      send(encodePacket(packet.init, [3]))
    })
  }

  return {
    maxRead,
    maxWrite,
    has: (extension) => extensions.has(extension),
    async realpath(path) {
      const [found] = (await expect(packet.name, request(packet.realpath, [path]))).names()
      if (!found) throw new SftpFailure(sftpStatus.failure, 'no path in the answer')
      return found.name
    },
    stat: async (path) => (await expect(packet.attrs, request(packet.stat, [path]))).attributes(),
    lstat: async (path) => (await expect(packet.attrs, request(packet.lstat, [path]))).attributes(),
    setstat: (path, attributes) => done(request(packet.setstat, [path, attributes])),
    open: async (path, flags, attributes = {}) =>
      Buffer.from((await expect(packet.handle, request(packet.open, [path, flags, attributes]))).bytesField()),
    fstat: async (handle) => (await expect(packet.attrs, request(packet.fstat, [handle]))).attributes(),
    fsetstat: (handle, attributes) => done(request(packet.fsetstat, [handle, attributes])),
    async read(handle, position, into) {
      const wanted = into.subarray(0, maxRead)
      const answer = request(packet.read, [handle, BigInt(position), wanted.length], undefined, wanted)
      if (!(await orEnd(packet.data, answer))) return 0
      const { filled = 0 } = await answer
      // Nothing, or more than was asked for.
      if (filled === 0) throw new SftpFailure(sftpStatus.failure, 'an answer of the wrong length')
      return filled
    },
    write: (handle, position, bytes) => done(request(packet.write, [handle, BigInt(position), bytes.length], bytes)),
    fsync: (handle) => done(extended('fsync@openssh.com', handle)),
    close: (handle) => done(request(packet.close, [handle])),
    opendir: async (path) => Buffer.from((await expect(packet.handle, request(packet.opendir, [path]))).bytesField()),
    readdir: async (handle) => (await orEnd(packet.name, request(packet.readdir, [handle])))?.names(),
    mkdir: (path, mode) => done(request(packet.mkdir, [path, { mode }])),
    rmdir: (path) => done(request(packet.rmdir, [path])),
    remove: (path) => done(request(packet.remove, [path])),
    rename: (from, to) => done(request(packet.rename, [from, to])),
    posixRename: (from, to) => done(extended('posix-rename@openssh.com', from, to)),
    async readlink(path) {
      const [found] = (await expect(packet.name, request(packet.readlink, [path]))).names()
      if (!found) throw new SftpFailure(sftpStatus.failure, 'no path in the answer')
      return found.name
    },
    // OpenSSH's server takes the two in this order, the draft in the other (PROTOCOL §4.1); everybody follows OpenSSH.
    symlink: (target, path) => done(request(packet.symlink, [target, path])),
    async statvfs(path) {
      const reader = await expect(packet.extendedReply, extended('statvfs@openssh.com', path))
      // bsize, frsize, blocks, bfree, bavail, files, ffree, favail, fsid, flag, namemax (PROTOCOL §4.4).
      const [, frsize = 0, , , bavail = 0, , , , , flag = 0] = Array.from({ length: 11 }, () => reader.uint64())
      return { freeBytes: frsize * bavail, readOnly: (flag & 1) === 1 }
    },
    onDidClose(listener) {
      if (over) queueMicrotask(listener)
      else closeListeners.add(listener)
      return () => void closeListeners.delete(listener)
    },
    end: () => finish('SFTP was ended here'),
  }
}

function failureOf(reader: PacketReader): SftpFailure {
  const status = reader.uint32()
  return new SftpFailure(status, readMessage(reader))
}

/** Some servers leave the message out. */
const readMessage = (reader: PacketReader) => (reader.isAtEnd ? '' : stripServerLine(reader.text()))

const emptyReader = new PacketReader(Buffer.alloc(0))

interface PacketListeners {
  onPacket(type: number, body: Buffer): void
  /** Where the bytes of this answer shall go; undefined for an answer nobody waits for. */
  sinkOf(id: number): Buffer | undefined
  onFilled(id: number, bytes: number): void
}

// Length and type; of file data also the request's id and the data's own length.
const HEAD = 5
const DATA_HEAD = 13

/** Cuts a stream into packets. File data goes where it is wanted without another copy. @returns a function that is false for what cannot be SFTP. */
function createPacketParser({ onPacket, sinkOf, onFilled }: PacketListeners): (bytes: Buffer) => boolean {
  const head = Buffer.alloc(DATA_HEAD)
  let headLength = 0
  let body: Buffer | undefined
  let sinkId: number | undefined
  let filled = 0

  /** The head is complete. @returns false for a length that no packet has. */
  function begin(): boolean {
    const length = head.readUInt32BE(0)
    if (length < 1 || length > MAX_PACKET) return false
    sinkId = undefined
    filled = headLength - HEAD
    if (headLength === DATA_HEAD) {
      const id = head.readUInt32BE(HEAD)
      const dataLength = head.readUInt32BE(HEAD + 4)
      const sink = sinkOf(id)
      if (sink && dataLength <= sink.length && dataLength === length - (DATA_HEAD - 4)) {
        sinkId = id
        body = sink.subarray(0, dataLength)
        filled = 0
        return true
      }
    }
    body = Buffer.allocUnsafe(length - 1)
    head.copy(body, 0, HEAD, headLength)
    return true
  }

  function end() {
    const [type, whole, id] = [head[4]!, body!, sinkId]
    body = undefined
    headLength = 0
    if (id === undefined) onPacket(type, whole)
    else onFilled(id, whole.length)
  }

  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (!body) {
        const isData = headLength >= HEAD && head[4] === packet.data && head.readUInt32BE(0) >= DATA_HEAD - 4
        const copied = bytes.copy(head, headLength, at, at + (isData ? DATA_HEAD : HEAD) - headLength)
        headLength += copied
        at += copied
        if (headLength < HEAD || (headLength < DATA_HEAD && head[4] === packet.data && head.readUInt32BE(0) >= DATA_HEAD - 4)) continue
        if (!begin()) return false
      } else {
        const copied = bytes.copy(body, filled, at)
        filled += copied
        at += copied
      }
      if (filled === body!.length) end()
    }
    return true
  }
}
