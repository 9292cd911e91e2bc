/** "System does not boot" on real trees and real devices: what is found, and that a proposal removes what it was made for. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createBootTask } from '../../../electron/repair/boot/boot-task.js'
import type { Repairs } from '../../../electron/repair/repairs.js'
import { readUnits, unitsOf } from '../../../electron/repair/units.js'
import { applyProposal, createTestSystem, findingsOf, repairsOf, statesOf, type TestSystem } from '../../support/mounted-system.js'

let system: TestSystem
let repairs: Repairs

/** A tree that can start, as far as files tell. */
function start(files: Record<string, string> = {}) {
  system = createTestSystem({
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    '/etc/fstab': 'UUID=11111111-2222-3333-4444-555555555555 / ext4 errors=remount-ro 0 1\n',
    '/usr/bin/sh': '#!/bin/true\n',
    '/usr/sbin/init': '#!/bin/true\n',
    '/usr/lib/modules/6.1.0-31-amd64/modules.dep': 'x\n',
    '/boot/vmlinuz-6.1.0-31-amd64': 'kernel',
    '/boot/initrd.img-6.1.0-31-amd64': 'initramfs',
    '/boot/grub/grub.cfg':
      'menuentry x {\n  linux /boot/vmlinuz-6.1.0-31-amd64 root=UUID=x ro\n  initrd /boot/initrd.img-6.1.0-31-amd64\n}\n',
    '/boot/grub/i386-pc/normal.mod': 'x',
    '/var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\n',
    '/usr/lib/systemd/system/multi-user.target': '[Unit]\nDescription=x\n',
    ...files,
  })
  mkdirSync(join(system.root, 'usr/lib64'), { recursive: true })
  for (const name of ['usr/bin/sh', 'usr/sbin/init']) execFileSync('chmod', ['755', join(system.root, name)])
  system.blockDevices = [
    { path: '/dev/sdx1', uuid: '11111111-2222-3333-4444-555555555555', label: '', partUuid: '', partLabel: '', fileSystem: '' },
  ]
  repairs = repairsOf(system, createBootTask())
}
afterEach(() => system.remove())
const read = (path: string) => readFileSync(join(system.root, path), 'utf8')

describe('a system in order', () => {
  it('has nothing to fix', async () => {
    start()
    const states = await statesOf(repairs, 'boot')
    expect(Object.entries(states).filter(([, state]) => state.startsWith('fault'))).toEqual([])
    expect(states).toMatchObject({ fstab: 'fine fstab-fine', kernel: 'fine kernel-fine', packages: 'fine packages-fine' })
  })
})

describe('fstab', () => {
  const gone = 'UUID=99999999-2222-3333-4444-555555555555 /srv/data ext4 defaults 0 2\n'
  const whole = 'UUID=11111111-2222-3333-4444-555555555555 / ext4 errors=remount-ro 0 1\n'

  it('adds nofail to the line of a disk that is gone, and changes nothing else', async () => {
    start({ '/etc/fstab': `# a comment\n${whole}${gone}` })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ 'fstab-unknown-device:/srv/data': 'fault fstab-unknown-device' })
    const change = await applyProposal(repairs, 'boot', 'fstab-unknown-device:/srv/data', 'fstab-nofail')
    expect(change.result).toBe('verified')
    expect(read('/etc/fstab')).toBe(`# a comment\n${whole}${gone.replace('defaults', 'defaults,nofail')}`)
  })

  it('names the one disk that fits', async () => {
    start({ '/etc/fstab': `${whole}${gone}` })
    system.blockDevices.push({ path: '/dev/sdx2', uuid: 'aaaa-bbbb', label: '', partUuid: '', partLabel: '', fileSystem: 'ext4' })
    await applyProposal(repairs, 'boot', 'fstab-unknown-device:/srv/data', 'fstab-replace-device')
    expect(read('/etc/fstab')).toContain('UUID=aaaa-bbbb /srv/data')
  })

  it('corrects an option that is one slip away', async () => {
    start({ '/etc/fstab': whole.replace('errors=', 'erorrs=') })
    await applyProposal(repairs, 'boot', 'fstab-option:/', 'fstab-set-option')
    expect(read('/etc/fstab')).toBe(whole)
  })

  it('never comments the root out', async () => {
    start({
      '/etc/fstab': `UUID=11111111-2222-3333-4444-555555555555 /\n${whole.replace('errors=', 'erorrs=')}${gone.replace('/srv/data', '/usr')}`,
    })
    await repairs.examine(['boot'])
    const proposals = findingsOf(repairs, 'boot').flatMap(({ id, proposals }) =>
      id.startsWith('fstab-') ? [[id, ...proposals.map((one) => one.id)]] : [],
    )
    expect(proposals).toEqual([['fstab-short:/'], ['fstab-option:/', 'fstab-set-option'], ['fstab-unknown-device:/usr']])
  })

  it('mends each of two lines of swap that are gone', async () => {
    const swap = (uuid: string) => `UUID=${uuid} swap swap defaults 0 0\n`
    start({ '/etc/fstab': `${whole}${swap('gone-1')}${swap('gone-2')}` })
    for (const uuid of ['gone-1', 'gone-2'])
      expect((await applyProposal(repairs, 'boot', `fstab-unknown-device:UUID=${uuid}`, 'fstab-comment')).result).toBe('verified')
    expect(read('/etc/fstab')).toBe(`${whole}#${swap('gone-1')}#${swap('gone-2')}`)
  })

  it('takes hostile text as text', async () => {
    start({ '/etc/fstab': `${whole}LABEL=$(reboot) /mnt/\u202ex ext4 defaults 0 2\nUUID= \n\0\n` })
    await statesOf(repairs, 'boot')
    const findings = findingsOf(repairs, 'boot')
    expect(JSON.stringify(findings)).not.toMatch(/\u202e/)
  })
})

describe('kernel and loader', () => {
  it('misses the kernel', async () => {
    start()
    rmSync(join(system.root, 'boot/vmlinuz-6.1.0-31-amd64'))
    expect(await statesOf(repairs, 'boot')).toMatchObject({ kernel: 'fault kernel-missing', 'loader-menu': 'fault loader-menu-stale' })
  })

  it('misses the initramfs, an empty one too', async () => {
    start()
    writeFileSync(join(system.root, 'boot/initrd.img-6.1.0-31-amd64'), '')
    await statesOf(repairs, 'boot')
    const findings = findingsOf(repairs, 'boot')
    expect(findings.find(({ id }) => id === 'kernel')).toMatchObject({
      state: 'fault',
      keepsOut: true,
      words: { code: 'initramfs-missing' },
    })
  })

  it('reads what a Red Hat menu starts: its entries, whatever stub lies in the EFI partition', async () => {
    const files = {
      '/boot/grub/grub.cfg': 'insmod blscfg\nblscfg\n',
      '/boot/efi/EFI/rocky/grub.cfg': 'search --fs-uuid x\nconfigfile $prefix/grub.cfg\n',
      '/boot/loader/entries/a.conf': 'title A\nlinux /vmlinuz-6.1.0-31-amd64\ninitrd /x\n',
    }
    start(files)
    expect(await statesOf(repairs, 'boot')).not.toHaveProperty('loader-menu')
    rmSync(join(system.root, 'boot/loader'), { recursive: true })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ 'loader-menu': 'fault loader-entries-missing' })
    rmSync(join(system.root, 'boot/grub'), { recursive: true })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ 'loader-menu': 'fault loader-menu-missing' })
  })

  it('follows what the menu was told to start: an older kernel in a submenu, and says when it is gone', async () => {
    const entry = (name: string, version: string) =>
      `menuentry '${name}' --class debian $menuentry_id_option 'id-${version}' {\n  insmod gzio\n  if [ x$grub_platform = xxen ]; then insmod xzio; fi\n  linux /boot/vmlinuz-${version} root=UUID=x ro\n  initrd /boot/initrd.img-${version}\n}\n`
    const [newest, older] = ['6.1.0-31-amd64', '6.1.0-30-amd64']
    start({
      '/boot/grub/grub.cfg': `if [ -s $prefix/grubenv ]; then\n  load_env\nfi\nif [ "\${next_entry}" ] ; then\n   set default="\${next_entry}"\nelse\n   set default="\${saved_entry}"\nfi\nfunction savedefault {\n  if [ -z "\${boot_once}" ]; then\n    save_env saved_entry\n  fi\n}\n${entry('Debian', newest)}submenu 'Old' $menuentry_id_option 'old' {\n${entry('Debian, older', older)}}\n`,
      '/boot/grub/grubenv': `# GRUB Environment Block\nsaved_entry=old>id-${older}\n${'#'.repeat(900)}`,
      [`/boot/vmlinuz-${older}`]: 'kernel',
      [`/usr/lib/modules/${older}/modules.dep`]: 'x\n',
    })
    // The older kernel, which is started, has no initramfs.
    expect(await statesOf(repairs, 'boot')).toMatchObject({ kernel: 'fault initramfs-missing', loader: 'fine loader-fine' })
    system.write('/boot/grub/grubenv', 'saved_entry=\n')
    expect(await statesOf(repairs, 'boot')).toMatchObject({ kernel: 'warning initramfs-missing', loader: 'fine loader-fine' })
    system.write('/boot/grub/grubenv', 'saved_entry=old>gone\n')
    expect(await statesOf(repairs, 'boot')).toMatchObject({ 'loader-default': 'warning loader-default-unknown' })
    rmSync(join(system.root, `boot/vmlinuz-${older}`))
    system.write('/boot/grub/grubenv', `next_entry=1>0\n`)
    expect(await statesOf(repairs, 'boot')).toMatchObject({ kernel: 'fine kernel-fine', 'loader-menu': 'fault loader-menu-stale' })
  })

  it('knows kernels that are kept in the EFI partition only, and what they lack', async () => {
    const [newest, older] = ['6.12.0-1-amd64', '6.1.0-31-amd64']
    // As a PE header names its sections: eight bytes each, padded.
    const image = (...sections: string[]) =>
      Buffer.from(`MZ\0\0PE\0\0${sections.map((one) => one.padEnd(8, '\0') + '\x01'.repeat(32)).join('')}`)
    start({
      [`/boot/efi/ab12/${older}/linux`]: 'kernel',
      [`/boot/efi/ab12/${older}/initrd.img-${older}`]: 'initrd',
      '/boot/efi/EFI/systemd/systemd-bootx64.efi': 'x',
      [`/usr/lib/modules/${newest}/modules.dep`]: 'x\n',
    })
    system.uefi = true
    for (const path of ['vmlinuz-6.1.0-31-amd64', 'initrd.img-6.1.0-31-amd64', 'grub'])
      rmSync(join(system.root, 'boot', path), { recursive: true })
    const kernelOf = async () => {
      const { kernel, loader } = await statesOf(repairs, 'boot')
      return `${kernel}, ${loader}`
    }
    expect(await kernelOf()).toBe('fine kernel-fine, fine loader-fine')
    rmSync(join(system.root, `boot/efi/ab12/${older}/initrd.img-${older}`))
    expect(await kernelOf()).toBe('fault initramfs-missing, fine loader-fine')
    const path = `/boot/efi/EFI/Linux/debian-${newest}.efi`
    system.write(path, image('.text', '.linux', '.initrd'))
    expect(await kernelOf()).toBe('warning initramfs-missing, fine loader-fine')
    rmSync(join(system.root, 'boot/efi/ab12'), { recursive: true })
    expect(await kernelOf()).toBe('fine kernel-fine, fine loader-fine')
    system.write(path, image('.text', '.linux'))
    expect(await kernelOf()).toBe('fault initramfs-missing, fine loader-fine')
    // Something else in that folder is no kernel.
    system.write(path, image('.text', '.data'))
    expect(await kernelOf()).toBe('fault kernel-missing, fine loader-fine')
  })

  it('sees a menu that was written while there was no initramfs', async () => {
    start({ '/boot/grub/grub.cfg': 'menuentry x {\n  linux /boot/vmlinuz-6.1.0-31-amd64 root=/dev/sdb1 ro\n}\n' })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ 'loader-menu': 'fault loader-menu-without-initramfs' })
  })

  it('misses the modules GRUB goes on with', async () => {
    start()
    expect(await statesOf(repairs, 'boot')).toMatchObject({ loader: 'fine loader-fine' })
    rmSync(join(system.root, 'boot/grub/i386-pc'), { recursive: true })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ loader: 'fault loader-files-missing' })
  })

  it('sees boot code that was wiped, and asks for the name of the disk before it writes', async () => {
    start()
    const disk = join(system.root, '../disk.img')
    writeFileSync(disk, Buffer.alloc(64 * 1024))
    system.disks = [disk]
    await statesOf(repairs, 'boot')
    const finding = findingsOf(repairs, 'boot').find(({ id }) => id === 'loader')
    expect(finding).toMatchObject({ state: 'fault', keepsOut: true, proposals: [{ risk: 'data', typed: disk.replace(/^\/dev\//, '') }] })
    rmSync(disk)
  })
})

describe('what a start needs besides', () => {
  it('sees a start into emergency mode and leads back', async () => {
    start({ '/usr/lib/systemd/system/emergency.target': '[Unit]\nDescription=x\n' })
    mkdirSync(join(system.root, 'etc/systemd/system'), { recursive: true })
    symlinkSync('/lib/systemd/system/emergency.target', join(system.root, 'etc/systemd/system/default.target'))
    expect(await statesOf(repairs, 'boot')).toMatchObject({ target: 'fault target-wrong' })
    expect((await applyProposal(repairs, 'boot', 'target', 'set-target')).result).toBe('verified')
  })

  it('sees that a part of every start is masked, and frees it', async () => {
    start({ '/usr/lib/systemd/system/systemd-udevd.service': '[Unit]\nDescription=x\n' })
    execFileSync('systemctl', [`--root=${system.root}`, 'mask', 'systemd-udevd.service'], { stdio: 'ignore' })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ masked: 'fault units-masked' })
    expect((await applyProposal(repairs, 'boot', 'masked', 'unmask-units')).result).toBe('verified')
  })

  it('asks for the units it knows only, and is told what the list of all says', async () => {
    const install = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n'
    start({
      '/usr/lib/systemd/system/ssh.service': `${install}Alias=sshd.service\n`,
      '/usr/lib/systemd/system/ufw.service': install,
      '/usr/lib/systemd/system/fail2ban.service': install,
      '/usr/lib/systemd/system/dbus.service': '[Service]\nExecStart=/bin/true\n',
    })
    const systemctl = (...words: string[]) =>
      execFileSync('systemctl', [`--root=${system.root}`, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    systemctl('enable', 'ssh.service')
    systemctl('mask', 'fail2ban.service')
    const all = unitsOf(systemctl('list-unit-files', '--no-legend', '--plain', '--no-pager'))
    const units = await readUnits(system, new AbortController().signal)
    if ('reason' in units) throw new Error(units.reason)
    const names = ['ssh.service', 'sshd.service', 'ufw.service', 'fail2ban.service', 'dbus.service', 'nftables.service'] as const
    expect(names.map((name) => units.state(name))).toEqual(names.map((name) => all.state(name)))
    expect(names.map((name) => units.state(name))).toEqual(['enabled', 'alias', 'disabled', 'masked', 'static', undefined])
  })

  it('sees broken links of the tree and a lost root account', async () => {
    start({ '/etc/passwd': 'nobody:x:65534:65534::/:/bin/false\n' })
    rmSync(join(system.root, 'bin'))
    symlinkSync('usr/nowhere', join(system.root, 'bin'))
    expect(await statesOf(repairs, 'boot')).toMatchObject({ tree: 'fault tree-broken', passwd: 'fault passwd-broken' })
  })

  it('finishes an update that dpkg would ask about, and keeps what was changed', async () => {
    start({ '/var/lib/dpkg/status': '' })
    for (const folder of ['info', 'updates', 'triggers', 'alternatives'])
      mkdirSync(join(system.root, 'var/lib/dpkg', folder), { recursive: true })
    for (const folder of ['lib/apt/lists/partial', 'cache/apt/archives/partial', 'log/apt'])
      mkdirSync(join(system.root, 'var', folder), { recursive: true })
    const deb = (version: string) => {
      system.write(
        '/tmp/deb/DEBIAN/control',
        `Package: probe\nVersion: ${version}\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n`,
      )
      system.write('/tmp/deb/DEBIAN/conffiles', '/etc/probe.conf\n')
      system.write('/tmp/deb/etc/probe.conf', `from ${version}\n`)
      execFileSync('dpkg-deb', ['--build', '--root-owner-group', join(system.root, 'tmp/deb'), join(system.root, `tmp/${version}.deb`)], {
        stdio: 'ignore',
      })
    }
    const dpkg = (...words: string[]) => {
      const [program, ...rest] = system.inSystem(['dpkg', '--force-not-root', ...words])
      execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] })
    }
    deb('1')
    dpkg('-i', '/tmp/1.deb')
    system.write('/etc/probe.conf', 'my own\n')
    deb('2')
    dpkg('--unpack', '/tmp/2.deb')
    expect(await statesOf(repairs, 'boot')).toMatchObject({ packages: 'warning packages-interrupted' })
    const change = await applyProposal(repairs, 'boot', 'packages', 'finish-packages')
    expect(change).toMatchObject({ result: 'verified' })
    expect(read('/etc/probe.conf')).toBe('my own\n')
    expect(read('/var/lib/dpkg/status')).toMatch(/Status: install ok installed\n[\s\S]*Version: 2\n/)
  })

  it('sees an interrupted update', async () => {
    start({ '/var/lib/dpkg/status': 'Package: nginx\nStatus: install reinstreq half-installed\n' })
    expect(await statesOf(repairs, 'boot')).toMatchObject({ packages: 'warning packages-interrupted' })
  })
})
