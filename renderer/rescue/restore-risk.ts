/** What speaks against putting lines back by hand now: pure. */
import type { Intervention } from '../../shared/intervention.js'

/**
 * `rescue-key`: it answers still. `unanswered`: nothing says that the server is back. With the lines back ssh refuses the rescue
 * key again. Undefined: its own key answers, or there is nothing left to weigh (lines that a person decides one by one).
 */
export function restoreRisk({ state, watch }: Intervention): 'rescue-key' | 'unanswered' | undefined {
  if (state !== 'active' || watch?.answer === 'known-key') return undefined
  return watch?.answer === 'rescue-key' ? 'rescue-key' : 'unanswered'
}
