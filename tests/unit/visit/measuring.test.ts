import { expect, test } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { createMeasuring, type MeasureSpeed } from '../../../electron/visit/measuring.js'
import type { SpeedResult } from '../../../shared/speed.js'

const result: SpeedResult = { at: '2026-11-30T06:00:00.000Z', device: '/dev/sdb', tool: 'dd', verdict: 'fine', commands: [] }

function measuringWith(measureSpeed: MeasureSpeed) {
  const results: SpeedResult[] = []
  const measuring = createMeasuring({
    clock: systemClock,
    measureSpeed,
    // Handed through only.
    system: () => ({}) as never,
    onResult: async (one) => void results.push(one),
    onDidChange: () => {},
  })
  return { measuring, results }
}

const untilStopped: MeasureSpeed = (_system, _options, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('what was stopped has no result and says so', async () => {
  const { measuring, results } = measuringWith(untilStopped)
  const running = measuring.measure({ write: false })
  expect(measuring.state()).toMatchObject({ percent: 0 })
  await expect(measuring.measure({ write: false })).rejects.toMatchObject({ code: 'wrong-state' })
  measuring.stop()
  expect(await running).toBe(false)
  expect(results).toEqual([])
  expect(measuring.state()).toBeUndefined()
})

test('a result is handed on, a failure is told', async () => {
  const { measuring, results } = measuringWith(async () => result)
  expect(await measuring.measure({ write: false })).toBe(true)
  expect(results).toEqual([result])
  const failing = measuringWith(() => Promise.reject(new Error('no disk'))).measuring
  await expect(failing.measure({ write: false })).rejects.toThrow('no disk')
  expect(failing.state()).toBeUndefined()
})
