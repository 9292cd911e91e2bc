#!/bin/sh
# The customer's tree, BASE, made into that of one VARIANT: only the programs such a server has, and its initramfs, which an emulated
# computer would need minutes for. Run it in a mount namespace of its own.
# usage: variant.sh BASE TREE VARIANT
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
base=$1 tree=$2 variant=$3
mkdir "$tree"
tar -xpf "$base" -C "$tree" --numeric-owner
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
[ "$variant" = lvm ] && purge=netplan.io || purge=ifupdown
for package in lvm2 cryptsetup-initramfs mdadm btrfs-progs; do
  case $variant:$package in lvm:lvm2 | luks:cryptsetup-initramfs | raid1:mdadm | btrfs:btrfs-progs) ;; *) purge="$purge $package" ;; esac
done
case $variant in
  xfs | btrfs) modules=$variant ;;
  luks) modules='ext4 dm-crypt' ;;
  raid1) modules='ext4 raid1' ;;
  *) modules=ext4 ;;
esac
echo update_initramfs=no > "$tree/etc/initramfs-tools/update-initramfs.conf"
chroot "$tree" dpkg --purge $purge
echo update_initramfs=yes > "$tree/etc/initramfs-tools/update-initramfs.conf"
[ "$variant" = lvm ] || chroot "$tree" systemctl -q enable systemd-networkd
[ "$variant" != raid1 ] || echo 'ARRAY /dev/md0 metadata=1.2 UUID=6d1f2c3e:a1b2c3d4:e5f60718:293a4b5c' >> "$tree/etc/mdadm/mdadm.conf"
printf '%s\n' $modules >> "$tree/etc/initramfs-tools/modules"
chroot "$tree" update-initramfs -u -k all
umount "$tree/proc"
umount -R -l "$tree/dev"
