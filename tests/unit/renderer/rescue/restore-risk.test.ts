import { expect, it } from 'vitest'
import { restoreRisk } from '../../../../renderer/rescue/restore-risk.js'
import { intervention, leaving } from './fixtures.js'

it('asks before lines go back unless the own key answers', () => {
  for (const watch of [leaving, { ...leaving, purpose: 'background' as const }]) {
    expect(restoreRisk(intervention({ watch: { ...watch, answer: 'rescue-key' } }))).toBe('rescue-key')
    expect(restoreRisk(intervention({ watch: { ...watch, answer: 'known-key' } }))).toBeUndefined()
    for (const answer of ['nothing', 'port-open', 'third-key'] as const)
      expect(restoreRisk(intervention({ watch: { ...watch, answer } }))).toBe('unanswered')
    expect(restoreRisk(intervention({ watch }))).toBe('unanswered')
  }
  expect(restoreRisk(intervention())).toBe('unanswered')
})

it('does not stand between a person and lines that wait for a decision', () => {
  for (const state of ['needs-attention', 'restoring', 'restored'] as const)
    expect(restoreRisk(intervention({ state, watch: { ...leaving, answer: 'rescue-key' } }))).toBeUndefined()
})

it('has nothing to weigh for a server that no file knew', () =>
  expect(restoreRisk(intervention({ knownKeys: [], watch: { ...leaving, answer: 'rescue-key' } }))).toBeUndefined())
