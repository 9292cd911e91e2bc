/**
 * What goes wrong with servers. Each is done to the disk of a machine that is switched off, and each says how the next normal boot
 * shows it; that it does is what breakages.lab.test.ts proves.
 */
import { customerLogins } from './images.js'
import type { BootEnd } from './machine.js'
import type { Firmware } from './qemu.js'
import type { Login } from './remote.js'

export interface Breakage {
  /** Shell lines. The system is open at /mnt and can run its programs (`chroot /mnt`); $disk is the disk, $root the root's device. */
  script: string
  bootEnds: BootEnd
  /** What the server is started by; the BIOS where nothing is said. */
  firmware?: Firmware
  /** The boot ends well, but these can no longer log in. */
  refuses?: Login[]
  /** For what still lets everybody in: a command that says to each of them what is wrong. */
  complaint?: { command: string; says: { code: number; stderr: unknown } }
}

const { root, debian } = customerLogins

export const breakages = {
  /** Nobody knows it any more; nothing else is wrong. */
  'forgotten-root-password': {
    script: `echo 'root:nobody-knows' | chpasswd -R /mnt`,
    bootEnds: 'ssh',
    refuses: [root],
  },
  'locked-root': { script: 'chroot /mnt passwd -q -l root', bootEnds: 'ssh', refuses: [root] },
  /** Password and all are right, the server does not want them. */
  'root-login-off': {
    script: `printf 'PermitRootLogin no\\nPasswordAuthentication no\\n' > /mnt/etc/ssh/sshd_config.d/10-hardening.conf`,
    bootEnds: 'ssh',
    refuses: [root, debian],
  },
  'sshd-config-syntax': { script: `echo 'PermitRootLogn yes' >> /mnt/etc/ssh/sshd_config`, bootEnds: 'no-ssh' },
  'fstab-unknown-uuid': {
    script: `mkdir /mnt/data; echo 'UUID=0e5d1c6e-6d5f-4f0a-9d0f-0123456789ab /data ext4 defaults 0 2' >> /mnt/etc/fstab`,
    bootEnds: 'emergency',
  },
  'network-wrong-interface': {
    script: `for f in /mnt/etc/netplan/*.yaml /mnt/etc/network/interfaces; do [ ! -e "$f" ] || sed -i 's/ens3/eth0/' "$f"; done`,
    bootEnds: 'no-ssh',
  },
  'network-wrong-gateway': {
    script: `for f in /mnt/etc/netplan/*.yaml /mnt/etc/network/interfaces; do [ ! -e "$f" ] || sed -i 's/10\\.0\\.2\\.2\\b/10.0.2.254/' "$f"; done`,
    bootEnds: 'no-ssh',
  },
  /** `ufw enable` without a rule for SSH. */
  'ufw-lock-out': { script: `sed -i 's/^ENABLED=no/ENABLED=yes/' /mnt/etc/ufw/ufw.conf`, bootEnds: 'no-ssh' },
  /** Not a byte left for anybody, root's reserve included. */
  'disk-full': {
    script: `tune2fs -m 0 "$root" > /dev/null; mkdir -p /mnt/var/log/app; fallocate -l "$(df --output=avail -B1 /mnt | tail -1)" /mnt/var/log/app/debug.log || true
      i=0; while dd if=/dev/zero bs=4k count=256 of=/mnt/var/log/app/debug.log.$((i += 1)) 2> /dev/null; do :; done`,
    bootEnds: 'ssh',
    complaint: {
      // A file of their own: what one of them made there, the other may not write.
      command: 'echo hello > "/var/tmp/hello-$USER"',
      says: { code: 1, stderr: 'bash: line 1: echo: write error: No space left on device\n' },
    },
  },
  'grub-mbr-wiped': { script: `dd if=/dev/zero of="$disk" bs=440 count=1 conv=notrunc 2> /dev/null`, bootEnds: 'no-boot-loader' },
  'grub-core-wiped': { script: `dd if=/dev/zero of="\${disk}14" bs=1M count=4 2> /dev/null`, bootEnds: 'no-boot-loader' },
  'grub-modules-missing': { script: 'rm -r /mnt/boot/grub/i386-pc', bootEnds: 'grub' },
  'efi-loader-missing': { script: 'rm -r /mnt/boot/efi/EFI', bootEnds: 'no-boot-loader', firmware: 'uefi' },
  'initramfs-missing': { script: 'rm /mnt/boot/initrd.img-*', bootEnds: 'panic' },
} satisfies Record<string, Breakage>
