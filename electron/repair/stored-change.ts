import { z } from 'zod'
import { Change } from '../../shared/repair.js'

/** A change with what undoing it needs; kept in the visit's file, without any secret. */
export const StoredChange = z.strictObject({
  change: Change,
  edits: z.array(
    z.strictObject({
      path: z.string(),
      /** Of what was written; undefined when the file was removed. An undo refuses another content. */
      sha256: z.string().optional(),
      backup: z.strictObject({ path: z.string(), on: z.enum(['system', 'rescue']) }).optional(),
      mode: z.number().int(),
    }),
  ),
  undo: z.array(z.strictObject({ words: z.array(z.string()).nonempty(), risk: z.enum(['reads', 'writes', 'data']) })),
})
export type StoredChange = z.infer<typeof StoredChange>
