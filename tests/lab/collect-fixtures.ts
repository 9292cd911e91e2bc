/**
 * `tsx tests/lab/collect-fixtures.ts [VARIANT…]`: writes what real tools say in a real rescue system to tests/fixtures/machine/VARIANT/,
 * for the tests of the parsers. Run it again when a tool or a column is added; the files are committed.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { customerImage, type Variant, variants } from './images.js'
import { createMachine } from './machine.js'
import { logIn, type Remote } from './remote.js'

const columns = 'NAME,PATH,PKNAME,TYPE,SIZE,RO,FSTYPE,LABEL,UUID,PARTTYPE,PARTLABEL,MOUNTPOINT'
const disk = '/dev/sdb'

/** Before anything of the customer's is opened. */
const closed: Record<string, string> = {
  'lsblk.json': `lsblk -J -b -o ${columns}`,
  'lsblk-version.txt': 'lsblk -V',
  'lsblk.txt': 'lsblk',
  'blkid.txt': `for d in /dev/sd[b-z]*; do echo "$d"; blkid -p -o export "$d"; echo "status $?"; done`,
  'sgdisk.txt': `sgdisk -p ${disk}`,
  'parted.txt': `parted -sm ${disk} unit B print`,
  'findmnt.json': 'findmnt -J -b -o SOURCE,TARGET,FSTYPE,OPTIONS,FSROOT',
  'cmdline.txt': 'cat /proc/cmdline',
  'os-release.txt': 'cat /etc/os-release',
  'hostname.txt': 'hostname',
  'mdadm-examine.txt': 'mdadm --examine --scan',
  'mdstat.txt': 'cat /proc/mdstat',
  'pvs.json': 'pvs --reportformat json --units b -o pv_name,pv_uuid,pv_fmt,pv_attr,pv_size,pv_free,vg_name',
  'vgs.json': 'vgs --reportformat json --units b -o vg_name,vg_uuid,vg_attr,vg_size,vg_free',
  'lvs.json': 'lvs --reportformat json --units b -o lv_name,lv_path,lv_uuid,lv_attr,lv_size,vg_name,lv_active',
  'free.txt': 'df -B1 -T',
  'ip-address.json': 'ip -j address',
  'ip-route.json': 'ip -j route',
  'smartctl.json': `smartctl -aj ${disk}`,
  'efi.txt': 'ls -d /sys/firmware/efi',
  'mount-bios-boot.txt': `mount ${disk}14 /mnt`,
  'mount-member.txt': `mount ${disk}1 /mnt && umount /mnt`,
  'fio-read.json': `fio --name=rr --filename=${disk} --readonly --rw=randread --bs=4k --iodepth=32 --ioengine=libaio --direct=1 --runtime=5 --time_based --output-format=json`,
}

/** What it takes to reach the root. */
const open: Partial<Record<Variant, string>> = {
  lvm: 'vgchange -ay vps && mount /dev/vps/root /mnt && mount /dev/sdb16 /mnt/boot',
  luks: `printf 'lab passphrase' | cryptsetup open --key-file - /dev/sdb1 cr && mount /dev/mapper/cr /mnt && mount /dev/sdb16 /mnt/boot`,
  raid1: 'mdadm --assemble --scan && ls /dev/md* && mount "$(ls -d /dev/md[0-9]* | head -1)" /mnt',
  btrfs: 'mount -o subvol=@ /dev/sdb1 /mnt',
}

const opened: Record<string, string> = {
  'lsblk-open.json': `lsblk -J -b -o ${columns}`,
  'findmnt-open.json': 'findmnt -J -b -o SOURCE,TARGET,FSTYPE,OPTIONS,FSROOT',
  'lvs-open.json': 'lvs --reportformat json --units b -o lv_name,lv_path,lv_uuid,lv_attr,lv_size,vg_name,lv_active',
  'mdstat-open.txt': 'cat /proc/mdstat',
  'mdadm-detail.txt': 'mdadm --detail /dev/md[0-9]*',
  'fstab.txt': 'cat /mnt/etc/fstab',
  'fstab.json': 'findmnt -J --tab-file /mnt/etc/fstab -o SOURCE,TARGET,FSTYPE,OPTIONS',
  'crypttab.txt': 'cat /mnt/etc/crypttab',
  'system-os-release.txt': 'cat /mnt/etc/os-release',
  'df-open.txt': 'df -B1 -T /mnt; df -i /mnt',
  'btrfs-subvolumes.txt': 'btrfs subvolume list -t /mnt; btrfs subvolume get-default /mnt',
  'binds.txt': 'for d in dev proc sys run; do mount --rbind /$d /mnt/$d && mount --make-rslave /mnt/$d; done',
  'findmnt-bound.json': 'findmnt -J -b -o SOURCE,TARGET,FSTYPE,OPTIONS,FSROOT',
  'findmnt-verify.txt': 'chroot /mnt findmnt --verify --verbose',
  'sshd-t.txt': 'chroot /mnt sshd -t',
  'sshd-T.txt': 'chroot /mnt sshd -T',
  'passwd-status.txt': 'chroot /mnt passwd -S root; chroot /mnt passwd -S debian',
  'chage.txt': 'chroot /mnt chage -l root',
  'ufw.txt': 'cat /mnt/etc/ufw/ufw.conf; chroot /mnt ufw status verbose; cat /mnt/etc/ufw/user.rules',
  'network.txt': 'cat /mnt/etc/netplan/*.yaml /mnt/etc/network/interfaces 2>/dev/null',
  'dpkg-audit.txt': 'chroot /mnt dpkg --audit',
  'units.txt': 'systemctl --root=/mnt list-unit-files --state=enabled --no-pager',
  'boot.txt': 'ls -l /mnt/boot /mnt/boot/grub /mnt/lib/modules',
  'journal-boots.json': 'journalctl -D /mnt/var/log/journal --list-boots -o json',
  'journal-boots.txt': 'journalctl -D /mnt/var/log/journal --list-boots',
  'journal-warnings.jsonl': 'journalctl -D /mnt/var/log/journal -b -p warning -n 50 -o json --no-pager',
  'journal-ssh.txt': 'journalctl -D /mnt/var/log/journal -b -u ssh -n 30 --no-pager',
  'fio-write.json':
    'fio --name=rw --directory=/mnt/var/tmp --size=32m --rw=randwrite --bs=4k --iodepth=32 --ioengine=libaio --direct=1 --runtime=5 --time_based --output-format=json; rm -f /mnt/var/tmp/rw.0.0',
  'umount-busy.txt': 'cd /mnt/var && umount -R /mnt',
  'fuser.txt': 'cd /mnt/var && fuser -vm /mnt',
  'umount.txt': 'umount -R /mnt',
}

/** With the root closed again. */
const after: Record<string, string> = {
  'fsck.txt':
    'root=$(ls /dev/vps/root /dev/mapper/cr /dev/md[0-9]* /dev/sdb1 2>/dev/null | head -1); case $(blkid -p -s TYPE -o value "$root") in ext4) e2fsck -fn "$root" ;; xfs) xfs_repair -n "$root" ;; btrfs) btrfs check --readonly "$root" ;; esac',
}

for (const variant of process.argv.length > 2 ? (process.argv.slice(2) as Variant[]) : variants) {
  const folder = fileURLToPath(new URL(`../fixtures/machine/${variant}`, import.meta.url))
  const machine = await createMachine(await customerImage(variant))
  try {
    // Once in use, so that there is a journal to read; what it has written must reach the disk.
    await machine.start('normal')
    const end = await machine.waitForBoot()
    if (end !== 'ssh') throw new Error(`${variant} did not start: ${end}`)
    const normal = await logIn(machine.port, { user: 'root', password: 'lab-root' })
    await normal.output('journalctl --flush --sync; sync')
    normal.end()
    const login = await machine.panel.rebootInRescue()
    await machine.waitForBoot()
    const rescue = await logIn(machine.port, login)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await collect(rescue, folder, closed)
    await rescue.output(open[variant] ?? 'mount /dev/sdb1 /mnt')
    await collect(rescue, folder, opened)
    await collect(rescue, folder, after)
    rescue.end()
  } finally {
    await machine.dispose()
  }
}

/** Standard output is the file; what a tool said besides, and a status that is not 0, stand in `NAME.stderr`. */
async function collect(remote: Remote, folder: string, commands: Record<string, string>) {
  for (const [name, command] of Object.entries(commands)) {
    const { code, stdout, stderr } = await remote.run(`export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${command}`)
    await writeFile(`${folder}/${name}`, stdout)
    if (code !== 0 || stderr) await writeFile(`${folder}/${name}.stderr`, `${stderr}status ${code}\n`)
  }
}
