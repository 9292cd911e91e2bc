/** A plan as a person sees it before anything is written: only the lines that change, with one line of context. */
import type { DiffRow, EditPreview } from '../../shared/edit-preview.js'
import type { HostKeyInfo } from '../../shared/host-key.js'
import { escapeBytes } from './display.js'
import type { EditPlan, FilePlan, LineEdit } from './edit.js'
import { splitLines } from './lines.js'
import { markOf } from './marks.js'

const keyTypeOf = (edit: LineEdit) => (edit.keyType ? { keyType: edit.keyType } : {})

function toRow(edit: LineEdit, id: string): DiffRow {
  const before = escapeBytes(edit.original)
  const after = escapeBytes(edit.written)
  switch (edit.kind) {
    case 'mark':
      return { kind: 'mark', line: edit.line, mark: markOf(id), before, after, ...keyTypeOf(edit) }
    case 'remove':
      return { kind: 'remove', line: edit.line, before, ...keyTypeOf(edit) }
    case 'change':
      return { kind: 'change', line: edit.line, before, after, ...keyTypeOf(edit) }
    default:
      return { kind: 'insert', after, ...keyTypeOf(edit) }
  }
}

function toRows(plan: FilePlan, id: string): DiffRow[] {
  const lines = splitLines(plan.before.toString('latin1'))
  const edits = new Map<number, LineEdit[]>()
  for (const edit of plan.edits) edits.set(edit.line, [...(edits.get(edit.line) ?? []), edit])
  const shown = new Set<number>()
  for (const line of edits.keys()) for (const near of [line - 1, line, line + 1]) shown.add(near)
  const rows: DiffRow[] = []
  let previous: number | undefined
  for (const number of [...shown].sort((a, b) => a - b)) {
    const line = lines[number - 1]
    const here = edits.get(number) ?? []
    if (!line && here.length === 0) continue
    if (previous !== undefined && number > previous + 1) rows.push({ kind: 'gap' })
    previous = number
    rows.push(...here.map((edit) => toRow(edit, id)))
    const isEdited = here.some((edit) => edit.kind === 'mark' || edit.kind === 'remove' || edit.kind === 'change')
    if (line && !isEdited) {
      const text = line.terminated && line.text.endsWith('\r') ? line.text.slice(0, -1) : line.text
      rows.push({ kind: 'context', line: number, before: escapeBytes(Buffer.from(text, 'latin1')) })
    }
  }
  return rows
}

/** `copyOf`: where the journal keeps the whole original. A plan of trust and save is never shown, so its intent reads as a replacement. */
export function previewEdit(
  plan: EditPlan,
  o: { key: HostKeyInfo; alsoWrite: boolean; ttlHours: number; copyOf(path: string): string; isWritable(path: string): boolean },
): EditPreview {
  const changed = plan.files.flatMap((file) => file.edits).filter((edit) => edit.kind !== 'note' && edit.kind !== 'append')
  return {
    digest: plan.digest,
    intent: plan.intent === 'set-aside' ? 'set-aside' : 'replace',
    id: plan.id,
    lines: changed.length,
    files: plan.files.map((file) => ({
      path: file.path,
      rows: toRows(file, plan.id),
      copy: o.copyOf(file.path),
      writable: o.isWritable(file.path),
    })),
    sharedWith: plan.sharedWith,
    key: o.key,
    alsoWrite: o.alsoWrite,
    ttlHours: o.ttlHours,
  }
}
