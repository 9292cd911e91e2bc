/** For each fault the edits that mend it; only those after which the files, read again, no longer have it. */
import { editProposals } from '../build-finding.js'
import type { Selinux } from '../selinux.js'
import type { PlannedProposal, Step } from '../task.js'
import { insertLines, replaceLine } from '../text-edit.js'
import { compare, type Fault, nameOf } from './compare.js'
import { sysconfigNetwork } from './ifcfg.js'
import { indentOf } from './ifupdown.js'
import { type Configuration, cloudInitStep } from './load.js'
import { type Address, contains, netmaskOf, type Profile } from './profile.js'
import type { RescueSide } from './rescue-side.js'

/** The same cause has the same name before and after. */
export function faultId(fault: Fault): string {
  const what =
    fault.kind === 'interface-missing'
      ? fault.name
      : fault.kind === 'mac-unknown'
        ? fault.mac
        : (fault.profile.name ?? fault.profile.mac ?? '')
  return `${fault.kind}:${fault.profile.file}:${what}`
}

type Edits = Map<string, string>

export function proposalsFor(fault: Fault, configuration: Configuration, rescue: RescueSide, selinux: Selinux): PlannedProposal[] {
  const { profile } = fault
  const { files } = configuration
  const one = (to: (text: string) => string, file = profile.file): Edits => new Map([[file, to(files.get(file)!)]])
  const offers: PlannedProposal[] = []
  const offer = (code: string, values: Record<string, string>, edits: Edits) => {
    if (!isMended(fault, edits, configuration, rescue)) return
    const { steps, stopsCloudInit } = stepsOf(edits, configuration, selinux)
    offers.push(...editProposals(code, { ...values, cloud: stopsCloudInit ? 'yes' : 'no' }, steps))
  }
  switch (fault.kind) {
    case 'interface-missing': {
      const link = fault.sure ? fault.link : undefined
      const to = link && nameOf(link, rescue.links.indexOf(link), configuration.naming)
      if (to) offer('rename-interface', { from: fault.name, to }, renamed(files, profile, fault.name, to))
      break
    }
    case 'mac-unknown':
      if (fault.link && profile.macLine)
        offer(
          'replace-mac',
          { mac: fault.link.mac },
          one((text) => replaceLine(text, profile.macLine!, (old) => old.replace(fault.mac, fault.link!.mac))),
        )
      break
    case 'not-auto':
      if (profile.autoEdit) offer('start-interface', { name: profile.name ?? '' }, one(profile.autoEdit))
      break
    case 'address-differs':
      offer(
        'use-rescue-address',
        { address: fault.rescue.address },
        one((text) =>
          withPrefix(
            replaceLine(text, fault.configured.line, (old) => old.replace(fault.configured.address, fault.rescue.address)),
            fault.configured,
            fault.rescue.prefix,
          ),
        ),
      )
      break
    case 'gateway-missing':
      if (profile.gatewayEdit)
        offer(
          'add-gateway',
          { gateway: fault.gateway },
          one((text) => profile.gatewayEdit!(text, fault.gateway, fault.onLink)),
        )
      break
    case 'gateway-unreachable': {
      const { gateway, address, rescueGateway, rescuePrefix } = fault
      const isRight = rescueGateway === undefined || rescueGateway === gateway.address
      if (isRight && gateway.onLinkLine)
        offer(
          'gateway-on-link',
          { gateway: gateway.address },
          one((text) => insertLines(text, gateway.line + 1, [alignedWith(text, gateway.line) + gateway.onLinkLine]), gateway.file),
        )
      if (rescuePrefix !== undefined && contains({ ...address, prefix: rescuePrefix }, gateway.address)) {
        offer(
          'fix-prefix',
          { prefix: String(rescuePrefix) },
          one((text) => withPrefix(text, address, rescuePrefix)),
        )
      }
      if (!isRight)
        offer(
          'fix-gateway',
          { gateway: rescueGateway },
          one((text) => replaceLine(text, gateway.line, (old) => old.replace(gateway.address, rescueGateway)), gateway.file),
        )
      break
    }
    case 'gateway-differs':
      offer(
        'fix-gateway',
        { gateway: fault.rescueGateway },
        one(
          (text) => replaceLine(text, fault.gateway.line, (old) => old.replace(fault.gateway.address, fault.rescueGateway)),
          fault.gateway.file,
        ),
      )
      break
  }
  return offers
}

function isMended(fault: Fault, edits: Edits, configuration: Configuration, rescue: RescueSide): boolean {
  const files = new Map([...configuration.files, ...edits])
  const { profiles, problems } = configuration.reread(files)
  const left = compare(profiles, rescue, configuration.naming)
  return problems.length <= configuration.problems.length && !left.some((one) => faultId(one) === faultId(fault))
}

/** Edits of files, and cloud-init kept from writing over those that it wrote. */
export function stepsOf(
  edits: Edits,
  { files, cloudInitWrites }: Configuration,
  selinux: Selinux,
): { steps: Step[]; stopsCloudInit: boolean } {
  const moves = new Map([...edits].flatMap(([path, after]) => renamedFiles(files, path, after)))
  const steps = [...new Set([...edits.keys(), ...moves.keys()])].flatMap((path): Step[] => {
    const before = files.get(path)
    const after = edits.get(path) ?? before
    const moved = moves.get(path)
    return moved
      ? [
          { kind: 'edit', path: moved, before: undefined, after },
          { kind: 'edit', path, before, after: undefined },
          ...selinux.relabel([moved]),
        ]
      : [{ kind: 'edit', path, before, after }]
  })
  const stopsCloudInit =
    cloudInitWrites &&
    [...edits.keys()].some(
      (path) =>
        /cloud-init/.test(path) ||
        /generated .*cloud-init|cloud-init.*(wrote|generated)|Created by cloud-init/i.test(files.get(path) ?? ''),
    )
  return { steps: stopsCloudInit ? [...steps, cloudInitStep, ...selinux.relabel([cloudInitStep.path])] : steps, stopsCloudInit }
}

/** `ifup` looks for ifcfg-NAME, and for its routes in files of the same name. */
function renamedFiles(files: ReadonlyMap<string, string>, path: string, after: string): [from: string, to: string][] {
  const device = (text: string | undefined) => /^\s*DEVICE="?([\w.-]+)/m.exec(text ?? '')?.[1]
  const [from, to] = [device(files.get(path)), device(after)]
  if (!from || !to || from === to || !path.endsWith(`/ifcfg-${from}`)) return []
  const folder = path.slice(0, path.lastIndexOf('/'))
  return ['ifcfg', 'route', 'route6']
    .map((kind): [string, string] => [`${folder}/${kind}-${from}`, `${folder}/${kind}-${to}`])
    .filter(([old]) => files.has(old))
}

/** The name wherever it stands for itself, in all files of the tool: `auto`, `iface`, a bridge's members, a route. */
function renamed(files: ReadonlyMap<string, string>, { tool, file }: Profile, from: string, to: string): Edits {
  const word = new RegExp(`(?<![\\w.-])${from.replaceAll(/[^\w]/g, '\\$&')}(?![\\w-])`, 'g')
  const folder = file.slice(0, file.lastIndexOf('/'))
  const others: Partial<Record<Profile['tool'], (path: string) => boolean>> = {
    ifupdown: (path) => path.startsWith('/etc/network/'),
    netplan: (path) => path.startsWith(folder),
    ifcfg: (path) => path === sysconfigNetwork || path === `${folder}/route-${from}` || path === `${folder}/route6-${from}`,
  }
  const isTheirs = (path: string) => path === file || others[tool]?.(path) === true
  const edits: Edits = new Map()
  for (const [path, text] of files) {
    if (!isTheirs(path)) continue
    const after = text
      .split('\n')
      .map((line) => (line.trim().startsWith('#') ? line : line.replaceAll(word, to)))
      .join('\n')
    if (after !== text) edits.set(path, after)
  }
  return edits
}

/** In the spelling that is there: `/24`, `24` or a netmask. */
function withPrefix(text: string, { prefixText, prefixLine }: Address, prefix: number): string {
  if (prefixText === undefined || prefixLine === undefined) return text
  const to = prefixText.startsWith('/') ? `/${prefix}` : prefixText.includes('.') ? netmaskOf(prefix) : String(prefix)
  return replaceLine(text, prefixLine, (old) => {
    const at = old.lastIndexOf(prefixText)
    return at < 0 ? old : old.slice(0, at) + to + old.slice(at + prefixText.length)
  })
}

/** Below a key that may follow the dash of its list. */
const alignedWith = (text: string, line: number) => {
  const indent = indentOf(text, line)
  return /^\s*-\s/.test(text.split('\n')[line - 1] ?? '') ? `${indent}  ` : indent
}
