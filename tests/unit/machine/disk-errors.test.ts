import { expect, test } from 'vitest'
import { diskError, missingTool } from '../../../electron/machine/disk-errors.js'

// As util-linux 2.36–2.41, cryptsetup 2.6 and sudo print them with LC_ALL=C.
test.each([
  ['mount', 32, "mount: /mnt: unknown filesystem type 'LVM2_member'.", 'volume-locked', { device: '/dev/sdb1', kind: 'LVM2_member' }],
  ['mount', 32, "mount: /mnt: unknown filesystem type 'linux_raid_member'.", 'volume-locked', { kind: 'linux_raid_member' }],
  ['mount', 32, "mount: /mnt: unknown filesystem type 'crypto_LUKS'.", 'volume-locked', { kind: 'crypto_LUKS' }],
  ['mount', 32, "mount: /mnt: unknown filesystem type 'xfs'.", 'file-system-unsupported', { kind: 'xfs' }],
  ['mount', 32, "mount: /mnt: unknown filesystem type '\u202e\x1b[2Jx'.", 'file-system-unsupported', { kind: 'x' }],
  [
    'mount',
    32,
    'mount: /mnt: wrong fs type, bad option, bad superblock on /dev/sdb1, missing codepage or helper program, or other error.',
    'file-system-unreadable',
    { device: '/dev/sdb1' },
  ],
  ['mount', 32, "mount: /mnt: can't read superblock on /dev/sdb1.", 'file-system-unreadable', {}],
  ['mount', 32, 'mount: /mnt: mount(2) system call failed: Structure needs cleaning.', 'file-system-damaged', {}],
  ['mount', 32, 'mount: /mnt: /dev/sdb1 already mounted or mount point busy.', 'device-busy', { device: '/dev/sdb1' }],
  ['mount', 32, 'mount: /mnt: cannot mount /dev/sdb1 read-only.', 'journal-dirty', {}],
  ['mount', 1, 'mount: only root can do that', 'no-root', {}],
  ['umount', 32, 'umount: /mnt: target is busy.', 'device-busy', { device: '/mnt' }],
  ['cryptsetup', 2, 'No key available with this passphrase.', 'wrong-passphrase', { device: '/dev/sdb1' }],
  ['cryptsetup', 5, 'Device luks-sdb1 already exists.', 'device-busy', {}],
  ['cryptsetup', 3, 'Not enough available memory to open a keyslot.', 'disk-command-failed', { command: 'cryptsetup', status: 3 }],
  ['mdadm', 127, "timeout: failed to run command 'mdadm': No such file or directory", 'tool-missing', { tool: 'mdadm' }],
  ['mount', undefined, '', 'disk-command-failed', { status: -1 }],
])('%s %s: %s', (tool, exitCode, stderr, code, data) => {
  const error = diskError({ exitCode, stderr, timedOut: false }, { tool, device: '/dev/sdb1', path: '/mnt' })
  expect(error.code).toBe(code)
  expect(error.data).toMatchObject(data)
})

test('a command that hangs', () => {
  const error = diskError({ exitCode: 124, stderr: '', timedOut: true }, { tool: 'mount' })
  expect(error).toMatchObject({ code: 'disk-command-failed', data: { status: 124 } })
})

test.each([
  [{ ID: 'debian' }, 'apt-get update && apt-get install cryptsetup-bin'],
  [{ ID: 'rocky', ID_LIKE: 'rhel centos fedora' }, 'dnf install cryptsetup'],
  [{ ID: 'arch' }, 'pacman -Sy cryptsetup'],
  [{ ID: 'alpine' }, 'apk add cryptsetup'],
  [{ ID: 'opensuse-leap', ID_LIKE: 'suse opensuse' }, 'zypper install cryptsetup'],
  [{}, 'apt-get update && apt-get install cryptsetup-bin'],
])('what to install on %j', (osRelease, command) => expect(missingTool('cryptsetup', osRelease).data.command).toBe(command))
