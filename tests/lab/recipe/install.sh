#!/bin/bash
# In the rescue system: makes the customer's disk (or disks) of VARIANT from the tree in TREE, a tar written on a disk of its own.
# usage: install.sh VARIANT TREE DISK...     The last lines say what the server is known by: `key TYPE BASE64`.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
variant=$1 tree=$2
shift 2
disks=("$@")
# By its real name, which the kernel's partitions and GRUB's device map use.
for i in "${!disks[@]}"; do disks[i]=$(readlink -f "${disks[i]}"); done
mnt=/mnt
step() { echo "step $(cut -d. -f1 /proc/uptime) $*"; }

step partitions
# The layouts of the providers' guides: BIOS boot 14, ESP 15, root 1; /boot 16 where GRUB cannot be expected to read the root.
case $variant in lvm) type=8e00 ;; luks) type=8309 ;; raid1) type=fd00 ;; *) type=8300 ;; esac
case $variant in lvm | luks) boot=(-n 16::+300M -t 16:8300) ;; *) boot=() ;; esac
for disk in "${disks[@]}"; do
  sgdisk -n 14:2048:+4M -t 14:ef02 -n 15::+106M -t 15:ef00 "${boot[@]}" -n 1:: -t "1:$type" "$disk"
  # udev may have been looking when the kernel was told first.
  udevadm settle
  partprobe "$disk"
done
udevadm settle
disk=${disks[0]}
mkfs.vfat -n ESP "${disk}15" > /dev/null

step file systems
root=${disk}1 type=ext4 options=errors=remount-ro
ext4() { mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1 "$@"; }
case $variant in
  plain) ext4 -L cloudimg-rootfs "$root" ;;
  xfs) type=xfs options=defaults; mkfs.xfs -q -f "$root" ;;
  btrfs)
    type=btrfs options=subvol=@
    mkfs.btrfs -q -f "$root"
    mount "$root" $mnt
    btrfs -q subvolume create $mnt/@
    btrfs -q subvolume create $mnt/@home
    umount $mnt
    ;;
  lvm)
    vgcreate -q -y vps "$root" > /dev/null
    lvcreate -q -y -n swap -L 128M vps > /dev/null
    lvcreate -q -y -n root -l 90%FREE vps > /dev/null
    mkswap /dev/vps/swap > /dev/null
    root=/dev/vps/root
    ext4 "$root"
    ;;
  luks)
    # Light, for software emulation: a real one takes a second of a real processor to open.
    printf 'lab passphrase' | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$root" -
    printf 'lab passphrase' | cryptsetup open --key-file - "$root" crypt-root
    root=/dev/mapper/crypt-root
    ext4 "$root"
    ;;
  raid1)
    yes | mdadm --quiet --create /dev/md0 --level=1 --raid-devices=2 --metadata=1.2 --uuid=6d1f2c3e:a1b2c3d4:e5f60718:293a4b5c --assume-clean "${disk}1" "${disks[1]}1"
    root=/dev/md0
    ext4 "$root"
    ;;
esac
uuid() { blkid -p -s UUID -o value "$1"; }
mount -o "${options/errors=remount-ro/defaults}" "$root" $mnt
# What is mounted below must not be copied to the services that have mounts of their own: they would keep the root in use.
mount --make-private $mnt
case $variant in
  lvm | luks)
    ext4 -L boot "${disk}16"
    mkdir $mnt/boot
    mount "${disk}16" $mnt/boot
    ;;
esac
if [ $variant = btrfs ]; then
  mkdir $mnt/home
  mount -o subvol=@home "$root" $mnt/home
fi

step tree
tar -xpf "$tree" -C $mnt --numeric-owner
mkdir -p $mnt/boot/efi
mount "${disk}15" $mnt/boot/efi

step configuration
{
  case $variant in
    lvm) echo "/dev/mapper/vps-root / ext4 $options 0 1" ;;
    luks) echo "/dev/mapper/crypt-root / ext4 $options 0 1" ;;
    *) echo "UUID=$(uuid "$root") / $type $options 0 1" ;;
  esac
  case $variant in lvm | luks) echo "UUID=$(uuid "${disk}16") /boot ext4 defaults 0 2" ;; esac
  [ $variant != btrfs ] || echo "UUID=$(uuid "$root") /home btrfs subvol=@home 0 0"
  echo "UUID=$(uuid "${disk}15") /boot/efi vfat umask=0077,nofail 0 1"
  [ $variant != lvm ] || echo '/dev/mapper/vps-swap none swap sw 0 0'
} > $mnt/etc/fstab
[ $variant != luks ] || echo "crypt-root UUID=$(uuid "${disk}1") none luks,discard" > $mnt/etc/crypttab
# The provider's way: one address alone in its network, the gateway named as being on the wire.
if [ $variant = lvm ]; then
  cat > $mnt/etc/network/interfaces <<NET
auto lo
iface lo inet loopback

auto ens3
iface ens3 inet static
    address 10.0.2.15/32
    post-up ip route add 10.0.2.2 dev ens3
    post-up ip route add default via 10.0.2.2 dev ens3
NET
else
  cat > $mnt/etc/netplan/50-cloud-init.yaml <<NET
network:
    version: 2
    ethernets:
        ens3:
            addresses:
            - 10.0.2.15/32
            nameservers:
                addresses:
                - 10.0.2.3
            routes:
            -   on-link: true
                to: default
                via: 10.0.2.2
NET
  chmod 600 $mnt/etc/netplan/50-cloud-init.yaml
fi

step programs
for d in dev proc sys run; do mount --rbind /$d $mnt/$d && mount --make-rslave $mnt/$d; done
chroot $mnt ssh-keygen -q -A
sed -i 's/ root@.*/ root@vps-lab/' $mnt/etc/ssh/ssh_host_*_key.pub
# Which device to open is looked up where it is open.
[ $variant != luks ] || chroot $mnt update-initramfs -u -k all
step boot loader
for each in "${disks[@]}"; do chroot $mnt grub-install --target=i386-pc "$each"; done
chroot $mnt grub-install --target=x86_64-efi --efi-directory=/boot/efi --no-nvram --removable
chroot $mnt update-grub
sed 's/^\([^ ]*\) \([^ ]*\).*/key \1 \2/' $mnt/etc/ssh/ssh_host_*_key.pub

step away
sync
umount -R $mnt
case $variant in
  lvm) vgchange -q -an vps > /dev/null ;;
  luks) cryptsetup close crypt-root ;;
  raid1) mdadm --quiet --stop /dev/md0 ;;
esac
sync
step done
