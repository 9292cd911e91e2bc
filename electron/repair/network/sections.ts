/** `[Section]` and `key=value`, with lines: systemd units, NetworkManager keyfiles; and files of shell variables. Pure. */

export interface Entry {
  key: string
  value: string
  line: number
}

export interface Section {
  name: string
  line: number
  entries: Entry[]
}

/** Sections may come twice and count apart, keys too. What is neither is left out. */
export function readSections(text: string): Section[] {
  const sections: Section[] = []
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line.startsWith('#') || line.startsWith(';')) return
    const header = /^\[([^\]]+)\]$/.exec(line)
    if (header) sections.push({ name: header[1]!, line: index + 1, entries: [] })
    const [, key, value] = /^([^=[\]]+)=(.*)$/.exec(line) ?? []
    if (key !== undefined) sections.at(-1)?.entries.push({ key: key.trimEnd(), value: value!.trimStart(), line: index + 1 })
  })
  return sections
}

export const entriesOf = (sections: readonly Section[], name: string, key?: string): Entry[] =>
  sections
    .filter((section) => section.name === name)
    .flatMap(({ entries }) => entries.filter((entry) => key === undefined || entry.key === key))

/** `KEY="value"`; the last one counts. */
export function readVariables(text: string): Map<string, Entry> {
  const found = new Map<string, Entry>()
  text.split('\n').forEach((raw, index) => {
    const match = /^\s*([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s#]*))/.exec(raw)
    if (match) found.set(match[1]!, { key: match[1]!, value: match[2] ?? match[3] ?? match[4] ?? '', line: index + 1 })
  })
  return found
}
