/** Addresses that are shut out by name: fail2ban's database, hosts.deny, csf. */
import type { MountedSystem, Step } from '../task.js'
import { appendLines, commentLine, insertLines, replaceLine } from '../text-edit.js'
import { type Units, unitStep } from '../units.js'
import { createEdits, type Filter } from './filter.js'
import { either, isFrom, isPort, type Packet, type Tri, type Verdict } from './packet.js'

export interface Ban {
  jail: string
  address: string
  /** Seconds since 1970; undefined: for good. */
  until: number | undefined
}

const database = '/var/lib/fail2ban/fail2ban.sqlite3'
export const ignoreFile = '/etc/fail2ban/jail.d/rescueterm.local'

export type Fail2ban = { kind: 'bans'; bans: Ban[]; ignored: string[] } | { kind: 'unread'; reason: string }

/** @returns undefined when there is no fail2ban, or it does not start. */
export async function readFail2ban(system: MountedSystem, units: Units | undefined, signal: AbortSignal): Promise<Fail2ban | undefined> {
  if (units && !units.isEnabled('fail2ban.service')) return undefined
  const [file] = await system.files.read([database], 1)
  if (file?.kind !== 'file') return undefined
  // `immutable`: not even a lock or a log beside it is written.
  const path = (system.root + file.resolved).split('/').map(encodeURIComponent).join('/')
  const ask = (table: string) =>
    system.machine.run({
      words: [
        'sqlite3',
        '-batch',
        '-readonly',
        '-separator',
        '\t',
        `file:${path}?immutable=1`,
        `SELECT jail, ip, timeofban, bantime FROM ${table} LIMIT 20000`,
      ],
      risk: 'reads',
      signal,
    })
  // `bips` holds what is banned, since version 0.11; before, `bans` has the ban time only from the configuration.
  const result = await ask('bips')
  if (result.exitCode !== 0) return { kind: 'unread', reason: result.stderr || `sqlite3: ${result.exitCode}` }
  return { kind: 'bans', bans: bansOf(result.stdout.toString('utf8')), ignored: await ignoredAddresses(system) }
}

// What a Date can hold, in seconds: a ban beyond it has no end that anybody sees.
const END_OF_TIME = 8_640_000_000_000

/** Rows of jail, address, start, seconds (-1: for good). Pure. */
export function bansOf(output: string): Ban[] {
  return output.split('\n').flatMap((row) => {
    const [jail, address, start, seconds] = row.split('\t')
    if (!jail || !address || !/^\d+$/.test(start ?? '') || !/^-?\d+$/.test(seconds ?? '')) return []
    const until = Number(start) + Number(seconds)
    return [{ jail, address, until: Number(seconds) < 0 || until > END_OF_TIME ? undefined : until }]
  })
}

/** `ignoreip` of jail.conf(5), the last file that sets it for all jails. */
async function ignoredAddresses({ files }: MountedSystem): Promise<string[]> {
  const names = (folder: string) => files.list(folder).then((list) => list.map(({ name }) => `${folder}/${name}`).sort())
  const extra = await names('/etc/fail2ban/jail.d')
  const order = [
    '/etc/fail2ban/jail.conf',
    ...extra.filter((name) => name.endsWith('.conf')),
    '/etc/fail2ban/jail.local',
    ...extra.filter((name) => name.endsWith('.local')),
  ]
  const read = await files.read(order)
  return read.reduce<string[]>((found, file) => (file.kind === 'file' ? (ignoreIp(file.bytes.toString('utf8')) ?? found) : found), [])
}

export function ignoreIp(text: string): string[] | undefined {
  const inDefault = /^\[DEFAULT\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? ''
  const value = /^ignoreip\s*=[ \t]*(.*(?:\n[ \t]+.*)*)/m.exec(inDefault)?.[1]
  return value?.split(/[\s,]+/).filter((one) => one !== '')
}

/** Jails that close SSH: those made for it, and those that close every port. Others close another service's. */
export const closesSsh = ({ jail }: Ban) => /ssh|dropbear|recidive|pam-generic/i.test(jail)

/** The ban that meets this address after the start at `now`; one that closes SSH before others. */
export function banOf(state: Extract<Fail2ban, { kind: 'bans' }>, packet: Packet, now: Date): Ban | undefined {
  if (packet.source === undefined) return undefined
  if (either(state.ignored.map((network) => isFrom(packet, network))) === 'yes') return undefined
  const inForce = state.bans.filter(
    ({ address, until }) => (until === undefined || until * 1000 > now.getTime()) && isFrom(packet, address) === 'yes',
  )
  return inForce.find(closesSsh) ?? inForce[0]
}

/** fail2ban does not bring back bans of ignored addresses. */
export function ignoreSteps(state: Extract<Fail2ban, { kind: 'bans' }>, before: string | undefined, address: string): Step[] {
  const list = ['127.0.0.1/8', '::1', ...state.ignored, address]
  const line = `ignoreip = ${[...new Set(list)].join(' ')}`
  const at = before?.split('\n').findIndex((text) => text.startsWith('ignoreip')) ?? -1
  const after =
    before === undefined
      ? `[DEFAULT]\n${line}\n`
      : at < 0
        ? appendLines(before, ['[DEFAULT]', line])
        : replaceLine(before, at + 1, () => line)
  return [{ kind: 'edit', path: ignoreFile, before, after }]
}

export const fail2banOff = (system: MountedSystem): Filter['off'] => ({
  steps: [unitStep(system, 'disable', ['fail2ban.service'])],
  undo: [unitStep(system, 'enable', ['fail2ban.service'])],
})

const allowFile = '/etc/hosts.allow'
const denyFile = '/etc/hosts.deny'

/** hosts_access(5): sshd of Debian and Ubuntu reads these; that of RHEL 8 and later does not. */
export function readsHostsAccess({ os }: MountedSystem): boolean {
  const isRedHat = ['rhel', 'fedora', 'centos'].some((name) => os.id === name || os.like.includes(name))
  return os.id !== 'fedora' && !(isRedHat && Number.parseFloat(os.version) >= 8)
}

/** The first line of hosts.allow that fits lets in; else the first of hosts.deny keeps out. Pure. */
export function hostsVerdict(files: ReadonlyMap<string, string>, packet: Packet): Verdict {
  for (const [file, result] of [
    [allowFile, 'in'],
    [denyFile, 'out'],
  ] as const) {
    for (const { text, line } of hostsLines(files.get(file) ?? '')) {
      const matches = hostsMatch(text, packet)
      if (matches === 'yes') return { result, because: result === 'out' ? [{ file, line, text }] : [] }
      if (matches === 'maybe') return { result: 'unsure', because: [{ file, line, text }] }
    }
  }
  return { result: 'in', because: [] }
}

export async function readHostsFiles({ files }: MountedSystem): Promise<ReadonlyMap<string, string>> {
  const read = await files.read([allowFile, denyFile], 2 * 1024 * 1024)
  return new Map(read.flatMap((file) => (file.kind === 'file' ? [[file.path, file.bytes.toString('utf8')] as const] : [])))
}

export function hostsSteps(files: ReadonlyMap<string, string>, packet: Packet): Step[] {
  const before = files.get(allowFile)
  const source = packet.source === undefined ? 'ALL' : packet.family === 6 ? `[${packet.source}]` : packet.source
  const line = `sshd: ${source}`
  const after = before === undefined ? `${line}\n` : insertLines(before, 1, [line])
  return [{ kind: 'edit', path: allowFile, before, after }]
}

const hostsLines = (text: string) =>
  text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter(({ text: line }) => line !== '' && !line.startsWith('#'))

function hostsMatch(line: string, packet: Packet): Tri {
  // An address of IPv6 stands in brackets, so the first colon parts daemons from clients.
  const match = /^([^:]+):\s*((?:\[[^\]]*\]|[^:[])+)(?::\s*(.*))?$/.exec(line)
  if (!match) return 'maybe'
  const [, daemons, clients, option] = match as unknown as [string, string, string, string | undefined]
  if (!daemons.split(/[\s,]+/).some((daemon) => /^(sshd|ALL)(@.*)?$/i.test(daemon))) return 'no'
  if (/\bEXCEPT\b/i.test(line) || option !== undefined) return 'maybe'
  return either(
    clients
      .split(/[\s,]+/)
      .filter((one) => one !== '')
      .map((client) => hostsClient(client, packet)),
  )
}

function hostsClient(client: string, packet: Packet): Tri {
  if (/^ALL$/i.test(client)) return 'yes'
  if (/^LOCAL$/i.test(client)) return packet.source === undefined ? 'maybe' : 'no'
  if (/^(\d+\.){1,3}$/.test(client)) {
    const parts = client.split('.').filter((part) => part !== '')
    return isFrom(packet, `${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${parts.length * 8}`)
  }
  const bracket = /^\[([^\]]+)\](\/\d+)?$/.exec(client)
  return isFrom(packet, bracket ? `${bracket[1]}${bracket[2] ?? ''}` : client)
}

const csfConf = '/etc/csf/csf.conf'
const csfDeny = '/etc/csf/csf.deny'
const csfDisable = '/etc/csf/csf.disable'

/** ConfigServer firewall: lists of ports and addresses. */
export async function readCsf(system: MountedSystem, units: Units | undefined): Promise<Filter | undefined> {
  const read = await system.files.read([csfConf, csfDeny, csfDisable])
  const files = new Map(read.flatMap((file) => (file.kind === 'file' ? [[file.path, file.bytes.toString('utf8')] as const] : [])))
  if (!files.has(csfConf)) return undefined
  return csfFilter(files, units ? units.isEnabled('csf.service') : undefined)
}

/** Pure. */
export function csfFilter(files: ReadonlyMap<string, string>, enabled: boolean | undefined): Filter {
  const portLine = (text: string, family: 4 | 6) =>
    text.split('\n').findIndex((line) => new RegExp(`^\\s*TCP${family === 6 ? '6' : ''}_IN\\s*=`).test(line))
  const denyLine = (text: string, packet: Packet) =>
    text
      .split('\n')
      .findIndex((line) => !line.trim().startsWith('#') && line.trim() !== '' && isFrom(packet, line.trim().split(/[\s#]/)[0]!) === 'yes')
  const verdict = (from: ReadonlyMap<string, string>, packet: Packet): Verdict => {
    const conf = from.get(csfConf) ?? ''
    if (packet.family === 6 && !/^\s*IPV6\s*=\s*"1"/m.test(conf)) return { result: 'in', because: [] }
    const deny = from.get(csfDeny) ?? ''
    const denied = denyLine(deny, packet)
    if (denied >= 0) return { result: 'out', because: [{ file: csfDeny, line: denied + 1, text: deny.split('\n')[denied]! }] }
    const line = portLine(conf, packet.family)
    const text = conf.split('\n')[line] ?? ''
    const open = either((/"([^"]*)"/.exec(text)?.[1] ?? '').split(',').map((port) => isPort(packet.port, port.trim())))
    return open === 'yes'
      ? { result: 'in', because: [] }
      : { result: 'out', because: [{ file: csfConf, line: Math.max(1, line + 1), text }] }
  }
  return {
    tool: 'csf',
    starts: files.has(csfDisable) ? false : enabled,
    verdict: (packet) => verdict(files, packet),
    letIn(packets) {
      const edits = createEdits(files)
      for (const packet of packets) {
        const denied = denyLine(edits.text(csfDeny) ?? '', packet)
        if (denied >= 0) edits.change(csfDeny, (text) => commentLine(text, denied + 1))
        if (verdict(edits.files(), packet).result === 'in') continue
        const line = portLine(edits.text(csfConf)!, packet.family)
        if (line >= 0)
          edits.change(csfConf, (text) =>
            replaceLine(text, line + 1, (old) =>
              old.replace(/"([^"]*)"/, (_, ports: string) => `"${[ports, packet.port].filter(Boolean).join(',')}"`),
            ),
          )
      }
      return packets.every((packet) => verdict(edits.files(), packet).result === 'in') ? edits.steps() : undefined
    },
    off: { steps: [{ kind: 'edit', path: csfDisable, before: undefined, after: '' }] },
  }
}
