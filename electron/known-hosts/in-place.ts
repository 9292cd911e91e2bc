/**
 * Writing a file in place, so that a crash between any two writes leaves content from which `completeTornWrite` finds the way:
 * what is longer is appended first, then the front is overwritten from the start, a surplus is cut off last.
 */
import { type OpenFile, readAll, writeAll } from '../file-operations.js'
import { MAX_KNOWN_HOSTS_BYTES } from './files.js'

const LF = 10

/** Writes `after` over `before` (the present content); a failure puts `before` back as far as the disk allows and is thrown. Foreign appends stay. */
export async function writeInPlace(file: OpenFile, before: Buffer, after: Buffer): Promise<void> {
  const kept = Math.min(before.length, after.length)
  try {
    // Growth comes first: a full disk shows before a byte of the present content has changed.
    await writeAll(file, after.subarray(kept), kept)
  } catch (error) {
    await file.truncate(before.length).catch(() => {})
    throw error
  }
  try {
    await writeAll(file, after.subarray(0, kept))
    if (after.length < before.length) await cutSurplus(file, before, after)
    await file.sync()
  } catch (error) {
    await undo(file, before, after)
    throw error
  }
}

/** Cuts the file to `after`, first moving what another program appended behind `before` meanwhile. */
async function cutSurplus(file: OpenFile, before: Buffer, after: Buffer): Promise<void> {
  let moved = 0
  for (;;) {
    const size = Number((await file.stat()).size)
    const foreign = size - before.length
    if (foreign <= moved) break
    const tail = await readAll(file, MAX_KNOWN_HOSTS_BYTES, before.length)
    if (!tail) break
    await writeAll(file, tail, after.length)
    moved = tail.length
    if (after.length + moved > before.length) break
  }
  await file.truncate(after.length + moved)
}

async function undo(file: OpenFile, before: Buffer, after: Buffer): Promise<void> {
  try {
    await writeAll(file, before)
    const size = Number((await file.stat()).size)
    if (after.length > before.length && size === after.length) await file.truncate(before.length)
    await file.sync()
  } catch {
    // The journal holds both contents: the next start completes the write.
  }
}

/**
 * `current` as a crash inside `writeInPlace(before, after)` leaves it → the bytes it should have become, with what others
 * appended. Undefined when the content is no such mixture: untouched, complete, or changed by somebody else.
 */
export function completeTornWrite(current: Buffer, before: Buffer, after: Buffer): Buffer | undefined {
  if (current.equals(before) || current.length < Math.min(before.length, after.length)) return undefined
  return after.length < before.length ? completeShrinking(current, before, after) : completeGrowing(current, before, after)
}

/** Front overwritten from the start, then the surplus still there, over which a foreign tail may have been copied. */
function completeShrinking(current: Buffer, before: Buffer, after: Buffer): Buffer | undefined {
  if (current.length < before.length) return undefined
  const foreign = current.subarray(before.length)
  const front = Math.min(commonPrefix(current, after), after.length)
  const moved = front < after.length ? 0 : commonPrefix(current.subarray(front, before.length), foreign)
  const untouched = current.subarray(front + moved, before.length)
  return untouched.equals(before.subarray(front + moved)) ? Buffer.concat([after, foreign]) : undefined
}

/** The new end appended (whole or in part), then the front overwritten from the start. */
function completeGrowing(current: Buffer, before: Buffer, after: Buffer): Buffer | undefined {
  if (startsWith(current, after) || current.length < before.length) return undefined
  const front = Math.min(commonPrefix(current, after), before.length)
  if (!current.subarray(front, before.length).equals(before.subarray(front))) return undefined
  const behind = current.subarray(before.length)
  const grown = after.subarray(before.length)
  if (startsWith(behind, grown)) return Buffer.concat([after, behind.subarray(grown.length)])
  return startsWith(grown, behind) ? after : undefined
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && bytes.subarray(0, prefix.length).equals(prefix)
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a[at] === b[at]) at++
  return at
}

/**
 * Adds to `current` what another program wrote into the old file between `read` and `written`: the tail when it appended, else
 * every line that is new. A line that program deleted in that moment stays: rather one line too many than one lost.
 */
export function mergeForeign(current: Buffer | undefined, read: Buffer, written: Buffer): Buffer | undefined {
  const added = startsWith(written, read) ? written.subarray(read.length) : newLines(written, read)
  if (added.length === 0) return current
  if (!current || current.length === 0) return added
  return Buffer.concat([current, current[current.length - 1] === LF ? Buffer.alloc(0) : Buffer.from('\n'), added])
}

function newLines(bytes: Buffer, known: Buffer): Buffer {
  // latin1 keeps every byte apart; UTF-8 would fold invalid sequences into one.
  const before = new Set(known.toString('latin1').split('\n'))
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '' && !before.has(line))
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')
}
