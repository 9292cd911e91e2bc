/** "Network": what works from rescue, and whether the system's own configuration leads to the same. */
import { isIP } from 'node:net'
import { editProposals, evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import { readSelinux, type Selinux } from '../selinux.js'
import type { MountedSystem, RepairTask, Step, TaskFinding } from '../task.js'
import { readUnits, type Units } from '../units.js'
import { compare, type Fault, linkOf, nameOf } from './compare.js'
import { type Configuration, loadConfiguration } from './load.js'
import { faultId, proposalsFor, stepsOf } from './network-edits.js'
import type { Problem, Profile } from './profile.js'
import { answers, type RescueSide, readRescueSide } from './rescue-side.js'
import { resolverFinding } from './resolver.js'

export function createNetworkTask(): RepairTask {
  return {
    id: 'network',
    async examine(system, signal) {
      const [answer, selinux, rescue] = await Promise.all([readUnits(system, signal), readSelinux(system), readRescueSide(system, signal)])
      const units = 'reason' in answer ? undefined : answer
      const configuration = await loadConfiguration(system, units, signal)
      const isMeasured = !('reason' in rescue)
      const faults = isMeasured ? await realFaults(system, configuration, rescue, signal) : []
      return [
        rescueFinding(rescue),
        ...('reason' in answer ? [findingOf('network-services', 'unknown', 'network-services-unknown', { reason: answer.reason })] : []),
        ...configuration.problems.map((problem) => problemFinding(problem, configuration, selinux)),
        ...(isMeasured ? faults.map((fault) => faultFinding(fault, configuration, rescue, selinux)) : []),
        ...keyfileFindings(system, configuration),
        ...(isMeasured && faults.length === 0 && configuration.problems.length === 0 ? [soundFinding(configuration, rescue, units)] : []),
        ...(await resolverFinding(system, units, configuration, isMeasured ? rescue.nameservers : [])),
      ]
    },
  }
}

/** A gateway that is not the rescue system's is no fault while it answers. */
async function realFaults(system: MountedSystem, configuration: Configuration, rescue: RescueSide, signal: AbortSignal): Promise<Fault[]> {
  const faults = compare(configuration.profiles, rescue, configuration.naming)
  const checked = await Promise.all(
    faults.map(async (fault) => {
      if (fault.kind !== 'gateway-differs') return fault
      const link = linkOf(fault.profile, rescue, configuration.naming)
      return link && (await answers(system, fault.gateway.address, link.name, signal)) ? undefined : fault
    }),
  )
  return checked.filter((fault) => fault !== undefined)
}

function rescueFinding(rescue: RescueSide | { reason: string }): TaskFinding {
  const id = 'rescue-side'
  if ('reason' in rescue)
    return findingOf(
      id,
      'unknown',
      'rescue-net-unread',
      { reason: rescue.reason },
      { evidence: [evidenceOf('ip -j address', rescue.reason)] },
    )
  const [link] = rescue.links.filter(({ addresses }) => addresses.length > 0)
  const [gateway] = rescue.gateways
  const evidence = [
    evidenceOf(
      'ip address',
      rescue.links
        .map(({ name, mac, addresses }) => `${name} ${mac} ${addresses.map((one) => `${one.address}/${one.prefix}`).join(' ')}`)
        .join('\n'),
    ),
    evidenceOf(
      'ip route',
      rescue.gateways
        .map(({ address, device, answers: isThere }) => `default via ${address} dev ${device} ${isThere ? '✓' : '–'}`)
        .join('\n'),
    ),
    evidenceOf('/etc/resolv.conf', rescue.nameservers.join('\n')),
  ]
  const values = { name: link?.name ?? '', gateway: gateway?.address ?? '', names: rescue.resolves ? 'yes' : 'no' }
  // Some gateways never answer a ping: the connection this came by shows that they work.
  return findingOf(id, 'fine', gateway?.answers === false ? 'rescue-net-quiet' : 'rescue-net', values, { evidence })
}

function problemFinding({ file, line, reason, fixed }: Problem, configuration: Configuration, selinux: Selinux): TaskFinding {
  const text = configuration.files.get(file) ?? ''
  const steps: Step[] = fixed === undefined ? [] : stepsOf(new Map([[file, fixed]]), configuration, selinux).steps
  const proposals = editProposals('fix-indentation', { file }, steps)
  return findingOf(
    `network-syntax:${file}`,
    'fault',
    'net-syntax',
    { file, line, reason },
    { keepsOut: true, evidence: [evidenceOf(file, `${text.split('\n')[line - 1] ?? ''}\n${reason}`, line)], proposals },
  )
}

function faultFinding(fault: Fault, configuration: Configuration, rescue: RescueSide, selinux: Selinux): TaskFinding {
  const { profile } = fault
  const others = 'other' in fault ? [evidenceOf(fault.other.file, fault.other.name ?? fault.other.mac ?? '', fault.other.line)] : []
  const found = (kind: Fault['kind'], values: Record<string, string>, line: number, isFatal = true, file = profile.file) =>
    findingOf(
      faultId(fault),
      isFatal ? 'fault' : 'warning',
      `net-${kind}`,
      { name: profile.name ?? profile.mac ?? '', file, ...values },
      {
        keepsOut: isFatal,
        evidence: [evidenceOf(file, configuration.files.get(file)?.split('\n')[line - 1] ?? '', line), ...others],
        proposals: proposalsFor(fault, configuration, rescue, selinux),
      },
    )
  switch (fault.kind) {
    case 'interface-missing': {
      const { name, link, sure } = fault
      const foreseen = link && (nameOf(link, rescue.links.indexOf(link), configuration.naming) ?? link.predicted[0] ?? link.name)
      return found(
        'interface-missing',
        { name, link: foreseen ?? '', known: link ? 'yes' : 'no', sure: sure ? 'yes' : 'no' },
        profile.line,
        sure,
      )
    }
    case 'mac-unknown':
      return found('mac-unknown', { mac: fault.mac }, profile.macLine ?? profile.line)
    case 'not-auto':
      return found('not-auto', {}, profile.line)
    case 'address-differs':
      // A private address may be another one in rescue; a public one is what the provider sends here.
      return found(
        'address-differs',
        { address: fault.configured.address, rescue: fault.rescue.address },
        fault.configured.line,
        isPublic(fault.rescue.address),
      )
    case 'gateway-missing':
      return found('gateway-missing', { gateway: fault.gateway }, profile.line)
    case 'gateway-unreachable':
      return found(
        'gateway-unreachable',
        { gateway: fault.gateway.address, address: `${fault.address.address}/${fault.address.prefix ?? ''}` },
        fault.gateway.line,
        isIP(fault.gateway.address) === 4,
        fault.gateway.file,
      )
    case 'gateway-differs':
      return found(
        'gateway-differs',
        { gateway: fault.gateway.address, rescue: fault.rescueGateway },
        fault.gateway.line,
        true,
        fault.gateway.file,
      )
    case 'address-twice':
      return found(
        'address-twice',
        { address: fault.address.address, other: fault.other.name ?? fault.other.mac ?? '' },
        fault.address.line,
        false,
      )
    case 'two-configurations':
      return found('two-configurations', { other: fault.other.file }, profile.line, false)
  }
}

const isPublic = (address: string) =>
  !/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.)/.test(address)

/** NetworkManager reads a keyfile only when it is root's alone. */
function keyfileFindings(system: MountedSystem, { openKeyfiles }: Configuration): TaskFinding[] {
  return openKeyfiles.map(({ path, mode, uid, gid }) => {
    const run = (...words: [string, ...string[]]): Step => ({ kind: 'run', words: system.inSystem(words), risk: 'writes' })
    return findingOf(
      `keyfile-mode:${path}`,
      'fault',
      'net-keyfile-mode',
      { file: path, mode: mode.toString(8) },
      {
        keepsOut: true,
        evidence: [evidenceOf(path, `${mode.toString(8)} ${uid}:${gid}`)],
        proposals: [
          proposalOf('close-keyfile', { file: path }, [run('chown', '0:0', path), run('chmod', '0600', path)], {
            undo: [run('chmod', `0${mode.toString(8)}`, path), run('chown', `${uid}:${gid}`, path)],
          }),
        ],
      },
    )
  })
}

function soundFinding(configuration: Configuration, rescue: RescueSide, units: Units | undefined): TaskFinding {
  const id = 'configuration'
  const used = configuration.profiles.filter((profile) => profile.auto && !profile.virtual && linkOf(profile, rescue, configuration.naming))
  const main: Profile | undefined = used.find(({ gateways, dhcp4 }) => gateways.length > 0 || dhcp4) ?? used[0]
  if (main) {
    const link = linkOf(main, rescue, configuration.naming)
    const how = main.dhcp4 ? 'dhcp' : 'static'
    return findingOf(
      id,
      'fine',
      'net-sound',
      { name: link?.name ?? '', file: main.file, how },
      { evidence: [evidenceOf(main.file, configuration.files.get(main.file) ?? '')] },
    )
  }
  if (configuration.cloudInitWrites) return findingOf(id, 'fine', 'net-cloud-init')
  if (configuration.profiles.length === 0 && units?.isEnabled('NetworkManager.service')) return findingOf(id, 'fine', 'net-manager-alone')
  return findingOf(
    id,
    'unknown',
    'net-none',
    { n: configuration.profiles.length },
    { evidence: [...configuration.files].slice(0, 5).map(([file, text]) => evidenceOf(file, text)) },
  )
}
