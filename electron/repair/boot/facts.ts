/** Everything "does not boot" needs to know of the disk, in one script, one batch of files and one question to systemctl. */
import { devicesUnder } from '../../machine/layers.js'
import { parseLsblk } from '../../machine/reports.js'
import { type Facts, readFacts, records } from '../fact-script.js'
import type { MountedSystem } from '../task.js'
import { readUnits, type Units } from '../units.js'

export interface MountedFileSystem {
  /** As the system itself names it: `/`, `/boot`. */
  path: string
  device: string
  type: string
  size: number
  available: number
  inodes: number
  inodesFree: number
}

export interface BootFile {
  name: string
  /** Of what a link leads to. -1: it leads nowhere. */
  size: number
}

export interface Partition {
  path: string
  type: string
  size: number
  fileSystem: string
  parents: string[]
}

export interface BootFacts {
  facts: Facts
  /** What is mounted below the root, the root first; empty when df would not say. */
  mounted: MountedFileSystem[]
  /** Devices in use somewhere in the rescue system. */
  inUse: ReadonlySet<string>
  /** `/boot`, undefined when it cannot be listed. */
  boot: BootFile[] | undefined
  /** Names of folders in `/lib/modules` that hold a `kernel` folder or module lists. */
  modules: string[]
  partitions: Partition[]
  /** The root stands on a mirror (RAID1): each of its disks should start alone. */
  isMirrored: boolean
  files: ReadonlyMap<string, string>
  units: Units | { reason: string }
}

const files = ['/etc/fstab', '/etc/crypttab', '/etc/passwd']
const MAX_FILE = 512 * 1024

// df without names would ask every mount of the rescue system, a dead network file system too.
const script = `
own_mounts() {
  printf '%s\\n' "$root"
  while read -r _ _ _ _ target _; do
    case $target in "$root"/dev*|"$root"/proc*|"$root"/sys*|"$root"/run*) ;; "$root"/*) printf '%b\\n' "$target" ;; esac
  done < /proc/self/mountinfo
}
show_space() { own_mounts | tr '\\n' '\\0' | xargs -0 timeout -k 1 8 df -B1 --output=size,avail,itotal,iavail,fstype,source,target --; }
show_boot() {
  resolve /boot || return 1
  for file in "$root$resolved"/* "$root$resolved"/.[!.]*; do
    name=\${file##*/}
    [ -e "$file" ] || [ -L "$file" ] || continue
    if [ -d "$file" ]; then continue; fi
    if resolve "/boot/$name" && [ -f "$root$resolved" ]; then printf '%s %s\\0' "$(stat -c %s -- "$root$resolved")" "$name"
    else printf '%s %s\\0' -1 "$name"; fi
  done
}
show_modules() {
  resolve /lib/modules || return 1
  for folder in "$root$resolved"/*/; do
    [ -d "\${folder}kernel" ] || [ -s "\${folder}modules.dep" ] || continue
    folder=\${folder%/}; printf '%s\\n' "\${folder##*/}"
  done
}
show_entries() {
  resolve /boot/loader/entries || return 1
  for file in "$root$resolved"/*.conf; do
    [ -f "$file" ] || continue
    name=\${file##*/}; printf 'id %s\\n' "\${name%.conf}"; head -c 4096 -- "$file"; echo
  done
}
# What the menu remembers: the entry to start.
show_grubenv() {
  for place in /boot/grub/grubenv /boot/grub2/grubenv; do
    resolve "$place" && [ -f "$root$resolved" ] && { head -c 4096 -- "$root$resolved"; return 0; }
  done
}
# What a menu starts. Red Hat's file in the EFI partition may be a stub that names another; a menu that is not GRUB's is only noted.
# 3: there is none.
show_menu() {
  found=3
  for place in /boot/grub/grub.cfg /boot/grub2/grub.cfg "$root"/boot/efi/EFI/*/grub.cfg; do
    resolve "\${place#"$root"}" && [ -s "$root$resolved" ] || continue
    grep -Eq '^[[:space:]]*(linux(16|efi)?|blscfg|multiboot2?|chainloader)([[:space:]]|$)' -- "$root$resolved" || continue
    found=0; printf '==> %s\\n' "\${place#"$root"}"
    grep -E '^[[:space:]]*((linux|initrd)(16|efi)?|blscfg|menuentry|submenu|set[[:space:]]+default=.*)([[:space:]]|$)|\\{[[:space:]]*$|^[[:space:]]*\\}' -- "$root$resolved"
  done
  for place in /boot/extlinux.conf /boot/extlinux/extlinux.conf /boot/syslinux/syslinux.cfg; do
    resolve "$place" && [ -s "$root$resolved" ] && found=0
  done
  return $found
}
# 4: GRUB's folder is there, but not the modules it goes on with.
show_grub_files() {
  found=0
  for place in /boot/grub /boot/grub2; do
    resolve "$place/grub.cfg" && [ -s "$root$resolved" ] || continue
    resolve "$place/i386-pc/normal.mod" && [ -s "$root$resolved" ] && return 0
    found=4
  done
  return $found
}
show_efi() {
  for place in /boot/efi /efi /boot; do
    resolve "$place" && [ -d "$root$resolved/EFI" ] && find "$root$resolved/EFI" -maxdepth 3 -type f -iname '*.efi' -printf '%s %P\\0'
  done
}
# Kernels that are kept beside the loader. A unified image is known by the sections of its header, and may hold an initrd.
show_efi_kernels() {
  for place in /boot/efi /efi /boot; do
    resolve "$place" && [ -d "$root$resolved" ] || continue
    find "$root$resolved" -xdev -mindepth 3 -maxdepth 3 -type f \\( -name linux -o -name 'init*' \\) -printf 'file %s %P\\0'
    for file in "$root$resolved"/EFI/Linux/*.[eE][fF][iI]; do
      [ -f "$file" ] || continue
      sections=$(head -c 4096 -- "$file" | tr '\\000' '\\n')
      printf '%s\\n' "$sections" | grep -aqx '.*\\.linux' || [ ! -s "$file" ] || continue
      inside=no; printf '%s\\n' "$sections" | grep -aqx '.*\\.initrd' && inside=yes
      printf 'image %s %s %s\\0' "$(stat -c %s -- "$file")" "$inside" "EFI/Linux/\${file##*/}"
    done
  done
}
show_links() {
  for name in bin sbin lib; do resolve "/$name" && [ -d "$root$resolved" ] || echo "/$name"; done
  if [ -L "$root/lib64" ]; then resolve /lib64 && [ -d "$root$resolved" ] || echo /lib64; fi
  resolve /sbin/init && [ -x "$root$resolved" ] || echo /sbin/init
  resolve /bin/sh && [ -x "$root$resolved" ] || echo /bin/sh
}
show_target() { readlink -- "$root/etc/systemd/system/default.target"; }
show_broken_packages() {
  resolve /var/lib/dpkg/status && [ -f "$root$resolved" ] || return 3
  awk '/^Package:/ { name = $2 } /^Status:/ && ($3 != "ok" || ($4 != "installed" && $4 != "config-files" && $4 != "not-installed")) { print name, $3, $4 }' "$root$resolved"
}
show_updates() { resolve /var/lib/dpkg/updates && ls -A -- "$root$resolved"; }
show_logs() {
  for log in /var/log/syslog /var/log/messages /var/log/kern.log; do
    resolve "$log" && [ -f "$root$resolved" ] && printf '\\n==> %s\\n' "$log" && tail -c 60000 -- "$root$resolved"
  done
}
show_sectors() { for disk; do printf '%s ' "$disk"; timeout -k 1 5 dd if="$disk" bs=512 count=1 2> /dev/null | base64 -w0; echo; done; }
show_bios_boot() {
  timeout -k 1 5 lsblk -rno PATH,PARTTYPE -- "$@" | while read -r path type; do
    [ "$type" = 21686148-6449-6e6f-744e-656564454649 ] || continue
    printf '%s %s\\n' "$path" "$(timeout -k 1 5 head -c 65536 -- "$path" | tr -d '\\000' | wc -c)"
  done
}
part space 0 show_space
part swaps 5 cat /proc/swaps /proc/self/mounts
part boot 0 show_boot
part modules 0 show_modules
part entries 0 show_entries
part grubenv 0 show_grubenv
part menu 0 show_menu
part grub-files 0 show_grub_files
part efi 0 show_efi
part efi-kernels 0 show_efi_kernels
part links 0 show_links
part target 0 show_target
part packages 0 show_broken_packages
part updates 0 show_updates
part machine 5 uname -m
part sectors 0 show_sectors "$@"
part partitions 8 lsblk -J -b -o NAME,PATH,TYPE,SIZE,FSTYPE,PARTTYPE -- "$@"
part bios-boot 0 show_bios_boot "$@"
part logs 0 show_logs
`

export async function readBootFacts(system: MountedSystem, signal: AbortSignal): Promise<BootFacts> {
  const [facts, read, units] = await Promise.all([
    readFacts(system, script, system.disks, { shown: ['df', '-B1', system.root], limitMs: 60_000, signal }),
    system.files.read(files, MAX_FILE),
    readUnits(system, signal),
  ])
  const modules = facts('modules')
  const boot = facts('boot')
  const devices = parseLsblk(facts('partitions').text) ?? []
  return {
    facts,
    mounted: parseSpace(facts('space').text, system.root),
    inUse: new Set([...facts('swaps').text.matchAll(/^(\/dev\/\S+)/gm)].map(([, path]) => path!)),
    boot: boot.status === 1 && boot.text === '' ? undefined : parseBootFiles(boot.text),
    modules: modules.text.split('\n').filter((name) => /^[\w.+~-]+$/.test(name)),
    isMirrored: devicesUnder(devices, system.device).some(({ type }) => type === 'raid1'),
    partitions: devices
      .filter(({ type }) => type === 'part')
      .map(({ path, partType, size, fileSystem, parents }) => ({ path, type: partType, size, fileSystem, parents })),
    files: new Map(
      read.flatMap((file) => (file.kind === 'file' && file.size <= MAX_FILE ? [[file.path, file.bytes.toString('utf8')] as const] : [])),
    ),
    units,
  }
}

/** Lines of `df --output=size,avail,itotal,iavail,fstype,source,target`; pseudo file systems have no size. */
export function parseSpace(output: string, root: string): MountedFileSystem[] {
  const found = output.split('\n').flatMap((line): MountedFileSystem[] => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+|-)\s+(\d+|-)\s+(\S+)\s+(\S+)\s+(\/.*)$/.exec(line)
    if (!match) return []
    const [, size, available, inodes, inodesFree, type, device, target] = match as unknown as string[]
    if (Number(size) === 0 || /^(?:tmpfs|devtmpfs|proc|sysfs|efivarfs|overlay)$/.test(type!)) return []
    return [
      {
        path: target!.startsWith(`${root}/`) ? target!.slice(root.length) : '/',
        device: device!,
        type: type!,
        size: Number(size),
        available: Number(available),
        inodes: Number(inodes) || 0,
        inodesFree: Number(inodesFree) || 0,
      },
    ]
  })
  return found.filter((one, index) => found.findIndex(({ path }) => path === one.path) === index)
}

const parseBootFiles = (output: string): BootFile[] =>
  records(output).flatMap((record) => {
    const match = /^(-?\d+) (\S.*)$/.exec(record)
    return match ? [{ name: match[2]!, size: Number(match[1]) }] : []
  })
