/** Geometry of “what answered, over time” (06b): pure, in milliseconds since the watch began. */
import type { AnswerKind, WatchState } from '../../shared/intervention.js'

export const chartRows = ['known-key', 'rescue-key', 'port-open', 'nothing'] as const satisfies readonly AnswerKind[]
type Row = (typeof chartRows)[number]

export interface Bar {
  answer: Row
  from: number
  to: number
}

/** Another key than the rescue's has the row of the server's own; a third key is the alarm's. */
export const rowOf = (answer: AnswerKind): Row | undefined =>
  answer === 'third-key' ? undefined : answer === 'other-key' ? 'known-key' : answer

/** What answered from when to when; the last bar ends now. Before the first answer nothing is known. */
export function bars({ startedAt, changes }: Pick<WatchState, 'startedAt' | 'changes'>, now: number): Bar[] {
  const start = new Date(startedAt).getTime()
  const at = (iso: string) => Math.max(0, new Date(iso).getTime() - start)
  return changes.flatMap(({ answer, at: from }, index) => {
    const row = rowOf(answer)
    if (!row) return []
    const next = changes[index + 1]
    return [{ answer: row, from: at(from), to: next ? at(next.at) : Math.max(at(from), now - start) }]
  })
}

const seconds = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600]
const intervals = 4

/** Four equal steps of a round length that leave room behind the present. */
export function axis(elapsed: number): { end: number; ticks: number[] } {
  const wanted = (elapsed * 1.1) / intervals
  const hours = Math.ceil(wanted / 3_600_000) * 3_600_000
  const step = (seconds.find((one) => one * 1000 >= wanted) ?? hours / 1000) * 1000
  return { end: step * intervals, ticks: Array.from({ length: intervals + 1 }, (_, index) => index * step) }
}
