/**
 * The way back: takes one intervention's (or replacement's) traces out of the bytes as they are now, by id and content, and keeps
 * whatever others wrote meanwhile. Lines may have moved, gained or lost a CR, or carry marks of other interventions.
 * What is not as it was left is reported, never guessed at.
 */
import type { LineEdit } from './edit.js'
import { joinLines, type Line, readFields, splitLines, withoutCr } from './lines.js'
import { commentOf, isNoteOf, isTrace, lineStamp, splitMarks, stampOf, withoutMark } from './marks.js'

export interface Inversion {
  after: Buffer
  /** Lines put back by this run. */
  restored: number
  /**
   * `index` counts in `edits`. edited: a line with our mark holds other text; it is left as it is, `line` (in `after`) and `current` show it. gone:
   * neither the marked nor the original line is there. A line its owner has put back already is not mentioned.
   */
  attention: { index: number; reason: 'edited' | 'gone'; line?: number; current?: Buffer }[]
}

const textOf = (bytes: Buffer) => bytes.toString('latin1')
const bareText = (text: string) => withoutCr(splitMarks(text).content)

/** A multiset of indexes by text: each may be claimed once. */
function indexByText(items: readonly { text: string; index: number }[]) {
  const map = new Map<string, number[]>()
  for (const { text, index } of items) {
    const same = map.get(text)
    if (same) same.push(index)
    else map.set(text, [index])
  }
  return { claim: (text: string) => map.get(text)?.shift() }
}

/** Undoes the edits with `id` in `current`. Without `edits` (a lost journal) the marks alone tell what to do. */
export function invert(current: Buffer, id: string, edits: readonly LineEdit[]): Inversion {
  const lines = splitLines(textOf(current))
  const removed = new Set<Line>()
  const attention: (Inversion['attention'][number] & { at?: Line })[] = []
  const indexed = edits.map((edit, index) => ({ edit, index }))
  const ofKind = (kind: LineEdit['kind']) => indexed.filter(({ edit }) => edit.kind === kind)

  let restored = unmark(lines, id, edits, ofKind('mark'), attention)
  const notes = new Set(ofKind('note').map(({ edit }) => textOf(edit.written)))
  for (const line of lines) {
    if (notes.has(withoutCr(line.text)) || (edits.length === 0 && isNoteOf(line.text, id))) removed.add(line)
  }
  for (const { edit } of ofKind('append').reverse()) takeOut(lines, removed, id, edit)
  if (edits.length === 0) for (const line of lines) if (line.text.endsWith(` ${commentOf(id)}`) && readFields(line.text)) removed.add(line)

  const rest = lines.filter((line) => !removed.has(line))
  for (const { edit, index } of ofKind('change')) {
    const line = findChanged(rest, edit, edits)
    if (line) {
      line.text = textOf(edit.original) + line.text.slice(withoutCr(line.text).length)
      restored++
    } else if (!rest.some(({ text }) => withoutCr(text) === withoutCr(textOf(edit.original)))) attention.push({ index, reason: 'gone' })
  }
  restored += putIn(
    rest,
    ofKind('remove').map(({ edit }) => edit),
  )
  takeBackNewline(rest, edits)
  attention.sort((a, b) => a.index - b.index)
  return {
    after: Buffer.from(joinLines(rest), 'latin1'),
    restored,
    attention: attention.map(({ at, ...item }) =>
      at ? { ...item, line: rest.indexOf(at) + 1, current: Buffer.from(withoutCr(at.text), 'latin1') } : item,
    ),
  }
}

/** Removes our mark from every line that still holds what was set aside; sorts out the others. */
function unmark(
  lines: readonly Line[],
  id: string,
  edits: readonly LineEdit[],
  marks: readonly { edit: LineEdit; index: number }[],
  attention: (Inversion['attention'][number] & { at?: Line })[],
): number {
  const open = indexByText(marks.map(({ edit, index }) => ({ text: bareText(textOf(edit.original)), index })))
  const known = new Set(marks.map(({ edit }) => bareText(textOf(edit.original))))
  const waiting = new Set(marks.map(({ index }) => index))
  const ours = lines.filter((line) => line.text.startsWith('#') && splitMarks(line.text).ids.includes(id))
  const strange: Line[] = []
  let restored = 0
  for (const line of ours) {
    const index = open.claim(bareText(line.text))
    // A copy of a marked line, or a mark without a record: the mark alone says what it was.
    if (index === undefined && !known.has(bareText(line.text)) && edits.length > 0) strange.push(line)
    else {
      line.text = withoutMark(line.text, id)
      restored++
    }
    if (index !== undefined) waiting.delete(index)
  }
  if (waiting.size === 0) return restored
  const handled = new Set(ours)
  const others = lines.map((line, index) => ({ text: handled.has(line) ? '' : bareText(line.text), index }))
  const alreadyBack = indexByText(others)
  for (const index of waiting) {
    if (alreadyBack.claim(bareText(textOf(edits[index]!.original))) !== undefined) continue
    const at = strange.shift()
    attention.push(at ? { index, reason: 'edited', at } : { index, reason: 'gone' })
  }
  return restored
}

/** The changed line; of several equal ones, the one nearest to where it stood: a twin that was there before is not ours. */
function findChanged(rest: readonly Line[], edit: LineEdit, edits: readonly LineEdit[]): Line | undefined {
  const written = textOf(edit.written)
  const place = edit.line - 1 - edits.filter(({ kind, line }) => kind === 'remove' && line < edit.line).length
  let nearest: { line: Line; distance: number } | undefined
  for (const [index, line] of rest.entries()) {
    const distance = Math.abs(index - place)
    if (withoutCr(line.text) === written && (!nearest || distance < nearest.distance)) nearest = { line, distance }
  }
  return nearest?.line
}

/** Takes one appended line out: byte-equal, or (with our comment) with its name hashed by ssh-keygen -H. */
function takeOut(lines: readonly Line[], removed: Set<Line>, id: string, edit: LineEdit): void {
  const written = textOf(edit.written)
  const fields = written.endsWith(` ${commentOf(id)}`) ? readFields(written) : undefined
  const line =
    lines.findLast((candidate) => !removed.has(candidate) && withoutCr(candidate.text) === written) ??
    (fields &&
      lines.findLast((candidate) => {
        return (
          !removed.has(candidate) && candidate.text.endsWith(withoutCr(fields.rest)) && readFields(candidate.text)?.rest === fields.rest
        )
      }))
  if (!line) return
  removed.add(line)
  const isLast = lines.slice(lines.indexOf(line) + 1).every((later) => removed.has(later))
  const above = lines.slice(0, lines.indexOf(line)).findLast((candidate) => !removed.has(candidate))
  // Only a replacement keeps this in the append; a set-aside has it in its note, which outlives the order of lines.
  if (edit.eol === '' && isLast && above && !fields) above.terminated = false
}

/** Puts removed lines back where they stood, as far as the file still has that place. */
function putIn(lines: Line[], edits: readonly LineEdit[]): number {
  const present = indexByText(lines.map((line, index) => ({ text: withoutCr(line.text), index })))
  let restored = 0
  for (const edit of edits) {
    const original = textOf(edit.original)
    if (present.claim(withoutCr(original)) !== undefined) continue
    const at = Math.min(edit.line - 1, lines.length)
    const before = lines[at - 1]
    if (before) before.terminated = true
    const last = at === lines.length
    lines.splice(at, 0, { text: original + (edit.eol === '\r\n' ? '\r' : ''), terminated: edit.eol !== '' || !last })
    restored++
  }
  return restored
}

/** Takes back the final newline supplied by an intervention, once nothing of any intervention is left and nothing follows. */
function takeBackNewline(lines: readonly Line[], edits: readonly LineEdit[]): void {
  const note = edits.find((edit) => edit.kind === 'note')
  const stamp = note && stampOf(textOf(note.written))
  const last = lines.at(-1)
  if (!stamp || !last || lineStamp(last.text) !== stamp || lines.some((line) => isTrace(line.text))) return
  last.terminated = false
}
