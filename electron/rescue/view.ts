/** Journal records as both faces see them. */
import type { HistoryItem, Intervention, WatchState } from '../../shared/intervention.js'
import { escapeBytes } from '../known-hosts/display.js'
import { describeKey, fingerprint, keyType } from '../known-hosts/key.js'
import { countTaken } from './file-steps.js'
import { type JournalRecord, toBytes } from './journal.js'

const keyInfo = (blob: Buffer) => ({ type: keyType(blob) ?? 'unknown', fingerprint: fingerprint(blob) })

export function toIntervention(record: JournalRecord, watch: WatchState | undefined): Intervention {
  const { id, host, port, name, practice, state, since, expiresAt, setAside } = record
  return {
    id,
    host,
    port,
    name,
    practice,
    state,
    since,
    expiresAt,
    setAside,
    lookupName: record.query.lookupName,
    files: record.files.map(({ path, copy, edits }) => ({
      path,
      copy,
      lines: edits.filter(({ kind }) => kind === 'mark').map(({ line }) => line),
    })),
    rescueKey: keyInfo(toBytes(record.rescueKey)),
    knownKeys: record.knownKeys.map((key) => keyInfo(toBytes(key))),
    alsoWritten: record.alsoWrite,
    ...(watch ? { watch } : {}),
    ...(record.thirdKey ? { thirdKey: thirdKeyInfo(record.thirdKey) } : {}),
    attention: record.attention.map(({ index, file, line, reason, saved, current }) => ({
      index,
      file,
      reason,
      saved: escapeBytes(toBytes(saved)),
      ...(line ? { line } : {}),
      ...(current !== undefined ? { current: escapeBytes(toBytes(current)) } : {}),
    })),
    ...(record.summary ? { summary: record.summary } : {}),
    ...(record.error ? { error: record.error } : {}),
  }
}

function thirdKeyInfo({ blob, seenAt }: { blob: string; seenAt: string }) {
  const { type, fingerprint, randomart } = describeKey(toBytes(blob))
  return { type, fingerprint, randomart, seenAt }
}

/** Finished interventions and replacements; undefined for what is still open or was never in force. */
export function toHistoryItem(record: JournalRecord): HistoryItem | undefined {
  const { id, kind, state, host, port, name, practice, since, closedAt, files } = record
  const isReplacement = kind === 'replaced' && (state === 'active' || state === 'restored')
  const isFinished = kind === 'set-aside' && (state === 'restored' || state === 'abandoned')
  if (kind === 'saved' || !(isReplacement || isFinished)) return undefined
  const lines = countTaken(files)
  return {
    id,
    kind,
    host,
    port,
    name,
    practice,
    lines,
    at: since,
    canBringBack: kind === 'replaced' && state === 'active',
    ...(closedAt ? { until: closedAt } : {}),
  }
}
