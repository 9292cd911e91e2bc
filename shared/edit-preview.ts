import { z } from 'zod'
import { HostKeyInfo } from './host-key.js'

/** One row of the diff shown before anything is written. Text is UTF-8; other bytes appear as `\xNN`. `line` is the physical number before the edit. */
export const DiffRow = z.strictObject({
  kind: z.enum(['context', 'mark', 'insert', 'remove', 'change', 'gap']),
  line: z.number().int().positive().optional(),
  /** `mark`: the inserted prefix; `change`: absent. */
  mark: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  keyType: z.string().optional(),
})
export type DiffRow = z.infer<typeof DiffRow>

/** The whole edit, as a person sees it. `digest` binds a yes to exactly these bytes. */
export const EditPreview = z.strictObject({
  digest: z.string(),
  intent: z.enum(['set-aside', 'replace']),
  id: z.string(),
  lines: z.number().int().nonnegative(),
  files: z.array(z.strictObject({ path: z.string(), rows: z.array(DiffRow), copy: z.string(), writable: z.boolean() })),
  sharedWith: z.array(z.strictObject({ file: z.string(), line: z.number().int(), names: z.array(z.string()), pattern: z.boolean() })),
  key: HostKeyInfo,
  alsoWrite: z.boolean(),
  ttlHours: z.number(),
})
export type EditPreview = z.infer<typeof EditPreview>
