/** One measurement of the disks at a time, with its progress. */
import { AppError } from '../../shared/errors.js'
import type { SpeedResult } from '../../shared/speed.js'
import type { VisitState } from '../../shared/visit.js'
import type { Clock } from '../clock.js'
import type { MountedSystem } from '../repair/task.js'

export type MeasureSpeed = (
  system: MountedSystem,
  options: { write: boolean },
  signal: AbortSignal,
  onProgress: (progress: { stage: string; percent: number }) => void,
) => Promise<SpeedResult>

export interface Measuring {
  state(): VisitState['measuring']
  /** @returns false when it was stopped. @throws AppError `not-mounted`, `wrong-state` while one runs. */
  measure(options: { write: boolean }): Promise<boolean>
  stop(): void
}

export function createMeasuring(o: {
  clock: Clock
  measureSpeed: MeasureSpeed
  system(): MountedSystem | undefined
  onResult(result: SpeedResult): Promise<void>
  onDidChange(): void
}): Measuring {
  let state: VisitState['measuring']
  let ending = new AbortController()

  function set(next: VisitState['measuring']) {
    state = next
    o.onDidChange()
  }
  return {
    state: () => state,
    async measure(options) {
      const system = o.system()
      if (!system) throw new AppError('not-mounted')
      if (state) throw new AppError('wrong-state')
      ending = new AbortController()
      const startedAt = o.clock.now().toISOString()
      set({ startedAt, stage: '', percent: 0 })
      try {
        await o.onResult(await o.measureSpeed(system, options, ending.signal, (progress) => set({ startedAt, ...progress })))
        return true
      } catch (error) {
        if (!ending.signal.aborted) throw error
        return false
      } finally {
        set(undefined)
      }
    },
    stop: () => ending.abort(new AppError('wrong-state')),
  }
}
