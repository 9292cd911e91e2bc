/** The first packet of an SSH connection at the next start, and the walk of rules it takes. What cannot be told stays "maybe". Pure. */
import { BlockList, isIP } from 'node:net'

export interface Packet {
  family: 4 | 6
  /** Undefined: somebody, from somewhere. */
  source: string | undefined
  port: number
}

export type Tri = 'yes' | 'no' | 'maybe'

export type Action =
  | { kind: 'accept' | 'drop' | 'return' | 'next' }
  | { kind: 'jump' | 'goto'; chain: string }
  /** A target whose effect is not known. */
  | { kind: 'unknown' }

export interface Rule {
  file: string
  line: number
  text: string
  matches(packet: Packet): Tri
  action: Action
}

export interface Chain {
  rules: Rule[]
  /** Of a base chain; `return` for others. */
  policy: 'accept' | 'drop' | 'return'
  /** Where the policy stands. */
  origin?: { file: string; line: number; text: string }
}

export interface Deciding {
  file: string
  line: number
  text: string
}

export interface Verdict {
  /** `unsure` when both are possible. */
  result: 'in' | 'out' | 'unsure'
  /** The rules and policies that keep it out, or may. */
  because: Deciding[]
}

type Outcome = 'accept' | 'drop' | 'return'

/** @param start a base chain; one that is not there lets everything pass. */
export function walk(chains: ReadonlyMap<string, Chain>, start: string, packet: Packet): Verdict {
  const known = new Map<string, ReadonlySet<Outcome>>()
  const because: Deciding[] = []
  // The packet stays the same, so a chain has one answer however often it is called; a chain inside itself returns.
  function outcomes(name: string): ReadonlySet<Outcome> {
    const before = known.get(name)
    if (before) return before
    known.set(name, new Set(['return']))
    const found = new Set<Outcome>()
    const chain = chains.get(name)
    const isDecided = chain?.rules.some((rule) => {
      const matches = rule.matches(packet)
      if (matches === 'no') return false
      const now = outcomesOf(rule.action)
      if (now.has('drop') && rule.action.kind !== 'jump' && rule.action.kind !== 'goto')
        because.push({ file: rule.file, line: rule.line, text: rule.text })
      for (const one of now) if (one !== 'return' || rule.action.kind === 'return' || rule.action.kind === 'goto') found.add(one)
      const goesOn = rule.action.kind === 'next' || rule.action.kind === 'unknown' || (rule.action.kind === 'jump' && now.has('return'))
      return matches === 'yes' && !goesOn
    })
    if (!isDecided) {
      found.add(chain?.policy ?? 'return')
      if (chain?.policy === 'drop' && chain.origin) because.push(chain.origin)
    }
    known.set(name, found)
    return found
  }
  function outcomesOf(action: Action): ReadonlySet<Outcome> {
    switch (action.kind) {
      case 'jump':
      case 'goto':
        return outcomes(action.chain)
      case 'unknown':
        return new Set(['drop'])
      case 'next':
        return new Set()
      default:
        return new Set([action.kind])
    }
  }
  const found = new Set(outcomes(start))
  // Out of a base chain there is nothing to return to: its policy decides.
  const base = chains.get(start)
  if (found.delete('return')) found.add(base?.policy ?? 'accept')
  if (found.has('drop') && because.length === 0 && base?.origin) because.push(base.origin)
  const isIn = found.has('accept') || found.has('return')
  return { result: found.has('drop') ? (isIn ? 'unsure' : 'out') : 'in', because: found.has('drop') ? because : [] }
}

/** Filters one after the other: each must let it pass. */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  const result = verdicts.some((one) => one.result === 'out') ? 'out' : verdicts.some((one) => one.result === 'unsure') ? 'unsure' : 'in'
  return { result, because: verdicts.filter((one) => one.result !== 'in').flatMap((one) => one.because) }
}

export const both = (conditions: readonly Tri[]): Tri => (conditions.includes('no') ? 'no' : conditions.includes('maybe') ? 'maybe' : 'yes')
export const either = (conditions: readonly Tri[]): Tri =>
  conditions.includes('yes') ? 'yes' : conditions.includes('maybe') ? 'maybe' : 'no'
export const not = (condition: Tri): Tri => (condition === 'yes' ? 'no' : condition === 'no' ? 'yes' : 'maybe')

/** `1.2.3.4`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1-10.0.0.9`, `::/0`; another notation is "maybe". */
export function isFrom(packet: Packet, network: string): Tri {
  const [first, last] = network.split('-') as [string, string?]
  const [address, length] = first.split('/') as [string, string?]
  const family = isIP(address)
  if (family === 0) return 'maybe'
  if (family !== packet.family) return 'no'
  const bits = length === undefined ? (family === 4 ? 32 : 128) : length.includes('.') ? maskBits(length) : Number(length)
  if (bits === 0) return 'yes'
  if (packet.source === undefined || isIP(packet.source) !== packet.family) return 'maybe'
  const list = new BlockList()
  const type = family === 4 ? 'ipv4' : 'ipv6'
  try {
    if (last === undefined) list.addSubnet(address, bits, type)
    else list.addRange(address, last, type)
  } catch {
    return 'maybe'
  }
  return list.check(packet.source, type) ? 'yes' : 'no'
}

/** `255.255.255.0` → 24; NaN for a mask with holes, which then fits nothing. */
function maskBits(mask: string): number {
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : Number.NaN
}

/** A packet that came from outside: never by lo, nor by the interfaces of containers and tunnels. */
export function comesBy(name: string): Tri {
  if (name === 'lo') return 'no'
  if (/^(\+|\*)$/.test(name)) return 'yes'
  return /^(docker|br-|veth|virbr|lxc|lxd|cni|flannel|cali|tun|tap|wg|tailscale|zt)/.test(name) ? 'no' : 'maybe'
}

/** `22`, `ssh`, `20:25` or `20-25`. */
export function isPort(port: number, text: string): Tri {
  const [from, to] = text.split(/[:-]/).map((end) => (end === 'ssh' ? 22 : Number(end))) as [number, number?]
  if (Number.isNaN(from) || Number.isNaN(to ?? 0)) return /^[a-z][\w+.]*$/i.test(text) ? 'no' : 'maybe'
  return port >= from && port <= (to ?? from) ? 'yes' : 'no'
}
