/** Which of the keys of an intervention is this, and may it still be accepted? The journal record is the trust store. */
import { type JournalRecord, toBytes } from './journal.js'

export type KeyRole = 'rescue-key' | 'known-key' | 'third-key'

/** By the bytes alone, whatever the time. The known keys come first: a rescue key that was also on file is the server's own. */
export function identify(record: Pick<JournalRecord, 'rescueKey' | 'knownKeys'>, blob: Buffer): KeyRole {
  if (record.knownKeys.some((key) => toBytes(key).equals(blob))) return 'known-key'
  return toBytes(record.rescueKey).equals(blob) ? 'rescue-key' : 'third-key'
}

export const isExpired = (record: Pick<JournalRecord, 'expiresAt'>, now: Date) => now.getTime() >= Date.parse(record.expiresAt)

/** Only while lines are set aside, only that key, only before its end. */
export function accepts(record: JournalRecord, blob: Buffer, now: Date): boolean {
  return record.state === 'active' && !isExpired(record, now) && identify(record, blob) === 'rescue-key'
}
