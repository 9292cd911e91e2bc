/** /etc/resolv.conf at the next start: a link into /run is dangling here and right there. */
import { evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import type { MountedSystem, Step, TaskFinding } from '../task.js'
import { appendLines } from '../text-edit.js'
import { type Units, unitStep } from '../units.js'
import type { Configuration } from './load.js'
import { nameserversOf } from './rescue-side.js'

const path = '/etc/resolv.conf'

export async function resolverFinding(
  system: MountedSystem,
  units: Units | undefined,
  { tools, profiles }: Configuration,
  rescueServers: readonly string[],
): Promise<TaskFinding[]> {
  const [[file], inEtc] = await Promise.all([system.files.read([path]), system.files.list('/etc')])
  const entry = inEtc.find(({ name }) => name === 'resolv.conf')
  const target = entry?.kind === 'link' ? await linkTarget(system) : undefined
  const id = 'resolver'
  if (target !== undefined && /\/run\/systemd\/resolve\//.test(`/${target}`)) {
    if (!units || units.isEnabled('systemd-resolved.service')) return [findingOf(id, 'fine', 'dns-resolved')]
    const unit = 'systemd-resolved.service'
    const proposals =
      units.state(unit) === undefined || units.state(unit) === 'masked'
        ? []
        : [proposalOf('enable-resolved', {}, [unitStep(system, 'enable', [unit])], { undo: [unitStep(system, 'disable', [unit])] })]
    return [findingOf(id, 'warning', 'dns-resolved-off', {}, { evidence: [evidenceOf(path, `-> ${target}`)], proposals })]
  }
  // Written at the start by these.
  if (target !== undefined && /\/?run\//.test(target)) return [findingOf(id, 'fine', 'dns-at-start', { target })]
  const text = file?.kind === 'file' ? file.bytes.toString('utf8') : undefined
  const servers = nameserversOf(text ?? '')
  if (servers.length > 0) return [findingOf(id, 'fine', 'dns-set', { servers: servers.join(', ') })]
  if (tools.includes('networkmanager') || profiles.some(({ dhcp4 }) => dhcp4))
    return [findingOf(id, 'fine', 'dns-at-start', { target: path })]
  const own = rescueServers.filter((address) => !/^(127\.|::1)/.test(address))
  const lines = own.map((address) => `nameserver ${address}`)
  const steps: Step[] = [
    { kind: 'edit', path, before: text, after: text === undefined ? `${lines.join('\n')}\n` : appendLines(text, lines) },
  ]
  // A link to nowhere would be followed, and the file made there.
  const canWrite = own.length > 0 && target === undefined
  return [
    findingOf(
      id,
      'warning',
      target === undefined ? 'dns-none' : 'dns-dangling',
      { target: target ?? '' },
      {
        evidence: [evidenceOf(path, target === undefined ? (text ?? '-') : `-> ${target}`)],
        proposals: canWrite ? [proposalOf('use-rescue-dns', { servers: own.join(', ') }, steps)] : [],
      },
    ),
  ]
}

async function linkTarget({ machine, root }: MountedSystem): Promise<string> {
  const { stdout } = await machine.run({ words: ['readlink', `${root}${path}`], risk: 'reads' })
  return stdout.toString('utf8').trim()
}
