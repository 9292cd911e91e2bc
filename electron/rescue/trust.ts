/** Which of the keys of an intervention is this, and may it still be accepted? The journal record is the trust store. */
import { type JournalRecord, toBytes } from './journal.js'

export type KeyRole = 'rescue-key' | 'known-key' | 'other-key' | 'third-key'

/**
 * By the bytes alone, whatever the time. The known keys come first: a rescue key that was also on file is the server's own. Where no
 * file knew the server, another key than the rescue's says only that the rescue is over: it is trusted by nobody yet.
 */
export function identify({ rescueKey, knownKeys }: Pick<JournalRecord, 'rescueKey' | 'knownKeys'>, blob: Buffer): KeyRole {
  if (knownKeys.some((key) => toBytes(key).equals(blob))) return 'known-key'
  if (toBytes(rescueKey).equals(blob)) return 'rescue-key'
  return knownKeys.length === 0 ? 'other-key' : 'third-key'
}

/** The rescue system is not what answers, and nothing speaks for a stranger: the files alone judge this key. */
export const endsRescue = (role: KeyRole): boolean => role === 'known-key' || role === 'other-key'

export const isExpired = (record: Pick<JournalRecord, 'expiresAt'>, now: Date) => now.getTime() >= Date.parse(record.expiresAt)

/** Only while lines are set aside, only that key, only before its end. */
export function accepts(record: JournalRecord, blob: Buffer, now: Date): boolean {
  return record.state === 'active' && !isExpired(record, now) && identify(record, blob) === 'rescue-key'
}
