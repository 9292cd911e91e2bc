/**
 * What a start does with each record, by comparing journal and files. Idempotent: a crash in here leaves a record that the next
 * start treats the same way. The caller holds the lock, so a `prepared` or `restoring` record has no living owner.
 */
import { advance, type InterventionEvent } from '../../shared/intervention.js'
import type { Clock } from '../clock.js'
import { removeDurably } from '../durable-file.js'
import type { FileOperations } from '../file-operations.js'
import { completeInPlaceWrite, countMarks, countTaken, isApplied, isRestoredByHand, isUndone, undoFiles } from './file-steps.js'
import type { Journal, JournalFile, OpenRecord } from './journal.js'

export type ResumeOutcome = 'finished' | 'rolled-back' | 'restored' | 'still-active' | 'needs-attention' | 'unreadable'

export interface RecoveryParts {
  fs: FileOperations
  clock: Clock
  journal: Journal
}

/** @returns undefined when there was nothing to do and nothing is open. */
export async function recover(open: OpenRecord, parts: RecoveryParts): Promise<ResumeOutcome | undefined> {
  await completeInPlaceWrite(open, parts.fs)
  const { state, kind } = open.get()
  if (state === 'prepared') return recoverPrepared(open, parts)
  if (state === 'restoring') return restore(open, 'start-up', parts)
  if (kind !== 'set-aside') return undefined
  if (state === 'needs-attention') return 'needs-attention'
  if (state !== 'active') return undefined
  return (await isRestoredByHand(open, parts.fs)) ? restore(open, 'start-up', parts) : 'still-active'
}

/** All files changed: go on as if nothing had happened. Otherwise back to where it began. */
async function recoverPrepared(open: OpenRecord, parts: RecoveryParts): Promise<ResumeOutcome> {
  const { files, kind } = open.get()
  let applied = 0
  for (const file of files) if (await isApplied(open, file, parts.fs)) applied++
  if (applied < files.length) return rollBack(open, parts)
  if (kind === 'saved') await discard(open, parts)
  else await activate(open)
  return 'finished'
}

/** Every file is as planned. */
export async function activate(open: OpenRecord): Promise<void> {
  const { state, files, kind } = open.get()
  const setAside = kind === 'set-aside' ? countTaken(files) : 0
  await open.update({ state: advance(state, 'applied'), setAside, inPlace: undefined })
}

/** Forgets a record that nobody needs any more, with its copies: nothing of the owner's was changed, or it is as it was. */
export async function discard(open: OpenRecord, { journal, fs }: RecoveryParts): Promise<void> {
  const { id, files } = open.get()
  await journal.remove(id)
  for (const { copy } of files) await removeDurably(copy, fs)
}

/** Takes back what was done of a `prepared` record; files that were never reached are left alone. */
export async function rollBack(open: OpenRecord, parts: RecoveryParts): Promise<'rolled-back' | 'needs-attention'> {
  const touched: JournalFile[] = []
  for (const file of open.get().files) if (await isApplied(open, file, parts.fs)) touched.push(file)
  const { attention } = await undoFiles(open, parts.fs, touched)
  if (open.get().kind !== 'set-aside') {
    await discard(open, parts)
    return 'rolled-back'
  }
  if (attention.length > 0) {
    await open.update({ state: advance('prepared', 'conflict'), attention, setAside: await countMarks(open, parts.fs) })
    return 'needs-attention'
  }
  await open.update({ state: advance('prepared', 'rolled-back'), setAside: 0, closedAt: parts.clock.now().toISOString() })
  return 'rolled-back'
}

/**
 * The way back of an applied record: `restoring` made durable, lines put back, read again, result made durable. What cannot be
 * undone line by line becomes `needs-attention`; a file that cannot be written leaves the record `active` and throws.
 */
export async function restore(
  open: OpenRecord,
  by: 'known-key' | 'person' | 'start-up',
  parts: RecoveryParts,
): Promise<'restored' | 'needs-attention'> {
  const { state, restoreBy } = open.get()
  if (state === 'restoring') by = restoreBy ?? by
  else await open.update({ state: advance(state, 'restore-begun'), restoreBy: by, error: undefined })
  const step = (event: InterventionEvent) => advance('restoring', event)
  try {
    const { attention } = await undoFiles(open, parts.fs)
    if (attention.length > 0 && open.get().kind === 'set-aside') {
      await open.update({ state: step('conflict'), attention, setAside: await countMarks(open, parts.fs) })
      return 'needs-attention'
    }
    await close(open, by, parts)
    return 'restored'
  } catch (error) {
    await open.update({ state: step('still-rescue'), setAside: await countMarks(open, parts.fs) }).catch(() => {})
    throw error
  }
}

/** Ends a record whose lines are all decided. */
export async function close(open: OpenRecord, by: 'known-key' | 'person' | 'start-up', parts: RecoveryParts): Promise<void> {
  const { state, files, settled } = open.get()
  const forgotten = settled.filter(({ choice }) => choice === 'forget').length
  const lines = countTaken(files) - forgotten
  const at = parts.clock.now().toISOString()
  await open.update({
    state: advance(state, lines === 0 && forgotten > 0 ? 'abandoned' : 'restored'),
    setAside: 0,
    closedAt: at,
    attention: [],
    inPlace: undefined,
    thirdKey: undefined,
    error: undefined,
    leaving: false,
    summary: { at, lines, verified: await isUndone(open, parts.fs), by, dismissed: false },
  })
}
