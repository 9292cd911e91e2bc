/**
 * Identities: public keys that something can sign with, a key file or the agent. ssh2 asks its "agent" for a signature only after
 * the server has said that it would take the key (RFC 4252 §7), so both kinds are given to it as an agent with one key: a
 * passphrase is asked for when it is of use, never before. SHA-1 signatures are refused here.
 */
import ssh2, { type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import { AppError } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import { readKeyType } from './wire.js'

export interface Identity {
  /** A path, or the agent's comment. */
  name: string
  blob: Buffer
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>
}

// What ssh2 can put into an authentication request; security keys are missing.
const usable = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))$/
export const isUsableKey = (blob: Buffer): boolean => usable.test(readKeyType(blob) ?? '')

// A healthy agent answers at once; one that forwards to a sleeping machine never does.
const AGENT_MS = 5000

/** Keys an agent holds. @throws AppError `no-agent`. */
export function listAgent(path: string): Promise<Identity[]> {
  return new Promise((resolve, reject) => {
    const refuse = (detail: string) => {
      clearTimeout(timer)
      reject(new AppError('no-agent', { agent: path }, stripServerText(detail)))
    }
    const timer = setTimeout(() => refuse('the agent does not answer'), AGENT_MS)
    try {
      const agent = ssh2.createAgent(path)
      agent.getIdentities((error, keys) => {
        if (error) return refuse(error.message)
        clearTimeout(timer)
        const blobs = (keys ?? []).map(toBlob).filter((blob): blob is Buffer => blob !== undefined && isUsableKey(blob))
        resolve(blobs.map((blob) => ({ name: 'agent', blob, sign: (data, hash) => signWithAgent(agent, blob, data, hash) })))
      })
    } catch (error) {
      refuse(error instanceof Error ? error.message : 'the agent cannot be reached')
    }
  })
}

function toBlob(key: unknown): Buffer | undefined {
  if (Buffer.isBuffer(key)) return Buffer.from(key)
  const parsed = ssh2.utils.parseKey(key as ParsedKey)
  return parsed instanceof Error ? undefined : Buffer.from(parsed.getPublicSSH())
}

/** No time limit: the agent may be asking the person, or waiting for a touch. */
function signWithAgent(agent: ssh2.BaseAgent, blob: Buffer, data: Buffer, hash: string | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = hash ? { hash: hash as 'sha256' | 'sha512' } : {}
    agent.sign(blob, data, options, (error, signature) => (signature ? resolve(signature) : reject(error ?? new Error('no signature'))))
  })
}

export interface SigningListeners {
  /** The server accepts the key; a signature is being made, by a person's leave perhaps. */
  onSigning(): void
  onSigned(): void
  onFailed(error: unknown): void
}

export function asAgent(identity: Identity, o: SigningListeners): ssh2.BaseAgent {
  return new OneKeyAgent(identity, o)
}

class OneKeyAgent extends ssh2.BaseAgent<Buffer> {
  constructor(
    private readonly identity: Identity,
    private readonly o: SigningListeners,
  ) {
    super()
  }
  override getIdentities(done: (error: Error | undefined, keys?: Buffer[]) => void) {
    done(undefined, [this.identity.blob])
  }
  override sign(_key: unknown, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback) {
    const done = callback ?? (options as SignCallback)
    const hash = typeof options === 'object' ? (options.hash as string | undefined) : undefined
    void this.run(data, hash, done)
  }
  private async run(data: Buffer, hash: string | undefined, done: SignCallback) {
    let signature: Buffer | undefined
    try {
      const isRsa = readKeyType(this.identity.blob) === 'ssh-rsa'
      if (isRsa && hash !== 'sha256' && hash !== 'sha512') throw new Error('the server accepts RSA keys with SHA-1 only')
      this.o.onSigning()
      signature = await this.identity.sign(data, hash)
      this.o.onSigned()
    } catch (error) {
      this.o.onFailed(error)
    }
    try {
      if (signature) done(undefined, signature)
      else done(new Error('not signed'))
    } catch {
      // The connection ended while the signature was made; its own listeners tell.
    }
  }
}
