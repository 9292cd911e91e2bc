/** Network files as Debian 12, Ubuntu 22.04/24.04 and AlmaLinux 8/9 have them, against what works in rescue. */
import { describe, expect, it } from 'vitest'
import { compare, type Naming } from '../../../electron/repair/network/compare.js'
import { readIfcfg, readWicked } from '../../../electron/repair/network/ifcfg.js'
import { readInterfaces, sourcesOf } from '../../../electron/repair/network/ifupdown.js'
import { netplanError, readNetplan } from '../../../electron/repair/network/netplan.js'
import { contains, leadsTo, netmaskOf, type Parsed, readAddress, readPrefix } from '../../../electron/repair/network/profile.js'
import {
  gatewaysOf,
  type Link,
  linksOf,
  nameserversOf,
  predictedNames,
  type RescueSide,
} from '../../../electron/repair/network/rescue-side.js'
import { readKeyfiles, readNetworkd } from '../../../electron/repair/network/unit-files.js'

const one = (file: string, text: string) => new Map([[file, text]])
const short = ({ profiles }: Parsed) =>
  profiles.map(({ name, dhcp4, addresses, gateways, auto }) => ({
    name,
    dhcp4,
    auto,
    addresses: addresses.map(({ address, prefix }) => `${address}/${prefix}`),
    gateways: gateways.map(({ address, onLink }) => `${address}${onLink ? ' onlink' : ''}`),
  }))

describe('addresses', () => {
  it.each([
    ['24', 24],
    ['255.255.255.0', 24],
    ['255.255.255.255', 32],
    ['0.0.0.0', 0],
    ['255.0.255.0', undefined],
    ['129', undefined],
    ['x', undefined],
  ])('prefix %s: %s', (text, prefix) => expect(readPrefix(text)).toBe(prefix))
  it.each([32, 31, 25, 24, 20, 16, 9, 8, 1, 0])('netmask of /%i and back', (prefix) => expect(readPrefix(netmaskOf(prefix))).toBe(prefix))
  it('contain others', () => {
    expect(contains({ address: '192.0.2.7', prefix: 24, line: 1 }, '192.0.2.1')).toBe(true)
    expect(contains({ address: '192.0.2.7', prefix: 32, line: 1 }, '192.0.2.1')).toBe(false)
    expect(readAddress('192.0.2.7/x', 1)).toBeUndefined()
    expect(readAddress('no', 1)).toBeUndefined()
    expect(['203.0.113.1', '203.0.113.0/24', '203.0.113.2', '::/0', 'x'].map((to) => leadsTo(to, '203.0.113.1'))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})

describe('ifupdown', () => {
  const file = '/etc/network/interfaces'
  it('reads what Debian and its cloud images write', () => {
    const text = `# The loopback network interface
source /etc/network/interfaces.d/*
auto lo
iface lo inet loopback

auto ens3
iface ens3 inet static
    address 192.0.2.7
    netmask 255.255.255.0
    gateway 192.0.2.1
    dns-nameservers 9.9.9.9 1.1.1.1
iface ens3 inet6 static
    address 2001:db8::7/64
allow-hotplug ens4
iface ens4 inet dhcp
iface ens5 inet manual
    up ip route add default via 192.0.2.254 \\
       dev ens5
`
    expect(short(readInterfaces(one(file, text)))).toEqual([
      { name: 'ens3', dhcp4: false, auto: true, addresses: ['192.0.2.7/24'], gateways: ['192.0.2.1 onlink'] },
      { name: 'ens3', dhcp4: false, auto: true, addresses: ['2001:db8::7/64'], gateways: [] },
      { name: 'ens4', dhcp4: true, auto: true, addresses: [], gateways: [] },
      { name: 'ens5', dhcp4: false, auto: false, addresses: [], gateways: ['192.0.2.254 onlink'] },
    ])
    expect(sourcesOf(text)).toEqual(['/etc/network/interfaces.d/*'])
    expect(sourcesOf('source-directory interfaces.d\n')).toEqual(['/etc/network/interfaces.d/'])
  })

  it.each([
    ['address 192.0.2.7/24\n', 1],
    ['auto eth0\niface eth0 inet static\n  address 192.0.2.300/24\n', 3],
    ['iface eth0 inet static\n  address 192.0.2.7/24\n  address 192.0.2.8/24\n', 3],
    ['iface eth0 inet static\n  address 192.0.2.7\n  netmask 255.0.255.0\n', 3],
    ['iface eth0 inet\n', 1],
    ['iface\n', 1],
  ])('finds the line it cannot read in %j', (text, line) =>
    expect(readInterfaces(one(file, text)).problems.map((problem) => problem.line)).toEqual([line]),
  )

  it('takes several addresses where the tool does', () => {
    const text = 'auto eth0\niface eth0 inet static\n  address 192.0.2.7/24\n  address 192.0.2.8/24\n  gateway 192.0.2.1\n'
    const parsed = readInterfaces(one(file, text), true)
    expect(parsed.problems).toEqual([])
    expect(short(parsed)).toMatchObject([{ addresses: ['192.0.2.7/24', '192.0.2.8/24'] }])
  })

  it('takes an alias for its interface, a bridge for its own making', () => {
    const { profiles } = readInterfaces(
      one(file, 'auto eth0:1 br0\niface eth0:1 inet static\n address 192.0.2.8/32\niface br0 inet dhcp\n bridge_ports eth0\n'),
    )
    expect(profiles.map(({ name, virtual }) => [name, virtual])).toEqual([
      ['eth0', true],
      ['br0', true],
    ])
  })
})

describe('netplan', () => {
  const file = '/etc/netplan/50-cloud-init.yaml'
  it('reads what cloud-init writes', () => {
    const text = `# This file is generated from information supplied by the datasource.
network:
    version: 2
    ethernets:
        ens3:
            dhcp4: true
            match:
                macaddress: fa:16:3e:00:00:01
            set-name: ens3
            mtu: 1500
`
    const { profiles, problems } = readNetplan(one(file, text))
    expect(problems).toEqual([])
    expect(profiles).toMatchObject([{ mac: 'fa:16:3e:00:00:01', macLine: 8, setName: 'ens3', dhcp4: true, line: 5 }])
  })

  it('reads fixed addresses, routes and name servers with their lines', () => {
    const text = `network:
  version: 2
  renderer: networkd
  ethernets:
    eth0:
      addresses:
        - 192.0.2.7/32
        - "2001:db8::7/64": { label: x }
      routes:
        - to: default
          via: 198.51.100.1
          on-link: true
        - { to: 10.0.0.0/8, via: 192.0.2.9 }
      gateway6: fe80::1
      nameservers: { addresses: [9.9.9.9, 1.1.1.1] }
  bridges:
    br0: { interfaces: [eth0], dhcp4: no }
`
    const { profiles, problems } = readNetplan(one(file, text))
    expect(problems).toEqual([])
    expect(profiles[0]).toMatchObject({
      name: 'eth0',
      addresses: [
        { address: '192.0.2.7', prefix: 32, line: 7 },
        { address: '2001:db8::7', line: 8 },
      ],
      gateways: [
        { address: 'fe80::1', onLink: true, line: 14 },
        { address: '198.51.100.1', onLink: true, line: 11 },
      ],
      dns: ['9.9.9.9', '1.1.1.1'],
    })
    expect(profiles[1]).toMatchObject({ name: 'br0', virtual: true })
  })

  const good = 'network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n      nameservers:\n        addresses: [9.9.9.9]\n'
  it.each([
    ['tabs', good.replaceAll('  ', '\t'), good],
    ['one line too deep', good.replace('      dhcp4', '       dhcp4'), good],
    ['one line too shallow', good.replace('        addresses', '      addresses'), undefined],
    ['a key twice', good.replace('      nameservers', '      dhcp4: false\n      nameservers'), undefined],
    ['ethernets at the margin', good.replace('  ethernets', 'ethernets'), good],
    ['an open bracket', good.replace('9.9.9.9]', '9.9.9.9'), undefined],
    ['nothing of a network', 'foo: bar\n', undefined],
  ])('with %s is mended only when that is sure', (_, text, fixed) => {
    const { problems } = readNetplan(one(file, text))
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.find((problem) => problem.fixed !== undefined)?.fixed).toBe(fixed)
  })

  it.each([
    '',
    '{',
    'network',
    'network: 1',
    'network:\n  ethernets: [a]',
    '&a [*a]',
    'network: &x {ethernets: *x}',
    '\u0000',
    'network:\n  ethernets:\n    eth0:\n      addresses: [1.2.3.4]\n',
  ])('reads %j without an end', (text) => {
    expect(() => readNetplan(one(file, text))).not.toThrow()
  })

  it('takes up what netplan itself says', () => {
    expect(
      netplanError(
        "netplan.libnetplan.LibNetplanException: /etc/netplan/01.yaml:6:7: Error in network definition: unknown key 'foo'\n      foo: bar\n",
      ),
    ).toEqual({ file: '/etc/netplan/01.yaml', line: 6, reason: "Error in network definition: unknown key 'foo'" })
    expect(netplanError('Error in network definition //etc/netplan/50-a.yaml line 5 column 6: expected mapping')).toEqual({
      file: '/etc/netplan/50-a.yaml',
      line: 5,
      reason: 'expected mapping',
    })
    expect(netplanError('Permissions for /etc/netplan/01.yaml are too open.')).toBeUndefined()
  })
})

describe('networkd, NetworkManager, ifcfg', () => {
  it('networkd', () => {
    const text =
      '[Match]\nName=en*\n\n[Network]\nDHCP=ipv6\nAddress=192.0.2.7/32\nDNS=9.9.9.9 1.1.1.1\n\n[Address]\nAddress=192.0.2.8/32\n[Route]\nGateway=198.51.100.1\nGatewayOnLink=yes\n[Route]\nDestination=10.0.0.0/8\nGateway=192.0.2.9\n'
    expect(short(readNetworkd(one('/etc/systemd/network/10.network', text)))).toEqual([
      { name: 'en*', dhcp4: false, auto: true, addresses: ['192.0.2.7/32', '192.0.2.8/32'], gateways: ['198.51.100.1 onlink'] },
    ])
    expect(readNetworkd(one('a.network', '[Match]\nName=lo\n')).profiles).toEqual([])
  })
  it('a line that is long and says nothing', () => {
    const text = `[Network]\na${' '.repeat(200_000)}b\nDHCP = yes\n`
    expect(short(readNetworkd(one('a.network', text)))).toEqual([{ name: undefined, dhcp4: true, auto: true, addresses: [], gateways: [] }])
  })
  it('a keyfile of AlmaLinux 9', () => {
    const text =
      '[connection]\nid=eth0\nuuid=1\ntype=ethernet\nautoconnect=false\ninterface-name=eth0\n\n[ethernet]\nmac-address=FA:16:3E:00:00:01\n\n[ipv4]\naddress1=192.0.2.7/24,192.0.2.1\ndns=9.9.9.9;1.1.1.1;\nmethod=manual\n\n[ipv6]\nmethod=auto\n'
    const parsed = readKeyfiles(one('/etc/NetworkManager/system-connections/eth0.nmconnection', text))
    expect(short(parsed)).toEqual([
      { name: 'eth0', dhcp4: false, auto: false, addresses: ['192.0.2.7/24'], gateways: ['192.0.2.1 onlink'] },
    ])
    expect(parsed.profiles[0]).toMatchObject({ mac: 'FA:16:3E:00:00:01', macLine: 9, dns: ['9.9.9.9', '1.1.1.1'] })
  })
  it('ifcfg of AlmaLinux 8', () => {
    const text =
      '# Created by cloud-init on instance boot automatically, do not edit.\nBOOTPROTO=none\nDEVICE="eth0"\nHWADDR=fa:16:3e:00:00:01\nIPADDR=192.0.2.7\nNETMASK=255.255.255.0\nGATEWAY=192.0.2.1 # the way out\nONBOOT=yes\nTYPE=Ethernet\nDNS1=9.9.9.9\n'
    expect(short(readIfcfg(one('/etc/sysconfig/network-scripts/ifcfg-eth0', text)))).toEqual([
      { name: 'eth0', dhcp4: false, auto: true, addresses: ['192.0.2.7/24'], gateways: ['192.0.2.1 onlink'] },
    ])
    expect(readIfcfg(one('ifcfg-eth1', 'BOOTPROTO=dhcp\nONBOOT=no\n')).profiles).toMatchObject([{ name: 'eth1', dhcp4: true, auto: false }])
    expect(readIfcfg(one('ifcfg-lo', 'DEVICE=lo\n')).profiles).toEqual([])
  })

  const scripts = '/etc/sysconfig/network-scripts'
  const peer = 'DEVICE=enp0s31f6\nONBOOT=yes\nBOOTPROTO=none\nIPADDR=203.0.113.7\nNETMASK=255.255.255.255\nSCOPE="peer 203.0.113.1"\n'
  it.each([
    [
      'route-X of Hetzner',
      {
        [`${scripts}/ifcfg-enp0s31f6`]: peer,
        [`${scripts}/route-enp0s31f6`]: 'ADDRESS0=0.0.0.0\nNETMASK0=0.0.0.0\nGATEWAY0=203.0.113.1\n',
      },
      [`203.0.113.1 ${scripts}/route-enp0s31f6:3`],
    ],
    [
      'route-X in the words of ip',
      {
        [`${scripts}/ifcfg-enp0s31f6`]: peer,
        [`${scripts}/route-enp0s31f6`]: '10.0.0.0/8 via 203.0.113.9\n203.0.113.1 dev enp0s31f6\ndefault via 203.0.113.1 dev enp0s31f6\n',
        [`${scripts}/route6-enp0s31f6`]: 'default via fe80::1 dev enp0s31f6\n',
        [`${scripts}/route-eth9`]: 'default via 203.0.113.99\n',
      },
      [`203.0.113.1 ${scripts}/route-enp0s31f6:3`, `fe80::1 ${scripts}/route6-enp0s31f6:1`],
    ],
    [
      'the file of all interfaces',
      {
        [`${scripts}/ifcfg-eth0`]: 'IPADDR=203.0.113.7\nPREFIX=24\n',
        [`${scripts}/ifcfg-eth1`]: 'IPADDR=10.0.0.7\nPREFIX=24\n',
        '/etc/sysconfig/network': 'NETWORKING=yes\nGATEWAY=203.0.113.1\n',
      },
      ['203.0.113.1 /etc/sysconfig/network:2'],
    ],
    [
      'the interface that it names',
      {
        [`${scripts}/ifcfg-eth0`]: 'IPADDR=203.0.113.7\nPREFIX=32\n',
        '/etc/sysconfig/network': 'GATEWAYDEV=eth0\nGATEWAY=203.0.113.1\n',
      },
      ['203.0.113.1 /etc/sysconfig/network:2'],
    ],
  ])('finds the gateway of an ifcfg file in %s', (_, files: Record<string, string>, expected) => {
    const { profiles } = readIfcfg(new Map(Object.entries(files)))
    expect(profiles.flatMap(({ gateways }) => gateways.map(({ address, file, line }) => `${address} ${file}:${line}`))).toEqual(expected)
  })

  const suse = '/etc/sysconfig/network'
  it('ifcfg of SUSE', () => {
    const files = new Map([
      [`${suse}/ifcfg-eth0`, "BOOTPROTO='static'\nSTARTMODE='auto'\nIPADDR='203.0.113.7/24'\nIPADDR_1='203.0.113.8'\nPREFIXLEN_1='32'\n"],
      [`${suse}/ifcfg-eth1`, "BOOTPROTO='dhcp4'\nSTARTMODE='manual'\n"],
      [`${suse}/ifcfg-br0`, "BOOTPROTO='none'\nSTARTMODE='onboot'\nBRIDGE='yes'\n"],
      [`${suse}/ifcfg-lo`, 'IPADDR=127.0.0.1\n'],
      [`${suse}/ifroute-eth0`, 'default fe80::1 - eth0\n'],
      [`${suse}/routes`, '# all\n10.0.0.0/8 203.0.113.9 - eth0\ndefault 203.0.113.1 - -\n'],
    ])
    expect(short(readWicked(files))).toEqual([
      {
        name: 'eth0',
        dhcp4: false,
        auto: true,
        addresses: ['203.0.113.7/24', '203.0.113.8/32'],
        gateways: ['203.0.113.1 onlink', 'fe80::1 onlink'],
      },
      { name: 'eth1', dhcp4: true, auto: false, addresses: [], gateways: [] },
      { name: 'br0', dhcp4: false, auto: true, addresses: [], gateways: [] },
    ])
    expect(readWicked(files).profiles.map(({ virtual }) => virtual)).toEqual([false, false, true])
    expect(readWicked(one(`${suse}/ifcfg-eth1`, "BOOTPROTO='dhcp'\n")).profiles[0]!.autoEdit!("BOOTPROTO='dhcp'\n")).toBe(
      "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n",
    )
  })
})

describe('what ip and udev say', () => {
  it('tells cards from what is made of them', () => {
    const output = [
      { ifname: 'lo', link_type: 'loopback', address: '00:00:00:00:00:00', addr_info: [] },
      {
        ifname: 'ens3',
        link_type: 'ether',
        address: 'FA:16:3E:00:00:01',
        altnames: ['enp0s3'],
        addr_info: [
          { local: '192.0.2.7', prefixlen: 24, scope: 'global' },
          { local: 'fe80::1', prefixlen: 64, scope: 'link' },
        ],
      },
      { ifname: 'docker0', link_type: 'ether', address: '02:42:00:00:00:01', linkinfo: { info_kind: 'bridge' }, addr_info: [] },
      { ifname: 'bad name;rm', link_type: 'ether', address: 'x' },
      'nonsense',
      null,
    ]
    expect(linksOf(output)).toEqual([
      {
        name: 'ens3',
        mac: 'fa:16:3e:00:00:01',
        addresses: [{ address: '192.0.2.7', prefix: 24 }],
        predicted: [],
        certain: false,
        others: ['enp0s3'],
      },
    ])
    expect(linksOf([])).toBeUndefined()
    expect(
      gatewaysOf([
        { dst: 'default', gateway: '192.0.2.1', dev: 'ens3' },
        { dst: '10.0.0.0/8', gateway: '192.0.2.9', dev: 'ens3' },
        { dst: 'default', via: { family: 'inet6', host: 'fe80::1' }, dev: 'ens3' },
        { dst: 'default', dev: 'tun0' },
      ]),
    ).toEqual([
      { address: '192.0.2.1', device: 'ens3' },
      { address: 'fe80::1', device: 'ens3' },
    ])
    expect(predictedNames('ID_NET_NAME_MAC=enxfa163e000001\nID_NET_NAME_PATH=enp0s3\nID_NET_NAME_SLOT=ens3\n')).toEqual(['ens3', 'enp0s3'])
    expect(nameserversOf('# nameserver 1.1.1.1\nnameserver 9.9.9.9\nnameserver fe80::1%eth0\nnameserver nonsense\n')).toEqual([
      '9.9.9.9',
      'fe80::1%eth0',
    ])
  })
})

describe('compared with rescue', () => {
  const link: Link = {
    name: 'ens3',
    mac: 'fa:16:3e:00:00:01',
    addresses: [{ address: '203.0.113.7', prefix: 24 }],
    predicted: ['ens3', 'enp0s3'],
    certain: true,
    others: [],
  }
  const rescue: RescueSide = {
    links: [link],
    gateways: [{ address: '203.0.113.1', device: 'ens3', answers: true }],
    nameservers: [],
    resolves: true,
  }
  const systemd: Naming = { kernelNames: false, renamed: new Map(), certain: true }
  const kinds = ({ profiles }: Parsed, naming = systemd, side = rescue) => compare(profiles, side, naming).map(({ kind }) => kind)
  const interfaces = (text: string) => readInterfaces(one('/etc/network/interfaces', text))
  const netplan = (device: string) => readNetplan(one('/etc/netplan/1.yaml', `network:\n  version: 2\n  ethernets:\n    ${device}\n`))
  const networkd = (text: string) =>
    readNetworkd(one('/etc/systemd/network/10.network', `[Match]\nName=ens3\n[Network]\nAddress=203.0.113.7/32\n${text}`))
  const fixed = 'addresses: [203.0.113.7/24], routes: [{to: default, via: 203.0.113.1}]'

  it.each([
    ['DHCP', netplan('ens3: {dhcp4: true}'), []],
    ['fixed', netplan(`ens3: {${fixed}}`), []],
    ['another name of the same card', netplan('enp0s3: {dhcp4: true}'), []],
    ['by MAC', netplan('any: {match: {macaddress: "FA:16:3E:00:00:01"}, dhcp4: true}'), []],
    ['by pattern', netplan('any: {match: {name: "en*"}, dhcp4: true}'), []],
    ['by a set of letters', netplan('any: {match: {name: "en[ps]3"}, dhcp4: true}'), []],
    ['by what is no pattern', netplan('any: {match: {name: "en["}, dhcp4: true}'), []],
    ['by a range from high to low', netplan('any: {match: {name: "en[z-a]"}, dhcp4: true}'), []],
    ['an old name', netplan('eth0: {dhcp4: true}'), ['interface-missing']],
    ['an old MAC', netplan('a: {match: {macaddress: "fa:16:3e:00:00:99"}, dhcp4: true}'), ['mac-unknown']],
    ['another address', netplan('ens3: {addresses: [203.0.113.70/24], routes: [{to: default, via: 203.0.113.1}]}'), ['address-differs']],
    ['no gateway', netplan('ens3: {addresses: [203.0.113.7/24]}'), ['gateway-missing']],
    ['another gateway', netplan('ens3: {addresses: [203.0.113.7/24], routes: [{to: 0.0.0.0/0, via: 203.0.113.254}]}'), ['gateway-differs']],
    ['/32 with on-link', netplan('ens3: {addresses: [203.0.113.7/32], routes: [{to: default, via: 203.0.113.1, on-link: true}]}'), []],
    [
      '/32 with a route to the gateway',
      netplan('ens3: {addresses: [203.0.113.7/32], routes: [{to: 203.0.113.1/32, scope: link}, {to: default, via: 203.0.113.1}]}'),
      [],
    ],
    [
      '/32 with a route to the gateway in networkd',
      networkd('[Route]\nGateway=203.0.113.1\n[Route]\nDestination=203.0.113.1\nScope=link\n'),
      [],
    ],
    ['/32 with the gateway as its peer', networkd('Gateway=203.0.113.1\n[Address]\nAddress=203.0.113.7/32\nPeer=203.0.113.1/32\n'), []],
    [
      '/32 with a route to another host',
      networkd('Gateway=203.0.113.1\n[Route]\nDestination=203.0.113.2/32\nScope=link\n'),
      ['gateway-unreachable'],
    ],
    ['/32 without', netplan('ens3: {addresses: [203.0.113.7/32], routes: [{to: default, via: 203.0.113.1}]}'), ['gateway-unreachable']],
    [
      'IPv6 beyond its prefix',
      netplan('ens3: {dhcp4: true, addresses: ["2001:db8:0:1::7/128"], gateway6: "2001:db8::1"}'),
      ['gateway-unreachable'],
    ],
    [
      'an address that two have',
      netplan(`ens3: {${fixed}}\n    ens4: {addresses: [203.0.113.7/24]}`),
      ['interface-missing', 'address-twice'],
    ],
    ['not auto', interfaces('iface ens3 inet dhcp\n'), ['not-auto']],
    [
      'DHCP and fixed',
      interfaces('auto ens3\niface ens3 inet dhcp\niface ens3 inet static\n address 203.0.113.7/24\n'),
      ['two-configurations'],
    ],
    ['a /32 in ifupdown', interfaces('auto ens3\niface ens3 inet static\n address 203.0.113.7/32\n gateway 203.0.113.1\n'), []],
  ])('%s', (_, parsed, expected) => expect(kinds(parsed)).toEqual(expected))

  it('knows systems that keep eth0, or rename', () => {
    const eth0 = netplan('eth0: {dhcp4: true}')
    expect(kinds(eth0, { ...systemd, kernelNames: true })).toEqual([])
    expect(kinds(eth0, { ...systemd, renamed: new Map([[link.mac, 'eth0']]) })).toEqual([])
  })

  it('is not sure about names where udev says nothing', () => {
    const side = { ...rescue, links: [{ ...link, name: 'eth0', predicted: [], certain: false }] }
    expect(kinds(netplan('eth0: {dhcp4: true}'), systemd, side)).toEqual([])
    expect(compare(netplan('ens18: {dhcp4: true}').profiles, side, systemd)).toMatchObject([{ kind: 'interface-missing', sure: false }])
  })

  it.each([
    ['ens18 of Debian 10, where the rescue system expects enp6s18', 'ens18', { predicted: ['enp6s18'], certain: false }, true, false],
    ['em1 of biosdevname', 'em1', { predicted: ['eno1', 'enp1s0'], certain: true }, false, false],
    ['a name that the system itself will not give', 'eth0', { predicted: ['ens18'], certain: true }, true, true],
  ])('is as sure as what it was told: %s', (_, name, told, certain, sure) => {
    const side = { ...rescue, links: [{ ...link, ...told, name: 'rescue0' }] }
    const naming = { ...systemd, certain }
    expect(compare(netplan(`${name}: {dhcp4: true}`).profiles, side, naming)).toMatchObject([{ kind: 'interface-missing', sure }])
  })

  it('takes a name for the same with and without the port that newer kernels tell', () => {
    const side = (predicted: string) => ({ ...rescue, links: [{ ...link, name: 'eth0', predicted: [predicted] }] })
    expect(kinds(netplan('eno1: {dhcp4: true}'), systemd, side('eno1np0'))).toEqual([])
    expect(kinds(netplan('eno1np0: {dhcp4: true}'), systemd, side('eno1'))).toEqual([])
  })

  const ifcfg = (files: Record<string, string>) =>
    readIfcfg(new Map(Object.entries(files).map(([name, text]) => [`/etc/sysconfig/network-scripts/ifcfg-${name}`, text])))
  const second: Link = { ...link, name: 'ens4', mac: 'fa:16:3e:00:00:02', predicted: ['ens4'], addresses: [] }
  it.each([
    ['a second card that waits', { ens3: 'BOOTPROTO=dhcp\nONBOOT=yes\n', ens4: 'BOOTPROTO=dhcp\nONBOOT=no\n' }, []],
    ['one that is not there', { ens3: 'BOOTPROTO=dhcp\nONBOOT=yes\n', ens9: 'BOOTPROTO=dhcp\nONBOOT=no\n' }, []],
    ['the card of the way out', { ens3: 'BOOTPROTO=dhcp\nONBOOT=no\n', ens4: 'BOOTPROTO=dhcp\nONBOOT=yes\n' }, ['not-auto']],
    ['a card under a bridge', { ens4: 'BOOTPROTO=dhcp\nONBOOT=no\n', br0: 'TYPE=Bridge\nBOOTPROTO=dhcp\nONBOOT=yes\n' }, []],
  ])('lets a card wait only while another one leads out: %s', (_, files: Record<string, string>, expected) =>
    expect(kinds(ifcfg(files), systemd, { ...rescue, links: [link, second] })).toEqual(expected),
  )

  it('does not guess between two cards', () => {
    const side = { ...rescue, links: [link, { ...link, name: 'ens4', mac: 'fa:16:3e:00:00:02', predicted: ['ens4'], addresses: [] }] }
    expect(compare(netplan('eth0: {dhcp4: true}').profiles, side, systemd)).toMatchObject([{ kind: 'interface-missing', link: undefined }])
    expect(compare(netplan('ens4: {dhcp4: true}\n    eth0: {dhcp4: true}').profiles, side, systemd)).toMatchObject([
      { kind: 'interface-missing', link: { name: 'ens3' } },
    ])
  })
})
