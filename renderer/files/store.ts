/** Which tabs have their files view open, what stands where in it, and the transfers and open files the core tells of. */
import { useSyncExternalStore } from 'react'
import type { Edit, FilesState } from '../../shared/files.js'
import { api, call } from '../api.js'
import { windowState } from '../state.js'

interface Store {
  /** Keys of tabs. */
  open: readonly string[]
  files: FilesState
}

let current: Store = { open: [], files: { transfers: [], edits: [] } }
const listeners = new Set<() => void>()

function update(change: Partial<Store>) {
  current = { ...current, ...change }
  for (const listener of listeners) listener()
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useFilesOpen = (tabKey: string): boolean => useSyncExternalStore(subscribe, () => current.open.includes(tabKey))
/** What was saved in the editor has not reached the server. */
export const isUnsaved = ({ phase }: Edit): boolean => phase.kind === 'conflict' || phase.kind === 'failed'
export const filesState = (): FilesState => current.files
export const useFilesState = (): FilesState => useSyncExternalStore(subscribe, () => current.files)

/** In the tab in front. Opening is for a session only; the keyboard goes into the lists, or back to the terminal. */
export function toggleFiles() {
  const { active, tabs } = windowState()
  if (current.open.includes(active)) return closeFiles(active)
  if (tabs.find((tab) => tab.key === active)?.kind === 'session') openFiles(active)
}

function openFiles(tabKey: string) {
  if (!current.open.includes(tabKey)) update({ open: [...current.open, tabKey] })
  void watchFiles()
}

/** A file of the mounted system in the person's own editor; the view beside the session's terminal tells what becomes of it. */
export function editMounted(sessionId: string, path: string) {
  const tab = windowState().tabs.find((one) => one.kind === 'session' && one.sessionId === sessionId)
  if (tab) openFiles(tab.key)
  return call(api.files.editMounted({ sessionId, path }))
}

export function closeFiles(tabKey: string) {
  update({ open: current.open.filter((key) => key !== tabKey) })
  document.querySelector<HTMLElement>(`#${CSS.escape(tabKey)}-body .xterm-helper-textarea`)?.focus()
}

// The core is down for a moment, or starting again.
const AGAIN_MS = 500
let watching = false

/** From the first view on; transfers go on when it is closed. */
async function watchFiles() {
  if (watching) return
  watching = true
  for (;;) {
    try {
      for await (const files of await api.files.watch()) update({ files })
    } catch {
      // The window says when the core is gone.
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}

/** Paths by tab and side: a view that is closed and opened again is where it was. */
const paths = new Map<string, string>()
export const rememberPath = (tabKey: string, side: 'local' | 'server', path: string) => void paths.set(`${tabKey} ${side}`, path)
export const rememberedPath = (tabKey: string, side: 'local' | 'server'): string | undefined => paths.get(`${tabKey} ${side}`)
