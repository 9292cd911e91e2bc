/** The practice machine's two sets of host keys, made at first use and kept 0600 in `<directory>/{normal,rescue}/`. */
import { createHash, randomInt } from 'node:crypto'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { readDurable, writeDurably } from '../durable-file.js'
import type { HostKeyFile, Mode } from './machine.js'

export interface HostKey extends HostKeyFile {
  privateKey: string
}
export type Identities = Record<Mode, HostKey[]>

// The three types a Debian server has; RSA as long as ssh-keygen's own default. Order = order of preference.
const kinds = [
  { file: 'ssh_host_ed25519_key', type: 'ed25519', options: {} },
  { file: 'ssh_host_ecdsa_key', type: 'ecdsa', options: { bits: 256 } },
  { file: 'ssh_host_rsa_key', type: 'rsa', options: { bits: 3072 } },
] as const

/** Loads or makes all six keys. A file that is not a private key any more is replaced. */
export async function loadIdentities(directory: string): Promise<Identities> {
  const load = (mode: Mode) =>
    Promise.all(kinds.map((kind) => loadKey(join(directory, mode, kind.file), kind, mode === 'normal' ? 'practice' : 'rescue')))
  const [normal, rescue] = await Promise.all([load('normal'), load('rescue')])
  return { normal, rescue }
}

async function loadKey(path: string, kind: (typeof kinds)[number], host: string): Promise<HostKey> {
  const stored = await readDurable(path)
  const known = stored && publicLineOf(stored.toString('utf8'))
  if (known) return { file: kind.file, privateKey: stored.toString('utf8'), publicLine: `${known} root@${host}` }
  const privateKey = await generate(kind)
  await writeDurably(path, Buffer.from(privateKey))
  return { file: kind.file, privateKey, publicLine: `${publicLineOf(privateKey)!} root@${host}` }
}

/** `TYPE BASE64` of a private key in OpenSSH's format, or undefined. */
function publicLineOf(privateKey: string): string | undefined {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error || !key.isPrivateKey()) return undefined
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

async function generate(kind: (typeof kinds)[number]): Promise<string> {
  for (;;) {
    const privateKey = await new Promise<string>((resolve, reject) => {
      const done = (error: Error | null, pair: { private: string }) => (error ? reject(error) : resolve(pair.private))
      if (kind.type === 'ed25519') ssh2.utils.generateKeyPair('ed25519', done)
      else if (kind.type === 'ecdsa') ssh2.utils.generateKeyPair('ecdsa', { bits: kind.options.bits }, done)
      else ssh2.utils.generateKeyPair('rsa', { bits: kind.options.bits }, done)
    })
    // ssh2 writes an ECDSA scalar or an Ed25519 seed with a leading zero one byte short now and then: such a key is not readable.
    if (publicLineOf(privateKey)) return privateKey
  }
}

/** What `ssh-keygen -l` shows. */
export const fingerprintOf = (blob: Buffer): string => `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** The rescue system's root password: 12 characters without those that are mistaken for others. */
export function makePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  return Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/**
 * The lines a person would have after a first visit to the normal system: one per key. The RSA line names a second server too,
 * so that the drill shows what a shared line means.
 */
export function knownHostsLines(keys: readonly HostKey[], port: number): string {
  return keys
    .map(({ publicLine }) => {
      const [type, base64] = publicLine.split(' ')
      return `${type === 'ssh-rsa' ? 'practice.example,' : ''}[127.0.0.1]:${port} ${type} ${base64}\n`
    })
    .join('')
}
