# Inside the rescue tree: a small Debian that knows its root password and its host keys only since this boot.
echo rescue > /etc/hostname
echo '127.0.0.1 localhost rescue' > /etc/hosts
echo 'nameserver 10.0.2.3' > /etc/resolv.conf
echo '/dev/sda1 / ext4 defaults,noatime 0 1' > /etc/fstab
echo "PS1='[RESCUE] \\u@\\h:\\w \\$ '" > /root/.bashrc
echo 'This is the rescue system. The disk of the server is not mounted.' > /etc/motd

# The provider's panel hands the password over; nothing but chpasswd reads it, so every character is only a character.
cat > /usr/local/sbin/rescue-identity <<'SCRIPT'
#!/bin/sh
set -eu
modprobe qemu_fw_cfg
{ printf 'root:'; cat /sys/firmware/qemu_fw_cfg/by_name/opt/org.rescueterm/root-password/raw; echo; } | chpasswd
rm -f /etc/ssh/ssh_host_*
# In software emulation a longer RSA key costs ten seconds.
ssh-keygen -q -t rsa -b 2048 -N '' -f /etc/ssh/ssh_host_rsa_key
ssh-keygen -q -A
for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key" > /dev/console; done
SCRIPT
chmod 755 /usr/local/sbin/rescue-identity
cat > /etc/systemd/system/rescue-identity.service <<'UNIT'
[Unit]
Description=Root password and fresh host keys of this rescue boot
DefaultDependencies=no
After=systemd-remount-fs.service
Before=ssh.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/rescue-identity
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/network/rescue.network <<'UNIT'
[Match]
Name=eth0
[Network]
Address=10.0.2.15/24
Gateway=10.0.2.2
UNIT
printf 'PermitRootLogin yes\nPasswordAuthentication yes\nUseDNS no\n' > /etc/ssh/sshd_config.d/rescue.conf
systemctl enable rescue-identity.service systemd-networkd.service ssh.service serial-getty@ttyS0.service
# Disks of the customer are nobody's business until somebody asks: no volume group and no array comes up by itself.
sed -i 's/^#\? *event_activation = .*/\tevent_activation = 0/' /etc/lvm/lvm.conf
grep -q 'event_activation = 0' /etc/lvm/lvm.conf || printf 'global {\n\tevent_activation = 0\n}\n' >> /etc/lvm/lvm.conf
mkdir -p /etc/mdadm
printf 'AUTO -all\n' > /etc/mdadm/mdadm.conf
# What only costs seconds at each boot.
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  mdmonitor.service mdadm-shutdown.service mdcheck_start.timer mdcheck_continue.timer mdmonitor-oneshot.timer \
  lvm2-monitor.service blk-availability.service smartmontools.service systemd-networkd-wait-online.service getty@tty1.service \
  systemd-timesyncd.service systemd-logind.service logrotate.timer dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount \
  sys-kernel-tracing.mount modprobe@drm.service modprobe@efi_pstore.service modprobe@configfs.service

printf 'MODULES=list\nCOMPRESS=lz4\nFSTYPE=ext4\n' >> /etc/initramfs-tools/initramfs.conf
printf 'virtio_pci\nvirtio_scsi\nsd_mod\next4\n' > /etc/initramfs-tools/modules
rm -f /etc/initramfs-tools/conf.d/*
# Its own root is one plain partition; looking for arrays, volume groups and btrfs would cost five seconds.
for tool in mdadm lvm2 btrfs dmsetup; do find /usr/share/initramfs-tools -name "$tool" -delete; done
update-initramfs -u -k all
