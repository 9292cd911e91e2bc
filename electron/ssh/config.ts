/**
 * What OpenSSH would do for a target: `ssh -G` is asked, so that Host, Match, Include and every default are its own answer. It gets
 * 3 s, for a `Match exec` may run anything. Without ssh, or out of time, the ssh-config library reads the same files (no `Match exec`)
 * and a note says so. Nothing here goes through a shell.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.js'
import { type HostAddress, parseHostAddress } from '../../shared/host-address.js'
import { stripServerText } from '../../shared/server-text.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { readConfigFiles, readConfigText } from './config-files.js'
import { expandPath, isNone, splitPaths, type Tokens } from './config-values.js'

/** A target as OpenSSH would see it. Paths are absolute; `none` is an empty list. */
export interface ResolvedTarget {
  typed: string
  host: string
  port: number
  user: string
  /** `HostKeyAlias`. */
  alias?: string
  checkHostIp: boolean
  hashKnownHosts: boolean
  strict: 'yes' | 'ask' | 'accept-new' | 'no'
  userFiles: string[]
  systemFiles: string[]
  identityFiles: string[]
  identitiesOnly: boolean
  /** Socket or pipe; absent: no agent. */
  agent?: string
  /** `ProxyJump` or `ProxyCommand` as configured; connecting through one is not supported. */
  proxy?: string
  notes: TerminalSession['notes']
}

const BUDGET_MS = 3000
const SLOW_MS = 1000
// `ssh -G` prints about 6 KB; a configuration that prints a megabyte is not one.
const MAX_OUTPUT = 1024 * 1024

type Values = Map<string, string[]>

/** @throws AppError `bad-address`, `bad-port`, `config-failed` (ssh refuses the configuration); AbortError of `signal`. */
export async function resolveTarget(text: string, o: { home: string; signal?: AbortSignal }): Promise<ResolvedTarget> {
  const address = parseHostAddress(text)
  // ssh takes the home directory from the password database, not from HOME. Where the two differ, HOME is meant: ssh is handed a
  // copy of that configuration, and `interpret` moves what it puts under the other home.
  const answer =
    o.home === realHome()
      ? await askSsh(address, undefined, o.signal)
      : await withCopy(await readConfigText(o.home), (config) => askSsh(address, config, o.signal))
  const notes: TerminalSession['notes'] = []
  if (answer.kind === 'missing') notes.push({ code: 'ssh-missing', data: {} })
  else if (answer.seconds * 1000 > SLOW_MS) notes.push({ code: 'match-exec-slow', data: { seconds: answer.seconds.toFixed(1) } })
  const values = answer.kind === 'values' ? answer.values : await readConfigFiles(address, o.home)
  const resolved = interpret(text, address, values, o.home)
  return { ...resolved, notes: [...notes, ...resolved.notes] }
}

type Answer = { kind: 'values'; values: Values; seconds: number } | { kind: 'late'; seconds: number } | { kind: 'missing' }

async function withCopy<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rescueterm-'))
  try {
    const path = join(folder, 'config')
    await writeFile(path, text, { mode: 0o600 })
    return await use(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @param config path of a file in place of `~/.ssh/config` and the system's. */
function askSsh(address: HostAddress, config: string | undefined, signal: AbortSignal | undefined): Promise<Answer> {
  signal?.throwIfAborted()
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  // Its own process group: what a `Match exec` started has to go with it.
  const detached = process.platform !== 'win32'
  const child = spawn('ssh', commandLine(address, config), { detached, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    const stop = () => {
      try {
        if (detached && child.pid) process.kill(-child.pid, 'SIGKILL')
        else child.kill('SIGKILL')
      } catch {
        // It has just ended.
      }
    }
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      child.stdout.destroy()
      child.stderr.destroy()
      settle()
    }
    const abort = () => {
      stop()
      finish(() => reject(signal?.reason))
    }
    const timer = setTimeout(() => {
      stop()
      finish(() => resolve({ kind: 'late', seconds: seconds() }))
    }, BUDGET_MS)
    signal?.addEventListener('abort', abort, { once: true })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(0, MAX_OUTPUT)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(0, 8000)
    })
    child.once('error', () => finish(() => resolve({ kind: 'missing' })))
    child.once('close', (code) =>
      finish(() => {
        if (code === 0) resolve({ kind: 'values', values: parseAnswer(out), seconds: seconds() })
        else reject(new AppError('config-failed', { target: address.host }, stripServerText(err) || `ssh -G ended with ${code}`))
      }),
    )
  })
}

function commandLine({ user, host, port }: HostAddress, config: string | undefined): string[] {
  const named = config === undefined ? [] : ['-F', config]
  return ['-G', ...named, ...(port ? ['-p', String(port)] : []), ...(user ? ['-l', user] : []), '--', host]
}

function realHome(): string {
  try {
    return userInfo().homedir
  } catch {
    return ''
  }
}

function parseAnswer(text: string): Values {
  const values: Values = new Map()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space < 0) continue
    const name = line.slice(0, space).toLowerCase()
    values.set(name, [...(values.get(name) ?? []), line.slice(space + 1).replace(/\r$/, '')])
  }
  return values
}

function interpret(typed: string, address: HostAddress, values: Values, home: string): ResolvedTarget {
  const one = (name: string) => values.get(name)?.[0]
  const flag = (name: string) => /^(?:yes|true)$/i.test(one(name) ?? '')
  const host = one('hostname') ?? address.host
  const port = Number(one('port') ?? address.port ?? 22)
  const user = one('user') ?? address.user ?? userInfo().username
  const tokens: Tokens = { host, original: address.host, port, user, home, alias: one('hostkeyalias') }
  const real = realHome()
  const path = (text: string) => {
    const expanded = expandPath(text, tokens)
    const isMoved = home !== real && real !== '' && expanded.startsWith(join(real, '/')) && !expanded.startsWith(join(home, '/'))
    return isMoved ? join(home, expanded.slice(real.length)) : expanded
  }
  const paths = (name: string) => (values.get(name) ?? []).flatMap(splitPaths).filter((text) => !isNone(text))
  const alias = one('hostkeyalias')
  const agent = agentOf(one('identityagent'), path)
  const proxy = [one('proxyjump'), one('proxycommand')].find((value) => value && !isNone(value))
  return {
    typed,
    host,
    port,
    user,
    checkHostIp: flag('checkhostip'),
    hashKnownHosts: flag('hashknownhosts'),
    strict: strictness(one('stricthostkeychecking')),
    // ssh's own answer for the defaults; the user's files come first, the first is the one that is written.
    userFiles: (values.has('userknownhostsfile') ? paths('userknownhostsfile') : defaultUserFiles).map(path),
    systemFiles: (values.has('globalknownhostsfile') ? paths('globalknownhostsfile') : defaultSystemFiles).map(path),
    identityFiles: (values.get('identityfile') ?? defaultIdentityFiles).filter((text) => !isNone(text)).map(path),
    identitiesOnly: flag('identitiesonly'),
    ...(alias && !isNone(alias) ? { alias } : {}),
    ...(agent ? { agent } : {}),
    ...(proxy ? { proxy } : {}),
    notes: proxy ? [{ code: 'proxy-unsupported', data: { proxy } }] : [],
  }
}

// ssh_config(5), for when ssh itself cannot be asked.
const defaultUserFiles = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
const defaultSystemFiles = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
const defaultIdentityFiles = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']

function strictness(text: string | undefined): ResolvedTarget['strict'] {
  switch (text?.toLowerCase()) {
    case 'yes':
    case 'true':
      return 'yes'
    case 'no':
    case 'off':
    case 'false':
      return 'no'
    case 'accept-new':
      return 'accept-new'
    default:
      return 'ask'
  }
}

/** `IdentityAgent`: a path, a variable, `SSH_AUTH_SOCK` or `none`. */
function agentOf(text: string | undefined, path: (text: string) => string): string | undefined {
  const socket = process.env.SSH_AUTH_SOCK || (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined)
  if (!text || text === 'SSH_AUTH_SOCK') return socket
  if (isNone(text)) return undefined
  const variable = /^\$(\w+)$/.exec(text)?.[1]
  return variable ? process.env[variable] || undefined : path(text)
}

export { listConfigHosts } from './config-files.js'
