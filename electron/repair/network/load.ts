/** The files of every way to configure a network, and which of them start with the system. */
import { posix } from 'node:path'
import type { SystemFiles } from '../../machine/system-files.js'
import { matchesGlob } from '../glob.js'
import type { MountedSystem } from '../task.js'
import type { UnitName, Units } from '../units.js'
import type { Naming } from './compare.js'
import { ifcfgFolder, readIfcfg, readWicked, sysconfigNetwork } from './ifcfg.js'
import { interfacesFile, readInterfaces, sourcesOf } from './ifupdown.js'
import { netplanError, readNetplan } from './netplan.js'
import type { NetworkTool, Parsed, Profile } from './profile.js'
import { entriesOf, readSections } from './sections.js'
import { readKeyfiles, readNetworkd } from './unit-files.js'

export interface Configuration extends Parsed {
  tools: NetworkTool[]
  /** Path → text of every file read. */
  files: ReadonlyMap<string, string>
  /** What the tools would make of other texts: an edit is tried before it is proposed. Pure. */
  reread(files: ReadonlyMap<string, string>): Parsed
  /** Keyfiles that NetworkManager refuses because others may read them. */
  openKeyfiles: { path: string; mode: number; uid: number; gid: number }[]
  naming: Naming
  /** cloud-init writes the network at each start; its files say so. */
  cloudInitWrites: boolean
}

// ifupdown2 and ifupdown-ng take an option several times.
const repeating = ['/usr/share/ifupdown2', '/usr/libexec/ifupdown-ng']
// Names cards on machines of Dell, up to RHEL 7.
const biosdevname = '/usr/sbin/biosdevname'
const cloudInitOff = '/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg'

export async function loadConfiguration(system: MountedSystem, units: Units | undefined, signal: AbortSignal): Promise<Configuration> {
  const { files } = system
  const enabled = (unit: UnitName) => units === undefined || units.isEnabled(unit)
  const [interfaces, netplan, networkd, keyfiles, ifcfg, wicked, installed] = await Promise.all([
    loadInterfaces(files),
    loadFolder(files, '/etc/netplan', (name) => /\.yaml$/.test(name)),
    loadFolder(files, '/etc/systemd/network', (name) => /\.network$/.test(name)),
    loadFolder(files, '/etc/NetworkManager/system-connections', (name) => /^[^.].*(?<!~)$/.test(name)),
    loadIfcfg(files),
    loadFolder(files, sysconfigNetwork, (name) => /^(ifcfg-|ifroute-|routes$)/.test(name) && !isCopy(name)),
    presentOf(files, [...repeating, biosdevname]),
  ])
  // A script of System V has no unit file: systemd makes one of it at the start.
  const scripts = ifcfg.size > 0 ? await files.list('/etc/rc.d/rc3.d') : []
  const usesManager = enabled('NetworkManager.service')
  const parts: [NetworkTool, boolean, Map<string, string>, (files: ReadonlyMap<string, string>) => Parsed][] = [
    [
      'ifupdown',
      enabled('networking.service'),
      interfaces,
      (texts) =>
        readInterfaces(
          texts,
          repeating.some((path) => installed.has(path)),
        ),
    ],
    // A generator: it has no service to be enabled.
    ['netplan', true, netplan, readNetplan],
    ['networkd', enabled('systemd-networkd.service'), networkd, readNetworkd],
    ['networkmanager', usesManager, keyfiles, readKeyfiles],
    ['ifcfg', usesManager || enabled('network.service') || scripts.some(({ name }) => /^S\d+network$/.test(name)), ifcfg, readIfcfg],
    ['wicked', enabled('wicked.service'), wicked, readWicked],
  ]
  const active = parts
    .filter(([, starts, texts]) => starts && texts.size > 0)
    .map(([tool, , texts, read]) => ({ tool, texts, read, ...read(texts) }))
  const texts = new Map(active.flatMap((part) => [...part.texts]))
  const problems = active.flatMap((part) => part.problems)
  const [said, openKeyfiles, naming, cloudInit] = await Promise.all([
    netplan.size > 0 && problems.length === 0 ? askNetplan(system, signal) : [],
    usesManager ? findOpenKeyfiles(files) : [],
    readNaming(
      files,
      active.flatMap(({ profiles }) => profiles),
      installed.has(biosdevname),
    ),
    cloudInitWrites(files, units),
  ])
  problems.push(...said)
  return {
    tools: active.filter(({ profiles, problems: own }) => profiles.length > 0 || own.length > 0).map(({ tool }) => tool),
    profiles: active.flatMap(({ profiles }) => profiles),
    problems,
    files: texts,
    reread(edited) {
      const parsed = active.map((part) =>
        part.read(new Map([...part.texts.keys()].flatMap((path) => (edited.has(path) ? [[path, edited.get(path)!]] : [])))),
      )
      return { profiles: parsed.flatMap((one) => one.profiles), problems: parsed.flatMap((one) => one.problems) }
    },
    openKeyfiles,
    naming,
    cloudInitWrites: cloudInit,
  }
}

/** Of `paths`, those that are there. */
const presentOf = async (files: SystemFiles, paths: readonly string[]) =>
  new Set((await files.read(paths, 1)).filter(({ kind }) => kind !== 'missing').map(({ path }) => path))

const isCopy = (name: string) => /(~|\.bak|\.orig|\.rpm\w+|\.old)$/.test(name)

// Of one folder; each is a word of the command that reads them.
const MAX_FILES = 200

async function loadFolder(files: SystemFiles, folder: string, isMeant: (name: string) => boolean): Promise<Map<string, string>> {
  const names = (await files.list(folder)).map(({ name }) => name).filter(isMeant)
  const paths = names.sort().map((name) => posix.join(folder, name))
  return files.texts(paths.slice(0, MAX_FILES))
}

async function loadIfcfg(files: SystemFiles): Promise<Map<string, string>> {
  const found = await loadFolder(files, ifcfgFolder, (name) => /^(ifcfg|route6?)-/.test(name) && !isCopy(name))
  return found.size > 0 ? new Map([...found, ...(await files.texts([sysconfigNetwork]))]) : found
}

async function loadInterfaces(files: SystemFiles): Promise<Map<string, string>> {
  const found = await files.texts([interfacesFile])
  for (const source of [...found.values()].flatMap(sourcesOf)) {
    const isFolder = source.endsWith('/')
    const folder = isFolder ? source.slice(0, -1) : posix.dirname(source)
    const glob = posix.basename(source)
    const isMeant = (name: string) => (isFolder ? /^[\w-]+$/.test(name) : matchesGlob(glob, name) && !name.startsWith('.'))
    for (const [path, text] of await loadFolder(files, folder, isMeant)) found.set(path, text)
  }
  return found
}

/** `netplan get` reads everything and writes nothing; `generate` would write into /run, which is the rescue system's. */
async function askNetplan(system: MountedSystem, signal: AbortSignal) {
  const [program] = await system.files.read(['/usr/sbin/netplan'], 1)
  if (program?.kind !== 'file') return []
  const { exitCode, stderr } = await system.machine.run({
    words: system.inSystem(['netplan', 'get']),
    risk: 'reads',
    limitMs: 20_000,
    signal,
  })
  const problem = exitCode === 0 ? undefined : netplanError(stderr)
  return problem ? [problem] : []
}

async function findOpenKeyfiles(files: SystemFiles) {
  const folder = '/etc/NetworkManager/system-connections'
  return (await files.list(folder))
    .filter(({ kind, mode, uid, name }) => kind === 'file' && !name.startsWith('.') && (uid !== 0 || (mode & 0o077) !== 0))
    .map(({ name, mode, uid, gid }) => ({ path: `${folder}/${name}`, mode, uid, gid }))
}

async function readNaming(files: SystemFiles, profiles: readonly Profile[], hasBiosdevname: boolean): Promise<Naming> {
  const pathsIn = async (folder: string) => (await files.list(folder)).map(({ name }) => `${folder}/${name}`)
  const [lines, links, linkTexts, ruleFiles, rules] = await Promise.all([
    Promise.all([pathsIn('/etc/default/grub.d'), pathsIn('/boot/loader/entries')]).then((more) =>
      files.texts(['/boot/grub/grub.cfg', '/boot/grub2/grub.cfg', '/etc/default/grub', '/etc/kernel/cmdline', ...more.flat()]),
    ),
    files.list('/etc/systemd/network'),
    loadFolder(files, '/etc/systemd/network', (name) => /\.link$/.test(name)),
    files.list('/etc/udev/rules.d'),
    files.texts([
      '/etc/udev/rules.d/70-persistent-net.rules',
      '/etc/udev/rules.d/80-net-setup-link.rules',
      '/etc/udev/rules.d/80-net-name-slot.rules',
    ]),
  ])
  const masks = [
    ...links.filter(({ name, kind }) => name === '99-default.link' && kind === 'link'),
    ...ruleFiles.filter(({ name, kind }) => /^80-net-/.test(name) && kind === 'link'),
  ]
  const isTold = (parameter: RegExp) => [...lines.values()].some((text) => parameter.test(text))
  const renamed = new Map<string, string>()
  let certain = !isTold(/^[^#\n]*\bnet\.naming-scheme=/m) && (!hasBiosdevname || isTold(/^[^#\n]*\bbiosdevname=0\b/m))
  for (const [, mac, name] of [...rules.values()].join('\n').matchAll(/ATTR\{address\}=="([\da-fA-F:]{17})".*?NAME(?::?)="([\w.-]+)"/g))
    renamed.set(mac!.toLowerCase(), name!)
  for (const text of linkTexts.values()) {
    const sections = readSections(text)
    const name = entriesOf(sections, 'Link', 'Name').at(-1)?.value
    const macs = [...entriesOf(sections, 'Match', 'MACAddress'), ...entriesOf(sections, 'Match', 'PermanentMACAddress')]
    if (name && macs.length === 0) certain = false
    for (const { value } of macs) if (name) renamed.set(value.toLowerCase(), name)
  }
  for (const { mac, setName, tool, name } of profiles) {
    // netplan's set-name, and HWADDR of an ifcfg file.
    const to = setName ?? (tool === 'ifcfg' ? name : undefined)
    if (mac && to) renamed.set(mac.toLowerCase(), to)
  }
  return { kernelNames: masks.length > 0 || isTold(/^[^#\n]*\bnet\.ifnames=0\b/m), renamed, certain }
}

async function cloudInitWrites(files: SystemFiles, units: Units | undefined): Promise<boolean> {
  const starts = units
    ? (['cloud-init.service', 'cloud-init-network.service', 'cloud-init-local.service'] as const).some((unit) => units.isEnabled(unit))
    : false
  if (!starts) return false
  const [off] = await files.read(['/etc/cloud/cloud-init.disabled'], 1)
  const configs = await loadFolder(files, '/etc/cloud/cloud.cfg.d', (name) => /\.cfg$/.test(name))
  return (
    off?.kind !== 'file' &&
    ![...configs.values()].some((text) => /^network:\s*(\{\s*config:\s*disabled\s*\}|\n\s+config:\s*disabled)/m.test(text))
  )
}

/** Keeps cloud-init from writing over what was just edited. */
export const cloudInitStep = { kind: 'edit', path: cloudInitOff, before: undefined, after: 'network: {config: disabled}\n' } as const
