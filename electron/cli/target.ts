/**
 * Which name, port and files are meant. OpenSSH's own answer (`ssh -G`) decides unless nothing in the configuration could change
 * it; options of the command line stand above it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ResolvedTarget } from '../ssh/config.js'
import type { Options, TypedHost } from './arguments.js'

export type CheckTarget = Pick<ResolvedTarget, 'host' | 'port' | 'alias' | 'userFiles' | 'systemFiles' | 'checkHostIp' | 'hashKnownHosts'>

/** What is handed to ssh: the typed text with the port of `-p`. */
export function targetText({ text, user, host, port }: TypedHost): string {
  if (port === undefined) return text
  const place = host.includes(':') ? `[${host}]` : host
  return `${user ? `${user}@` : ''}${place}:${port}`
}

export const absolute = (path: string, home: string): string => resolve(path.startsWith('~/') ? join(home, path.slice(2)) : path)

export function withOptions<T extends Pick<ResolvedTarget, 'userFiles' | 'systemFiles'>>(target: T, options: Options, home: string): T {
  return {
    ...target,
    ...(options.knownHosts ? { userFiles: options.knownHosts.map((file) => absolute(file, home)) } : {}),
    ...(options.globalKnownHosts ? { systemFiles: options.globalKnownHosts.map((file) => absolute(file, home)) } : {}),
  }
}

/** @throws AppError `config-failed` and what else reading the configuration throws. */
export async function resolveHost(host: TypedHost, options: Options, home: string, signal?: AbortSignal): Promise<ResolvedTarget> {
  const { resolveTarget } = await import('../ssh/config.js')
  const target = await resolveTarget(targetText(host), { home, ...(signal ? { signal } : {}) })
  return withOptions(sameName(target, host), options, home)
}

/** As `resolveHost`, for a command that only judges: spares the start of ssh when no configuration could matter. */
export async function resolveForCheck(host: TypedHost, options: Options, home: string): Promise<CheckTarget> {
  if (await configurationMatters(home)) return resolveHost(host, options, home)
  return withOptions(
    {
      host: host.host,
      port: host.port ?? 22,
      userFiles: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
      systemFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      checkHostIp: false,
      hashKnownHosts: false,
    },
    options,
    home,
  )
}

/** ssh folds the case of names; people get the name they typed. */
function sameName(target: ResolvedTarget, { host }: TypedHost): ResolvedTarget {
  return target.host.toLowerCase() === host.toLowerCase() ? { ...target, host } : target
}

// Keywords that Debian's own /etc/ssh/ssh_config holds and that change neither names nor files. Anything else: ask ssh.
const harmlessKeywords = new Set([
  'host',
  'sendenv',
  'setenv',
  'hashknownhosts',
  'gssapiauthentication',
  'gssapidelegatecredentials',
  'forwardx11',
  'forwardagent',
])
const emptyInclude = /^include\s+\/etc\/ssh\/ssh_config\.d\/\*\.conf$/i

async function configurationMatters(home: string): Promise<boolean> {
  if (process.platform === 'win32') return true
  const [own, system, parts] = await Promise.all([
    readFile(join(home, '.ssh/config'), 'latin1').catch(absent),
    readFile('/etc/ssh/ssh_config', 'latin1').catch(absent),
    readdir('/etc/ssh/ssh_config.d').catch(() => []),
  ])
  if (own === undefined || system === undefined || parts.some((name) => name.endsWith('.conf'))) return true
  return [own, system].some((text) =>
    text.split('\n').some((line) => {
      const words = line.trim()
      if (!words || words.startsWith('#') || emptyInclude.test(words)) return false
      return !harmlessKeywords.has(/^[a-z0-9]*/i.exec(words)![0].toLowerCase())
    }),
  )
}

/** '' for a missing file, undefined for one that cannot be read. */
const absent = (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? '' : undefined)
