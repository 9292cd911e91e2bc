/**
 * A TCP relay on loopback that holds every byte back for half a round trip each way, as a distant server would; a process of its own,
 * so that it takes no time from what is measured. `npx tsx tests/support/delay-relay.ts PORT RTT_MS` prints its own port.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer, type Socket } from 'node:net'
import { pathToFileURL } from 'node:url'

export interface DelayRelay {
  port: number
  close(): Promise<void>
}

export async function startDelayRelay(port: number, rttMs: number): Promise<DelayRelay> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', import.meta.filename, String(port), String(rttMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const own = await new Promise<number>((resolve, reject) => {
    child.stdout!.once('data', (line: Buffer) => resolve(Number(line.toString())))
    child.once('exit', () => reject(new Error('the relay did not start')))
  })
  return {
    port: own,
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.stdin!.end()
      await gone
    },
  }
}

/** One direction: what came in at t goes out at t + delay. At most `limit` bytes wait, as in a long cable. */
function delayLine(from: Socket, to: Socket, delayMs: number, limit = 64 * 1024 * 1024) {
  const line: { due: number; bytes: Buffer }[] = []
  let held = 0
  let isWaiting = false
  function wait(ms: number) {
    isWaiting = true
    setTimeout(drain, ms)
  }
  function drain() {
    isWaiting = false
    const now = performance.now()
    while (line[0] && line[0].due <= now + 0.5) {
      const { bytes } = line.shift()!
      held -= bytes.length
      if (!to.destroyed) to.write(bytes)
    }
    if (held < limit && from.isPaused()) from.resume()
    if (line[0]) wait(Math.max(0, line[0].due - now))
  }
  from.on('data', (bytes: Buffer) => {
    line.push({ due: performance.now() + delayMs, bytes })
    held += bytes.length
    if (held >= limit) from.pause()
    if (!isWaiting) wait(delayMs)
  })
  from.on('close', () => to.destroySoon())
  from.on('error', () => {})
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [port = 0, rtt = 0] = process.argv.slice(2).map(Number)
  const server = createServer((client) => {
    const target = connect({ port, host: '127.0.0.1', noDelay: true })
    client.setNoDelay(true)
    delayLine(client, target, rtt / 2)
    delayLine(target, client, rtt / 2)
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as { port: number }).port}\n`))
  process.stdin.on('end', () => process.exit(0)).resume()
}
