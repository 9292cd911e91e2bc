import { parsePublicKeyLine } from './key.js'
import { createNameTest, findCoveringLines } from './lines.js'
import { toByteString } from './match.js'
import type { HostKeyQuery, KnownHostsContent } from './query.js'

/** Wire blobs of the keys that stand for this name, each once: lines with a marker say something else and are left out. */
export function keysOnFile(files: readonly KnownHostsContent[], query: HostKeyQuery): Buffer[] {
  const test = createNameTest([toByteString(query.lookupName)])
  const keys = new Map<string, Buffer>()
  for (const { bytes } of files) {
    for (const { start, fields } of findCoveringLines(bytes, test)) {
      if (fields.marker) continue
      const end = bytes.indexOf(10, start)
      const blob = parsePublicKeyLine(bytes.toString('latin1', start, end < 0 ? bytes.length : end))?.blob
      if (blob) keys.set(blob.toString('base64'), blob)
    }
  }
  return [...keys.values()]
}
