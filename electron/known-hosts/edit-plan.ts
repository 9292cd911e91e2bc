/**
 * Plans of edits: pure functions on bytes, nothing is written here.
 * `planSetAside`: a mark in front of every active unmarked line (and of lines other interventions hold) that covers the server with
 * another key. `planReplace`: such lines go, or lose this name only. `planAppend`: a new line.
 * Files not concerned are not in the plan; system files never are. `invert.ts` is the way back, `preview.ts` shows a plan.
 */
import { createHash } from 'node:crypto'
import { readKey } from './blob.js'
import type { EditContext, EditPlan, FilePlan, LineEdit } from './edit.js'
import {
  type CoveringLine,
  createNameTest,
  findCoveringLines,
  type Line,
  type NameTest,
  readCovering,
  splitLines,
  withoutCr,
} from './lines.js'
import { commentOf, lineStamp, markOf, noteText, splitMarks, stampOf } from './marks.js'
import { elementMatches, toByteString } from './match.js'
import { newLines } from './new-line.js'
import type { KnownHostsContent } from './query.js'
import { otherNames } from './verdict.js'

export type { EditContext, EditPlan, LineEdit } from './edit.js'
export { invert } from './invert.js'
export { previewEdit } from './preview.js'

type Files = readonly KnownHostsContent[]

const toBytes = (text: string) => Buffer.from(text, 'latin1')
const queryTest = ({ query }: EditContext) =>
  createNameTest([...new Set([query.lookupName, ...(query.address ? [query.address] : [])])].map(toByteString))

/** The EOL of our own lines: the file's. */
const eolOf = (text: string) => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n')

/** A user file under edit. */
interface Draft {
  path: string
  existed: boolean
  text: string
  lines: Line[]
  edits: LineEdit[]
}

function openDrafts(files: Files, writeTo: string): Draft[] {
  const user = files.filter((file) => !file.system)
  const all = files.some((file) => file.path === writeTo) ? user : [...user, { path: writeTo, bytes: Buffer.alloc(0), missing: true }]
  return all.map((file) => {
    const text = file.bytes.toString('latin1')
    return { path: file.path, existed: !('missing' in file), text, lines: splitLines(text), edits: [] }
  })
}

function lineEdit(draft: Draft, number: number, kind: 'mark' | 'remove' | 'change', keyType: string, write: (original: string) => string) {
  const { text, terminated } = draft.lines[number - 1]!
  const original = terminated ? withoutCr(text) : text
  const eol = !terminated ? '' : original === text ? '\n' : '\r\n'
  draft.edits.push({ kind, line: number, original: toBytes(original), eol, written: toBytes(write(original)), keyType })
}

/** Adds whole lines at the end. `eol` of the first tells whether the line above it lacked one. */
function append(draft: Draft, texts: readonly string[], keyType: string | undefined) {
  const removed = new Set(draft.edits.filter((edit) => edit.kind === 'remove').map((edit) => edit.line))
  const last = draft.lines.findLast((_, index) => !removed.has(index + 1))
  texts.forEach((text, index) => {
    draft.edits.push({
      kind: 'append',
      line: draft.lines.length + 1,
      original: Buffer.alloc(0),
      eol: index === 0 && last?.terminated === false ? '' : eolOf(draft.text),
      written: toBytes(text),
      ...(keyType ? { keyType } : {}),
    })
  })
}

/**
 * The file after its edits. While marks or an added line are in it, it ends in LF: ssh up to 9.2 glues its next line onto an
 * unterminated one and loses both.
 */
function render({ lines, edits, text }: Draft): Buffer {
  const eol = eolOf(text)
  const byLine = new Map<number, LineEdit>()
  for (const edit of edits) if (edit.kind !== 'note' && edit.kind !== 'append') byLine.set(edit.line, edit)
  const notes = new Map(edits.filter((edit) => edit.kind === 'note').map((edit) => [edit.line, edit]))
  const out: string[] = []
  const leavesEnd = edits.every((edit) => edit.kind === 'remove' || edit.kind === 'change')
  const write = (edit: LineEdit | undefined) => edit && out.push(edit.written.toString('latin1'), eol)
  lines.forEach((line, index) => {
    write(notes.get(index + 1))
    const edit = byLine.get(index + 1)
    if (edit?.kind === 'remove') return
    out.push(edit ? edit.written.toString('latin1') + (edit.eol === '\r\n' ? '\r' : '') : line.text)
    if (line.terminated || !leavesEnd) out.push('\n')
  })
  write(notes.get(lines.length + 1))
  for (const edit of edits) if (edit.kind === 'append') write(edit)
  return toBytes(out.join(''))
}

function finish(c: EditContext, intent: EditPlan['intent'], drafts: readonly Draft[], sharedWith: EditPlan['sharedWith'] = []): EditPlan {
  const order = (edit: LineEdit) => edit.line * 2 + (edit.kind === 'note' ? 0 : 1)
  const files: FilePlan[] = drafts
    .filter((draft) => draft.edits.length > 0)
    .map((draft) => {
      draft.edits.sort((a, b) => order(a) - order(b))
      return { path: draft.path, existed: draft.existed, before: toBytes(draft.text), after: render(draft), edits: draft.edits }
    })
  const digest = createHash('sha256')
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  // The id tells plans that change no file apart.
  digest.update(JSON.stringify([c.id, ...files.map((file) => [file.path, file.existed, hash(file.before), hash(file.after)])]))
  return { id: c.id, intent, files, digest: digest.digest('hex'), sharedWith }
}

/** Lines that hold another key than the one presented, in this file. */
function findConflicts(bytes: Buffer, test: NameTest, presented: Buffer): CoveringLine[] {
  const identity = readKey(presented)?.identity
  return findCoveringLines(bytes, test).filter((line) => !line.fields.marker && line.key.identity !== identity)
}

/** Lines other interventions already hold and that would be in the way once they are let go: our mark must outlast theirs. */
function findHeldConflicts({ lines, text }: Draft, test: NameTest, presented: Buffer, id: string): CoveringLine[] {
  if (!text.includes('#rescueterm:')) return []
  const identity = readKey(presented)?.identity
  return lines.flatMap((line, index) => {
    const { ids, content } = splitMarks(line.text)
    const covering = ids.length > 0 && !ids.includes(id) ? readCovering(content, test) : undefined
    return covering && !covering.fields.marker && covering.key.identity !== identity ? [{ ...covering, number: index + 1, start: 0 }] : []
  })
}

/**
 * Sets every line in the way aside. With `alsoWrite` the rescue key also becomes an active line of `writeTo`, in the form of the
 * lines it stands for. Nothing in the user's files to set aside: a plan without files.
 */
export function planSetAside(files: Files, c: EditContext, o: { alsoWrite: boolean; writeTo: string }): EditPlan {
  const test = queryTest(c)
  const drafts = openDrafts(files, o.writeTo)
  const sharedWith: EditPlan['sharedWith'] = []
  let hashed = false
  for (const draft of drafts) {
    const conflicts = [...findConflicts(toBytes(draft.text), test, c.presented), ...findHeldConflicts(draft, test, c.presented, c.id)]
    for (const line of conflicts.sort((a, b) => a.number - b.number)) {
      lineEdit(draft, line.number, 'mark', line.key.type, (original) => markOf(c.id) + original)
      hashed ||= line.covers.some((cover) => cover.hashed)
      const names = otherNames(line)
      const pattern = (line.elements ?? []).some((element) => element.wildcard && !element.negated)
      if (names.length > 0 || pattern) sharedWith.push({ file: draft.path, line: line.number, names, pattern })
    }
  }
  if (drafts.every((draft) => draft.edits.length === 0)) return finish(c, 'set-aside', [])
  const target = drafts.find((draft) => draft.path === o.writeTo)
  if (o.alsoWrite && target) {
    const added = newLines(c.query, c.presented, { hashed, seed: `${c.id} ${o.writeTo}`, comment: commentOf(c.id) })
    append(target, added, readKey(c.presented)?.type)
  }
  for (const draft of drafts) addNote(draft, c)
  return finish(c, 'set-aside', drafts, sharedWith)
}

function addNote(draft: Draft, { id, date }: EditContext) {
  const first = draft.edits[0]
  if (!first) return
  const last = draft.lines.at(-1)
  // A final newline supplied by an intervention still in force is ours to take back too, should we end last.
  const stamp =
    last && !last.terminated ? lineStamp(splitMarks(last.text).content) : draft.lines.map((line) => stampOf(line.text)).find(Boolean)
  const marks = first.kind === 'mark'
  const key = draft.edits.some((edit) => edit.kind === 'append')
  const written = toBytes(noteText({ id, date, marks, key, stamp }))
  draft.edits.unshift({ kind: 'note', line: first.line, original: Buffer.alloc(0), eol: eolOf(draft.text), written })
}

/**
 * Replaces for good. A line with no other name goes; other names keep their line without this one. A pattern line cannot drop the name, so it
 * gets `!name` at the end of its list: other hosts keep their key, and the change is in the diff. The new key goes to `writeTo`,
 * hashed if that file is or HashKnownHosts says so. Lines held by an intervention stay with it.
 */
export function planReplace(files: Files, c: EditContext, o: { writeTo: string }): EditPlan {
  const test = queryTest(c)
  const drafts = openDrafts(files, o.writeTo)
  for (const draft of drafts) {
    for (const line of findConflicts(toBytes(draft.text), test, c.presented)) {
      const names = namesWithout(line)
      const { namesAt, names: field } = line.fields
      if (names === undefined) lineEdit(draft, line.number, 'remove', line.key.type, () => '')
      else {
        const write = (original: string) => original.slice(0, namesAt) + names + original.slice(namesAt + field.length)
        lineEdit(draft, line.number, 'change', line.key.type, write)
      }
    }
  }
  addKey(files, drafts, c, o.writeTo)
  return finish(c, 'replace', drafts)
}

/** The name field without the names it covers for us, or undefined if nothing else is left. */
function namesWithout(line: CoveringLine): string | undefined {
  if (!line.elements) return undefined
  const names = line.covers.map((cover) => cover.name)
  const kept = line.elements.filter(
    (element) => element.negated || element.wildcard || !names.some((name) => elementMatches(element, name)),
  )
  if (!kept.some((element) => !element.negated && element.text)) return undefined
  const negations = line.covers.filter((cover) => cover.pattern).map((cover) => `!${cover.name}`)
  return [...kept.map((element) => (element.negated ? '!' : '') + element.text), ...negations].join(',')
}

/** Trust and save. A name that must not be written, or a key that is already on file: a plan without files. */
export function planAppend(files: Files, c: EditContext, o: { writeTo: string }): EditPlan {
  const drafts = openDrafts(files, o.writeTo)
  addKey(files, drafts, c, o.writeTo)
  return finish(c, 'append', drafts)
}

function addKey(files: Files, drafts: readonly Draft[], c: EditContext, writeTo: string) {
  const target = drafts.find((draft) => draft.path === writeTo)
  const identity = readKey(c.presented)?.identity
  const isOnFile = files.some((file) =>
    findCoveringLines(file.bytes, createNameTest([toByteString(c.query.lookupName)])).some(
      (line) => !line.fields.marker && line.key.identity === identity,
    ),
  )
  if (!target || isOnFile) return
  const hashed = c.hashNew || /(?:^|\n)[ \t]*\|1\|/.test(target.text)
  append(target, newLines(c.query, c.presented, { hashed, seed: `${c.id} ${c.date} ${writeTo}` }), readKey(c.presented)?.type)
}
