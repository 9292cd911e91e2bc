/** fail2ban: whom its database bans at the next start, and whom its configuration never bans. */
import type { MountedSystem, Step } from '../task.js'
import { appendLines, replaceLine } from '../text-edit.js'
import { type Units, unitStep } from '../units.js'
import type { Filter } from './filter.js'
import { either, isFrom, type Packet } from './packet.js'

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
