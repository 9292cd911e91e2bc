# Sourced in the rescue system: opens the system on a customer's disk of VARIANT at /mnt, whole, with its programs usable; and back.
# The disk is $1, a second member of an array $2.
open_system() {
  disk=$(readlink -f "$1")
  case $VARIANT in
    lvm) vgchange -q -ay vps > /dev/null; root=/dev/vps/root ;;
    luks) printf 'lab passphrase' | cryptsetup open --key-file - "${disk}1" crypt-root; root=/dev/mapper/crypt-root ;;
    raid1) mdadm --quiet --assemble --run /dev/md0 "${disk}1" ${2:+"$(readlink -f "$2")1"}; root=/dev/md0 ;;
    *) root=${disk}1 ;;
  esac
  options=
  [ "$VARIANT" != btrfs ] || options='-o subvol=@'
  mount $options "$root" /mnt
  # What is mounted below must not be copied to the services that have mounts of their own: they would keep the root in use.
  mount --make-private /mnt
  case $VARIANT in lvm | luks) mount "${disk}16" /mnt/boot ;; esac
  mount "${disk}15" /mnt/boot/efi
  for d in dev proc sys run; do mount --rbind /$d /mnt/$d && mount --make-rslave /mnt/$d; done
}
close_system() {
  sync
  umount -R /mnt
  case $VARIANT in
    lvm) vgchange -q -an vps > /dev/null ;;
    luks) cryptsetup close crypt-root ;;
    raid1) mdadm --quiet --stop /dev/md0 ;;
  esac
}
