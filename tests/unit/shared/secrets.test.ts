import { expect, it } from 'vitest'
import { Secrets } from '../../../shared/provider.js'

it('takes a password as a person chose it, and keys as providers make them', () => {
  expect(Secrets.parse({ password: 'pass wörd: €' })).toEqual({ password: 'pass wörd: €' })
  expect(Secrets.parse({ token: ' pasted\n' })).toEqual({ token: 'pasted' })
  for (const wrong of [{ password: '' }, { password: 'two\nlines' }, { token: 'two words' }, { token: '' }, { other: 'x' }])
    expect(Secrets.safeParse(wrong).success).toBe(false)
})
