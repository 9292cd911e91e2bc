/** "Root password and access" on a real tree, with the real chpasswd, usermod, chage, sshd, ssh-keygen and systemctl. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { createAccessTask } from '../../../electron/repair/access/access-task.js'
import type { Repairs } from '../../../electron/repair/repairs.js'
import { applyProposal, createTestSystem, findingsOf, repairsOf, statesOf, type TestSystem } from '../../support/mounted-system.js'

const today = Math.floor(Date.now() / 86_400_000)
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBkUZUCR3kYIz34D8hBkR/fcLi1/xi0SrG5yN/BZILGB admin@laptop'
const unit = (name: string) =>
  `[Unit]\nDescription=${name}\n[Service]\nExecStart=/usr/sbin/sshd -D\n[Install]\nWantedBy=multi-user.target\n`

/** As Debian 12 cloud images are: root locked, `debian` with a key and sudo, no passwords over SSH. */
const cloudImage = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nsshd:x:103:65534::/run/sshd:/usr/sbin/nologin\ndebian:x:1000:1000:Debian:/home/debian:/bin/bash\n',
  '/etc/shadow': `root:*:${today}:0:99999:7:::\nsshd:!:${today}::::::\ndebian:!:${today}:0:99999:7:::\n`,
  '/etc/group': 'root:x:0:\nsudo:x:27:debian\ndebian:x:1000:\nnogroup:x:65534:\n',
  '/etc/login.defs': 'UID_MIN 1000\n',
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\n',
  '/etc/sudoers': 'root ALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n',
  '/etc/sudoers.d/90-cloud-init-users': '# User rules for debian\ndebian ALL=(ALL) NOPASSWD:ALL\n',
  '/etc/ssh/sshd_config':
    'Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nSubsystem sftp /usr/lib/openssh/sftp-server\n',
  '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication no\n',
  '/usr/sbin/sshd': '',
  '/usr/bin/bash': '',
  '/usr/lib/systemd/system/ssh.service': unit('ssh'),
}

let system: TestSystem
let repairs: Repairs
const start = (files: Record<string, string> = {}) => {
  if (process.getuid?.() !== 0) throw new Error('tests of access need root: the tools change owners and mount')
  system = createTestSystem({ ...cloudImage, ...files })
  for (const home of ['home/debian', 'home/debian/.ssh']) mkdirSync(join(system.root, home), { recursive: true, mode: 0o700 })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(system.root, 'etc/ssh/ssh_host_ed25519_key')])
  execFileSync('systemctl', [`--root=${system.root}`, 'enable', 'ssh.service'], { stdio: 'ignore' })
  system.write('/home/debian/.ssh/authorized_keys', `${key}\n`, 0o600)
  execFileSync('chown', ['-R', '1000:1000', join(system.root, 'home/debian')])
  repairs = repairsOf(system, createAccessTask(systemClock))
}
beforeEach(() => start())
afterEach(() => system?.remove())

const read = (path: string) => readFileSync(join(system.root, path), 'utf8')
const states = () => statesOf(repairs, 'access')
const apply = (finding: string, proposal: string, answer?: Parameters<typeof applyProposal>[4]) =>
  applyProposal(repairs, 'access', finding, proposal, answer)
const shadowOf = (user: string) =>
  read('/etc/shadow')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))!
    .split(':')
/** Does this password open the account? By crypt(3) itself. */
const opens = async (user: string, password: string) => {
  const words = ['perl', '-e', 'my ($p, $h) = map { chomp; $_ } <STDIN>; print crypt($p, $h) eq $h ? 1 : 0'] as const
  const { stdout } = await system.machine.run({ words, risk: 'reads', stdin: `${password}\n${shadowOf(user)[1]}\n` })
  return stdout.toString() === '1'
}

describe('access', () => {
  it('finds a cloud image in order, and says who gets in', async () => {
    expect(await states()).toEqual({
      'way-in': 'fine way-in',
      'ssh:root': 'fine ssh-root-nothing',
      'ssh:debian': 'fine ssh-in',
      'password:root': 'fine password-none',
      'password:debian': 'fine password-none',
      'sshd-config': 'fine sshd-valid',
      'sshd-host-keys': 'fine sshd-host-keys',
      'sshd-service': 'fine sshd-service-on',
    })
  })

  it('changes a password with every character that a shell could take for its own, and takes it back', async () => {
    const password = `p <&>$'"\\ \`id\`:é%s`
    const change = await apply('password:root', 'change-password', { kind: 'password', password })
    expect(change.result).toBe('verified')
    expect(await opens('root', password)).toBe(true)
    expect(await opens('root', `${password} `)).toBe(false)
    expect(JSON.stringify(change)).not.toContain('id`')
    expect((await states())['ssh:root']).toBe('warning ssh-console-only')
    await repairs.undo(change.id)
    expect(shadowOf('root')[1]).toBe('*')
    expect(shadowOf('debian')[1]).toBe('!')
  })

  it('takes a password back only while nothing has changed the file since', async () => {
    chmodSync(join(system.root, 'etc/shadow'), 0o640)
    const first = await apply('password:root', 'change-password', { kind: 'password', password: 'of root' })
    const second = await apply('password:debian', 'change-password', { kind: 'password', password: 'of debian' })
    await expect(repairs.undo(first.id)).rejects.toMatchObject({ code: 'file-changed' })
    expect([await opens('root', 'of root'), await opens('debian', 'of debian')]).toEqual([true, true])
    await repairs.undo(second.id)
    expect([await opens('root', 'of root'), shadowOf('debian')[1]]).toEqual([true, '!'])
    await repairs.undo(first.id)
    expect(shadowOf('root')[1]).toBe('*')
    expect(statSync(join(system.root, 'etc/shadow')).mode & 0o777).toBe(0o640)
  })

  it('locks no other password than the one it unlocked', async () => {
    system.write(
      '/etc/shadow',
      `root:!$6$abcdefgh$${'x'.repeat(86)}:${today}:0:99999:7:::\nsshd:!:${today}::::::\ndebian:!:${today}:0:99999:7:::\n`,
    )
    const unlock = await apply('password:root', 'unlock-password')
    await apply('password:root', 'change-password', { kind: 'password', password: 'a new one' })
    await expect(repairs.undo(unlock.id)).rejects.toMatchObject({ code: 'file-changed' })
    expect(await opens('root', 'a new one')).toBe(true)
  })

  it('has labels put back where SELinux is on: all at the start, or those of the files alone', async () => {
    system.write('/etc/selinux/config', 'SELINUX=enforcing\nSELINUXTYPE=targeted\n')
    const change = await apply('password:root', 'change-password', { kind: 'password', password: 'long enough' })
    expect(change.result).toBe('verified')
    await repairs.undo(change.id)
    // What undo wrote needs its label too.
    expect(existsSync(join(system.root, '.autorelabel'))).toBe(true)
    execFileSync('rm', [join(system.root, '.autorelabel')])
    system.write('/home/debian/.ssh/authorized_keys', '')
    expect((await apply('way-in', 'let-root-in', { kind: 'password', password: 'long enough' })).result).toBe('verified')
    execFileSync('rm', [join(system.root, '.autorelabel')])
    for (const path of ['/usr/sbin/setfiles', '/proc/version', '/etc/selinux/targeted/contexts/files/file_contexts'])
      system.write(path, 'x')
    await repairs.examine(['access'])
    const plan = repairs.plan({
      task: 'access',
      findingId: 'password:root',
      proposalId: 'change-password',
      answer: { kind: 'password', password: 'x' },
    })
    expect(plan.steps.at(-1)).toMatchObject({
      kind: 'run',
      command: expect.stringMatching(
        /setfiles -i -F \/etc\/selinux\/targeted\/contexts\/files\/file_contexts \/etc\/passwd \/etc\/shadow$/,
      ),
    })
    // usermod and gpasswd write both anew, there and back.
    system.write('/etc/ssh/sshd_config.d/10-mine.conf', 'AllowGroups root\n')
    await repairs.examine(['access'])
    const group = repairs.plan({ task: 'access', findingId: 'ssh:debian', proposalId: 'allow-user-group', answer: { kind: 'none' } })
    expect(group.steps.at(-1)).toMatchObject({ command: expect.stringMatching(/file_contexts \/etc\/group \/etc\/gshadow$/) })
  })

  it('refuses a password with a line end', async () => {
    await repairs.examine(['access'])
    expect(() =>
      repairs.plan({
        task: 'access',
        findingId: 'password:root',
        proposalId: 'change-password',
        answer: { kind: 'password', password: 'a\nroot:b' },
      }),
    ).toThrow()
  })

  it('lets root in by password with a file that is read first', async () => {
    await apply('password:root', 'change-password', { kind: 'password', password: 'long enough' })
    const change = await apply('ssh:root', 'allow-password-login')
    expect(change.result).toBe('verified')
    expect(read('/etc/ssh/sshd_config.d/00-rescueterm.conf')).toContain('PermitRootLogin yes\nPasswordAuthentication yes\n')
    expect((await states())['ssh:root']).toBe('fine ssh-in')
    await repairs.undo(change.id)
    expect(existsSync(join(system.root, 'etc/ssh/sshd_config.d/00-rescueterm.conf'))).toBe(false)
  })

  it('edits sshd_config itself where nothing is included', async () => {
    system.write(
      '/etc/ssh/sshd_config',
      '# mine\nPermitRootLogin no\nPasswordAuthentication no\nUsePAM yes\nKbdInteractiveAuthentication no\n',
    )
    await apply('password:root', 'change-password', { kind: 'password', password: 'long enough' })
    expect((await apply('ssh:root', 'allow-password-login')).result).toBe('verified')
    expect(read('/etc/ssh/sshd_config')).toBe(
      '# mine\n# Added from rescue mode by RescueTerm.\nPermitRootLogin yes\nPasswordAuthentication yes\nPermitRootLogin no\nPasswordAuthentication no\nUsePAM yes\nKbdInteractiveAuthentication no\n',
    )
  })

  it('keeps nobody out of a system where nobody gets in', async () => {
    system.write('/home/debian/.ssh/authorized_keys', 'command="echo no" ssh-ed25519 AAAA\n')
    expect((await states())['way-in']).toBe('fault no-way-in')
    expect(findingsOf(repairs, 'access')[0]!.keepsOut).toBe(true)
    expect((await apply('way-in', 'let-root-in', { kind: 'password', password: 'correct horse' })).result).toBe('verified')
  })

  it('lets root in past the lists of sshd as well, and takes all of it back', async () => {
    system.write('/home/debian/.ssh/authorized_keys', '')
    const text =
      'AllowUsers debian\nAllowGroups sudo\nPermitRootLogin no\nPasswordAuthentication no\nUsePAM yes\nKbdInteractiveAuthentication no\n'
    system.write('/etc/ssh/sshd_config', text)
    const change = await apply('way-in', 'let-root-in', { kind: 'password', password: 'correct horse' })
    expect(change.result).toBe('verified')
    expect(await states()).toMatchObject({ 'way-in': 'fine way-in', 'ssh:root': 'fine ssh-in' })
    await repairs.undo(change.id)
    expect([read('/etc/ssh/sshd_config'), read('/etc/group'), shadowOf('root')[1]]).toEqual([text, cloudImage['/etc/group'], '*'])
  })

  it.each(['DenyGroups root', 'AuthenticationMethods publickey', 'DenyUsers r*'])(
    'does not set a password that would not let root in: %s',
    async (line) => {
      system.write('/home/debian/.ssh/authorized_keys', '')
      system.write('/etc/ssh/sshd_config.d/50-cloud-init.conf', `PasswordAuthentication no\n${line}\n`)
      expect((await states())['way-in']).toBe('fault no-way-in')
      expect(findingsOf(repairs, 'access')[0]!.proposals.map(({ id }) => id)).toEqual(['add-key'])
    },
  )

  it('outweighs a Match block that keeps passwords from root', async () => {
    const text = `${cloudImage['/etc/ssh/sshd_config']}Match User root\n  PasswordAuthentication no\n`
    system.write('/etc/ssh/sshd_config', text)
    await apply('password:root', 'change-password', { kind: 'password', password: 'long enough' })
    expect((await states())['ssh:root']).toBe('warning ssh-console-only')
    expect(findingsOf(repairs, 'access').find(({ id }) => id === 'ssh:root')!.evidence).toContainEqual({
      source: '/etc/ssh/sshd_config',
      line: 6,
      text: 'PasswordAuthentication no',
    })
    expect((await apply('ssh:root', 'allow-password-login')).result).toBe('verified')
    expect((await states())['ssh:root']).toBe('fine ssh-in')
    expect(read('/etc/ssh/sshd_config')).toBe(text)
  })

  it('does not say that nobody gets in where keys come from elsewhere', async () => {
    system.write('/home/debian/.ssh/authorized_keys', '')
    system.write(
      '/etc/ssh/sshd_config.d/10-sssd.conf',
      'AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys\nAuthorizedKeysCommandUser nobody\n',
    )
    expect(await states()).toMatchObject({ 'way-in': 'unknown way-in-elsewhere', 'ssh:debian': 'unknown ssh-elsewhere' })
    expect(findingsOf(repairs, 'access')[0]!.keepsOut).toBe(false)
  })

  it('adds a key as the user who owns it', async () => {
    system.write('/home/debian/.ssh/authorized_keys', '# none')
    const change = await apply('way-in', 'add-key', { kind: 'public-key', user: 'debian', key: `  ${key}\n` })
    expect(change.result).toBe('verified')
    expect(read('/home/debian/.ssh/authorized_keys')).toBe(`# none\n${key}\n`)
    await apply('ssh:root', 'add-key', { kind: 'public-key', user: 'root', key })
    const [folder, file] = ['root/.ssh', 'root/.ssh/authorized_keys'].map((path) => statSync(join(system.root, path)))
    expect([folder!.mode & 0o777, file!.mode & 0o777, file!.uid]).toEqual([0o700, 0o600, 0])
    expect((await states())['ssh:root']).toBe('fine ssh-in')
  })

  it.each(['-----BEGIN OPENSSH PRIVATE KEY-----', 'ssh-ed25519 nonsense', `command="id" ${key}`, `${key}\n${key}`])(
    'takes no %s for a key',
    async (text) => {
      await repairs.examine(['access'])
      const choice = {
        task: 'access',
        findingId: 'ssh:debian',
        proposalId: 'add-key',
        answer: { kind: 'public-key', user: 'debian', key: text },
      } as const
      expect(() => repairs.plan(choice)).toThrow(expect.objectContaining({ code: 'bad-key' }))
    },
  )

  it('fixes keys that sshd would not read', async () => {
    chmodSync(join(system.root, 'home/debian/.ssh'), 0o777)
    expect((await states())['keys:debian']).toBe('fault keys-unsafe')
    expect((await apply('keys:debian', 'fix-key-modes')).result).toBe('verified')
    expect((await states())['way-in']).toBe('fine way-in')
  })

  it('minds modes and owners only where sshd does', async () => {
    chmodSync(join(system.root, 'home/debian/.ssh'), 0o777)
    system.write('/etc/ssh/sshd_config.d/10-mine.conf', 'StrictModes no\n')
    expect(await states()).toMatchObject({ 'way-in': 'fine way-in' })
    expect(await states()).not.toHaveProperty('keys:debian')
  })

  it('knows that sshd opens the file as its user, and gives it back to them', async () => {
    const file = join(system.root, 'home/debian/.ssh/authorized_keys')
    execFileSync('chown', ['root:root', file])
    expect(await states()).toMatchObject({ 'way-in': 'fault no-way-in', 'keys:debian': 'fault keys-unsafe' })
    expect((await apply('keys:debian', 'fix-key-modes')).result).toBe('verified')
    expect(statSync(file).uid).toBe(1000)
    expect((await states())['way-in']).toBe('fine way-in')
  })

  it('leaves folders that are not the home to their owner', async () => {
    system.write('/etc/ssh/sshd_config.d/10-mine.conf', 'AuthorizedKeysFile /etc/ssh/keys/%u\n')
    system.write('/etc/ssh/keys/debian', `${key}\n`, 0o644)
    const folder = join(system.root, 'etc/ssh/keys')
    chmodSync(folder, 0o775)
    expect((await states())['keys:debian']).toBe('fault keys-unsafe')
    expect((await apply('keys:debian', 'fix-key-modes')).result).toBe('verified')
    expect([statSync(folder).uid, statSync(folder).mode & 0o777]).toEqual([0, 0o755])
    execFileSync('chown', ['33:33', folder])
    expect((await states())['keys:debian']).toBe('fault keys-unsafe')
    expect(findingsOf(repairs, 'access').find(({ id }) => id === 'keys:debian')!.proposals).toEqual([])
  })

  it('counts the keys of a file that is in order beside one that is not', async () => {
    system.write('/home/debian/.ssh/authorized_keys2', `${key}\n`, 0o666)
    chmodSync(join(system.root, 'home/debian/.ssh/authorized_keys2'), 0o666)
    expect(await states()).toMatchObject({ 'way-in': 'fine way-in', 'keys:debian': 'warning keys-unsafe' })
  })

  it('judges each key file by its own folders: two below one that others may write are both refused', async () => {
    for (const name of ['authorized_keys', 'authorized_keys2']) system.write(`/home/debian/.ssh/${name}`, `${key}\n`, 0o644)
    chmodSync(join(system.root, 'home/debian/.ssh'), 0o777)
    expect((await states())['keys:debian']).toBe('fault keys-unsafe')
  })

  it.each([
    ['locked', `root:!$6$abcdefgh$${'x'.repeat(86)}:${today}:0:99999:7:::`, 'password:root', 'unlock-password'],
    ['too old', `root:$6$abcdefgh$${'x'.repeat(86)}:${today - 200}:0:90:7:::`, 'expiry:root', 'restart-password-age'],
    ['to be changed', `root:$6$abcdefgh$${'x'.repeat(86)}:0:0:99999:7:::`, 'expiry:root', 'restart-password-age'],
    ['of an ended account', `root:$6$abcdefgh$${'x'.repeat(86)}:${today}:0:99999:7::${today - 1}:`, 'expiry:root', 'lift-account-expiry'],
  ])('repairs a password that is %s, and takes it back', async (_, line, finding, proposal) => {
    system.write('/etc/shadow', `${line}\nsshd:!:${today}::::::\ndebian:!:${today}:0:99999:7:::\n`)
    const change = await apply(finding, proposal)
    expect(change.result).toBe('verified')
    expect(shadowOf('root').join(':')).not.toBe(line)
    await repairs.undo(change.id)
    expect(shadowOf('root').join(':')).toBe(line)
  })

  it('sees who is shut after wrong passwords: root only where the configuration says so', async () => {
    const tally = Buffer.alloc(64 * 3)
    for (const at of [0, 64, 128]) tally.writeUInt16LE(1, at + 54)
    for (const user of ['root', 'debian']) system.write(`/var/lib/faillock/${user}`, tally)
    const config = 'dir = /var/lib/faillock\ndeny = 3\n'
    system.write('/etc/security/faillock.conf', config)
    expect(await states()).toMatchObject({ 'faillock:debian': 'warning faillock' })
    expect(await states()).not.toHaveProperty('faillock:root')
    system.write('/etc/security/faillock.conf', `${config}even_deny_root\n`)
    expect(await states()).toMatchObject({ 'faillock:debian': 'warning faillock', 'faillock:root': 'warning faillock' })
    expect((await apply('faillock:root', 'reset-faillock')).result).toBe('verified')
  })

  it('sees that dates shut an account with a key too, and starts them anew', async () => {
    system.write('/etc/shadow', `root:*:${today}:0:99999:7:::\nsshd:!:${today}::::::\ndebian:!:${today - 400}:0:365:7:30::\n`)
    expect(await states()).toMatchObject({ 'way-in': 'fault no-way-in', 'expiry:debian': 'fault password-lapsed' })
    expect((await apply('expiry:debian', 'restart-password-age')).result).toBe('verified')
    expect((await states())['way-in']).toBe('fine way-in')
  })

  it('gives back a shell', async () => {
    system.write('/etc/passwd', cloudImage['/etc/passwd'].replace('/bin/bash', '/usr/sbin/nologin'))
    expect((await states())['shell:root']).toBe('fault account-no-shell')
    const change = await apply('shell:root', 'set-shell')
    expect(change.result).toBe('verified')
    await repairs.undo(change.id)
    expect(read('/etc/passwd')).toContain('root:x:0:0:root:/root:/usr/sbin/nologin')
  })

  it('takes /etc/nologin away', async () => {
    system.write('/etc/nologin', 'maintenance\n')
    expect(await states()).toMatchObject({ nologin: 'fault nologin-file', 'way-in': 'fault no-way-in' })
    expect((await apply('nologin', 'remove-nologin')).result).toBe('verified')
    expect((await states())['way-in']).toBe('fine way-in')
  })

  it('lets a user back into AllowUsers, keeping the rest of the line', async () => {
    system.write(
      '/etc/ssh/sshd_config.d/50-cloud-init.conf',
      'PasswordAuthentication no\nAllowUsers alice bob  # people\nDenyUsers debian\n',
    )
    expect(await states()).toMatchObject({ 'ssh:debian': 'warning ssh-not-allowed', 'way-in': 'fault no-way-in' })
    expect((await apply('ssh:debian', 'allow-user')).result).toBe('verified')
    expect(read('/etc/ssh/sshd_config.d/50-cloud-init.conf')).toBe(
      'PasswordAuthentication no\nAllowUsers alice bob debian  # people\n#DenyUsers debian\n',
    )
  })

  it('asks sshd itself what a Match block means for a user', async () => {
    system.write(
      '/etc/ssh/sshd_config',
      `${cloudImage['/etc/ssh/sshd_config']}Match User debian Address 203.0.113.0/24\n  PubkeyAuthentication no\n`,
    )
    expect((await states())['way-in']).toBe('fault no-way-in')
    system.clientAddress = '198.51.100.7'
    expect((await states())['way-in']).toBe('fine way-in')
  })

  it('comments out the line sshd stumbles over, in the file it stands in', async () => {
    system.write('/etc/ssh/sshd_config.d/10-mine.conf', 'LogLevel INFO\nPermitRootLogn yes\n')
    await repairs.examine(['access'])
    expect(findingsOf(repairs, 'access').find((one) => one.id === 'sshd-config')).toMatchObject({
      state: 'fault',
      keepsOut: true,
      words: { values: { file: '/etc/ssh/sshd_config.d/10-mine.conf', line: 2 } },
    })
    expect((await apply('sshd-config', 'comment-sshd-lines')).result).toBe('verified')
    expect(read('/etc/ssh/sshd_config.d/10-mine.conf')).toBe('LogLevel INFO\n#PermitRootLogn yes\n')
  })

  it('takes a missing /run/sshd for no error', async () => {
    execFileSync('rmdir', [join(system.root, 'run/sshd')])
    expect((await states())['sshd-config']).toBe('fine sshd-valid')
    expect(existsSync(join(system.root, 'run/sshd'))).toBe(false)
  })

  it('closes an open host key, and makes keys where none are', async () => {
    const path = join(system.root, 'etc/ssh/ssh_host_ed25519_key')
    chmodSync(path, 0o644)
    expect((await states())['sshd-host-keys']).toBe('fault sshd-host-keys-open')
    expect((await apply('sshd-host-keys', 'close-host-keys')).result).toBe('verified')
    execFileSync('rm', [path, `${path}.pub`])
    expect((await states())['sshd-host-keys']).toBe('fault sshd-no-host-keys')
    expect((await apply('sshd-host-keys', 'make-host-keys')).result).toBe('verified')
  })

  it.each(['/var/lib/selinux/targeted/active', '/etc/selinux/targeted/active', '/var/lib/selinux/mls/active'])(
    'finds the labels of ports in %s',
    async (store) => {
      const [, type] = /selinux\/(\w+)\//.exec(store)!
      system.write('/etc/selinux/config', `SELINUX=enforcing\nSELINUXTYPE=${type}\n`)
      system.write('/etc/ssh/sshd_config.d/10-port.conf', 'Port 2222\n')
      expect((await states())['sshd-port-label']).toBe('fault sshd-port-label')
      system.write(`${store}/ports.local`, '# mine\nportcon tcp 2000-2300 system_u:object_r:ssh_port_t:s0\n')
      expect(await states()).not.toHaveProperty('sshd-port-label')
    },
  )

  it('lets a key into an account that is locked where there is no PAM', async () => {
    system.write('/etc/ssh/sshd_config', cloudImage['/etc/ssh/sshd_config'].replace('UsePAM yes', 'UsePAM no'))
    expect(await states()).toMatchObject({ 'way-in': 'fault no-way-in', 'ssh:debian': 'warning ssh-locked' })
    const change = await apply('ssh:debian', 'open-for-keys')
    expect(change.result).toBe('verified')
    expect(await states()).toMatchObject({ 'way-in': 'fine way-in', 'password:debian': 'fine password-none' })
    await repairs.undo(change.id)
    expect(shadowOf('debian')[1]).toBe('!')
  })

  describe('of Ubuntu 24.04, where a socket listens', () => {
    const withSocket = () => {
      system.write(
        '/usr/lib/systemd/system/ssh.socket',
        '[Socket]\nListenStream=0.0.0.0:22\nListenStream=[::]:22\n[Install]\nWantedBy=sockets.target\n',
      )
      system.write('/usr/lib/systemd/system-generators/sshd-socket-generator', '')
      execFileSync('systemctl', [`--root=${system.root}`, 'enable', 'ssh.socket'], { stdio: 'ignore' })
    }
    const ports = async () => {
      await repairs.examine(['access'])
      return findingsOf(repairs, 'access').find(({ id }) => id === 'sshd-config')!.words.values.ports
    }
    it('has the port of sshd_config', async () => {
      withSocket()
      expect(await ports()).toBe('22')
      system.write('/etc/ssh/sshd_config.d/10-port.conf', 'Port 2222\n')
      expect(await ports()).toBe('2222')
    })
    it('has the port of the socket where sshd_config names none', async () => {
      withSocket()
      system.write('/etc/systemd/system/ssh.socket.d/override.conf', '[Socket]\nListenStream=\nListenStream=2022\n')
      expect(await ports()).toBe('2022')
    })
    it('minds ListenAddress', async () => {
      withSocket()
      system.write('/etc/ssh/sshd_config.d/10-listen.conf', 'ListenAddress 127.0.0.1\n')
      expect((await states())['sshd-listen']).toBe('fault sshd-listen-local')
      execFileSync('rm', [join(system.root, 'usr/lib/systemd/system-generators/sshd-socket-generator')])
      expect(await states()).not.toHaveProperty('sshd-listen')
    })
  })

  it('starts SSH at the next boot, disabled or masked', async () => {
    const systemctl = (verb: string) => execFileSync('systemctl', [`--root=${system.root}`, verb, 'ssh.service'], { stdio: 'ignore' })
    systemctl('disable')
    expect((await states())['sshd-service']).toBe('fault sshd-service-off')
    const change = await apply('sshd-service', 'enable-ssh')
    expect(change.result).toBe('verified')
    await repairs.undo(change.id)
    systemctl('mask')
    expect((await states())['sshd-service']).toBe('fault sshd-service-masked')
  })

  it('says what it cannot tell, when no program of the system runs', async () => {
    system.inSystem = () => ['sh', '-c', 'echo "chroot: failed to run command: Exec format error" >&2; exit 126']
    expect(await states()).toMatchObject({
      'sshd-config': 'unknown sshd-unread',
      'way-in': 'fine way-in',
      'password:root': 'fine password-none',
    })
  })

  it('speaks of the files of no system at all', async () => {
    execFileSync('rm', [join(system.root, 'etc/shadow')])
    expect(await states()).toEqual({ accounts: 'unknown accounts-unreadable' })
  })
})
