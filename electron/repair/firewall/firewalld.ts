/** firewalld: the zone a connection falls into, and what that zone lets in: firewalld.zone(5). Its own files in /etc win over those in /usr/lib. */
import { labelledEdit, type Selinux } from '../selinux.js'
import type { MountedSystem } from '../task.js'
import { insertLines } from '../text-edit.js'
import { type Units, unitStep } from '../units.js'
import type { Filter } from './filter.js'
import { either, isFrom, isPort, type Packet, type Tri, type Verdict } from './packet.js'
import { childrenOf, type Element, readXml } from './xml.js'

const etc = '/etc/firewalld'
const lib = '/usr/lib/firewalld'
const unit = 'firewalld.service'

export interface Firewalld {
  defaultZone: string
  /** Zone → its file as it counts. */
  zones: Map<string, { file: string; text: string }>
  services: Firewalld['zones']
  /** Zones that interfaces are put into by NetworkManager or ifcfg files. */
  bound: string[]
  /** Rules beside the zones, which are not followed: direct.xml, and policies of one's own for what comes in. */
  beside: { file: string; text: string }[]
}

export async function readFirewalld(system: MountedSystem, units: Units | undefined, selinux: Selinux): Promise<Filter | undefined> {
  const { files } = system
  const config = await files.text(`${etc}/firewalld.conf`)
  if (config === undefined) return undefined
  // Of the services, a few hundred, only those that a zone names.
  const zones = await readFolder(system, 'zones', () => true)
  const named = [...zones.values()].map(({ text }) => text).join('\n')
  const services = await readFolder(system, 'services', (name) => named.includes(`"${name}"`))
  const policies = (await files.list(`${etc}/policies`)).flatMap(({ name }) => (name.endsWith('.xml') ? [`${etc}/policies/${name}`] : []))
  const beside = await files.texts([`${etc}/direct.xml`, ...policies])
  const facts: Firewalld = {
    defaultZone: /^\s*DefaultZone\s*=\s*(\S+)/m.exec(config)?.[1] ?? 'public',
    zones,
    services,
    bound: await boundZones(system),
    beside: [...beside].map(([file, text]) => ({ file, text })).filter(({ text }) => decidesInput(text)),
  }
  return firewalldFilter(system, facts, units ? units.isEnabled(unit) : undefined, selinux)
}

async function readFolder({ files }: MountedSystem, kind: string, wants: (name: string) => boolean): Promise<Firewalld['zones']> {
  const found: Firewalld['zones'] = new Map()
  for (const base of [lib, etc]) {
    const names = (await files.list(`${base}/${kind}`))
      .flatMap(({ name }) => (name.endsWith('.xml') ? [name.slice(0, -4)] : []))
      .filter(wants)
    const read = await files.read(names.map((name) => `${base}/${kind}/${name}.xml`))
    read.forEach((file, index) => {
      if (file.kind === 'file') found.set(names[index]!, { file: file.path, text: file.bytes.toString('utf8') })
    })
  }
  return found
}

async function boundZones({ files }: MountedSystem): Promise<string[]> {
  const folders = ['/etc/NetworkManager/system-connections', '/etc/sysconfig/network-scripts']
  const lists = await Promise.all(folders.map(async (folder) => (await files.list(folder)).map(({ name }) => `${folder}/${name}`)))
  const read = await files.read(lists.flat().slice(0, 100))
  return read.flatMap((file) => (file.kind === 'file' ? (/^\s*zone\s*=\s*"?([\w-]+)/im.exec(file.bytes.toString('utf8'))?.[1] ?? []) : []))
}

/** direct.xml with a rule, or a policy whose target is the machine itself: firewalld.policies(5). Pure. */
export function decidesInput(text: string): boolean {
  const xml = readXml(text)
  if (xml?.name !== 'policy') return /<(rule|passthrough|chain)\b/.test(text)
  return childrenOf(xml, 'egress-zone').some(({ attributes }) => attributes.name === 'HOST')
}

export function firewalldFilter(system: MountedSystem, facts: Firewalld, starts: boolean | undefined, selinux: Selinux): Filter {
  return {
    tool: 'firewalld',
    starts,
    verdict: (packet) => firewalldVerdict(facts, packet),
    letIn(packets) {
      const edited = new Map(facts.zones)
      for (const packet of packets) {
        for (const name of zonesFor(facts, packet).map((one) => one.zone)) {
          const zone = edited.get(name)
          const line = zone?.text.split('\n').findIndex((text) => text.trim() === '</zone>') ?? -1
          if (!zone || line < 0) continue
          edited.set(name, { ...zone, text: insertLines(zone.text, line + 1, [`  <port protocol="tcp" port="${packet.port}"/>`]) })
        }
      }
      if (!packets.every((packet) => firewalldVerdict({ ...facts, zones: edited }, packet).result === 'in')) return undefined
      const changed = [...edited].filter(([name, { text }]) => text !== facts.zones.get(name)?.text)
      return changed.flatMap(([name, { file, text }]) => {
        const own = `${etc}/zones/${name}.xml`
        // A zone as it was delivered is changed by a copy of it in /etc, as firewall-cmd does.
        const before = file === own ? facts.zones.get(name)!.text : undefined
        return labelledEdit(selinux, { path: own, before, after: text })
      })
    },
    off: { steps: [unitStep(system, 'disable', [unit])], undo: [unitStep(system, 'enable', [unit])] },
  }
}

/** Sources come before interfaces, the default zone comes last. */
function zonesFor({ zones, defaultZone, bound }: Firewalld, packet: Packet): { zone: string; sure: boolean }[] {
  const bySource = [...zones].map(([zone, { text }]) => {
    const sources = childrenOf(readXml(text), 'source').map(
      ({ attributes }): Tri => (attributes.address ? isFrom(packet, attributes.address) : 'maybe'),
    )
    return { zone, from: either(sources) }
  })
  const certain = bySource.find(({ from }) => from === 'yes')
  if (certain) return [{ zone: certain.zone, sure: true }]
  const withInterface = [...zones].filter(([, { text }]) => childrenOf(readXml(text), 'interface').length > 0).map(([zone]) => zone)
  const others = new Set([...bySource.filter(({ from }) => from === 'maybe').map(({ zone }) => zone), ...withInterface, ...bound])
  others.delete(defaultZone)
  return [{ zone: defaultZone, sure: others.size === 0 }, ...[...others].map((zone) => ({ zone, sure: false }))]
}

function firewalldVerdict(facts: Firewalld, packet: Packet): Verdict {
  const results = zonesFor(facts, packet).map(({ zone }) => zoneVerdict(facts, zone, packet))
  const answers = new Set(results.map(({ result }) => result))
  const because = results.filter(({ result }) => result !== 'in').flatMap((one) => one.because)
  const beside = facts.beside.map(({ file, text }) => ({ file, line: 1, text: text.trim().split('\n').slice(0, 12).join('\n') }))
  if (beside.length > 0 || answers.size > 1 || answers.has('unsure')) return { result: 'unsure', because: [...because, ...beside] }
  return { result: results[0]!.result, because }
}

function zoneVerdict({ zones, services }: Firewalld, name: string, packet: Packet): Verdict {
  const zone = zones.get(name)
  const xml = zone && readXml(zone.text)
  if (!zone || xml?.name !== 'zone')
    return {
      result: 'unsure',
      because: [{ file: zone?.file ?? `${etc}/zones/${name}.xml`, line: 1, text: zone?.text.slice(0, 200) ?? name }],
    }
  const deciding = (text: string) => [
    { file: zone.file, line: Math.max(1, zone.text.split('\n').findIndex((line) => line.includes(text)) + 1), text },
  ]
  const opens = (element: Element): Tri => {
    const { port = '', protocol, name: service = '', value } = element.attributes
    if (element.name === 'port') return protocol === 'tcp' ? isPort(packet.port, port) : 'no'
    if (element.name === 'service') return either(childrenOf(readXml(services.get(service)?.text ?? ''), 'port').map(opens))
    return element.name === 'protocol' && value === 'tcp' ? 'yes' : 'no'
  }
  // Rich rules: what refuses comes before what accepts (firewalld.richlanguage(5)).
  const rules = childrenOf(xml, 'rule').map((rule) => ({ rule, matches: richMatch(rule, packet, opens) }))
  const refusing = rules.filter(
    ({ rule, matches }) => matches !== 'no' && rule.children.some((child) => /^(drop|reject)$/.test(child.name)),
  )
  if (refusing.some(({ matches }) => matches === 'yes')) return { result: 'out', because: deciding('<rule') }
  if (refusing.length > 0) return { result: 'unsure', because: deciding('<rule') }
  const accepting = rules.filter(({ rule }) => rule.children.some((child) => child.name === 'accept')).map(({ matches }) => matches)
  const open = either([...xml.children.map(opens), ...accepting, xml.attributes.target === 'ACCEPT' ? 'yes' : 'no'])
  if (open === 'yes') return { result: 'in', because: [] }
  return { result: open === 'maybe' ? 'unsure' : 'out', because: deciding('<zone') }
}

function richMatch(rule: Element, packet: Packet, opens: (element: Element) => Tri): Tri {
  const { family } = rule.attributes
  if (family && family !== (packet.family === 4 ? 'ipv4' : 'ipv6')) return 'no'
  const [source] = childrenOf(rule, 'source')
  const from: Tri = !source ? 'yes' : source.attributes.address ? isFrom(packet, source.attributes.address) : 'maybe'
  const fits = source?.attributes.invert && from !== 'maybe' ? (from === 'yes' ? 'no' : 'yes') : from
  const what = rule.children.filter(({ name }) =>
    /^(port|service|protocol|icmp-type|icmp-block|masquerade|forward-port|source-port)$/.test(name),
  )
  const wanted: Tri = what.length === 0 ? 'yes' : either(what.map(opens))
  return fits === 'no' || wanted === 'no' ? 'no' : fits === 'yes' && wanted === 'yes' ? 'yes' : 'maybe'
}
