/** The checklist as it is drawn: pure. Once the restart was asked for, the checks are one line. */
import type { LeavingItem, LeavingItemId, LeavingState } from '../../shared/visit.js'

export type LeavingLine =
  /** `checked` found in order, `skipped` by a person; what had nothing to check counts in neither. */
  | { kind: 'passed'; checked: number; skipped: number; at: string | undefined }
  /** `isBehind`: its time is told instead of what it did. */
  | { kind: 'item'; item: LeavingItem; isBehind: boolean }

const checks = new Set<LeavingItemId>(['access', 'boot', 'network', 'firewall', 'keys'])

export function leavingLines({ items }: Pick<LeavingState, 'items'>): LeavingLine[] {
  const isRestarting = items.some(({ id, state }) => id === 'wait' && state !== 'todo')
  if (!isRestarting) return items.map((item) => ({ kind: 'item', item, isBehind: false }))
  const checked = items.filter(({ id }) => checks.has(id))
  const times = checked.flatMap(({ since }) => since ?? []).toSorted()
  return [
    {
      kind: 'passed',
      checked: checked.filter(({ state }) => state === 'fine').length,
      skipped: checked.filter(({ state, reason }) => state === 'skipped' && reason !== 'not-needed').length,
      at: times.at(-1),
    },
    ...items.filter(({ id }) => !checks.has(id)).map((item) => ({ kind: 'item', item, isBehind: item.state === 'fine' }) as const),
  ]
}
