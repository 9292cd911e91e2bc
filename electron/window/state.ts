/** What the window remembers between starts: its place, and which servers were open (as typed, never secrets). */
import { ipcMain } from 'electron'
import Store from 'electron-store'
import { z } from 'zod'

const Rectangle = z.object({ x: z.number().int(), y: z.number().int(), width: z.number().int(), height: z.number().int() })
export type Rectangle = z.infer<typeof Rectangle>
export const OpenTargets = z.array(z.string().min(1).max(600)).max(50)

const WindowState = z
  .object({
    bounds: Rectangle.optional().catch(undefined),
    maximized: z.boolean().catch(false),
    open: OpenTargets.catch([]),
  })
  .catch({ maximized: false, open: [] })
export type WindowState = z.infer<typeof WindowState>

export interface WindowStateStore {
  read(): WindowState
  write(change: Partial<WindowState>): void
}

/** Kept in `window.json` in `folder`, readable by its owner only; a file that makes no sense counts as empty. */
export function openWindowState(folder: string): WindowStateStore {
  const store = new Store<{ window: unknown }>({ cwd: folder, name: 'window', configFileMode: 0o600, clearInvalidConfig: true })
  // The store's own channel for renderers tells any sender our paths; nobody here needs it.
  ipcMain.removeAllListeners('electron-store-get-data')
  const read = () => WindowState.parse(store.get('window') ?? {})
  return { read, write: (change) => store.set('window', { ...read(), ...change }) }
}

/** The stored place if a fair part of it still lies on a screen; else none, and the system chooses. */
export function visibleBounds(bounds: Rectangle | undefined, screens: readonly Rectangle[]): Rectangle | undefined {
  if (!bounds) return undefined
  const overlap = (start: number, length: number, from: number, span: number) =>
    Math.min(start + length, from + span) - Math.max(start, from)
  const seen = screens.some(
    (screen) =>
      overlap(bounds.x, bounds.width, screen.x, screen.width) >= 200 && overlap(bounds.y, bounds.height, screen.y, screen.height) >= 100,
  )
  return seen ? bounds : undefined
}
