import { describe, expect, it } from 'vitest'
import { copyRange } from '../../../electron/files/copy-range.js'
import { createWindow } from '../../../electron/files/window.js'

const wide = () => createWindow(1 << 20)
const source = (bytes: Buffer, piece = Number.POSITIVE_INFINITY) => ({
  read: async (position: number, into: Buffer) => bytes.subarray(position).copy(into, 0, 0, Math.min(into.length, piece)),
})
const target = (size: number) => {
  const bytes = Buffer.alloc(size)
  return { bytes, write: async (position: number, part: Buffer) => void part.copy(bytes, position) }
}
const never = new AbortController().signal

describe('copying a range', () => {
  it('fills holes of short answers', async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))
    const to = target(1000)
    await copyRange({
      source: source(bytes, 7),
      target: to,
      file: 'f',
      from: 100,
      to: 1000,
      chunk: 64,
      window: wide(),
      signal: never,
      onProgress() {},
    })
    expect(to.bytes.subarray(100).equals(bytes.subarray(100))).toBe(true)
    expect(to.bytes.subarray(0, 100).every((byte) => byte === 0)).toBe(true)
  })

  it('counts as whole only what has no hole before it', async () => {
    const writes: { position: number; done: () => void }[] = []
    const wholes: number[] = []
    const copied = copyRange({
      source: source(Buffer.alloc(300)),
      target: { write: (position) => new Promise<void>((resolve) => writes.push({ position, done: resolve })) },
      file: 'f',
      from: 0,
      to: 300,
      chunk: 100,
      window: wide(),
      signal: never,
      onProgress: (whole) => wholes.push(whole),
    })
    await new Promise(setImmediate)
    expect(writes.map(({ position }) => position)).toEqual([0, 100, 200])
    for (const index of [2, 0, 1]) {
      writes[index]!.done()
      await new Promise(setImmediate)
    }
    await copied
    expect(wholes).toEqual([0, 100, 300])
  })

  it('says that the source became shorter', async () => {
    const copied = copyRange({
      source: source(Buffer.alloc(50)),
      target: target(100),
      file: '/f',
      from: 0,
      to: 100,
      chunk: 20,
      window: wide(),
      signal: never,
      onProgress() {},
    })
    await expect(copied).rejects.toMatchObject({ code: 'path-changed', data: { file: '/f' } })
  })

  it('settles after a pause only when nothing is under way', async () => {
    const controller = new AbortController()
    let open = 0
    const finish: (() => void)[] = []
    const copied = copyRange({
      source: source(Buffer.alloc(1000)),
      target: {
        write() {
          open++
          return new Promise<void>((resolve) =>
            finish.push(() => {
              open--
              resolve()
            }),
          )
        },
      },
      file: 'f',
      from: 0,
      to: 1000,
      chunk: 10,
      window: { bytes: 40, delivered() {} },
      signal: controller.signal,
      onProgress() {},
    })
    await new Promise(setImmediate)
    expect(open).toBe(4)
    controller.abort(new Error('pause'))
    for (const one of finish.splice(0)) one()
    await expect(copied).rejects.toThrow('pause')
    expect(open).toBe(0)
  })
})

describe('the window', () => {
  it('doubles while that is faster, and no longer', () => {
    const window = createWindow(64 * 1024 * 1024)
    const start = window.bytes
    let now = 0
    const deliver = (rate: number) => {
      for (let i = 0; i < 10; i++) {
        now += 50
        window.delivered(rate / 10, now)
      }
    }
    deliver(1e6)
    expect(window.bytes).toBe(start * 2)
    deliver(2e6)
    expect(window.bytes).toBe(start * 4)
    deliver(2.1e6)
    deliver(2.1e6)
    expect(window.bytes).toBe(start * 4)
  })
  it('stays below its limit', () => {
    const window = createWindow(256 * 1024)
    for (let now = 0; now < 5000; now += 100) window.delivered(now * 10_000, now)
    expect(window.bytes).toBe(256 * 1024)
  })
})
