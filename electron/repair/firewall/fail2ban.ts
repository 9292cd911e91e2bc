/** fail2ban: whom its database bans at the next start, and whom its configuration never bans. */
import { labelledEdit, type Selinux } from '../selinux.js'
import type { MountedSystem, Step } from '../task.js'
import { appendLines, insertLines, replaceLine } from '../text-edit.js'
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
const jailFolder = '/etc/fail2ban/jail.d'
/** The last of its folder, so that no other file overrides it. */
export const ignoreFile = `${jailFolder}/zzz-rescueterm.local`

interface Known {
  bans: Ban[]
  /** Texts of the configuration, each overriding those before. */
  configs: string[]
}

export type Fail2ban = ({ kind: 'bans' } & Known) | { kind: 'unread'; reason: string }

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
  return { kind: 'bans', bans: bansOf(result.stdout.toString('utf8')), configs: await readConfigs(system) }
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

/** The files of jail.conf(5), in the order in which one overrides another. */
async function readConfigs({ files }: MountedSystem): Promise<string[]> {
  const names = (await files.list(jailFolder)).map(({ name }) => `${jailFolder}/${name}`).sort()
  const texts = await files.texts([
    '/etc/fail2ban/jail.conf',
    ...names.filter((name) => name.endsWith('.conf')),
    '/etc/fail2ban/jail.local',
    ...names.filter((name) => name.endsWith('.local')),
  ])
  return [...texts.values()]
}

/** `ignoreip` of a jail: the last file that sets it in the jail's own section, else the last that sets it for all. Pure. */
export function ignoredBy(configs: readonly string[], jail: string): string[] {
  const last = (section: string, before: string[] | undefined) =>
    configs.reduce((known, text) => ignoreIp(text, section)?.flatMap((one) => (one === KNOWN ? (known ?? []) : [one])) ?? known, before)
  const all = last('DEFAULT', undefined)
  return last(jail, all) ?? []
}

// What the files before said.
const KNOWN = '%(known/ignoreip)s'

/** A value goes on in lines that are indented. */
function ignoreIp(text: string, section: string): string[] | undefined {
  const inside = text.split(/^(?=\[)/m).filter((part) => part.startsWith(`[${section}]`))
  const value = /^ignoreip\s*[=:][ \t]*(.*(?:\n[ \t]+.*)*)/m.exec(inside.join(''))?.[1]
  return value
    ?.replaceAll(/\s;.*|^\s*#.*/gm, '')
    .split(/[\s,]+/)
    .filter((one) => one !== '')
}

/** Jails that close SSH: those made for it, and those that close every port. Others close another service's. */
export const closesSsh = ({ jail }: Ban) => /ssh|dropbear|recidive|pam-generic/i.test(jail)

/** The bans that meet this address after the start at `now`; those that close SSH before others. */
export function bansOn({ bans, configs }: Known, packet: Packet, now: Date): Ban[] {
  if (packet.source === undefined) return []
  const inForce = bans.filter(
    ({ jail, address, until }) =>
      (until === undefined || until * 1000 > now.getTime()) &&
      isFrom(packet, address) === 'yes' &&
      either(ignoredBy(configs, jail).map((network) => isFrom(packet, network))) !== 'yes',
  )
  return [...inForce.filter(closesSsh), ...inForce.filter((ban) => !closesSsh(ban))]
}

/**
 * fail2ban does not bring back bans of ignored addresses. Written for each jail that bans, because a jail's own list overrides that of
 * all. @param before of `ignoreFile`; undefined when there is none.
 */
export function ignoreSteps(
  { configs }: Known,
  before: string | undefined,
  bans: readonly Ban[],
  address: string,
  selinux: Selinux,
): Step[] {
  const jails = new Set(bans.map(({ jail }) => jail).filter((jail) => /^[\w.@+-]+$/.test(jail)))
  const after = [...jails].reduce((text, jail) => withIgnored(text, jail, [...ignoredBy(configs, jail), address]), before ?? '')
  if (after === (before ?? '')) return []
  return labelledEdit(selinux, { path: ignoreFile, before, after })
}

/** A section may stand once in a file, and a value once in a section. */
function withIgnored(text: string, jail: string, addresses: readonly string[]): string {
  const line = `ignoreip = ${[...new Set(addresses)].join(' ')}`
  const lines = text.split('\n')
  const header = lines.findIndex((one) => one.trimEnd() === `[${jail}]`)
  if (header < 0) return appendLines(text, [`[${jail}]`, line])
  const next = lines.findIndex((one, index) => index > header && one.startsWith('['))
  const own = lines.findIndex((one, index) => index > header && (next < 0 || index < next) && /^ignoreip\s*[=:]/.test(one))
  return own < 0 ? insertLines(text, header + 2, [line]) : replaceLine(text, own + 1, () => line)
}

export const fail2banOff = (system: MountedSystem): Filter['off'] => ({
  steps: [unitStep(system, 'disable', ['fail2ban.service'])],
  undo: [unitStep(system, 'enable', ['fail2ban.service'])],
})
