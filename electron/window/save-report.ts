/** A report is written where the person says, and nowhere else: the page gives text and a plain name, and is told a name only. */
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { app, type BrowserWindow, dialog, shell } from 'electron'
import { z } from 'zod'
import type { SavedReport } from '../../shared/bridge.js'
import { errnoOf } from '../file-operations.js'

/** A name without a folder. 4 million characters: far more than 500 commands and all findings with their evidence. */
export const ReportFile = z.strictObject({
  fileName: z.string().regex(/^[\w-][\w.-]{0,200}\.(?:md|json)$/),
  text: z.string().max(4_000_000),
})
export type ReportFile = z.infer<typeof ReportFile>

export function createReportSaver(window: BrowserWindow) {
  let last: string | undefined
  return {
    /** Asks where; an existing file is replaced only after the dialog's own question. */
    async save({ fileName, text }: ReportFile): Promise<SavedReport> {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        defaultPath: join(app.getPath('documents'), fileName),
        filters: [fileName.endsWith('.json') ? { name: 'JSON', extensions: ['json'] } : { name: 'Markdown', extensions: ['md'] }],
      })
      if (canceled || !filePath) return { kind: 'cancelled' }
      try {
        // What was removed is removed, but it still describes a server: readable by its owner only.
        await writeFile(filePath, text, { mode: 0o600 })
      } catch (error) {
        return { kind: 'failed', reason: errnoOf(error) }
      }
      last = filePath
      return { kind: 'saved', name: basename(filePath) }
    },
    /** In the system's file manager; the page never learns or chooses a path. */
    show() {
      if (last) shell.showItemInFolder(last)
    },
  }
}
