/** Random known_hosts files around a few names and keys: mostly near misses of the grammar, so that every rule decides now and then. */
import { createHmac } from 'node:crypto'
import { mpint, wire } from '../unit/known-hosts/keys.js'

export interface ServerKeys {
  server: { ed25519: Buffer; ecdsa: Buffer; rsa: Buffer }
  other: { ed25519: Buffer; ecdsa: Buffer; rsa: Buffer; p384: Buffer; p521: Buffer }
  /** Host certificate of the server's Ed25519 key. */
  certificate: Buffer
}

export interface Case {
  host: string
  port: number
  alias?: string
  /** HostKeyAlgorithms fixed by the user; otherwise the order is derived from the files. */
  algorithm?: string
  files: { system: boolean; bytes: Buffer }[]
}

/** mulberry32: small, seeded, good enough to choose among cases. */
export function createRandom(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return { below, chance: (p: number) => next() < p, pick: <T>(items: readonly T[]): T => items[below(items.length)]! }
}
type Random = ReturnType<typeof createRandom>

export function createCases(seed: number, count: number, keys: ServerKeys): Case[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => createCase(random, keys))
}

const hosts = ['target.example.net', 'TARGET.Example.net', 'h-1_x', '192.0.2.7', '2001:DB8:0::1', '::ffff:192.0.2.9', '127.1', 'a']

function createCase(random: Random, keys: ServerKeys): Case {
  const host = random.pick(hosts)
  const port = random.pick([22, 22, 2222])
  const alias = random.chance(0.1) ? random.pick(['Alias.example', '[target.example.net]:2222', 'target.example.net']) : undefined
  const algorithm = random.chance(0.5) ? random.pick(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256']) : undefined
  const file = (system: boolean) => ({ system, bytes: createFile(random, keys, alias ?? host, port) })
  const files = [file(false), ...(random.chance(0.3) ? [file(false)] : []), ...(random.chance(0.3) ? [file(true)] : [])]
  return { host, port, ...(alias ? { alias } : {}), ...(algorithm ? { algorithm } : {}), files }
}

function createFile(random: Random, keys: ServerKeys, host: string, port: number): Buffer {
  const lines = Array.from({ length: random.below(6) }, () => createLine(random, keys, host, port))
  let text = lines.map((line) => line + (random.chance(0.15) ? '\r\n' : '\n')).join('')
  if (random.chance(0.2)) text = text.slice(0, -1)
  if (random.chance(0.03)) text = `\xef\xbb\xbf${text}`
  return Buffer.from(text, 'latin1')
}

/** Spellings of the looked-up name that hit, and near misses. */
function createName(random: Random, host: string, port: number): string {
  const canonical: Record<string, string> = { '2001:DB8:0::1': '2001:db8::1', '127.1': '127.0.0.1' }
  const bare = canonical[host] ?? host.toLowerCase()
  const ported = `[${bare}]:${port}`
  const lookup = port === 22 || host.startsWith('[') ? bare : ported
  return random.pick([
    lookup,
    lookup,
    lookup,
    lookup,
    lookup.toUpperCase(),
    bare,
    bare,
    ported,
    host,
    `[${bare}]`,
    `[${bare}]:22`,
    `${bare}:${port}`,
    `${bare}.`,
    `*${bare.slice(3)}`,
    `${bare.slice(0, -1)}?`,
    '*',
    '*.example.net',
    '*:2222',
    `[*]:${port}`,
    '??????',
    'other.example.net',
    '',
    'x'.repeat(1022),
    'x'.repeat(1023),
    `${'*'.repeat(40)}${bare}${'*'.repeat(40)}`,
    `\xfc${bare}`,
  ])
}

function hashed(random: Random, name: string): string {
  const salt = Buffer.from(Array.from({ length: random.chance(0.05) ? 19 : 20 }, () => random.below(256)))
  const field = `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name, 'latin1').digest('base64')}`
  return random.chance(0.8)
    ? field
    : random.pick([
        field.slice(0, -1),
        `${field}=`,
        `${field},other`,
        `other,${field}`,
        field.replace('|1|', '|2|'),
        `|${field}`,
        field.replace(/.=$/, (pair) => `${String.fromCharCode(pair.charCodeAt(0) + 1)}=`),
        `!${field}`,
      ])
}

function createNames(random: Random, host: string, port: number): string {
  if (random.chance(0.25)) return hashed(random, createName(random, host, port))
  return Array.from({ length: 1 + (random.chance(0.4) ? 1 + random.below(3) : 0) }, () => {
    const name = createName(random, host, port)
    return random.chance(0.12) ? `!${name}` : name
  }).join(',')
}

/** A key as `type base64`, right in most cases, else broken in one way. */
function createKey(random: Random, keys: ServerKeys): string {
  const pool = [...Object.values(keys.server), ...Object.values(keys.server), ...Object.values(keys.other)]
  const blob = random.chance(0.04) ? keys.certificate : random.pick(pool)
  const length = blob.readUInt32BE(0)
  const type = blob.toString('latin1', 4, 4 + length)
  const base64 = blob.toString('base64')
  const body = blob.subarray(4 + length)
  if (random.chance(0.7))
    return `${random.chance(0.1) && type === 'ssh-rsa' ? random.pick(['rsa-sha2-256', 'rsa-sha2-512']) : type} ${base64}`
  const text = (bytes: Buffer, word = type) => `${word} ${bytes.toString('base64')}`
  const broken = Buffer.from(blob)
  broken[broken.length - 1]! ^= 1
  const rsaParts = keys.server.rsa
  return random.pick([
    `${type} ${base64.replace(/=+$/, '')}`,
    `${type} ${base64}=`,
    `${type} ${base64}====`,
    `${type} ${base64.replaceAll('+', '-').replaceAll('/', '_')}`,
    `${type} ${base64.slice(0, 20)}\r${base64.slice(20)}`,
    `${type} ${base64.slice(0, 20)}\x0b${base64.slice(20)}\x0c`,
    `${type} ${base64.slice(0, 20)}\x85${base64.slice(20)}`,
    `${type} ${base64}\r`,
    `${type} ${base64}#comment`,
    `${type.toUpperCase()} ${base64}`,
    `${random.pick(['ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp384', 'ssh-dss', 'ssh-unknown'])} ${base64}`,
    `#${type} ${base64}`,
    `${type} #${base64}`,
    type,
    text(Buffer.concat([blob, Buffer.from([0])])),
    text(blob.subarray(0, -1)),
    text(broken),
    text(Buffer.concat([wire('ssh-unknown'), body])),
    text(Buffer.concat([wire('rsa-sha2-512'), body])),
    text(Buffer.concat([wire(random.pick(['RSA', 'Ed25519', 'ECDSA'])), body])),
    text(wire('ssh-rsa', Buffer.from([0, 0, 1, 0, 1]), rsaParts.subarray(rsaParts.length - 257)), 'ssh-rsa'),
    text(wire('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.concat([Buffer.alloc(3), rsaParts.subarray(rsaParts.length - 257)])), 'ssh-rsa'),
    text(wire('ssh-rsa', Buffer.from([1, 0, 1]), mpint(Buffer.alloc(127, 0x7f))), 'ssh-rsa'),
    text(wire('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(128, 0x81)), 'ssh-rsa'),
    text(wire('ssh-ed25519', Buffer.alloc(31, 1)), 'ssh-ed25519'),
    text(wire('ssh-ed25519', Buffer.alloc(32, 1)), 'ssh-ed25519'),
    text(wire('ecdsa-sha2-nistp256', 'nistp384', keys.server.ecdsa.subarray(-65)), 'ecdsa-sha2-nistp256'),
  ])
}

function createLine(random: Random, keys: ServerKeys, host: string, port: number): string {
  if (random.chance(0.04)) return random.pick(['', ' ', '\t', '\r', '# comment', 'garbage', '|1|', '@revoked', '@', '\0'])
  const blank = () => (random.chance(0.85) ? ' ' : random.pick(['\t', '  ', ' \t', '\t\t', '\xa0', '\x0b', '\x0c']))
  const marker = random.chance(0.8)
    ? ''
    : random.pick([
        '@revoked ',
        '@revoked ',
        '@revoked ',
        '@revoked\t',
        '@cert-authority ',
        '@cert-authority \t',
        '@Revoked ',
        '@revoked @revoked ',
        '@other ',
        '@revoked\x0b',
      ])
  const lead = random.chance(0.9) ? '' : random.pick([' ', '\t', ' \t ', '#', '\x0b', '\xa0'])
  const comment = random.chance(0.8) ? '' : random.pick([' comment', '\tx@y', ' # |1| *', ' \xff\xfe'])
  // Revocations decide only for the very key: aim at it, or they would hardly ever.
  const aimed = marker.startsWith('@revoked') && random.chance(0.9)
  const names = aimed && random.chance(0.5) ? '*' : createNames(random, host, port)
  const server = random.pick(Object.values(keys.server))
  const whole = `${server.toString('latin1', 4, 4 + server.readUInt32BE(0))} ${server.toString('base64')}`
  const key = (aimed ? whole : createKey(random, keys)).replace(' ', blank)
  const line = `${lead}${marker}${names}${blank()}${key}${comment}`
  if (!random.chance(0.03)) return line
  const at = random.below(line.length)
  return `${line.slice(0, at)}\0${line.slice(at)}`
}
