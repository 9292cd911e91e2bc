import ssh2 from 'ssh2'

export type OpenedKey =
  /** `pem` is secret: PKCS#8 or the traditional format, for node:crypto. Both arrays are of exact size. */
  { kind: 'opened'; blob: Uint8Array; pem: Uint8Array } | { kind: 'wrong-passphrase' } | { kind: 'failed'; detail: string }

/** Synchronous, and slow for encrypted files. Neither argument is changed. */
export function openKey(bytes: Uint8Array, passphrase: Uint8Array | undefined): OpenedKey {
  const secret = passphrase && Buffer.from(passphrase)
  try {
    const parsed: unknown = ssh2.utils.parseKey(Buffer.from(bytes), secret)
    const key = (Array.isArray(parsed) ? parsed[0] : parsed) as Error | ssh2.ParsedKey
    if (key instanceof Error) {
      // A wrong passphrase shows in many ways: a failed check, bad padding, or nonsense where the key should be.
      if (passphrase && !/not supported|unsupported (?!state)/i.test(key.message)) return { kind: 'wrong-passphrase' }
      return { kind: 'failed', detail: key.message }
    }
    return { kind: 'opened', blob: new Uint8Array(key.getPublicSSH()), pem: new TextEncoder().encode(key.getPrivatePEM()) }
  } catch (error) {
    return passphrase ? { kind: 'wrong-passphrase' } : { kind: 'failed', detail: error instanceof Error ? error.message : 'damaged' }
  } finally {
    secret?.fill(0)
  }
}
