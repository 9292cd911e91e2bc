/** What the host-key dialog shows for a question: pure, so that every case stands in one place. */

import type { DiffRow, EditPreview } from '../../shared/edit-preview.js'
import type { HostKeyQuestion } from '../../shared/terminal-session.js'
import type { Expectation } from './compare-field.js'

export type Intent = 'set-aside' | 'replace'
export type QuestionPage = 'revoked' | 'alarm' | 'unknown' | 'authority' | 'changed' | 'system-file' | Intent

type Asked = Pick<HostKeyQuestion, 'verdict' | 'interventionId' | 'authorityOnly' | 'entries' | 'systemEntries'>

/** Revoked goes before everything, then a third key. `intent` counts only where the files hold another key. */
export function questionPage(question: Asked, intent?: Intent): QuestionPage {
  if (question.verdict === 'revoked') return 'revoked'
  if (question.interventionId !== undefined) return 'alarm'
  if (question.verdict === 'unknown') return question.authorityOnly ? 'authority' : 'unknown'
  if (intent === 'set-aside' && isOnlySystem(question)) return 'system-file'
  return intent ?? 'changed'
}

/** Nothing to edit in the user's own files: every deciding line belongs to an administrator. */
export const isOnlySystem = ({ entries, systemEntries }: Pick<Asked, 'entries' | 'systemEntries'>) =>
  systemEntries.length > 0 && systemEntries.length === entries.length

/** `ssh-ed25519` → `ED25519`, `ecdsa-sha2-nistp256` → `ECDSA`: the words of `ssh-keygen -l`. A type it does not know stays as it is. */
export function typeName(type: string): string {
  const plain = type.replace(/^sk-/, '').replace(/@openssh\.com$/, '')
  const name = plain.startsWith('ecdsa-sha2-') ? 'ECDSA' : names.get(plain)
  if (!name) return type
  return type.startsWith('sk-') ? `${name}-SK` : name
}
const names = new Map([
  ['ssh-ed25519', 'ED25519'],
  ['ssh-rsa', 'RSA'],
  ['ssh-dss', 'DSA'],
])

/** What prints text and picture of the same key on the server itself, in the file that sshd makes for this type. */
export function consoleCommand(type: string): string {
  const file = type === 'ssh-ed25519' ? 'ed25519' : type.startsWith('ecdsa-') ? 'ecdsa' : 'rsa'
  return `ssh-keygen -lvf /etc/ssh/ssh_host_${file}_key.pub`
}

export interface RowCount {
  marked: number
  notes: number
  added: number
  removed: number
  changed: number
}

/** How an edit is summed up above its diff. A comment that is inserted is the note, any other inserted line holds a key. */
export function countRows(rows: readonly DiffRow[]): RowCount {
  const count = { marked: 0, notes: 0, added: 0, removed: 0, changed: 0 }
  for (const { kind, after } of rows) {
    if (kind === 'mark') count.marked++
    else if (kind === 'remove') count.removed++
    else if (kind === 'change') count.changed++
    else if (kind === 'insert' && after?.startsWith('#')) count.notes++
    else if (kind === 'insert') count.added++
  }
  return count
}

export interface AffectedLine {
  file: string
  line: number
  names: string[]
  pattern: boolean
}

/** Other servers on the lines that change: for a set-aside the core names them, a replacement shows them in what stays of the line. */
export function affectedLines({ intent, files, sharedWith }: Pick<EditPreview, 'intent' | 'files' | 'sharedWith'>): AffectedLine[] {
  if (intent === 'set-aside') return sharedWith
  return files.flatMap(({ path, rows }) =>
    rows.flatMap(({ kind, line, after }) => {
      if (kind !== 'change' || line === undefined) return []
      const names = (after ?? '').split(/\s/)[0]?.split(',') ?? []
      const plain = names.filter((name) => name !== '' && !name.startsWith('|') && !name.startsWith('!'))
      return plain.length > 0 ? [{ file: path, line, names: plain, pattern: false }] : []
    }),
  )
}

/** What a person typed beside what the provider publishes: the core ends a `differs` itself when the key's own fingerprint is compared. */
export function withPublished(typed: Expectation, published: HostKeyQuestion['published']): Expectation {
  if (published?.result === 'differs') return { ...typed, result: 'no-match', by: published.provider }
  if (published?.result === 'verified' && typed.result === 'empty') return { ...typed, result: 'match', by: published.provider }
  return typed
}
