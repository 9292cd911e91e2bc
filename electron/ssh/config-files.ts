/**
 * `~/.ssh/config` and the files it includes, read by the ssh-config library: the list of servers to import, and the answer of last
 * resort when `ssh -G` has none. Never runs a `Match exec` or a name lookup.
 */
import { readdir, readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import SSHConfig from 'ssh-config'
import type { HostAddress } from '../../shared/host-address.js'
import { formatHostAddress } from '../../shared/host-address.js'
import { stripServerLine } from '../../shared/server-text.js'

/** OpenSSH's own limit (READCONF_MAX_DEPTH). */
const MAX_DEPTH = 16
const MAX_BYTES = 4 * 1024 * 1024

/** A `Host` of the configuration that stands for one machine. `detail` is where it leads, as `user@host:port`. */
export interface ConfigHost {
  name: string
  target: string
  detail: string
}

/** Values by lower-case keyword, in the shape `ssh -G` prints them. */
export async function readConfigFiles(address: HostAddress, home: string): Promise<Map<string, string[]>> {
  const user = await computeFrom(join(home, '.ssh', 'config'), address, home)
  const system = await computeFrom('/etc/ssh/ssh_config', address, home)
  const values = new Map(user)
  // First value wins, as in ssh; identity files add up.
  for (const [name, found] of system) {
    if (name === 'identityfile') values.set(name, [...(values.get(name) ?? []), ...found])
    else if (!values.has(name)) values.set(name, found)
  }
  const hostName = values.get('hostname')?.[0]
  if (hostName) values.set('hostname', [hostName.replaceAll('%h', address.host).replaceAll('%%', '%')])
  // The command line goes before every file.
  if (address.user) values.set('user', [address.user])
  if (address.port) values.set('port', [String(address.port)])
  return values
}

/** The user's configuration with the included files in place; empty when there is none. */
export const readConfigText = (home: string): Promise<string> => readWithIncludes(join(home, '.ssh', 'config'), home, 0)

/** Hosts without patterns, in the files' order, each once. A missing file is an empty list. */
export async function listConfigHosts(home: string): Promise<ConfigHost[]> {
  const config = parse(await readConfigText(home))
  if (!config) return []
  const names = new Set<string>()
  for (const line of config) {
    if (line.type !== SSHConfig.DIRECTIVE || !('config' in line) || line.param.toLowerCase() !== 'host') continue
    const patterns = Array.isArray(line.value) ? line.value.map((one) => one.val) : [line.value]
    for (const name of patterns) if (/^[^\s*?!"'`;$|&<>()\\-][^\s*?!"'`;$|&<>()\\]{0,254}$/.test(name)) names.add(name)
  }
  return [...names].map((name) => {
    const values = compute(config, { host: name })
    const host = (values.get('hostname')?.[0] ?? name).replaceAll('%h', name).replaceAll('%%', '%')
    const port = Number(values.get('port')?.[0] ?? 22)
    const user = values.get('user')?.[0]
    return { name, target: name, detail: stripServerLine(formatHostAddress({ host, port, ...(user ? { user } : {}) })) }
  })
}

async function computeFrom(path: string, address: HostAddress, home: string): Promise<Map<string, string[]>> {
  const config = parse(await readWithIncludes(path, home, 0))
  return config ? compute(config, address) : new Map()
}

function parse(text: string): SSHConfig | undefined {
  try {
    return text ? SSHConfig.parse(text) : undefined
  } catch {
    return undefined
  }
}

function compute(config: SSHConfig, address: HostAddress): Map<string, string[]> {
  const values = new Map<string, string[]>()
  try {
    // The library reports a user it is given as if the file had named it; a typed one wins anyway.
    const query = { Host: address.host, ...(address.user ? { User: address.user } : {}) }
    const computed = config.compute(query, { ignoreCase: true, matchExec: false })
    for (const [name, value] of Object.entries(computed)) {
      if (name !== 'host') values.set(name.toLowerCase(), Array.isArray(value) ? value.map(String) : [String(value)])
    }
  } catch {
    // A construct the library cannot evaluate: the defaults hold.
  }
  return values
}

/** The text of a file with the included files in place. Lookups by `CanonicalizeHostname` are left out: the library would run nslookup. */
async function readWithIncludes(path: string, home: string, depth: number): Promise<string> {
  if (depth > MAX_DEPTH) return ''
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text.length > MAX_BYTES) return ''
  const lines: string[] = []
  for (const line of text.split('\n')) {
    if (/^\s*canonicalize/i.test(line)) continue
    const include = /^\s*include[\s=]+(.+)$/i.exec(line)
    if (!include) {
      lines.push(line)
      continue
    }
    for (const pattern of include[1]!.trim().match(/"[^"]*"|\S+/g) ?? []) {
      for (const file of await matchingFiles(includePath(pattern.replaceAll('"', ''), home))) {
        lines.push(await readWithIncludes(file, home, depth + 1))
      }
    }
  }
  return lines.join('\n')
}

function includePath(pattern: string, home: string): string {
  if (/^~[\\/]/.test(pattern)) return join(home, pattern.slice(1))
  return isAbsolute(pattern) ? pattern : join(home, '.ssh', pattern)
}

/** glob(3) as far as configurations use it: `*` and `?` within a path component, in alphabetical order. */
async function matchingFiles(pattern: string): Promise<string[]> {
  if (!/[*?]/.test(pattern)) return [pattern]
  const [first = '', ...parts] = pattern.split('/')
  let found = [first || '/']
  for (const part of parts) {
    if (!/[*?]/.test(part)) {
      found = found.map((folder) => join(folder, part))
      continue
    }
    const escaped = part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    const matcher = new RegExp(`^${escaped}$`)
    const next: string[] = []
    for (const folder of found) {
      const names = await readdir(folder).catch(() => [])
      for (const name of names.sort())
        if (matcher.test(name) && (part.startsWith('.') || !name.startsWith('.'))) next.push(join(folder, name))
    }
    found = next
  }
  return found
}
