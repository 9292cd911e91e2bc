/** Accounts, sshd_config and keys as the distributions write them, cut short, and hostile. */
import { describe, expect, it } from 'vitest'
import { type Account, canBecomeRoot, expiryOf, peopleOf, readAccounts, readSudoRules } from '../../../electron/repair/access/accounts.js'
import { countUsableKeys, keyPaths, publicKeyLine } from '../../../electron/repair/access/authorized-keys.js'
import { countFailures } from '../../../electron/repair/access/faillock.js'
import { type LoginFacts, waysIn } from '../../../electron/repair/access/login.js'
import { listenPorts, readAnswer, serviceOf } from '../../../electron/repair/access/sshd.js'
import { holdsFor, settingsOfDump, settingsOfLines, sshdLines } from '../../../electron/repair/access/sshd-config.js'
import { editSteps, withSettings, withUser } from '../../../electron/repair/access/sshd-steps.js'
import { matchesGlob, matchesPattern } from '../../../electron/repair/glob.js'
import { unitsOf } from '../../../electron/repair/units.js'

const debian = { id: 'debian', like: [], version: '12' }
const hash = '$6$salt$abcdefghijklmnop'
const accountOf = (shadow: string, os: Parameters<typeof readAccounts>[1] = debian, passwd = 'root:x:0:0:root:/root:/bin/bash'): Account =>
  readAccounts({ passwd: `${passwd}\n`, shadow: `${shadow}\n`, group: 'wheel:x:10:root,ann\nann:x:1000:\n' }, os)[0]!

describe('accounts', () => {
  it.each([
    [`root:${hash}:1:0:9:7:::`, { kind: 'set', scheme: 'SHA-512' }],
    ['root:$y$j9T$abc$def:1:0:9:7:::', { kind: 'set', scheme: 'yescrypt' }],
    ['root:abJnggxhB/yWI:1::::::', { kind: 'set', scheme: 'DES' }],
    [`root:!${hash}:1::::::`, { kind: 'locked' }],
    ['root:!:1::::::', { kind: 'none' }],
    ['root:!!:1::::::', { kind: 'none' }],
    ['root:*:1::::::', { kind: 'none' }],
    ['root::1::::::', { kind: 'empty' }],
    ['root:$9$what$is:1::::::', { kind: 'unknown-hash', scheme: '$9$' }],
    ['root', { kind: 'none' }],
    ['', { kind: 'none' }],
  ])('%s', (line, password) => expect(accountOf(line).password).toEqual(password))

  it.each([
    ['debian', [], '12', 'set'],
    ['debian', [], '10', 'unknown-hash'],
    ['ubuntu', ['debian'], '22.04', 'set'],
    ['ubuntu', ['debian'], '18.04', 'unknown-hash'],
    ['almalinux', ['rhel', 'centos', 'fedora'], '8.10', 'unknown-hash'],
    ['almalinux', ['rhel', 'centos', 'fedora'], '9.4', 'set'],
    ['fedora', [], '40', 'set'],
    ['arch', [], '', 'set'],
    ['alpine', [], '3.20.3', 'unknown-hash'],
  ])('yescrypt on %s %j %s: %s', (id, like, version, kind) =>
    expect(accountOf('root:$y$j9T$abc$def:1::::::', { id, like, version }).password.kind).toBe(kind),
  )

  it('leaves out lines that are none, and NIS', () => {
    const passwd =
      'root:x:0:0:root:/root:/bin/bash\n+::::::\n# comment\nbroken:x:zero:0::/:/bin/sh\nshort:x:1\nann:x:1000:1000:Ann,,,:/home/ann/:/bin/zsh\nweb:x:1001:1001::/srv:/usr/sbin/nologin\nsync:x:4:65534::/bin:/bin/sync\n'
    const accounts = readAccounts({ passwd, shadow: '', group: 'wheel:x:10:root,ann\nann:x:1000:\n' }, debian)
    expect(accounts.map(({ user }) => user)).toEqual(['root', 'ann', 'web', 'sync'])
    expect(peopleOf(accounts).map(({ user, home, groups }) => [user, home, groups])).toEqual([
      ['root', '/root', ['wheel']],
      ['ann', '/home/ann', ['wheel', 'ann']],
    ])
  })

  it.each([
    [`root:${hash}:20000:0:99999:7:::`, undefined],
    [`root:${hash}:0:0:99999:7:::`, 'must-change'],
    [`root:${hash}:19990:0:5:7:::`, 'password-expired'],
    [`root:${hash}:19990:0:5:7:3::`, 'password-lapsed'],
    [`root:${hash}:19990:0:5:7:30::`, 'password-expired'],
    [`root:${hash}:20000:0:99999:7::20000:`, 'account-expired'],
    [`root:${hash}:20000:0:99999:7::20001:`, undefined],
    // The last day is over with its end: Linux-PAM from 1.6 on; before, it was the day after.
    [`root:${hash}:19990:0:10:7:::`, 'password-expired'],
    [`root:${hash}:19990:0:11:7:::`, undefined],
    [`root:${hash}:19990:0:5:7:5::`, 'password-lapsed'],
    // What stands for the password does not matter.
    ['root:*:19000:0:5:7:::', 'password-expired'],
    ['root:!:19000:0:90:7:30::', 'password-lapsed'],
    [`root:!${hash}:0:0:99999:7:::`, 'must-change'],
    [`root:${hash}:20010:0:0:7:0::`, undefined],
    [`root:${hash}:19000:0:-1:7:0::`, undefined],
    [`root:${hash}::0:5:7:0::`, undefined],
    [`root:${hash}:19000:0::7:0::`, undefined],
    [`root:${hash}:x:y:z:::`, undefined],
  ])('%s ends: %s', (line, expected) => expect(expiryOf(accountOf(line), 20_000)).toBe(expected))

  it('knows who becomes root', () => {
    const rules = readSudoRules(
      'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%wheel  ALL=(ALL)  ALL\n# %sudo ALL=(ALL) ALL\nbob ALL=(ALL) NOPASSWD:ALL\nweb ALL=(ALL) NOPASSWD: /bin/systemctl\n%admin ALL=(ALL) \\\n ALL\n',
    )
    expect(rules.map(({ who, noPassword }) => `${who} ${noPassword}`)).toEqual(['root false', '%wheel false', 'bob true', '%admin false'])
    const ann = (line: string) => accountOf(line, debian, 'ann:x:1000:1000::/home/ann:/bin/bash')
    expect(canBecomeRoot(ann(`ann:${hash}:1::::::`), rules)).toBe(true)
    expect(canBecomeRoot(ann('ann:!:1::::::'), rules)).toBe(false)
    expect(canBecomeRoot({ ...ann('ann:!:1::::::'), user: 'bob' }, rules)).toBe(true)
    expect(canBecomeRoot({ ...ann('ann:!:1::::::'), user: 'web', groups: [] }, rules)).toBe(false)
  })
})

const main = '/etc/ssh/sshd_config'
const linesOf = (files: Record<string, string>) => sshdLines(new Map(Object.entries(files)))
const settings = (files: Record<string, string>) => settingsOfLines(linesOf(files))

describe('sshd_config', () => {
  it('has the first value of a keyword win, in included files too', () => {
    const files = {
      [main]: 'Include /etc/ssh/sshd_config.d/*.conf\n#PermitRootLogin no\nPermitRootLogin no\npasswordauthentication yes\nUsePAM yes\n',
      '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication no\n',
      '/etc/ssh/sshd_config.d/01-permitrootlogin.conf': '# Anaconda\nPermitRootLogin yes\n',
      '/etc/ssh/sshd_config.d/.hidden.conf': 'Port 1\n',
      '/etc/ssh/sshd_config.d/old.bak': 'Port 2\n',
    }
    expect(settings(files)).toMatchObject({ permitRootLogin: 'yes', passwords: false, pam: true, ports: [22] })
    expect(linesOf(files).map(({ file, line, keyword }) => `${file.split('/').at(-1)}:${line} ${keyword}`)).toEqual([
      '01-permitrootlogin.conf:2 permitrootlogin',
      '50-cloud-init.conf:1 passwordauthentication',
      'sshd_config:3 permitrootlogin',
      'sshd_config:4 passwordauthentication',
      'sshd_config:5 usepam',
    ])
  })

  it('gathers ports, addresses and lists', () => {
    expect(
      settings({
        [main]:
          'Port 22\nPort 2222\nPort 0\nListenAddress 192.0.2.1\nListenAddress [::1]:23\nAllowUsers ann "bob"\nAllowUsers eve@10.*\nAuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%u\nHostKey /etc/ssh/a\n',
      }),
    ).toMatchObject({
      ports: [22, 2222, 23],
      listen: ['192.0.2.1', '::1'],
      allowUsers: ['ann', 'bob', 'eve@10.*'],
      keyFiles: ['.ssh/authorized_keys', '/etc/ssh/keys/%u'],
      hostKeys: ['/etc/ssh/a'],
    })
  })

  it('keeps Match blocks apart, also across includes', () => {
    const lines = linesOf({
      [main]:
        'Match User ann\n  PasswordAuthentication yes\n  Include /etc/ssh/inner\n  PermitRootLogin yes\nMatch all\nPermitRootLogin no\n',
      '/etc/ssh/inner': 'Match all\nX11Forwarding no\n',
    })
    expect(lines.map(({ keyword, match }) => `${keyword} ${match}`)).toEqual([
      'passwordauthentication User ann',
      'x11forwarding User ann',
      'permitrootlogin User ann',
      'permitrootlogin undefined',
    ])
    expect(settingsOfLines(lines)).toMatchObject({ passwords: true, permitRootLogin: 'no' })
    const nested = linesOf({ [main]: 'Match User ann\nInclude /etc/ssh/inner\n', '/etc/ssh/inner': 'Match Group wheel\nPort 1\n' })
    expect(nested[0]!.match).toBe('User ann Group wheel')
  })

  it.each([
    ['all', true],
    ['User root', true],
    ['user=root', true],
    ['User "ann,r*"', true],
    ['User *,!root', false],
    ['User ann', false],
    ['Group wheel', true],
    ['Group wheel User ann', false],
    ['Group *,!wheel', false],
    ['Address 10.0.0.0/8', 'maybe'],
    ['User root Address 10.0.0.0/8', 'maybe'],
    ['Address 10.0.0.0/8 User ann', false],
  ])('Match %s holds for root of wheel: %s', (match, expected) =>
    expect(holdsFor(match.replaceAll('"', ''), { user: 'root', groups: ['root', 'wheel'] })).toBe(expected),
  )

  it('begins with the file of the distribution where /etc has none', () => {
    const files = {
      '/usr/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\nInclude /usr/etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n',
      '/usr/etc/ssh/sshd_config.d/50-suse.conf': 'PermitRootLogin no\n',
    }
    expect(settings(files)).toMatchObject({ pam: true, permitRootLogin: 'no' })
    expect(settings({ ...files, [main]: '' })).toMatchObject({ pam: false, permitRootLogin: 'keys' })
  })

  it('ends with files that include each other, and with no file', () => {
    expect(linesOf({ [main]: 'Include /etc/ssh/b\nPort 23\n', '/etc/ssh/b': 'Include /etc/ssh/sshd_config\n' }).at(-1)).toMatchObject({
      keyword: 'port',
    })
    expect(settings({})).toMatchObject({ ports: [22], permitRootLogin: 'keys', passwords: true })
  })

  it.each(['Port', '=', '"', 'Port "22', '\u0000\u001b[31m', 'Match', 'Include', 'Port 99999999', 'Port=-1'])(
    'reads %j without an end',
    (text) => expect(settings({ [main]: text }).ports).toEqual(text === 'Port "22' ? [22] : [22]),
  )

  it('reads what sshd -T prints', () => {
    const dump =
      'port 2222\naddressfamily any\nlistenaddress [::]:2222\nlistenaddress 0.0.0.0:2222\nusepam yes\npermitrootlogin without-password\npubkeyauthentication yes\npasswordauthentication no\nkbdinteractiveauthentication no\npermitemptypasswords no\nauthorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2\nhostkey /etc/ssh/ssh_host_rsa_key\nhostkey /etc/ssh/ssh_host_ed25519_key\nallowusers ann\nallowusers bob\nauthenticationmethods any\nauthorizedkeyscommand none\nstrictmodes yes\n'
    expect(settingsOfDump(dump)).toMatchObject({
      ports: [2222],
      listen: ['::', '0.0.0.0'],
      permitRootLogin: 'keys',
      passwords: false,
      allowUsers: ['ann', 'bob'],
      methods: [],
      otherKeys: undefined,
      hostKeys: ['/etc/ssh/ssh_host_rsa_key', '/etc/ssh/ssh_host_ed25519_key'],
    })
  })

  it.each([
    [255, 'Missing privilege separation directory: /run/sshd\n', { kind: 'fine' }],
    [1, 'sshd: no hostkeys available -- exiting.\n', { kind: 'fine' }],
    [
      255,
      '/etc/ssh/sshd_config line 3: Deprecated option UsePrivilegeSeparation\n/etc/ssh/sshd_config: line 12: Bad configuration option: Foo\n/etc/ssh/sshd_config: terminating, 1 bad configuration options\n',
      { kind: 'broken', errors: [{ file: '/etc/ssh/sshd_config', line: 12, text: 'Bad configuration option: Foo' }] },
    ],
    [
      255,
      '/etc/ssh/sshd_config line 5: unsupported option "maybe".\n',
      { kind: 'broken', errors: [{ file: '/etc/ssh/sshd_config', line: 5, text: 'unsupported option "maybe".' }] },
    ],
    [
      255,
      'Privilege separation user sshd does not exist\n',
      { kind: 'broken', errors: [{ text: 'Privilege separation user sshd does not exist' }] },
    ],
    [
      126,
      "/usr/bin/env: '/usr/sbin/sshd': Exec format error\n",
      { kind: 'unknown', reason: "/usr/bin/env: '/usr/sbin/sshd': Exec format error" },
    ],
  ])('takes exit status %i and %j for what they are', (code, stderr, syntax) => expect(readAnswer(code, '', stderr).syntax).toEqual(syntax))

  it.each([
    ['*', 'anything', true],
    ['a*c', 'abc', true],
    ['a*c', 'abd', false],
    ['a?c', 'abc', true],
    ['', '', true],
    ['a[b]c', 'a[b]c', true],
    ['a[b]c', 'abc', false],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(200), false],
  ])('%s and %s', (pattern, name, expected) => expect(matchesPattern(pattern, name)).toBe(expected))

  it.each([
    ['*.conf', '50-cloud-init.conf', true],
    ['en[sp]*', 'ens3', true],
    ['en[!sp]*', 'ens3', false],
    ['eth[0-3]', 'eth2', true],
    ['eth[0-3]', 'eth4', false],
    ['eth[3-0]', 'eth2', false],
    ['[]]', ']', true],
    ['[!]]', ']', false],
    ['eth[', 'eth[', true],
    ['eth[]', 'eth[]', true],
    ['a.b+(c)', 'a.b+(c)', true],
    ['a.b', 'axb', false],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(200), false],
  ])('a glob: %s and %s', (glob, name, expected) => expect(matchesGlob(glob, name)).toBe(expected))
})

describe('changes of sshd_config', () => {
  const root = { user: 'root', groups: ['root'] }
  const dropIn = '/etc/ssh/sshd_config.d/00-rescueterm.conf'
  const include = 'Include /etc/ssh/sshd_config.d/*.conf\n'
  const changed = (files: Record<string, string>, hasDropIns = true) => {
    const before = new Map(Object.entries(files))
    const after = withSettings(before, hasDropIns, root, { PermitRootLogin: 'yes' })
    return after && Object.fromEntries([...after].filter(([path, text]) => before.get(path) !== text))
  }
  const note = '# Added from rescue mode by RescueTerm.\n'
  it('go into a file of their own where that counts', () => {
    expect(changed({ [main]: `${include}PermitRootLogin no\n` })).toEqual({ [dropIn]: `${note}PermitRootLogin yes\n` })
    expect(changed({ [main]: include, '/etc/ssh/sshd_config.d/01-permitrootlogin.conf': 'PermitRootLogin no\n' })).toHaveProperty([dropIn])
  })
  it('need the folder to be there', () => {
    expect(changed({ [main]: include }, false)).toEqual({ [main]: `${note}PermitRootLogin yes\n${include}` })
  })
  it('go to the top of the main file where it does not', () => {
    const text = `PermitRootLogin no\n${include}`
    expect(changed({ [main]: text })).toEqual({ [main]: `${note}PermitRootLogin yes\n${text}` })
    expect(changed({ [main]: include, '/etc/ssh/sshd_config.d/00-a.conf': 'PermitRootLogin no\n' })).toHaveProperty([main])
    expect(changed({})).toBeUndefined()
  })
  it('stand in a Match block before the one that decides for this user', () => {
    const block = 'Match User ro*\n  PermitRootLogin no\n'
    expect(changed({ [main]: `${include}${block}` })).toEqual({ [dropIn]: `${note}Match User root\nPermitRootLogin yes\n` })
    expect(changed({ [main]: `UsePAM yes\n${block}` }, false)).toEqual({
      [main]: `UsePAM yes\n${note}Match User root\nPermitRootLogin yes\n${block}`,
    })
    expect(changed({ [main]: `${include}Match User ann\n  PermitRootLogin no\n` })).toEqual({ [dropIn]: `${note}PermitRootLogin yes\n` })
    // From where one comes cannot be known.
    expect(changed({ [main]: `${include}Match Address 10.*\n  PermitRootLogin no\n` })).toEqual({
      [dropIn]: `${note}Match User root\nPermitRootLogin yes\n`,
    })
  })
  it('are not proposed when a block that is read earlier decides', () => {
    expect(changed({ [main]: include, '/etc/ssh/sshd_config.d/00-a.conf': 'Match User root\nPermitRootLogin no\n' })).toBeUndefined()
  })
  it('leave the file of the distribution alone', () => {
    const vendor = '/usr/etc/ssh/sshd_config'
    expect(changed({ [vendor]: include })).toEqual({ [dropIn]: `${note}PermitRootLogin yes\n` })
    expect(changed({ [vendor]: 'UsePAM yes\n' }, false)).toEqual({ [main]: `${note}PermitRootLogin yes\nUsePAM yes\n` })
  })

  const allowed = (text: string, user: string) => withUser(new Map([[main, text]]), { user, groups: [user] })?.get(main)
  it('let one user in and keep the others', () => {
    const text = 'DenyUsers ann bob\nAllowUsers eve\n'
    expect(allowed(text, 'ann')).toBe('DenyUsers bob\nAllowUsers eve ann\n')
    expect(allowed(text, 'eve')).toBe(text)
  })
  it('do not let in whom a pattern or a block still keeps out', () => {
    expect(allowed('DenyUsers a*\nAllowUsers eve\n', 'ann')).toBeUndefined()
    expect(allowed('AllowUsers eve\nMatch User ann\nDenyUsers ann\n', 'ann')).toBeUndefined()
    expect(allowed('AllowUsers eve\nMatch User bob\nDenyUsers bob\n', 'ann')).toMatch('AllowUsers eve ann\n')
  })
  it('are steps: what is new is for root alone, and labelled', () => {
    const label = { kind: 'run', words: ['label'], risk: 'writes' } as const
    const selinux = { enforcing: true, type: 'targeted', relabel: () => [label] }
    expect(
      editSteps(
        new Map([
          ['/a', 'x'],
          ['/b', 'y'],
        ]),
        new Map([
          ['/a', 'x'],
          ['/b', 'z'],
          ['/c', 'n'],
        ]),
        selinux,
      ),
    ).toEqual([
      { kind: 'edit', path: '/b', before: 'y', after: 'z', mode: 0o600 },
      { kind: 'edit', path: '/c', before: undefined, after: 'n', mode: 0o600 },
      label,
    ])
  })
})

describe('who gets in', () => {
  const root = accountOf(`root:${hash}:20000:0:99999:7:::`)
  const ann = { ...root, user: 'ann', uid: 1000, groups: ['ann'] }
  const ways = (account: Account, config: string, rest: Partial<LoginFacts> = {}) =>
    waysIn({
      account,
      settings: settings({ [main]: config }),
      keys: { usable: 1, unsafe: [] },
      expiry: undefined,
      shellExists: true,
      nologinFile: false,
      ...rest,
    })
  it.each([
    ['PermitRootLogin yes', 'open', 'open'],
    ['', 'root-password-off', 'open'],
    ['PermitRootLogin no', 'root-off', 'root-off'],
    ['PermitRootLogin forced-commands-only', 'root-password-off', 'root-off'],
    ['PermitRootLogin yes\nPasswordAuthentication no\nUsePAM yes', 'open', 'open'],
    ['PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no', 'passwords-off', 'open'],
    ['PermitRootLogin yes\nPubkeyAuthentication no', 'open', 'keys-off'],
    ['PermitRootLogin yes\nAllowUsers ann', 'not-allowed', 'not-allowed'],
    ['PermitRootLogin yes\nAllowUsers r*', 'open', 'open'],
    ['PermitRootLogin yes\nAllowGroups admins', 'not-allowed', 'not-allowed'],
    ['PermitRootLogin yes\nDenyUsers root', 'not-allowed', 'not-allowed'],
    ['PermitRootLogin yes\nAuthenticationMethods publickey,password', 'more-asked', 'more-asked'],
    ['PermitRootLogin yes\nAuthenticationMethods publickey password', 'open', 'open'],
  ])('root with %j: %s, %s', (config, password, key) => expect(ways(root, config)).toMatchObject({ password, key }))

  it('minds the account and its keys', () => {
    expect(ways(ann, '', { keys: { usable: 0, unsafe: ['/home/ann'] } }).key).toBe('keys-unsafe')
    expect(ways(ann, '', { keys: { usable: 1, unsafe: ['/etc/keys/ann'] } }).key).toBe('open')
    expect(ways(ann, '', { keys: { usable: 0, unsafe: [] } }).key).toBe('no-keys')
    expect(ways(ann, '', { shellExists: false }).key).toBe('no-shell')
    expect(ways(ann, '', { expiry: 'account-expired' }).password).toBe('account-expired')
    expect(ways(ann, '', { nologinFile: true }).key).toBe('nologin-file')
    // Without PAM, as on Alpine, `!` bars keys too; `*` does not.
    const withField = (field: string) => accountOf(`root:${field}:20000:0:99999:7:::`)
    for (const field of ['!', '!!', `!${hash}`]) {
      expect(ways(withField(field), 'UsePAM no').key).toBe('locked')
      expect(ways(withField(field), 'UsePAM yes').key).toBe('open')
    }
    expect(ways(withField('*'), 'UsePAM no').key).toBe('open')
    expect(ways({ ...ann, password: { kind: 'empty' } }, 'UsePAM yes').password).toBe('no-password')
  })

  it.each([
    // pam_unix looks at the dates for keys as well; who has no password cannot change it (passwd asks for the old one).
    ['password-lapsed', 'set', 'UsePAM yes', 'password-lapsed', 'password-lapsed'],
    ['password-expired', 'set', 'UsePAM yes', 'open', 'open'],
    ['must-change', 'set', 'UsePAM yes', 'open', 'open'],
    ['password-expired', 'none', 'UsePAM yes', 'password-expired', 'password-expired'],
    ['must-change', 'locked', 'UsePAM yes', 'must-change', 'must-change'],
    // sshd itself looks at the end of the account alone.
    ['password-lapsed', 'set', 'UsePAM no', 'open', 'open'],
    ['password-expired', 'none', 'UsePAM no', 'no-password', 'open'],
    ['account-expired', 'set', 'UsePAM no', 'account-expired', 'account-expired'],
  ] as const)('%s with a password %s, %s: %s, %s', (expiry, kind, config, password, key) =>
    expect(ways({ ...ann, password: { kind } as Account['password'] }, config, { expiry })).toMatchObject({ password, key }),
  )

  it.each([
    ['AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys', 'unsure'],
    ['TrustedUserCAKeys /etc/ssh/ca.pub', 'unsure'],
    ['AuthorizedKeysCommand none', 'no-keys'],
    ['AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys\nAuthenticationMethods publickey,password', 'more-asked'],
    ['AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys\nPubkeyAuthentication no', 'keys-off'],
  ])('without a key in a file, with %j: %s', (config, key) => expect(ways(ann, config, { keys: { usable: 0, unsafe: [] } }).key).toBe(key))

  it('is unsure about rules with a host in them', () => {
    expect(ways(ann, 'AllowUsers ann@10.0.0.*')).toMatchObject({ password: 'open', unsure: true })
    expect(ways(ann, 'AllowUsers bob@10.0.0.*')).toMatchObject({ password: 'not-allowed' })
  })
})

describe('keys', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBkUZUCR3kYIz34D8hBkR/fcLi1/xi0SrG5yN/BZILGB'
  it('counts those that lead to a shell', () => {
    expect(
      countUsableKeys(
        `# me\n${key} me\n\nfrom="10.0.0.0/8,*.example.org",no-pty ${key}\nno-port-forwarding,command="echo \\"log in as debian\\"; sleep 10" ${key}\ncert-authority ${key}\nssh-ed25519 AAAA\n${key.slice(0, 40)}`,
        settings({}),
      ),
    ).toBe(2)
  })
  it('counts those whose type sshd takes', () => {
    const rsa = `ssh-rsa ${Buffer.concat([
      ...[Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), Buffer.alloc(257, 1)].flatMap((part) => {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(part.length)
        return [length, part]
      }),
    ]).toString('base64')}`
    const count = (config: string) => countUsableKeys(`${key}\n${rsa}\n`, settings({ [main]: config }))
    expect(count('')).toBe(2)
    expect(count('PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256,rsa-sha2-512')).toBe(1)
    expect(count('PubkeyAcceptedKeyTypes ssh-ed*')).toBe(1)
    expect(count('PubkeyAcceptedAlgorithms +ssh-dss')).toBe(2)
    expect(count('PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256')).toBe(0)
  })
  it('finds their files', () => {
    const ann = { ...accountOf('root:*:1::::::'), user: 'ann', uid: 1000, home: '/home/ann' }
    expect(keyPaths(['.ssh/authorized_keys', '%h/.ssh/k', '/etc/ssh/keys/%u-%U', '%%x'], ann)).toEqual([
      '/home/ann/.ssh/authorized_keys',
      '/home/ann/.ssh/k',
      '/etc/ssh/keys/ann-1000',
      '/home/ann/%x',
    ])
  })
  it('takes one public key, and strips its comment', () => {
    expect(publicKeyLine(` ${key}  me\u001b[31m@laptop \n`)).toBe(`${key} me@laptop`)
    for (const text of ['', 'ssh-ed25519', `example.org ${key}`, `${key}\n${key}`, `no-pty ${key}`])
      expect(() => publicKeyLine(text)).toThrow()
  })
})

describe('services and sockets', () => {
  const service = (list: string) => serviceOf(unitsOf(list))
  it.each([
    [
      'ssh.service enabled enabled\nsshd.service alias -\nssh.socket disabled enabled\n',
      { unit: 'ssh.service', socket: undefined, state: 'enabled' },
    ],
    ['ssh.service disabled enabled\nssh.socket enabled enabled\n', { unit: 'ssh.service', socket: 'ssh.socket', state: 'enabled' }],
    ['sshd.service enabled enabled\nsshd.socket disabled disabled\n', { unit: 'sshd.service', socket: undefined, state: 'enabled' }],
    ['ssh.service masked enabled\n', { unit: 'ssh.service', socket: undefined, state: 'masked' }],
    ['cron.service enabled enabled\n', { unit: undefined, socket: undefined, state: 'disabled' }],
  ])('%j', (list, expected) => expect(service(list)).toEqual(expected))

  it('reads the ports of a socket', () => {
    expect(
      listenPorts([
        '[Socket]\nListenStream=22\nAccept=no\n',
        '[Socket]\nListenStream=\nListenStream=0.0.0.0:2222\nListenStream=[::]:2222\nListenStream=/run/x\n',
      ]),
    ).toEqual([2222])
  })

  it('counts the records of faillock', () => {
    const record = (status: number) => {
      const bytes = Buffer.alloc(64)
      bytes.writeUInt16LE(status, 54)
      return bytes
    }
    expect(countFailures(Buffer.concat([record(1), record(0), record(3), record(1).subarray(0, 60)]))).toBe(2)
  })
})
