import fc from 'fast-check'
import { expect, it } from 'vitest'
import { share } from '../../../renderer/share.js'

it('keeps what did not change and equals what was given', () => {
  const before = { a: { x: 1 }, list: [{ id: 'p' }, { id: 'q' }], gone: 1 }
  const after = share(before, { a: { x: 1 }, list: [{ id: 'p' }, { id: 'r' }] } as unknown as typeof before)
  expect(after).toEqual({ a: { x: 1 }, list: [{ id: 'p' }, { id: 'r' }] })
  expect(after.a).toBe(before.a)
  expect(after.list[0]).toBe(before.list[0])
  expect(after.list).not.toBe(before.list)
})

it('is the identity on equal values and never changes a value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(share(a, b)).toEqual(b)
      expect(share(a, structuredClone(a))).toBe(a)
    }),
  )
})
