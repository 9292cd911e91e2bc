/** nft(8) configuration, as far as an incoming connection goes. What is not understood makes a rule "maybe". Pure. */

import { AppError } from '../../../shared/errors.js'
import type { Text } from './iptables.js'
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

interface Token {
  text: string
  file: string
  line: number
  quoted: boolean
}

interface BaseChain {
  name: string
  hook: string
  /** Line of its `type … hook …` statement. */
  file: string
  line: number
}

interface Table {
  family: string
  chains: Map<string, Chain>
  bases: BaseChain[]
  sets: Map<string, string[]>
}

export interface Ruleset {
  tables: Table[]
}

/** @param texts the main file first; the others are what it includes, by path. */
export function readRuleset(main: Text, texts: ReadonlyMap<string, string> = new Map()): Ruleset {
  const tokens = expand(tokenize(main), texts)
  return { tables: readTables(tokens) }
}

/** Patterns of `include`, to be read before. */
export const includesOf = (text: Text): string[] =>
  tokenize(text).flatMap((token, index, all) => (token.text === 'include' && all[index + 1]?.quoted ? [all[index + 1]!.text] : []))

/** A packet passes when every base chain of its way lets it. */
export const nftVerdict = ({ tables }: Ruleset, packet: Packet): Verdict =>
  allOf(
    tables
      .filter(({ family }) => family === 'inet' || family === (packet.family === 4 ? 'ip' : 'ip6'))
      .flatMap(({ chains, bases }) =>
        bases.filter(({ hook }) => hook === 'input' || hook === 'prerouting').map(({ name }) => walk(chains, name, packet)),
      ),
  )

/** Where a rule can be put in front of the others, of each chain on the way of input. */
export const inputChains = ({ tables }: Ruleset): BaseChain[] =>
  tables.filter(({ family }) => /^(inet|ip|ip6)$/.test(family)).flatMap(({ bases }) => bases.filter(({ hook }) => hook === 'input'))

function tokenize({ file, text }: Text): Token[] {
  const tokens: Token[] = []
  text
    .replaceAll('\\\n', ' \u0001')
    .split('\n')
    .reduce((line, content) => {
      for (const [, quoted, mark, plain] of content.matchAll(/"([^"]*)"|([{};,=]|!=|==)|((?:[^\s{};,"=!#]|!(?!=))+|#.*)/g)) {
        const word = quoted ?? mark ?? plain!
        if (plain?.startsWith('#')) break
        tokens.push({ text: word.replaceAll('\u0001', ''), file, line, quoted: quoted !== undefined })
      }
      tokens.push({ text: '\n', file, line, quoted: false })
      return line + 1 + content.split('\u0001').length - 1
    }, 1)
  return tokens.filter(({ text: word }) => word !== '')
}

// Rules of a few thousand bans are the longest met. Definitions of definitions, and files that include each other, grow without end.
const MAX_TOKENS = 500_000

/** `include` and `define` carried out. @throws AppError `file-too-large` */
function expand(tokens: readonly Token[], texts: ReadonlyMap<string, string>, defines = new Map<string, Token[]>(), depth = 0): Token[] {
  const out: Token[] = []
  const add = (more: readonly Token[]) => {
    if (out.length + more.length > MAX_TOKENS) throw new AppError('file-too-large', { file: more[0]?.file ?? '' })
    for (const one of more) out.push(one)
  }
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.text === 'include' && tokens[at + 1]?.quoted && depth < 16) {
      const pattern = tokens[++at]!.text
      for (const [file, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (matchesInclude(pattern, file)) add(expand(tokenize({ file, text }), texts, defines, depth + 1))
      }
    } else if (token.text === 'define' && tokens[at + 2]?.text === '=') {
      const name = tokens[at + 1]!.text
      const value: Token[] = []
      let braces = 0
      for (at += 3; at < tokens.length && (braces > 0 || tokens[at]!.text !== '\n'); at++) {
        if (tokens[at]!.text === '{') braces++
        if (tokens[at]!.text === '}') braces--
        if (tokens[at]!.text !== '\n') value.push(tokens[at]!)
      }
      const meant = value.flatMap((one) => defines.get(one.text.replace(/^\$/, '')) ?? [one])
      if (meant.length > MAX_TOKENS) throw new AppError('file-too-large', { file: token.file })
      defines.set(name, meant)
    } else if (token.text.startsWith('$') && defines.has(token.text.slice(1))) {
      add(defines.get(token.text.slice(1))!.map((one) => ({ ...one, file: token.file, line: token.line })))
    } else add([token])
  }
  return out
}

export function matchesInclude(pattern: string, file: string): boolean {
  const path = pattern.startsWith('/') ? pattern : `/etc/${pattern}`
  if (!path.includes('*')) return path === file
  const [before, after] = [path.slice(0, path.indexOf('*')), path.slice(path.lastIndexOf('*') + 1)]
  return file.startsWith(before) && file.endsWith(after) && !file.slice(before.length, file.length - after.length).includes('/')
}

/** The tokens between the brace at `at` and its partner, and what comes after. */
function block(tokens: readonly Token[], at: number): { inner: Token[]; next: number } {
  let depth = 0
  for (let end = at; end < tokens.length; end++) {
    if (tokens[end]!.quoted) continue
    if (tokens[end]!.text === '{') depth++
    if (tokens[end]!.text === '}' && --depth === 0) return { inner: tokens.slice(at + 1, end), next: end + 1 }
  }
  return { inner: tokens.slice(at + 1), next: tokens.length }
}

function readTables(tokens: readonly Token[]): Table[] {
  const tables: Table[] = []
  const tableOf = (family: string, name: string) => {
    const id = `${family} ${name}`
    const found = byName.get(id)
    if (found) return found
    const table: Table = { family, chains: new Map(), bases: [], sets: new Map() }
    byName.set(id, table)
    tables.push(table)
    return table
  }
  const byName = new Map<string, Table>()
  const families = /^(inet|ip|ip6|arp|bridge|netdev)$/
  for (let at = 0; at < tokens.length; ) {
    // `add table …` and `add rule FAMILY TABLE CHAIN …` are the same things as commands.
    const isAdd = tokens[at]!.text === 'add' || tokens[at]!.text === 'insert'
    const isFront = tokens[at]!.text === 'insert'
    if (isAdd) at++
    const kind = tokens[at]?.text
    if (kind === 'table' || (isAdd && (kind === 'chain' || kind === 'rule'))) {
      at++
      const family = families.test(tokens[at]?.text ?? '') ? tokens[at++]!.text : 'ip'
      const table = tableOf(family, tokens[at++]?.text ?? '')
      if (kind === 'table') {
        if (tokens[at]?.text !== '{') continue
        const { inner, next } = block(tokens, at)
        readTable(table, inner)
        at = next
      } else {
        const name = tokens[at++]?.text ?? ''
        if (kind === 'chain' && tokens[at]?.text === '{') {
          const { inner, next } = block(tokens, at)
          readChain(table, name, inner)
          at = next
        } else if (kind === 'rule') {
          const { statement, next } = statementAt(tokens, at)
          chainOf(table, name).rules[isFront ? 'unshift' : 'push'](...rulesOf(statement, table))
          at = next
        }
      }
    } else if (kind === 'flush' && tokens[at + 1]?.text === 'ruleset') {
      tables.length = 0
      byName.clear()
      at += 2
    } else at++
  }
  return tables
}

function readTable(table: Table, tokens: readonly Token[]) {
  for (let at = 0; at < tokens.length; ) {
    const { text } = tokens[at]!
    if ((text === 'chain' || text === 'set' || text === 'map' || text === 'flowtable') && tokens[at + 2]?.text === '{') {
      const { inner, next } = block(tokens, at + 2)
      if (text === 'chain') readChain(table, tokens[at + 1]!.text, inner)
      if (text === 'set') table.sets.set(tokens[at + 1]!.text, elementsOf(inner))
      at = next
    } else at++
  }
}

/** `elements = { a, b }` of a set; one that is filled at run time is empty at a start. */
function elementsOf(tokens: readonly Token[]): string[] {
  const at = tokens.findIndex(({ text }) => text === 'elements')
  const open = tokens.findIndex(({ text }, index) => index > at && text === '{')
  return at < 0 || open < 0 ? [] : members(block(tokens, open).inner)
}

const members = (tokens: readonly Token[]) =>
  tokens
    .map(({ text }) => text)
    .join(' ')
    .split(',')
    .map((member) => member.replaceAll('\n', ' ').trim())
    .filter((member) => member !== '')

function chainOf(table: Table, name: string): Chain {
  const chain: Chain = table.chains.get(name) ?? { rules: [], policy: 'return' }
  table.chains.set(name, chain)
  return chain
}

function readChain(table: Table, name: string, tokens: readonly Token[]) {
  const chain = chainOf(table, name)
  for (let at = 0; at < tokens.length; ) {
    const { statement, next } = statementAt(tokens, at)
    at = next
    const words = statement.map(({ text }) => text)
    const [first] = statement
    if (!first) continue
    if (words[0] === 'type' && words.includes('hook')) {
      table.bases.push({ name, hook: words[words.indexOf('hook') + 1] ?? '', file: first.file, line: first.line })
      if (chain.policy === 'return') chain.policy = 'accept'
    } else if (words[0] === 'policy') {
      if (words[1] === 'drop')
        Object.assign(chain, { policy: 'drop', origin: { file: first.file, line: first.line, text: words.join(' ') } })
    } else {
      chain.rules.push(...rulesOf(statement, table))
    }
  }
}

/** Up to a line end or `;` outside of braces. */
function statementAt(tokens: readonly Token[], at: number): { statement: Token[]; next: number } {
  let depth = 0
  let end = at
  for (; end < tokens.length; end++) {
    const { text, quoted } = tokens[end]!
    if (quoted) continue
    if (text === '{') depth++
    if (text === '}') depth--
    if (depth <= 0 && (text === '\n' || text === ';')) break
  }
  return { statement: tokens.slice(at, end).filter(({ text }) => text !== '\n'), next: end + 1 }
}

type Condition = (packet: Packet) => Tri

const verdicts: Record<string, Action> = {
  accept: { kind: 'accept' },
  drop: { kind: 'drop' },
  reject: { kind: 'drop' },
  return: { kind: 'return' },
  continue: { kind: 'next' },
}

function rulesOf(statement: readonly Token[], table: Table): Rule[] {
  const [first] = statement
  if (!first || first.text === 'comment') return []
  const words = statement.map(({ text, quoted }) => (quoted ? `"${text}"` : text))
  const conditions: Condition[] = []
  let action: Action = { kind: 'next' }
  let branches: { condition: Condition; action: Action }[] | undefined
  let at = 0
  const peek = (offset = 0) => words[at + offset] ?? ''
  /** `[==|!=] VALUE | { a, b } | @set | a,b` → its members, and whether it is a negation. */
  function operand(): { values: string[] | undefined; negated: boolean } {
    const negated = peek() === '!='
    if (peek() === '!=' || peek() === '==') at++
    let values: string[] | undefined
    if (peek() === '{') {
      const { inner, next } = block(statement, at)
      values = members(inner)
      at = next
    } else {
      const word = words[at++] ?? ''
      values = word.startsWith('@') ? table.sets.get(word.slice(1)) : [word.replaceAll('"', '')]
      while (peek() === ',' && values) {
        values.push(words[at + 1]?.replaceAll('"', '') ?? '')
        at += 2
      }
    }
    return { values, negated }
  }
  function test(one: (value: string, packet: Packet) => Tri) {
    const { values, negated } = operand()
    conditions.push((packet) => {
      const found = values ? either(values.map((value) => one(value, packet))) : 'maybe'
      return negated ? not(found) : found
    })
  }
  /** `vmap { a : accept, b : jump c }`: as many rules as members; keys do not overlap. */
  function verdictMap(one: (value: string, packet: Packet) => Tri) {
    at++
    const { values } = operand()
    const pairs = values?.map((member) => member.split(/\s+:\s+/) as [string, string?])
    branches = pairs
      ? pairs.map(([value, verdict = '']) => ({ condition: (packet) => one(value, packet), action: actionOf(verdict.split(' ')) }))
      : [{ condition: () => 'maybe', action: { kind: 'unknown' } }]
  }
  /** In a table of both families, a word about one of them says nothing about the other, negated or not. */
  function ofFamily() {
    const wanted = peek() === 'ip' ? 4 : 6
    conditions.push(({ family }) => (family === wanted ? 'yes' : 'no'))
  }
  const match = (one: (value: string, packet: Packet) => Tri) => (peek() === 'vmap' ? verdictMap(one) : test(one))
  while (at < words.length) {
    const two = `${peek()} ${peek(1)}`
    if (two === 'ct state') {
      at += 2
      match((value) => (value === 'new' ? 'yes' : 'no'))
    } else if (/^meta (iif|iifname)$/.test(two) || /^(iif|iifname)$/.test(peek())) {
      at += peek() === 'meta' ? 2 : 1
      match((value) => comesBy(value))
    } else if (/^(tcp|th) dport$/.test(two)) {
      at += 2
      match((value, { port }) => isPort(port, value))
    } else if (/^(udp|sctp|dccp|udplite|icmp|icmpv6|igmp|ah|esp) \w+$/.test(two) && peek() !== 'reject') {
      at += 2
      conditions.push(() => 'no')
      operand()
    } else if (/^(ip|ip6) saddr$/.test(two)) {
      ofFamily()
      at += 2
      match((value, packet) => isFrom(packet, value))
    } else if (/^(ip|ip6) daddr$/.test(two)) {
      ofFamily()
      at += 2
      match((value) => (/^(127\.|22[4-9]\.|23\d\.|255\.|ff|::1)/i.test(value) ? 'no' : 'maybe'))
    } else if (/^(ip protocol|ip6 nexthdr|meta l4proto)$/.test(two)) {
      if (peek() !== 'meta') ofFamily()
      at += 2
      match((value) => (/^(tcp|6)$/.test(value) ? 'yes' : 'no'))
    } else if (two === 'meta nfproto') {
      at += 2
      match((value, { family }) => (value === (family === 4 ? 'ipv4' : 'ipv6') ? 'yes' : 'no'))
    } else if (two === 'meta pkttype' || /^pkttype /.test(two)) {
      at += peek() === 'meta' ? 2 : 1
      match((value) => (/^(host|unicast)$/.test(value) ? 'yes' : 'no'))
    } else if (two === 'limit rate') {
      at += 2
      if (peek() === 'over') conditions.push(() => 'no')
      while (at < words.length && !isVerb(peek())) at++
    } else if (/^(counter|log|comment)$/.test(peek())) {
      at++
      while (at < words.length && !isVerb(peek())) at++
    } else if (verdicts[peek()] || peek() === 'jump' || peek() === 'goto' || peek() === 'queue') {
      action = actionOf(words.slice(at))
      break
    } else {
      // Something not understood: it may hold or not.
      conditions.push(() => 'maybe')
      at++
      while (at < words.length && !isVerb(peek())) at++
    }
  }
  const origin = { file: first.file, line: first.line, text: words.join(' ') }
  return (branches ?? [{ condition: () => 'yes' as const, action }]).map((branch) => ({
    ...origin,
    matches: (packet) => both([...conditions, branch.condition].map((condition) => condition(packet))),
    action: branch.action,
  }))
}

const isVerb = (word: string) =>
  /^(accept|drop|reject|return|continue|jump|goto|queue|counter|log|comment|limit|ct|meta|tcp|th|ip|ip6|iif|iifname)$/.test(word)

function actionOf([verb = '', chain = '']: readonly string[]): Action {
  if (verb === 'jump' || verb === 'goto') return { kind: verb, chain }
  return verdicts[verb] ?? { kind: verb === '' ? 'next' : 'unknown' }
}
