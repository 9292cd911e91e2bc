import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { hostKeyAlgorithms } from '../../electron/ssh/algorithms.js'
import { probeHostKey } from '../../electron/ssh/probe.js'
import { connectTo, failure } from '../support/connect.js'
import { type HostileServer, interrupt, pour, startHostile } from '../support/hostile-server.js'
import { type Sshd, startSshd } from '../support/sshd.js'

let sshd: Sshd
let hostile: HostileServer | undefined
beforeAll(async () => {
  sshd = await startSshd()
})
afterEach(async () => {
  vi.useRealTimers()
  await hostile?.close()
  hostile = undefined
})
afterAll(() => sshd.dispose())

async function against(serve: (socket: Socket) => void) {
  hostile = await startHostile(serve)
  return hostile.port
}
const say = (text: string | Buffer) => (socket: Socket) => void socket.write(text)
const sayAndClose = (text: string | Buffer) => (socket: Socket) => void socket.end(text)

/** Nothing of the attempt is left: the server sees its socket go, and no timer runs. */
async function expectNothingOpen() {
  await vi.waitFor(() => expect(hostile!.open()).toBe(0), { timeout: 3000 })
  await vi.waitFor(() => expect(process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap')).toEqual([]), { timeout: 3000 })
}

describe('servers that close', () => {
  it.each<[string, (socket: Socket) => void, string, RegExp | undefined]>([
    ['at once', (socket) => void socket.end(), 'closed-early', undefined],
    ['with a reset', (socket) => void socket.resetAndDestroy(), 'closed-early', undefined],
    ['after HTTP', sayAndClose('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n'), 'not-ssh', /^HTTP\/1\.1 400 Bad Request/],
    ['after a greeting of FTP that stays open', say('220 ftp ready\r\n'), 'not-ssh', /^220 ftp ready$/],
    ['after binary nonsense', sayAndClose(Buffer.from([0x16, 0x03, 0x01, 0, 5, 1, 2, 3])), 'not-ssh', undefined],
    ['after control characters', sayAndClose('\x1b[2J\x1b]0;own\x07hello\x00\u202e\n'), 'not-ssh', /^hello/],
    ['turned away by MaxStartups', sayAndClose('Exceeded MaxStartups\r\n'), 'closed-early', /^Exceeded MaxStartups$/],
    ['after half an identification', sayAndClose('SSH-2.0-Op'), 'not-ssh', /^SSH-2\.0-Op$/],
    ['with SSH 1', say('SSH-1.5-old\r\n'), 'not-ssh', /^SSH-1\.5-old$/],
    ['after the identification', sayAndClose('SSH-2.0-x\r\n'), 'closed-early', undefined],
    ['after garbage for a packet', say(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64, 0xff)])), 'protocol', undefined],
    ['after an empty KEXINIT', say(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), packet(20)])), 'protocol', undefined],
    ['with an identification without end', pour(Buffer.from('SSH-2.0-'.padEnd(4096, 'x')), 1 << 20), 'not-ssh', undefined],
    ['10 MB before the identification', pour(Buffer.from(`${'spam '.repeat(800)}\r\n`), 10 << 20), 'not-ssh', /^spam spam/],
    ['10 MB without a line end', pour(Buffer.alloc(65_536, 'a'), 10 << 20), 'not-ssh', undefined],
  ])('%s', async (_name, serve, code, detail) => {
    const port = await against(serve)
    const began = performance.now()
    const error = failure(await connectTo({ port }))
    expect(error).toMatchObject({ code, data: { host: '127.0.0.1', port } })
    if (detail) expect(error.detail).toMatch(detail)
    expect(error.detail ?? '').not.toMatch(/[^\P{C}\n]/u)
    expect(performance.now() - began).toBeLessThan(2000)
    await expectNothingOpen()
  })

  it.each(['identification', 'kexinit', 'kex-reply'] as const)('after its %s', async (point) => {
    const port = await against(interrupt(sshd.port, point, 'close'))
    expect(failure(await connectTo({ port }))).toMatchObject({ code: 'closed-early' })
    await expectNothingOpen()
  })
})

describe('servers that stall', () => {
  /** Runs the phase's clock out once the attempt has come to `stage`. */
  async function runOut(port: number, stage: string, ms: number) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let arrived = () => {}
    const there = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const attempt = connectTo({ port }, [], { onStage: (now) => now === stage && arrived() })
    await there
    await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(ms - 1)
    let isDone = false
    void attempt.then(() => {
      isDone = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isDone).toBe(false)
    vi.advanceTimersByTime(1)
    const error = failure(await attempt)
    vi.advanceTimersByTime(1000)
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    await expectNothingOpen()
    return error
  }

  it('before its identification: 15 s', async () => {
    const port = await against(() => {})
    expect(await runOut(port, 'banner', 15_000)).toMatchObject({ code: 'timeout', data: { seconds: 15 } })
  })

  it('after text that is none: not-ssh after 15 s', async () => {
    const port = await against(say('Welcome\r\n'))
    const before = runOut(port, 'banner', 15_000)
    expect(await before).toMatchObject({ code: 'not-ssh', detail: 'Welcome' })
  })

  it.each(['identification', 'kexinit'] as const)('after its %s: 30 s', async (point) => {
    const port = await against(interrupt(sshd.port, point, 'stall'))
    expect(await runOut(port, 'key-exchange', 30_000)).toMatchObject({ code: 'timeout', data: { seconds: 30 } })
  })

  it('after the key exchange: 60 s for each answer', async () => {
    const port = await against(interrupt(sshd.port, 'kex-reply', 'stall'))
    expect(await runOut(port, 'sign-in', 60_000)).toMatchObject({ code: 'timeout', data: { seconds: 60 } })
  })

  it('never while a person thinks', async () => {
    const secret = await startSshd({ password: 'secret' })
    try {
      const real = globalThis.setTimeout
      const attempt = await connectTo({ port: secret.port, user: secret.user }, async () => {
        // sshd's own limit is real time; ours must not count at all.
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
        vi.advanceTimersByTime(3_600_000)
        await new Promise((resolve) => real(resolve, 50))
        vi.useRealTimers()
        return { kind: 'password', password: 'secret' }
      })
      expect(attempt.outcome.kind).toBe('connected')
      if (attempt.outcome.kind === 'connected') attempt.outcome.connection.end()
    } finally {
      await secret.dispose()
    }
  })

  it('are left at once when the attempt is cancelled', async () => {
    const port = await against(interrupt(sshd.port, 'kexinit', 'stall'))
    const stop = new AbortController()
    const attempt = connectTo({ port }, [], { signal: stop.signal, onStage: (stage) => stage === 'key-exchange' && stop.abort() })
    expect((await attempt).outcome).toEqual({ kind: 'cancelled' })
    await expectNothingOpen()
  })
})

describe('probing them', () => {
  const probe = (port: number, signal = new AbortController().signal) =>
    probeHostKey({ host: '127.0.0.1', port, hostKeyAlgorithms: [...hostKeyAlgorithms], signal })

  it('an open port without a key is no more than that', async () => {
    expect(await probe(await against(sayAndClose('220 ftp\r\n')))).toEqual({ kind: 'port-open' })
    await hostile!.close()
    expect(await probe(await against(interrupt(sshd.port, 'kexinit', 'close')))).toEqual({ kind: 'port-open' })
  })

  it('takes no longer than 8 s', async () => {
    const port = await against(() => {})
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const outcome = probe(port)
    const real = vi.getRealSystemTime()
    while (hostile!.open() === 0 && vi.getRealSystemTime() - real < 2000) await new Promise((resolve) => setImmediate(resolve))
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(8000)
    expect(await outcome).toEqual({ kind: 'port-open' })
    vi.useRealTimers()
    await expectNothingOpen()
  })

  it('rejects when it is aborted', async () => {
    const stop = new AbortController()
    const outcome = probe(await against(() => stop.abort(new Error('enough'))), stop.signal)
    await expect(outcome).rejects.toThrow('enough')
    await expectNothingOpen()
  })
})

/** A packet in the clear (RFC 4253 §6) with nothing but its message number. */
function packet(message: number): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32BE(12, 0)
  bytes[4] = 10
  bytes[5] = message
  return bytes
}
