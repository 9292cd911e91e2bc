# Inside the tree every customer disk is filled from: a Debian server in daily use. What belongs to one disk (fstab, host keys,
# boot loader, network of the variant) is written by install.sh.
echo vps-lab > /etc/hostname
echo '127.0.0.1 localhost vps-lab' > /etc/hosts
echo 'nameserver 10.0.2.3' > /etc/resolv.conf
useradd -m -s /bin/bash -G sudo debian
printf 'root:lab-root\ndebian:lab-debian\n' | chpasswd
echo 'debian ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-cloud-init-users
chmod 440 /etc/sudoers.d/90-cloud-init-users
printf 'PermitRootLogin yes\nPasswordAuthentication yes\n' > /etc/ssh/sshd_config.d/50-cloud-init.conf
echo 'UseDNS no' > /etc/ssh/sshd_config.d/60-lab.conf
mkdir -p /var/log/journal
systemctl enable ssh.service serial-getty@ttyS0.service ufw.service
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  mdmonitor.service mdcheck_start.timer mdcheck_continue.timer mdmonitor-oneshot.timer \
  lvm2-monitor.service systemd-networkd-wait-online.service getty@tty1.service systemd-timesyncd.service logrotate.timer dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount \
  sys-kernel-tracing.mount modprobe@drm.service modprobe@efi_pstore.service modprobe@configfs.service
cat > /etc/default/grub <<'GRUB'
GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
GRUB_TERMINAL=console
GRUB_DISABLE_OS_PROBER=true
GRUB
# A server's disk holds a file system of one kind; install.sh names its module. `most` would cost ten seconds at each boot.
printf 'MODULES=list\nCOMPRESS=lz4\n' >> /etc/initramfs-tools/initramfs.conf
printf 'virtio_pci\nvirtio_scsi\nsd_mod\n' >> /etc/initramfs-tools/modules
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id
: > /etc/machine-id
