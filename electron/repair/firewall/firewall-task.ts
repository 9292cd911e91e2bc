/** "Firewall": will the next start let an SSH connection in, on the port sshd really uses, from where this client is? */
import { isIP } from 'node:net'
import type { Clock } from '../../clock.js'
import { readSshd } from '../access/sshd.js'
import { editProposals, evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import { readSelinux, type Selinux } from '../selinux.js'
import type { MountedSystem, PlannedProposal, RepairTask, TaskFinding } from '../task.js'
import { readUnits } from '../units.js'
import { readCsf } from './csf.js'
import { bansOn, closesSsh, fail2banOff, ignoreFile, ignoreSteps, readFail2ban } from './fail2ban.js'
import type { Filter } from './filter.js'
import { readFirewalld } from './firewalld.js'
import { hostsSteps, hostsVerdict, readHostsFiles, readsHostsAccess } from './hosts-access.js'
import type { Deciding, Packet, Verdict } from './packet.js'
import { readIptables, readNftables } from './saved-rules.js'
import { readScripts } from './scripts.js'
import { readUfw } from './ufw.js'

export function createFirewallTask(clock: Clock): RepairTask {
  return {
    id: 'firewall',
    async examine(system, signal) {
      const [answer, selinux] = await Promise.all([readUnits(system, signal), readSelinux(system)])
      const units = 'reason' in answer ? undefined : answer
      const families = packetFamilies(system.clientAddress)
      const from = families[0]!
      const [{ ports }, ufw, nftables, iptables, firewalld, csf, fail2ban, hosts, scripts] = await Promise.all([
        readSshd(system, units, signal),
        readUfw(system, units),
        readNftables(system, units),
        readIptables(system, units),
        readFirewalld(system, units, selinux),
        readCsf(system, units),
        readFail2ban(system, units, signal).then((state) => fail2banFindings(system, state, from, clock.now(), selinux)),
        hostsFindings(system, from, selinux),
        scriptFindings(system),
      ])
      const filters = [ufw, nftables, ...iptables, firewalld, csf].filter((filter) => filter !== undefined)
      const findings = [
        ...('reason' in answer ? [findingOf('firewall-services', 'unknown', 'firewall-services-unknown', { reason: answer.reason })] : []),
        ...filters.map((filter, index) =>
          filterFinding(
            filter,
            `firewall:${filter.tool}${filters.findIndex((one) => one.tool === filter.tool) === index ? '' : ':2'}`,
            ports,
            families,
          ),
        ),
        ...fail2ban,
        ...hosts,
        ...scripts,
        ...(units?.isEnabled('crowdsec-firewall-bouncer.service') ? [findingOf('crowdsec', 'unknown', 'crowdsec')] : []),
      ]
      return findings.length > 0 ? findings : [findingOf('firewall', 'fine', 'firewall-none', { ports: ports.join(', ') })]
    },
  }
}

type From = Pick<Packet, 'family' | 'source'>

/** This client's way first. */
export function packetFamilies(client: string | undefined): From[] {
  const address = client?.replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(address ?? '')
  const other = (of: 4 | 6): From => ({ family: of, source: undefined })
  return family === 6
    ? [{ family, source: address }, other(4)]
    : family === 4
      ? [{ family, source: address }, other(6)]
      : [other(4), other(6)]
}

const evidence = (because: readonly Deciding[]) => because.slice(0, 20).map(({ file, line, text }) => evidenceOf(file, text, line))

/** One open port is enough. */
function bestOf(filter: Filter, ports: readonly number[], from: From): { packet: Packet; verdict: Verdict } {
  const tries = ports.map((port) => ({ packet: { ...from, port }, verdict: filter.verdict({ ...from, port }) }))
  return tries.find(({ verdict }) => verdict.result === 'in') ?? tries.find(({ verdict }) => verdict.result === 'unsure') ?? tries[0]!
}

function filterFinding(filter: Filter, id: string, ports: readonly number[], families: readonly From[]): TaskFinding {
  const { tool, starts } = filter
  if (starts === false) return findingOf(id, 'fine', 'firewall-off', { tool })
  const ways = families.map((from) => bestOf(filter, ports, from))
  const [mine, other] = ways as [(typeof ways)[0], (typeof ways)[0]]
  const port = mine.packet.port
  const family = (way: typeof mine) => `IPv${way.packet.family}`
  const closed = ways.filter(({ verdict }) => verdict.result !== 'in')
  if (closed.length === 0) return findingOf(id, 'fine', 'firewall-lets-in', { tool, port })
  const proposals = [
    ...letIn(
      filter,
      closed.map(({ packet }) => packet),
    ),
    turnOff(filter),
  ]
  const [first] = closed
  const rest = { evidence: evidence(closed.flatMap(({ verdict }) => verdict.because)), proposals }
  if (mine.verdict.result === 'out') {
    return findingOf(
      id,
      starts ? 'fault' : 'warning',
      'firewall-keeps-out',
      { tool, port, family: family(mine) },
      { ...rest, keepsOut: starts === true },
    )
  }
  if (mine.verdict.result === 'unsure') return findingOf(id, 'unknown', 'firewall-unsure', { tool, port, family: family(first!) }, rest)
  return findingOf(id, 'warning', 'firewall-other-family', { tool, port, family: family(other), open: family(mine) }, rest)
}

function letIn(filter: Filter, packets: readonly Packet[]): PlannedProposal[] {
  // This client's way at least, when the other family's cannot be opened.
  const steps = filter.letIn(packets) ?? filter.letIn(packets.slice(0, 1))
  return editProposals('firewall-let-in', { tool: filter.tool, port: packets[0]!.port }, steps ?? [])
}

/** What is off is to be put on again: its words say how. */
function turnOff({ tool, off }: Filter): PlannedProposal {
  return proposalOf('firewall-turn-off', { tool }, off.steps, off.undo ? { undo: off.undo } : {})
}

async function fail2banFindings(
  system: MountedSystem,
  state: Awaited<ReturnType<typeof readFail2ban>>,
  from: From,
  now: Date,
  selinux: Selinux,
): Promise<TaskFinding[]> {
  if (!state) return []
  const id = 'fail2ban'
  const off = fail2banOff(system)
  const turnOff = proposalOf('fail2ban-off', {}, off.steps, { undo: off.undo! })
  if (state.kind === 'unread')
    return [
      findingOf(
        id,
        'unknown',
        'fail2ban-unread',
        { reason: state.reason },
        { evidence: [evidenceOf('sqlite3', state.reason)], proposals: [turnOff] },
      ),
    ]
  const bans = bansOn(state, { ...from, port: 0 }, now)
  const [ban] = bans
  if (!ban) return [findingOf(id, 'fine', 'fail2ban-no-ban', { n: state.bans.length, known: from.source === undefined ? 'no' : 'yes' })]
  const steps = ignoreSteps(state, await system.files.text(ignoreFile), bans, from.source!, selinux)
  const until = ban.until === undefined ? '' : new Date(ban.until * 1000).toISOString().slice(0, 16).replace('T', ' ')
  return [
    findingOf(
      id,
      closesSsh(ban) ? 'fault' : 'warning',
      'fail2ban-bans-you',
      { address: ban.address, jail: ban.jail, until, forGood: until === '' ? 'yes' : 'no' },
      {
        keepsOut: closesSsh(ban),
        evidence: [evidenceOf('/var/lib/fail2ban/fail2ban.sqlite3', `${ban.jail} ${ban.address} ${until}`)],
        proposals: [...editProposals('fail2ban-ignore', { address: from.source! }, steps), turnOff],
      },
    ),
  ]
}

async function hostsFindings(system: MountedSystem, from: From, selinux: Selinux): Promise<TaskFinding[]> {
  if (!readsHostsAccess(system)) return []
  const files = await readHostsFiles(system)
  const packet = { ...from, port: 0 }
  const { result, because } = hostsVerdict(files, packet)
  if (result === 'in') return []
  const proposals = editProposals('hosts-allow', { address: from.source ?? 'ALL' }, hostsSteps(files, packet, selinux))
  const isOut = result === 'out'
  return [
    findingOf(
      'hosts-deny',
      isOut ? 'fault' : 'unknown',
      isOut ? 'hosts-deny' : 'hosts-deny-unsure',
      {},
      { evidence: evidence(because), proposals, keepsOut: isOut },
    ),
  ]
}

async function scriptFindings(system: MountedSystem): Promise<TaskFinding[]> {
  const lines = await readScripts(system)
  return lines.length === 0
    ? []
    : [findingOf('own-rules', 'unknown', 'firewall-script', { path: lines[0]!.file, n: lines.length }, { evidence: evidence(lines) })]
}
