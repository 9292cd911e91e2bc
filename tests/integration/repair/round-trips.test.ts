/** How often one examination of everything asks the server, and how often it has to wait for an answer. Real commands on a real tree. */
import { afterEach, expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { createRepairTasks } from '../../../electron/repair/tasks.js'
import { executeLocally, inRounds, localMachine } from '../../support/local-machine.js'
import { createTestSystem, repairsOf, type TestSystem } from '../../support/mounted-system.js'

let system: TestSystem
afterEach(() => system.remove())

const files = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\ndebian:x:1000:1000::/home/debian:/bin/bash\n',
  '/etc/shadow': 'root:*:20000:0:99999:7:::\ndebian:!:20000:0:99999:7:::\n',
  '/etc/group': 'root:x:0:\ndebian:x:1000:\n',
  '/etc/fstab': 'UUID=11111111-2222-3333-4444-555555555555 / ext4 errors=remount-ro 0 1\n',
  '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n',
  '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication no\n',
  '/etc/netplan/50-cloud-init.yaml': 'network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n',
  '/etc/ufw/ufw.conf': 'ENABLED=yes\n',
  '/etc/nftables.conf': 'flush ruleset\n',
  '/etc/fail2ban/jail.conf': '[DEFAULT]\nignoreip = 127.0.0.1/8\n',
  '/boot/vmlinuz-6.1.0-31-amd64': 'kernel',
  '/boot/initrd.img-6.1.0-31-amd64': 'initramfs',
  '/boot/grub/grub.cfg': 'menuentry x {\n  linux /boot/vmlinuz-6.1.0-31-amd64 root=UUID=x ro\n}\n',
  '/usr/lib/modules/6.1.0-31-amd64/modules.dep': 'x\n',
  '/var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\n',
  '/usr/sbin/sshd': '',
}

it('asks the same thing once, and waits few times', async () => {
  const counted = inRounds(executeLocally)
  system = createTestSystem(files, {}, localMachine(counted.execute))
  const repairs = repairsOf(system, ...createRepairTasks(systemClock))
  await repairs.examine()
  expect(repairs.state().tasks.map(({ task, phase }) => `${task} ${phase}`)).toEqual(
    ['access', 'network', 'boot', 'firewall', 'speed'].map((task) => `${task} done`),
  )
  const asked = counted.rounds.flat()
  expect(asked.length - new Set(asked).size).toBe(0)
  // One task after another, each asking by itself, these were 69 commands in 59 rounds.
  expect(asked.length).toBeLessThan(42)
  expect(counted.rounds.length).toBeLessThan(16)
  // Channels of one connection: sshd gives ten, terminals take some.
  expect(Math.max(...counted.rounds.map((round) => round.length))).toBe(4)
})
