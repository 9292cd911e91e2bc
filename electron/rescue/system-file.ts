/** Commands a person runs where RescueTerm may not write: for an administrator (system files), or for the owner (a read-only file). */
import { createHash } from 'node:crypto'
import type { KnownEntry } from '../../shared/host-key.js'
import type { HostKeyQuestion } from '../../shared/terminal-session.js'
import { markOf } from '../known-hosts/marks.js'

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/**
 * Per entry a command that sets its line aside, and its inverse, both for sh with sed and ssh-keygen. The first does nothing
 * unless the line still holds that very key and is active, and leaves a copy `<file>.rescue-bak`; the second touches only lines
 * that carry the mark. The mark's id comes from file, line and key, so that asking again gives the same commands.
 */
export function adminCommands(entries: readonly KnownEntry[]): HostKeyQuestion['adminCommands'] {
  return entries.map(({ file, line, fingerprint }) => {
    const id = createHash('sha256').update(`${file}\0${line}\0${fingerprint}`).digest('hex').slice(0, 6)
    const path = quote(file)
    const isSame = `sudo sed -n ${line}p ${path} | ssh-keygen -lf - | grep -qF ${quote(` ${fingerprint} `)}`
    const edit = `${line}{/^[[:space:]]*[^#@[:space:]]/s/^/${markOf(id)}/;}`
    return { file, line, setAside: `${isSame} && sudo sed -i.rescue-bak ${quote(edit)} ${path}`, undo: `sudo ${removeMark(id, file)}` }
  })
}

const removeMark = (id: string, file: string) => `sed -i.rescue-undo ${quote(`s/^${markOf(id)}//`)} ${quote(file)}`

/** For the owner of a file that RescueTerm could not write: sets `lines` (physical, from 1) aside. */
export function setAsideCommand(file: string, id: string, lines: readonly number[]): string {
  if (lines.length === 0) return ''
  return `sed -i.rescue-bak ${lines.map((line) => `-e ${quote(`${line}s/^/${markOf(id)}/`)}`).join(' ')} ${quote(file)}`
}

/** The inverse of `setAsideCommand`. */
export const restoreCommand = (file: string, id: string) => removeMark(id, file)
