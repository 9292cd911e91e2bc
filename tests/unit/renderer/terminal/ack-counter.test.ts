import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createAckCounter } from '../../../../renderer/terminal/ack-counter.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function counter() {
  const acks: number[] = []
  return { acks, ...createAckCounter((bytes) => acks.push(bytes)) }
}

it('acknowledges parsed bytes from 16 KiB on', () => {
  const { acks, received, parsed } = counter()
  received(40_000)
  parsed(10_000)
  expect(acks).toEqual([])
  parsed(10_000)
  expect(acks).toEqual([20_000])
})

it('acknowledges the rest once the terminal has caught up and nothing more came', () => {
  const { acks, received, parsed } = counter()
  received(100)
  parsed(100)
  expect(acks).toEqual([])
  vi.advanceTimersByTime(20)
  expect(acks).toEqual([100])
  vi.advanceTimersByTime(1000)
  expect(acks).toEqual([100])
})

it('does not hold an idle acknowledgement back because more comes', () => {
  const { acks, received, parsed } = counter()
  for (let i = 0; i < 5; i++) {
    received(10)
    parsed(10)
    vi.advanceTimersByTime(10)
  }
  vi.advanceTimersByTime(20)
  expect(acks.reduce((sum, one) => sum + one, 0)).toBe(50)
  expect(acks.length).toBeLessThanOrEqual(3)
})

it('counts every byte exactly once', () => {
  const { acks, received, parsed } = counter()
  const sizes = [1, 16_383, 65_536, 7, 16_384, 40_000, 3]
  for (const size of sizes) received(size)
  for (const size of sizes) parsed(size)
  vi.advanceTimersByTime(100)
  expect(acks.reduce((sum, one) => sum + one, 0)).toBe(sizes.reduce((sum, one) => sum + one, 0))
})

it('sends nothing after it was disposed', () => {
  const { acks, received, parsed, dispose } = counter()
  received(5)
  parsed(5)
  dispose()
  vi.advanceTimersByTime(100)
  expect(acks).toEqual([])
})
