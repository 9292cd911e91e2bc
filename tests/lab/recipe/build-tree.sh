#!/bin/sh
# A Debian tree in TREE from MIRROR, then its own recipe inside. Run it in a mount namespace of its own: what it mounts ends with it.
# usage: build-tree.sh TREE SUITE MIRROR CACHE PACKAGES RECIPE
set -eu
tree=$1 suite=$2 mirror=$3 cache=$4 packages=$5 recipe=$6
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
rm -rf "$tree"
mkdir -p "$tree" "$cache"
# Kernels make their initramfs in the recipe, once, with the modules that recipe names.
mkdir -p "$tree/etc/initramfs-tools" "$tree/etc/kernel/postinst.d"
debootstrap --variant=minbase --cache-dir="$cache" --include="$packages" "$suite" "$tree" "$mirror"
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
printf '#!/bin/sh\nexit 101\n' > "$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
cp "$recipe" "$tree/recipe.sh"
chroot "$tree" sh -eu /recipe.sh
rm -rf "$tree/recipe.sh" "$tree/usr/sbin/policy-rc.d" "$tree/var/cache/apt/archives/"*.deb "$tree/var/lib/apt/lists/"*_*
rm -rf "$tree/usr/share/doc/"* "$tree/usr/share/man/"* "$tree/usr/share/locale/"*
umount "$tree/proc"
umount -R -l "$tree/dev"
