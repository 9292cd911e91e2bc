/** Whether a file that was cut off may go on where it stopped. Fail closed: whatever does not fit means from the beginning. */
import type { FileInfo, OpenFile } from './file-system.js'

/** What is remembered of the one large file under way. */
export interface Checkpoint {
  /** Where it comes from. */
  path: string
  /** The unfinished file at the destination. */
  part: string
  /** Of the source when the copy began. */
  size: number
  mtime: number
  /** Up to there every byte was written. */
  whole: number
}

// The last megabyte is read again on both sides: a file system that lost its last writes in a crash loses these.
const OVERLAP = 1024 * 1024

/** The offset to go on from; 0 means anew. `verify` is the range to compare first. */
export function planResume(
  checkpoint: Checkpoint | undefined,
  path: string,
  source: Pick<FileInfo, 'size' | 'mtime'>,
  partSize: number | undefined,
): { from: number; verify: { from: number; to: number } | undefined } {
  const anew = { from: 0, verify: undefined }
  if (!checkpoint || checkpoint.path !== path || partSize === undefined) return anew
  if (checkpoint.size !== source.size || checkpoint.mtime !== source.mtime) return anew
  const from = Math.min(checkpoint.whole, partSize, source.size)
  if (from <= 0) return anew
  return { from, verify: { from: Math.max(0, from - OVERLAP), to: from } }
}

/** Compares the same range of two files. */
export async function isSameRange(a: OpenFile, b: OpenFile, from: number, to: number): Promise<boolean> {
  const [first, second] = await Promise.all([readRange(a, from, to), readRange(b, from, to)])
  return first !== undefined && second !== undefined && first.equals(second)
}

/** Undefined when the file ends before `to`. */
export async function readRange(file: Pick<OpenFile, 'read'>, from: number, to: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(to - from)
  for (let filled = 0; filled < bytes.length; ) {
    const read = await file.read(from + filled, bytes.subarray(filled))
    if (read === 0) return undefined
    filled += read
  }
  return bytes
}
