import { describe, expect, it } from 'vitest'
import { drillItems, fittingButton } from '../../../../renderer/practice/drill.js'
import type { PracticeState } from '../../../../shared/practice.js'
import { asking, intervention, leaving, open, session, signingIn } from '../rescue/fixtures.js'

const normal: PracticeState = { mode: 'normal' }
const rescue: PracticeState = { mode: 'rescue' }
const toRescue: PracticeState = { mode: 'restarting', next: 'rescue' }
const toNormal: PracticeState = { mode: 'restarting', next: 'normal' }
const lost = session({ kind: 'lost' })
const summary = { at: '2026-11-24T03:37:00Z', lines: 3, verified: true, by: 'known-key', dismissed: false } as const

describe('the drill', () => {
  it.each([
    ['before anything', open('known'), undefined, normal, 'person todo todo todo'],
    ['restarting', lost, undefined, toRescue, 'fine running todo todo'],
    ['the question', asking, undefined, rescue, 'fine person todo todo'],
    ['signing in', signingIn, intervention(), rescue, 'fine fine person todo'],
    ['in rescue', open(), intervention(), rescue, 'fine fine fine person'],
    ['on the way back', lost, intervention({ watch: leaving }), toNormal, 'fine fine fine running'],
    ['its own key is awaited', lost, intervention({ watch: leaving }), normal, 'fine fine fine running'],
    ['back', lost, intervention({ state: 'restored', summary }), normal, 'fine fine fine fine'],
    [
      'once more',
      open('known'),
      intervention({ state: 'restored', summary: { ...summary, dismissed: true } }),
      normal,
      'person todo todo todo',
    ],
  ] as const)('%s', (_name, one, lines, practice, states) =>
    expect(
      drillItems(one, lines, practice)
        .map(({ state }) => state)
        .join(' '),
    ).toBe(states),
  )
})

it('offers the button that fits, none while it restarts', () => {
  expect(fittingButton(normal)).toBe('rescue')
  expect(fittingButton(rescue)).toBe('normal')
  expect(fittingButton(toRescue)).toBeUndefined()
  expect(fittingButton({ mode: 'stopped' })).toBeUndefined()
})
