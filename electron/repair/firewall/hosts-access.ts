/** hosts.allow and hosts.deny, hosts_access(5): who may speak to an sshd that is linked with libwrap. */
import { MAX_TEXT } from '../../machine/system-files.js'
import { labelledEdit, type Selinux } from '../selinux.js'
import type { MountedSystem, Step } from '../task.js'
import { insertLines } from '../text-edit.js'
import { type Deciding, either, isFrom, type Packet, type Tri, type Verdict } from './packet.js'

const allowFile = '/etc/hosts.allow'
const denyFile = '/etc/hosts.deny'

/** The sshd of Debian, of Ubuntu and of RHEL before 8 is linked with libwrap; others have dropped it, or never had it. */
export function readsHostsAccess({ os }: MountedSystem): boolean {
  const is = (...names: string[]) => names.some((name) => os.id === name || os.like.includes(name))
  return is('debian', 'ubuntu') || (os.id !== 'fedora' && is('rhel', 'centos') && Number.parseFloat(os.version) < 8)
}

/** The first line of hosts.allow that fits lets in; else the first of hosts.deny keeps out. Pure. */
export function hostsVerdict(files: ReadonlyMap<string, string>, packet: Packet): Verdict {
  const results = new Set<Verdict['result']>()
  const because: Deciding[] = []
  const lines = [allowFile, denyFile].flatMap((file) => hostsLines(files.get(file) ?? '').map((line) => ({ file, ...line })))
  const isDecided = lines.some((line) => {
    const { matches, option } = hostsMatch(line.text, packet)
    if (matches === 'no') return false
    results.add(optionResult(option) ?? (line.file === allowFile ? 'in' : 'out'))
    because.push(line)
    return matches === 'yes'
  })
  if (!isDecided) results.add('in')
  const [only] = results
  if (results.size > 1) return { result: 'unsure', because }
  return { result: only!, because: only === 'in' ? [] : because }
}

/** hosts_options(5): `allow` and `deny` count in both files, the others may do anything. */
function optionResult(option: string | undefined): Verdict['result'] | undefined {
  if (option === undefined) return undefined
  const last = option.split(':').at(-1)!.trim().toLowerCase()
  return last === 'allow' ? 'in' : last === 'deny' ? 'out' : 'unsure'
}

export const readHostsFiles = ({ files }: MountedSystem): Promise<ReadonlyMap<string, string>> =>
  files.texts([allowFile, denyFile], MAX_TEXT)

export function hostsSteps(files: ReadonlyMap<string, string>, packet: Packet, selinux: Selinux): Step[] {
  const before = files.get(allowFile)
  const source = packet.source === undefined ? 'ALL' : packet.family === 6 ? `[${packet.source}]` : packet.source
  const line = `sshd: ${source}`
  const after = before === undefined ? `${line}\n` : insertLines(before, 1, [line])
  return labelledEdit(selinux, { path: allowFile, before, after })
}

const hostsLines = (text: string) =>
  text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter(({ text: line }) => line !== '' && !line.startsWith('#'))

function hostsMatch(line: string, packet: Packet): { matches: Tri; option?: string | undefined } {
  // An address of IPv6 stands in brackets, so the first colon parts daemons from clients.
  const match = /^([^:]+):\s*((?:\[[^\]]*\]|[^:[])+)(?::\s*(.*))?$/.exec(line)
  if (!match) return { matches: 'maybe' }
  const [, daemons, clients, option] = match as unknown as [string, string, string, string | undefined]
  if (!daemons.split(/[\s,]+/).some((daemon) => /^(sshd|ALL)(@.*)?$/i.test(daemon))) return { matches: 'no' }
  if (/\bEXCEPT\b/i.test(line)) return { matches: 'maybe', option }
  const named = clients.split(/[\s,]+/).filter((one) => one !== '')
  return { matches: either(named.map((client) => hostsClient(client, packet))), option }
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
