import { expect, it } from 'vitest'
import { weighed } from '../../../../renderer/host-key/question-page.js'

it.each([
  ['empty', 'unknown', 'empty'],
  ['match', 'unknown', 'match'],
  ['empty', 'verified', 'match'],
  ['no-match', 'verified', 'no-match'],
  ['comparing', 'verified', 'comparing'],
  ['empty', 'differs', 'no-match'],
  // A stray character puts no alarm off.
  ['comparing', 'differs', 'no-match'],
  ['not-a-fingerprint', 'differs', 'no-match'],
  ['match', 'differs', 'match'],
] as const)('%s typed, %s by the provider: %s', (typed, compared, result) => expect(weighed(typed, compared)).toBe(result))
