export type SavedReport = { kind: 'saved'; name: string } | { kind: 'cancelled' } | { kind: 'failed'; reason: string }

/** What the preload gives the page, and nothing more (Electron checklist 20). No ipcRenderer, no paths, no secrets. */
export interface Bridge {
  readonly platform: 'linux' | 'darwin' | 'win32'
  /** The system's language tag, e.g. `fr-FR`. */
  readonly locale: string
  /** Asks main for ports to the core; they arrive as a window message `rescueterm:ports` with [rpc, terminals]. */
  link(): void
  /** The core process went down or is up again; after `up`, call `link` once more. */
  onCore(listener: (state: 'up' | 'down') => void): void
  /** http(s) only, checked again in main. */
  openExternal(url: string): void
  copy(text: string): void
  readClipboard(): Promise<string>
  /** Asks the person where and writes it there. `fileName`: without a folder, `.md` or `.json`. */
  saveReport(file: { fileName: string; text: string }): Promise<SavedReport>
  /** The report saved last, in the system's file manager. */
  showSavedReport(): void
  /** Where a `File` that was dropped from the desktop lies; empty for one that is no file of this computer. */
  pathOfDropped(file: unknown): string
  /** Menu items and second starts: `new-tab`, `open:<text>` … */
  onCommand(listener: (command: string) => void): void
  /** The person wants to close the window; the page asks if lines are set aside and answers with `closeWindow`. */
  onCloseAsked(listener: () => void): void
  closeWindow(): void
  /** Tells main the open servers (targets only) so that the next start can offer them. */
  rememberOpen(targets: string[]): void
  rememberedOpen(): Promise<string[]>
}
