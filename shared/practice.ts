import { z } from 'zod'

/** The practice server as its two provider buttons see it. Passwords are made at each boot and are shown because nothing there is real. */
export const PracticeState = z.strictObject({
  mode: z.enum(['stopped', 'normal', 'rescue', 'restarting']),
  /** Where `restarting` leads. */
  next: z.enum(['normal', 'rescue']).optional(),
  port: z.number().int().optional(),
  rescuePassword: z.string().optional(),
  knownHostsFile: z.string().optional(),
})
export type PracticeState = z.infer<typeof PracticeState>
