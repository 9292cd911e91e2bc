/** An edit of the user's files as data: complete, byte-exact, shown before it is written and undone from its own record. */
import type { EditPreview } from '../../shared/edit-preview.js'
import type { HostKeyQuery } from './query.js'

export interface EditContext {
  query: HostKeyQuery
  /** Wire blob of the key the person agreed to. */
  presented: Buffer
  /** Short and random, `[A-Za-z0-9_-]+`; the same id gives the same plan for the same bytes. */
  id: string
  /** YYYY-MM-DD */
  date: string
  /** HashKnownHosts */
  hashNew: boolean
}

/**
 * mark: a prefix in front of `original`. note, append: a new line. remove: a line taken out. change: other names on a line.
 * `line` is the physical number before the edit, from 1 (a note: of the line it stands above; an append: one past the last).
 */
export interface LineEdit {
  kind: 'mark' | 'note' | 'append' | 'remove' | 'change'
  line: number
  /** Without EOL; empty for new lines. */
  original: Buffer
  /** EOL of `original` before the edit. Of an append: EOL of the line above it, so '' says that a final newline was supplied. */
  eol: '' | '\n' | '\r\n'
  /** Without EOL; empty for remove. */
  written: Buffer
  keyType?: string
}

export interface FilePlan {
  path: string
  existed: boolean
  before: Buffer
  after: Buffer
  /** By line, a note before the mark below it. */
  edits: LineEdit[]
}

export interface EditPlan {
  id: string
  intent: 'set-aside' | 'replace' | 'append'
  /** Only files that change. */
  files: FilePlan[]
  /** SHA-256 (hex) over paths and the hashes before and after. */
  digest: string
  /** Set aside only: lines that also cover other names, which lose their key for the time being. */
  sharedWith: EditPreview['sharedWith']
}
