/**
 * Private key files: what a file is (without its passphrase), and the key in it. OpenSSH's own format and PEM are read; every other
 * format is refused with the command that converts it. Encrypted files are opened in a worker thread, for bcrypt takes 0.2–2 s of
 * pure JavaScript and would freeze every terminal.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../shared/errors.js'
import { workerEntry } from '../worker-entry.js'
import { type OpenedKey, openKey } from './private-key-format.js'
import { readKeyType, readString } from './wire.js'

// A 16384-bit RSA key in PEM has 13 KB.
const MAX_BYTES = 64 * 1024
// OpenSSH's own default are 16 rounds (0.4 s), people go up to some hundreds.
const OPEN_MS = 120_000

export interface PrivateKey {
  /** Public part, RFC 4253 wire format. */
  blob: Buffer
  /** @param hash for RSA only: `sha256` or `sha512` (RFC 8332). */
  sign(data: Buffer, hash: string | undefined): Buffer
}

export interface KeyFile {
  path: string
  bytes: Buffer
  encrypted: boolean
  /** Absent when the format hides it until the passphrase is there. */
  blob?: Buffer
}

/** @throws AppError `key-unreadable` (with errno `reason`), `key-unsupported` (with `command`), `key-is-public`; `data.file` is the path. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const bytes = await readBounded(path)
  const text = bytes.toString('latin1').trim()
  const unsupported = (format: string, command: string) => new AppError('key-unsupported', { file: path, format, command })
  const shown = quote(path)
  if (/^PuTTY-User-Key-File-/.test(text))
    throw unsupported('PuTTY', `puttygen ${shown} -O private-openssh -o ${quote(path.replace(/\.ppk$/i, ''))}.openssh`)
  if (/^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text)) throw unsupported('PKCS#8', `ssh-keygen -p -f ${shown}`)
  const pem = /^-----BEGIN (RSA|EC|DSA) PRIVATE KEY-----/.exec(text)
  if (pem?.[1] === 'DSA') throw unsupported('DSA', newKey(path))
  if (pem) return { path, bytes, encrypted: /^Proc-Type: 4,ENCRYPTED/m.test(text) }
  if (/^-----BEGIN OPENSSH PRIVATE KEY-----/.test(text)) return readOpenSsh(path, bytes, text, unsupported)
  if (/^(?:(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ AAAA|---- BEGIN SSH2 PUBLIC KEY|-----BEGIN (?:RSA )?PUBLIC KEY)/.test(text))
    throw new AppError('key-is-public', { file: path, private: path.replace(/\.pub$/, '') })
  throw new AppError('key-unreadable', { file: path }, 'this is not a private key')
}

/** The unencrypted head of `openssh-key-v1` (OpenSSH's PROTOCOL.key) tells cipher and public key. */
function readOpenSsh(path: string, bytes: Buffer, text: string, unsupported: (format: string, command: string) => AppError): KeyFile {
  const data = Buffer.from(text.replace(/-----(?:BEGIN|END) OPENSSH PRIVATE KEY-----/g, ''), 'base64')
  const magic = Buffer.from('openssh-key-v1\0')
  const cipher = data.subarray(0, magic.length).equals(magic) ? readString(data, magic.length) : undefined
  const kdf = cipher && readString(data, cipher.next)
  const options = kdf && readString(data, kdf.next)
  // A uint32, the number of keys, is always 1.
  const blob = options && readString(data, options.next + 4)
  data.fill(0, blob?.next ?? 0)
  if (!cipher || !blob) throw new AppError('key-unreadable', { file: path }, 'the key file is damaged')
  const type = readKeyType(blob.value) ?? ''
  if (type.startsWith('sk-')) throw unsupported('security key', newKey(path))
  if (!/^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))$/.test(type)) throw unsupported(type.slice(0, 60), newKey(path))
  const name = cipher.value.toString('latin1')
  if (!/^(?:none|3des-cbc|aes(?:128|192|256)-(?:cbc|ctr)|aes(?:128|256)-gcm@openssh\.com)$/.test(name))
    throw unsupported(name.slice(0, 60), `ssh-keygen -p -Z aes256-ctr -f ${quote(path)}`)
  return { path, bytes, encrypted: name !== 'none', blob: Buffer.from(blob.value) }
}

/** @throws AppError `key-passphrase` when it is missing or wrong, `key-unsupported`, `key-unreadable`. */
export async function unlockKey(file: KeyFile, passphrase?: string): Promise<PrivateKey> {
  if (file.encrypted && !passphrase) throw new AppError('key-passphrase', { file: file.path })
  const opened = file.encrypted ? await openInWorker(file, Buffer.from(passphrase!, 'utf8')) : openKey(file.bytes, undefined)
  if (opened.kind === 'wrong-passphrase') throw new AppError('key-passphrase', { file: file.path })
  if (opened.kind === 'failed') {
    if (/not supported|unsupported/i.test(opened.detail))
      throw new AppError(
        'key-unsupported',
        { file: file.path, format: 'PEM', command: `ssh-keygen -p -f ${quote(file.path)}` },
        opened.detail,
      )
    throw new AppError('key-unreadable', { file: file.path }, opened.detail)
  }
  const pem = Buffer.from(opened.pem.buffer, opened.pem.byteOffset, opened.pem.byteLength)
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new AppError('key-unreadable', { file: file.path }, 'the key file is damaged')
  } finally {
    pem.fill(0)
  }
  // Node chooses by the curve's usual hash; Ed25519 has none of its own.
  const usual: Record<string, string> = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' }
  const curve = key.asymmetricKeyDetails?.namedCurve
  return {
    blob: Buffer.from(opened.blob),
    sign: (data, hash) => sign(key.asymmetricKeyType === 'ed25519' ? null : ((curve && usual[curve]) ?? hash ?? 'sha512'), data, key),
  }
}

async function openInWorker(file: KeyFile, passphrase: Buffer): Promise<OpenedKey> {
  const { entry, eval: isCode } = workerEntry('ssh/private-key-worker')
  // Copies of exact size: a view would carry the whole pool of small buffers, with whatever else lies in it.
  const bytes = new Uint8Array(file.bytes)
  const secret = new Uint8Array(passphrase)
  passphrase.fill(0)
  const worker = new Worker(entry, {
    eval: isCode,
    execArgv: [],
    workerData: { bytes, passphrase: secret },
    transferList: [bytes.buffer, secret.buffer],
    stdout: true,
    stderr: true,
  })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<OpenedKey>((resolve) => {
      const fail = (detail: string) => resolve({ kind: 'failed', detail })
      timer = setTimeout(() => fail('the key took too long to open'), OPEN_MS)
      worker.once('message', resolve)
      worker.once('error', (error) => fail(error.message))
      worker.once('exit', () => fail('the key could not be opened'))
    })
  } finally {
    clearTimeout(timer)
    void worker.terminate()
  }
}

async function readBounded(path: string): Promise<Buffer> {
  const unreadable = (reason: string, detail: string) => new AppError('key-unreadable', { file: path, reason }, detail)
  try {
    // A FIFO would wait for its writer.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw unreadable('EISDIR', 'this is not a file')
      if (stat.size > MAX_BYTES) throw unreadable('EFBIG', 'this is too large for a key')
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw unreadable(code ?? 'EIO', message)
  }
}

const newKey = (path: string) => `ssh-keygen -t ed25519 -f ${quote(join(dirname(path), 'id_ed25519'))}`

/** For a command a person copies into a shell. */
const quote = (path: string) => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)
