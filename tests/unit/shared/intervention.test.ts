import { describe, expect, it } from 'vitest'
import { advance, type Intervention, interventionAt, interventionEvents, interventionStates, isOpen } from '../../../shared/intervention.js'

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

describe('interventionAt', () => {
  const one = (id: string, state: string, since: string, host = '203.0.113.7', practice = false) =>
    ({ id, state, since, host, port: 22, practice }) as unknown as Intervention
  const old = one('old', 'restored', '2026-11-23T02:00:00.000Z')
  const present = one('present', 'active', '2026-11-24T02:00:00.000Z')

  it('takes the open one, wherever it stands: the summary of an earlier rescue may still be on screen', () => {
    expect(interventionAt([old, present], '203.0.113.7:22')?.id).toBe('present')
    expect(interventionAt([present, old], '203.0.113.7:22')?.id).toBe('present')
  })

  it('else the last that ended', () => {
    const older = one('older', 'restored', '2026-11-20T02:00:00.000Z')
    expect(interventionAt([old, older], '203.0.113.7:22')?.id).toBe('old')
  })

  it('leaves other addresses and the practice server alone', () => {
    expect(interventionAt([one('x', 'active', '2026-11-24T02:00:00.000Z', '203.0.113.8')], '203.0.113.7:22')).toBeUndefined()
    expect(interventionAt([one('x', 'active', '2026-11-24T02:00:00.000Z', '203.0.113.7', true)], '203.0.113.7:22')).toBeUndefined()
  })
})
