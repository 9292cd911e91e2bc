/** Raw TCP servers that misbehave, and a relay in front of a real one that stalls or cuts the server's answer where it is told to. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface HostileServer {
  port: number
  /** Sockets of clients that are still open. */
  open(): number
  close(): Promise<void>
}

/** `serve` gets each client's socket; errors on it are expected. */
export async function startHostile(serve: (socket: Socket) => void): Promise<HostileServer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    // Unread, it would never learn that its client has gone.
    socket.resume()
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Sends without end, as fast as it is read. */
export const pour =
  (chunk: Buffer, total = Number.POSITIVE_INFINITY) =>
  (socket: Socket) => {
    let sent = 0
    const more = () => {
      while (sent < total && !socket.destroyed) {
        sent += chunk.length
        if (!socket.write(chunk)) return void socket.once('drain', more)
      }
    }
    more()
  }

/** Where the server's answer ends: after its identification, its KEXINIT, or its key exchange reply with NEWKEYS. */
export type Point = 'identification' | 'kexinit' | 'kex-reply'

/**
 * Passes everything on until the server has sent up to `point` (RFC 4253 §6: length-prefixed packets in the clear until NEWKEYS),
 * then goes silent or closes.
 */
export const interrupt = (port: number, point: Point, then: 'stall' | 'close') => (client: Socket) => {
  const server = connect(port, '127.0.0.1')
  server.on('error', () => {})
  client.pipe(server)
  client.on('close', () => server.destroy())
  let buffer = Buffer.alloc(0)
  let passed = 0
  server.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    const end = endOf(buffer, point)
    client.write(buffer.subarray(passed, end))
    passed = end ?? buffer.length
    if (end === undefined) return
    client.unpipe(server)
    client.resume()
    server.destroy()
    if (then === 'close') client.end()
  })
}

function endOf(buffer: Buffer, point: Point): number | undefined {
  let end = buffer.indexOf('\r\n') + 2
  if (end < 2) return undefined
  for (let packets = point === 'identification' ? 0 : point === 'kexinit' ? 1 : 3; packets > 0; packets--) {
    if (end + 4 > buffer.length) return undefined
    end += 4 + buffer.readUInt32BE(end)
    if (end > buffer.length) return undefined
  }
  return end
}
