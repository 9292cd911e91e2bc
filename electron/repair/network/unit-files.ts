/** Files with sections: systemd.network(5), NetworkManager keyfiles (nm-settings-keyfile(5)). Pure. */
import { isIP } from 'node:net'
import { appendLines, insertLines, replaceLine } from '../text-edit.js'
import { emptyProfile, leadsTo, type Parsed, type Profile, readAddress } from './profile.js'
import { entriesOf, readSections } from './sections.js'

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
    const direct = entriesOf(sections, 'Address', 'Peer').map(({ value }) => value)
    for (const { entries } of sections.filter((section) => section.name === 'Route')) {
      const gateway = entries.find(({ key }) => key === 'Gateway')
      const to = entries.find(({ key }) => key === 'Destination')?.value
      if (!gateway && to !== undefined && !entries.some(({ key }) => key === 'Type')) direct.push(to)
      if (!gateway || !isIP(gateway.value) || (to !== undefined && !/^(0\.0\.0\.0|::)\/0$/.test(to))) continue
      const onLink = entries.some(({ key, value }) => /^(GatewayOnLink|GatewayOnlink)$/.test(key) && /^(yes|true|1|on)$/i.test(value))
      profile.gateways.push({
        address: gateway.value,
        onLink: onLink || gateway.value.startsWith('fe80:'),
        line: gateway.line,
        onLinkLine: 'GatewayOnLink=yes',
      })
    }
    for (const gateway of profile.gateways) gateway.onLink ||= direct.some((to) => leadsTo(to, gateway.address))
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
