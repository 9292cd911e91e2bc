/** The sshd of the mounted system: what it says of its own configuration, what the files say, and where it will listen. */
import { isIP } from 'node:net'
import type { MountedSystem } from '../task.js'
import type { UnitName, Units } from '../units.js'
import {
  loadSshdFiles,
  type SshdFiles,
  type SshdLine,
  type SshdSettings,
  settingsOfDump,
  settingsOfLines,
  sshdLines,
} from './sshd-config.js'

export interface SshdError {
  text: string
  file?: string
  line?: number
}

export type SshdSyntax = { kind: 'fine' } | { kind: 'broken'; errors: SshdError[] } | { kind: 'unknown'; reason: string }

export interface Sshd {
  isInstalled: boolean
  files: SshdFiles
  lines: SshdLine[]
  /** /etc/ssh/sshd_config.d is there to be written into. */
  hasDropIns: boolean
  /** For a connection of root. */
  settings: SshdSettings
  /** False: sshd could not be asked, and Match blocks say something about who gets in. */
  certain: boolean
  syntax: SshdSyntax
  service: SshService
  /** Where sshd will listen, whoever opens the port for it. */
  ports: number[]
  /** `ListenAddress` counts: not for a socket that was not made from sshd_config. */
  mindsAddresses: boolean
  settingsFor(user: string): Promise<SshdSettings>
}

export interface SshService {
  /** `ssh.service` on Debian and Ubuntu, `sshd.service` elsewhere; undefined when there is none. */
  unit: UnitName | undefined
  /** `ssh.socket` listens, and starts sshd for each connection. */
  socket: string | undefined
  state: 'enabled' | 'disabled' | 'masked' | 'unknown'
}

const program = '/usr/sbin/sshd'

export async function readSshd(system: MountedSystem, units: Units | undefined, signal: AbortSignal): Promise<Sshd> {
  const [files, [binary, generator], inFolder] = await Promise.all([
    loadSshdFiles(system.files),
    system.files.read([program, '/usr/lib/systemd/system-generators/sshd-socket-generator'], 1),
    system.files.list('/etc/ssh'),
  ])
  const lines = sshdLines(files)
  const hasMatch = lines.some(({ match }) => match !== undefined)
  const own = settingsOfLines(lines)
  const asked = new Map<string, Promise<Answer>>()
  const ask = (user: string) => {
    const pending = asked.get(user) ?? askSshd(system, user, own.ports[0]!, signal)
    asked.set(user, pending)
    return pending
  }
  const isInstalled = binary?.kind === 'file'
  const isGenerated = generator?.kind === 'file'
  const first: Answer = isInstalled
    ? await ask('root')
    : { syntax: { kind: 'unknown', reason: `${program}: ${binary?.kind ?? 'missing'}` } }
  const settings = first.settings ?? own
  const service = serviceOf(units)
  return {
    isInstalled,
    files,
    lines,
    hasDropIns: inFolder.some(({ name, kind }) => name === 'sshd_config.d' && kind === 'directory'),
    settings,
    certain: first.settings !== undefined || !lines.some(({ match, keyword }) => match !== undefined && decidesLogin.has(keyword)),
    syntax: first.syntax,
    service,
    ports: service.socket ? await socketPorts(system, service.socket, settings, isGenerated) : settings.ports,
    mindsAddresses: !service.socket || isGenerated,
    // Without a Match block everybody is treated alike.
    settingsFor: async (user) => (first.settings && hasMatch ? ((await ask(user)).settings ?? settings) : settings),
  }
}

const decidesLogin = new Set(
  'permitrootlogin passwordauthentication kbdinteractiveauthentication challengeresponseauthentication pubkeyauthentication authorizedkeysfile authorizedkeyscommand trustedusercakeys allowusers denyusers allowgroups denygroups authenticationmethods'.split(
    ' ',
  ),
)

interface Answer {
  syntax: SshdSyntax
  settings?: SshdSettings
}

async function askSshd(system: MountedSystem, user: string, port: number, signal: AbortSignal): Promise<Answer> {
  const from = system.clientAddress && isIP(system.clientAddress) ? system.clientAddress : '192.0.2.1'
  const connection = `user=${user},host=${from},addr=${from},laddr=192.0.2.2,lport=${port}`
  const result = await system.machine.run({ words: system.inSystem([program, '-T', '-C', connection]), risk: 'reads', signal })
  if (result.timedOut) return { syntax: { kind: 'unknown', reason: 'sshd -T: timeout' } }
  return readAnswer(result.exitCode, result.stdout.toString('utf8'), result.stderr)
}

/** What `sshd -T` said. Pure. */
export function readAnswer(exitCode: number | undefined, stdout: string, stderr: string): Answer {
  if (exitCode === 0) return { syntax: { kind: 'fine' }, settings: settingsOfDump(stdout) }
  const said = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/Deprecated option|Unsupported option/.test(line))
  // Both come after the configuration was read whole: it is sound. The directory is made by the start, the keys are looked at apart.
  if (said.some((line) => /Missing privilege separation directory|no hostkeys available/.test(line))) return { syntax: { kind: 'fine' } }
  const errors = said.flatMap((text): SshdError[] => {
    const match = /^(\/.+?):? line (\d+): (.*)$/.exec(text)
    return match ? [{ file: match[1]!, line: Number(match[2]), text: match[3]! }] : []
  })
  if (errors.length > 0) return { syntax: { kind: 'broken', errors } }
  // 125 to 127: it did not even start, as with a system for another processor.
  if (exitCode === undefined || (exitCode >= 125 && exitCode <= 127))
    return { syntax: { kind: 'unknown', reason: said.join(' ') || `${exitCode}` } }
  return { syntax: { kind: 'broken', errors: [{ text: said.join('\n') || `${exitCode}` }] } }
}

export function serviceOf(units: Units | undefined): SshService {
  if (!units) return { unit: undefined, socket: undefined, state: 'unknown' }
  const socket = (['ssh.socket', 'sshd.socket'] as const).find((name) => units.isEnabled(name))
  const names = (['ssh.service', 'sshd.service'] as const).filter((name) => ![undefined, 'alias'].includes(units.state(name)))
  const unit = names.find((name) => units.isEnabled(name)) ?? names[0]
  if (socket) return { unit, socket, state: unit && units.state(unit) === 'masked' ? 'masked' : 'enabled' }
  if (!unit) return { unit, socket, state: 'disabled' }
  const state = units.state(unit)
  return { unit, socket, state: state === 'masked' ? 'masked' : units.isEnabled(unit) ? 'enabled' : 'disabled' }
}

/** The unit and its drop-ins decide. Ubuntu 24.04 adds one by a generator, where sshd_config says other than the default. */
async function socketPorts(
  system: MountedSystem,
  socket: string,
  { ports, listen }: SshdSettings,
  isGenerated: boolean,
): Promise<number[]> {
  const unit =
    (await system.files.text(`/etc/systemd/system/${socket}`)) ??
    (await system.files.text(`/usr/lib/systemd/system/${socket}`)) ??
    (await system.files.text(`/lib/systemd/system/${socket}`)) ??
    ''
  const folder = `/etc/systemd/system/${socket}.d`
  const names = (await system.files.list(folder)).map(({ name }) => name).filter((name) => name.endsWith('.conf'))
  const dropIns = new Map<string, string>()
  const isDefault = ports.join() === '22' && listen.every(isEverywhere)
  if (isGenerated && !isDefault) dropIns.set('addresses.conf', ['', ...ports].map((port) => `ListenStream=${port}`).join('\n'))
  for (const name of names) dropIns.set(name, (await system.files.text(`${folder}/${name}`)) ?? '')
  const texts = [...dropIns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  const found = listenPorts([unit, ...texts])
  return found.length > 0 ? found : ports
}

export const isEverywhere = (address: string) => /^(0\.0\.0\.0|::|\*)$/.test(address)

/** `ListenStream=` of systemd.socket(5); an empty one forgets those before. Pure. */
export function listenPorts(texts: readonly string[]): number[] {
  let ports: number[] = []
  for (const [, value] of texts.join('\n').matchAll(/^\s*ListenStream\s*=[ \t]*(.*?)\s*$/gm)) {
    if (value === '') ports = []
    const port = Number(/^(?:.*:)?(\d+)$/.exec(value!)?.[1])
    if (port > 0 && port < 65_536 && !ports.includes(port)) ports.push(port)
  }
  return ports
}
