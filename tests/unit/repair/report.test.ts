/** A report for a ticket: the verdict, and that no planted secret leaves with it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceOf } from '../../../electron/repair/build-finding.js'
import { type Removed, redact, type SecretKind } from '../../../electron/repair/redact.js'
import { type ReportInput, writeReport } from '../../../electron/repair/report.js'
import { type Finding, repairTasks } from '../../../shared/repair.js'

const letters = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.array(fc.constantFrom(...alphabet), { minLength, maxLength }).map((all) => all.join(''))
const AZ = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const word = `${AZ}${AZ.toLowerCase()}0123456789`

/** A text with a secret in it, and the part that must be gone. */
const planted: Record<SecretKind, fc.Arbitrary<{ text: string; secret: string }>> = {
  'password-hash': fc
    .tuple(fc.constantFrom('$6$', '$5$', '$1$', '$y$j9T$', '$2b$12$'), letters(`${word}./`, 16), letters(`${word}./`, 43))
    .map(([id, salt, hash]) => ({ text: `root:${id}${salt}$${hash}:20411:0:99999:7:::`, secret: hash })),
  'private-key': fc
    .tuple(fc.constantFrom('OPENSSH ', 'RSA ', 'EC ', ''), fc.array(letters(`${word}+/`, 64), { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([type, lines, isWhole]) => ({
      text: `-----BEGIN ${type}PRIVATE KEY-----\n${lines.join('\n')}${isWhole ? `\n-----END ${type}PRIVATE KEY-----` : ''}`,
      secret: lines[0]!,
    })),
  token: fc
    .oneof(
      letters(word, 36).map((text) => [`ghp_${text}`, text]),
      letters(`${AZ}0123456789`, 16).map((text) => [`AKIA${text}`, text]),
      letters(word, 24).map((text) => [`xoxb-${text}`, text]),
      letters(word, 40).map((text) => [`Authorization: Bearer ${text}`, text]),
      fc.tuple(letters(word, 20), letters(word, 30)).map(([a, b]) => [`eyJ${a}.eyJ${b}.${a}`, b]),
    )
    .map(([text, secret]) => ({ text: text!, secret: secret! })),
  password: fc
    .tuple(fc.constantFrom('password=', 'DB_PASSWORD: ', 'api_key = ', 'client-secret="', 'token='), letters(word, 8, 30))
    .map(([name, secret]) => ({ text: `${name}${secret}${name.endsWith('"') ? '"' : ''}`, secret })),
  'url-credentials': fc
    .tuple(fc.constantFrom('https', 'postgres', 'mysql', 'ftp'), letters(word, 10, 20))
    .map(([scheme, secret]) => ({ text: `${scheme}://user:${secret}@db.internal:5432/x`, secret })),
  email: fc.tuple(letters(AZ.toLowerCase(), 8), letters(AZ.toLowerCase(), 9)).map(([a, b]) => ({ text: `${a}@${b}.example`, secret: a })),
}
const surroundings = fc.constantFrom('', ' ', '\n', '  key: ', '(', 'Nov 24 01:52:18 host app[1]: ', '> "', '\t', '; ')

describe('redaction', () => {
  it.each(Object.keys(planted) as SecretKind[])('lets no %s through, wherever it stands', (kind) => {
    fc.assert(
      fc.property(planted[kind], surroundings, surroundings, ({ text, secret }, before, after) => {
        const removed: Removed = {}
        const line = kind === 'password-hash' ? '' : before
        const result = redact(`first line\n${line}${text}${after.replace(/^(?=\S)/, ' ')}\nlast line`, removed)
        expect(result).not.toContain(secret)
        expect(result).toContain('[removed]')
        expect(Object.values(removed).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      }),
    )
  })

  it.each([
    ['netplan', 'access-points:\n  "home":\n    password: SECRET of two words', ['SECRET', 'two words']],
    ['netplan in one line', 'access-points: {home: {password: "SECRET words", hidden: true}}', ['SECRET']],
    [
      'netplan tunnels',
      'keys:\n  private: 4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8=\n',
      ['4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8'],
    ],
    ['WireGuard', '[Interface]\nPrivateKey = SECRET+/aa=\n[Peer]\nPresharedKey = SECRET+/bb=\n', ['SECRET']],
    [
      'NetworkManager',
      '[wifi-security]\npsk=SECRET with blanks\nwep-key0=SECRET\n[vpn-secrets]\npassword-raw=SECRET',
      ['SECRET', 'with blanks'],
    ],
    ['ifcfg', "WPA_PSK='SECRET words'\nKEY_PASSPHRASE1=SECRET", ['SECRET']],
    ['ifupdown', 'iface wlan0 inet dhcp\n  wpa-psk SECRET\n', ['SECRET']],
    ['cloud-init, a list of accounts', 'chpasswd:\n  expire: false\n  list: |\n    root:SECRET\n    ubuntu:SECRET\nruncmd: []', ['SECRET']],
    ['cloud-init, a list in brackets', 'chpasswd:\n  list: [root:SECRET, ubuntu:SECRET]\n', ['SECRET']],
    ['cloud-init, users', 'chpasswd:\n  users:\n    - {name: root, password: SECRET, type: text}\npassword: SECRET\n', ['SECRET']],
    ['a block of YAML', 'db_password: |\n  SECRET line\n  SECRET line\nport: 1\n', ['SECRET']],
    ['a command for chpasswd', "runcmd: echo 'root:SECRET' | chpasswd", ['SECRET']],
    ['rclone', '[remote]\npass = SECRET\npassword2 = SECRET\ntoken = {"access_token":"SECRET","refresh_token":"SECRET"}', ['SECRET']],
    ['AWS', 'aws_access_key_id = ASIASECRET\naws_secret_access_key = SECRET/x+y\naws_session_token=SECRET', ['SECRET']],
    [
      'a URL',
      'mysql://root:SECRET@db/x redis://:SECRET@cache postgres://u:SEC@RET@db https://SECRETSECRETSECRETSECRET@git/x',
      ['SECRET', 'RET@'],
    ],
    ['an environment', 'PGPASSWORD=SECRET psql; export MYSQL_PWD=SECRET; SMTP_PASS=SECRET', ['SECRET']],
    ['a connection string', 'Server=db;Uid=app;Pwd=SECRET word;', ['SECRET', 'word']],
    ['options', 'mysql -u root -pSECRET x; sshpass -p SECRET ssh x; curl -s -u admin:SECRET https://x; tool --password SECRET', ['SECRET']],
    ['htpasswd', 'admin:$apr1$ab12$SECRETSECRETSECRETSECRE\nbob:{SHA}SECRETSECRETSECRET=\neve:SECRETSECRETa', ['SECRET']],
    ['argon2', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$SECRET+/SECRET', ['SECRET']],
    [
      'hashes of databases',
      '*0123456789ABCDEF0123456789ABCDEF01234567 SCRAM-SHA-256$4096:c2FsdA==$SECRETSECRET:SECRET=',
      ['0123456789ABCDEF', 'SECRET'],
    ],
    ['netrc and pgpass', 'machine x login bob password SECRET\ndb.internal:5432:app:bob:SECRET', ['SECRET']],
    ['redis', 'requirepass SECRET\nmasterauth SECRET', ['SECRET']],
    ['docker', '{"auths": {"registry": {"auth": "SECRETSECRET="}}}', ['SECRET']],
    ['a token over several lines', 'token is eyJhbGciOiJIUzI1NiJ9\n    eyJzdWIiOiJSECRET\n    .SECRETSECRET\nnext line', ['SECRET']],
    ['a header', 'Authorization: Basic SECRETSECRET==', ['SECRET']],
    ['PGP', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nSECRET\n-----END PGP PRIVATE KEY BLOCK-----', ['SECRET']],
    ['the end of a key', 'SECRETSECRETSECRETSECRET\nSECRETSECRET==\n-----END RSA PRIVATE KEY-----', ['SECRET']],
    ['PuTTY', 'Public-Lines: 1\nAAAA\nPrivate-Lines: 2\nSECRETSECRET\nSECRET==\nPrivate-MAC: ab', ['SECRET']],
  ])('knows %s', (_, text, secrets) => {
    const once = redact(text, {})
    for (const secret of secrets) expect(once).not.toContain(secret)
    expect(redact(once, {})).toBe(once)
    // As evidence of a report stands, and on the screen.
    const indented = text.replaceAll(/^/gm, '    ')
    for (const secret of secrets) expect(redact(indented, {})).not.toContain(secret)
    for (const secret of secrets) expect(evidenceOf('x', text).text).not.toContain(secret)
  })

  it('leaves what stands beside a secret', () => {
    expect(redact('chpasswd:\n  list: |\n    root:x\nruncmd: []', {})).toBe('chpasswd:\n  list: [removed]\nruncmd: []')
    expect(redact('psk=a b\nssid=home\n', {})).toBe('psk=[removed]\nssid=home\n')
    expect(redact('app: token=abc for bob', {})).toBe('app: token=[removed] for bob')
    expect(redact('sudo: bob : TTY=pts/0 ; PWD=/root ; USER=root', {})).toBe('sudo: bob : TTY=pts/0 ; PWD=/root ; USER=root')
    expect(evidenceOf('x', 'ssh-ed25519 AAAA bob@example.org').text).toBe('ssh-ed25519 AAAA bob@example.org')
  })

  it.each([
    'a',
    'a.',
    'eyJ',
    'A'.repeat(16).concat('\n'),
    'pass',
    'chpasswd:\n list:\n',
    ' a\n',
    'a@',
    'x://a:',
    '$1$',
    ':',
    'mysql ',
    'curl a ',
    'login a ',
    'echo ',
    'list:\n ',
  ])('takes its time for no text: %j', (part) => {
    const began = performance.now()
    evidenceOf('x', part.repeat(200_000))
    redact(part.repeat(4000), {})
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it.each([
    'UUID=1c5e0f7a-2b7d-4e55-b0c8-9f0d6a4be210 /srv/data ext4 defaults,nofail 0 2',
    'PasswordAuthentication no',
    'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 (ED25519)',
    '-----BEGIN PUBLIC KEY-----',
    '/etc/ssh/sshd_config.d/50-cloud-init.conf',
    '6.1.0-50-cloud-amd64',
    'password   requisite pam_pwquality.so retry=3',
    '2001:41d0:1:2:3',
    'ssh://bob@example',
    'PermitRootLogin prohibit-password',
    '2026-11-24T01:52:18Z systemd: Failed to set up credentials: Protocol error',
    '2026-11-24T01:52:18Z sshd: error: Could not load host key: /etc/ssh/ssh_host_ed25519_key',
    '2026-11-24T01:52:18Z sshd: Failed password for root from 203.0.113.9 port 40022 ssh2',
    'ens3 fa:16:3e:00:00:01 203.0.113.7/24 2001:db8::7/64',
    '-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "ssh" -j ACCEPT',
    'UUID=9acc75c2-4c37-4d7d-a917-fa795d4109f6 / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm bob',
    'root:*:20411:0:99999:7:::',
    'root:!:20411:0:99999:7:::',
    'ssh.service: Failed with result exit-code',
    'https://example.org/a?b=c',
    'x=[removed]',
  ])('leaves %j as it is', (text) => {
    const removed: Removed = {}
    expect(redact(text, removed)).toBe(text)
    expect(removed).toEqual({})
  })

  it('does the same twice', () => {
    fc.assert(
      fc.property(fc.oneof(...Object.values(planted)), ({ text }) => {
        const once = redact(text, {})
        expect(redact(once, {})).toBe(once)
      }),
    )
  })
})

const finding = (
  code: string,
  state: Finding['state'],
  values: Finding['words']['values'] = {},
  evidence: Finding['evidence'] = [],
): Finding => ({
  id: code,
  state,
  words: { code, values },
  evidence,
  proposals: [],
  keepsOut: false,
})

function input(findings: Finding[], rest: Partial<ReportInput> = {}): ReportInput {
  return {
    name: 'vps-111111d.vps.ovh.ca',
    at: new Date('2026-11-24T03:04:00Z'),
    language: 'en',
    disks: { phase: 'found', volumes: [], chain: [] },
    repair: {
      tasks: repairTasks.map((task) => ({ task, phase: 'done', findings: task === 'boot' ? findings : [] })),
      changes: [],
      commands: [],
    },
    speed: undefined,
    parts: { evidence: true, commands: true },
    ...rest,
  }
}

describe('report', () => {
  const gone = finding('fstab-unknown-device', 'fault', { path: '/srv/data', source: 'UUID=1c5e', line: 4, what: 'stops' }, [
    { source: '/etc/fstab', line: 4, text: 'UUID=1c5e /srv/data ext4 defaults 0 2' },
  ])

  it.each([
    ['a fault on the disk', [gone], 'software'],
    ['failed reads', [gone, finding('speed-io-errors', 'fault', { n: 3 })], 'hardware'],
    ['failing memory', [finding('speed-memory-errors', 'fault', { n: 1 })], 'hardware'],
    ['nothing', [finding('speed-io-fine', 'fine')], 'nothing-found'],
  ] as const)('judges %s', (_, findings, verdict) => {
    expect(writeReport(input([...findings])).verdict).toBe(verdict)
  })

  it('says that it does not know what was not examined', () => {
    const { repair } = input([])
    const tasks = repair.tasks.map((one) => (one.task === 'boot' ? { ...one, phase: 'failed' as const } : one))
    expect(writeReport(input([], { repair: { ...repair, tasks } })).verdict).toBe('unknown')
  })

  it.each([
    ['en', '## fstab waits for a disk that is gone', '## Verdict'],
    ['fr', '## fstab attend un disque', '## Verdict'],
  ] as const)('is written in %s, with its evidence', (language, title, heading) => {
    const { markdown, fileName } = writeReport(input([gone], { language }))
    expect(markdown).toContain(heading)
    expect(markdown).toContain(title)
    expect(markdown).toContain('/etc/fstab:4\n    UUID=1c5e /srv/data')
    expect(fileName).toBe('vps-111111d.vps.ovh.ca-20261124-0304')
  })

  it('takes secrets out of evidence and commands, in both forms', () => {
    fc.assert(
      fc.property(fc.oneof(...Object.values(planted)), ({ text, secret }) => {
        const findings = [finding('journal-errors', 'warning', { n: 1, failed: 'no', unit: '' }, [{ source: 'journalctl', text }])]
        const asked = input(findings)
        const at = '2026-11-24T03:00:00.000Z'
        asked.repair.commands.push({ at, command: `echo ${text}`, risk: 'reads', milliseconds: 1, timedOut: false })
        const { markdown, json } = writeReport(asked)
        expect(markdown).not.toContain(secret)
        expect(JSON.stringify(json)).not.toContain(secret)
      }),
    )
  })
})
