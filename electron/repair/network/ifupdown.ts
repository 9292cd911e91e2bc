/** /etc/network/interfaces of Debian: interfaces(5). Since Debian 10 ifupdown adds every default route `onlink`. Pure. */
import { posix } from 'node:path'
import { insertLines } from '../text-edit.js'
import { emptyProfile, type Parsed, type Problem, type Profile, readAddress, readPrefix } from './profile.js'

export const interfacesFile = '/etc/network/interfaces'

interface Logical {
  words: string[]
  line: number
}

/** A line that ends in `\` goes on. */
function logicalLines(text: string): Logical[] {
  const found: Logical[] = []
  let open: Logical | undefined
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (!open && (line === '' || line.startsWith('#'))) return
    const goesOn = line.endsWith('\\')
    const words = line
      .replace(/\\$/, '')
      .split(/\s+/)
      .filter((word) => word !== '')
    if (open) open.words.push(...words)
    else {
      open = { words, line: index + 1 }
      found.push(open)
    }
    if (!goesOn) open = undefined
  })
  return found
}

/** Patterns of `source`, and folders of `source-directory` with a slash at the end. */
export const sourcesOf = (text: string): string[] =>
  logicalLines(text).flatMap(({ words: [keyword, ...values] }) =>
    keyword === 'source' ? values.map(absolute) : keyword === 'source-directory' ? values.map((value) => `${absolute(value)}/`) : [],
  )

const absolute = (path: string) => (path.startsWith('/') ? path : posix.join('/etc/network', path))

const topLevel = new Set('auto iface mapping source source-directory rename no-auto-down no-scripts template'.split(' '))

/** @param repeats the tool that is installed takes options several times: ifupdown2, ifupdown-ng. */
export function readInterfaces(files: ReadonlyMap<string, string>, repeats = false): Parsed {
  const autos = new Set<string>()
  const profiles: Profile[] = []
  const problems: Problem[] = []
  for (const [file, text] of files) {
    let current: Profile | undefined
    let inStanza = false
    let seen = new Set<string>()
    for (const { words, line } of logicalLines(text)) {
      const [keyword = '', ...values] = words
      if (keyword === 'auto' || keyword.startsWith('allow-')) for (const value of values) autos.add(value)
      if (topLevel.has(keyword) || keyword.startsWith('allow-')) {
        current = undefined
        inStanza = keyword === 'iface' || keyword === 'mapping'
        seen = new Set()
        if (keyword !== 'iface') continue
        const [name, family, method] = values
        if (
          !name ||
          (!/^(inet|inet6|ipx|can)$/.test(family ?? '') && values.length > 1 && family !== 'inherits') ||
          (family && family !== 'inherits' && !method)
        ) {
          problems.push({ file, line, reason: words.join(' ') })
          continue
        }
        if (method === 'loopback') continue
        current = { ...emptyProfile('ifupdown', file, line), name, dhcp4: family === 'inet' && method === 'dhcp' }
        current.autoEdit = (old) => insertLines(old, line, [`auto ${name}`])
        profiles.push(current)
        continue
      }
      if (!inStanza) problems.push({ file, line, reason: words.join(' ') })
      else if (current) readOption(current, keyword, values, line, repeats ? new Set() : seen, problems)
    }
  }
  for (const profile of profiles) {
    const name = profile.name!
    // `eth0:1` goes with eth0; a bridge or VLAN is made when it starts.
    profile.auto =
      autos.has(name) ||
      autos.has(name.replace(/:.*/, '')) ||
      [...autos].some((pattern) => pattern.includes('*') || pattern.startsWith('/'))
    profile.virtual ||= /^(br|bond|vlan|tun|tap|wg|dummy|veth)|[.:]/.test(name)
    profile.name = name.replace(/:.*/, '')
  }
  return { profiles, problems }
}

// Options that may be given once.
const single = new Set(['address', 'netmask', 'gateway'])

function readOption(profile: Profile, key: string, values: readonly string[], line: number, seen: Set<string>, problems: Problem[]) {
  const value = values[0] ?? ''
  if (single.has(key) && seen.has(key)) problems.push({ file: profile.file, line, reason: `${key} ${value}` })
  seen.add(key)
  if (key === 'address') {
    const address = readAddress(value, line)
    if (address) {
      profile.addresses.push(address)
      profile.gatewayEdit = (text, gateway) => insertLines(text, line + 1, [`${indentOf(text, line)}gateway ${gateway}`])
    } else problems.push({ file: profile.file, line, reason: `${key} ${value}` })
  } else if (key === 'netmask') {
    const prefix = readPrefix(value)
    const last = profile.addresses.at(-1)
    if (prefix === undefined) problems.push({ file: profile.file, line, reason: `${key} ${value}` })
    else if (last) Object.assign(last, { prefix, prefixText: value, prefixLine: line })
  } else if (key === 'gateway' && value) profile.gateways.push({ address: value, onLink: true, line })
  else if (key === 'dns-nameservers' || key === 'dns-nameserver') profile.dns.push(...values)
  else if (/^(bridge_|bridge-|bond-|vlan-raw|vlan_raw)/.test(key)) profile.virtual = true
  else if (/^(pre-up|up|post-up)$/.test(key)) {
    const route = /\broute add\b.*\bdefault\b.*?(?:via|gw)\s+([\da-fA-F.:]+)/.exec(values.join(' '))
    if (route) profile.gateways.push({ address: route[1]!, onLink: true, line })
  }
}

export const indentOf = (text: string, line: number) => /^\s*/.exec(text.split('\n')[line - 1] ?? '')![0]
