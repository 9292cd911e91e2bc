import { describe, expect, it } from 'vitest'
import { arrange, keepExisting, nothingSelected, select } from '../../../../renderer/files/arrange.js'
import { formatBytes, formatChanged, formatLeftShort } from '../../../../renderer/files/format.js'
import type { FileEntry } from '../../../../shared/files.js'

const entry = (name: string, fields: Partial<FileEntry> = {}): FileEntry => ({
  name,
  kind: 'file',
  size: 0,
  mtime: 0,
  mode: 0o644,
  uid: 0,
  gid: 0,
  ...fields,
})
const plain = { by: 'name', descending: false, hidden: false, filter: '' } as const
const entries = [
  entry('b.txt', { size: 2, mtime: 30 }),
  entry('.bashrc', { size: 9, mtime: 1 }),
  entry('A.txt', { size: 3, mtime: 10 }),
  entry('zz', { kind: 'directory' }),
  entry('link', { kind: 'link', target: 'directory' }),
  entry('bad\udcff', { size: 1, mtime: 20 }),
]
const names = (list: FileEntry[]) => list.map(({ name }) => name)

describe('the order of a list', () => {
  it('is directories first, then names without case', () => {
    expect(names(arrange(entries, plain))).toEqual(['link', 'zz', 'A.txt', 'b.txt', 'bad\udcff'])
  })
  it('can be by size and time, downwards, directories still first', () => {
    expect(names(arrange(entries, { ...plain, by: 'size', descending: true }))).toEqual(['link', 'zz', 'A.txt', 'b.txt', 'bad\udcff'])
    expect(names(arrange(entries, { ...plain, by: 'mtime' }))).toEqual(['link', 'zz', 'A.txt', 'bad\udcff', 'b.txt'])
  })
  it('shows hidden files and what matches a filter, as it is shown', () => {
    expect(names(arrange(entries, { ...plain, hidden: true }))).toContain('.bashrc')
    expect(names(arrange(entries, { ...plain, filter: 'TXT' }))).toEqual(['A.txt', 'b.txt'])
    expect(names(arrange(entries, { ...plain, filter: '\\xff' }))).toEqual(['bad\udcff'])
  })
})

describe('selection', () => {
  const all = ['a', 'b', 'c', 'd']
  it('moves, toggles, and stretches from the anchor', () => {
    let s = select(nothingSelected, all, 'b', 'move')
    s = select(s, all, 'd', 'range')
    expect([...s.chosen]).toEqual(['b', 'c', 'd'])
    s = select(s, all, 'a', 'range')
    expect([...s.chosen]).toEqual(['a', 'b'])
    s = select(s, all, 'd', 'toggle')
    expect([...s.chosen]).toEqual(['a', 'b', 'd'])
    s = select(s, all, 'd', 'toggle')
    expect([...s.chosen]).toEqual(['a', 'b'])
    expect(select(s, all, undefined, 'move').chosen.size).toBe(0)
    expect([...select(s, all, 'c', 'walk').chosen]).toEqual(['a', 'b'])
  })
  it('forgets what is gone, and stays itself when nothing is', () => {
    const s = select(select(nothingSelected, all, 'a', 'move'), all, 'b', 'toggle')
    expect(keepExisting(s, all, true)).toBe(s)
    expect([...keepExisting(s, ['b'], true).chosen]).toEqual(['b'])
    expect(keepExisting(s, ['a'], true).cursor).toBeUndefined()
  })
  it('begins at the first name where nothing leads up', () => {
    expect(keepExisting(nothingSelected, all, false)).toEqual(select(nothingSelected, all, 'a', 'move'))
    expect(keepExisting(nothingSelected, [], false).cursor).toBeUndefined()
  })
})

describe('sizes and times', () => {
  it.each([
    [0, '0\u00a0B', '0\u00a0o'],
    [999, '999\u00a0B', '999\u00a0o'],
    [1800, '1.8\u00a0kB', '1,8\u00a0ko'],
    [5_900_000_000, '5.9\u00a0GB', '5,9\u00a0Go'],
    [812_000_000, '812\u00a0MB', '812\u00a0Mo'],
  ])('%d bytes', (bytes, en, fr) => expect([formatBytes(bytes, 'en'), formatBytes(bytes, 'fr')]).toEqual([en, fr]))
  it('time left', () => expect([formatLeftShort(78), formatLeftShort(3723), formatLeftShort(0)]).toEqual(['1:18', '1:02:03', '0:00']))
  it('today has a time, other days a date', () => {
    const now = new Date(2026, 10, 24, 12)
    expect(formatChanged(new Date(2026, 10, 24, 3, 8).getTime() / 1000, now)).toBe('03:08')
    expect(formatChanged(new Date(2025, 3, 8).getTime() / 1000, now)).toBe('2025-04-08')
  })
})
