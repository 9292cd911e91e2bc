/** The lab's own hands in a guest: commands over SSH, apart from the product that is being tested. */
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { Client } from 'ssh2'

export interface Login {
  user: string
  password: string
}

export interface Remote {
  run(command: string, stdin?: string | Uint8Array): Promise<{ code: number | undefined; stdout: string; stderr: string }>
  /** Standard output of a command that must succeed. */
  output(command: string, stdin?: string | Uint8Array): Promise<string>
  end(): void
}

/** @param onOutput is told what commands write as it comes. @throws `Error` with ssh2's `level`; `client-authentication` when the password is refused. */
export async function logIn(port: number, { user, password }: Login, onOutput: (text: string) => void = () => {}): Promise<Remote> {
  const client = new Client()
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve)
    client.once('error', reject)
    // Emulated processors take seconds for a key exchange; the machine behind the port is our own child process.
    client.connect({ host: '127.0.0.1', port, username: user, password, readyTimeout: 180_000, hostVerifier: () => true })
  })
  client.on('error', () => {})
  const run: Remote['run'] = (command, stdin = '') =>
    new Promise((resolve, reject) => {
      const onEnd = () => reject(new Error(`the connection ended before: ${command.slice(0, 200)}`))
      client.once('close', onEnd)
      client.exec(command, (error, channel) => {
        if (error) return reject(error)
        let stdout = ''
        let stderr = ''
        let code: number | undefined
        channel.setEncoding('utf8').on('data', (text: string) => {
          stdout += text
          onOutput(text)
        })
        channel.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
        channel.on('exit', (status: number | null) => (code = status ?? undefined))
        channel.on('close', () => {
          client.off('close', onEnd)
          resolve({ code, stdout, stderr })
        })
        channel.end(stdin)
      })
    })
  return {
    run,
    async output(command, stdin) {
      const { code, stdout, stderr } = await run(command, stdin)
      if (code !== 0) throw new Error(`${command.slice(0, 200)}: status ${code}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
      return stdout
    },
    end: () => client.end(),
  }
}

/**
 * Waits until an SSH server behind the forwarded port says its name. The emulator takes every connection at once and closes it when
 * the guest does not answer, so asking again is the only way to know.
 * @returns whether it did within the limit
 */
export async function sshAnswers(port: number, limitMs: number, signal?: AbortSignal): Promise<boolean> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline && !signal?.aborted; ) {
    if (await readsBanner(port, deadline - Date.now(), signal)) return true
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return false
}

function readsBanner(port: number, limitMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(answer)
    }
    const onAbort = () => end(false)
    // Long enough for a busy guest: every connection given up too early leaves its sshd one more process to end.
    const timer = setTimeout(() => end(false), Math.min(limitMs, 15_000))
    signal?.addEventListener('abort', onAbort)
    socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('SSH-')))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

/** The host keys a server shows, `TYPE BASE64`, sorted, as OpenSSH's own tool sees them. */
export async function scanHostKeys(port: number): Promise<string[]> {
  const keys: string[] = []
  // One after the other: each is a key exchange of seconds, and together they would run into the tool's own limit.
  for (const type of ['ecdsa', 'ed25519', 'rsa']) {
    const { stdout } = await promisify(execFile)('ssh-keyscan', ['-T', '120', '-t', type, '-p', String(port), '127.0.0.1'])
    for (const line of stdout.split('\n')) if (line && !line.startsWith('#')) keys.push(line.split(' ').slice(1).join(' '))
  }
  return keys.sort()
}
