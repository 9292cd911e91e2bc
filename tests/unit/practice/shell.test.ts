import { describe, expect, test } from 'vitest'
import { bootMachine, createCustomerDisk, type Mode } from '../../../electron/practice/machine.js'
import { createShell } from '../../../electron/practice/shell.js'

const keys = [
  {
    file: 'ssh_host_ed25519_key',
    publicLine: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEEvygXN5vJp4L8vNxALWOgW3E9skR/zJlXELholm13p root@practice',
  },
]
const now = new Date('2026-11-24T02:41:07Z')
const disk = () => createCustomerDisk(keys)
const boot = (mode: Mode, customer = disk()) => bootMachine({ mode, customer, keys, bootedAt: now })
const login = (machine = boot('rescue')) =>
  createShell({ machine, now: () => now, randomart: () => '+art+', fingerprint: () => 'SHA256:x' })
const plain = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, '')

describe('the two systems', () => {
  test('normal: own disk at /, prompt, up for days', () => {
    const shell = login(boot('normal'))
    expect(plain(shell.prompt())).toBe('root@practice:~# ')
    expect(shell.run('lsblk').out).toBe(
      'NAME   MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS\nsda       8:0  0   20G  0 disk\n├─sda1    8:1  0   19G  0 part /\n└─sda2    8:2  0    1G  0 part [SWAP]\n',
    )
    expect(shell.run('uptime').out).toBe(' 02:41:07 up 12 days,  3:02,  1 user,  load average: 0.08, 0.03, 0.01\n')
  })

  test('rescue: the provider’s disk at /, the customer’s unmounted', () => {
    const shell = login()
    expect(plain(shell.prompt())).toBe('[RESCUE] root@rescue:~# ')
    expect(shell.run('lsblk').out).toContain(
      '└─sda1    8:1  0  2.5G  0 part /\nsdb      8:16  0   20G  0 disk\n├─sdb1   8:17  0   19G  0 part\n',
    )
    expect(shell.run('blkid').out).toContain('/dev/sdb1: UUID="4f9d2c1e-')
    expect(shell.run('fdisk -l').out).toContain('/dev/sdb2    1G Linux swap')
  })

  test('what is written under /mnt survives, the rest is lost', () => {
    const customer = disk()
    const rescue = login(boot('rescue', customer))
    rescue.run('echo lost > /root/a; mount /dev/sdb1 /mnt && echo kept > /mnt/root/b')
    expect(login(boot('normal', customer)).run('cat /root/b').out).toBe('kept\n')
    const again = login(boot('rescue', customer))
    expect(again.run('cat /root/a').err).toBe('cat: /root/a: No such file or directory\n')
    expect(again.run('mount /dev/sdb1 /mnt; cat /mnt/root/b').out).toBe('kept\n')
  })
})

describe('disks', () => {
  test('mount, see, leave, unmount', () => {
    const shell = login()
    expect(shell.run('ls /mnt').out).toBe('')
    expect(shell.run('mount /dev/sdb1 /mnt')).toEqual({ out: '', err: '', status: 0 })
    expect(shell.run('ls /mnt').out).toContain('etc')
    expect(shell.run('lsblk').out).toContain('part /mnt')
    expect(shell.run('df').out).toMatch(/\/dev\/sdb1 +19G .* \/mnt\n/)
    expect(shell.run('mount').out).toContain('/dev/sdb1 on /mnt type ext4 (rw,relatime)')
    shell.run('cd /mnt/etc')
    expect(plain(shell.prompt())).toContain(':/mnt/etc# ')
    expect(shell.run('umount /mnt')).toMatchObject({ err: 'umount: /mnt: target is busy.\n', status: 32 })
    expect(shell.run('cd; umount /dev/sdb1; ls /mnt')).toMatchObject({ out: '', status: 0 })
  })

  test.each([
    ['mount /dev/sdc1 /mnt', 'mount: /mnt: special device /dev/sdc1 does not exist.\n'],
    ['mount /dev/sdb1 /nowhere', 'mount: /nowhere: mount point does not exist.\n'],
    ['mount /dev/sdb2 /mnt', "mount: /mnt: unknown filesystem type 'swap'.\n"],
    ['mount /dev/sdb1 /mnt; mount /dev/sdb1 /root', 'mount: /root: /dev/sdb1 already mounted on /mnt.\n'],
    ['umount /mnt', 'umount: /mnt: not mounted.\n'],
  ])('%s', (line, err) => expect(login().run(line).err).toBe(err))

  test('read-only means it', () => {
    const shell = login()
    shell.run('mount -o ro UUID=4f9d2c1e-83ab-4f0e-a1c6-5e2b7d90c1f4 /mnt')
    expect(shell.run('echo x > /mnt/x')).toMatchObject({ err: 'bash: /mnt/x: Read-only file system\n', status: 1 })
    expect(shell.run('rm /mnt/etc/fstab').err).toContain('Read-only')
  })

  test('chroot: the customer’s system from inside, exit comes back out', () => {
    const shell = login()
    expect(shell.run('chroot /mnt').status).toBe(127)
    shell.run('mount /dev/sdb1 /mnt; chroot /mnt')
    expect(plain(shell.prompt())).toBe('[RESCUE] (chroot) root@rescue:/# ')
    expect(shell.run('cat /etc/hostname').out).toBe('practice\n')
    expect(shell.run('exit').end).toBeUndefined()
    expect(shell.run('cat /etc/hostname').out).toBe('rescue\n')
    expect(shell.run('exit 3').end).toEqual({ kind: 'exit', status: 3 })
  })
})

describe('the command line', () => {
  test.each([
    ['echo \'a  b\' "c" d\\ e # f', 'a  b c d e\n'],
    ['echo a; echo b', 'a\nb\n'],
    ['false && echo no || echo yes', 'yes\n'],
    ['cat /etc/passwd | grep root | wc -l', '1\n'],
    ['echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f', 'a\nb\n'],
    ['false; echo $?', '1\n'],
    ['ls /nope 2>/dev/null || echo gone', 'gone\n'],
    ['dmesg | tail -n 1 | grep -v nothing | wc -l', '1\n'],
    ['cd /etc/ssh/../; pwd', '/etc\n'],
    ['mkdir -p /tmp/x/y; touch /tmp/x/y/z; ls /tmp/x/y', 'z\n'],
    ['echo 1 > /tmp/1; cp /tmp/1 /tmp/2; mv /tmp/2 /tmp/3; ls /tmp', '1  3\n'],
    ['uname', 'Linux\n'],
    ['whoami', 'root\n'],
  ])('%s', (line, out) => expect(login().run(line).out).toBe(out))

  test.each([
    ['nonsense', 'bash: nonsense: command not found\n', 127],
    ['echo "x', 'bash: unexpected EOF while looking for matching `"\'\n', 2],
    ['| cat', "bash: syntax error near unexpected token `|'\n", 2],
    ['echo x >', "bash: syntax error near unexpected token `newline'\n", 2],
    ['cd /etc/passwd', 'bash: cd: /etc/passwd: Not a directory\n', 1],
    ['rm /etc', "rm: cannot remove '/etc': Is a directory\n", 1],
  ])('%s', (line, err, status) => expect(login().run(line)).toMatchObject({ err, status }))

  test('prototype names are no commands', () => {
    for (const name of ['constructor', '__proto__', 'toString']) expect(login().run(name).status).toBe(127)
  })

  test('ssh-keygen reads the running system’s keys, by either name', () => {
    expect(login().run('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key').out).toBe('256 SHA256:x root@practice (ED25519)\n')
    expect(login().run('ssh-keygen -lvf /etc/ssh/ssh_host_ed25519_key.pub').out).toBe('256 SHA256:x root@practice (ED25519)\n+art+\n')
  })

  test('reboot ends the login with a restart, history remembers, Tab completes', () => {
    const shell = login()
    expect(shell.run('reboot').end).toEqual({ kind: 'restart' })
    shell.run('pwd')
    expect(shell.run('history').out).toBe('    1  reboot\n    2  pwd\n    3  history\n')
    expect(shell.complete('lsb')).toEqual(['lsblk'])
    expect(shell.complete('cat /etc/host')).toEqual(['/etc/hostname'])
    expect(shell.complete('cd /e')).toEqual(['/etc/'])
    expect(shell.complete('mount /dev/sdb')).toEqual(['/dev/sdb1', '/dev/sdb2'])
  })

  test('the disk cannot be filled without end', () => {
    const shell = login()
    expect(shell.run(`echo ${'x'.repeat(70_000)} > /tmp/big`).err).toContain('No space left on device')
  })
})
