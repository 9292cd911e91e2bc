/** What a start needs on the disk: kernel and initramfs, boot loader, whole packages, the first links of the tree. */
import { evidenceOf, findingOf, proposalOf, wordsOf } from '../build-finding.js'
import { records } from '../fact-script.js'
import type { MountedSystem, PlannedProposal, Step, TaskFinding } from '../task.js'
import type { BootFacts } from './facts.js'

const isDebian = ({ os }: MountedSystem) => os.id === 'debian' || os.like.includes('debian') || os.id === 'ubuntu'
const write = (words: readonly [string, ...string[]], limitMs = 600_000): Step => ({ kind: 'run', words, risk: 'writes', limitMs })

/** Versions with a kernel, those without an initramfs, empty files, and kernels without their modules. */
export function judgeKernels({ boot, modules }: Pick<BootFacts, 'boot' | 'modules'>) {
  const files = boot ?? []
  const version = (name: string, prefix: RegExp) => name.replace(prefix, '').replace(/\.img$/, '')
  const kernels = files.filter(({ name }) => /^vmlinu[xz]-/.test(name) && !/rescue/.test(name))
  const images = files.filter(({ name }) => /^init(?:rd\.img|ramfs)-/.test(name))
  const whole = kernels.filter(({ size }) => size > 0).map(({ name }) => version(name, /^vmlinu[xz]-/))
  const withImage = new Set(images.filter(({ size }) => size > 0).map(({ name }) => version(name, /^init(?:rd\.img|ramfs)-/)))
  return {
    kernels: whole,
    empty: [...kernels, ...images].filter(({ size }) => size <= 0).map(({ name }) => name),
    withoutImage: whole.filter((one) => !withImage.has(one)),
    withoutModules: whole.filter((one) => !modules.includes(one)),
  }
}

export function kernelFinding(system: MountedSystem, facts: BootFacts): TaskFinding {
  const { boot } = facts
  if (boot === undefined) return findingOf('kernel', 'unknown', 'kernel-unread')
  const { kernels, empty, withoutImage, withoutModules } = judgeKernels(facts)
  const evidence = [evidenceOf('/boot', boot.map(({ name, size }) => `${size} ${name}`).join('\n'))]
  // A separate /boot that is not mounted looks just like a lost kernel.
  if (kernels.length === 0) return findingOf('kernel', 'fault', 'kernel-missing', {}, { evidence, keepsOut: true })
  const bad = [...new Set([...withoutImage, ...withoutModules])]
  const isStuck = bad.length === kernels.length
  if (bad.length === 0 && empty.length === 0) return findingOf('kernel', 'fine', 'kernel-fine', { n: kernels.length })
  const proposals: PlannedProposal[] =
    withoutImage.length > 0
      ? [
          proposalOf('make-initramfs', { version: withoutImage.join(', ') }, [
            write(
              isDebian(system)
                ? system.inSystem(['update-initramfs', '-c', '-k', withoutImage[0]!])
                : system.inSystem(['dracut', '-f', '--no-hostonly', '--kver', withoutImage[0]!]),
            ),
          ]),
        ]
      : []
  const code = withoutImage.length > 0 ? 'initramfs-missing' : withoutModules.length > 0 ? 'modules-missing' : 'boot-files-empty'
  return findingOf(
    'kernel',
    isStuck ? 'fault' : 'warning',
    code,
    { version: bad.join(', ') || empty.join(', ') },
    { evidence, proposals, keepsOut: isStuck },
  )
}

/** Boot code in the first sector (the jump GRUB writes, and its name) and something in the BIOS boot partition. */
export function loaderFindings(system: MountedSystem, { facts, files, boot }: BootFacts): TaskFinding[] {
  const configuration = files.get('/boot/grub/grub.cfg') ?? files.get('/boot/grub2/grub.cfg')
  const loaders = records(facts('efi').text)
  if (system.uefi || (loaders.length > 0 && facts('bios-boot').text.trim() === ''))
    return [efiFinding(system, loaders, facts('machine').text)]
  const findings: TaskFinding[] = []
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
  const bare = sectors.filter(({ code }) => code.every((byte) => byte === 0))
  const emptyCore = core.length > 0 && core.every(([, bytes]) => Number(bytes) === 0)
  if (sectors.length > 0 && (bare.length === sectors.length || emptyCore)) {
    findings.push(
      findingOf(
        'loader',
        'fault',
        'loader-missing',
        { disk: system.disks.join(', ') },
        {
          evidence: [
            evidenceOf(
              'dd bs=512 count=1',
              sectors.map(({ path, code }) => `${path}: ${code.every((byte) => byte === 0) ? 'no boot code' : 'boot code'}`).join('\n'),
            ),
          ],
          proposals: system.disks.map((disk) => installGrub(system, disk)),
          keepsOut: true,
        },
      ),
    )
  }
  if (configuration === undefined) {
    findings.push(
      findingOf(
        'loader-menu',
        boot === undefined ? 'unknown' : 'fault',
        'loader-menu-missing',
        {},
        { proposals: [menu(system)], keepsOut: boot !== undefined },
      ),
    )
  } else {
    // Red Hat's menu has its entries in files of their own (Boot Loader Specification).
    const named = [...`${configuration}\n${facts('entries').text}`.matchAll(/^\s*linux(?:16|efi)?\s+\S*?\/(vmlinu[xz]-\S+)/gm)].map(
      ([, name]) => name!,
    )
    const present = new Set((boot ?? []).map(({ name }) => name))
    if (boot && named.length > 0 && !named.some((name) => present.has(name)))
      findings.push(
        findingOf('loader-menu', 'fault', 'loader-menu-stale', { kernel: named[0]! }, { proposals: [menu(system)], keepsOut: true }),
      )
  }
  return findings.length > 0 ? findings : [findingOf('loader', 'fine', 'loader-fine')]
}

function efiFinding(system: MountedSystem, loaders: readonly string[], machine: string): TaskFinding {
  if (loaders.length > 0) return findingOf('loader', 'fine', 'loader-fine')
  const proposals = isDebian(system)
    ? [
        {
          id: 'install-grub-efi',
          words: wordsOf('install-grub-efi'),
          risk: 'data' as const,
          typed: system.disks[0]?.replace(/^\/dev\//, '') ?? 'efi',
          steps: (): Step[] => [
            {
              kind: 'run',
              words: system.inSystem([
                'grub-install',
                `--target=${/^(?:aarch64|arm64)/.test(machine) ? 'arm64' : 'x86_64'}-efi`,
                '--efi-directory=/boot/efi',
                '--no-nvram',
                '--removable',
              ]),
              risk: 'data',
              limitMs: 300_000,
            },
            write(system.inSystem(['update-grub'])),
          ],
        },
      ]
    : []
  return findingOf('loader', 'fault', 'loader-efi-missing', {}, { proposals, keepsOut: true })
}

/** Writes boot code: the wrong disk would break another system, so its name is typed. */
function installGrub(system: MountedSystem, disk: string): PlannedProposal {
  const debian = isDebian(system)
  return {
    id: `install-grub:${disk}`,
    words: wordsOf('install-grub', { disk }),
    risk: 'data',
    typed: disk.replace(/^\/dev\//, ''),
    steps: () => [
      { kind: 'run', words: system.inSystem([debian ? 'grub-install' : 'grub2-install', disk]), risk: 'data', limitMs: 300_000 },
      ...menu(system).steps({ kind: 'none' }),
    ],
  }
}

const menu = (system: MountedSystem) =>
  proposalOf('make-loader-menu', {}, [
    write(system.inSystem(isDebian(system) ? ['update-grub'] : ['grub2-mkconfig', '-o', '/boot/grub2/grub.cfg'])),
  ])

export function packageFinding(system: MountedSystem, { facts }: BootFacts): TaskFinding[] {
  const broken = facts('packages')
  if (broken.status === 3) return []
  const names = broken.text.split('\n').filter(Boolean)
  const updates = facts('updates')
  const pending = updates.status === 0 ? updates.text.split('\n').filter(Boolean) : []
  if (names.length === 0 && pending.length === 0) return [findingOf('packages', 'fine', 'packages-fine')]
  const steps = [write(system.inSystem(['dpkg', '--configure', '-a'])), write(system.inSystem(['apt-get', '-f', '-y', 'install']))]
  return [
    findingOf(
      'packages',
      'warning',
      'packages-interrupted',
      { n: Math.max(names.length, 1) },
      {
        evidence: [evidenceOf('/var/lib/dpkg/status', [...names, ...pending].join('\n'))],
        proposals: [proposalOf('finish-packages', {}, steps)],
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
