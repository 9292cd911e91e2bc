/** The exact edit, as people and as scripts see it. */
import type { EditPreview } from '../../shared/edit-preview.js'
import { harmless, type Output } from './output.js'

/** Every row of every file, the shared names, what is accepted. */
export function renderEdit(preview: EditPreview, { texts, style }: Pick<Output, 'texts' | 'style'>): string {
  const { edit } = texts
  const rows: string[] = [style.bold((preview.intent === 'set-aside' ? edit.title : edit.replaceTitle)({ n: preview.lines })), edit.lead]
  for (const file of preview.files) {
    rows.push('', style.bold(edit.file({ file: harmless(file.path) })))
    for (const row of file.rows) {
      const number = String(row.line ?? '').padStart(5)
      const before = harmless(row.before ?? '')
      const after = harmless(row.after ?? '')
      if (row.kind === 'gap') rows.push(style.dim('      …'))
      else if (row.kind === 'context') rows.push(style.dim(`${number}   ${before}`))
      else if (row.kind === 'insert') rows.push(`${number} ${style.green(`+ ${after}`)}`)
      else if (row.kind === 'remove') rows.push(`${number} ${style.red(`- ${before}`)}`)
      else if (row.kind === 'mark') rows.push(`${number} ${style.amber(`~ ${style.bold(row.mark ?? '')}`)}${before}`)
      else rows.push(`${number} ${style.red(`- ${before}`)}`, `      ${style.green(`+ ${after}`)}`)
    }
    if (!file.writable) rows.push(style.red(edit.readOnly({ file: harmless(file.path) })))
    rows.push(style.dim(edit.copy({ file: harmless(file.copy) })))
  }
  if (preview.sharedWith.length > 0) rows.push('')
  for (const { file, line, names, pattern } of preview.sharedWith) {
    rows.push(style.amber((pattern ? edit.alsoPattern : edit.also)({ file: harmless(file), line, names: names.map(harmless).join(', ') })))
  }
  if (preview.intent === 'set-aside') rows.push('', edit.accept({ fingerprint: preview.key.fingerprint, hours: preview.ttlHours }))
  return rows.join('\n')
}

/** Lines that change, with physical numbers before the edit; inserted lines are in the notes. */
export function changesOf(preview: EditPreview): { file: string; line: number; before: string; after: string }[] {
  return preview.files.flatMap(({ path, rows }) =>
    rows.flatMap((row) =>
      row.line !== undefined && (row.kind === 'mark' || row.kind === 'change' || row.kind === 'remove')
        ? [{ file: path, line: row.line, before: row.before ?? '', after: row.after ?? '' }]
        : [],
    ),
  )
}

/** English, as all of the JSON: inserted lines with their place, then what else is worth knowing. */
export function notesOf(preview: EditPreview): string[] {
  const notes: string[] = []
  for (const { path, rows, writable } of preview.files) {
    for (const [index, row] of rows.entries()) {
      if (row.kind !== 'insert') continue
      const next = rows.slice(index + 1).find(({ line }) => line !== undefined)?.line
      notes.push(`${path}${next === undefined ? ', at the end' : `, above line ${next}`}: inserted ${row.after ?? ''}`)
    }
    if (!writable) notes.push(`${path}: not writable`)
  }
  for (const { file, line, names, pattern } of preview.sharedWith)
    if (pattern) notes.push(`${file}:${line} is a pattern: ${names.join(', ')}`)
  return notes
}

export const sharedNames = (preview: EditPreview): string[] => [...new Set(preview.sharedWith.flatMap(({ names }) => names))]
