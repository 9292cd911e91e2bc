/** What a list shows of a directory, and in which order; what is selected. Pure, and quick with 100 000 entries. */
import { isDirectoryLike, showName } from '../../shared/file-names.js'
import type { FileEntry } from '../../shared/files.js'

export type SortKey = 'name' | 'size' | 'mtime'
export interface Arrangement {
  by: SortKey
  descending: boolean
  hidden: boolean
  filter: string
}

/** Directories first, whatever the order. Names compare without case, as most file managers do. */
export function arrange(entries: readonly FileEntry[], { by, descending, hidden, filter }: Arrangement): FileEntry[] {
  const wanted = filter.toLowerCase()
  const keyed: { entry: FileEntry; name: string; directory: boolean }[] = []
  for (const entry of entries) {
    if (!hidden && entry.name.startsWith('.')) continue
    // Once per entry: comparing in the language's own order costs seconds here.
    const name = entry.name.toLowerCase()
    if (wanted && !name.includes(wanted) && !showName(name).includes(wanted)) continue
    keyed.push({ entry, name, directory: isDirectoryLike(entry) })
  }
  const sign = descending ? -1 : 1
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  keyed.sort((a, b) => {
    if (a.directory !== b.directory) return a.directory ? -1 : 1
    if (by === 'name') return sign * byName(a, b)
    return sign * (a.entry[by] - b.entry[by]) || byName(a, b)
  })
  return keyed.map(({ entry }) => entry)
}

export interface Selection {
  /** Names. */
  chosen: ReadonlySet<string>
  /** Where the keyboard is; undefined is the line that leads up. */
  cursor: string | undefined
  /** Where a range begins. */
  anchor: string | undefined
}

export const nothingSelected: Selection = { chosen: new Set(), cursor: undefined, anchor: undefined }

/** @param how `move` chooses one, `toggle` adds or takes away, `range` chooses from the anchor, `walk` moves the cursor alone. */
export function select(
  selection: Selection,
  names: readonly string[],
  name: string | undefined,
  how: 'move' | 'toggle' | 'range' | 'walk',
): Selection {
  if (how === 'walk') return { ...selection, cursor: name }
  if (name === undefined) return { chosen: new Set(), cursor: undefined, anchor: undefined }
  if (how === 'move') return { chosen: new Set([name]), cursor: name, anchor: name }
  if (how === 'toggle') {
    const chosen = new Set(selection.chosen)
    if (!chosen.delete(name)) chosen.add(name)
    return { chosen, cursor: name, anchor: name }
  }
  const from = Math.max(0, names.indexOf(selection.anchor ?? names[0] ?? ''))
  const to = names.indexOf(name)
  return { chosen: new Set(names.slice(Math.min(from, to), Math.max(from, to) + 1)), cursor: name, anchor: names[from] }
}

/** Forgets names that are gone. Where no line leads up, the keyboard begins at the first name. */
export function keepExisting(selection: Selection, names: readonly string[], hasParent: boolean): Selection {
  const there = new Set(names)
  const chosen = [...selection.chosen].filter((name) => there.has(name))
  const cursor = selection.cursor !== undefined && there.has(selection.cursor) ? selection.cursor : undefined
  if (cursor === undefined && !hasParent) return select(selection, names, names[0], 'move')
  if (chosen.length === selection.chosen.size && cursor === selection.cursor) return selection
  return { chosen: new Set(chosen), cursor, anchor: cursor }
}
