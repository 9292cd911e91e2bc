export interface Emitter {
  on(listener: () => void): () => void
  emit(): void
}

/** "Something changed": listeners read the new state themselves. */
export function createEmitter(): Emitter {
  const listeners = new Set<() => void>()
  return {
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    emit() {
      for (const listener of [...listeners]) listener()
    },
  }
}
