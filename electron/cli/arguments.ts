/**
 * What was typed after `rescueterm`, parsed strictly: an option a command has no use for is a usage error, never ignored.
 * Nothing here touches the network or a file.
 */
import { parseArgs } from 'node:util'
import { AppError } from '../../shared/app-error.js'
import { parseHostAddress } from '../../shared/parse-host-address.js'

export const commandNames = [
  'connect',
  'check',
  'set-aside',
  'restore',
  'watch',
  'status',
  'practice',
  'servers',
  'enter',
  'leave',
  'disks',
  'diagnose',
] as const
export type CommandName = (typeof commandNames)[number]

/** What is wrong, by code; words are in the text files. Exit status 2. */
export class UsageError extends Error {
  constructor(
    readonly reason:
      | 'unknown-command'
      | 'unknown-option'
      | 'missing-host'
      | 'too-many-arguments'
      | 'bad-option'
      | 'yes-needs-key'
      | 'which-restore'
      | 'two-ports',
    readonly data: Record<string, string> = {},
  ) {
    super(reason)
    this.name = 'UsageError'
  }
}

export interface TypedHost {
  /** As typed. */
  text: string
  user?: string | undefined
  host: string
  port?: number | undefined
}

export interface Options {
  knownHosts: string[] | undefined
  /** An empty list for `none`. */
  globalKnownHosts: string[] | undefined
  key: string | undefined
  ip: string | undefined
  id: string | undefined
  all: boolean
  yes: boolean
  dryRun: boolean
  /** `enter`: the machine's name, typed where its services may be running. */
  confirm: string | undefined
  byHand: boolean
  mount: boolean
  readOnly: boolean
  unmount: boolean
  unlock: boolean
  prove: boolean
  output: string | undefined
  reportLang: string | undefined
  /** `leave`: ITEM=REASON. */
  skip: string[] | undefined
  noReboot: boolean
  dataDir: string | undefined
}

export type Invocation = { lang: 'en' | 'fr' | undefined; json: boolean } & (
  | { kind: 'help' | 'version' }
  /** `rescueterm [HOST]`: the window. */
  | { kind: 'window'; host: TypedHost | undefined }
  | { kind: 'command'; command: CommandName; host: TypedHost | undefined; options: Options }
)

const accepted = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  port: { type: 'string', short: 'p' },
  'known-hosts': { type: 'string', multiple: true },
  'global-known-hosts': { type: 'string', multiple: true },
  key: { type: 'string' },
  ip: { type: 'string' },
  id: { type: 'string' },
  all: { type: 'boolean' },
  'data-dir': { type: 'string' },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  lang: { type: 'string' },
  confirm: { type: 'string' },
  'by-hand': { type: 'boolean' },
  mount: { type: 'boolean' },
  'read-only': { type: 'boolean' },
  unmount: { type: 'boolean' },
  unlock: { type: 'boolean' },
  prove: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  'report-lang': { type: 'string' },
  skip: { type: 'string', multiple: true },
  'no-reboot': { type: 'boolean' },
} as const
type OptionName = keyof typeof accepted

const files: OptionName[] = ['port', 'known-hosts', 'global-known-hosts']
const everywhere: OptionName[] = ['help', 'version', 'json', 'lang', 'data-dir']
const ofCommand: Record<CommandName | 'window', { host: 'required' | 'optional' | 'none'; options: OptionName[] }> = {
  window: { host: 'optional', options: ['port'] },
  connect: { host: 'required', options: files },
  check: { host: 'required', options: [...files, 'key', 'ip'] },
  'set-aside': { host: 'required', options: [...files, 'key', 'yes', 'dry-run'] },
  restore: { host: 'optional', options: [...files, 'id', 'all', 'yes', 'dry-run'] },
  watch: { host: 'required', options: files },
  status: { host: 'none', options: [] },
  practice: { host: 'none', options: [] },
  servers: { host: 'none', options: [] },
  enter: { host: 'required', options: [...files, 'yes', 'dry-run', 'confirm', 'by-hand'] },
  leave: { host: 'required', options: [...files, 'yes', 'skip', 'no-reboot'] },
  disks: { host: 'required', options: [...files, 'yes', 'dry-run', 'mount', 'read-only', 'unmount', 'unlock', 'prove'] },
  diagnose: { host: 'required', options: [...files, 'yes', 'output', 'report-lang'] },
}

/** @throws UsageError, or AppError `bad-address`/`bad-port` for a HOST or port that is none. */
export function parseInvocation(args: readonly string[]): Invocation {
  const { values, positionals } = parse(args)
  const lang = values.lang
  if (lang !== undefined && lang !== 'en' && lang !== 'fr')
    throw new UsageError('bad-option', { option: '--lang', value: lang, expected: 'en, fr' })
  const common = { lang, json: values.json ?? false } as const
  if (values.help) return { ...common, kind: 'help' }
  if (values.version) return { ...common, kind: 'version' }

  const first = positionals[0]
  const command = commandNames.find((name) => name === first)
  const rest = command ? positionals.slice(1) : positionals
  const rules = ofCommand[command ?? 'window']
  for (const name of Object.keys(values) as OptionName[]) {
    if (!everywhere.includes(name) && !rules.options.includes(name))
      throw new UsageError('unknown-option', { option: `--${name}`, command: command ?? '' })
  }
  if (rest.length > (rules.host === 'none' ? 0 : 1))
    throw command
      ? new UsageError('too-many-arguments', { argument: rest.at(-1)! })
      : new UsageError('unknown-command', { argument: first! })
  if (rules.host === 'required' && rest.length === 0) throw new UsageError('missing-host', { command: command! })

  const host = rest[0] === undefined ? undefined : parseHost(rest[0], values.port)
  if (!command) return { ...common, kind: 'window', host }
  if (values['report-lang'] !== undefined && !['en', 'fr'].includes(values['report-lang']))
    throw new UsageError('bad-option', { option: '--report-lang', value: values['report-lang'], expected: 'en, fr' })
  if (values['read-only'] && !values.mount) throw new UsageError('bad-option', { option: '--read-only', expected: '--mount' })
  for (const skip of values.skip ?? [])
    if (!/^(?:access|boot|network|firewall|keys|unmount|boot-mode|reboot)=(?:fixed-by-hand|console|not-needed|other)$/.test(skip))
      throw new UsageError('bad-option', { option: '--skip', value: skip, expected: 'ITEM=fixed-by-hand|console|not-needed|other' })
  if (command === 'restore' && [host, values.id, values.all].filter((one) => one !== undefined).length > 1)
    throw new UsageError('which-restore')
  // Nobody looked at the fingerprint: a key may not be accepted unseen.
  if (command === 'set-aside' && values.yes && values.key === undefined && !values['dry-run']) throw new UsageError('yes-needs-key')
  const globalFiles = values['global-known-hosts']
  return {
    ...common,
    kind: 'command',
    command,
    host,
    options: {
      knownHosts: values['known-hosts'],
      globalKnownHosts: globalFiles?.filter((file) => file !== 'none'),
      key: values.key,
      ip: values.ip,
      id: values.id,
      all: values.all ?? false,
      yes: values.yes ?? false,
      dryRun: values['dry-run'] ?? false,
      dataDir: values['data-dir'],
      confirm: values.confirm,
      byHand: values['by-hand'] ?? false,
      mount: values.mount ?? false,
      readOnly: values['read-only'] ?? false,
      unmount: values.unmount ?? false,
      unlock: values.unlock ?? false,
      prove: values.prove ?? false,
      output: values.output,
      reportLang: values['report-lang'],
      skip: values.skip,
      noReboot: values['no-reboot'] ?? false,
    },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: accepted, strict: true, allowPositionals: true })
  } catch (error) {
    const text = error instanceof Error ? error.message : ''
    const option = /'([^']+)'/.exec(text)?.[1] ?? ''
    throw (error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
      ? new UsageError('unknown-option', { option, command: '' })
      : new UsageError('bad-option', { option, value: '', expected: '' })
  }
}

function parseHost(text: string, portText: string | undefined): TypedHost {
  const address = parseHostAddress(text)
  const port = portText === undefined ? undefined : parsePort(portText)
  if (port !== undefined && address.port !== undefined && port !== address.port) {
    throw new UsageError('two-ports', { first: String(address.port), second: String(port) })
  }
  return { text: text.trim(), user: address.user, host: address.host, port: port ?? address.port }
}

function parsePort(text: string): number {
  const port = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new AppError('bad-port', { text: text.slice(0, 80) })
  return port
}
