import { describe, expect, it } from 'vitest'
import { afterRestart, createRate, nextTransfers, serverKey } from '../../../electron/files/queue.js'
import type { Transfer } from '../../../shared/files.js'

const rescue = { user: 'root', host: 'a', port: 22, fingerprint: 'SHA256:rescue' }
const normal = { ...rescue, fingerprint: 'SHA256:own' }
const transfer = (id: string, kind: 'waiting' | 'running' | 'done' | 'planning', server = rescue): Transfer => ({
  id,
  direction: 'download',
  from: '/x',
  into: '/y',
  server,
  phase: { kind },
  bytes: 0,
  bytesDone: 0,
  files: 0,
  filesDone: 0,
  renamed: 0,
  sharesConnection: false,
})
const ids = (transfers: Transfer[]) => transfers.map(({ id }) => id)

describe('what is next', () => {
  const both = new Set([serverKey(rescue), serverKey(normal)])
  it('is one per server, in order', () => {
    const all = [transfer('1', 'done'), transfer('2', 'waiting'), transfer('3', 'waiting'), transfer('4', 'waiting', normal)]
    expect(ids(nextTransfers(all, both))).toEqual(['2', '4'])
  })
  it.each(['running', 'planning'] as const)('waits for one that is %s', (kind) => {
    expect(nextTransfers([transfer('1', kind), transfer('2', 'waiting')], both)).toEqual([])
  })
  it('needs a session to that very host key', () => {
    expect(nextTransfers([transfer('1', 'waiting')], new Set([serverKey(normal)]))).toEqual([])
  })
})

it('nothing runs by itself after a start', () => {
  expect(afterRestart(transfer('1', 'running'))).toEqual({ kind: 'paused', by: 'restart' })
  expect(afterRestart(transfer('1', 'waiting'))).toEqual({ kind: 'paused', by: 'restart' })
  expect(afterRestart({ ...transfer('1', 'done'), phase: { kind: 'paused', by: 'person' } })).toEqual({ kind: 'paused', by: 'person' })
  const asks = { kind: 'asks', questionId: 'q', clash: {} } as unknown as Transfer['phase']
  expect(afterRestart({ ...transfer('1', 'done'), phase: asks })).toEqual({ kind: 'paused', by: 'restart' })
})

it('the rate is that of the last seconds', () => {
  const rate = createRate()
  expect(rate.add(5000, 0)).toBeUndefined()
  expect(rate.add(5100, 100)).toBeUndefined()
  expect(rate.add(6000, 1000)).toBe(1000)
  let last: number | undefined
  for (let s = 2; s < 20; s++) last = rate.add(6000 + (s - 1) * 4000, s * 1000)
  expect(last).toBeGreaterThan(3800)
})
