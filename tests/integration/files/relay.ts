import { connect, createServer, type Socket } from 'node:net'

/** Passes everything on to `port`, and cuts every connection after so many bytes, or refuses new ones: a network that fails. */
export async function startRelay(port: number) {
  const sockets = new Set<Socket>()
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
    client.pipe(target)
    target.pipe(client)
    client.on('close', () => target.destroy())
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
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
