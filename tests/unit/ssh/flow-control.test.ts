import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTerminalStream, type TerminalPort } from '../../../electron/ssh/flow-control.js'
import { SHELL_WINDOW, type ShellChannel } from '../../../electron/ssh/shell.js'
import { createFakeClock } from '../../support/fake-clock.js'

function fakeChannel() {
  const channel = {
    written: '',
    sizes: [] as unknown[],
    granted: 0,
    grants: [] as number[],
    deliver: (_bytes: Buffer) => {},
    write: (text: string) => {
      channel.written += text
    },
    resize: (size: unknown) => channel.sizes.push(size),
    onData: (listener: (bytes: Buffer) => void) => {
      channel.deliver = listener
      return () => {
        channel.deliver = () => {}
      }
    },
    onDidExit: () => () => {},
    grant: (bytes: number) => {
      channel.granted += bytes
      channel.grants.push(bytes)
    },
    close: () => {},
  }
  return channel
}

function fakePort() {
  const listeners: Record<string, (data?: unknown) => void> = {}
  const port = {
    posted: [] as unknown[],
    isClosed: false,
    isStarted: false,
    send: (data: unknown) => listeners.message?.(data),
    drop: () => listeners.close?.(),
    postMessage: (message: unknown) => port.posted.push(message),
    on: (event: string, listener: (data?: unknown) => void) => {
      listeners[event] = listener
    },
    start: () => {
      port.isStarted = true
    },
    close: () => {
      port.isClosed = true
    },
    text: () => Buffer.concat(port.posted.filter((one): one is Uint8Array => one instanceof Uint8Array)).toString(),
  }
  return port
}

function setUp() {
  const channel = fakeChannel()
  const port = fakePort()
  const clock = createFakeClock()
  const stream = createTerminalStream(channel as unknown as ShellChannel, { clock })
  stream.attach(port as unknown as TerminalPort)
  return { channel, port, clock, stream, attach: (next: ReturnType<typeof fakePort>) => stream.attach(next as unknown as TerminalPort) }
}
const bytes = (length: number, fill = 'x') => Buffer.alloc(length, fill)

describe('gathering', () => {
  it('sends the first chunk at once and what follows within 4 ms in one message', async () => {
    const { channel, port, clock } = setUp()
    channel.deliver(Buffer.from('a'))
    expect(port.posted).toHaveLength(1)
    channel.deliver(Buffer.from('b'))
    channel.deliver(Buffer.from('c'))
    expect(port.posted).toHaveLength(1)
    await clock.advance(3)
    expect(port.posted).toHaveLength(1)
    await clock.advance(1)
    expect(port.posted).toEqual([new Uint8Array([97]), new Uint8Array([98, 99])])
    await clock.advance(4)
    channel.deliver(Buffer.from('d'))
    expect(port.posted).toHaveLength(3)
    expect(clock.pending()).toBe(0)
  })
  it('does not wait beyond 64 KiB', () => {
    const { channel, port } = setUp()
    channel.deliver(bytes(10))
    channel.deliver(bytes(40 * 1024))
    channel.deliver(bytes(24 * 1024))
    expect(port.posted).toHaveLength(2)
  })
  it('posts fresh arrays of exact size', async () => {
    const { channel, port, clock } = setUp()
    channel.deliver(Buffer.from('from the pool'))
    channel.deliver(Buffer.from('more'))
    await clock.advance(4)
    for (const one of port.posted as Uint8Array[]) expect(one.buffer.byteLength).toBe(one.byteLength)
  })
})

describe('window credit', () => {
  it('never lets the server run further ahead than the window, whatever the page does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 200_000 })), { maxLength: 60 }), (steps) => {
        const { channel, port } = setUp()
        let sent = 0
        let acked = 0
        for (const [isOutput, size] of steps) {
          if (isOutput) {
            const allowed = Math.min(size, SHELL_WINDOW + channel.granted - sent)
            if (allowed > 0) channel.deliver(bytes(allowed))
            sent += allowed
          } else {
            port.send({ kind: 'ack', bytes: size })
            acked = Math.min(sent, acked + size)
          }
          expect(SHELL_WINDOW + channel.granted - acked).toBeLessThanOrEqual(SHELL_WINDOW)
        }
        // And it is never stuck: with everything parsed there is credit left.
        port.send({ kind: 'ack', bytes: sent })
        expect(SHELL_WINDOW + channel.granted - sent).toBeGreaterThan(SHELL_WINDOW / 2)
      }),
    )
  })
  it('grants in pieces of at least 64 KiB', () => {
    const { channel, port } = setUp()
    channel.deliver(bytes(200_000))
    for (let done = 0; done < 200_000; done += 16_000) port.send({ kind: 'ack', bytes: 16_000 })
    expect(channel.grants.length).toBeLessThanOrEqual(3)
    for (const grant of channel.grants) expect(grant).toBeGreaterThanOrEqual(64 * 1024)
  })
  it('gives a hidden terminal less, and the rest back when it is shown', () => {
    const { channel, port } = setUp()
    port.send({ kind: 'visible', visible: false })
    channel.deliver(bytes(SHELL_WINDOW))
    port.send({ kind: 'ack', bytes: SHELL_WINDOW })
    expect(channel.granted).toBe(192 * 1024)
    port.send({ kind: 'visible', visible: true })
    expect(channel.granted).toBe(SHELL_WINDOW)
  })
  it('is not fooled by acknowledgements of what was never sent', () => {
    const { channel, port } = setUp()
    channel.deliver(bytes(100))
    port.send({ kind: 'ack', bytes: Number.MAX_SAFE_INTEGER })
    port.send({ kind: 'ack', bytes: Number.MAX_SAFE_INTEGER })
    expect(channel.granted).toBe(0)
  })
})

describe('a page that loads anew', () => {
  it('gets the output replayed, first the event, then the bytes', async () => {
    const { channel, port, clock, attach } = setUp()
    channel.deliver(Buffer.from('login: '))
    const next = fakePort()
    attach(next)
    expect(port.isClosed).toBe(true)
    expect(next.isStarted).toBe(true)
    expect(next.posted[0]).toEqual({ kind: 'replay', bytes: 7 })
    expect(next.text()).toBe('login: ')
    await clock.advance(4)
    channel.deliver(Buffer.from('root'))
    port.send({ kind: 'input', text: 'from the old page' })
    expect(channel.written).toBe('')
    expect(next.text()).toBe('login: root')
  })
  it('counts anew: what the old page never parsed is not held against it', () => {
    const { channel, port, attach } = setUp()
    channel.deliver(bytes(SHELL_WINDOW))
    port.drop()
    const next = fakePort()
    attach(next)
    const { bytes: replayed } = next.posted[0] as { bytes: number }
    next.send({ kind: 'ack', bytes: replayed })
    expect(channel.granted).toBe(SHELL_WINDOW)
  })
  it('misses nothing that came while no page was there', async () => {
    const { channel, port, clock, attach } = setUp()
    port.drop()
    channel.deliver(Buffer.from('while away'))
    await clock.advance(10)
    expect(port.posted).toEqual([])
    expect(clock.pending()).toBe(0)
    const next = fakePort()
    attach(next)
    expect(next.text()).toBe('while away')
  })
})

describe('messages from the page', () => {
  it('are typed text and sizes', () => {
    const { channel, port } = setUp()
    port.send({ kind: 'input', text: 'é' })
    port.send({ kind: 'resize', dimensions: { cols: 100, rows: 30 } })
    expect(channel.written).toBe('é')
    expect(channel.sizes).toEqual([{ cols: 100, rows: 30 }])
  })
  it.each([
    null,
    undefined,
    'text',
    42,
    {},
    { kind: 'input' },
    { kind: 'input', text: 7 },
    { kind: 'input', text: 'x', more: 1 },
    { kind: 'ack', bytes: -1 },
    { kind: 'ack', bytes: Number.NaN },
    { kind: 'resize', dimensions: { cols: 0, rows: 1e9 } },
    { kind: 'exec', command: 'rm' },
  ])('%j is ignored', (message) => {
    const { channel, port } = setUp()
    expect(() => port.send(message)).not.toThrow()
    expect(channel).toMatchObject({ written: '', sizes: [], granted: 0 })
  })
})

it('posts what is gathered before it ends, and leaves no timer', () => {
  const { channel, port, clock, stream } = setUp()
  channel.deliver(Buffer.from('a'))
  channel.deliver(Buffer.from('logout'))
  stream.dispose()
  stream.dispose()
  expect(port.text()).toBe('alogout')
  expect(port.isClosed).toBe(true)
  expect(clock.pending()).toBe(0)
  port.send({ kind: 'input', text: 'late' })
  expect(channel.written).toBe('')
})
