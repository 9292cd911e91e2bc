/** What works here and now: the rescue system has this machine's links, its address and the way out. Measured against the configuration. */
import { isIP } from 'node:net'
import type { CommandResult, Words } from '../../machine/machine.js'
import type { MountedSystem } from '../task.js'

export interface Link {
  name: string
  mac: string
  addresses: { address: string; prefix: number }[]
  /** Names that systemd gives this card by its place; best first. Empty when udev does not tell. */
  predicted: string[]
  /** The system's own udev said so: schemes differ between versions, and what the rescue system's says is a guess. */
  certain: boolean
  /** Other names of the kernel for it. */
  others: string[]
}

export interface RescueSide {
  /** Real cards only. */
  links: Link[]
  gateways: { address: string; device: string; answers: boolean }[]
  nameservers: string[]
  resolves: boolean
}

const MAX_LINKS = 16

export async function readRescueSide({ machine, inSystem }: MountedSystem, signal: AbortSignal): Promise<RescueSide | { reason: string }> {
  const run = (words: Words, limitMs = 10_000): Promise<CommandResult> => machine.run({ words, risk: 'reads', limitMs, signal })
  const [addresses, four, six, resolver, lookup] = await Promise.all([
    run(['ip', '-j', '-d', 'address']),
    run(['ip', '-j', 'route']),
    run(['ip', '-j', '-6', 'route']),
    run(['cat', '/etc/resolv.conf']),
    run(['getent', 'ahosts', 'deb.debian.org']),
  ])
  const links = linksOf(parse(addresses.stdout))
  if (addresses.exitCode !== 0 || links === undefined) return { reason: addresses.stderr || `ip: ${addresses.exitCode}` }
  const found = [...gatewaysOf(parse(four.stdout)), ...gatewaysOf(parse(six.stdout))].slice(0, 4)
  const [named, gateways] = await Promise.all([
    Promise.all(
      links.slice(0, MAX_LINKS).map(async (link) => {
        const path = `/sys/class/net/${link.name}`
        const own = await run(inSystem(['udevadm', 'test-builtin', 'net_id', path]))
        const isOwn = own.exitCode === 0
        const { stdout } = isOwn ? own : await run(['udevadm', 'info', '--query=property', `--path=${path}`])
        const predicted = predictedNames(stdout.toString('utf8'))
        // The kernel tells the port of a card (`np0`), and another kernel may not.
        return { ...link, predicted, certain: isOwn && predicted.length > 0 && !predicted.some((name) => /np\d+$/.test(name)) }
      }),
    ),
    Promise.all(
      found.map(async (gateway) => ({ ...gateway, answers: await answers({ machine }, gateway.address, gateway.device, signal) })),
    ),
  ])
  return { links: named, gateways, nameservers: nameserversOf(resolver.stdout.toString('utf8')), resolves: lookup.exitCode === 0 }
}

/** Two packets at most; the address is one, not a word of the machine's. */
export async function answers(
  { machine }: Pick<MountedSystem, 'machine'>,
  address: string,
  device: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (isIP(address) === 0 || !/^[\w.-]+$/.test(device)) return false
  const { exitCode } = await machine.run({
    words: ['ping', '-n', '-c', '2', '-i', '0.3', '-W', '1', '-I', device, address],
    risk: 'reads',
    limitMs: 5000,
    signal,
  })
  return exitCode === 0
}

function parse(stdout: Buffer): unknown[] {
  try {
    const value: unknown = JSON.parse(stdout.toString('utf8') || '[]')
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const string = (value: unknown) => (typeof value === 'string' ? value : '')
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** `ip -j -d address`: cards have no kind of their own in `linkinfo`. Undefined when it is not that. Pure. */
export function linksOf(output: readonly unknown[]): Link[] | undefined {
  if (output.length === 0) return undefined
  return output.map(record).flatMap((link) => {
    const name = string(link.ifname)
    const isCard = link.link_type === 'ether' && record(link.linkinfo).info_kind === undefined
    if (!isCard || !/^[\w.-]+$/.test(name)) return []
    const addresses = array(link.addr_info)
      .map(record)
      .flatMap((one) => {
        const address = string(one.local)
        return isIP(address) !== 0 && one.scope === 'global' && typeof one.prefixlen === 'number'
          ? [{ address, prefix: one.prefixlen }]
          : []
      })
    return [
      { name, mac: string(link.address).toLowerCase(), addresses, predicted: [], certain: false, others: array(link.altnames).map(string) },
    ]
  })
}

/** Pure. */
export const gatewaysOf = (output: readonly unknown[]): { address: string; device: string }[] =>
  output.map(record).flatMap((route) => {
    const address = string(route.gateway) || string(record(route.via).host)
    return route.dst === 'default' && isIP(address) !== 0 ? [{ address, device: string(route.dev) }] : []
  })

/** As systemd chooses: on board, slot, path (systemd.net-naming-scheme(7)). Pure. */
export const predictedNames = (properties: string): string[] =>
  ['ID_NET_NAME_ONBOARD', 'ID_NET_NAME_SLOT', 'ID_NET_NAME_PATH'].flatMap(
    (key) => new RegExp(`^\\s*${key}=([\\w.-]+)$`, 'm').exec(properties)?.[1] ?? [],
  )

export const nameserversOf = (text: string): string[] =>
  [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address]) => address!).filter((address) => isIP(address.replace(/%.*/, '')) !== 0)
