/** The first packet of a connection through rules of every kind, as the distributions write them. */
import { describe, expect, it } from 'vitest'
import { csfFilter } from '../../../electron/repair/firewall/csf.js'
import { bansOf, bansOn, closesSsh, ignoredBy, ignoreFile, ignoreSteps } from '../../../electron/repair/firewall/fail2ban.js'
import { packetFamilies } from '../../../electron/repair/firewall/firewall-task.js'
import { decidesInput, type Firewalld, firewalldFilter } from '../../../electron/repair/firewall/firewalld.js'
import { hostsVerdict, readsHostsAccess } from '../../../electron/repair/firewall/hosts-access.js'
import { readTables, verdictOf } from '../../../electron/repair/firewall/iptables.js'
import { nftVerdict, readRuleset } from '../../../electron/repair/firewall/nftables.js'
import { isFrom, isPort, type Packet } from '../../../electron/repair/firewall/packet.js'
import { iptablesFilter, nftablesFilter } from '../../../electron/repair/firewall/saved-rules.js'
import { ruleCalls } from '../../../electron/repair/firewall/scripts.js'
import { ufwFilter } from '../../../electron/repair/firewall/ufw.js'
import { readXml } from '../../../electron/repair/firewall/xml.js'
import type { MountedSystem, Step } from '../../../electron/repair/task.js'

const four: Packet = { family: 4, source: '203.0.113.9', port: 22 }
const six: Packet = { family: 6, source: '2001:db8::9', port: 22 }
const off = { steps: [] }

describe('addresses and ports', () => {
  it.each([
    ['203.0.113.9', 'yes'],
    ['203.0.113.0/24', 'yes'],
    ['203.0.113.0/255.255.255.0', 'yes'],
    ['203.0.113.0/255.255.255.248', 'no'],
    ['203.0.113.1-203.0.113.20', 'yes'],
    ['0.0.0.0/0', 'yes'],
    ['::/0', 'no'],
    ['198.51.100.0/24', 'no'],
    ['example.org', 'maybe'],
    ['203.0.113.0/255.0.255.0', 'maybe'],
    ['203.0.113.0/99', 'maybe'],
  ])('%s: %s', (network, expected) => expect(isFrom(four, network)).toBe(expected))

  it('takes nothing for sure about somebody unknown', () => {
    expect(isFrom({ ...four, source: undefined }, '203.0.113.0/24')).toBe('maybe')
    expect(isFrom({ ...four, source: undefined }, '0.0.0.0/0')).toBe('yes')
  })

  it.each([
    ['22', 'yes'],
    ['ssh', 'yes'],
    ['20:25', 'yes'],
    ['1-21', 'no'],
    ['http', 'no'],
    ['{ 22 }', 'maybe'],
  ])('port %s: %s', (text, expected) => expect(isPort(22, text)).toBe(expected))

  it('compares an IPv4 address that came over an IPv6 socket', () => {
    expect(packetFamilies('::ffff:203.0.113.9')).toEqual([
      { family: 4, source: '203.0.113.9' },
      { family: 6, source: undefined },
    ])
    expect(packetFamilies('2001:db8::9')[0]).toEqual({ family: 6, source: '2001:db8::9' })
    expect(packetFamilies(undefined).map(({ source }) => source)).toEqual([undefined, undefined])
  })
})

const iptables = (rules: string, policy = 'DROP') =>
  `*filter\n:INPUT ${policy} [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`
const verdict = (text: string, packet = four) => verdictOf(readTables([{ file: 'rules', text }]), packet)

describe('iptables', () => {
  it.each([
    ['nothing', '', 'ACCEPT', 'in'],
    ['a policy', '', 'DROP', 'out'],
    [
      'the usual',
      '-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
      'DROP',
      'in',
    ],
    ['established only', '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT', 'DROP', 'out'],
    [
      'RHEL',
      '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited',
      'ACCEPT',
      'in',
    ],
    ['another port', '-A INPUT -p tcp --dport 2222 -j ACCEPT', 'DROP', 'out'],
    ['a list of ports', '-A INPUT -p tcp -m multiport --dports 80,443,20:23 -j ACCEPT', 'DROP', 'in'],
    ['udp', '-A INPUT -p udp --dport 22 -j ACCEPT', 'DROP', 'out'],
    ['an office', '-A INPUT -s 198.51.100.0/24 -p tcp --dport 22 -j ACCEPT', 'DROP', 'out'],
    ['everybody but me', '-A INPUT ! -s 203.0.113.9 -p tcp --dport 22 -j ACCEPT', 'DROP', 'out'],
    ['the old spelling', '-A INPUT -s ! 198.51.100.7 -j ACCEPT', 'DROP', 'in'],
    ['a ban', '-A INPUT -s 203.0.113.0/24 -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT', 'DROP', 'out'],
    ['-I in front', '-A INPUT -j DROP\n-I INPUT -p tcp --dport 22 -j ACCEPT', 'DROP', 'in'],
    ['a chain', ':SSH - [0:0]\n-A INPUT -p tcp --dport 22 -j SSH\n-A SSH -s 203.0.113.9 -j ACCEPT\n-A SSH -j DROP', 'ACCEPT', 'in'],
    ['a chain that returns', ':SSH - [0:0]\n-A INPUT -j SSH\n-A SSH -p tcp --dport 22 -j RETURN\n-A SSH -j DROP', 'ACCEPT', 'in'],
    ['goto', ':SSH - [0:0]\n-A INPUT -g SSH\n-A INPUT -j DROP\n-A SSH -p udp -j DROP', 'ACCEPT', 'in'],
    ['goto and a policy', ':SSH - [0:0]\n-A INPUT -g SSH\n-A INPUT -j ACCEPT\n-A SSH -p udp -j DROP', 'DROP', 'out'],
    ['a return to the policy', '-A INPUT -j RETURN\n-A INPUT -j ACCEPT', 'DROP', 'out'],
    ['chains in a ring', ':A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -j A', 'DROP', 'out'],
    ['a named interface', '-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT', 'DROP', 'unsure'],
    ['an ipset', '-A INPUT -m set --match-set crowdsec src -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT', 'DROP', 'unsure'],
    [
      'a limit with recent',
      '-A INPUT -p tcp --dport 22 -m recent --set --name SSH\n-A INPUT -p tcp --dport 22 -m recent --update --seconds 60 --hitcount 4 --name SSH -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT',
      'DROP',
      'in',
    ],
    [
      'a log with a word in it',
      '-A INPUT -j LOG --log-prefix "-j DROP " --log-level 4\n-A INPUT -p tcp --syn --dport ssh -j ACCEPT',
      'DROP',
      'in',
    ],
    ['counters', '[12:3400] -A INPUT -p tcp --dport 22 -j ACCEPT', 'DROP', 'in'],
    ['an unknown match', '-A INPUT -p tcp --dport 22 -m geoip --src-cc FR -j ACCEPT', 'DROP', 'unsure'],
    ['broken lines', '-A\n-A INPUT\n-A INPUT -p\n!\n-A INPUT -p tcp --dport -j ACCEPT', 'DROP', 'out'],
  ])('%s', (_, rules, policy, expected) => expect(verdict(iptables(rules, policy)).result).toBe(expected))

  it('names the line that keeps it out', () => {
    expect(verdict(iptables('-A INPUT -s 203.0.113.9 -j DROP', 'ACCEPT')).because).toMatchObject([{ file: 'rules', line: 5 }])
    expect(verdict(iptables('')).because).toMatchObject([{ line: 2, text: ':INPUT DROP [0:0]' }])
  })

  it('minds the tables before filter', () => {
    expect(verdict('*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 203.0.113.9 -j DROP\nCOMMIT\n').result).toBe('out')
    expect(verdict('*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j DROP\nCOMMIT\n').result).toBe('in')
  })

  it('adds one rule in front, and leaves all other lines alone', () => {
    const text = iptables('# office\n-A INPUT -s 203.0.113.9 -j DROP')
    const filter = iptablesFilter(
      new Map([['/etc/iptables/rules.v4', text]]),
      { 4: '/etc/iptables/rules.v4', 6: '/etc/iptables/rules.v6' },
      true,
      off,
    )
    const [step] = filter.letIn([four])!
    expect(after(step)).toBe(text.replace('-A INPUT', '-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT'))
  })
})

const after = (step: Step | undefined) => (step?.kind === 'edit' ? step.after : undefined)

const before = (family: '' | '6') => `*filter
:ufw${family}-before-input - [0:0]
:ufw${family}-not-local - [0:0]
-A ufw${family}-before-input -i lo -j ACCEPT
${family && '-A ufw6-before-input -m rt --rt-type 0 -j DROP'}
-A ufw${family}-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw${family}-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny
-A ufw${family}-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw${family}-before-input -p icmp --icmp-type echo-request -j ACCEPT
-A ufw${family}-before-input -j ufw${family}-not-local
-A ufw${family}-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw${family}-not-local -m limit --limit 3/min --limit-burst 10 -j ufw-logging-deny
-A ufw${family}-not-local -j DROP
COMMIT
`
const user = (family: '' | '6', rules = '') => `*filter
:ufw${family}-user-input - [0:0]
:ufw${family}-user-limit - [0:0]
:ufw${family}-user-limit-accept - [0:0]
### RULES ###
${rules}
### END RULES ###

### RATE LIMITING ###
-A ufw${family}-user-limit -m limit --limit 3/minute -j LOG --log-prefix "[UFW LIMIT BLOCK] "
-A ufw${family}-user-limit -j REJECT
-A ufw${family}-user-limit-accept -j ACCEPT
### END RATE LIMITING ###
COMMIT
`
/** As ufw 0.36 of Debian and Ubuntu writes them. */
const ufw = (rules = '', rest: { enabled?: string; policy?: string; ipv6?: string } = {}) =>
  new Map([
    ['/etc/ufw/ufw.conf', `# /etc/ufw/ufw.conf\n#\nENABLED=${rest.enabled ?? 'yes'}\nLOGLEVEL=low\n`],
    ['/etc/default/ufw', `IPV6=${rest.ipv6 ?? 'yes'}\nDEFAULT_INPUT_POLICY="${rest.policy ?? 'DROP'}"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n`],
    ['/etc/ufw/before.rules', before('')],
    ['/etc/ufw/before6.rules', before('6')],
    ['/etc/ufw/user.rules', user('', rules)],
    ['/etc/ufw/user6.rules', user('6')],
    [
      '/etc/ufw/after.rules',
      '*filter\n:ufw-after-input - [0:0]\n-A ufw-after-input -p tcp --dport 139 -j ufw-skip-to-policy-input\nCOMMIT\n',
    ],
  ])
const limit = `-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --set
-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ufw-user-limit
-A ufw-user-input -p tcp --dport 22 -j ufw-user-limit-accept`

describe('ufw', () => {
  it.each([
    ['no rule', ufw(), 'out'],
    ['allow', ufw('-A ufw-user-input -p tcp --dport 22 -j ACCEPT'), 'in'],
    ['limit', ufw(limit), 'in'],
    ['deny before allow', ufw('-A ufw-user-input -s 203.0.113.9 -j DROP\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT'), 'out'],
    ['a policy that accepts', ufw('', { policy: 'ACCEPT' }), 'in'],
    ['a policy that rejects', ufw('', { policy: 'REJECT' }), 'out'],
  ])('%s', (_, files, expected) => expect(ufwFilter(files, true).verdict(four).result).toBe(expected))

  it('says where the policy stands', () => {
    expect(ufwFilter(ufw(), true).verdict(four).because).toEqual([
      { file: '/etc/default/ufw', line: 2, text: 'DEFAULT_INPUT_POLICY="DROP"' },
    ])
  })

  it('does not start when it is off, whatever its service', () => {
    expect(ufwFilter(ufw('', { enabled: 'no' }), true).starts).toBe(false)
    expect(ufwFilter(ufw(), false).starts).toBe(false)
    expect(ufwFilter(ufw(), undefined).starts).toBe(undefined)
  })

  it('leaves IPv6 alone when told so', () => expect(ufwFilter(ufw('', { ipv6: 'no' }), true).verdict(six).result).toBe('in'))

  it('writes the line that `ufw allow` would, for both families', () => {
    const steps = ufwFilter(ufw(), true).letIn([
      { ...four, port: 2222 },
      { ...six, port: 2222 },
    ])!
    expect(steps.map((step) => step.kind === 'edit' && step.path)).toEqual(['/etc/ufw/user.rules', '/etc/ufw/user6.rules'])
    expect(after(steps[0])).toContain(
      '### RULES ###\n\n### tuple ### allow tcp 2222 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -p tcp --dport 2222 -j ACCEPT\n',
    )
    expect(after(steps[1])).toContain('### tuple ### allow tcp 2222 ::/0 any ::/0 in\n-A ufw6-user-input -p tcp --dport 2222 -j ACCEPT\n')
  })

  it('turns off by one word', () => {
    const [step] = ufwFilter(ufw(), true).off.steps
    expect(after(step)).toBe('# /etc/ufw/ufw.conf\n#\nENABLED=no\nLOGLEVEL=low\n')
  })
})

const nft = (rules: string, policy = 'drop') => `#!/usr/sbin/nft -f

flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy ${policy};
${rules
  .split('\n')
  .map((rule) => `\t\t${rule}`)
  .join('\n')}
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
`
const nftResult = (text: string, packet = four) => nftVerdict(readRuleset({ file: '/etc/nftables.conf', text }), packet).result

describe('nftables', () => {
  it('stops at definitions that grow without end', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `define a${index + 1} = { $a${index}, $a${index} }`)
    const text = ['define a0 = 1', ...lines, 'table inet f { chain i { tcp dport $a40 accept } }'].join('\n')
    expect(() => readRuleset({ file: '/etc/nftables.conf', text })).toThrow(expect.objectContaining({ code: 'file-too-large' }))
  })

  it('stops at files that include each other', () => {
    const text = 'include "/etc/n.d/*"\n'
    const files = new Map(['a', 'b', 'c', 'd'].map((name) => [`/etc/n.d/${name}`, `${text}flush ruleset\n`]))
    expect(() => readRuleset({ file: '/etc/nftables.conf', text }, files)).toThrow(expect.objectContaining({ code: 'file-too-large' }))
  })

  it.each([
    ['no rule', '', 'out'],
    ['the wiki', 'iif "lo" accept\nct state established,related accept\nct state invalid drop\ntcp dport ssh accept', 'in'],
    ['a set', 'ct state { established, related } accept\ntcp dport { 80, 443, 22 } ct state new counter packets 0 bytes 0 accept', 'in'],
    ['a range', 'tcp dport 20-25 accept', 'in'],
    ['another port', 'tcp dport { 80, 443 } accept', 'out'],
    ['not equal', 'tcp dport != 22 drop\naccept', 'in'],
    ['a verdict map of states', 'ct state vmap { established : accept, related : accept, invalid : drop }\ntcp dport 22 accept', 'in'],
    ['a verdict map of ports', 'tcp dport vmap { 22 : accept, 23 : drop }', 'in'],
    [
      'icmp and limits',
      'meta l4proto { icmp, ipv6-icmp } accept\nip protocol icmp limit rate 4/second accept\ntcp dport 22 limit rate over 10/minute drop\ntcp dport 22 log prefix "drop it: " accept',
      'in',
    ],
    ['an office', 'ip saddr { 198.51.100.0/24, 192.0.2.1 } tcp dport 22 accept', 'out'],
    ['me', 'ip saddr 203.0.113.0/24 tcp dport 22 accept comment "drop"', 'in'],
    ['a named interface', 'iifname "eth0" tcp dport 22 accept', 'unsure'],
    ['all interfaces but lo', 'iifname != "lo" tcp dport 22 drop\naccept', 'out'],
    ['something unknown', 'meta mark 0x1 accept', 'unsure'],
    ['a rejection', 'reject with icmpx type admin-prohibited', 'out'],
    ['udp', 'udp dport 22 accept', 'out'],
  ])('%s', (_, rules, expected) => expect(nftResult(nft(rules))).toBe(expected))

  it.each([
    ['all but a network of the other family', 'ip saddr != 10.0.0.0/8 tcp dport 22 drop', 'out', 'in'],
    ['all but an address of the other family', 'ip6 daddr != ::1 tcp dport 22 drop', 'in', 'out'],
    ['all but a protocol of the other family', 'ip protocol != udp drop', 'out', 'in'],
    ['all but a header of the other family', 'ip6 nexthdr != udp drop', 'in', 'out'],
    ['a map of the other family', 'ip saddr vmap { 0.0.0.0/0 : drop }', 'out', 'in'],
  ])('keeps the families of one table apart: %s', (_, rules, ofFour, ofSix) => {
    expect([nftResult(nft(rules, 'accept')), nftResult(nft(rules, 'accept'), six)]).toEqual([ofFour, ofSix])
  })

  it('knows definitions, sets, chains and families', () => {
    const text = `define ports = { 22, 80 }
define office = 198.51.100.0/24
table ip filter {
	set banned { type ipv4_addr; flags interval; elements = { 203.0.113.0/24,
		192.0.2.0/24 } }
	set dynamic { type ipv4_addr; flags dynamic, timeout; timeout 1h; }
	chain ssh { ip saddr @banned drop; accept; }
	chain input {
		type filter hook input priority 0; policy drop;
		ip saddr @dynamic drop
		ip saddr $office accept
		tcp dport $ports jump ssh
	}
}
table ip6 filter { chain input { type filter hook input priority 0; policy accept; } }`
    expect(nftResult(text)).toBe('out')
    expect(nftResult(text, { ...four, source: '8.8.8.8' })).toBe('in')
    expect(nftResult(text, { ...four, source: '198.51.100.1', port: 9 })).toBe('in')
    expect(nftResult(text, six)).toBe('in')
  })

  it('reads commands, continued lines and what is included', () => {
    const main =
      'add table inet f\nadd chain inet f in { type filter hook input priority 0; policy drop; }\ninclude "/etc/nftables.d/*.nft"\n'
    const files = new Map([
      ['/etc/nftables.d/ssh.nft', 'add rule inet f in tcp dport \\\n 22 accept\n'],
      ['/etc/nftables.d/sub/x.nft', 'flush ruleset\n'],
    ])
    expect(nftVerdict(readRuleset({ file: '/etc/nftables.conf', text: main }, files), four).result).toBe('in')
    expect(nftVerdict(readRuleset({ file: '/etc/nftables.conf', text: main }), four).result).toBe('out')
  })

  it('asks every chain on the way', () => {
    expect(
      nftResult(`${nft('tcp dport 22 accept')}table inet second { chain in { type filter hook input priority 10; policy drop; } }`),
    ).toBe('out')
  })

  it('names the line that keeps it out', () => {
    const { because } = nftVerdict(readRuleset({ file: 'n', text: nft('tcp dport 22 drop', 'accept') }), four)
    expect(because).toEqual([{ file: 'n', line: 8, text: 'tcp dport 22 drop' }])
  })

  it.each([
    '{{{{',
    'table inet x {',
    'chain',
    'table inet f { chain c { type filter hook input',
    'include include "',
    `${'{'.repeat(2000)}`,
  ])('reads %s without an end', (text) => {
    expect(['in', 'out', 'unsure']).toContain(nftResult(text))
  })

  it('adds one rule in front of the others', () => {
    const text = nft('ct state invalid drop\nip saddr 203.0.113.9 drop')
    const [step] = nftablesFilter(new Map([['/etc/nftables.conf', text]]), '/etc/nftables.conf', true, off).letIn([four])!
    expect(after(step)).toBe(text.replace('policy drop;\n', 'policy drop;\n\t\ttcp dport 22 accept\n'))
  })

  it('proposes nothing where a line has no room', () => {
    const text = 'table inet f { chain input { type filter hook input priority 0; policy drop; } }\n'
    expect(nftablesFilter(new Map([['/etc/nftables.conf', text]]), '/etc/nftables.conf', true, off).letIn([four])).toBeUndefined()
  })
})

const zone = (inner: string, target = '') =>
  `<?xml version="1.0" encoding="utf-8"?>\n<zone${target}>\n  <short>Public</short>\n${inner}\n  <forward/>\n</zone>\n`
const ssh = '<?xml version="1.0"?><service><short>SSH</short><port protocol="tcp" port="22"/></service>'
const firewalld = (zones: Record<string, string>, rest: Partial<Firewalld> = {}): Firewalld => ({
  defaultZone: 'public',
  zones: new Map(Object.entries(zones).map(([name, text]) => [name, { file: `/etc/firewalld/zones/${name}.xml`, text }])),
  services: new Map([['ssh', { file: '/usr/lib/firewalld/services/ssh.xml', text: ssh }]]),
  bound: [],
  beside: [],
  ...rest,
})
const filterOf = (facts: Firewalld) =>
  firewalldFilter({ root: '/mnt' } as MountedSystem, facts, true, { enforcing: false, type: 'targeted', relabel: () => [] })

describe('firewalld', () => {
  it.each([
    ['as delivered', firewalld({ public: zone('  <service name="ssh"/>') }), 'in'],
    ['without ssh', firewalld({ public: zone('  <service name="http"/>') }), 'out'],
    ['a port', firewalld({ public: zone('  <port protocol="tcp" port="20-30"/>') }), 'in'],
    ['a udp port', firewalld({ public: zone('  <port protocol="udp" port="22"/>') }), 'out'],
    ['a zone that accepts', firewalld({ public: zone('', ' target="ACCEPT"') }), 'in'],
    [
      'a rule against me',
      firewalld({ public: zone('  <service name="ssh"/><rule family="ipv4"><source address="203.0.113.0/24"/><reject/></rule>') }),
      'out',
    ],
    [
      'a rule for me',
      firewalld({ public: zone('  <rule family="ipv4"><source address="203.0.113.9"/><service name="ssh"/><accept/></rule>') }),
      'in',
    ],
    [
      'a rule for others',
      firewalld({ public: zone('  <rule family="ipv4"><source address="198.51.100.9"/><service name="ssh"/><accept/></rule>') }),
      'out',
    ],
    [
      'a zone for my address',
      firewalld({ public: zone('  <service name="ssh"/>'), block: zone('  <source address="203.0.113.0/24"/>') }),
      'out',
    ],
    ['a zone by a set', firewalld({ public: zone('  <service name="ssh"/>'), drop: zone('  <source ipset="bad"/>') }), 'unsure'],
    [
      'an interface in a closed zone',
      firewalld({ public: zone('  <service name="ssh"/>'), work: zone('  <interface name="eth0"/>') }),
      'unsure',
    ],
    [
      'rules beside',
      firewalld({ public: zone('  <service name="ssh"/>') }, { beside: [{ file: 'direct.xml', text: '<rule/>' }] }),
      'unsure',
    ],
    ['a comment', firewalld({ public: zone('  <!-- <service name="ssh"/> -->') }), 'out'],
    ['no zone', firewalld({}), 'unsure'],
  ])('%s', (_, facts, expected) => expect(filterOf(facts).verdict(four).result).toBe(expected))

  it('follows no policy for what comes in, and needs none for what goes through', () => {
    const policy = (to: string) =>
      `<?xml version="1.0"?><policy target="DROP"><rule/><ingress-zone name="ANY"/><egress-zone name="${to}"/></policy>`
    expect([policy('HOST'), policy('ANY'), '<direct><rule ipv="ipv4"/></direct>', '<direct/>'].map(decidesInput)).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it('opens the port in its zone', () => {
    const [step] = filterOf(firewalld({ public: zone('  <service name="http"/>') })).letIn([four])!
    expect(after(step)).toBe(zone('  <service name="http"/>').replace('</zone>', '  <port protocol="tcp" port="22"/>\n</zone>'))
  })

  it('copies a delivered zone to /etc for that', () => {
    const facts = firewalld({ public: zone('') })
    facts.zones.set('public', { file: '/usr/lib/firewalld/zones/public.xml', text: zone('') })
    expect(filterOf(facts).letIn([four])).toMatchObject([{ path: '/etc/firewalld/zones/public.xml', before: undefined }])
  })

  it('proposes no port against a rule that refuses first', () => {
    const facts = firewalld({ public: zone('  <rule><source address="203.0.113.9"/><drop/></rule>') })
    expect(filterOf(facts).letIn([four])).toBeUndefined()
  })

  it.each(['', '<', '<zone><a></b></zone>', '<zone', '&#x0;'])('reads %s as XML', (text) => expect(() => readXml(text)).not.toThrow())
})

describe('bans', () => {
  const now = new Date('2026-11-24T02:00:00Z')
  const start = now.getTime() / 1000 - 100
  const bans = bansOf(`sshd\t203.0.113.9\t${start}\t600\nsshd\t198.51.100.1\t${start}\t-1\nsshd\t192.0.2.1\t${start}\t50\nbroken\n\t\t\t\n`)
  it.each([
    ['203.0.113.9', true],
    ['198.51.100.1', true],
    ['192.0.2.1', false],
    ['192.0.2.2', false],
  ])('of %s: %s', (source, banned) => expect(bansOn({ bans, configs: [] }, { ...four, source }, now).length === 1).toBe(banned))

  it('do not hold for ignored addresses', () => {
    expect(bansOn({ bans, configs: ['[DEFAULT]\nignoreip = 127.0.0.1/8 203.0.113.0/24\n'] }, four, now)).toEqual([])
  })

  const all = '[DEFAULT]\n# ignoreip = 9.9.9.9\nignoreip = 127.0.0.1/8 ::1,\n    # me\n    203.0.113.9 ; at home\nbantime = 1h\n'
  it.each([
    ['nothing', [], []],
    ['the list of all', [all, '[apache]\nignoreip = 1.1.1.1\n'], ['127.0.0.1/8', '::1', '203.0.113.9']],
    ['its own list', [all, '[sshd]\nignoreip = 1.1.1.1\n', '[DEFAULT]\nignoreip = 2.2.2.2\n'], ['1.1.1.1']],
    ['the last file', ['[sshd]\nignoreip = 1.1.1.1\n', '[sshd]\nenabled = true\nignoreip: 2.2.2.2\n'], ['2.2.2.2']],
    [
      'what was known before',
      [all, '[sshd]\nignoreip = 1.1.1.1\n', '[sshd]\nignoreip = %(known/ignoreip)s 2.2.2.2\n'],
      ['1.1.1.1', '2.2.2.2'],
    ],
  ])('ignore what a jail is told to: %s', (_, configs, expected) => expect(ignoredBy(configs, 'sshd')).toEqual(expected))

  it('are ignored by each jail that bans, once in our file, with the label that it needs', () => {
    const both = bansOf(`sshd\t203.0.113.9\t${start}\t-1\nrecidive\t203.0.113.9\t${start}\t-1\nx]y\t203.0.113.9\t${start}\t-1\n`)
    const configs = ['[DEFAULT]\nignoreip = ::1\n[sshd]\nignoreip = 1.1.1.1\n']
    const label: Step = { kind: 'run', words: ['setfiles', ignoreFile], risk: 'writes' }
    const selinux = { enforcing: true, type: 'targeted', relabel: () => [label] }
    const steps = (before?: string) => ignoreSteps({ bans: both, configs }, before, both, '203.0.113.9', selinux)
    const text = '[sshd]\nignoreip = 1.1.1.1 203.0.113.9\n[recidive]\nignoreip = ::1 203.0.113.9\n'
    expect(steps()).toEqual([{ kind: 'edit', path: ignoreFile, before: undefined, after: text }, label])
    expect(steps('[recidive]\nbantime = 1h\n[sshd]\nenabled = true\nignoreip = 9.9.9.9\n').map(after)).toEqual([
      '[recidive]\nignoreip = ::1 203.0.113.9\nbantime = 1h\n[sshd]\nenabled = true\nignoreip = 1.1.1.1 203.0.113.9\n',
    ])
    expect(steps(text)).toEqual([])
  })

  it('takes a ban of a million years for one for good', () => {
    expect(bansOf(`sshd\t203.0.113.9\t${start}\t99999999999999\n`)).toEqual([{ jail: 'sshd', address: '203.0.113.9', until: undefined }])
  })

  it('names the ban that closes SSH, before one that closes a web server', () => {
    const both = bansOf(`nginx-http-auth\t203.0.113.9\t${start}\t-1\nsshd\t203.0.113.9\t${start}\t-1\n`)
    expect(bansOn({ bans: both, configs: [] }, four, now).map(({ jail }) => jail)).toEqual(['sshd', 'nginx-http-auth'])
    expect(both.map(closesSsh)).toEqual([false, true])
  })
})

describe('hosts.allow and hosts.deny', () => {
  it.each([
    ['', '', 'in'],
    ['', 'ALL: ALL', 'out'],
    ['sshd: 203.0.113.', 'ALL: ALL', 'in'],
    ['sshd: 198.51.100.0/24', 'sshd: ALL', 'out'],
    ['', 'sshd : 203.0.113.0/255.255.255.0', 'out'],
    ['', 'vsftpd: ALL', 'in'],
    ['', '# sshd: ALL', 'in'],
    ['', 'sshd: .example.org', 'unsure'],
    ['', 'ALL: ALL EXCEPT 203.0.113.9', 'unsure'],
    ['', 'sshd: [2001:db8::]/32', 'in'],
    ['', 'no colon', 'unsure'],
    ['sshd: home.example.org', '', 'in'],
    ['sshd: home.example.org', 'vsftpd: ALL', 'in'],
    ['sshd: home.example.org', 'sshd: ALL', 'unsure'],
    ['sshd: 203.0.113.9 : deny', '', 'out'],
    ['ALL: ALL : spawn /bin/echo %a : deny', '', 'out'],
    ['', 'sshd: ALL : allow', 'in'],
    ['sshd: ALL : twist /bin/false', '', 'unsure'],
  ])('%j, %j: %s', (allow, deny, expected) => {
    const files = new Map([
      ['/etc/hosts.allow', `${allow}\n`],
      ['/etc/hosts.deny', `${deny}\n`],
    ])
    expect(hostsVerdict(files, four).result).toBe(expected)
  })
  it('IPv6', () => expect(hostsVerdict(new Map([['/etc/hosts.deny', 'sshd: [2001:db8::]/32\n']]), six).result).toBe('out'))
})

it.each([
  ['debian', [], '12', true],
  ['devuan', ['debian'], '5', true],
  ['linuxmint', ['ubuntu', 'debian'], '21', true],
  ['centos', ['rhel', 'fedora'], '7', true],
  ['amzn', ['centos', 'rhel', 'fedora'], '2', true],
  ['almalinux', ['rhel', 'centos', 'fedora'], '9.4', false],
  ['fedora', [], '7', false],
  ['arch', [], '', false],
  ['alpine', [], '3.20', false],
  ['opensuse-leap', ['suse', 'opensuse'], '15.6', false],
])('%s %j %s reads hosts.deny: %s', (id, like, version, expected) =>
  expect(readsHostsAccess({ os: { id, like, version, name: id } } as unknown as MountedSystem)).toBe(expected),
)

describe('csf', () => {
  const files = (ports: string, deny = '') =>
    new Map([
      ['/etc/csf/csf.conf', `TESTING = "0"\nTCP_IN = "${ports}"\nIPV6 = "0"\n`],
      ['/etc/csf/csf.deny', deny],
    ])
  it('counts ports and denied addresses', () => {
    expect(csfFilter(files('20,21,22'), true).verdict(four).result).toBe('in')
    expect(csfFilter(files('80,443'), true).verdict(four).result).toBe('out')
    expect(csfFilter(files('22', '203.0.113.9 # lfd: 5 failed logins\n'), true).verdict(four).result).toBe('out')
  })
  it('opens the port and frees the address', () => {
    const steps = csfFilter(files('80', '1.2.3.4\n203.0.113.9 # lfd\n'), true).letIn([four])!
    expect(steps.map(after).sort()).toEqual(['1.2.3.4\n#203.0.113.9 # lfd\n', 'TESTING = "0"\nTCP_IN = "80,22"\nIPV6 = "0"\n'])
  })
})

it('finds rules that scripts set', () => {
  const text =
    '#!/bin/sh\n# iptables -P INPUT DROP\niptables -P INPUT DROP\n/sbin/iptables-restore < /etc/fw\nnft -f /etc/fw.nft\necho nft\niptables -L\n'
  expect(ruleCalls('/etc/rc.local', text).map(({ line }) => line)).toEqual([3, 4, 5])
})
