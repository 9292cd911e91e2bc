/**
 * Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02, the one OpenSSH speaks) and of OpenSSH's extensions (PROTOCOL §4).
 * Reading is bounds-checked: what the server wrote can only fail, never read beside its packet.
 */
import { decodePath, encodePath } from '../path-bytes.js'

export const packet = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const

export const sftpStatus = { ok: 0, eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const

/** Flags of `open` (§6.3). */
export const sftpOpen = { read: 1, write: 2, create: 8, truncate: 16, exclusive: 32 } as const

/** Times in seconds since 1970. */
export interface SftpAttributes {
  size?: number
  uid?: number
  gid?: number
  /** Type and permission bits as in `st_mode`. */
  mode?: number
  atime?: number
  mtime?: number
}

export interface SftpName extends SftpAttributes {
  name: string
}

/** An answer other than OK. OpenSSH tells missing, denied and "failure" apart, and nothing finer. */
export class SftpFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message || `SFTP status ${status}`)
    this.name = 'SftpFailure'
  }
}

export class PacketReader {
  private at = 0
  constructor(private readonly bytes: Buffer) {}

  uint32(): number {
    const value = this.bytes.readUInt32BE(this.at)
    this.at += 4
    return value
  }
  /** Sizes above 2^53 are nobody's file. */
  uint64(): number {
    return this.uint32() * 2 ** 32 + this.uint32()
  }
  bytesField(): Buffer {
    const length = this.uint32()
    if (length > this.bytes.length - this.at) throw new RangeError('a field is longer than its packet')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
  text(): string {
    return this.bytesField().toString('utf8')
  }
  path(): string {
    return decodePath(this.bytesField())
  }
  get isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }
  attributes(): SftpAttributes {
    const flags = this.uint32()
    const attributes: SftpAttributes = {}
    if (flags & 1) attributes.size = this.uint64()
    if (flags & 2) {
      attributes.uid = this.uint32()
      attributes.gid = this.uint32()
    }
    if (flags & 4) attributes.mode = this.uint32()
    if (flags & 8) {
      attributes.atime = this.uint32()
      attributes.mtime = this.uint32()
    }
    if (flags & 0x80000000) {
      for (let count = this.uint32(); count > 0; count--) {
        this.bytesField()
        this.bytesField()
      }
    }
    return attributes
  }
  names(): SftpName[] {
    const names: SftpName[] = []
    for (let count = this.uint32(); count > 0; count--) {
      const name = this.path()
      this.bytesField() // what `ls -l` would print
      names.push({ name, ...this.attributes() })
    }
    return names
  }
}

type Field = number | bigint | string | Buffer | SftpAttributes

/** A whole packet: length, type, then the fields. Numbers are uint32, bigints uint64, strings paths. `extra`: bytes that follow on their own. */
export function encodePacket(type: number, fields: readonly Field[], extra = 0): Buffer {
  const parts = fields.map(encodeField)
  const length = parts.reduce((sum, part) => sum + part.length, 1)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(length + extra, 0)
  head[4] = type
  return Buffer.concat([head, ...parts], length + 4)
}

function encodeField(field: Field): Buffer {
  if (typeof field === 'number') return uint32(field)
  if (typeof field === 'bigint') {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(field)
    return bytes
  }
  if (typeof field === 'string') return withLength(encodePath(field))
  if (Buffer.isBuffer(field)) return withLength(field)
  return encodeAttributes(field)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const withLength = (bytes: Buffer) => Buffer.concat([uint32(bytes.length), bytes])

function encodeAttributes({ size, uid, gid, mode, atime, mtime }: SftpAttributes): Buffer {
  let flags = 0
  const parts: Buffer[] = []
  if (size !== undefined) {
    flags |= 1
    parts.push(encodeField(BigInt(size)))
  }
  if (uid !== undefined && gid !== undefined) {
    flags |= 2
    parts.push(uint32(uid), uint32(gid))
  }
  if (mode !== undefined) {
    flags |= 4
    parts.push(uint32(mode))
  }
  if (mtime !== undefined) {
    flags |= 8
    parts.push(uint32(atime ?? mtime), uint32(mtime))
  }
  return Buffer.concat([uint32(flags), ...parts])
}
