import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createReplayRing } from '../../../electron/ssh/replay-ring.js'

it('keeps the tail, from a line start once something was lost', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
      const ring = createReplayRing(64)
      for (const chunk of chunks) ring.add(chunk)
      const all = Buffer.concat(chunks)
      const tail = all.subarray(Math.max(0, all.length - 64))
      const expected = all.length > 64 ? tail.subarray(tail.indexOf(10) + 1) : tail
      expect(Buffer.from(ring.read())).toEqual(Buffer.from(expected))
    }),
  )
})

it('reads a copy', () => {
  const ring = createReplayRing(8)
  ring.add(Buffer.from('abc'))
  ring.read().fill(0)
  expect(Buffer.from(ring.read()).toString()).toBe('abc')
})
