import { expect, it } from 'vitest'
import { leavingLines } from '../../../../renderer/rescue/leaving-lines.js'
import { type LeavingItem, leavingItems } from '../../../../shared/visit.js'

const list = (states: Partial<Record<LeavingItem['id'], Partial<LeavingItem>>>): LeavingItem[] =>
  leavingItems.map((id) => ({ id, state: 'todo', ...states[id] }))
const kinds = (items: LeavingItem[]) => leavingLines({ items }).map((line) => (line.kind === 'item' ? line.item.id : 'passed'))

it('shows every item while the rescue system still runs', () => {
  expect(kinds(list({ access: { state: 'fine' }, boot: { state: 'fault' } }))).toEqual([...leavingItems])
  expect(kinds(list({ reboot: { state: 'waits' } }))).toEqual([...leavingItems])
})

it('puts the checks into one line once the restart was asked for, and tells when the others were done', () => {
  const fine = (at: string) => ({ state: 'fine', since: `2026-11-24T03:${at}:00Z` }) as const
  const items = list({
    access: fine('30'),
    boot: fine('31'),
    network: { state: 'skipped', reason: 'console', since: '2026-11-24T03:32:00Z' },
    firewall: { state: 'skipped', reason: 'not-needed' },
    keys: fine('29'),
    unmount: fine('33'),
    'boot-mode': fine('33'),
    reboot: fine('34'),
    wait: { state: 'running' },
  })
  expect(kinds(items)).toEqual(['passed', 'unmount', 'boot-mode', 'reboot', 'wait', 'restore'])
  const [passed, unmount, , , wait] = leavingLines({ items })
  expect(passed).toEqual({ kind: 'passed', checked: 3, skipped: 1, at: '2026-11-24T03:32:00Z' })
  expect(unmount).toMatchObject({ isBehind: true })
  expect(wait).toMatchObject({ isBehind: false })
})
