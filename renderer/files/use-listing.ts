/** One directory as it streams in. What was shown stays until the new directory is open; a failure leaves it there, too. */
import { useEffect, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { FileEntry, FilePlace, Keeping } from '../../shared/files.js'
import { api, toErrorInfo } from '../api.js'

export type WantedPath = { kind: 'choose' } | { kind: 'at'; path: string }

export interface Listing {
  /** Undefined until the first directory is open. */
  path: string | undefined
  parent: string | undefined
  keeping: Keeping | undefined
  entries: readonly FileEntry[]
  loading: boolean
  refused: number
  error: ErrorInfo | undefined
}

const nothing: Listing = {
  path: undefined,
  parent: undefined,
  keeping: undefined,
  entries: [],
  loading: true,
  refused: 0,
  error: undefined,
}
// Sorting 100 000 names takes a tenth of a second: not for every page.
const SHOW_MS = 400

/** @param version another number reads the directory again. */
export function useListing(place: FilePlace | undefined, wanted: WantedPath, version: number): Listing {
  const [listing, setListing] = useState(nothing)
  const sessionId = place?.kind === 'server' ? place.sessionId : place?.kind
  const path = wanted.kind === 'at' ? wanted.path : undefined
  // Place and wanted are new objects each time: what is in them counts.
  useEffect(() => {
    if (!place) return
    const controller = new AbortController()
    const { signal } = controller
    setListing((before) => ({ ...before, loading: true, error: undefined }))
    void read(place, wanted, signal, setListing)
    return () => controller.abort()
  }, [sessionId, path, version])
  return listing
}

async function read(
  place: FilePlace,
  wanted: WantedPath,
  signal: AbortSignal,
  set: (change: (before: Listing) => Listing) => void,
): Promise<void> {
  let entries: FileEntry[] = []
  let shownAt = performance.now()
  const show = (fields: Partial<Listing>) => {
    if (signal.aborted) return
    shownAt = performance.now()
    set((before) => ({ ...before, ...fields }))
  }
  try {
    for await (const part of await api.files.list({ place, path: wanted }, { signal })) {
      if (signal.aborted) return
      if (part.kind === 'start') {
        const { path, parent, keeping } = part
        show({ path, parent, keeping, entries: [], refused: 0 })
        shownAt = 0
      } else if (part.kind === 'entries') {
        entries = entries.concat(part.entries)
        if (performance.now() - shownAt > SHOW_MS) show({ entries })
      } else show({ entries, refused: part.refused, loading: false })
    }
  } catch (error) {
    show({ loading: false, error: toErrorInfo(error) })
  }
}
