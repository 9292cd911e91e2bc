/** Is it the disk of the server that is known? Its public host keys are compared; its private ones can prove it. */
import { randomBytes } from 'node:crypto'
import type { FoundSystem } from '../../shared/machine.js'
import { fingerprint, type PublicKey } from '../known-hosts/key.js'
import { type Place, type SystemInside, signInside } from './look-inside.js'
import type { Machine } from './machine.js'
import { verifySshSignature } from './sshsig.js'

export type Identity = FoundSystem['identity']

/** `known`: blobs of the lines set aside. Public keys can be copied from anywhere: `same` is no proof against somebody in between. */
export function compareKeys(found: readonly PublicKey[], known: readonly Buffer[]): Identity {
  const isKnown = (blob: Buffer) => known.some((one) => one.equals(blob))
  const keys = found.map(({ type, blob }) => ({ type, fingerprint: fingerprint(blob), known: isKnown(blob) }))
  const matched = known.filter((blob) => found.some((key) => key.blob.equals(blob))).length
  return { kind: kindOf(matched, found.length, known.length), found: matched, known: known.length, keys }
}

function kindOf(matched: number, found: number, known: number): Identity['kind'] {
  if (known === 0) return 'nothing-known'
  if (found === 0) return 'no-keys'
  if (matched === known) return 'same'
  return matched > 0 ? 'partly' : 'other'
}

/** Ours alone, so that the signature means nothing anywhere else. */
export const NAMESPACE = 'host-identity@rescueterm'

/**
 * A fresh challenge signed on the machine with a known key's private half. False when no such key is there, the rescue system's
 * ssh-keygen is older than 8.1, or the signature does not verify. It says that this machine holds the disk; a relay in between
 * could still pass the challenge on.
 */
export async function proveIdentity(
  machine: Machine,
  place: Place,
  hostKeys: SystemInside['hostKeys'],
  known: readonly Buffer[],
): Promise<boolean> {
  const usable = hostKeys.filter(({ path, key }) => path.endsWith('.pub') && known.some((blob) => blob.equals(key.blob)))
  // Ed25519 before ECDSA before RSA: the quickest on a slow machine.
  const order = (type: string) => ['ssh-ed25519', 'ecdsa', 'ssh-rsa'].findIndex((start) => type.startsWith(start))
  for (const { path, key } of usable.sort((a, b) => order(a.key.type) - order(b.key.type))) {
    const message = `RescueTerm asks whether this is the disk of a server it knows.\n${randomBytes(32).toString('hex')}\n`
    const signature = await signInside(machine, place, path.slice(0, -'.pub'.length), NAMESPACE, message)
    if (signature && verifySshSignature(signature, { blob: key.blob, namespace: NAMESPACE, message })) return true
  }
  return false
}
