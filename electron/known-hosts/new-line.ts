/** New known_hosts lines, in the form ssh would write (`hostfile.c`, add_host_to_hostfile). */
import { readKey } from './blob.js'
import { toByteString } from './match.js'
import { bareForm, type HostKeyQuery } from './query.js'
import { hashName, sha1 } from './sha1.js'

/** Names with pattern characters, blanks or controls are never written: they would mean something else when read. */
export const isWritableName = (name: string) => {
  const host = bareForm(name)
  return host !== '' && !/[@?*#[\]|'"\\,!\x00-\x20\x7f]/.test(host)
}

/**
 * Lines (byte strings without EOL) for the query's names and a key; none if a name may not be written or the key is no key.
 * Salts come from `seed` instead of chance, so that the plan shown and the plan applied are the same bytes; a salt is public anyway.
 */
export function newLines(query: HostKeyQuery, presented: Buffer, o: { hashed: boolean; seed: string; comment?: string }): string[] {
  const key = readKey(presented)
  const names = [...new Set([query.lookupName, ...(query.address ? [query.address] : [])])]
  if (!key || !names.every(isWritableName)) return []
  const rest = [key.type, presented.toString('base64'), ...(o.comment ? [o.comment] : [])].join(' ')
  const bytes = names.map(toByteString)
  if (!o.hashed) return [`${bytes.join(',')} ${rest}`]
  return bytes.map((name) => `${hashName(name, sha1(`${o.seed}\n${name}\n${rest}`))} ${rest}`)
}
