/**
 * The practice machine on the network: one listening socket on 127.0.0.1, ssh2's server behind it, a shell per channel. Only
 * sessions are served: no forwarding, no SFTP, no agent.
 */
import { timingSafeEqual } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2'
import { fingerprintOf } from './identity.js'
import { createLineEditor } from './line-editor.js'
import type { Machine } from './machine.js'
import { createShell, type Shell } from './shell.js'

// sshd's MaxAuthTries.
const MAX_AUTH_TRIES = 6
// A client that types without reading: its answers are dropped with the connection, not collected.
const MAX_UNREAD = 8 * 1024 * 1024

// OpenSSH's client drops what it has not yet written when the disconnect comes: the last words need a moment.
const BROADCAST_MS = 100

export interface ListenerOptions {
  /** 0: any free one. */
  port: number
  hostKeys: string[]
  /** root's; undefined lets root in without one. */
  password: string | undefined
  machine: Machine
  randomart(blob: Buffer): string
  /** Somebody typed `reboot`. */
  onRestart(): void
}
export interface Listener {
  port: number
  /** Says so on every terminal, ends the connections, closes the port. */
  close(): Promise<void>
}

/** @throws Node's error when the port is taken. */
export async function listen(o: ListenerOptions): Promise<Listener> {
  /** By the client's port: all ssh2 tells of a connection's socket. */
  const connections = new Map<number, { socket: Socket; client?: Connection; shells: Map<ServerChannel, Shell> }>()
  const ssh = new ssh2.Server(
    {
      hostKeys: o.hostKeys,
      ident: 'RescueTerm_practice',
      // What every runtime of ours can do: Electron has no chacha20, and classic Diffie-Hellman would freeze the process.
      algorithms: {
        kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256'],
        serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
        cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
        hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
        compress: ['none'],
      },
    },
    (client, { port }) => {
      const connection = connections.get(port)
      if (!connection) return
      connection.client = client
      serve(client, connection.shells)
    },
  )

  function serve(client: Connection, shells: Map<ServerChannel, Shell>) {
    client.on('error', () => {})
    // A connection that breaks closes no channel.
    client.on('close', () => {
      for (const shell of shells.values()) shell.logout()
    })
    let tries = 0
    client.on('authentication', (request) => {
      if (isAllowed(request, o.password)) return request.accept()
      if (request.method !== 'none' && ++tries >= MAX_AUTH_TRIES) return client.end()
      request.reject(['password'])
    })
    client.on('session', (accept) => serveSession(accept(), shells))
  }

  function serveSession(session: Session, shells: Map<ServerChannel, Shell>) {
    let terminal = false
    session.on('pty', (accept) => {
      terminal = true
      accept?.()
    })
    session.on('window-change', (accept) => accept?.())
    session.on('env', (accept) => accept?.())
    session.on('signal', (accept) => accept?.())
    const open = (channel: ServerChannel): Shell => {
      const shell = createShell({ machine: o.machine, now: () => new Date(), randomart: o.randomart, fingerprint: fingerprintOf })
      shells.set(channel, shell)
      channel.on('error', () => {})
      channel.on('close', () => {
        shells.delete(channel)
        shell.logout()
      })
      return shell
    }
    session.on('shell', (accept) => {
      const channel = accept()
      if (terminal) runTerminal(channel, open(channel), o)
      else runScript(channel, open(channel), o)
    })
    session.on('exec', (accept, _reject, { command }) => {
      const channel = accept()
      runLine(channel, open(channel), command, o)
    })
  }

  const sockets = createServer({ noDelay: true }, (socket) => {
    const port = socket.remotePort
    if (port === undefined) return
    connections.set(port, { socket, shells: new Map() })
    socket.on('error', () => {})
    socket.on('close', () => connections.delete(port))
    ssh.injectSocket(socket)
  })
  await new Promise<void>((resolve, reject) => {
    sockets.once('error', reject)
    sockets.listen({ port: o.port, host: '127.0.0.1', exclusive: true }, () => {
      sockets.off('error', reject)
      resolve()
    })
  })

  return {
    port: (sockets.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()))
      const terminals = [...connections.values()].flatMap(({ shells }) => [...shells.keys()])
      for (const channel of terminals) {
        channel.write(`\r\n\r\nBroadcast message from root@${o.machine.hostname}:\r\n\r\nThe system will reboot now!\r\n\r\n`)
      }
      if (terminals.length > 0) await new Promise((resolve) => setTimeout(resolve, BROADCAST_MS))
      for (const { socket, client } of connections.values()) {
        client?.end()
        socket.destroySoon()
      }
      await closed
    },
  }
}

function isAllowed(request: AuthContext, password: string | undefined): boolean {
  if (request.username !== 'root') return false
  // Whatever a client tries first; a key is not even looked at.
  if (password === undefined) return true
  if (request.method !== 'password') return false
  const [given, right] = [Buffer.from(request.password), Buffer.from(password)]
  return given.length === right.length && timingSafeEqual(given, right)
}

const toTerminal = (text: string) => text.replaceAll(/(?<!\r)\n/g, '\r\n')

function greeting({ hostname, mode }: Machine): string {
  const lines = [`\x1b[2mLinux ${hostname} 6.1.0 practice server of RescueTerm\x1b[0m`, '']
  if (mode === 'rescue')
    lines.splice(1, 0, '\x1b[2mRescue system: only what you write under /mnt, once your disk is mounted there, survives.\x1b[0m')
  return `${lines.join('\r\n')}\r\n`
}

function finish(channel: ServerChannel, status: number) {
  channel.exit(status)
  channel.end()
}

function runTerminal(channel: ServerChannel, shell: Shell, o: ListenerOptions) {
  const editor = createLineEditor({ history: shell.history, complete: shell.complete })
  const decoder = new StringDecoder('utf8')
  // Bracketed paste, as bash does: the terminal then need not warn before pasting several lines.
  const begin = () => `\x1b[?2004h${editor.begin(shell.prompt())}`
  let ended = false
  const end = (status: number) => {
    ended = true
    finish(channel, status)
  }
  function take(text: string) {
    let rest = text
    while (!ended) {
      const { echo, event } = editor.feed(rest)
      rest = ''
      if (!event) {
        channel.write(echo)
        break
      }
      if (event.kind === 'interrupt') channel.write(`${echo}${begin()}`)
      else {
        const line = event.kind === 'end-of-input' ? 'exit' : event.text
        const result = shell.run(line)
        channel.write(`${echo}\x1b[?2004l${event.kind === 'end-of-input' ? 'exit\r\n' : '\r'}${toTerminal(result.out + result.err)}`)
        if (result.end?.kind === 'exit') return end(result.end.status)
        if (result.end?.kind === 'restart') {
          ended = true
          return o.onRestart()
        }
        channel.write(begin())
      }
    }
    if (channel.writableLength > MAX_UNREAD) channel.destroy()
  }
  channel.write(greeting(o.machine) + begin())
  channel.on('data', (bytes: Buffer) => take(decoder.write(bytes)))
  channel.on('end', () => !ended && end(0))
}

/** A shell without a terminal: lines from standard input, no prompt, no echo. */
function runScript(channel: ServerChannel, shell: Shell, o: ListenerOptions) {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let status = 0
  let ended = false
  function take(text: string) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!.slice(0, 64 * 1024)
    for (const line of lines) {
      if (ended) return
      const result = shell.run(line)
      status = result.status
      channel.write(result.out)
      channel.stderr.write(result.err)
      if (!result.end) continue
      ended = true
      if (result.end.kind === 'restart') o.onRestart()
      else finish(channel, result.end.status)
    }
  }
  channel.on('data', (bytes: Buffer) => take(decoder.write(bytes)))
  channel.on('end', () => {
    if (rest) take('\n')
    if (!ended) finish(channel, status)
  })
}

function runLine(channel: ServerChannel, shell: Shell, line: string, o: ListenerOptions) {
  const result = shell.run(line)
  channel.write(result.out)
  channel.stderr.write(result.err)
  if (result.end?.kind === 'restart') o.onRestart()
  else finish(channel, result.status)
}
