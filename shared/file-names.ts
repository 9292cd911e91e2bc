/** Apart from the schemas in `files.ts`: the page draws names and loads no schema library. */
import type { FileEntry } from './files.js'

const shown: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
// Controls, bidi marks and what has no width: two names must not look the same, nor one paint over another.
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ud800-\udfff]/gu

/** A name for the eye: what cannot be seen is written out. */
export const showName = (name: string): string =>
  name.replace(hidden, (character) => {
    const code = character.codePointAt(0)!
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
    return shown[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`)
  })

export const isDirectoryLike = (entry: Pick<FileEntry, 'kind' | 'target'>): boolean =>
  entry.kind === 'directory' || entry.target === 'directory'
