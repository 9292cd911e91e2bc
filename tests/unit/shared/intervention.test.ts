import { describe, expect, it } from 'vitest'
import { advance, interventionEvents, interventionStates, isOpen } from '../../../shared/intervention.js'

/** Every pair that may happen; all others throw. */
const legal: Record<string, string> = {
  'prepared applied': 'active',
  'prepared rolled-back': 'rolled-back',
  'prepared conflict': 'needs-attention',
  'active restore-begun': 'restoring',
  'restoring restored': 'restored',
  'restoring still-rescue': 'active',
  'restoring conflict': 'needs-attention',
  'needs-attention restore-begun': 'restoring',
  'needs-attention restored': 'restored',
  'needs-attention abandoned': 'abandoned',
}

describe('advance', () => {
  for (const state of interventionStates)
    for (const event of interventionEvents) {
      const next = legal[`${state} ${event}`]
      it(`${state} + ${event} → ${next ?? 'refused'}`, () => {
        if (next) expect(advance(state, event)).toBe(next)
        else expect(() => advance(state, event)).toThrowError(expect.objectContaining({ code: 'wrong-state' }))
      })
    }

  it('never leaves a closed state, and every open state has a way out', () => {
    for (const state of interventionStates) {
      const ways = interventionEvents.filter((event) => legal[`${state} ${event}`])
      expect(ways.length > 0).toBe(isOpen(state))
    }
  })
})
