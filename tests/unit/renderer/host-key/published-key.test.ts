import { expect, it } from 'vitest'
import { withPublished } from '../../../../renderer/host-key/question-page.js'

it.each([
  ['empty', 'asking', 'empty', false],
  ['match', 'asking', 'match', false],
  ['empty', 'verified', 'match', true],
  ['match', 'verified', 'match', false],
  ['no-match', 'verified', 'no-match', false],
  ['empty', 'differs', 'no-match', true],
  ['not-a-fingerprint', 'differs', 'no-match', true],
  ['comparing', 'differs', 'no-match', true],
  ['no-match', 'differs', 'no-match', true],
] as const)('typed %s, published %s: %s', (result, published, shown, isByProvider) => {
  const typed = { text: '', result, setText() {} }
  const key = published === 'asking' ? { result: published } : { result: published, provider: 'hetzner-robot' as const }
  expect(withPublished(typed, key)).toEqual({ ...typed, result: shown, ...(isByProvider ? { by: 'hetzner-robot' } : {}) })
})

it('leaves what was typed alone where nothing is published', () => {
  const typed = { text: 'x', result: 'match' as const, setText() {} }
  expect(withPublished(typed, undefined)).toBe(typed)
})
