/** The configuration against what works in rescue. Pure: what is wrong, and where. */
import { isIP } from 'node:net'
import { matchesGlob } from '../glob.js'
import { type Address, contains, type Gateway, type Profile, sameMac } from './profile.js'
import type { Link, RescueSide } from './rescue-side.js'

export interface Naming {
  /** The system keeps eth0, eth1 … (`net.ifnames=0`, or the rules for names masked). */
  kernelNames: boolean
  /** MAC → name, by udev rules, .link files and `set-name`. */
  renamed: ReadonlyMap<string, string>
  /** Nothing else gives names, nor another scheme: biosdevname, `net.naming-scheme=`, a .link file that matches by something else. */
  certain: boolean
}

export type Fault =
  | { kind: 'interface-missing'; profile: Profile; name: string; link: Link | undefined; sure: boolean }
  | { kind: 'mac-unknown'; profile: Profile; mac: string; link: Link | undefined }
  | { kind: 'not-auto'; profile: Profile }
  | { kind: 'address-differs'; profile: Profile; configured: Address; rescue: { address: string; prefix: number } }
  | { kind: 'gateway-missing'; profile: Profile; gateway: string; onLink: boolean }
  | {
      kind: 'gateway-unreachable'
      profile: Profile
      gateway: Gateway
      address: Address
      rescueGateway: string | undefined
      rescuePrefix: number | undefined
    }
  | { kind: 'gateway-differs'; profile: Profile; gateway: Gateway; rescueGateway: string }
  | { kind: 'address-twice'; profile: Profile; other: Profile; address: Address }
  | { kind: 'two-configurations'; profile: Profile; other: Profile; name: string }

/** The name this card will bear on the system; undefined when that cannot be told. */
export function nameOf(link: Link, index: number, naming: Naming): string | undefined {
  const renamed = naming.renamed.get(link.mac)
  if (renamed !== undefined || !naming.certain) return renamed
  return naming.kernelNames ? `eth${index}` : link.certain ? link.predicted[0] : undefined
}

export function compare(profiles: readonly Profile[], rescue: RescueSide, naming: Naming): Fault[] {
  const cards = profiles.filter((profile) => !profile.virtual)
  // A second card that waits for a person keeps nobody out.
  const meant = isWayCarried(profiles, rescue, naming) ? cards.filter(({ auto }) => auto) : cards
  return [
    ...meant.flatMap((profile) => nameFaults(profile, cards, rescue, naming)),
    ...meant.flatMap((profile) => ownFaults(profile, profiles, rescue, naming)),
    ...pairFaults(meant),
  ]
}

const carries = ({ dhcp4, addresses }: Profile) => dhcp4 || addresses.length > 0

/** Something that starts by itself carries the link of the way out; which link a bridge is on is not followed. */
function isWayCarried(profiles: readonly Profile[], rescue: RescueSide, naming: Naming): boolean {
  const way = rescue.links.find(({ name }) => name === rescue.gateways[0]?.device)
  return profiles
    .filter((profile) => profile.auto && carries(profile))
    .some((profile) => {
      const link = linkOf(profile, rescue, naming)
      return link ? way === undefined || link === way : profile.virtual && (profile.dhcp4 || profile.gateways.length > 0)
    })
}

/** Every name the card may have: none of them is wrong. */
function possibleNames(link: Link, index: number, naming: Naming): string[] {
  const certain = nameOf(link, index, naming)
  return [
    ...(certain === undefined ? [link.name, `eth${index}`] : [certain]),
    ...link.predicted,
    ...link.others,
    ...(naming.renamed.has(link.mac) ? [link.name] : []),
  ]
}

export function linkOf(profile: Profile, { links }: RescueSide, naming: Naming): Link | undefined {
  if (profile.mac) return links.find(({ mac }) => sameMac(mac, profile.mac))
  const { name } = profile
  if (name === undefined) return links.length === 1 ? links[0] : undefined
  return links.find((link, index) =>
    possibleNames(link, index, naming).some((one) => fits(name, one) || withoutPort(name) === withoutPort(one)),
  )
}

/** Newer kernels tell the port of a card, and its name ends in it: `eno1np0`. */
const withoutPort = (name: string) => name.replace(/np\d+$/, '')

/** `ens*`, `en? eth0`, `!lo`: patterns as of systemd.network(5). */
function fits(pattern: string, name: string): boolean {
  return pattern.split(/\s+/).some((one) => {
    if (one.startsWith('!')) return one.slice(1) !== name
    return matchesGlob(one, name)
  })
}

function nameFaults(profile: Profile, cards: readonly Profile[], rescue: RescueSide, naming: Naming): Fault[] {
  const { links } = rescue
  if (links.length === 0 || linkOf(profile, rescue, naming)) return []
  // The card that no other profile speaks of is the one that was meant; with several, a person has to say.
  const free = links.filter((link) => !cards.some((other) => other !== profile && linkOf(other, rescue, naming) === link))
  const link = free.length === 1 ? free[0] : undefined
  if (profile.mac) return [{ kind: 'mac-unknown', profile, mac: profile.mac, link }]
  const { name } = profile
  if (name === undefined || /[*?![\s]/.test(name)) return []
  const sure = links.every((one, index) => nameOf(one, index, naming) !== undefined)
  return [{ kind: 'interface-missing', profile, name, link, sure }]
}

const family = (address: string) => isIP(address) as 4 | 6

function ownFaults(profile: Profile, all: readonly Profile[], rescue: RescueSide, naming: Naming): Fault[] {
  const faults: Fault[] = []
  const link = linkOf(profile, rescue, naming)
  if (!profile.auto && carries(profile)) faults.push({ kind: 'not-auto', profile })
  for (const of of [4, 6] as const) {
    const own = profile.addresses.filter(({ address }) => family(address) === of)
    const gateways = profile.gateways.filter(({ address }) => family(address) === of)
    const here = link?.addresses.find(({ address }) => family(address) === of)
    const way = rescue.gateways.find(({ address, device }) => family(address) === of && device === link?.name)
    const isStatic = own.length > 0 && !(of === 4 && profile.dhcp4)
    if (
      of === 4 &&
      isStatic &&
      here &&
      !all.some(
        ({ addresses, dhcp4, name }) => addresses.some(({ address }) => address === here.address) || (dhcp4 && name === profile.name),
      )
    ) {
      faults.push({ kind: 'address-differs', profile, configured: own[0]!, rescue: here })
    }
    if (isStatic && way && !all.some((one) => one.gateways.some(({ address }) => family(address) === of) || (of === 4 && one.dhcp4))) {
      // IPv6 learns its way from router advertisements.
      if (of === 4)
        faults.push({
          kind: 'gateway-missing',
          profile,
          gateway: way.address,
          onLink: !own.some((address) => contains(address, way.address)),
        })
    }
    for (const gateway of isStatic ? gateways : []) {
      if (!gateway.onLink && !own.some((address) => contains(address, gateway.address))) {
        faults.push({
          kind: 'gateway-unreachable',
          profile,
          gateway,
          address: own[0]!,
          rescueGateway: way?.address,
          rescuePrefix: here?.prefix,
        })
      } else if (way?.answers && of === 4 && way.address !== gateway.address) {
        faults.push({ kind: 'gateway-differs', profile, gateway, rescueGateway: way.address })
      }
    }
  }
  return faults
}

function pairFaults(cards: readonly Profile[]): Fault[] {
  return cards.flatMap((profile, index) =>
    cards.slice(index + 1).flatMap((other): Fault[] => {
      const isSame = profile.name !== undefined && profile.name === other.name
      const address = profile.addresses.find((one) => other.addresses.some((each) => each.address === one.address))
      if (address && !isSame) return [{ kind: 'address-twice', profile, other, address }]
      // ifupdown and netplan put several stanzas of one interface together; DHCP beside a fixed address is two opinions.
      const isMixed = (profile.dhcp4 && other.addresses.some(isFour)) || (other.dhcp4 && profile.addresses.some(isFour))
      if (isSame && (profile.tool !== other.tool || isMixed)) return [{ kind: 'two-configurations', profile, other, name: profile.name! }]
      return []
    }),
  )
}

const isFour = ({ address }: Address) => isIP(address) === 4
