/**
 * The state of one visit, followed while something on screen shows it. One stream per visit however many components look; the last
 * state stays while the core process starts again.
 */
import { useCallback, useSyncExternalStore } from 'react'
import type { VisitState } from '../../shared/visit.js'
import { api, onLink } from '../api.js'
import { share } from '../share.js'

interface Followed {
  state: VisitState | undefined
  listeners: Set<() => void>
  stream: AbortController | undefined
}

const followed = new Map<string, Followed>()
let isUp = false

// A stream that ends while the core is up would be a fault; asking again at once could spin.
const WATCH_AGAIN_MS = 500

onLink((up) => {
  isUp = up
  for (const [id, visit] of followed) {
    visit.stream?.abort()
    visit.stream = undefined
    if (up) start(id, visit)
  }
})

function start(id: string, visit: Followed) {
  const stream = new AbortController()
  visit.stream = stream
  void follow(id, visit, stream.signal)
}

async function follow(id: string, visit: Followed, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      for await (const state of await api.visit.watch({ id }, { signal })) {
        if (signal.aborted) return
        visit.state = share(visit.state, state)
        for (const listener of visit.listeners) listener()
      }
    } catch {
      // The link tells when the core is gone; anything else is tried again.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, WATCH_AGAIN_MS))
  }
}

function listen(id: string, listener: () => void): () => void {
  const visit = followed.get(id) ?? { state: undefined, listeners: new Set(), stream: undefined }
  followed.set(id, visit)
  visit.listeners.add(listener)
  if (!visit.stream && isUp) start(id, visit)
  return () => {
    visit.listeners.delete(listener)
    if (visit.listeners.size > 0) return
    visit.stream?.abort()
    followed.delete(id)
  }
}

/** @param id as `visitId` of shared/visit.ts makes it; undefined follows nothing. */
export function useVisit(id: string | undefined): VisitState | undefined {
  const subscribe = useCallback((listener: () => void) => (id === undefined ? () => {} : listen(id, listener)), [id])
  return useSyncExternalStore(subscribe, () => (id === undefined ? undefined : followed.get(id)?.state))
}
