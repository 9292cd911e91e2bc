/** netplan(5): YAML that is read with its lines, so that a fault can be named and an edit made. Pure. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { insertLines } from '../text-edit.js'
import { indentOf } from './ifupdown.js'
import { emptyProfile, leadsTo, type Parsed, type Problem, type Profile, readAddress } from './profile.js'

type Line = (node: unknown) => number

const kinds = [
  'ethernets',
  'bonds',
  'bridges',
  'vlans',
  'wifis',
  'vrfs',
  'tunnels',
  'dummy-devices',
  'virtual-ethernets',
  'modems',
  'nm-devices',
]

export function readNetplan(files: ReadonlyMap<string, string>): Parsed {
  const parsed = [...files].map(([file, text]) => readFile(file, text))
  return { profiles: parsed.flatMap(({ profiles }) => profiles), problems: parsed.flatMap(({ problems }) => problems) }
}

function readFile(file: string, text: string): Parsed {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true })
  const [error] = document.errors
  const lineOf: Line = (node) => counter.linePos((node as Node | undefined)?.range?.[0] ?? 0).line
  if (error) {
    const line = counter.linePos(error.pos[0]).line
    return {
      profiles: [],
      problems: [{ file, line, reason: error.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''), ...fixOf(text, line) }],
    }
  }
  if (document.contents === null) return { profiles: [], problems: [] }
  const network = document.get('network', true)
  if (!isMap(network)) return { profiles: [], problems: [{ file, line: 1, reason: 'network:', ...fixOf(text, undefined) }] }
  const problems: Problem[] = []
  const profiles = kinds.flatMap((kind) => {
    const group = network.get(kind, true)
    if (group === undefined || (isScalar(group) && group.value === null)) return []
    if (!isMap(group)) {
      problems.push({ file, line: lineOf(group), reason: `${kind}:`, ...fixOf(text, lineOf(group)) })
      return []
    }
    return group.items.flatMap(({ key, value }) => {
      if (isMap(value))
        return [readDevice(file, kind, String((key as { value?: unknown }).value ?? key), lineOf(key), value, lineOf, problems)]
      if (!isScalar(value) || value.value !== null)
        problems.push({ file, line: lineOf(key), reason: String(key), ...fixOf(text, lineOf(key)) })
      return []
    })
  })
  // A key that slipped out of its map, as `ethernets:` at the margin does.
  const stray = isMap(document.contents)
    ? document.contents.items.find(({ key }) => String((key as { value?: unknown }).value) !== 'network')
    : undefined
  if (stray) problems.push({ file, line: lineOf(stray.key), reason: String(stray.key), ...fixOf(text, lineOf(stray.key)) })
  return { profiles, problems }
}

function readDevice(file: string, kind: string, id: string, line: number, device: Node, lineOf: Line, problems: Problem[]): Profile {
  const get = (path: string[]): unknown => (isMap(device) ? device.getIn(path, true) : undefined)
  const text = (path: string[]) => {
    const node = get(path)
    return isScalar(node) ? String(node.value) : undefined
  }
  const mac = text(['match', 'macaddress'])
  const profile: Profile = {
    ...emptyProfile('netplan', file, line),
    name: get(['match']) === undefined ? id : text(['match', 'name']),
    mac,
    macLine: mac === undefined ? undefined : lineOf(get(['match', 'macaddress'])),
    setName: text(['set-name']),
    dhcp4: text(['dhcp4']) === 'true' || text(['dhcp4']) === 'yes',
    virtual: kind !== 'ethernets',
  }
  const addresses = get(['addresses'])
  if (isSeq(addresses)) {
    const keyLine = lineOf(keyOf(device, 'addresses'))
    for (const item of addresses.items) {
      const node = isMap(item) ? item.items[0]?.key : item
      const written = isScalar(node) ? String(node.value) : ''
      const address = readAddress(written, lineOf(node))
      if (address?.prefix !== undefined) profile.addresses.push(address)
      else problems.push({ file, line: lineOf(node), reason: written })
    }
    if (get(['routes']) === undefined) {
      profile.gatewayEdit = (old, gateway, onLink) => {
        const indent = indentOf(old, keyLine)
        return insertLines(old, keyLine, [
          `${indent}routes:`,
          `${indent}  - to: ${gateway.includes(':') ? '::/0' : '0.0.0.0/0'}`,
          `${indent}    via: ${gateway}`,
          ...(onLink ? [`${indent}    on-link: true`] : []),
        ])
      }
    }
  }
  for (const key of ['gateway4', 'gateway6']) {
    const value = text([key])
    if (value !== undefined) profile.gateways.push({ address: value, onLink: value.startsWith('fe80:'), line: lineOf(get([key])) })
  }
  const found = get(['routes'])
  const routes = isSeq(found) ? found.items.filter((item) => isMap(item)) : []
  for (const route of routes) {
    if (!/^(default|0\.0\.0\.0\/0|::\/0|0\/0)$/.test(String(route.get('to')))) continue
    const via = route.get('via', true)
    if (!isScalar(via)) continue
    const address = String(via.value)
    const column = lineOf(via)
    profile.gateways.push({
      address,
      onLink: route.get('on-link') === true || String(route.get('on-link')) === 'yes' || address.startsWith('fe80:'),
      line: column,
      // A route in one line (`{to: default, via: …}`) has no room below it.
      ...(route.flow ? {} : { onLinkLine: 'on-link: true' }),
    })
  }
  const direct = routes.filter((route) => !route.has('via') && !route.has('type')).map((route) => String(route.get('to')))
  for (const gateway of profile.gateways) gateway.onLink ||= direct.some((to) => leadsTo(to, gateway.address))
  const dns = get(['nameservers', 'addresses'])
  if (isSeq(dns)) profile.dns.push(...dns.items.map((item) => String(isScalar(item) ? item.value : item)))
  return profile
}

const keyOf = (map: Node, name: string) => (isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === name)?.key : undefined)

// Each try reads the whole text anew.
const MAX_FIXED = 20_000

/**
 * Tabs become blanks, or one line moves to where a neighbour stands: proposed only when all texts that come out sound that way mean
 * the same.
 */
function fixOf(text: string, line: number | undefined): { fixed?: string } {
  if (text.length > MAX_FIXED) return {}
  if (/^\s*\t/m.test(text)) {
    const widths = [2, 4, 8].map((width) => text.replace(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', ' '.repeat(width))))
    const fixed = widths.find(isSound)
    return fixed === undefined ? {} : { fixed }
  }
  if (line === undefined) return {}
  const lines = text.split('\n')
  const depths = [...new Set(lines.map((one) => /^ */.exec(one)![0].length))]
  const found = new Set<string>()
  for (const at of [line - 2, line - 1, line]) {
    const own = lines[at]
    if (own === undefined || own.trim() === '') continue
    for (const depth of depths) {
      const moved = lines.with(at, ' '.repeat(depth) + own.trimStart()).join('\n')
      if (moved !== text && isSound(moved)) found.add(moved)
    }
  }
  const meanings = new Set([...found].map((one) => JSON.stringify(parseDocument(one).toJS())))
  const depthsOf = (one: string) => new Set(one.split('\n').map((each) => /^ */.exec(each)![0].length)).size
  const [neatest] = [...found].sort((a, b) => depthsOf(a) - depthsOf(b))
  return neatest !== undefined && meanings.size === 1 ? { fixed: neatest } : {}
}

const deviceKeys = new Set(
  'match set-name dhcp4 dhcp6 addresses gateway4 gateway6 nameservers routes mtu optional renderer accept-ra link-local macaddress wakeonlan dhcp4-overrides dhcp6-overrides dhcp-identifier critical routing-policy ipv6-privacy optional-addresses activation-mode interfaces parameters id link'.split(
    ' ',
  ),
)

/** YAML without error, and every device has keys of a device: a value must not have become an interface. */
function isSound(text: string): boolean {
  const document = parseDocument(text)
  const network = document.errors.length === 0 && document.get('network')
  if (!isMap(network) || !isMap(document.contents) || document.contents.items.length !== 1) return false
  return network.items.every(({ key, value }) => {
    const name = String(key)
    if (name === 'version' || name === 'renderer') return isScalar(value)
    if (!kinds.includes(name)) return false
    return (
      isMap(value) &&
      value.items.length > 0 &&
      value.items.every(({ key: id, value: device }) => !deviceKeys.has(String(id)) && isMap(device) && isDevice(device))
    )
  })
}

const isDevice = (device: Node) =>
  isMap(device) &&
  device.items.length > 0 &&
  device.items.every(({ key, value }) => {
    const name = String(key)
    if (!deviceKeys.has(name)) return false
    if (name === 'addresses' || name === 'routes') return isSeq(value)
    return name === 'match' || name === 'nameservers' ? isMap(value) : true
  })

/** What `netplan get` of the system itself says: `FILE:LINE:COLUMN: TEXT`, before 0.105 `FILE line N column M: TEXT`. */
export function netplanError(stderr: string): Problem | undefined {
  const match = /(\/etc\/netplan\/[^\s:]+)(?::(\d+):\d+:| line (\d+) column \d+:)\s*(.*)/.exec(stderr)
  return match ? { file: match[1]!, line: Number(match[2] ?? match[3]), reason: match[4]! } : undefined
}
