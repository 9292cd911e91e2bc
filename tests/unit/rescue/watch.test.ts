import { afterEach, describe, expect, it } from 'vitest'
import { createWatch, type ProbeAnswer, type Watch } from '../../../electron/rescue/watch.js'
import type { AnswerKind, WatchState } from '../../../shared/intervention.js'
import { createFakeClock } from '../../support/fake-clock.js'

const minute = 60_000
const watches: Watch[] = []
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.dispose()
})

function setUp(o: { purpose?: WatchState['purpose'] | undefined; soon?: boolean } = {}) {
  const clock = createFakeClock()
  const scene = {
    clock,
    purpose: 'purpose' in o ? o.purpose : ('background' as WatchState['purpose'] | undefined),
    next: { kind: 'nothing' } as ProbeAnswer,
    pending: undefined as ((answer: ProbeAnswer) => void) | undefined,
    hang: false,
    running: 0,
    most: 0,
    times: [] as number[],
    answers: [] as AnswerKind[],
    aborted: 0,
  }
  const watch = createWatch(
    {
      clock,
      purpose: () => scene.purpose,
      classify: (blob) => blob.toString() as AnswerKind,
      async onAnswer(answer) {
        scene.answers.push(answer)
      },
      onDidChange() {},
      async probe(signal) {
        scene.times.push(clock.now().getTime())
        scene.most = Math.max(scene.most, ++scene.running)
        signal.addEventListener('abort', () => scene.aborted++)
        try {
          if (scene.hang)
            return await new Promise<ProbeAnswer>((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'nothing' })))
          return scene.next
        } finally {
          scene.running--
        }
      },
    },
    o.soon ?? false,
  )
  watches.push(watch)
  const gaps = () => scene.times.slice(1).map((time, index) => (time - scene.times[index]!) / 1000)
  return { ...scene, scene, watch, gaps }
}

describe('how often', () => {
  it('every half minute in the background', async () => {
    const { clock, scene, gaps } = setUp()
    await clock.advance(29_999)
    expect(scene.times).toHaveLength(0)
    await clock.advance(3 * 30_000)
    expect(gaps()).toEqual([30, 30])
  })

  it('at once and then every 2 s while leaving, slower after ten minutes, never beyond 10 s', async () => {
    const { clock, scene, watch, gaps } = setUp()
    scene.purpose = 'leaving'
    watch.restart()
    await clock.advance(10 * minute)
    expect(scene.times[0]).toBe(Date.parse('2026-11-24T02:14:00.000Z'))
    expect(new Set(gaps())).toEqual(new Set([2]))
    const before = gaps().length
    await clock.advance(5 * minute)
    const later = gaps().slice(before)
    expect(later.slice(0, 6)).toEqual([2, 3, 4.5, 6.75, 10, 10])
    expect(Math.max(...later)).toBe(10)
  })

  it('not at all when switched off, and again half a minute after it is switched on', async () => {
    const { clock, scene, watch } = setUp({ purpose: undefined })
    await clock.advance(5 * minute)
    expect(scene.times).toHaveLength(0)
    expect(watch.state()).toBeUndefined()
    scene.purpose = 'background'
    await clock.advance(30_000)
    expect(scene.times).toHaveLength(1)
  })

  it('never two probes at a time, and none longer than 15 s', async () => {
    const { clock, scene, watch } = setUp()
    scene.hang = true
    scene.purpose = 'leaving'
    watch.restart()
    watch.restart()
    await clock.advance(14_999)
    expect(scene.times).toHaveLength(1)
    expect(scene.aborted).toBe(0)
    await clock.advance(2_001)
    expect(scene.aborted).toBe(1)
    expect(scene.times).toHaveLength(2)
    expect(scene.most).toBe(1)
    expect(watch.state()?.answer).toBe('nothing')
  })

  it('stops for good, with its probe and its timers', async () => {
    const { clock, scene, watch } = setUp({ soon: true })
    scene.hang = true
    await clock.advance(0)
    await clock.advance(30_000)
    await watch.dispose()
    expect(scene.running).toBe(0)
    expect(clock.pending()).toBe(0)
    const { length } = scene.times
    await clock.advance(10 * minute)
    expect(scene.times).toHaveLength(length)
  })
})

describe('what is remembered', () => {
  it('every change of the answer with its time, and the next try', async () => {
    const { clock, scene, watch } = setUp({ purpose: 'leaving', soon: true })
    const key = (role: AnswerKind): ProbeAnswer => ({ kind: 'key', blob: Buffer.from(role) })
    for (const answer of [
      key('rescue-key'),
      { kind: 'nothing' },
      { kind: 'nothing' },
      { kind: 'port-open' },
      key('known-key'),
    ] as ProbeAnswer[]) {
      scene.next = answer
      await clock.advance(2_000)
    }
    const state = watch.state()
    expect(state?.changes.map(({ answer }) => answer)).toEqual(['nothing', 'rescue-key', 'nothing', 'port-open', 'known-key'])
    expect(state?.changes.map(({ at }) => at)).toEqual([...(state?.changes.map(({ at }) => at) ?? [])].sort())
    expect(state?.answer).toBe('known-key')
    expect(Date.parse(state?.nextTryAt ?? '') - clock.now().getTime()).toBe(2_000)
    expect(scene.answers).toContain('rescue-key')
  })

  it('the last fifty changes', async () => {
    const { watch } = setUp()
    for (let n = 0; n < 120; n++) watch.note(n % 2 ? 'nothing' : 'port-open')
    expect(watch.state()?.changes).toHaveLength(50)
    expect(watch.state()?.changes.at(-1)?.answer).toBe('nothing')
  })

  it('nothing of before a restart', async () => {
    const { clock, watch } = setUp({ soon: true })
    await clock.advance(90_000)
    watch.note('rescue-key')
    watch.restart()
    await clock.advance(0)
    expect(watch.state()?.changes.map(({ answer }) => answer)).toEqual(['nothing'])
    expect(watch.state()?.startedAt).toBe(new Date(clock.now()).toISOString())
  })

  it('a probe that throws as nothing', async () => {
    const clock = createFakeClock()
    const watch = createWatch(
      {
        clock,
        purpose: () => 'background',
        classify: () => 'third-key',
        onAnswer: async () => {},
        onDidChange() {},
        probe: () => Promise.reject(new Error('no network')),
      },
      true,
    )
    watches.push(watch)
    await clock.advance(0)
    expect(watch.state()?.answer).toBe('nothing')
    await clock.advance(60_000)
    expect(clock.pending()).toBe(1)
  })
})
