/** What every way to configure a network says of one interface, whatever its file looks like. */
import { BlockList, isIP } from 'node:net'

export type NetworkTool = 'ifupdown' | 'netplan' | 'networkd' | 'networkmanager' | 'ifcfg' | 'wicked'

export interface Address {
  address: string
  /** Undefined when it is not written. */
  prefix: number | undefined
  line: number
  /** As it is written, to be replaced: `/24`, `255.255.255.0`, `24`. */
  prefixText?: string
  prefixLine?: number
}

export interface Gateway {
  address: string
  /** Reached without lying in the prefix of an address. */
  onLink: boolean
  /** Where it stands, when that is not the profile's own file. */
  file?: string
  line: number
  /** Written after `line` to make it so. */
  onLinkLine?: string
}

/** Of one file; the same interface may have several. */
export interface Profile {
  tool: NetworkTool
  file: string
  line: number
  /** The interface's name or a pattern of it; undefined when only a MAC decides. */
  name: string | undefined
  mac: string | undefined
  /** Where `mac` stands. */
  macLine: number | undefined
  /** The name it gets because of `mac`. */
  setName: string | undefined
  dhcp4: boolean
  addresses: Address[]
  gateways: Gateway[]
  dns: string[]
  /** A bridge, VLAN, bond …: made by the configuration, so its name is as it likes. */
  virtual: boolean
  /** Starts by itself. */
  auto: boolean
  /** Makes it start by itself. */
  autoEdit?: (text: string) => string
  /** Adds a default gateway. */
  gatewayEdit?: (text: string, gateway: string, onLink: boolean) => string
}

/** Something the tool itself will not read. */
export interface Problem {
  file: string
  line: number
  reason: string
  /** A text that is read without it, when there is one that is sure. */
  fixed?: string
}

export interface Parsed {
  profiles: Profile[]
  problems: Problem[]
}

export const emptyProfile = (tool: NetworkTool, file: string, line: number): Profile => ({
  tool,
  file,
  line,
  name: undefined,
  mac: undefined,
  macLine: undefined,
  setName: undefined,
  dhcp4: false,
  addresses: [],
  gateways: [],
  dns: [],
  virtual: false,
  auto: true,
})

/** `192.0.2.7/24` or without prefix; undefined when it is no address. */
export function readAddress(text: string, line: number): Address | undefined {
  const [address, prefix] = text.trim().split('/') as [string, string?]
  const family = isIP(address)
  if (family === 0) return undefined
  if (prefix === undefined) return { address, prefix: undefined, line }
  const bits = readPrefix(prefix)
  return bits === undefined ? undefined : { address, prefix: bits, line, prefixText: `/${prefix}`, prefixLine: line }
}

/** `24` or `255.255.255.0`. */
export function readPrefix(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= 128 ? Number(text) : undefined
  if (isIP(text) !== 4) return undefined
  const bits = text
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined
}

export function contains({ address, prefix }: Address, other: string): boolean {
  if (prefix === undefined || isIP(address) !== isIP(other)) return prefix === undefined
  const list = new BlockList()
  const type = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(address, Math.min(prefix, type === 'ipv4' ? 32 : 128), type)
  return list.check(other, type)
}

/** Whether a route without a gateway, to `destination`, leads to `gateway`: then that one is on-link. */
export function leadsTo(destination: string, gateway: string): boolean {
  const network = readAddress(destination, 0)
  return network !== undefined && contains({ ...network, prefix: network.prefix ?? 128 }, gateway)
}

export const netmaskOf = (prefix: number): string =>
  [0, 8, 16, 24].map((from) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - from)))).join('.')

export const sameMac = (one: string | undefined, other: string | undefined) =>
  one !== undefined && other !== undefined && one.toLowerCase().replaceAll('-', ':') === other.toLowerCase().replaceAll('-', ':')
