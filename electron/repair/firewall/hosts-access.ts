/** hosts.allow and hosts.deny, hosts_access(5): who may speak to an sshd that is linked with libwrap. */
import type { MountedSystem, Step } from '../task.js'
import { insertLines } from '../text-edit.js'
import { MAX_RULES } from './filter.js'
import { either, isFrom, type Packet, type Tri, type Verdict } from './packet.js'

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

export const readHostsFiles = ({ files }: MountedSystem): Promise<ReadonlyMap<string, string>> =>
  files.texts([allowFile, denyFile], MAX_RULES)

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
