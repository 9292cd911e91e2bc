/**
 * Files of this computer and of a server as the window shows them. Names and paths are texts in which a byte that is not UTF-8 is a
 * lone surrogate; `showName` (file-names.ts) makes them readable. They are the server's words: shown, sent back as they came, never trusted.
 */
import { z } from 'zod'
import { ErrorInfo } from './errors.js'

// PATH_MAX is 4096 bytes; the window may show what a server wrote, and no more.
const path = z.string().min(1).max(8192)
const id = z.string().min(1).max(64)

/** Whose files: this computer's, or those of the server of an open session. */
export const FilePlace = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local') }),
  z.strictObject({ kind: z.literal('server'), sessionId: id }),
])
export type FilePlace = z.infer<typeof FilePlace>

export const FileKind = z.enum(['file', 'directory', 'link', 'special'])

export const FileEntry = z.strictObject({
  name: z.string(),
  kind: FileKind,
  size: z.number().nonnegative(),
  /** Seconds since 1970. */
  mtime: z.number(),
  /** Permission bits (07777). */
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  /** Of a link: what stands at its end; absent when it leads nowhere. */
  target: z.enum(['file', 'directory', 'special']).optional(),
})
export type FileEntry = z.infer<typeof FileEntry>

/** What becomes of things written to a directory of a rescue system. */
export const Keeping = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stays'), device: z.string() }),
  z.strictObject({ kind: z.literal('read-only'), device: z.string() }),
  z.strictObject({ kind: z.literal('lost') }),
])
export type Keeping = z.infer<typeof Keeping>

/** A directory arrives in pieces: where it is, pages of entries, the end. */
export const ListingPart = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), path: z.string(), parent: z.string(), keeping: Keeping.optional() }),
  z.strictObject({ kind: z.literal('entries'), entries: z.array(FileEntry) }),
  /** `refused`: names that are none (`..`, with a `/`, twice the same). */
  z.strictObject({ kind: z.literal('end'), refused: z.number().int() }),
])
export type ListingPart = z.infer<typeof ListingPart>

/** `choose` names the place to begin: home, or /mnt of a rescue system with something mounted there. */
export const ListRequest = z.strictObject({
  place: FilePlace,
  path: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('choose') }), z.strictObject({ kind: z.literal('at'), path })]),
})

export const FileDetails = z.strictObject({
  entry: FileEntry,
  path: z.string(),
  leadsTo: z.string().optional(),
  /** Numbers may be changed: signed in as root there. */
  canChangeOwner: z.boolean(),
  freeBytes: z.number().optional(),
})
export type FileDetails = z.infer<typeof FileDetails>

/** What a removal takes with it. */
export const RemovalCount = z.strictObject({ files: z.number().int(), directories: z.number().int(), bytes: z.number() })
export type RemovalCount = z.infer<typeof RemovalCount>

const ClashSide = z.strictObject({ kind: FileKind, size: z.number(), mtime: z.number() })
/** Something stands where an item goes. */
export const Clash = z.strictObject({
  name: z.string(),
  path: z.string(),
  canReplace: z.boolean(),
  source: ClashSide,
  target: ClashSide,
})
export type Clash = z.infer<typeof Clash>
export const ClashAnswer = z.strictObject({ choice: z.enum(['skip', 'replace', 'rename']), all: z.boolean() })
export type ClashAnswer = z.infer<typeof ClashAnswer>

export const TransferPhase = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting') }),
  z.strictObject({ kind: z.literal('planning') }),
  z.strictObject({ kind: z.literal('running') }),
  z.strictObject({ kind: z.literal('asks'), questionId: z.string(), clash: Clash }),
  /** By a person, by the end of the connection (goes on by itself), or by the end of the app. */
  z.strictObject({ kind: z.literal('paused'), by: z.enum(['person', 'connection', 'restart']) }),
  z.strictObject({ kind: z.literal('failed'), error: ErrorInfo }),
  z.strictObject({ kind: z.literal('done') }),
])
export type TransferPhase = z.infer<typeof TransferPhase>

export const TransferOutcome = z.strictObject({
  failures: z.array(z.strictObject({ path: z.string(), error: ErrorInfo })),
  failed: z.number().int(),
  skipped: z.number().int(),
  leftOut: z.strictObject({ special: z.number().int(), refused: z.number().int() }),
  /** Names this computer cannot hold, and what they became. */
  renamed: z.array(z.strictObject({ from: z.string(), to: z.string() })),
})
export type TransferOutcome = z.infer<typeof TransferOutcome>

export const Transfer = z.strictObject({
  id: z.string(),
  direction: z.enum(['download', 'upload']),
  from: z.string(),
  into: z.string(),
  /** The server it belongs to: user, address and host key. A rescue system's transfer never goes on with the normal system. */
  server: z.strictObject({ user: z.string(), host: z.string(), port: z.number().int(), fingerprint: z.string() }),
  phase: TransferPhase,
  bytes: z.number(),
  bytesDone: z.number(),
  files: z.number().int(),
  filesDone: z.number().int(),
  /** Names changed for this computer. */
  renamed: z.number().int(),
  /** Bytes per second, while it runs. */
  rate: z.number().optional(),
  /** The server gave no second connection: this one goes through the terminals' own. */
  sharesConnection: z.boolean(),
  outcome: TransferOutcome.optional(),
})
export type Transfer = z.infer<typeof Transfer>

/** A server's file open in a program of this computer. */
export const Edit = z.strictObject({
  id: z.string(),
  sessionId: z.string(),
  path: z.string(),
  /** The file here that the program has open. */
  copy: z.string(),
  phase: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fetching') }),
    z.strictObject({ kind: z.literal('open') }),
    z.strictObject({ kind: z.literal('saving') }),
    z.strictObject({ kind: z.literal('saved'), at: z.iso.datetime() }),
    /** The file on the server changed since it was fetched: nothing was written. */
    z.strictObject({ kind: z.literal('conflict') }),
    z.strictObject({ kind: z.literal('failed'), error: ErrorInfo }),
  ]),
})
export type Edit = z.infer<typeof Edit>

/** A copy of an earlier run whose content never reached its server; it stays at `file`. */
export const KeptEdit = z.strictObject({ id: z.string(), server: z.string(), path: z.string(), file: z.string() })
export type KeptEdit = z.infer<typeof KeptEdit>

export const FilesState = z.strictObject({ transfers: z.array(Transfer), edits: z.array(Edit) })
export type FilesState = z.infer<typeof FilesState>
