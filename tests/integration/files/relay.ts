import { connect, createServer, type Socket } from 'node:net'

export type Relay = Awaited<ReturnType<typeof startRelay>>

/** Passes everything on to `port`, and cuts or holds every connection after so many bytes, or refuses new ones: a network that fails. */
export async function startRelay(port: number) {
  const sockets = new Set<Socket>()
  const pairs = new Set<readonly [Socket, Socket]>()
  let refuseAfter = Number.POSITIVE_INFINITY
  let seen = 0
  const watch = { bytes: 0, onBytes: undefined as ((total: number) => void) | undefined }
  const server = createServer((client) => {
    if (seen++ >= refuseAfter) return void client.destroy()
    const target = connect(port, '127.0.0.1')
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      socket.on('data', (bytes: Buffer) => {
        watch.bytes += bytes.length
        watch.onBytes?.(watch.bytes)
      })
    }
    const pair = [client, target] as const
    pairs.add(pair)
    join(pair)
    client.on('close', () => {
      pairs.delete(pair)
      target.destroy()
    })
    target.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    bytes: () => watch.bytes,
    /** Only so many connections from now on. */
    allow(count: number) {
      refuseAfter = seen + count
    },
    /** Cuts everything once so many more bytes have passed. */
    cutAfter(bytes: number) {
      const end = watch.bytes + bytes
      watch.onBytes = (total) => {
        if (total < end) return
        watch.onBytes = undefined
        for (const socket of sockets) socket.destroy()
      }
    },
    /** Settles once so many more bytes have passed: nothing is passed on any more, until `release`. */
    held(bytes: number): Promise<void> {
      const end = watch.bytes + bytes
      return new Promise((resolve) => {
        watch.onBytes = (total) => {
          if (total < end) return
          watch.onBytes = undefined
          for (const [client, target] of pairs) {
            client.unpipe(target).pause()
            target.unpipe(client).pause()
          }
          resolve()
        }
      })
    },
    release() {
      for (const pair of pairs) join(pair)
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function join([client, target]: readonly [Socket, Socket]) {
  client.pipe(target)
  target.pipe(client)
}
