import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../electron/log.js'
import { manualWay } from '../../../electron/providers/manual.js'
import { ProviderError } from '../../../electron/providers/problem.js'
import type { Password, Provider } from '../../../electron/providers/provider.js'
import type { ProbeAnswer } from '../../../electron/rescue/watch.js'
import { createEntering, type Entering, type EnteringRecord } from '../../../electron/visit/entering.js'
import type { Operation } from '../../../shared/provider.js'
import { createFakeClock } from '../../support/fake-clock.js'

const usual = Buffer.from('usual key')
const rescue = Buffer.from('rescue key')
const operation: Operation = { kind: 'enter', server: 'vps/one', before: { at: '2026-11-24T02:14:00.000Z', boot: 'local' } }

let clock: ReturnType<typeof createFakeClock>
let answer: ProbeAnswer
let saved: EnteringRecord[]
let isDiskFull: boolean
let passwords: Password[]
let entering: Entering
let record: EnteringRecord
/** What the adapter does, step by step. */
let adapter: Pick<Provider, 'enter' | 'progress'>

beforeEach(() => {
  clock = createFakeClock()
  answer = { kind: 'key', blob: usual }
  saved = []
  isDiskFull = false
  passwords = []
  record = { method: 'api', startedAt: clock.now().toISOString(), knownKeys: [usual], answered: false }
  adapter = {
    async enter(_server, { beforeChange }) {
      await beforeChange(operation.before)
      return { operation }
    },
    progress: async (_operation, { onState }) => {
      onState({ kind: 'restarting', elapsedSeconds: 3, percent: 40, task: 'setNetboot' })
      return { kind: 'done' }
    },
  }
})
afterEach(() => entering.dispose())

function build(): Entering {
  entering = createEntering(record, {
    clock,
    log: silentLog,
    manual: manualWay('ovhcloud-vps', 'enter'),
    probe: async () => answer,
    ...(record.method === 'api' ? { provider: { adapter: adapter as Provider, server: 'vps/one' } } : {}),
    async save(next) {
      if (isDiskFull) throw new Error('no space')
      saved.push({ ...next })
    },
    onPassword: (password) => passwords.push(password),
    onDidChange() {},
  })
  return entering
}
const begin = () => build().begin()

describe('entering by API', () => {
  it('writes down what was before any change, follows, and ends when another key answers', async () => {
    begin()
    await clock.advance(0)
    expect(saved[0]).toMatchObject({ before: { boot: 'local' } })
    expect(saved[0]!.operation).toBeUndefined()
    expect(saved[1]).toMatchObject({ operation })
    expect(entering.state()).toMatchObject({
      phase: 'waiting',
      answer: 'known-key',
      bootBefore: 'local',
      notedKeys: 1,
      progress: { percent: 40 },
    })
    answer = { kind: 'nothing' }
    await clock.advance(4000)
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
    expect(entering.state().answers.map((one) => one.answer)).toEqual(['known-key', 'nothing', 'other-key'])
    expect(saved.at(-1)).toMatchObject({ answered: true })
  })

  it('keeps a password that came with the answer', async () => {
    const password: Password = { kind: 'password', user: 'root', password: 'x', source: 'answer' }
    adapter.enter = async () => ({ operation, credentials: password })
    begin()
    await clock.advance(0)
    expect(passwords).toEqual([password])
    expect(JSON.stringify(saved)).not.toContain('"password"')
  })

  it('says why the provider refused, and that nothing was changed', async () => {
    adapter.enter = async () => {
      throw new ProviderError('ovhcloud', 'not-granted', { data: { right: 'PUT /vps/*' } })
    }
    begin()
    await clock.advance(0)
    expect(entering.state()).toMatchObject({
      phase: 'failed',
      isAccepted: false,
      problem: { problem: 'not-granted', changed: 'nothing', data: { right: 'PUT /vps/*' } },
    })
  })

  it('believes the port more than an API that lost the task', async () => {
    adapter.progress = async () => ({
      kind: 'failed',
      problem: { problem: 'not-found', changed: 'nothing', data: {} },
      manual: manualWay('ovhcloud-vps', 'enter'),
    })
    begin()
    await clock.advance(0)
    // The restart was asked for: that looking at it failed does not mean that nothing was changed.
    expect(entering.state()).toMatchObject({ phase: 'failed', isAccepted: true, problem: { problem: 'not-found', changed: 'unknown' } })
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
  })

  it('keeps what the port showed, whatever the provider says afterwards', async () => {
    let tell = () => {}
    adapter.enter = (_server, { onState }) =>
      new Promise((resolve) => {
        tell = () => {
          onState?.({ kind: 'restarting', elapsedSeconds: 4 })
          resolve({ operation })
        }
      })
    begin()
    await clock.advance(0)
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
    tell()
    await clock.advance(0)
    expect(entering.state().phase).toBe('answered')
  })

  it('says that another key answers even when that cannot be written down', async () => {
    record.operation = operation
    begin()
    await clock.advance(0)
    isDiskFull = true
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
  })

  it('goes on after a restart of the app without asking the provider twice', async () => {
    let asked = 0
    adapter.enter = async () => {
      asked++
      return { operation }
    }
    record.operation = operation
    build().resume()
    await clock.advance(0)
    expect(asked).toBe(0)
    expect(entering.state().phase).toBe('waiting')
  })
})

describe('entering by hand', () => {
  beforeEach(() => {
    record.method = 'by-hand'
  })

  it('waits for another key than the known ones', async () => {
    begin()
    await clock.advance(10_000)
    expect(entering.state().phase).toBe('waiting')
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
  })

  it('notes the usual key of a server that nobody has known yet', async () => {
    record.knownKeys = []
    begin()
    await clock.advance(10_000)
    expect(entering.state()).toMatchObject({ phase: 'waiting', notedKeys: 1 })
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
  })

  it('takes the first key of a server that was down before', async () => {
    record.knownKeys = []
    answer = { kind: 'nothing' }
    begin()
    await clock.advance(4000)
    answer = { kind: 'key', blob: rescue }
    await clock.advance(4000)
    expect(entering.state().phase).toBe('answered')
  })

  it('suggests the console after ten minutes', async () => {
    begin()
    await clock.advance(10 * 60_000)
    expect(entering.state().isOverdue).toBe(true)
  })

  it('stops watching when told to, and asks nobody any more', async () => {
    begin()
    await clock.advance(0)
    entering.stop()
    answer = { kind: 'key', blob: rescue }
    await clock.advance(60_000)
    expect(entering.state().phase).toBe('stopped')
  })
})

it('takes a server that is in rescue already at its first key, unless it is the usual one', async () => {
  record.method = 'already'
  record.knownKeys = []
  answer = { kind: 'key', blob: rescue }
  begin()
  await clock.advance(0)
  expect(entering.state().phase).toBe('answered')
})
