/** "Firewall" on a real tree: what is found, that each proposal removes it, and that each is taken back. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { createFirewallTask } from '../../../electron/repair/firewall/firewall-task.js'
import type { Repairs } from '../../../electron/repair/repairs.js'
import { applyProposal, createTestSystem, findingsOf, repairsOf, statesOf, type TestSystem } from '../../support/mounted-system.js'

const unit = (name: string) => `[Unit]\nDescription=${name}\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n`
const services = ['ssh', 'iptables', 'ufw', 'nftables', 'netfilter-persistent', 'firewalld', 'fail2ban', 'csf']
const ufw = {
  '/etc/ufw/ufw.conf': 'ENABLED=yes\nLOGLEVEL=low\n',
  '/etc/default/ufw': 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n',
  '/etc/ufw/user.rules': '*filter\n:ufw-user-input - [0:0]\n### RULES ###\n### END RULES ###\nCOMMIT\n',
  '/etc/ufw/user6.rules': '*filter\n:ufw6-user-input - [0:0]\n### RULES ###\n### END RULES ###\nCOMMIT\n',
}
const nftables = 'flush ruleset\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n'
const rulesV4 = '*filter\n:INPUT DROP [0:0]\nCOMMIT\n'
const zone = '<?xml version="1.0" encoding="utf-8"?>\n<zone>\n  <service name="http"/>\n</zone>\n'

let system: TestSystem
let repairs: Repairs
function start(files: Record<string, string>, enabled: readonly string[]) {
  system = createTestSystem({
    '/etc/ssh/sshd_config': 'Port 2222\n',
    ...Object.fromEntries(services.map((name) => [`/usr/lib/systemd/system/${name}.service`, unit(name)])),
    ...files,
  })
  if (enabled.length > 0)
    execFileSync('systemctl', [`--root=${system.root}`, 'enable', ...enabled.map((name) => `${name}.service`)], { stdio: 'ignore' })
  repairs = repairsOf(system, createFirewallTask(systemClock))
}
afterEach(() => system.remove())

const read = (path: string) => readFileSync(join(system.root, path), 'utf8')
const states = () => statesOf(repairs, 'firewall')

describe('firewall', () => {
  it('says that there is none', async () => {
    start({}, [])
    expect(await states()).toEqual({ firewall: 'fine firewall-none' })
  })

  it.each([
    ['ufw', ufw, 'ufw'],
    ['nftables', { '/etc/nftables.conf': nftables }, 'nftables'],
    ['iptables', { '/etc/iptables/rules.v4': rulesV4, '/etc/iptables/rules.v6': rulesV4 }, 'netfilter-persistent'],
    ['iptables', { '/etc/iptables/iptables.rules': rulesV4, '/etc/iptables/ip6tables.rules': rulesV4 }, 'iptables'],
    ['firewalld', { '/etc/firewalld/firewalld.conf': 'DefaultZone=public\n', '/etc/firewalld/zones/public.xml': zone }, 'firewalld'],
    ['csf', { '/etc/csf/csf.conf': 'TCP_IN = "22"\nTCP6_IN = "22"\nIPV6 = "1"\n' }, 'csf'],
  ])('finds that %s keeps port 2222 closed, opens it, or turns it off', async (tool, files: Record<string, string>, service) => {
    start(files, [service])
    const id = `firewall:${tool}`
    expect(await states()).toEqual({ [id]: 'fault firewall-keeps-out' })
    expect(findingsOf(repairs, 'firewall')[0]).toMatchObject({ keepsOut: true, words: { values: { port: 2222, family: 'IPv4' } } })

    const opened = await applyProposal(repairs, 'firewall', id, 'firewall-let-in')
    expect(opened.result).toBe('verified')
    expect(await states()).toEqual({ [id]: 'fine firewall-lets-in' })
    await repairs.undo(opened.id)
    for (const [path, text] of Object.entries(files)) expect(read(path)).toBe(text)

    const off = await applyProposal(repairs, 'firewall', id, 'firewall-turn-off')
    expect(off.result).toBe('verified')
    expect(await states()).toEqual({ [id]: 'fine firewall-off' })
    await repairs.undo(off.id)
    expect(await states()).toEqual({ [id]: 'fault firewall-keeps-out' })
  })

  it('lets rules lie that nothing loads', async () => {
    start({ '/etc/nftables.conf': nftables, '/etc/iptables/rules.v4': rulesV4 }, [])
    expect(await states()).toEqual({ 'firewall:nftables': 'fine firewall-off', 'firewall:iptables': 'fine firewall-off' })
  })

  it('only warns when the other family is closed', async () => {
    start({ '/etc/iptables/rules.v4': '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', '/etc/iptables/rules.v6': rulesV4 }, [
      'netfilter-persistent',
    ])
    expect(await states()).toEqual({ 'firewall:iptables': 'warning firewall-other-family' })
  })

  it('finds this client among the bans, and has it ignored', async () => {
    start(
      {
        '/var/lib/fail2ban/.keep': '',
        '/etc/fail2ban/jail.conf': '[DEFAULT]\nignoreip = 127.0.0.1/8 ::1\n',
        '/etc/fail2ban/jail.d/defaults-debian.conf': '[sshd]\nenabled = true\n',
        // Its own list overrides that of all, and this file those before it.
        '/etc/fail2ban/jail.d/ssh.local': '[sshd]\nignoreip = 198.51.100.0/24\n',
      },
      ['fail2ban'],
    )
    const database = join(system.root, 'var/lib/fail2ban/fail2ban.sqlite3')
    const { exitCode } = await system.machine.run({
      risk: 'writes',
      words: [
        'sqlite3',
        database,
        "CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON, PRIMARY KEY(ip, jail)); INSERT INTO bips VALUES('203.0.113.9', 'sshd', strftime('%s','now'), 600, 1, '{}'), ('198.51.100.1', 'sshd', strftime('%s','now'), -1, 1, '{}');",
      ],
    })
    expect(exitCode, 'needs sqlite3, which reads the database on the rescue system').toBe(0)
    const before = readFileSync(database)
    expect(await states()).toEqual({ fail2ban: 'fault fail2ban-bans-you' })
    expect(readFileSync(database).equals(before) && !existsSync(`${database}-journal`)).toBe(true)
    const change = await applyProposal(repairs, 'firewall', 'fail2ban', 'fail2ban-ignore')
    expect(change.result).toBe('verified')
    expect(read('/etc/fail2ban/jail.d/zzz-rescueterm.local')).toBe('[sshd]\nignoreip = 198.51.100.0/24 203.0.113.9\n')
    await repairs.undo(change.id)
    expect(await states()).toEqual({ fail2ban: 'fault fail2ban-bans-you' })
    system.write('/var/lib/fail2ban/fail2ban.sqlite3', 'not a database')
    expect(await states()).toEqual({ fail2ban: 'unknown fail2ban-unread' })
  })

  it('reads hosts.deny where sshd does', async () => {
    start({ '/etc/hosts.deny': '# DenyHosts\nsshd: 203.0.113.9\n' }, [])
    expect(await states()).toEqual({ 'hosts-deny': 'fault hosts-deny' })
    expect((await applyProposal(repairs, 'firewall', 'hosts-deny', 'hosts-allow')).result).toBe('verified')
    expect(read('/etc/hosts.allow')).toBe('sshd: 203.0.113.9\n')
    system.os = { id: 'almalinux', like: ['rhel', 'centos', 'fedora'], version: '9.4', name: 'AlmaLinux 9.4' }
    expect(await states()).toEqual({ firewall: 'fine firewall-none' })
  })
})
