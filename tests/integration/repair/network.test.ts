/** "Network" on a real tree. What the rescue system's `ip`, `udevadm` and `ping` say is fixed; every file and every change is real. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Machine } from '../../../electron/machine/machine.js'
import { createNetworkTask } from '../../../electron/repair/network/network-task.js'
import type { Repairs } from '../../../electron/repair/repairs.js'
import { applyProposal, createTestSystem, findingsOf, repairsOf, statesOf, type TestSystem } from '../../support/mounted-system.js'

const unit = (name: string) => `[Unit]\nDescription=${name}\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n`
const services = ['networking', 'systemd-networkd', 'NetworkManager', 'systemd-resolved', 'cloud-init', 'ssh', 'wicked']
const link = {
  ifname: 'eth0',
  link_type: 'ether',
  address: 'fa:16:3e:00:00:01',
  addr_info: [{ local: '203.0.113.7', prefixlen: 32, scope: 'global' }],
}
const answers: Record<string, string> = {
  'ip -j -d address': JSON.stringify([link]),
  'ip -j route': JSON.stringify([{ dst: 'default', gateway: '203.0.113.1', dev: 'eth0' }]),
  'ip -j -6 route': '[]',
  'udevadm info --query=property --path=/sys/class/net/eth0': 'ID_NET_NAME_PATH=enp0s3\n',
  'cat /etc/resolv.conf': 'nameserver 213.186.33.99\n',
  'getent ahosts deb.debian.org': '',
}

let system: TestSystem
let repairs: Repairs
let pings: string[]
/** What the system's own udev says; undefined: there is none. */
let ownNames: string | undefined
function start(files: Record<string, string>, enabled: readonly string[]) {
  system = createTestSystem({
    ...Object.fromEntries(services.map((name) => [`/usr/lib/systemd/system/${name}.service`, unit(name)])),
    '/etc/resolv.conf': 'nameserver 9.9.9.9\n',
    ...files,
  })
  if (enabled.length > 0)
    execFileSync('systemctl', [`--root=${system.root}`, 'enable', ...enabled.map((name) => `${name}.service`)], { stdio: 'ignore' })
  const real = system.machine
  pings = ['203.0.113.1']
  ownNames = 'ID_NET_NAME_SLOT=ens3\nID_NET_NAME_PATH=enp0s3\n'
  const fixed: Machine = {
    run(command) {
      const line = command.words.join(' ')
      const isOwn =
        ownNames !== undefined && line.startsWith('unshare') && line.endsWith(' udevadm test-builtin net_id /sys/class/net/eth0')
      const text = command.words[0] === 'ping' ? '' : isOwn ? ownNames : answers[line]
      if (text === undefined) return real.run(command)
      const exitCode = command.words[0] !== 'ping' || pings.includes(command.words.at(-1)!) ? 0 : 1
      return Promise.resolve({ exitCode, stdout: Buffer.from(text), stderr: '', truncated: false, timedOut: false })
    },
  }
  system.machine = fixed
  repairs = repairsOf(system, createNetworkTask())
}
afterEach(() => system.remove())

const read = (path: string) => readFileSync(join(system.root, path), 'utf8')
const states = () => statesOf(repairs, 'network')
/** The one finding that is not about the rescue side or name servers. */
async function own(): Promise<[string, string]> {
  const all = Object.entries(await states()).filter(([id]) => id !== 'rescue-side' && id !== 'resolver')
  expect(all.length).toBe(1)
  return all[0]!
}
const interfaces = '/etc/network/interfaces'
const cloudInit = '/etc/netplan/50-cloud-init.yaml'
const netplan = (device: string) =>
  `# This file is generated from information supplied by the datasource.\nnetwork:\n  version: 2\n  ethernets:\n${device}`
const fixedAddress = (rest = '') => `    ens3:\n      addresses:\n        - 203.0.113.7/32\n${rest}`

describe('network', () => {
  it('finds a machine of a provider with /32 and on-link in order', async () => {
    start(
      { [cloudInit]: netplan(fixedAddress('      routes:\n        - to: default\n          via: 203.0.113.1\n          on-link: true\n')) },
      ['systemd-networkd'],
    )
    expect(await states()).toEqual({ 'rescue-side': 'fine rescue-net', configuration: 'fine net-sound', resolver: 'fine dns-set' })
  })

  it.each([
    [
      'an old name in ifupdown',
      {
        [interfaces]:
          'auto lo\niface lo inet loopback\n# eth0 is the first\nauto eth0\niface eth0 inet dhcp\n  post-up ethtool -K eth0 gro off\nallow-hotplug eth01\n',
      },
      'networking',
      'net-interface-missing',
      'rename-interface',
      {
        [interfaces]:
          'auto lo\niface lo inet loopback\n# eth0 is the first\nauto ens3\niface ens3 inet dhcp\n  post-up ethtool -K ens3 gro off\nallow-hotplug eth01\n',
      },
    ],
    [
      'an old name in an ifcfg file',
      { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\n' },
      'NetworkManager',
      'net-interface-missing',
      'rename-interface',
      { '/etc/sysconfig/network-scripts/ifcfg-ens3': 'DEVICE=ens3\nBOOTPROTO=dhcp\nONBOOT=yes\n' },
    ],
    [
      'an old name in an ifcfg file with routes beside it',
      {
        '/etc/sysconfig/network-scripts/ifcfg-eth0':
          'DEVICE=eth0\nONBOOT=yes\nIPADDR=203.0.113.7\nNETMASK=255.255.255.255\nSCOPE="peer 203.0.113.1"\n',
        '/etc/sysconfig/network-scripts/route-eth0': 'ADDRESS0=0.0.0.0\nNETMASK0=0.0.0.0\nGATEWAY0=203.0.113.1\n',
        '/etc/sysconfig/network-scripts/route6-eth0': 'default via fe80::1 dev eth0\n',
      },
      'NetworkManager',
      'net-interface-missing',
      'rename-interface',
      {
        '/etc/sysconfig/network-scripts/ifcfg-ens3':
          'DEVICE=ens3\nONBOOT=yes\nIPADDR=203.0.113.7\nNETMASK=255.255.255.255\nSCOPE="peer 203.0.113.1"\n',
        '/etc/sysconfig/network-scripts/route-ens3': 'ADDRESS0=0.0.0.0\nNETMASK0=0.0.0.0\nGATEWAY0=203.0.113.1\n',
        '/etc/sysconfig/network-scripts/route6-ens3': 'default via fe80::1 dev ens3\n',
      },
    ],
    [
      'another gateway in the file of all interfaces',
      {
        '/etc/sysconfig/network-scripts/ifcfg-ens3': 'DEVICE=ens3\nONBOOT=yes\nIPADDR=203.0.113.7\nPREFIX=24\n',
        '/etc/sysconfig/network': 'NETWORKING=yes\nGATEWAY=203.0.113.254\n',
      },
      'NetworkManager',
      'net-gateway-differs',
      'fix-gateway',
      { '/etc/sysconfig/network': 'NETWORKING=yes\nGATEWAY=203.0.113.1\n' },
    ],
    [
      'a card of SUSE that waits',
      { '/etc/sysconfig/network/ifcfg-ens3': "BOOTPROTO='dhcp'\nSTARTMODE='manual'\n" },
      'wicked',
      'net-not-auto',
      'start-interface',
      { '/etc/sysconfig/network/ifcfg-ens3': "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n" },
    ],
    [
      'an old MAC in netplan',
      {
        [cloudInit]: netplan('    ens3:\n      match:\n        macaddress: "fa:16:3e:99:99:99"\n      set-name: ens3\n      dhcp4: true\n'),
      },
      'systemd-networkd',
      'net-mac-unknown',
      'replace-mac',
      {
        [cloudInit]: netplan('    ens3:\n      match:\n        macaddress: "fa:16:3e:00:00:01"\n      set-name: ens3\n      dhcp4: true\n'),
      },
    ],
    [
      'an interface that waits',
      { [interfaces]: 'iface ens3 inet dhcp\n' },
      'networking',
      'net-not-auto',
      'start-interface',
      { [interfaces]: 'auto ens3\niface ens3 inet dhcp\n' },
    ],
    [
      'ONBOOT=no',
      { '/etc/sysconfig/network-scripts/ifcfg-ens3': 'DEVICE=ens3\nONBOOT=no\nBOOTPROTO=dhcp\n' },
      'NetworkManager',
      'net-not-auto',
      'start-interface',
      { '/etc/sysconfig/network-scripts/ifcfg-ens3': 'DEVICE=ens3\nONBOOT=yes\nBOOTPROTO=dhcp\n' },
    ],
    [
      'another address',
      { [interfaces]: 'auto ens3\niface ens3 inet static\n  address 203.0.113.70\n  netmask 255.255.255.0\n  gateway 203.0.113.1\n' },
      'networking',
      'net-address-differs',
      'use-rescue-address',
      { [interfaces]: 'auto ens3\niface ens3 inet static\n  address 203.0.113.7\n  netmask 255.255.255.255\n  gateway 203.0.113.1\n' },
    ],
    [
      'no gateway in netplan',
      { [cloudInit]: netplan(fixedAddress()) },
      'systemd-networkd',
      'net-gateway-missing',
      'add-gateway',
      {
        [cloudInit]: netplan(
          '    ens3:\n      routes:\n        - to: 0.0.0.0/0\n          via: 203.0.113.1\n          on-link: true\n      addresses:\n        - 203.0.113.7/32\n',
        ),
      },
    ],
    ['no gateway in a keyfile', {}, 'NetworkManager', 'net-gateway-missing', 'add-gateway', {}],
    [
      'a gateway beyond the prefix',
      { [cloudInit]: netplan(fixedAddress('      routes:\n        - to: default\n          via: 203.0.113.1\n')) },
      'systemd-networkd',
      'net-gateway-unreachable',
      'gateway-on-link',
      { [cloudInit]: netplan(fixedAddress('      routes:\n        - to: default\n          via: 203.0.113.1\n          on-link: true\n')) },
    ],
    [
      'a gateway beyond the prefix in networkd',
      { '/etc/systemd/network/10.network': '[Match]\nName=ens3\n[Network]\nAddress=203.0.113.7/32\n[Route]\nGateway=203.0.113.1\n' },
      'systemd-networkd',
      'net-gateway-unreachable',
      'gateway-on-link',
      {
        '/etc/systemd/network/10.network':
          '[Match]\nName=ens3\n[Network]\nAddress=203.0.113.7/32\n[Route]\nGateway=203.0.113.1\nGatewayOnLink=yes\n',
      },
    ],
    [
      'another gateway',
      { [interfaces]: 'auto ens3\niface ens3 inet static\n  address 203.0.113.7/24\n  gateway 203.0.113.254\n' },
      'networking',
      'net-gateway-differs',
      'fix-gateway',
      { [interfaces]: 'auto ens3\niface ens3 inet static\n  address 203.0.113.7/24\n  gateway 203.0.113.1\n' },
    ],
    [
      'tabs',
      { [cloudInit]: netplan('    ens3:\n\tdhcp4: true\n').replace('    ens3', '\tens3').replace('\tdhcp4', '\t\tdhcp4') },
      'systemd-networkd',
      'net-syntax',
      'fix-indentation',
      {},
    ],
  ])(
    'mends %s, and takes it back',
    async (what, files: Record<string, string>, service, code, proposal, expected: Record<string, string>) => {
      start(files, [service])
      const keyfile = '/etc/NetworkManager/system-connections/ens3.nmconnection'
      if (what.endsWith('keyfile'))
        system.write(keyfile, '[connection]\ntype=ethernet\ninterface-name=ens3\n[ipv4]\nmethod=manual\naddress1=203.0.113.7/32\n', 0o600)
      const [id, state] = await own()
      expect(state).toBe(`fault ${code}`)
      expect(findingsOf(repairs, 'network').find((finding) => finding.id === id)!.keepsOut).toBe(true)
      const change = await applyProposal(repairs, 'network', id, proposal)
      expect(change.result).toBe('verified')
      for (const [path, text] of Object.entries(expected)) expect(read(path)).toBe(text)
      expect((await own())[1]).toBe('fine net-sound')
      await repairs.undo(change.id)
      for (const [path, text] of Object.entries(files)) expect(read(path)).toBe(text)
    },
  )

  it('leaves another gateway alone that answers', async () => {
    start({ [interfaces]: 'auto ens3\niface ens3 inet static\n  address 203.0.113.7/24\n  gateway 203.0.113.254\n' }, ['networking'])
    pings.push('203.0.113.254')
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
  })

  it('keeps cloud-init from writing over its own file', async () => {
    start({ [cloudInit]: netplan('    eth0:\n      dhcp4: true\n'), '/etc/cloud/cloud.cfg.d/05_logging.cfg': '' }, [
      'systemd-networkd',
      'cloud-init',
    ])
    const [id] = await own()
    expect((await applyProposal(repairs, 'network', id, 'rename-interface')).result).toBe('verified')
    expect(read('/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg')).toBe('network: {config: disabled}\n')
  })

  it('lets the system name its cards, not the rescue system', async () => {
    const dhcp = (name: string) => `auto ${name}\niface ${name} inet dhcp\n`
    start({ [interfaces]: dhcp('ens18') }, ['networking'])
    ownNames = 'ID_NET_NAME_SLOT=ens18\nID_NET_NAME_PATH=enp6s18\n'
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
    // Where it cannot be asked, what the rescue system expects is no more than a hint.
    ownNames = undefined
    const [id, state] = await own()
    expect(state).toBe('warning net-interface-missing')
    expect(findingsOf(repairs, 'network').find((finding) => finding.id === id)).toMatchObject({
      keepsOut: false,
      proposals: [],
      words: { values: { sure: 'no', link: 'enp0s3' } },
    })
    // The name that the rescue system expects is as good as the one that it uses.
    system.write(interfaces, dhcp('enp0s3'))
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
  })

  it.each([
    ['biosdevname', {}],
    ['another naming scheme', { '/etc/default/grub': 'GRUB_CMDLINE_LINUX="net.naming-scheme=v238"\n' }],
    ['a .link file by the driver', { '/etc/systemd/network/10-lan.link': '[Match]\nDriver=virtio_net\n[Link]\nName=lan\n' }],
  ])('is not sure of names with %s', async (what, files: Record<string, string>) => {
    start({ [interfaces]: 'auto em1\niface em1 inet dhcp\n', ...files }, ['networking'])
    if (what === 'biosdevname') system.write('/usr/sbin/biosdevname', '#!/bin/sh\n')
    expect((await own())[1]).toBe('warning net-interface-missing')
    if (what !== 'biosdevname') return
    system.write('/etc/default/grub', 'GRUB_CMDLINE_LINUX="biosdevname=0"\n')
    expect((await own())[1]).toBe('fault net-interface-missing')
  })

  it('reads CentOS 7 without NetworkManager: its network is a script', async () => {
    const scripts = '/etc/sysconfig/network-scripts'
    start(
      {
        [`${scripts}/ifcfg-ens3`]: 'DEVICE=ens3\nONBOOT=yes\nIPADDR=203.0.113.7\nPREFIX=24\n',
        '/etc/sysconfig/network': 'GATEWAY=203.0.113.1\n',
        '/etc/rc.d/rc3.d/K50netconsole': '',
      },
      [],
    )
    expect(await own()).toEqual(['configuration', 'unknown net-none'])
    system.write('/etc/rc.d/rc3.d/S10network', '')
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
  })

  it.each(['/usr/share/ifupdown2/main.py', '/usr/libexec/ifupdown-ng/static'])('takes two addresses with %s', async (program) => {
    const text = 'auto ens3\niface ens3 inet static\n  address 203.0.113.7/24\n  address 203.0.113.8/32\n  gateway 203.0.113.1\n'
    start({ [interfaces]: text }, ['networking'])
    expect((await own())[1]).toBe('fault net-syntax')
    system.write(program, '')
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
  })

  it('reads what wicked of SUSE reads', async () => {
    start(
      {
        '/etc/sysconfig/network/ifcfg-ens3': "BOOTPROTO='static'\nSTARTMODE='auto'\nIPADDR='203.0.113.7/24'\n",
        '/etc/sysconfig/network/ifcfg-ens3.bak': "BOOTPROTO='static'\nSTARTMODE='auto'\nIPADDR='203.0.113.99/24'\n",
        '/etc/sysconfig/network/routes': 'default 203.0.113.1 - -\n',
      },
      ['wicked'],
    )
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
  })

  it('takes eth0 for right where the kernel keeps it', async () => {
    start(
      { [interfaces]: 'auto eth0\niface eth0 inet dhcp\n', '/etc/default/grub': 'GRUB_CMDLINE_LINUX="net.ifnames=0 biosdevname=0"\n' },
      ['networking'],
    )
    expect(await own()).toEqual(['configuration', 'fine net-sound'])
  })

  it('closes a keyfile that NetworkManager would not read', async () => {
    // NetworkManager reads only what root owns.
    expect(process.getuid?.(), 'needs root: the keyfile belongs to root').toBe(0)
    start({}, ['NetworkManager'])
    const path = '/etc/NetworkManager/system-connections/ens3.nmconnection'
    system.write(path, '[connection]\ntype=ethernet\ninterface-name=ens3\n[ipv4]\nmethod=auto\n', 0o644)
    expect(await states()).toMatchObject({ [`keyfile-mode:${path}`]: 'fault net-keyfile-mode' })
    const change = await applyProposal(repairs, 'network', `keyfile-mode:${path}`, 'close-keyfile')
    expect(change.result).toBe('verified')
    expect(statSync(join(system.root, path)).mode & 0o777).toBe(0o600)
    await repairs.undo(change.id)
    expect(statSync(join(system.root, path)).mode & 0o777).toBe(0o644)
  })

  it('takes a link into /run for right when systemd-resolved starts', async () => {
    start({ [interfaces]: 'auto ens3\niface ens3 inet dhcp\n' }, ['networking'])
    execFileSync('rm', [join(system.root, 'etc/resolv.conf')])
    symlinkSync('../run/systemd/resolve/stub-resolv.conf', join(system.root, 'etc/resolv.conf'))
    expect((await states()).resolver).toBe('warning dns-resolved-off')
    expect((await applyProposal(repairs, 'network', 'resolver', 'enable-resolved')).result).toBe('verified')
    expect((await states()).resolver).toBe('fine dns-resolved')
    expect(existsSync(join(system.root, 'run/systemd'))).toBe(false)
  })

  it('puts name servers where none are', async () => {
    start(
      {
        [interfaces]: 'auto ens3\niface ens3 inet static\n  address 203.0.113.7/32\n  gateway 203.0.113.1\n',
        '/etc/resolv.conf': '# none\n',
      },
      ['networking'],
    )
    expect((await states()).resolver).toBe('warning dns-none')
    expect((await applyProposal(repairs, 'network', 'resolver', 'use-rescue-dns')).result).toBe('verified')
    expect(read('/etc/resolv.conf')).toBe('# none\nnameserver 213.186.33.99\n')
  })

  it('says what it cannot tell when `ip` has no JSON', async () => {
    start({ [interfaces]: 'auto eth0\niface eth0 inet dhcp\n' }, ['networking'])
    const { machine } = system
    system.machine = {
      run: (command) =>
        command.words[0] === 'ip'
          ? machine.run({ ...command, words: ['sh', '-c', 'echo "Option -j is unknown" >&2; exit 255'] })
          : machine.run(command),
    }
    expect(await states()).toEqual({ 'rescue-side': 'unknown rescue-net-unread', resolver: 'fine dns-set' })
  })
})
