/** Files with sections and variables: systemd.network(5), NetworkManager keyfiles (nm-settings-keyfile(5)), ifcfg files of Red Hat. Pure. */
import { isIP } from 'node:net'
import { appendLines, insertLines, replaceLine } from '../text-edit.js'
import { emptyProfile, type Parsed, type Profile, readAddress, readPrefix } from './profile.js'
import { entriesOf, readSections, readVariables } from './sections.js'

export function readNetworkd(files: ReadonlyMap<string, string>): Parsed {
  const profiles = [...files].flatMap(([file, text]): Profile[] => {
    const sections = readSections(text)
    const match = entriesOf(sections, 'Match')
    const name = match.find(({ key }) => key === 'Name')
    const mac = match.find(({ key }) => /^(MACAddress|PermanentMACAddress)$/.test(key))
    const network = sections.find((section) => section.name === 'Network')
    if (!network) return []
    const dhcp = network.entries.findLast(({ key }) => key === 'DHCP')?.value.toLowerCase()
    const profile: Profile = {
      ...emptyProfile('networkd', file, name?.line ?? network.line),
      name: name?.value,
      mac: mac?.value,
      macLine: mac?.line,
      dhcp4: dhcp === 'yes' || dhcp === 'ipv4' || dhcp === 'true' || dhcp === 'both',
      // A bridge or VLAN has a .netdev of this name beside it.
      virtual:
        match.some(({ key, value }) => key === 'Kind' || (key === 'Type' && value !== 'ether')) ||
        /^(br|bond|vlan|tun|tap|wg|dummy|veth|docker)/.test(name?.value ?? ''),
      dns: entriesOf(sections, 'Network', 'DNS').flatMap(({ value }) => value.split(/\s+/)),
      gatewayEdit: (old, gateway, onLink) =>
        onLink
          ? appendLines(old, ['', '[Route]', `Gateway=${gateway}`, 'GatewayOnLink=yes'])
          : insertLines(old, network.line + 1, [`Gateway=${gateway}`]),
    }
    for (const { value, line } of [...entriesOf(sections, 'Network', 'Address'), ...entriesOf(sections, 'Address', 'Address')]) {
      const address = readAddress(value, line)
      if (address) profile.addresses.push(address)
    }
    for (const { value, line } of entriesOf(sections, 'Network', 'Gateway')) {
      if (isIP(value)) profile.gateways.push({ address: value, onLink: value.startsWith('fe80:'), line })
    }
    for (const { entries } of sections.filter((section) => section.name === 'Route')) {
      const gateway = entries.find(({ key }) => key === 'Gateway')
      const to = entries.find(({ key }) => key === 'Destination')?.value
      if (!gateway || !isIP(gateway.value) || (to !== undefined && !/^(0\.0\.0\.0|::)\/0$/.test(to))) continue
      const onLink = entries.some(({ key, value }) => /^(GatewayOnLink|GatewayOnlink)$/.test(key) && /^(yes|true|1|on)$/i.test(value))
      profile.gateways.push({
        address: gateway.value,
        onLink: onLink || gateway.value.startsWith('fe80:'),
        line: gateway.line,
        onLinkLine: 'GatewayOnLink=yes',
      })
    }
    return [profile]
  })
  return { profiles, problems: [] }
}

/** NetworkManager reaches every gateway: it adds a route to it first. */
export function readKeyfiles(files: ReadonlyMap<string, string>): Parsed {
  const profiles = [...files].flatMap(([file, text]): Profile[] => {
    const sections = readSections(text)
    const connection = entriesOf(sections, 'connection')
    const value = (key: string) => connection.findLast((entry) => entry.key === key)
    const type = value('type')?.value ?? ''
    if (/^(loopback|vpn|wireguard|wifi|gsm)$/.test(type)) return []
    const mac = [...entriesOf(sections, 'ethernet', 'mac-address'), ...entriesOf(sections, '802-3-ethernet', 'mac-address')].at(-1)
    const four = sections.find((section) => section.name === 'ipv4')
    const method = four?.entries.findLast(({ key }) => key === 'method')?.value
    const autoconnect = value('autoconnect')
    const profile: Profile = {
      ...emptyProfile('networkmanager', file, value('interface-name')?.line ?? 1),
      name: value('interface-name')?.value,
      mac: mac?.value,
      macLine: mac?.line,
      dhcp4: method === 'auto',
      virtual: !/^(ethernet|802-3-ethernet)$/.test(type),
      auto: autoconnect?.value !== 'false',
      ...(autoconnect ? { autoEdit: (old: string) => replaceLine(old, autoconnect.line, () => 'autoconnect=true') } : {}),
      ...(four ? { gatewayEdit: (old: string, gateway: string) => insertLines(old, four.line + 1, [`gateway=${gateway}`]) } : {}),
      dns: [...entriesOf(sections, 'ipv4', 'dns'), ...entriesOf(sections, 'ipv6', 'dns')].flatMap((entry) =>
        entry.value.split(/[;,]/).filter((one) => one !== ''),
      ),
    }
    for (const { key, value: written, line } of [...entriesOf(sections, 'ipv4'), ...entriesOf(sections, 'ipv6')]) {
      if (/^address(es)?\d*$/.test(key)) {
        const [first = '', gateway] = written.split(',')
        const address = readAddress(first, line)
        if (address) profile.addresses.push(address)
        if (gateway && isIP(gateway)) profile.gateways.push({ address: gateway, onLink: true, line })
      }
      const route = /^route\d*$/.test(key) ? /^(?:0\.0\.0\.0|::)\/0,([^,]+)/.exec(written)?.[1] : key === 'gateway' ? written : undefined
      if (route && isIP(route)) profile.gateways.push({ address: route, onLink: true, line })
    }
    return [profile]
  })
  return { profiles, problems: [] }
}

/** /etc/sysconfig/network-scripts/ifcfg-*, read by network-scripts and by NetworkManager up to RHEL 9. */
export function readIfcfg(files: ReadonlyMap<string, string>): Parsed {
  const profiles = [...files].flatMap(([file, text]): Profile[] => {
    const values = readVariables(text)
    const get = (key: string) => values.get(key)
    const name = get('DEVICE')?.value ?? /ifcfg-([\w.-]+)$/.exec(file)?.[1]
    if (name === 'lo') return []
    const onboot = get('ONBOOT')
    const mac = get('HWADDR')
    const profile: Profile = {
      ...emptyProfile('ifcfg', file, get('DEVICE')?.line ?? 1),
      name,
      mac: mac?.value,
      macLine: mac?.line,
      dhcp4: /^(dhcp|bootp)$/i.test(get('BOOTPROTO')?.value ?? ''),
      virtual:
        !/^(ethernet)?$/i.test(get('TYPE')?.value ?? '') || values.has('VLAN') || values.has('BONDING_OPTS') || /[.:]/.test(name ?? ''),
      auto: onboot ? /^(yes|true|1)$/i.test(onboot.value) : true,
      ...(onboot ? { autoEdit: (old: string) => replaceLine(old, onboot.line, () => 'ONBOOT=yes') } : {}),
      gatewayEdit: (old, gateway) => appendLines(old, [`${gateway.includes(':') ? 'IPV6_DEFAULTGW' : 'GATEWAY'}=${gateway}`]),
      dns: [...values.values()].filter(({ key }) => /^DNS\d+$/.test(key)).map(({ value }) => value),
    }
    for (const { key, value, line } of values.values()) {
      const number = /^IPADDR(\d*)$/.exec(key)?.[1]
      if (number !== undefined) {
        const written = get(`PREFIX${number}`) ?? get(`NETMASK${number}`)
        const address = readAddress(value, line)
        if (address && written)
          Object.assign(address, { prefix: readPrefix(written.value), prefixText: written.value, prefixLine: written.line })
        if (address) profile.addresses.push(address)
      }
      if (key === 'IPV6ADDR') {
        const address = readAddress(value, line)
        if (address) profile.addresses.push(address)
      }
      if (/^(GATEWAY\d*|IPV6_DEFAULTGW)$/.test(key) && isIP(value)) profile.gateways.push({ address: value, onLink: true, line })
    }
    return [profile]
  })
  return { profiles, problems: [] }
}
