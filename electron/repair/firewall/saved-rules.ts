/** Rules that a service loads at the start: nftables, iptables-persistent (Debian), iptables (Red Hat, Arch). */

import { posix } from 'node:path'
import { MAX_TEXT } from '../../machine/system-files.js'
import type { MountedSystem } from '../task.js'
import { insertLines } from '../text-edit.js'
import { type UnitName, type Units, unitStep } from '../units.js'
import { createEdits, type Filter } from './filter.js'
import { acceptRule, readTables, ruleLine, verdictOf } from './iptables.js'
import { includesOf, inputChains, matchesInclude, nftVerdict, readRuleset } from './nftables.js'
import type { Packet } from './packet.js'

type Files = ReadonlyMap<string, string>

const startsWith = (units: Units | undefined, names: readonly UnitName[]) =>
  units ? names.some((name) => units.isEnabled(name)) : undefined

/** Only what is enabled now is disabled, so that the undo enables no more than that; all of them where that could not be told. */
function offByUnits(system: MountedSystem, units: Units | undefined, names: readonly UnitName[]): Filter['off'] {
  const on = units ? names.filter((name) => units.isEnabled(name)) : names
  return { steps: [unitStep(system, 'disable', on)], undo: [unitStep(system, 'enable', on)] }
}

const saved = [
  // Debian, Red Hat, Arch.
  { units: ['netfilter-persistent.service'], v4: '/etc/iptables/rules.v4', v6: '/etc/iptables/rules.v6' },
  { units: ['iptables.service', 'ip6tables.service'], v4: '/etc/sysconfig/iptables', v6: '/etc/sysconfig/ip6tables' },
  { units: ['iptables.service', 'ip6tables.service'], v4: '/etc/iptables/iptables.rules', v6: '/etc/iptables/ip6tables.rules' },
] as const

export async function readIptables(system: MountedSystem, units: Units | undefined): Promise<Filter[]> {
  const paths = saved.flatMap(({ v4, v6 }) => [v4, v6])
  const files = await system.files.texts(paths, MAX_TEXT)
  return saved
    .filter(({ v4, v6 }) => files.has(v4) || files.has(v6))
    .map(({ units: names, v4, v6 }) => iptablesFilter(files, { 4: v4, 6: v6 }, startsWith(units, names), offByUnits(system, units, names)))
}

/** Pure. */
export function iptablesFilter(files: Files, paths: Record<4 | 6, string>, starts: boolean | undefined, off: Filter['off']): Filter {
  const verdict = (from: Files, packet: Packet) =>
    verdictOf(readTables([{ file: paths[packet.family], text: from.get(paths[packet.family]) ?? '' }]), packet)
  return {
    tool: 'iptables',
    starts,
    verdict: (packet) => verdict(files, packet),
    letIn(packets) {
      const edits = createEdits(files)
      for (const { family, port } of packets) {
        const line = ruleLine(edits.text(paths[family]) ?? '')
        if (line !== undefined) edits.change(paths[family], (text) => insertLines(text, line, [acceptRule(port)]))
      }
      return packets.every((packet) => verdict(edits.files(), packet).result === 'in') ? edits.steps() : undefined
    },
    off,
  }
}

const nftMain = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf']

export async function readNftables(system: MountedSystem, units: Units | undefined): Promise<Filter | undefined> {
  const files = await system.files.texts(nftMain, MAX_TEXT)
  const main = nftMain.find((path) => files.has(path))
  if (main === undefined) return undefined
  let wanted = includesOf({ file: main, text: files.get(main)! })
  for (let depth = 0; depth < 8 && wanted.length > 0; depth++) {
    const paths: string[] = []
    for (const pattern of wanted) {
      const path = pattern.startsWith('/') ? pattern : `/etc/${pattern}`
      const names = path.includes('*')
        ? (await system.files.list(posix.dirname(path))).map(({ name }) => posix.join(posix.dirname(path), name))
        : [path]
      paths.push(...names.filter((name) => matchesInclude(path, name) && !files.has(name)))
    }
    const more = await system.files.texts(paths, MAX_TEXT)
    for (const [path, text] of more) files.set(path, text)
    wanted = [...more].flatMap(([file, text]) => includesOf({ file, text }))
  }
  const names = ['nftables.service'] as const
  return nftablesFilter(files, main, startsWith(units, names), offByUnits(system, units, names))
}

/** Pure. */
export function nftablesFilter(files: Files, main: string, starts: boolean | undefined, off: Filter['off']): Filter {
  const read = (from: Files) => readRuleset({ file: main, text: from.get(main) ?? '' }, from)
  return {
    tool: 'nftables',
    starts,
    verdict: (packet) => nftVerdict(read(files), packet),
    letIn(packets) {
      const edits = createEdits(files)
      const ports = [...new Set(packets.map(({ port }) => port))]
      // From the last line up, so that the others keep their numbers.
      for (const { file, line } of inputChains(read(files)).sort((a, b) => b.line - a.line)) {
        const own = files.get(file)?.split('\n')[line - 1] ?? ''
        const indent = /^\s*/.exec(own)![0]
        // `type …; policy drop;` in a line with other things has no room for another line after it.
        if (/[{}]/.test(own)) continue
        edits.change(file, (text) =>
          insertLines(
            text,
            line + 1,
            ports.map((port) => `${indent}tcp dport ${port} accept`),
          ),
        )
      }
      const after = read(edits.files())
      return packets.every((packet) => nftVerdict(after, packet).result === 'in') ? edits.steps() : undefined
    },
    off,
  }
}
