/** sshd_config(5) as sshd reads it: `Include` in place, the first value of a keyword wins, some keywords gather. Pure but for the loader. */
import { posix } from 'node:path'
import type { SystemFiles } from '../../machine/system-files.js'
import { matchesGlob, matchesPattern } from '../glob.js'
import type { Account } from './accounts.js'

export const sshdConfig = '/etc/ssh/sshd_config'
/** openSUSE's sshd reads this one while there is none in /etc. */
const vendorConfig = '/usr/etc/ssh/sshd_config'

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
  /** Patterns of the algorithms sshd takes from keys, as system-wide policies cut them down; undefined: its own choice. */
  keyAlgorithms: string[] | undefined
  keyFiles: string[]
  /** The setting by which keys come from elsewhere than these files: a program, a certificate authority. */
  otherKeys: string | undefined
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

/** Whom Match blocks are about. */
export type SshdUser = Pick<Account, 'user' | 'groups'>

export const mainFile = (files: SshdFiles) => (files.has(sshdConfig) ? sshdConfig : vendorConfig)

// As OpenSSH: servconf.c SERVCONF_MAX_DEPTH.
const MAX_DEPTH = 16
const MAX_FILES = 100

export async function loadSshdFiles(files: SystemFiles): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  let level = (await files.read([sshdConfig, vendorConfig])).filter(({ kind }) => kind === 'file').slice(0, 1)
  // Level by level, each in one round trip.
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const patterns: string[] = []
    for (const file of level) {
      if (file.kind !== 'file') continue
      const text = file.bytes.toString('utf8')
      texts.set(file.path, text)
      for (const { keyword, values } of parse(file.path, text)) if (keyword === 'include') patterns.push(...values.map(absolute))
    }
    const found = await Promise.all(patterns.map((pattern) => expand(files, pattern)))
    level = await files.read([...new Set(found.flat())].filter((path) => !texts.has(path)).slice(0, MAX_FILES))
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
export function sshdLines(files: SshdFiles, path = mainFile(files), match?: string, depth = 0): SshdLine[] {
  if (depth > MAX_DEPTH) return []
  let block = match
  return parse(path, files.get(path) ?? '').flatMap((line) => {
    if (line.keyword === 'match') {
      const criteria = line.values.join(' ')
      // `Match all` ends a block; an included file cannot reach out of the block around it.
      block = criteria.toLowerCase() === 'all' ? match : [match, criteria].filter(Boolean).join(' ')
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

/** A Match block that holds for the user comes before what stands outside, wherever it is. */
export const decidingLine = (lines: readonly SshdLine[], keyword: string, user?: SshdUser): SshdLine | undefined => {
  const about = lines.filter((line) => line.keyword === keyword)
  return (
    about.find(({ match }) => user && match !== undefined && holdsFor(match, user) === true) ??
    about.find(({ match }) => match === undefined)
  )
}

/** Whether a keyword has this value for a user, wherever they come from. */
export function hasValue(lines: readonly SshdLine[], keyword: string, value: string, user: SshdUser): boolean {
  const deciding = decidingLine(lines, keyword, user)
  const isWanted = (line: SshdLine) => line.values[0]?.toLowerCase() === value
  const before = lines.slice(0, deciding?.match === undefined ? undefined : lines.indexOf(deciding))
  return (
    deciding !== undefined &&
    isWanted(deciding) &&
    before.every((line) => line.keyword !== keyword || line.match === undefined || !holdsFor(line.match, user) || isWanted(line))
  )
}

/** The criteria of a Match line for a user: `maybe` where they ask for more than names (sshd_config(5)). */
export function holdsFor(match: string, { user, groups }: SshdUser): boolean | 'maybe' {
  let result: boolean | 'maybe' = true
  const words = match.split(/[\s=]+/)
  for (let at = 0; at < words.length; at++) {
    const criterion = words[at]!.toLowerCase()
    if (criterion === 'all') continue
    const names = criterion === 'user' ? [user] : criterion === 'group' ? groups : undefined
    const list = words[++at] ?? ''
    if (names === undefined) result = 'maybe'
    else if (!matchesList(list.split(','), names)) return false
  }
  return result
}

/** ssh_config(5) PATTERNS: one that matches after `!` outweighs all others. */
function matchesList(patterns: readonly string[], names: readonly string[]): boolean {
  const any = (list: readonly string[]) => list.some((pattern) => names.some((name) => matchesPattern(pattern, name)))
  const refused = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1))
  return !any(refused) && any(patterns)
}

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
  const algorithms = first('pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes')?.[0]
  return {
    ports: ports.length > 0 ? [...new Set(ports)] : [22],
    listen: listen.map(({ address }) => address),
    permitRootLogin: root === 'yes' || root === 'no' || root === 'forced-commands-only' ? root : 'keys',
    passwords: yes(true, 'passwordauthentication'),
    keyboardInteractive: yes(true, 'kbdinteractiveauthentication', 'challengeresponseauthentication'),
    pam: yes(false, 'usepam'),
    publicKeys: yes(true, 'pubkeyauthentication'),
    keyAlgorithms: /^[+^-]/.test(algorithms ?? '+') ? undefined : algorithms!.split(','),
    keyFiles,
    otherKeys: [
      ['AuthorizedKeysCommand', first('authorizedkeyscommand')] as const,
      ['TrustedUserCAKeys', first('trustedusercakeys')] as const,
    ]
      .filter(([, value]) => ![undefined, 'none'].includes(value?.[0]))
      .map(([keyword, value]) => `${keyword} ${value!.join(' ')}`)[0],
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
