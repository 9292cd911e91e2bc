/**
 * ifcfg files of Red Hat (network-scripts, and NetworkManager up to RHEL 9) and of SUSE (wicked: ifcfg(5), routes(5)), with the files of
 * routes beside them. Every gateway counts as reached: NetworkManager adds the route to it, and of the others it cannot be told from the
 * files alone. Pure.
 */
import { isIP } from 'node:net'
import { appendLines, replaceLine } from '../text-edit.js'
import { type Address, contains, emptyProfile, type Gateway, type Parsed, type Profile, readAddress, readPrefix } from './profile.js'
import { type Entry, readVariables } from './sections.js'

export const ifcfgFolder = '/etc/sysconfig/network-scripts'
/** On Red Hat a file, for all interfaces; on SUSE the folder. */
export const sysconfigNetwork = '/etc/sysconfig/network'

type Variables = ReadonlyMap<string, Entry>

/** Every ifcfg-ID but that of `lo`, with what its folder's other files are called before the ID. */
function ifcfgFiles(files: ReadonlyMap<string, string>) {
  return [...files].flatMap(([file, text]) => {
    const [, folder, id] = /^(.*?)ifcfg-([^/]+)$/.exec(file) ?? []
    return folder === undefined || id === undefined ? [] : [{ file, folder, id, values: readVariables(text) }]
  })
}

/** `IPADDR`, `IPADDR1` (Red Hat), `IPADDR_1` (SUSE); the prefix stands in it or in a variable with the same end. */
function addressesOf(values: Variables): Address[] {
  return [...values.values()].flatMap(({ key, value, line }) => {
    const end = /^IPADDR(\d*|_\w+)$/.exec(key)?.[1]
    const address = end !== undefined || key === 'IPV6ADDR' ? readAddress(value, line) : undefined
    if (!address) return []
    const written = ['PREFIX', 'PREFIXLEN', 'NETMASK'].flatMap((name) => values.get(`${name}${end}`) ?? [])[0]
    if (address.prefix !== undefined || !written) return [address]
    return [{ ...address, prefix: readPrefix(written.value), prefixText: written.value, prefixLine: written.line }]
  })
}

const isDefault = (to: string | undefined, netmask = '') =>
  /^(default|0\.0\.0\.0\/0|::\/0|0\/0)$/.test(to ?? '') || (to === '0.0.0.0' && /^(0\.0\.0\.0|0)$/.test(netmask))

export function readIfcfg(files: ReadonlyMap<string, string>): Parsed {
  const common = readVariables(files.get(sysconfigNetwork) ?? '')
  const profiles = ifcfgFiles(files).flatMap(({ file, folder, id, values }): Profile[] => {
    const get = (key: string) => values.get(key)
    const name = get('DEVICE')?.value ?? id
    if (name === 'lo') return []
    const onboot = get('ONBOOT')
    const mac = get('HWADDR')
    const addresses = addressesOf(values)
    const own = [...values.values()].filter(({ key, value }) => /^(GATEWAY\d*|IPV6_DEFAULTGW)$/.test(key) && isIP(value))
    const routes = [...new Set([id, name])].flatMap((one) => [`${folder}route-${one}`, `${folder}route6-${one}`])
    return [
      {
        ...emptyProfile('ifcfg', file, get('DEVICE')?.line ?? 1),
        name,
        mac: mac?.value,
        macLine: mac?.line,
        dhcp4: /^(dhcp|bootp)$/i.test(get('BOOTPROTO')?.value ?? ''),
        virtual:
          !/^(ethernet)?$/i.test(get('TYPE')?.value ?? '') ||
          values.has('VLAN') ||
          values.has('BONDING_OPTS') ||
          /[.:]|-range\d/.test(name),
        auto: onboot ? /^(yes|true|1)$/i.test(onboot.value) : true,
        ...(onboot ? { autoEdit: (old: string) => replaceLine(old, onboot.line, () => 'ONBOOT=yes') } : {}),
        addresses,
        gateways: [
          ...own.map(({ value, line }) => ({ address: value, onLink: true, line })),
          ...routes.flatMap((path) => gatewaysOfRoutes(path, files.get(path) ?? '')),
          ...(values.has('GATEWAY') ? [] : commonGateway(common, name, addresses)),
        ],
        gatewayEdit: (old, gateway) => appendLines(old, [`${gateway.includes(':') ? 'IPV6_DEFAULTGW' : 'GATEWAY'}=${gateway}`]),
        dns: [...values.values()].filter(({ key }) => /^DNS\d+$/.test(key)).map(({ value }) => value),
      },
    ]
  })
  return { profiles, problems: [] }
}

/** The scripts add it where the address has it in its network, or to the interface that is named beside it. */
function commonGateway(common: Variables, name: string, addresses: readonly Address[]): Gateway[] {
  const gateway = common.get('GATEWAY')
  if (!gateway || !isIP(gateway.value)) return []
  const device = common.get('GATEWAYDEV')?.value
  const isMeant = device ? device === name : addresses.some((address) => contains(address, gateway.value))
  return isMeant ? [{ address: gateway.value, onLink: true, file: sysconfigNetwork, line: gateway.line }] : []
}

/** route-ID: `ADDRESS0=`, `NETMASK0=`, `GATEWAY0=`, or the words of ip-route(8). */
function gatewaysOfRoutes(file: string, text: string): Gateway[] {
  const values = readVariables(text)
  const written = [...values.values()].flatMap(({ key, value, line }) => {
    const number = /^GATEWAY(\d+)$/.exec(key)?.[1]
    const isOut = number !== undefined && isDefault(values.get(`ADDRESS${number}`)?.value, values.get(`NETMASK${number}`)?.value)
    return isOut ? [{ address: value, line }] : []
  })
  const words = text.split('\n').flatMap((line, index) => {
    const [to, ...rest] = line.trim().split(/\s+/)
    const address = rest[rest.indexOf('via') + 1]
    return isDefault(to) && rest.includes('via') && address ? [{ address, line: index + 1 }] : []
  })
  return [...written, ...words].filter(({ address }) => isIP(address)).map((one) => ({ ...one, onLink: true, file }))
}

export function readWicked(files: ReadonlyMap<string, string>): Parsed {
  const profiles = ifcfgFiles(files).flatMap(({ file, folder, id: name, values }): Profile[] => {
    if (name === 'lo') return []
    const get = (key: string) => values.get(key)?.value ?? ''
    const mode = values.get('STARTMODE')
    const addresses = addressesOf(values)
    const start = "STARTMODE='auto'"
    return [
      {
        ...emptyProfile('wicked', file, 1),
        name,
        dhcp4: /^(dhcp4?|dhcp\+autoip)$/i.test(get('BOOTPROTO')),
        virtual:
          [...values.keys()].some((key) => /^(ETHERDEVICE|VLAN_ID|TUNNEL|TUNNEL_DEVICE|MACVLAN_DEVICE|TEAM_RUNNER)$/.test(key)) ||
          /^yes$/i.test(get('BRIDGE')) ||
          /^yes$/i.test(get('BONDING_MASTER')) ||
          /[.:]|^(br|bond|vlan|tun|tap|wg|dummy|veth)/.test(name),
        auto: /^(auto|boot|onboot|on|hotplug|ifplugd|nfsroot)$/i.test(mode?.value ?? 'manual'),
        autoEdit: (old) => (mode ? replaceLine(old, mode.line, () => start) : appendLines(old, [start])),
        addresses,
        gateways: [`${folder}routes`, `${folder}ifroute-${name}`].flatMap((path) =>
          addresses.length > 0 ? gatewaysOfTable(path, files.get(path) ?? '', name) : [],
        ),
      },
    ]
  })
  return { profiles, problems: [] }
}

/** Columns: destination, gateway, netmask, interface; `-` leaves one out. */
function gatewaysOfTable(file: string, text: string, name: string): Gateway[] {
  return text.split('\n').flatMap((row, index) => {
    const [to, address = '', netmask, device = '-'] = row.trim().split(/\s+/)
    const isMeant = isDefault(to, netmask) && isIP(address) !== 0 && (device === '-' || device === name)
    return isMeant ? [{ address, onLink: true, file, line: index + 1 }] : []
  })
}
