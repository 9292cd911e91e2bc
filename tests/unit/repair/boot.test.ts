/** What decides in "does not boot", by tables: fstab, space, kernels, what tools print. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSystemFiles } from '../../../electron/machine/system-files.js'
import { createBootTask } from '../../../electron/repair/boot/boot-task.js'
import { type BootFacts, type MountedFileSystem, parseSpace } from '../../../electron/repair/boot/facts.js'
import { e2fsckSays, fileSystemFindings, isDamaged, parseBtrfsStats, parseDumpe2fs } from '../../../electron/repair/boot/file-systems.js'
import { judgeFstab, meantBy, setFsckPass } from '../../../electron/repair/boot/fstab-rules.js'
import { judgeKernels, kernelsInBoot, kernelsInEfi } from '../../../electron/repair/boot/kernels.js'
import { parseJournal } from '../../../electron/repair/boot/last-start.js'
import { holderOf, inodesOf, spaceOf } from '../../../electron/repair/boot/space.js'
import { kernelFindings, loaderFindings, packageFinding } from '../../../electron/repair/boot/start-findings.js'
import type { MountedSystem, PlannedProposal, TaskFinding } from '../../../electron/repair/task.js'
import { AppError } from '../../../shared/errors.js'
import { scriptedMachine } from '../../support/scripted-machine.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/machine/plain', name), 'utf8')
const device = (path: string, rest: Partial<Record<'uuid' | 'label' | 'partUuid' | 'partLabel' | 'fileSystem', string>> = {}) => ({
  path,
  uuid: '',
  label: '',
  partUuid: '',
  partLabel: '',
  fileSystem: 'ext4',
  ...rest,
})
const devices = [
  device('/dev/sdb1', { uuid: 'AAAA-1', label: 'cloudimg-rootfs', partUuid: 'p-1' }),
  device('/dev/sdb15', { uuid: 'AEA1-CA5A', label: 'UEFI', fileSystem: 'vfat' }),
  device('/dev/mapper/vg--a-data', { uuid: 'BBBB-2', fileSystem: 'xfs' }),
]
const root = 'UUID=aaaa-1 / ext4 errors=remount-ro 0 1'

describe('fstab', () => {
  it.each([
    ['by UUID, whatever the case', root, []],
    ['by label', 'LABEL=cloudimg-rootfs / ext4 discard,commit=30,errors=remount-ro 0 1', []],
    ['by a quoted label', 'LABEL="cloudimg-rootfs" / ext4 defaults 0 1', []],
    ['by a link of udev', '/dev/disk/by-uuid/AEA1-CA5A /boot/efi vfat umask=0077 0 1', []],
    ['by volume group', '/dev/vg-a/data /var/lib xfs defaults 0 0', []],
    ['by mapper', '/dev/mapper/vg--a-data /var/lib xfs defaults 0 0', []],
    ['without a disk', 'tmpfs /tmp tmpfs size=1G 0 0\n10.0.0.1:/x /net nfs4 _netdev 0 0\nproc /proc proc hidepid=2', []],
    ['not mounted by itself', 'UUID=gone /mnt/x ext4 noauto 0 0', []],
    ['a comment', '# UUID=gone /x ext4', []],
    ['gone', 'UUID=gone /srv ext4 defaults 0 2', ['unknown-device']],
    ['gone by label', 'LABEL=gone /srv ext4 defaults 0 2', ['unknown-device']],
    ['gone by partition', 'PARTUUID=gone /srv ext4 defaults 0 2', ['unknown-device']],
    ['gone with its group', '/dev/vg9/lv /srv ext4 defaults 0 2', ['unknown-device']],
    ['a name that moves', '/dev/sda1 / ext4 defaults 0 1', ['unsure-device']],
    ['another type', 'UUID=BBBB-2 /var/lib ext4 defaults 0 2', ['type']],
    ['the type of a brother', 'UUID=AAAA-1 / ext3 defaults 0 1', []],
    ['a slip in an option', 'UUID=AAAA-1 / ext4 erors=remount-ro 0 1', ['option']],
    ['twice', `${root}\n${root}`, ['twice']],
    ['an extra disk', 'UUID=BBBB-2 /srv/data xfs defaults 0 2', ['no-nofail']],
    ['an extra disk that may be gone', 'UUID=BBBB-2 /srv/data xfs defaults,nofail 0 2', []],
    ['too few fields', 'UUID=AAAA-1 /', ['short']],
    ['a comment behind', `${root} # root disk`, []],
    ['gone, with the network', 'UUID=gone /data xfs _netdev 0 0', []],
    ['gone, mounted when used', 'UUID=gone /data xfs x-systemd.automount 0 0', []],
    ['an array by its name', '/dev/md/0 /boot ext4 defaults 0 2', []],
  ])('judges a line: %s', (_, text, kinds) => {
    expect(judgeFstab(text, devices).map(({ kind }) => kind)).toEqual(kinds)
  })

  it('has nothing against the fstab of a real image', () => {
    const own = [
      device('/dev/sdb1', { uuid: '9acc75c2-4c37-4d7d-a917-fa795d4109f6' }),
      device('/dev/sdb15', { uuid: 'AEA1-CA5A', fileSystem: 'vfat' }),
    ]
    expect(judgeFstab(fixture('fstab.txt'), own)).toEqual([])
  })

  it.each([
    ['opened by crypttab', '/dev/mapper/sda3_crypt / ext4 defaults 0 1', 'sda3_crypt UUID=luks-1 none luks,discard', []],
    ['swap with a key made anew', '/dev/mapper/swap none swap sw 0 0', '# a comment\nswap /dev/sda2 /dev/urandom swap', []],
    ['a container that is gone', '/dev/mapper/data /srv ext4 defaults 0 2', 'data UUID=gone /root/key luks', ['unknown-device']],
    ['a name that nothing opens', '/dev/mapper/data /srv ext4 defaults 0 2', 'other UUID=luks-1 none', ['unknown-device']],
    ['a link that does not change', '/dev/disk/by-id/dm-uuid-LVM-abc / ext4 defaults 0 1', '', []],
    ['a label with a blank', '/dev/disk/by-label/my\\x20disk /var/x ext4 defaults 0 1', '', []],
  ])('judges a line: %s', (_, text, crypttab, kinds) => {
    const all = [...devices, device('/dev/sdb3', { uuid: 'luks-1', fileSystem: 'crypto_LUKS' }), device('/dev/sdb4', { label: 'my disk' })]
    expect(judgeFstab(text, all, { crypttab }).map(({ kind }) => kind)).toEqual(kinds)
  })

  it('takes the mounted root for the root, and for nothing else', () => {
    const text = 'UUID=gone / ext4 defaults 0 1\nUUID=lost /srv ext4 defaults 0 2'
    const all = [device('/dev/mapper/luks-sdb3', { uuid: 'R' }), device('/dev/sdc1', { uuid: 'D' }), device('/dev/sdd1', { uuid: 'E' })]
    const fits = (some: typeof all) =>
      judgeFstab(text, some, { root: '/dev/mapper/luks-sdb3' }).flatMap((one) => (one.kind === 'unknown-device' ? [one.fits?.uuid] : []))
    expect(fits(all)).toEqual(['R', undefined])
    expect(fits(all.slice(0, 2))).toEqual(['R', 'D'])
    expect(fits(all.slice(0, 1))).toEqual(['R', undefined])
  })

  it('names a device that fits only when there is exactly one', () => {
    const text = `${root}\nUUID=gone /srv xfs defaults 0 2`
    const fits = (all: typeof devices) => judgeFstab(text, all).flatMap((one) => (one.kind === 'unknown-device' ? [one.fits?.path] : []))
    expect(fits(devices)).toEqual(['/dev/mapper/vg--a-data'])
    expect(fits([...devices, device('/dev/sdc1', { uuid: 'CCCC', fileSystem: 'xfs' })])).toEqual([undefined])
  })

  it.each([
    ['default', 'defaults'],
    ['noatmie', 'noatime'],
    ['nofial', 'nofail'],
    ['erors=remount-ro', 'errors=remount-ro'],
    ['defaults', undefined],
    ['subvol=@', undefined],
    ['x-systemd.automount', undefined],
    ['some-new-option', undefined],
    ['ro', undefined],
  ])('takes %s for %s', (option, meant) => {
    expect(meantBy(option)).toBe(meant)
  })

  it.each([
    ['UUID=AAAA-1 / ext4 defaults 0 0\n', 'UUID=AAAA-1 / ext4 defaults 0 1\n'],
    ['# x\nUUID=AAAA-1\t/srv\text4\n', '# x\nUUID=AAAA-1\t/srv\text4\tdefaults\t0\t2\n'],
    ['UUID=AAAA-1 / ext4 ro', 'UUID=AAAA-1 / ext4 ro\t0\t1'],
    [`${root}\n`, `${root}\n`],
  ])('has the start check a device: %j', (before, after) => {
    expect(setFsckPass(before, devices[0]!)).toBe(after)
  })

  it('survives any text', () => {
    const words = fc.constantFrom(
      'UUID=',
      'UUID=AAAA-1',
      'LABEL="',
      '/dev//',
      '/dev/a/b/c',
      '/',
      'ext4',
      ',,',
      '=',
      '#',
      '\t',
      '\\040',
      '\u202e',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(fc.array(words).map((line) => line.join(' '))), (lines) => {
        judgeFstab(lines.join('\n'), devices)
      }),
    )
  })
})

describe('space', () => {
  const of = (size: number, available: number, inodes = 1000, inodesFree = 900): MountedFileSystem => ({
    path: '/',
    device: '/dev/sdb1',
    type: 'ext4',
    size,
    available,
    inodes,
    inodesFree,
  })
  const gb = 1e9
  it.each([
    [of(80 * gb, 0), 'full', 'fine'],
    [of(80 * gb, 1 * gb), 'full', 'fine'],
    [of(80 * gb, 4 * gb), 'little', 'fine'],
    [of(4000 * gb, 60 * gb), 'little', 'fine'],
    [of(4000 * gb, 1 * gb), 'full', 'fine'],
    [of(80 * gb, 30 * gb), 'fine', 'fine'],
    [of(0.5 * gb, 0.06 * gb), 'fine', 'fine'],
    [of(0.5 * gb, 0.04 * gb), 'full', 'fine'],
    [of(80 * gb, 30 * gb, 1000, 0), 'fine', 'full'],
    [of(80 * gb, 30 * gb, 1e6, 5000), 'fine', 'little'],
    // btrfs and vfat count none.
    [of(80 * gb, 30 * gb, 0, 0), 'fine', 'fine'],
  ])('judges %j', (one, space, inodes) => {
    expect([spaceOf(one), inodesOf(one)]).toEqual([space, inodes])
  })

  it('reads df, with spaces in names, without what is no disk', () => {
    const output = [
      ' 1B-blocks      Avail Inodes  IFree Type  Filesystem Mounted on',
      '4112039936 3475120128 255488 243349 ext4  /dev/sdb1  /mnt',
      ' 127799296  127797248      0      0 vfat  /dev/sdb15 /mnt/boot/efi',
      ' 127799296  127797248      -      - btrfs /dev/sdc1  /mnt/srv/my data',
      '         0          0      0      0 tmpfs tmpfs      /mnt/run',
      'df: /mnt/x: Transport endpoint is not connected',
    ].join('\n')
    expect(parseSpace(output, '/mnt').map(({ path, inodes }) => [path, inodes])).toEqual([
      ['/', 255488],
      ['/boot/efi', 0],
      ['/srv/my data', 0],
    ])
  })

  it('knows what mount a folder is on', () => {
    const mounted = ['/', '/var', '/var/log'].map((path) => ({ ...of(1, 1), path }))
    expect(['/etc', '/var/log/journal', '/var/lib', '/variable'].map((path) => holderOf(path, mounted))).toEqual([
      '/',
      '/var/log',
      '/var',
      '/',
    ])
  })
})

describe('kernels', () => {
  const [version, other] = ['6.1.0-50-cloud-amd64', '5.14.0-1.el9.x86_64']
  const file = (name: string, size = 1) => ({ name, size })
  it.each([
    [
      'Debian',
      [file(`vmlinuz-${version}`), file(`initrd.img-${version}`)],
      [version],
      { kernels: [version], withoutImage: [], withoutModules: [], empty: [] },
    ],
    [
      'Red Hat',
      [file(`vmlinuz-${other}`), file(`initramfs-${other}.img`)],
      [other],
      { kernels: [other], withoutImage: [], withoutModules: [], empty: [] },
    ],
    ['no initramfs', [file(`vmlinuz-${version}`)], [version], { withoutImage: [version] }],
    ['SUSE', [file(`vmlinuz-${other}`), file(`initrd-${other}`)], [other], { withoutImage: [], withoutModules: [] }],
    [
      'SUSE with what debuggers read',
      [file(`vmlinuz-${other}`), file(`initrd-${other}`), file(`vmlinux-${other}.gz`), file(`vmlinux-${other}.xz`)],
      [other],
      { kernels: [other], withoutImage: [], withoutModules: [] },
    ],
    [
      'an uncompressed kernel',
      [file(`vmlinux-${version}`), file(`initrd.img-${version}`)],
      [version],
      { kernels: [version], withoutImage: [] },
    ],
    ['Alpine', [file('vmlinuz-virt'), file('initramfs-virt')], ['6.6.58-0-virt'], { withoutImage: [], withoutModules: [] }],
    ['copies', [file(`vmlinuz-${version}.efi.signed`), file(`vmlinuz-${version}.old`), file('vmlinuz-0-rescue-ab12')], [], { kernels: [] }],
    [
      'an empty kernel',
      [file(`vmlinuz-${version}`, 0), file(`initrd.img-${version}`)],
      [version],
      { kernels: [], empty: [{ name: `vmlinuz-${version}` }] },
    ],
    ['no modules', [file(`vmlinuz-${version}`), file(`initrd.img-${version}`)], [], { withoutModules: [version] }],
    ['a link to nothing', [file('vmlinuz-x', -1)], [], { kernels: [], empty: [{ name: 'vmlinuz-x' }] }],
    ['nothing', [], [], { kernels: [], newest: undefined }],
    ['the newest first', [file('vmlinuz-6.1.0-9-amd64'), file('vmlinuz-6.1.0-31-amd64')], [], { newest: '6.1.0-31-amd64' }],
    [
      'an update of Red Hat before its first one',
      [file('vmlinuz-5.14.0-503.el9.x86_64'), file('vmlinuz-5.14.0-503.11.1.el9_5.x86_64')],
      [],
      { newest: '5.14.0-503.11.1.el9_5.x86_64' },
    ],
    ['another minor version', [file('vmlinuz-6.12-amd64'), file('vmlinuz-6.9.7-amd64')], [], { newest: '6.12-amd64' }],
  ])('judges %s', (_, boot, modules, expected) => {
    expect(judgeKernels(kernelsInBoot(boot), modules)).toMatchObject(expected)
  })

  it.each([
    ['type 1', [`file 9 ab12/${version}/linux`, `file 9 ab12/${version}/initrd.img-${version}`], { kernels: [version], withoutImage: [] }],
    ['type 1, of the distribution', [`file 9 debian/${version}/initrd`, `file 9 debian/${version}/linux`], { withoutImage: [] }],
    ['no initrd', [`file 9 ab12/${version}/linux`, `file 9 ab12/${other}/initrd`], { withoutImage: [version] }],
    ['an empty initrd', [`file 9 ab12/${version}/linux`, `file 0 ab12/${version}/initrd`], { withoutImage: [version] }],
    ['an empty kernel', [`file 0 ab12/${version}/linux`], { kernels: [], empty: [{ name: `ab12/${version}/linux` }] }],
    ['a unified image', [`image 9 yes EFI/Linux/debian-${version}.efi`], { kernels: [version], withoutImage: [], withoutModules: [] }],
    ['one without initrd', [`image 9 no EFI/Linux/debian-${version}.efi`], { withoutImage: [version] }],
    ['one that counts its tries', [`image 9 yes EFI/Linux/ab12-${version}+2-1.efi`], { kernels: [version] }],
    ['one without a version', ['image 9 yes EFI/Linux/arch-linux.efi'], { kernels: ['arch-linux'], withoutModules: [] }],
    ['one seen at two places', Array(2).fill(`image 9 yes EFI/Linux/a-${version}.efi`), { kernels: [version] }],
    ['other files', ['file 9 EFI/debian/init.efi', 'x', 'file 9 a/b/c/linux'], { kernels: [], newest: undefined }],
  ])('judges what the EFI partition keeps: %s', (_, lines, expected) => {
    expect(judgeKernels(kernelsInEfi(`${lines.join('\0')}\0`), [version])).toMatchObject(expected)
  })
})

/** What the scripts and files would have said; a part that is not named did not answer. */
const factsOf = (parts: Record<string, string | [text: string, status: number]>, rest: Partial<BootFacts> = {}): BootFacts => ({
  facts: (name) => {
    const part = parts[name] ?? ['', 127]
    return typeof part === 'string' ? { text: part, status: 0 } : { text: part[0], status: part[1] }
  },
  mounted: [],
  inUse: new Set(),
  boot: [],
  modules: [],
  partitions: [],
  isMirrored: false,
  files: new Map(),
  units: { reason: '' },
  ...rest,
})
const on = (os: string, rest: Partial<MountedSystem> = {}) =>
  ({
    os: { id: os, like: os === 'rocky' ? ['rhel', 'centos', 'fedora'] : [], version: '', name: os },
    disks: ['/dev/sdb'],
    uefi: false,
    blockDevices: [],
    inSystem: (words) => words,
    ...rest,
  }) as MountedSystem
const told = (findings: TaskFinding[]) => findings.map(({ id, state, words, keepsOut }) => [id, state, words.code, keepsOut])
const commands = (proposal: PlannedProposal | undefined) =>
  proposal?.steps({ kind: 'none' }).map((step) => (step.kind === 'run' ? step.words.join(' ') : step.path))

describe('several kernels', () => {
  const versions = ['6.1.0-31-amd64', '6.1.0-30-amd64', '6.1.0-9-amd64']
  const boot = (images: number[]) => [
    ...versions.map((version) => ({ name: `vmlinuz-${version}`, size: 1 })),
    ...images.map((index) => ({ name: `initrd.img-${versions[index]}`, size: 1 })),
  ]
  it('makes every initramfs that is missing, none where the modules are gone too', () => {
    const findings = kernelFindings(on('debian'), factsOf({}, { boot: boot([]), modules: [versions[0]!, versions[2]!] }))
    expect(told(findings)).toEqual([
      ['kernel', 'fault', 'initramfs-missing', true],
      ['kernel-modules', 'warning', 'modules-missing', false],
    ])
    expect(findings[0]!.words.values).toEqual({ version: versions.join(', ') })
    expect(findings[1]!.words.values).toEqual({ version: versions[1] })
    expect(commands(findings[0]!.proposals[0])).toEqual([`update-initramfs -c -k ${versions[0]}`, `update-initramfs -c -k ${versions[2]}`])
  })

  it('is stopped by the newest one, not by an old one', () => {
    const judge = (images: number[]) => told(kernelFindings(on('debian'), factsOf({}, { boot: boot(images), modules: versions })))
    expect(judge([1, 2])).toEqual([['kernel', 'fault', 'initramfs-missing', true]])
    expect(judge([0, 1])).toEqual([['kernel', 'warning', 'initramfs-missing', false]])
    expect(judge([0, 1, 2])).toEqual([['kernel', 'fine', 'kernel-fine', false]])
  })

  it.each([
    ['opened under another name than crypttab has', 'sda3_crypt UUID=x none luks\n', 'luks-sdb3', 0],
    ['opened under its own name', 'luks-sdb3 UUID=x none luks\n', 'luks-sdb3', 1],
    ['with no crypttab', '# <target name>\n', 'luks-sdb3', 1],
    ['in the clear', 'swap /dev/sda2 /dev/urandom swap\n', 'vg-root', 1],
  ])('makes none that would forget a container: %s', (_, crypttab, mapper, count) => {
    const system = on('debian', { blockDevices: [device(`/dev/mapper/${mapper}`)] })
    const facts = factsOf(
      { packages: 'nginx reinstreq half-installed' },
      { boot: boot([]), modules: versions, files: new Map([['/etc/crypttab', crypttab]]) },
    )
    expect(kernelFindings(system, facts)[0]!.proposals).toHaveLength(count)
    expect(packageFinding(system, facts)[0]!.proposals).toHaveLength(count)
  })

  it('does not call lost what may lie in an EFI partition that is not mounted', () => {
    const esp = { path: '/dev/sdb1', type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', size: 1, fileSystem: 'vfat', parents: [] }
    const judge = (menu: [string, number], partitions: BootFacts['partitions']) =>
      told(kernelFindings(on('debian'), factsOf({ menu }, { partitions })))
    expect(judge(['', 3], [esp])).toEqual([['kernel', 'unknown', 'kernel-efi-unmounted', false]])
    expect(judge(['', 3], [])).toEqual([['kernel', 'fault', 'kernel-missing', true]])
    expect(judge(['linux /boot/vmlinuz-6', 0], [esp])).toEqual([['kernel', 'fault', 'kernel-missing', true]])
  })

  it.each([
    ['rocky', [`dracut -f --no-hostonly --kver ${versions[0]}`]],
    ['opensuse-leap', [`dracut -f --no-hostonly --kver ${versions[0]}`]],
    ['alpine', undefined],
  ])('uses the tools of %s', (os, expected) => {
    const [finding] = kernelFindings(on(os), factsOf({}, { boot: boot([1, 2]), modules: versions }))
    expect(commands(finding!.proposals[0])).toEqual(expected)
  })
})

describe('boot loaders', () => {
  const sector = (code: number) => `/dev/sdb ${Buffer.alloc(512, code).toString('base64')}`
  const esp = { path: '/dev/sdb15', type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', size: 1, fileSystem: 'vfat', parents: [] }
  const onEfi = [{ path: '/boot/efi', device: '/dev/sdb15', type: 'vfat', size: 1, available: 1, inodes: 0, inodesFree: 0 }]
  const kernel = 'vmlinuz-5.14.0-503.el9.x86_64'
  const grub = `linux /boot/${kernel} root=UUID=x`
  const boot = [{ name: kernel, size: 1 }]
  const loaders = '1000 debian/grubx64.efi\0'
  const bios = { sectors: sector(1), 'bios-boot': '/dev/sdb14 4000', menu: grub, machine: 'x86_64' }
  const fine = [['loader', 'fine', 'loader-fine', false]]

  it.each<[string, BootFacts, Partial<MountedSystem>, unknown[]]>([
    ['BIOS', factsOf(bios, { boot }), {}, fine],
    ['BIOS, no code', factsOf({ ...bios, sectors: sector(0) }, { boot }), {}, [['loader', 'fault', 'loader-missing', true]]],
    ['BIOS, no core', factsOf({ ...bios, 'bios-boot': '/dev/sdb14 0' }, { boot }), {}, [['loader', 'fault', 'loader-missing', true]]],
    ['one of two disks', factsOf({ ...bios, sectors: `${sector(0)}\n${sector(1)}` }, { boot }), { disks: ['/dev/sdb', '/dev/sdc'] }, fine],
    [
      'one disk of a mirror',
      factsOf({ ...bios, sectors: `${sector(0)}\n${sector(1)}` }, { boot, isMirrored: true }),
      { disks: ['/dev/sdb', '/dev/sdc'] },
      [['loader', 'warning', 'loader-not-mirrored', false]],
    ],
    [
      'BIOS, no modules of GRUB',
      factsOf({ ...bios, 'grub-files': ['', 4] }, { boot }),
      {},
      [['loader', 'fault', 'loader-files-missing', true]],
    ],
    ['no PC', factsOf({ ...bios, machine: 'aarch64', 'grub-files': ['', 4] }, { boot }), {}, fine],
    ['UEFI', factsOf({ efi: loaders, menu: grub }, { boot, partitions: [esp] }), { uefi: true }, fine],
    ['UEFI, the rescue system by BIOS', factsOf({ efi: loaders, menu: grub, sectors: sector(0) }, { boot, partitions: [esp] }), {}, fine],
    [
      'UEFI, not mounted',
      factsOf({ menu: grub, sectors: sector(0) }, { boot, partitions: [esp] }),
      {},
      [['loader', 'unknown', 'loader-efi-unmounted', false]],
    ],
    [
      'UEFI, nothing there',
      factsOf({ menu: grub, sectors: sector(0), efi: '' }, { boot, partitions: [esp], mounted: onEfi }),
      { uefi: true },
      [['loader', 'fault', 'loader-efi-missing', true]],
    ],
    [
      'UEFI, empty files',
      factsOf({ menu: grub, efi: '0 debian/grubx64.efi\0' }, { boot, partitions: [esp], mounted: onEfi }),
      { uefi: true },
      [['loader', 'fault', 'loader-efi-missing', true]],
    ],
    [
      'UEFI, no menu',
      factsOf({ efi: loaders, menu: ['', 3] }, { boot, partitions: [esp] }),
      { uefi: true },
      [['loader-menu', 'fault', 'loader-menu-missing', true]],
    ],
    [
      'unified images that the firmware starts',
      factsOf({ efi: '9 Linux/debian-6.1.efi\0', 'efi-kernels': 'image 9 yes EFI/Linux/debian-6.1.efi\0', menu: ['', 3] }, { boot: [] }),
      { uefi: true },
      fine,
    ],
    [
      'UEFI, no menu that can be seen',
      factsOf({ menu: ['', 3] }, { boot: [], partitions: [esp] }),
      { uefi: true },
      [['loader', 'unknown', 'loader-efi-unmounted', false]],
    ],
    ['systemd-boot', factsOf({ efi: '9 systemd/systemd-bootx64.efi\0', menu: ['', 3] }, { boot }), { uefi: true }, fine],
    ['entries', factsOf({ ...bios, menu: 'insmod blscfg\nblscfg', entries: `linux /${kernel}` }, { boot }), {}, fine],
    ['no entries', factsOf({ ...bios, menu: 'blscfg' }, { boot }), {}, [['loader-menu', 'fault', 'loader-entries-missing', true]]],
    ['another menu', factsOf({ ...bios, menu: '' }, { boot }), {}, fine],
    ['kernels gone', factsOf(bios, { boot: [] }), {}, [['loader-menu', 'fault', 'loader-menu-stale', true]]],
    [
      '/boot unread, no menu',
      factsOf({ ...bios, menu: ['', 3] }, { boot: undefined }),
      {},
      [['loader-menu', 'unknown', 'loader-menu-missing', false]],
    ],
  ])('judges %s', (_, facts, rest, expected) => {
    expect(told(loaderFindings(on('rocky', rest), facts))).toEqual(expected)
  })

  it('installs the loader on the disk of a mirror that lacks it, and on no other', () => {
    const sectors = `/dev/sda ${Buffer.alloc(512, 1).toString('base64')}\n${sector(0)}`
    const facts = factsOf({ ...bios, sectors }, { boot, isMirrored: true })
    const [finding] = loaderFindings(on('debian', { disks: ['/dev/sda', '/dev/sdb'] }), facts)
    expect(finding!.proposals.map(({ id }) => id)).toEqual(['install-grub:/dev/sdb'])
  })

  it('does not call packages fine that it cannot examine', () => {
    expect(told(packageFinding(on('rocky'), factsOf({ packages: ['', 3] })))).toEqual([['packages', 'unknown', 'packages-unread', false]])
  })

  it('sees that a menu was written while there was no initramfs, and writes it anew with the initramfs that is made', () => {
    const image = { name: 'initramfs-5.14.0-503.el9.x86_64.img', size: 1 }
    const judge = (loads: string, files: BootFacts['boot']) => {
      const menu = `menuentry 'A' {\n\tlinux /${kernel} root=/dev/sdb1 ro\n${loads}}\n`
      const facts = factsOf({ ...bios, menu }, { boot: files, modules: ['5.14.0-503.el9.x86_64'] })
      return [...kernelFindings(on('rocky'), facts), ...loaderFindings(on('rocky'), facts)]
    }
    const bare = judge('', [...boot, image])
    expect(told(bare)).toEqual([
      ['kernel', 'fine', 'kernel-fine', false],
      ['loader-menu', 'fault', 'loader-menu-without-initramfs', true],
    ])
    expect(commands(bare[1]!.proposals[0])).toEqual(['grub2-mkconfig -o /boot/grub2/grub.cfg'])
    const loads = `\tinitrd /${image.name}\n`
    expect(told(judge(loads, [...boot, image]))).toEqual([['kernel', 'fine', 'kernel-fine', false], ...fine])
    // A kernel of one's own that needs none has none.
    const make = 'dracut -f --no-hostonly --kver 5.14.0-503.el9.x86_64'
    expect(commands(judge(loads, boot)[0]!.proposals[0])).toEqual([make])
    expect(commands(judge('', boot)[0]!.proposals[0])).toEqual([make, 'grub2-mkconfig -o /boot/grub2/grub.cfg'])
  })

  it('takes the kernel that the menu starts for the one that counts, and says which default names nothing', () => {
    const menu = (value: string) =>
      `set default="${value}"\nmenuentry 'A' {\n\tlinux /boot/${kernel}\n\tinitrd /boot/initramfs.img\n}\nsubmenu 'Old' {\n\tmenuentry 'B' {\n\t\tlinux /boot/vmlinuz-5.14.0-70.el9.x86_64\n\t}\n}\n`
    const both = [...boot, { name: 'vmlinuz-5.14.0-70.el9.x86_64', size: 1 }, { name: 'initramfs-5.14.0-503.el9.x86_64.img', size: 1 }]
    const modules = ['5.14.0-503.el9.x86_64', '5.14.0-70.el9.x86_64']
    const judge = (value: string, files = both) => {
      const facts = factsOf({ ...bios, menu: menu(value) }, { boot: files, modules })
      return told([...kernelFindings(on('rocky'), facts), ...loaderFindings(on('rocky'), facts)])
    }
    const warning = ['kernel', 'warning', 'initramfs-missing', false]
    expect(judge('0')).toEqual([warning, ...fine])
    // The old kernel is started, and has no initramfs.
    expect(judge('Old>B')).toEqual([['kernel', 'fault', 'initramfs-missing', true], ...fine])
    expect(
      judge(
        '1>0',
        [...both].filter(({ name }) => !name.includes('-70')),
      ),
    ).toEqual([
      ['kernel', 'fine', 'kernel-fine', false],
      ['loader-menu', 'fault', 'loader-menu-stale', true],
    ])
    expect(judge('gone>B')).toEqual([warning, ['loader-default', 'warning', 'loader-default-unknown', false]])
  })

  it('misses the first kernel of the menu, though an older one is there', () => {
    const facts = factsOf({ ...bios, menu: `linux /boot/vmlinuz-6\nlinux /boot/${kernel}` }, { boot })
    const [finding] = loaderFindings(on('debian'), facts)
    expect(finding).toMatchObject({ state: 'fault', words: { code: 'loader-menu-stale', values: { kernel: 'vmlinuz-6' } } })
    expect(commands(finding!.proposals[0])).toEqual(['update-grub'])
  })

  it.each([
    ['debian', false, ['update-grub']],
    ['rocky', false, ['grub2-mkconfig -o /boot/grub2/grub.cfg']],
    ['rocky', true, ['grub2-mkconfig -o /etc/grub2-efi.cfg']],
    ['opensuse-leap', true, ['grub2-mkconfig -o /boot/grub2/grub.cfg']],
    ['alpine', false, undefined],
  ])('writes the menu of %s (UEFI: %s)', (os, uefi, expected) => {
    const facts = factsOf({ ...bios, 'bios-boot': '', efi: uefi ? loaders : '', menu: ['', 3] }, { boot })
    expect(commands(loaderFindings(on(os, { uefi }), facts).find(({ id }) => id === 'loader-menu')!.proposals[0])).toEqual(expected)
  })
})

it('keeps what it found when parts are too slow to answer', async () => {
  const space = '80000000000 0 1000 900 ext4 /dev/sdb1 /mnt'
  const slow = new AppError('timeout', { seconds: 120 })
  const { machine } = scriptedMachine((line, { words }) => {
    if (/^(?:du|dumpe2fs|journalctl) /.test(line)) throw slow
    return words[3] === 'facts' ? { stdout: `space ${Buffer.from(`${space}\n0`).toString('base64')}\n` } : undefined
  })
  const system = on('debian', { machine, root: '/mnt', files: createSystemFiles(machine, '/mnt') })
  const findings = await createBootTask().examine(system, new AbortController().signal)
  expect(told(findings)).toEqual(
    expect.arrayContaining([
      ['fstab', 'fault', 'fstab-missing', true],
      ['space:/', 'fault', 'space-full', true],
      ['file-systems', 'unknown', 'part-unread', false],
      ['journal', 'unknown', 'part-unread', false],
    ]),
  )
})

it('does not take a connection that ended for a slow part', async () => {
  const { machine } = scriptedMachine((line, { words }) => {
    if (line.startsWith('journalctl')) throw new AppError('closed-early', { host: 'h' })
    return words[3] === 'facts' ? { stdout: 'target CjA=\n' } : undefined
  })
  const system = on('debian', { machine, root: '/mnt', files: createSystemFiles(machine, '/mnt') })
  await expect(createBootTask().examine(system, new AbortController().signal)).rejects.toMatchObject({ code: 'closed-early' })
})

describe('a check that is no check', () => {
  const ignored = 'ALERT: The filesystem has valuable metadata changes in a log which is being\nignored because the -n option was used.'
  it.each([
    ['an XFS that is too new', 'xfs', 1, 'Found unsupported filesystem features.  Exiting now.', 'unknown fs-unchecked', []],
    ['a disk that is taken', 'xfs', 1, "fatal error -- couldn't initialize XFS library", 'unknown fs-unchecked', []],
    ['a journal of XFS that waits', 'xfs', 1, ignored, 'warning fs-journal', ['fs-replay-journal']],
    ['a journal that waits and changes nothing', 'xfs', 0, ignored, 'fine fs-fine', []],
    ['an XFS with damage', 'xfs', 1, 'bad magic number', 'fault fs-damaged', ['fs-repair-xfs']],
    ['an ext4 that is too new', 'ext4', 12, '/dev/sdc1 has unsupported feature(s): FEATURE_C12', 'unknown fs-unchecked', []],
    ['an ext4 that is taken', 'ext4', 8, 'Filesystem mounted or opened exclusively by another program?', 'unknown fs-unchecked', []],
    ['an ext4 without superblock', 'ext4', 8, 'Bad magic number in super-block', 'fault fs-damaged', ['fs-repair-preen', 'fs-repair-yes']],
  ])('%s', async (_, fileSystem, exitCode, stdout, expected, proposals) => {
    const { machine } = scriptedMachine((__, { words }) =>
      words[0] === 'sh' ? { stdout: `btrfs ${Buffer.from('\n1').toString('base64')}\n` } : { exitCode, stdout },
    )
    const system = on('debian', { machine, root: '/mnt', device: '/dev/sdb1', blockDevices: [device('/dev/sdc1', { fileSystem })] })
    const [finding] = await fileSystemFindings(system, new Set(), undefined, new AbortController().signal)
    expect(`${finding!.state} ${finding!.words.code}`).toBe(expected)
    expect(finding!.proposals.map(({ id }) => id)).toEqual(proposals)
  })
})

describe('what tools print', () => {
  const head = (state: string, more = '') =>
    `dumpe2fs 1.47.0\nFilesystem features:      has_journal needs_recovery extent\nFilesystem state:         ${state}\nMount count:              7\nLast checked:             Tue Nov 24\n${more}`
  it.each([
    ['clean', head('clean'), false],
    ['in use', head('not clean'), false],
    ['marked', head('clean with errors'), true],
    ['counted', head('clean', 'FS Error count:           3\nFirst error function:     ext4_lookup\n'), true],
  ])('dumpe2fs: %s', (_, report, damaged) => {
    const state = parseDumpe2fs(report)!
    expect(state).toMatchObject({ mountCount: 7, needsRecovery: true })
    expect(isDamaged(state)).toBe(damaged)
  })

  it('is nothing without a superblock', () => {
    expect(
      parseDumpe2fs("dumpe2fs: Bad magic number in super-block while trying to open /dev/sdb\nCouldn't find valid filesystem superblock."),
    ).toBeUndefined()
  })

  it('reads the sum e2fsck ends with', () => {
    expect([0, 1, 4, 5, 8, 12].map((status) => e2fsckSays(status))).toEqual([
      { fixed: false, left: false, failed: false },
      { fixed: true, left: false, failed: false },
      { fixed: false, left: true, failed: false },
      { fixed: true, left: true, failed: false },
      { fixed: false, left: false, failed: true },
      { fixed: false, left: true, failed: true },
    ])
  })

  it('counts only the errors of btrfs', () => {
    expect(parseBtrfsStats('[/dev/sdb1].write_io_errs    0\n[/dev/sdb1].corruption_errs  12\n')).toEqual([
      '[/dev/sdb1].corruption_errs  12',
    ])
  })

  it('reads the journal of a real system, broken lines left out', () => {
    const entries = parseJournal(
      `${fixture('journal-warnings.jsonl')}\n{"MESSAGE": [116,195,169], "UNIT":"srv-data.mount","JOB_RESULT":"dependency"}\n{"MESS\n{"MESSAGE":null}`,
    )
    expect(entries[0]!.line).toMatch(/^2026-11-24T\S+Z sshd: error: kex_exchange_identification/)
    expect(entries.at(-1)).toEqual({ line: ': té', failedUnit: 'srv-data.mount' })
  })
})
