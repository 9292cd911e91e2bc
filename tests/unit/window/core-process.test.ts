import { EventEmitter } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../../electron/clock.js'
import { silentLog } from '../../../electron/log.js'
import { type CoreChild, type CoreProcess, superviseCore } from '../../../electron/window/core-process.js'

class FakeChild extends EventEmitter implements CoreChild<string> {
  sent: (string | string[])[] = []
  answering = true
  constructor(readonly pid: number) {
    super()
  }
  postMessage(message: string, ports?: string[]) {
    this.sent.push(ports ? [message, ...ports] : message)
    if (message === 'ping' && this.answering) this.emit('message', 'pong')
  }
}

/** Time that moves only when told to; timers run in their order. */
function manualClock(): Clock & { advance(ms: number): void; sleep(ms: number): void } {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  const due = () => {
    const next = timers.sort((a, b) => a.at - b.at)[0]
    if (!next || next.at > now) return false
    timers = timers.filter((timer) => timer !== next)
    next.run()
    return true
  }
  return {
    now: () => new Date(now),
    setTimeout(run, ms) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const next = timers.sort((a, b) => a.at - b.at)[0]
        if (!next || next.at > end) break
        now = Math.max(now, next.at)
        due()
      }
      now = end
    },
    /** The machine stood still: everything that was due in between runs once, late. */
    sleep(ms) {
      now += ms
      due()
    },
  }
}

let clock: ReturnType<typeof manualClock>
let children: FakeChild[]
let states: string[]
let killed: number[]
let core: CoreProcess<string>
const latest = () => children.at(-1)!

beforeEach(() => {
  clock = manualClock()
  children = []
  states = []
  killed = []
  core = superviseCore<string>({
    openFile: async (path) => (path === '/copy.txt' ? '' : 'no program for it'),
    fork() {
      children.push(new FakeChild(children.length + 1))
      return latest()
    },
    kill(pid) {
      killed.push(pid)
      queueMicrotask(() => children[pid - 1]!.emit('exit', 9))
    },
    onState: (state) => states.push(state),
    clock,
    log: silentLog,
  })
})
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('ports are made only once the core is up', () => {
  let made = 0
  const make = () => [`port${++made}`]
  core.link(make)
  expect(made).toBe(0)
  latest().emit('message', 'up')
  expect(latest().sent).toEqual([['page', 'port1']])
  core.link(make)
  expect(latest().sent).toEqual([
    ['page', 'port1'],
    ['page', 'port2'],
  ])
  expect(states).toEqual([])
})

test('a file is shown for the core, which is told how that went; anything else is no request', async () => {
  latest().emit('message', { open: '/copy.txt', id: 'one' })
  latest().emit('message', { open: '/other', id: 'two' })
  latest().emit('message', { open: '/x', id: 3 })
  await settle()
  expect(latest().sent).toEqual([
    { opened: 'one', error: '' },
    { opened: 'two', error: 'no program for it' },
  ])
})

test('a core that ends is forked anew, and pages are told down, then up', () => {
  latest().emit('message', 'up')
  latest().emit('exit', 1)
  expect(states).toEqual(['down'])
  clock.advance(50)
  expect(children).toHaveLength(2)
  latest().emit('message', 'up')
  expect(states).toEqual(['down', 'up'])
})

test('a page that asked while the core was away gets its ports instead of an invitation', () => {
  latest().emit('message', 'up')
  latest().emit('exit', 1)
  core.link(() => ['late'])
  clock.advance(50)
  latest().emit('message', 'up')
  expect(latest().sent).toEqual([['page', 'late']])
  expect(states).toEqual(['down'])
})

test('a core that keeps ending is forked less and less often, and quickly again after a calm minute', () => {
  const pauses = [50, 150, 450, 1350, 4050, 5000, 5000]
  for (const [i, pause] of pauses.entries()) {
    latest().emit('exit', 1)
    clock.advance(pause - 1)
    expect(children).toHaveLength(i + 1)
    clock.advance(1)
    expect(children).toHaveLength(i + 2)
  }
  expect(states).toEqual(['down'])
  latest().emit('message', 'up')
  clock.advance(62_000)
  latest().emit('exit', 1)
  clock.advance(50)
  expect(children).toHaveLength(pauses.length + 2)
})

test('a silent core is killed within seven seconds and forked anew', async () => {
  latest().emit('message', 'up')
  clock.advance(60_000)
  expect(killed).toEqual([])
  latest().answering = false
  clock.advance(7000)
  expect(killed).toEqual([1])
  await settle()
  expect(states).toEqual(['down'])
  clock.advance(50)
  expect(children).toHaveLength(2)
})

test('silence while the machine slept is no hang', () => {
  latest().emit('message', 'up')
  latest().answering = false
  clock.advance(4000)
  clock.sleep(8 * 3600_000)
  clock.advance(2000)
  latest().answering = true
  clock.advance(60_000)
  expect(killed).toEqual([])
})

test('a core that does not come up is killed', () => {
  clock.advance(30_000)
  expect(killed).toEqual([1])
})

test('messages and ends of a former child change nothing', () => {
  const first = latest()
  first.emit('message', 'up')
  first.emit('exit', 1)
  clock.advance(50)
  first.emit('message', 'up')
  first.emit('exit', 1)
  core.link(() => ['port'])
  expect(latest().sent).toEqual([])
  expect(states).toEqual(['down'])
})

test('stopping asks, waits, and forks no more', async () => {
  latest().emit('message', 'up')
  const stopped = core.stop()
  expect(latest().sent).toEqual(['stop'])
  latest().emit('exit', 0)
  await stopped
  clock.advance(60_000)
  expect(children).toHaveLength(1)
  expect(states).toEqual([])
})

test('a core that does not stop is killed', async () => {
  latest().emit('message', 'up')
  const stopped = core.stop()
  clock.advance(3000)
  await stopped
  expect(killed).toEqual([1])
})

test('stopping between two forks ends at once', async () => {
  latest().emit('exit', 1)
  await core.stop()
  clock.advance(60_000)
  expect(children).toHaveLength(1)
})
