/**
 * The practice machine between two restarts: which disks it has, what is mounted where, who is logged in. Pure data and path
 * resolution; commands live in `commands.ts`. The customer's disk is one tree that outlives the restarts: `/` in normal mode,
 * `/dev/sdb1` in rescue mode. The rescue system's disk is built anew at each start, as a provider's is.
 */
import { createTree, normalise, type Tree, type TreeNode } from './file-tree.js'

export type Mode = 'normal' | 'rescue'

export interface Partition {
  /** `sda1` */
  name: string
  numbers: string
  /** In MiB. */
  size: number
  type: 'ext4' | 'swap'
  uuid: string
  tree: Tree
}
export interface Disk {
  name: string
  numbers: string
  size: number
  partitions: Partition[]
}
export interface Mount {
  partition: Partition
  readOnly: boolean
}
/** One public host key of the running identity, as OpenSSH's `.pub` file holds it (`TYPE BASE64 comment`). */
export interface HostKeyFile {
  /** `ssh_host_ed25519_key` */
  file: string
  publicLine: string
}
/** A logged-in shell, as `umount` and `who` see it. `root` is the innermost chroot. */
export interface Login {
  cwd: string
  root: string
}
export interface Machine {
  mode: Mode
  hostname: string
  bootedAt: Date
  disks: Disk[]
  /** Swap in use, by partition name. */
  swap: string[]
  /** By mount point, `/` first. */
  mounts: Map<string, Mount>
  logins: Set<Login>
}

export const ROOT_UUID = '4f9d2c1e-83ab-4f0e-a1c6-5e2b7d90c1f4'
export const SWAP_UUID = '9b1d6a70-2f0c-4e57-8a55-0c3e6f1a7d22'
const RESCUE_UUID = 'c5d04b1f-7a5e-4c93-9df2-0b1f1f2d6a11'

const hostKeyFiles = (keys: readonly HostKeyFile[]) =>
  Object.fromEntries(
    keys.flatMap(({ file, publicLine }) => [
      [`/etc/ssh/${file}`, '-----BEGIN OPENSSH PRIVATE KEY-----\n(not kept on the practice disk)\n-----END OPENSSH PRIVATE KEY-----\n'],
      [`/etc/ssh/${file}.pub`, `${publicLine}\n`],
    ]),
  )

/** The customer's disk as it is delivered. */
export function createCustomerDisk(keys: readonly HostKeyFile[]): Tree {
  return createTree({
    '/bin/': '',
    '/dev/': '',
    '/boot/grub/grub.cfg': 'set default=0\nset timeout=5\n',
    '/etc/debian_version': '12.8\n',
    '/etc/fstab': `# <file system>                           <mount point> <type> <options>          <dump> <pass>\nUUID=${ROOT_UUID} /             ext4   errors=remount-ro  0      1\nUUID=${SWAP_UUID} none          swap   sw                 0      0\n`,
    '/etc/hostname': 'practice\n',
    '/etc/hosts': '127.0.0.1\tlocalhost\n127.0.1.1\tpractice\n',
    '/etc/motd': '',
    '/etc/network/interfaces': 'auto lo\niface lo inet loopback\n\nauto ens3\niface ens3 inet dhcp\n',
    '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n',
    '/etc/ssh/sshd_config': 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nUsePAM yes\n',
    '/home/': '',
    '/mnt/': '',
    '/root/notes.txt': 'This is the disk of the practice server. What you write here is still there after a rescue.\n',
    '/tmp/': '',
    '/usr/bin/': '',
    '/var/log/syslog': 'practice systemd[1]: Started ssh.service - OpenBSD Secure Shell server.\n',
    '/var/www/html/index.html': '<h1>It works</h1>\n',
    ...hostKeyFiles(keys),
  })
}

function createRescueDisk(keys: readonly HostKeyFile[]): Tree {
  return createTree({
    '/bin/': '',
    '/dev/': '',
    '/etc/debian_version': '12.8\n',
    '/etc/hostname': 'rescue\n',
    '/etc/motd': '',
    '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    '/etc/ssh/sshd_config': 'PermitRootLogin yes\nPasswordAuthentication yes\n',
    '/mnt/': '',
    '/root/': '',
    '/tmp/': '',
    '/usr/bin/': '',
    ...hostKeyFiles(keys),
  })
}

/** Starts the machine: from its own disk, or from the provider's with the customer's as second disk. */
export function bootMachine(o: { mode: Mode; customer: Tree; keys: readonly HostKeyFile[]; bootedAt: Date }): Machine {
  const letter = o.mode === 'normal' ? 'a' : 'b'
  const minor = o.mode === 'normal' ? 0 : 16
  const root: Partition = { name: `sd${letter}1`, numbers: `8:${minor + 1}`, size: 19_456, type: 'ext4', uuid: ROOT_UUID, tree: o.customer }
  const swap: Partition = { name: `sd${letter}2`, numbers: `8:${minor + 2}`, size: 1024, type: 'swap', uuid: SWAP_UUID, tree: new Map() }
  const customer: Disk = { name: `sd${letter}`, numbers: `8:${minor}`, size: 20_480, partitions: [root, swap] }
  if (o.mode === 'normal') {
    return {
      mode: 'normal',
      hostname: 'practice',
      bootedAt: o.bootedAt,
      disks: [customer],
      swap: [swap.name],
      mounts: new Map([['/', { partition: root, readOnly: false }]]),
      logins: new Set(),
    }
  }
  const own: Partition = { name: 'sda1', numbers: '8:1', size: 2560, type: 'ext4', uuid: RESCUE_UUID, tree: createRescueDisk(o.keys) }
  return {
    mode: 'rescue',
    hostname: 'rescue',
    bootedAt: o.bootedAt,
    disks: [{ name: 'sda', numbers: '8:0', size: 2560, partitions: [own] }, customer],
    swap: [],
    mounts: new Map([['/', { partition: own, readOnly: false }]]),
    logins: new Set(),
  }
}

export interface Place {
  /** Absolute on the machine, chroot included. */
  path: string
  mountPoint: string
  mount: Mount
  /** Path inside the mounted disk. */
  inner: string
  node: TreeNode | undefined
}

/** Where `path`, as a login would type it, really is. */
export function locate(machine: Machine, login: Login, path: string): Place {
  const seen = normalise(path, login.cwd)
  const absolute = login.root === '/' ? seen : normalise(`${login.root}${seen}`, '/')
  let mountPoint = '/'
  for (const point of machine.mounts.keys())
    if ((absolute === point || absolute.startsWith(`${point}/`)) && point.length > mountPoint.length) mountPoint = point
  const mount = machine.mounts.get(mountPoint)!
  const inner = mountPoint === '/' ? absolute : absolute.slice(mountPoint.length) || '/'
  return { path: absolute, mountPoint, mount, inner, node: mount.partition.tree.get(inner) }
}

/** The partition behind `/dev/sdb1`, `UUID=…` or undefined. */
export function findPartition(machine: Machine, device: string): Partition | undefined {
  const partitions = machine.disks.flatMap((disk) => disk.partitions)
  if (device.startsWith('UUID=')) return partitions.find((one) => one.uuid === device.slice(5).replaceAll('"', ''))
  return partitions.find((one) => `/dev/${one.name}` === device)
}

/** Mount points of a partition, in the order of mounting. */
export const mountPointsOf = (machine: Machine, partition: Partition): string[] =>
  [...machine.mounts].filter(([, mount]) => mount.partition === partition).map(([point]) => point)
