import { z } from 'zod'

export const Settings = z.strictObject({
  language: z.enum(['system', 'en', 'fr']).default('system'),
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  fontSize: z.number().int().min(8).max(32).default(13),
  scrollback: z.number().int().min(0).max(200_000).default(5000),
  screenReader: z.boolean().default(false),
  /** OSC 52 write-only: programs on the server may set the clipboard. */
  remoteClipboard: z.boolean().default(false),
  /** Hours a rescue key is accepted before RescueTerm asks again. */
  rescueTtlHours: z.number().int().min(1).max(168).default(24),
  watchInBackground: z.boolean().default(true),
  restoreAutomatically: z.boolean().default(true),
  alsoWriteRescueKey: z.boolean().default(false),
  hidePracticeIntroduction: z.boolean().default(false),
})
export type Settings = z.infer<typeof Settings>
export const SettingsChange = Settings.partial()

/** Where things live, for the settings page. `lines` is absent for a missing file. */
export const KnownHostsFile = z.strictObject({
  path: z.string(),
  lines: z.number().int().optional(),
  access: z.enum(['read-write', 'read-only', 'missing', 'unreadable']),
  system: z.boolean(),
})
export type KnownHostsFile = z.infer<typeof KnownHostsFile>
