/** What `iptables-restore` loads, as far as an incoming connection goes: iptables(8), iptables-extensions(8). Pure. */
import {
  type Action,
  allOf,
  both,
  type Chain,
  comesBy,
  either,
  isFrom,
  isPort,
  not,
  type Packet,
  type Rule,
  type Tri,
  type Verdict,
  walk,
} from './packet.js'

export interface Text {
  file: string
  text: string
}

/** Table → chain → rules. */
export type Tables = Map<string, Map<string, Chain>>

/** Several files after each other, as ufw loads them. */
export function readTables(texts: readonly Text[]): Tables {
  const tables: Tables = new Map()
  for (const { file, text } of texts) {
    let table = 'filter'
    text.split('\n').forEach((raw, index) => {
      const line = raw.trim().replace(/^\[\d+:\d+\]\s*/, '')
      const origin = { file, line: index + 1, text: line }
      if (line.startsWith('*')) table = line.slice(1).trim()
      const chains = tables.get(table) ?? new Map<string, Chain>()
      tables.set(table, chains)
      const words = splitWords(line)
      const declared = /^:(\S+)\s+(\S+)/.exec(line)
      if (declared) setPolicy(chains, declared[1]!, declared[2]!, origin)
      else if (words[0] === '-P' || words[0] === '--policy') setPolicy(chains, words[1] ?? '', words[2] ?? '', origin)
      else if (words[0] === '-A' || words[0] === '--append') chainOf(chains, words[1]!).rules.push(readRule(words.slice(2), origin))
      else if (words[0] === '-I' || words[0] === '--insert') {
        const at = /^\d+$/.test(words[2] ?? '') ? Number(words[2]) - 1 : 0
        chainOf(chains, words[1]!).rules.splice(at, 0, readRule(words.slice(2), origin))
      }
    })
  }
  return tables
}

/** Through the chains a packet to this machine meets. */
export const verdictOf = (tables: Tables, packet: Packet): Verdict =>
  allOf(
    (
      [
        ['raw', 'PREROUTING'],
        ['mangle', 'PREROUTING'],
        ['mangle', 'INPUT'],
        ['filter', 'INPUT'],
      ] as const
    ).map(([table, chain]) => walk(tables.get(table) ?? new Map(), chain, packet)),
  )

function chainOf(chains: Map<string, Chain>, name: string): Chain {
  const chain = chains.get(name) ?? { rules: [], policy: /^(INPUT|PREROUTING)$/.test(name) ? 'accept' : 'return' }
  chains.set(name, chain)
  return chain
}

function setPolicy(chains: Map<string, Chain>, name: string, policy: string, origin: NonNullable<Chain['origin']>) {
  const chain = chainOf(chains, name)
  if (policy === 'DROP' || policy === 'REJECT') Object.assign(chain, { policy: 'drop', origin })
  else if (policy === 'ACCEPT') chain.policy = 'accept'
}

/** Words in quotes keep their blanks. */
const splitWords = (line: string) => [...line.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)

// Targets that pass the packet on.
const passing = new Set(
  'LOG NFLOG ULOG AUDIT TRACE MARK CONNMARK SET TCPMSS CT CHECKSUM CLASSIFY DSCP SECMARK CONNSECMARK NOTRACK'.split(' '),
)
const final: Record<string, Action> = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  REJECT: { kind: 'drop' },
  TARPIT: { kind: 'drop' },
  RETURN: { kind: 'return' },
}

function actionOf(target: string | undefined, isGoto: boolean): Action {
  if (target === undefined || passing.has(target)) return { kind: 'next' }
  return (
    final[target] ??
    (/^[A-Z0-9]+$/.test(target) && knownUnknown.has(target) ? { kind: 'unknown' } : { kind: isGoto ? 'goto' : 'jump', chain: target })
  )
}
const knownUnknown = new Set('NFQUEUE QUEUE DNAT REDIRECT TPROXY MIRROR'.split(' '))

type Condition = (packet: Packet) => Tri

function readRule(words: readonly string[], origin: { file: string; line: number; text: string }): Rule {
  const conditions: Condition[] = []
  let target: string | undefined
  let isGoto = false
  let negated = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (word === '!') {
      negated = true
      continue
    }
    if (!word.startsWith('-')) continue
    const values: string[] = []
    while (at + 1 < words.length && !/^(-[a-z]|--[a-z])/i.test(words[at + 1]!) && words[at + 1] !== '!') values.push(words[++at]!)
    // The old spelling `-s ! 10.0.0.0/8`.
    if (values.length === 0 && words[at + 1] === '!' && words[at + 2] !== undefined && !words[at + 2]!.startsWith('-')) {
      negated = true
      values.push(words[at + 2]!)
      at += 2
    }
    if (/^(-j|--jump|-g|--goto)$/.test(word)) {
      target = values[0]
      isGoto = word.startsWith('-g') || word === '--goto'
    } else {
      const condition = conditionOf(word, values)
      if (condition) conditions.push(negated ? (packet) => not(condition(packet)) : condition)
    }
    negated = false
  }
  return { ...origin, matches: (packet) => both(conditions.map((condition) => condition(packet))), action: actionOf(target, isGoto) }
}

const list = (values: readonly string[]) => (values[0] ?? '').split(',')
const always: Condition = () => 'yes'
const never: Condition = () => 'no'

/** Undefined: an option that only describes. */
function conditionOf(option: string, values: readonly string[]): Condition | undefined {
  switch (option) {
    case '-p':
    case '--protocol':
      return list(values).some((name) => /^(tcp|6|all|0)$/i.test(name)) ? always : never
    case '-s':
    case '--source':
    case '--src-range':
      return (packet) => either(list(values).map((network) => isFrom(packet, network)))
    case '-d':
    case '--destination':
      // Of this machine's addresses only those are known that it cannot have.
      return (packet) =>
        either(
          list(values).map((network) =>
            /^(127\.|22[4-9]\.|23\d\.|255\.255\.255\.255|ff|::1)/i.test(network) ? 'no' : isFrom({ ...packet, source: undefined }, network),
          ),
        )
    case '-i':
    case '--in-interface':
      return () => comesBy(values[0] ?? '')
    case '--dport':
    case '--destination-port':
    case '--dports':
    case '--destination-ports':
    case '--ports':
      return ({ port }) => either(list(values).map((text) => isPort(port, text)))
    case '--ctstate':
    case '--state':
      return list(values).includes('NEW') ? always : never
    case '--syn':
      return always
    case '--tcp-flags':
      return () =>
        flags(values[0] ?? '')
          .filter((flag) => flag === 'SYN')
          .join() === flags(values[1] ?? '').join()
          ? 'yes'
          : 'no'
    case '--icmp-type':
    case '--icmpv6-type':
    // Fragments, routing headers and the like: not in a first packet of TCP.
    case '-f':
    case '--fragment':
    case '--rt-type':
    case '--rt-segsleft':
    case '--fragid':
      return never
    case '--dst-type':
      return list(values).includes('LOCAL') || list(values).includes('UNICAST') ? always : never
    case '--src-type':
      return list(values).includes('UNICAST') ? always : never
    // A first connection after a start: nothing was counted yet.
    case '--update':
    case '--rcheck':
    case '--hashlimit-above':
    case '--connlimit-above':
      return never
    case '-m':
    case '--match':
    case '--comment':
      return undefined
    default:
      return /^--(set|name|seconds|hitcount|rsource|rdest|mask|reap|rttl|limit|limit-burst|hashlimit(-\w+)*|connlimit-\w+|log-.*|nflog-.*|reject-with|set-\w+|restore-mark|save-mark|nfmask|ctmask|x?mark-\w+|zone|notrack|clamp-mss-to-pmtu)$/.test(
        option,
      )
        ? undefined
        : () => 'maybe'
  }
}

const flags = (text: string) =>
  text
    .split(',')
    .flatMap((flag) => (flag === 'ALL' ? ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] : flag === 'NONE' || flag === '' ? [] : [flag]))

/** A rule in front of the others of INPUT that lets SSH in; undefined when the text has no place for it. */
export function ruleLine(text: string): number | undefined {
  let table = 'filter'
  const lines = text.split('\n').map((raw) => raw.trim().replace(/^\[\d+:\d+\]\s*/, ''))
  const index = lines.findIndex((line) => {
    if (line.startsWith('*')) table = line.slice(1).trim()
    return table === 'filter' && (/^(-A|-I|--append|--insert)\s+INPUT\b/.test(line) || line === 'COMMIT')
  })
  return index < 0 ? undefined : index + 1
}

export const acceptRule = (port: number, chain = 'INPUT') => `-A ${chain} -p tcp --dport ${port} -j ACCEPT`
