import { expect, test } from 'vitest'
import { rescueHint } from '../../../renderer/terminal/rescue-hints.js'

const prompt = '[RESCUE] root@vps-111111d:~ $ '
const shell = { root: '/mnt', isSticky: true }

test.each([
  ['nano /etc/fstab', '/etc/fstab'],
  ['sudo vim /etc/ssh/sshd_config', '/etc/ssh/sshd_config'],
  ['/usr/bin/vi /root/.bashrc', '/root/.bashrc'],
  ['echo x >> /etc/hosts', '/etc/hosts'],
  ['cat key >/root/.ssh/authorized_keys', '/root/.ssh/authorized_keys'],
  ['sed -i s/a/b/ /etc/default/grub', '/etc/default/grub'],
  ['echo nameserver | tee /etc/resolv.conf', '/etc/resolv.conf'],
  ['cd /tmp && nano /etc/fstab', '/etc/fstab'],
  ['passwd', 'passwd'],
  ['ufw disable', 'ufw'],
  ['systemctl disable ufw', 'systemctl'],
])('%s changes the rescue system', (typed, what) => {
  expect(rescueHint(prompt + typed, shell)).toEqual({ kind: 'outside', what, root: '/mnt' })
})

test.each([
  'nano /mnt/etc/fstab',
  'vim /tmp/notes',
  'cat /etc/fstab',
  'less /var/log/syslog',
  'echo x > /mnt/etc/hosts',
  'dd if=/dev/sdb of=/dev/null',
  'chroot /mnt passwd',
  'passwd -R /mnt root',
  'systemctl --root=/mnt disable ufw',
  'systemctl status ssh',
  'apt-get update',
  'ls -l > /tmp/list',
  '',
  'nano fstab',
])('%s says nothing', (typed) => {
  expect(rescueHint(prompt + typed, shell)).toBeUndefined()
})

test.each(['reboot', 'sudo reboot', 'shutdown -r now', 'systemctl reboot', 'init 6', 'sync; reboot', '/sbin/poweroff'])(
  '%s leads to rescue again where rescue is sticky',
  (typed) => {
    expect(rescueHint(prompt + typed, shell)).toEqual({ kind: 'reboot' })
    expect(rescueHint(prompt + typed, { ...shell, isSticky: false })).toBeUndefined()
  },
)

test.each(['root@rescue:~# nano /etc/fstab', '~ # nano /etc/fstab', 'root@rescue ~ % nano /etc/fstab'])(
  'reads the prompt of %s',
  (line) => {
    expect(rescueHint(line, shell)).toEqual({ kind: 'outside', what: '/etc/fstab', root: '/mnt' })
  },
)

test('output is no command', () => {
  expect(rescueHint('nano /etc/fstab', shell)).toBeUndefined()
})
