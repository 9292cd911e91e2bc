/**
 * What is done to the files for one journal record: apply a plan to all of them or none, undo by id and content, look whether
 * either has happened, complete a torn write. Every step may be repeated; the caller holds the lock and writes the states.
 */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.js'
import { writeDurably } from '../durable-file.js'
import type { FileOperations } from '../file-operations.js'
import type { EditPlan, LineEdit } from '../known-hosts/edit-plan.js'
import { invert } from '../known-hosts/edit-plan.js'
import { applyFileEdit, type FileEdit, type StagedEdit, stageFileEdit } from '../known-hosts/file-edit.js'
import { readKnownHosts } from '../known-hosts/files.js'
import { completeTornWrite } from '../known-hosts/in-place.js'
import { keyType } from '../known-hosts/key.js'
import { markOf, splitMarks, withoutMark } from '../known-hosts/marks.js'
import { fromBytes, fromLineEdits, type JournalAttention, type JournalFile, type OpenRecord, toBytes, toLineEdits } from './journal.js'
import { restoreCommand, setAsideCommand } from './system-file.js'

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const isTaken = ({ kind }: { kind: LineEdit['kind'] }) => kind === 'mark' || kind === 'remove' || kind === 'change'

/** Lines of the owner that the record took out of force. */
export const countTaken = (files: readonly JournalFile[]) => files.reduce((sum, { edits }) => sum + edits.filter(isTaken).length, 0)

/** Write-ahead for in-place writes, cleared as soon as the write is complete. */
function editOf(open: OpenRecord, file: string, command: string, edit: FileEdit['edit']): FileEdit {
  return {
    path: file,
    command,
    edit,
    beforeInPlace: (before, after) => open.update({ inPlace: { file, before: fromBytes(before), after: fromBytes(after) } }),
  }
}

async function clearInPlace(open: OpenRecord): Promise<void> {
  if (open.get().inPlace) await open.update({ inPlace: undefined })
}

/** Copies of the originals, then every file staged, then every file written. @throws AppError; `file-changed` when a file is not as planned. */
export async function applyPlan(open: OpenRecord, plan: EditPlan, fs: FileOperations): Promise<void> {
  for (const file of open.get().files) if (file.existed) await writeDurably(file.copy, toBytes(file.original), fs)
  const staged: StagedEdit[] = []
  try {
    for (const file of plan.files) {
      const marks = file.edits.filter(({ kind }) => kind === 'mark').map(({ line }) => line)
      const edit = editOf(open, file.path, setAsideCommand(file.path, plan.id, marks), (current) => {
        const asPlanned = file.existed ? current?.equals(file.before) : current === undefined
        if (!asPlanned) throw new AppError('file-changed', { file: file.path })
        return file.after
      })
      staged.push(await stageFileEdit(edit, fs))
    }
    for (const one of staged) {
      await one.commit()
      await clearInPlace(open)
    }
  } finally {
    for (const one of staged) await one.discard()
  }
}

export interface Undone {
  /** Lines back in force through this call. */
  restored: number
  attention: JournalAttention[]
}

/** Undoes the record's edits in the present files, keeping everything others wrote. Lines not as left are reported, not touched. */
export async function undoFiles(open: OpenRecord, fs: FileOperations, files = open.get().files): Promise<Undone> {
  const record = open.get()
  const undone: Undone = { restored: 0, attention: [] }
  for (const file of files) {
    const edits = toLineEdits(file.edits)
    const firstIndex = firstIndexOf(record.files, file)
    let found: Found = { restored: 0, attention: [] }
    const command = record.kind === 'set-aside' ? restoreCommand(file.path, record.id) : ''
    await applyFileEdit(
      editOf(open, file.path, command, (current) => {
        const { after, ...rest } = undo(current, record.id, file, edits)
        found = rest
        return after
      }),
      fs,
    )
    await clearInPlace(open)
    if (!file.directoryExisted) await fs.rmdir(dirname(file.real)).catch(() => {})
    undone.restored += found.restored
    for (const line of found.attention) {
      const index = firstIndex + line.index
      if (record.settled.some((one) => one.index === index)) continue
      undone.attention.push({
        index,
        file: file.path,
        reason: line.reason,
        saved: fromBytes(edits[line.index]!.original),
        ...(line.line ? { line: line.line } : {}),
        ...(line.current ? { current: fromBytes(line.current) } : {}),
      })
    }
  }
  return undone
}

/** Attention is counted over the edits of all files. */
function firstIndexOf(files: readonly JournalFile[], file: JournalFile): number {
  return files.slice(0, files.indexOf(file)).reduce((sum, { edits }) => sum + edits.length, 0)
}

interface Found {
  restored: number
  attention: { index: number; reason: JournalAttention['reason']; line?: number; current?: Buffer }[]
}

function undo(current: Buffer | undefined, id: string, file: JournalFile, edits: LineEdit[]): Found & { after: Buffer | undefined } {
  if (current === undefined) {
    // A replaced line can be written anew; a set-aside line whose file is gone may have been moved by its owner: ask.
    if (edits.some(({ kind }) => kind === 'remove')) return orNothing(invert(Buffer.alloc(0), id, edits))
    const gone = edits.flatMap(({ kind }, index) => (kind === 'mark' ? [{ index, reason: 'file-gone' as const }] : []))
    return { after: undefined, restored: 0, attention: gone }
  }
  const inverse = invert(current, id, edits)
  // What we created goes away again only while nobody else has written to it.
  return file.existed ? inverse : orNothing(inverse)
}

const orNothing = (found: Found & { after: Buffer }) => ({ ...found, after: found.after.length === 0 ? undefined : found.after })

async function readNow(path: string, fs: FileOperations): Promise<Buffer | undefined> {
  return (await readKnownHosts({ user: [path], system: [] }, fs))[0]?.bytes
}

/** True when the undo has nothing left to do: read again from the disk. */
export async function isUndone(open: OpenRecord, fs: FileOperations): Promise<boolean> {
  const { id, files, settled } = open.get()
  for (const file of files) {
    const current = await readNow(file.path, fs)
    const { after, attention } = undo(current, id, file, toLineEdits(file.edits))
    if ((after === undefined) !== (current === undefined) || (after && current && !after.equals(current))) return false
    const firstIndex = firstIndexOf(files, file)
    if (attention.some((line) => !settled.some((one) => one.index === firstIndex + line.index))) return false
  }
  return true
}

/** True when the owner took the marks off by hand: every line is in force again, none of ours is left. */
export async function isRestoredByHand(open: OpenRecord, fs: FileOperations): Promise<boolean> {
  const { id, files } = open.get()
  if (countTaken(files) === 0) return false
  for (const file of files) {
    const found = undo(await readNow(file.path, fs), id, file, toLineEdits(file.edits))
    if (found.restored > 0 || found.attention.length > 0) return false
  }
  return true
}

/** Marks of this id in the present files; a file that cannot be read counts with all its lines. */
export async function countMarks(open: OpenRecord, fs: FileOperations): Promise<number> {
  const { id, files } = open.get()
  let marks = 0
  for (const file of files) {
    const edits = toLineEdits(file.edits)
    try {
      const found = undo(await readNow(file.path, fs), id, file, edits)
      marks += found.restored + found.attention.filter(({ reason }) => reason === 'edited').length
    } catch {
      marks += edits.filter(isTaken).length
    }
  }
  return marks
}

/** Was this file's part of the plan carried out? By hash, else by what only our edit can have left. */
export async function isApplied(open: OpenRecord, file: JournalFile, fs: FileOperations): Promise<boolean> {
  const current = await readNow(file.path, fs)
  if (!current) return false
  const hash = sha256(current)
  if (hash === file.sha256After) return true
  if (file.existed && hash === file.sha256Before) return false
  if (current.includes(markOf(open.get().id))) return true
  const edits = toLineEdits(file.edits)
  const added = edits.filter(({ kind }) => kind === 'append' || kind === 'change')
  if (added.length > 0) return added.some(({ written }) => current.includes(written))
  const removed = edits.filter(({ kind }) => kind === 'remove')
  return removed.length > 0 && !removed.some(({ original }) => current.includes(original))
}

/** A crash while a file was written in place left a mixture of two known contents: it becomes the newer one. */
export async function completeInPlaceWrite(open: OpenRecord, fs: FileOperations): Promise<void> {
  const { inPlace } = open.get()
  if (!inPlace) return
  const before = toBytes(inPlace.before)
  const after = toBytes(inPlace.after)
  const edit = editOf(open, inPlace.file, '', (current) => (current ? (completeTornWrite(current, before, after) ?? current) : undefined))
  await applyFileEdit(edit, fs)
  await clearInPlace(open)
}

/** Carries out what a person decided about one line. Bytes elsewhere stay. @throws AppError `file-changed` when the line changed again. */
export async function settleLine(
  open: OpenRecord,
  line: JournalAttention,
  choice: 'put-back' | 'keep-current',
  copy: string,
  fs: FileOperations,
): Promise<void> {
  const { id } = open.get()
  // The saved text may carry marks of interventions that have ended since; those on the present line are the ones that count.
  const { content } = splitMarks(toBytes(line.saved).toString('latin1'))
  const present = line.current === undefined ? undefined : toBytes(line.current)
  const kept = withoutMark(present?.toString('latin1') ?? '', id)
  const current = await readNow(line.file, fs)
  if (current) await writeDurably(copy, current, fs)
  const edit = editOf(open, line.file, '', (bytes) => {
    if (choice === 'put-back' && !present) return appendLine(bytes, Buffer.from(content, 'latin1'))
    if (!bytes || !present) throw new AppError('file-changed', { file: line.file })
    const marks = kept.slice(0, kept.length - splitMarks(kept).content.length)
    const wanted = Buffer.from(choice === 'put-back' ? marks + content : kept, 'latin1')
    return replaceLine(bytes, present, wanted) ?? keepIfThere(bytes, wanted, line.file)
  })
  await applyFileEdit(edit, fs)
  await clearInPlace(open)
}

/** Splits at LF only; the last element is what follows the last LF. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  lines.push(bytes.subarray(start))
  return lines
}

const withoutCr = (line: Buffer) => (line[line.length - 1] === 13 ? line.subarray(0, -1) : line)
const hasLine = (bytes: Buffer, line: Buffer) => linesOf(bytes).some((one) => one.equals(line) || withoutCr(one).equals(line))

function appendLine(bytes: Buffer | undefined, line: Buffer): Buffer {
  const current = bytes ?? Buffer.alloc(0)
  if (hasLine(current, line)) return current
  const lf = Buffer.from('\n')
  const unterminated = current.length > 0 && current[current.length - 1] !== 10
  return Buffer.concat([current, ...(unterminated ? [lf] : []), line, lf])
}

/** Undefined when no line equals `from`. A CR at the end stays. */
export function replaceLine(bytes: Buffer, from: Buffer, to: Buffer): Buffer | undefined {
  const lines = linesOf(bytes)
  const at = lines.findIndex((line) => line.equals(from) || withoutCr(line).equals(from))
  if (at < 0) return undefined
  const found = lines[at]!
  lines[at] = Buffer.concat([to, found.subarray(from.length)])
  const lf = Buffer.from('\n')
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [lf, line])))
}

function keepIfThere(bytes: Buffer, line: Buffer, file: string): Buffer {
  if (hasLine(bytes, line)) return bytes
  throw new AppError('file-changed', { file })
}

/**
 * Another rescue key takes the place of the one written for ssh and scp. The journal knows the new line before the file has it,
 * and keeps the old one: whichever is there is removed on the way back.
 */
export async function exchangeWrittenKey(open: OpenRecord, key: Buffer, fs: FileOperations): Promise<void> {
  for (const file of open.get().files) {
    const edits = toLineEdits(file.edits)
    const exchanges = edits.flatMap((edit) => {
      const written = edit.kind === 'append' ? rewriteKey(edit.written, key) : undefined
      return written ? [{ from: edit.written, edit: { ...edit, written } }] : []
    })
    if (exchanges.length === 0) continue
    const next = { ...file, edits: fromLineEdits([...edits, ...exchanges.map(({ edit }) => edit)]) }
    await open.update({ files: open.get().files.map((one) => (one.path === file.path ? next : one)) })
    const exchange = (bytes: Buffer, { from, edit }: (typeof exchanges)[number]) => replaceLine(bytes, from, edit.written) ?? bytes
    await applyFileEdit(
      editOf(open, file.path, '', (bytes) => bytes && exchanges.reduce(exchange, bytes)),
      fs,
    )
    await clearInPlace(open)
  }
}

/** `names type base64 [comment]` with another key. */
function rewriteKey(line: Buffer, key: Buffer): Buffer | undefined {
  const [names, , , ...comment] = line.toString('latin1').split(' ')
  const type = keyType(key)
  return names && type ? Buffer.from([names, type, key.toString('base64'), ...comment].join(' '), 'latin1') : undefined
}
