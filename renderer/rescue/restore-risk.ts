/** What speaks against putting lines back by hand now: pure. */
import type { Intervention } from '../../shared/intervention.js'
import { wasUnknown } from '../tabs/tab-label.js'

/**
 * `rescue-key`: it answers still. `unanswered`: nothing says that the server is back. With the lines back ssh refuses the rescue
 * key again. Undefined: its own key answers, or there is nothing left to weigh (lines that a person decides one by one, a server that no
 * file knew: its next key is asked about anyway).
 */
export function restoreRisk(intervention: Intervention): 'rescue-key' | 'unanswered' | undefined {
  const { state, watch } = intervention
  if (state !== 'active' || wasUnknown(intervention) || watch?.answer === 'known-key') return undefined
  return watch?.answer === 'rescue-key' ? 'rescue-key' : 'unanswered'
}
