import type { EditPreview } from '../../shared/edit-preview.js'
import type { HostKeyInfo } from '../../shared/host-key.js'
import type { HostKeyQuery, KnownHostsContent } from './verdict.js'

export interface EditContext {
  query: HostKeyQuery
  presented: Buffer
  id: string
  /** YYYY-MM-DD */
  date: string
  hashNew: boolean
}
export interface LineEdit {
  kind: 'mark' | 'note' | 'append' | 'remove' | 'change'
  /** Physical line in the file before the edit, from 1. */
  line: number
  /** Without EOL. */
  original: Buffer
  eol: '' | '\n' | '\r\n'
  written: Buffer
  keyType?: string
}
export interface FilePlan {
  path: string
  existed: boolean
  before: Buffer
  after: Buffer
  edits: LineEdit[]
}
export interface EditPlan {
  id: string
  intent: 'set-aside' | 'replace' | 'append'
  files: FilePlan[]
  digest: string
  sharedWith: EditPreview['sharedWith']
}
export interface Inversion {
  after: Buffer
  restored: number
  attention: { index: number; reason: 'edited' | 'gone'; line?: number; current?: Buffer }[]
}

type Files = readonly KnownHostsContent[]
export function planSetAside(_files: Files, _c: EditContext, _o: { alsoWrite: boolean; writeTo: string }): EditPlan {
  throw new Error('being built')
}
export function planReplace(_files: Files, _c: EditContext, _o: { writeTo: string }): EditPlan {
  throw new Error('being built')
}
export function planAppend(_files: Files, _c: EditContext, _o: { writeTo: string }): EditPlan {
  throw new Error('being built')
}
export function invert(_current: Buffer, _id: string, _edits: readonly LineEdit[]): Inversion {
  throw new Error('being built')
}
export function previewEdit(
  _plan: EditPlan,
  _o: {
    key: HostKeyInfo
    alsoWrite: boolean
    ttlHours: number
    copyOf(path: string): string
    isWritable(path: string): boolean
  },
): EditPreview {
  throw new Error('being built')
}
