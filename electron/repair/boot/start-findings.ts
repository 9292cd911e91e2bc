/** What a start needs on the disk: kernel and initramfs, boot loader and its menu, whole packages, the first links of the tree. */
import { readCrypttab } from '../../machine/fstab.js'
import { evidenceOf, findingOf, proposalOf, wordsOf } from '../build-finding.js'
import { records } from '../fact-script.js'
import type { MountedSystem, PlannedProposal, Step, TaskFinding } from '../task.js'
import type { BootFacts } from './facts.js'
import { type GrubMenu, type MenuEntry, readGrubMenu } from './grub-menu.js'
import { judgeKernels, kernelsInBoot, kernelsInEfi, versionOf } from './kernels.js'

/** Whose tools make the initramfs and the menu. Of any other system nothing is written here: its names are not known. */
function familyOf({ os }: MountedSystem): 'debian' | 'red-hat' | 'suse' | undefined {
  const names = [os.id, ...os.like]
  if (names.includes('debian') || names.includes('ubuntu')) return 'debian'
  if (['rhel', 'fedora', 'centos'].some((name) => names.includes(name))) return 'red-hat'
  return names.some((name) => /suse/.test(name)) ? 'suse' : undefined
}
const write = (words: readonly [string, ...string[]], limitMs = 600_000): Step => ({ kind: 'run', words, risk: 'writes', limitMs })

export function kernelFindings(system: MountedSystem, facts: BootFacts): TaskFinding[] {
  const { boot, modules } = facts
  const inBoot = kernelsInBoot(boot ?? [])
  const inEfi = kernelsInEfi(facts.facts('efi-kernels').text)
  // What GRUB's menu starts is in /boot; without a menu another loader, or the firmware, starts what the EFI partition holds.
  const isInEfi = inEfi.length > 0 && (inBoot.length === 0 || hasNoMenu(facts))
  if (boot === undefined && !isInEfi) return [findingOf('kernel', 'unknown', 'kernel-unread')]
  const { kernels, newest, empty, withoutImage, withoutModules } = judgeKernels(isInEfi ? inEfi : inBoot, modules)
  const listed = (files: readonly { name: string; size: number }[]) => files.map(({ name, size }) => `${size} ${name}`).join('\n')
  const evidence = [isInEfi ? evidenceOf('EFI', listed(inEfi)) : evidenceOf('/boot', listed(boot ?? []))]
  // They may all be there, where nobody can see them now.
  if (kernels.length === 0 && !isInEfi && hasNoMenu(facts) && isEfiUnseen(facts))
    return [findingOf('kernel', 'unknown', 'kernel-efi-unmounted', {}, { evidence })]
  // A separate /boot that is not mounted looks just like a lost kernel.
  if (kernels.length === 0) return [findingOf('kernel', 'fault', 'kernel-missing', {}, { evidence, keepsOut: true })]
  const lacking = (id: string, code: string, version: string, isStuck: boolean, proposals: PlannedProposal[] = []) =>
    findingOf(id, isStuck ? 'fault' : 'warning', code, { version }, { evidence, proposals, keepsOut: isStuck })
  const started = (isInEfi ? undefined : versionOf(menuOf(facts).starts?.kernel ?? '')) ?? newest
  const isStuck = (versions: readonly string[]) => started !== undefined && versions.includes(started)
  const findings: TaskFinding[] = []
  if (withoutImage.length > 0) {
    // Without the modules an initramfs would be made that finds no disk. Into the EFI partition it is put by other tools.
    const proposals = isInEfi
      ? []
      : makeInitramfs(
          system,
          facts,
          withoutImage.filter((one) => !withoutModules.includes(one)),
        )
    findings.push(lacking('kernel', 'initramfs-missing', withoutImage.join(', '), isStuck(withoutImage), proposals))
  }
  if (withoutModules.length > 0)
    findings.push(lacking('kernel-modules', 'modules-missing', withoutModules.join(', '), isStuck(withoutModules)))
  if (empty.length > 0) {
    const names = empty.map(({ name }) => name).join(', ')
    findings.push(lacking('kernel-empty', 'boot-files-empty', names, isStuck(empty.map(({ version }) => version))))
  }
  return findings.length > 0 ? findings : [findingOf('kernel', 'fine', 'kernel-fine', { n: kernels.length })]
}

/**
 * Debian's hook takes a container into the initramfs by the name that it is open under: under one of ours, which crypttab does not know,
 * it would be left out, and the next start would find no root.
 */
function losesContainers(system: MountedSystem, { files }: BootFacts): boolean {
  const known = readCrypttab(files.get('/etc/crypttab') ?? '')
  const isOurs = ({ path }: { path: string }) => path.startsWith('/dev/mapper/luks-') && !known.has(path)
  return familyOf(system) === 'debian' && known.size > 0 && system.blockDevices.some(isOurs)
}

function makeInitramfs(system: MountedSystem, facts: BootFacts, versions: readonly string[]): PlannedProposal[] {
  const family = familyOf(system)
  if (!family || versions.length === 0 || losesContainers(system, facts)) return []
  // Host-only, dracut's usual way, would record the rescue system's hardware.
  const words = (version: string): readonly [string, ...string[]] =>
    family === 'debian' ? ['update-initramfs', '-c', '-k', version] : ['dracut', '-f', '--no-hostonly', '--kver', version]
  const steps = versions.map((version) => write(system.inSystem(words(version))))
  const menu = menuOf(facts)
  const isBare = ({ kernel, initramfs, inside }: MenuEntry): boolean =>
    (!initramfs && versions.includes(versionOf(kernel ?? '') ?? '')) || (inside?.some(isBare) ?? false)
  // A menu that was written meanwhile loads none, and the kernel finds no disk.
  if (!menu.usesEntries && menu.entries.some(isBare)) steps.push(...menuSteps(system, startsByEfi(system, facts)))
  return [proposalOf('make-initramfs', { version: versions.join(', ') }, steps)]
}

const hasEfiMounted = (mounted: BootFacts['mounted']) =>
  mounted.some(({ path, type }) => type === 'vfat' && /^\/(?:boot|boot\/efi|efi)$/.test(path))
/** There is an EFI partition, and what it holds cannot be seen. */
const isEfiUnseen = ({ partitions, mounted, facts }: BootFacts) =>
  partitions.some(({ type }) => type === EFI_SYSTEM) && !hasEfiMounted(mounted) && records(facts('efi').text).length === 0
const hasNoMenu = ({ facts }: BootFacts) => facts('menu').status === 3

const EFI_SYSTEM = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'

const efiLoaders = ({ facts }: BootFacts) => records(facts('efi').text).filter((record) => Number.parseInt(record, 10) > 0)

function startsByEfi(system: MountedSystem, facts: BootFacts): boolean {
  const hasEfiPlace = efiLoaders(facts).length > 0 || facts.partitions.some(({ type }) => type === EFI_SYSTEM)
  // A disk with a BIOS boot partition may have both; then the firmware that started the rescue system decides.
  return hasEfiPlace && (system.uefi || facts.facts('bios-boot').text.trim() === '')
}

export function loaderFindings(system: MountedSystem, facts: BootFacts): TaskFinding[] {
  const loaders = efiLoaders(facts)
  const byEfi = startsByEfi(system, facts)
  const findings = byEfi ? efiFindings(system, facts, loaders) : biosFindings(system, facts)
  // systemd-boot, or the firmware itself, starts from the EFI partition and has no such menu.
  const needsNone = hasNoMenu(facts) && (kernelsInEfi(facts.facts('efi-kernels').text).length > 0 || isEfiUnseen(facts))
  if (!byEfi || !(needsNone || loaders.some((one) => /systemd-boot/i.test(one)))) findings.push(...menuFindings(system, facts, byEfi))
  return findings.length > 0 ? findings : [findingOf('loader', 'fine', 'loader-fine')]
}

/** Boot code in the first sector, something in the BIOS boot partition, and the files GRUB goes on with. */
function biosFindings(system: MountedSystem, { facts, isMirrored }: BootFacts): TaskFinding[] {
  const sectors = facts('sectors')
    .text.split('\n')
    .flatMap((line) => {
      const [path, sector] = line.split(' ')
      return path && sector ? [{ path, code: Buffer.from(sector, 'base64').subarray(0, 440) }] : []
    })
  const core = facts('bios-boot')
    .text.split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
  const isBare = ({ code }: { code: Buffer }) => code.every((byte) => byte === 0)
  const isCoreEmpty = core.length > 0 && core.every(([, bytes]) => Number(bytes) === 0)
  const installOn = (disks: readonly string[]) => (familyOf(system) ? disks.map((disk) => installGrub(system, disk)) : [])
  const proposals = installOn(system.disks)
  const said = sectors.map((one) => `${one.path}: ${isBare(one) ? 'no boot code' : 'boot code'}`).join('\n')
  const evidence = [evidenceOf('dd bs=512 count=1', said)]
  if (sectors.length > 0 && (sectors.every(isBare) || isCoreEmpty)) {
    return [findingOf('loader', 'fault', 'loader-missing', { disk: system.disks.join(', ') }, { evidence, proposals, keepsOut: true })]
  }
  const isPc = /^(?:x86_64|i\d86)/.test(facts('machine').text)
  if (isPc && facts('grub-files').status === 4)
    return [findingOf('loader', 'fault', 'loader-files-missing', {}, { proposals, keepsOut: true })]
  const bare = sectors.filter(isBare).map(({ path }) => path)
  return isMirrored && bare.length > 0
    ? [findingOf('loader', 'warning', 'loader-not-mirrored', { disk: bare.join(', ') }, { evidence, proposals: installOn(bare) })]
    : []
}

function efiFindings(system: MountedSystem, { facts, mounted }: BootFacts, loaders: readonly string[]): TaskFinding[] {
  if (loaders.length > 0) return []
  if (!hasEfiMounted(mounted)) return [findingOf('loader', 'unknown', 'loader-efi-unmounted')]
  const target = /^(?:aarch64|arm64)/.test(facts('machine').text) ? 'arm64-efi' : 'x86_64-efi'
  const words = ['grub-install', `--target=${target}`, '--efi-directory=/boot/efi', '--no-nvram', '--removable'] as const
  const install: PlannedProposal = {
    id: 'install-grub-efi',
    words: wordsOf('install-grub-efi'),
    risk: 'data',
    typed: system.disks[0]?.replace(/^\/dev\//, '') ?? 'efi',
    steps: () => [{ kind: 'run', words: system.inSystem(words), risk: 'data', limitMs: 300_000 }, ...menuSteps(system, true)],
  }
  // Elsewhere the loader comes with packages (shim, grub2-efi), not from grub-install.
  const proposals = familyOf(system) === 'debian' ? [install] : []
  return [findingOf('loader', 'fault', 'loader-efi-missing', {}, { proposals, keepsOut: true })]
}

/** Writes boot code: the wrong disk would break another system, so its name is typed. */
function installGrub(system: MountedSystem, disk: string): PlannedProposal {
  const tool = familyOf(system) === 'debian' ? 'grub-install' : 'grub2-install'
  return {
    id: `install-grub:${disk}`,
    words: wordsOf('install-grub', { disk }),
    risk: 'data',
    typed: disk.replace(/^\/dev\//, ''),
    steps: () => [{ kind: 'run', words: system.inSystem([tool, disk]), risk: 'data', limitMs: 300_000 }, ...menuSteps(system, false)],
  }
}

const menuOf = ({ facts }: BootFacts): GrubMenu => readGrubMenu(facts('menu').text, facts('entries').text, facts('grubenv').text)

function menuFindings(system: MountedSystem, boot: BootFacts, byEfi: boolean): TaskFinding[] {
  const steps = menuSteps(system, byEfi)
  const proposals = steps.length > 0 ? [proposalOf('make-loader-menu', {}, steps)] : []
  const keepsOut = boot.boot !== undefined
  if (boot.facts('menu').status === 3)
    return [findingOf('loader-menu', keepsOut ? 'fault' : 'unknown', 'loader-menu-missing', {}, { proposals, keepsOut })]
  const menu = menuOf(boot)
  const hasKernel = ({ kernel, inside }: MenuEntry): boolean => kernel !== undefined || (inside?.some(hasKernel) ?? false)
  // The menu is written from the entries, and these by kernel-install: writing it anew would help nothing.
  if (menu.usesEntries && !menu.entries.some(hasKernel) && keepsOut)
    return [findingOf('loader-menu', 'fault', 'loader-entries-missing', {}, { keepsOut })]
  const kernel = menu.starts?.kernel
  const isGone = boot.boot !== undefined && kernel !== undefined && !boot.boot.some(({ name }) => name === kernel)
  // Written while there was none: grub-mkconfig then gives the kernel the name that the disk had in the rescue system as its root.
  const isBare = !menu.starts?.initramfs && kernelsInBoot(boot.boot ?? []).some(({ name, hasImage }) => name === kernel && hasImage)
  const rest = { proposals: menu.usesEntries ? [] : proposals, keepsOut }
  return [
    ...(isGone ? [findingOf('loader-menu', 'fault', 'loader-menu-stale', { kernel }, rest)] : []),
    ...(isBare ? [findingOf('loader-menu', 'fault', 'loader-menu-without-initramfs', { kernel: kernel! }, rest)] : []),
    ...(menu.isDefaultFound ? [] : [defaultFinding(menu)]),
  ]
}

/** GRUB goes on with the first entry: a start, but not the one that was chosen. */
function defaultFinding({ default: wanted, starts, entries }: GrubMenu): TaskFinding {
  const titles = (of: readonly MenuEntry[], indent = ''): string[] =>
    of.flatMap(({ title, id, inside }) => [`${indent}${title}${id ? ` (${id})` : ''}`, ...titles(inside ?? [], `${indent}  `)])
  const evidence = [evidenceOf('grub.cfg', `default=${wanted}\n${titles(entries).join('\n')}`)]
  return findingOf(
    'loader-default',
    'warning',
    'loader-default-unknown',
    { wanted, first: starts?.title ?? '', kernel: starts?.kernel ?? '' },
    { evidence },
  )
}

/** On Red Hat's UEFI systems the link says where the menu is: until 8 in the EFI partition. */
function menuSteps(system: MountedSystem, byEfi: boolean): Step[] {
  const family = familyOf(system)
  if (!family) return []
  const place = byEfi && family === 'red-hat' ? '/etc/grub2-efi.cfg' : '/boot/grub2/grub.cfg'
  return [write(system.inSystem(family === 'debian' ? ['update-grub'] : ['grub2-mkconfig', '-o', place]))]
}

export function packageFinding(system: MountedSystem, boot: BootFacts): TaskFinding[] {
  const { facts } = boot
  const broken = facts('packages')
  if (broken.status === 3) return [findingOf('packages', 'unknown', 'packages-unread')]
  const names = broken.text.split('\n').filter(Boolean)
  const updates = facts('updates')
  const pending = updates.status === 0 ? updates.text.split('\n').filter(Boolean) : []
  if (names.length === 0 && pending.length === 0) return [findingOf('packages', 'fine', 'packages-fine')]
  // Nobody answers here: where a changed configuration file makes dpkg ask, the system's own is kept.
  const silent = ['env', 'DEBIAN_FRONTEND=noninteractive'] as const
  const keep = ['--force-confdef', '--force-confold']
  const steps = [
    write(system.inSystem([...silent, 'dpkg', ...keep, '--configure', '-a'])),
    write(system.inSystem([...silent, 'apt-get', ...keep.flatMap((one) => ['-o', `Dpkg::Options::=${one}`]), '-f', '-y', 'install'])),
  ]
  return [
    findingOf(
      'packages',
      'warning',
      'packages-interrupted',
      { n: Math.max(names.length, 1) },
      {
        evidence: [evidenceOf('/var/lib/dpkg/status', [...names, ...pending].join('\n'))],
        // A kernel among them would make its initramfs.
        proposals: losesContainers(system, boot) ? [] : [proposalOf('finish-packages', {}, steps)],
      },
    ),
  ]
}

/** Links of a merged /usr, init, a shell: without them nothing starts. */
export function treeFinding({ facts, files }: BootFacts): TaskFinding[] {
  const broken = facts('links')
    .text.split('\n')
    .filter((one) => one.startsWith('/'))
  const hasRoot = /^root:[^:]*:0:/m.test(files.get('/etc/passwd') ?? '')
  const findings: TaskFinding[] = []
  if (broken.length > 0) findings.push(findingOf('tree', 'fault', 'tree-broken', { paths: broken.join(', ') }, { keepsOut: true }))
  if (!hasRoot) findings.push(findingOf('passwd', 'fault', 'passwd-broken', {}, { keepsOut: true }))
  return findings
}
