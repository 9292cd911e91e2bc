/** sshd_config(5) as sshd reads it: `Include` in place, the first value of a keyword wins, some keywords gather. Pure but for the loader. */
import { posix } from 'node:path'
import type { SystemFiles } from '../../machine/system-files.js'
import { matchesGlob } from '../glob.js'

export const sshdConfig = '/etc/ssh/sshd_config'

export interface SshdLine {
  file: string
  line: number
  text: string
  /** Lower case. */
  keyword: string
  values: string[]
  /** The criteria of the Match block it stands in. */
  match: string | undefined
}

export interface SshdSettings {
  ports: number[]
  /** Addresses without port; empty: all. */
  listen: string[]
  permitRootLogin: 'yes' | 'keys' | 'forced-commands-only' | 'no'
  passwords: boolean
  keyboardInteractive: boolean
  pam: boolean
  publicKeys: boolean
  keyFiles: string[]
  keysCommand: boolean
  emptyPasswords: boolean
  strictModes: boolean
  allowUsers: string[]
  denyUsers: string[]
  allowGroups: string[]
  denyGroups: string[]
  /** Each a list that must all succeed; empty: any. */
  methods: string[][]
  hostKeys: string[]
}

/** Path → text of the main file and everything it includes. */
export type SshdFiles = ReadonlyMap<string, string>

// As OpenSSH: servconf.c SERVCONF_MAX_DEPTH.
const MAX_DEPTH = 16
const MAX_FILES = 100

export async function loadSshdFiles(files: SystemFiles): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  let wanted = [sshdConfig]
  // Level by level, each in one round trip.
  for (let depth = 0; depth <= MAX_DEPTH && wanted.length > 0; depth++) {
    const patterns: string[] = []
    for (const file of await files.read(wanted.slice(0, MAX_FILES))) {
      if (file.kind !== 'file') continue
      const text = file.bytes.toString('utf8')
      texts.set(file.path, text)
      for (const { keyword, values } of parse(file.path, text)) if (keyword === 'include') patterns.push(...values.map(absolute))
    }
    const found = await Promise.all(patterns.map((pattern) => expand(files, pattern)))
    wanted = [...new Set(found.flat())].filter((path) => !texts.has(path))
  }
  return texts
}

async function expand(files: SystemFiles, pattern: string): Promise<string[]> {
  const folder = posix.dirname(pattern)
  if (!/[*?[]/.test(posix.basename(pattern))) return [pattern]
  const names = (await files.list(folder)).map(({ name }) => posix.join(folder, name))
  return names.filter((path) => matches(pattern, path)).sort()
}

/** In the order sshd meets them. */
export function sshdLines(files: SshdFiles, path = sshdConfig, match?: string, depth = 0): SshdLine[] {
  if (depth > MAX_DEPTH) return []
  let block = match
  return parse(path, files.get(path) ?? '').flatMap((line) => {
    if (line.keyword === 'match') {
      const criteria = line.values.join(' ')
      // `Match all` ends a block; inside an included file it cannot reach out of the block around it.
      block = criteria.toLowerCase() === 'all' ? match : criteria
      return []
    }
    if (line.keyword !== 'include') return [{ ...line, match: block }]
    return line.values.map(absolute).flatMap((pattern) =>
      [...files.keys()]
        .filter((file) => matches(pattern, file))
        .sort()
        .flatMap((file) => sshdLines(files, file, block, depth + 1)),
    )
  })
}

export const decidingLine = (lines: readonly SshdLine[], keyword: string): SshdLine | undefined =>
  lines.find((line) => line.keyword === keyword && line.match === undefined)

/** What holds outside of Match blocks, by the files alone, with OpenSSH's defaults. */
export const settingsOfLines = (lines: readonly SshdLine[]): SshdSettings =>
  settingsOf(lines.filter(({ match }) => match === undefined).map(({ keyword, values }) => [keyword, values]))

/** The output of `sshd -T`: one `keyword value…` a line, every keyword there. */
export const settingsOfDump = (output: string): SshdSettings =>
  settingsOf(
    output
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([keyword]) => keyword)
      .map(([keyword, ...values]) => [keyword!.toLowerCase(), values] as const),
  )

function settingsOf(given: readonly (readonly [string, readonly string[]])[]): SshdSettings {
  const first = (...keywords: string[]) => given.find(([keyword]) => keywords.includes(keyword))?.[1]
  const all = (name: string) => given.filter(([keyword]) => keyword === name).flatMap(([, values]) => values)
  const yes = (fallback: boolean, ...keywords: string[]) => {
    const value = first(...keywords)?.[0]?.toLowerCase()
    return value === undefined ? fallback : value === 'yes'
  }
  const listen = all('listenaddress').map(splitListen)
  const ports = [...all('port').map(Number), ...listen.flatMap(({ port }) => port ?? [])].filter((port) => port > 0 && port < 65_536)
  const root = first('permitrootlogin')?.[0]?.toLowerCase()
  const keyFiles = (first('authorizedkeysfile') ?? ['.ssh/authorized_keys', '.ssh/authorized_keys2']).filter((file) => file !== 'none')
  const hostKeys = all('hostkey')
  return {
    ports: ports.length > 0 ? [...new Set(ports)] : [22],
    listen: listen.map(({ address }) => address),
    permitRootLogin: root === 'yes' || root === 'no' || root === 'forced-commands-only' ? root : 'keys',
    passwords: yes(true, 'passwordauthentication'),
    keyboardInteractive: yes(true, 'kbdinteractiveauthentication', 'challengeresponseauthentication'),
    pam: yes(false, 'usepam'),
    publicKeys: yes(true, 'pubkeyauthentication'),
    keyFiles,
    keysCommand: ![undefined, 'none'].includes(first('authorizedkeyscommand')?.[0]),
    emptyPasswords: yes(false, 'permitemptypasswords'),
    strictModes: yes(true, 'strictmodes'),
    allowUsers: all('allowusers'),
    denyUsers: all('denyusers'),
    allowGroups: all('allowgroups'),
    denyGroups: all('denygroups'),
    methods: (first('authenticationmethods') ?? [])
      .filter((list) => list !== 'any')
      .map((list) => list.split(',').map((one) => one.split(':')[0]!)),
    hostKeys: hostKeys.length > 0 ? hostKeys : ['rsa', 'ecdsa', 'ed25519'].map((type) => `/etc/ssh/ssh_host_${type}_key`),
  }
}

/** `1.2.3.4`, `1.2.3.4:22`, `[::]:22`, `::`, a host name. */
function splitListen(text: string): { address: string; port?: number } {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+):(\d+)$/.exec(text)
  if (!match) return { address: text }
  return { address: match[1]!, ...(match[2] ? { port: Number(match[2]) } : {}) }
}

const absolute = (pattern: string) => (pattern.startsWith('/') ? posix.normalize(pattern) : posix.join('/etc/ssh', pattern))

/** glob(7) in the last part of the path, the only place where it is used in practice. */
function matches(pattern: string, path: string): boolean {
  if (posix.dirname(pattern) !== posix.dirname(path)) return false
  return (
    matchesGlob(posix.basename(pattern), posix.basename(path)) &&
    !(posix.basename(path).startsWith('.') && !posix.basename(pattern).startsWith('.'))
  )
}

function parse(file: string, text: string): Omit<SshdLine, 'match'>[] {
  return text.split('\n').flatMap((raw, index) => {
    const [keyword, ...values] = words(raw.replace(/\r$/, ''))
    return keyword ? [{ file, line: index + 1, text: raw.trim(), keyword: keyword.toLowerCase(), values }] : []
  })
}

/** Words of a line: quotes keep blanks, `#` at the start of a word ends it, `=` may follow the keyword. */
function words(line: string): string[] {
  const found: string[] = []
  for (const [, quoted, plain] of line.replace(/^(\s*[A-Za-z]\w*)\s*=/, '$1 ').matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    if (plain?.startsWith('#')) break
    found.push(quoted ?? plain!)
  }
  return found
}
