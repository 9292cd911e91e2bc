/**
 * A private OpenSSH server: own port on 127.0.0.1, own host keys, own configuration, all in a temporary directory. root is the
 * user unless a throw-away account is asked for (password sign-in needs one); its shells start in an empty home, since start-up
 * files of the machine's own may wait for a lock or print no prompt.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type HostKeyKind = 'ed25519' | 'ecdsa' | 'rsa' | 'ecdsa384' | 'ecdsa521' | 'rsa1024'

export interface SshdOptions {
  /** Made fresh, in this order. Paths of private keys may be given instead (a rescue and a normal identity on one port). */
  hostKeys?: (HostKeyKind | { path: string })[]
  /** Lines of sshd_config; the first occurrence of a keyword wins, and these come first. */
  config?: string[]
  /** Lines `TYPE BASE64`. */
  authorizedKeys?: string[]
  /** Creates an account with this password; its name is `user` of the result. */
  password?: string
  /** root signs in with this password: sshd gets a copy of /etc that nobody else sees. */
  rootPassword?: string
  port?: number
  /** Stands before sshd's command line: another namespace for it and all it starts. */
  inside?: readonly string[]
}

export interface Sshd {
  port: number
  dir: string
  user: string
  /** Public keys as wire blobs, in the order of `hostKeys`. */
  hostKeys: { path: string; type: string; blob: Buffer; line: string }[]
  log(): Promise<string>
  /** The same server with other host keys on the same port. */
  restart(hostKeys?: SshdOptions['hostKeys']): Promise<void>
  /** Only what listens; open connections stay. */
  stop(): Promise<void>
  dispose(): Promise<void>
}

export async function startSshd(o: SshdOptions = {}): Promise<Sshd> {
  const dir = await mkdtemp(join(tmpdir(), 'rescueterm-sshd-'))
  await chmod(dir, 0o755)
  await mkdir(join(dir, 'home'))
  await mkdir('/run/sshd', { recursive: true })
  const user = o.password === undefined ? 'root' : await addUser(o.password)
  const authorized = join(dir, 'authorized_keys')
  await writeFile(authorized, `${(o.authorizedKeys ?? []).join('\n')}\n`, { mode: 0o644 })
  const port = o.port ?? (await freePort())
  const logFile = join(dir, 'log')
  let child: ChildProcess | undefined
  const sshd: Sshd = {
    port,
    dir,
    user,
    hostKeys: [],
    log: () => readFile(logFile, 'utf8').catch(() => ''),
    async restart(hostKeys = sshd.hostKeys.map(({ path }) => ({ path }))) {
      await sshd.stop()
      sshd.hostKeys = await Promise.all(hostKeys.map((kind) => hostKey(dir, kind)))
      const config = join(dir, 'sshd_config')
      await writeFile(config, configuration(sshd, authorized, user, o))
      const before = (await sshd.log()).length
      const inside = o.inside ?? (o.rootPassword === undefined ? [] : insideOwnEtc(dir, o.rootPassword))
      const [program, ...args] = [...inside, '/usr/sbin/sshd', '-D', '-f', config, '-E', logFile]
      child = spawn(program!, args, { stdio: 'ignore' })
      await listening(port, child, async () => (await sshd.log()).slice(before))
    },
    async stop() {
      const running = child
      child = undefined
      if (!running || running.exitCode !== null) return
      const gone = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGTERM')
      await gone
    },
    async dispose() {
      await sshd.stop()
      if (user !== 'root') await removeUser(user)
      // A session that is still ending writes its last lines into the log while the folder is being emptied.
      await rm(dir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
  try {
    await sshd.restart(o.hostKeys ?? ['ed25519'])
  } catch (error) {
    await sshd.dispose()
    throw error
  }
  return sshd
}

function configuration(sshd: Sshd, authorized: string, user: string, o: SshdOptions): string {
  return [
    ...(o.config ?? []),
    `Port ${sshd.port}`,
    'ListenAddress 127.0.0.1',
    ...sshd.hostKeys.map(({ path }) => `HostKey ${path}`),
    `AuthorizedKeysFile ${authorized}`,
    `PidFile ${join(sshd.dir, 'pid')}`,
    'PermitRootLogin yes',
    `PasswordAuthentication ${user === 'root' && o.rootPassword === undefined ? 'no' : 'yes'}`,
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'UseDNS no',
    'AcceptEnv LANG LC_*',
    ...(user === 'root' ? [`SetEnv HOME=${join(sshd.dir, 'home')}`] : []),
    'LogLevel DEBUG1',
    'MaxStartups 100',
    ...(o.config?.some((line) => line.startsWith('Subsystem')) ? [] : ['Subsystem sftp internal-sftp']),
    '',
  ].join('\n')
}

async function hostKey(dir: string, kind: HostKeyKind | { path: string }): Promise<Sshd['hostKeys'][number]> {
  const path = typeof kind === 'object' ? kind.path : await generateKey(join(dir, `host-${randomBytes(4).toString('hex')}`), kind)
  const line = (await readFile(`${path}.pub`, 'utf8')).trim()
  const [type = '', base64 = ''] = line.split(' ')
  return { path, type, blob: Buffer.from(base64, 'base64'), line: `${type} ${base64}` }
}

const keyArguments: Record<HostKeyKind, string[]> = {
  ed25519: ['-t', 'ed25519'],
  ecdsa: ['-t', 'ecdsa', '-b', '256'],
  ecdsa384: ['-t', 'ecdsa', '-b', '384'],
  ecdsa521: ['-t', 'ecdsa', '-b', '521'],
  rsa: ['-t', 'rsa', '-b', '2048'],
  rsa1024: ['-t', 'rsa', '-b', '1024'],
}

/** @param extra further arguments of ssh-keygen, e.g. `-m PEM`, `-Z aes256-gcm@openssh.com`. */
export async function generateKey(path: string, kind: HostKeyKind, passphrase = '', extra: string[] = []): Promise<string> {
  await run('ssh-keygen', ['-q', ...keyArguments[kind], '-N', passphrase, '-C', 'test', '-f', path, ...extra])
  return path
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** sshd's log says when it listens; connecting to find out would leave failed sessions in it. */
async function listening(port: number, child: ChildProcess, log: () => Promise<string>) {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    if ((await log()).includes(`listening on 127.0.0.1 port ${port}`)) return
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`sshd did not start: ${await log()}`)
}

async function addUser(password: string): Promise<string> {
  const user = `rt${randomBytes(5).toString('hex')}`
  await run('useradd', ['-m', '-s', '/bin/bash', user])
  const chpasswd = spawn('/usr/sbin/chpasswd', { stdio: ['pipe', 'ignore', 'inherit'] })
  chpasswd.stdin!.end(`${user}:${password}\n`)
  await new Promise((resolve) => chpasswd.once('exit', resolve))
  return user
}

/** A mount namespace whose /etc is a copy, with root's password in it. */
const insideOwnEtc = (dir: string, password: string) => [
  ...['unshare', '--mount', 'sh', '-ec'],
  'mkdir -p "$0"; mount -t tmpfs own "$0"; cp -a /etc/. "$0"; mount --bind "$0" /etc; echo "root:$1" | chpasswd; shift; exec "$@"',
  ...[join(dir, 'etc'), password],
]

async function removeUser(user: string) {
  // Its last shell may still be ending.
  await run('userdel', ['-r', '-f', user]).catch(() => {})
}
