/**
 * The disks every scenario starts from. Trees come from debootstrap (as root, in a mount namespace of its own) and the mirror apt is
 * set up with; the customer's disks are installed by the rescue system itself, so LVM, LUKS and arrays need nothing of this computer.
 * Results live in a cache outside the repository under a digest of everything they depend on: a second call costs a moment, an
 * interrupted one goes on where it stopped.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openWorkshop } from './workshop.js'

const execute = promisify(execFile)
const recipe = (name: string) => fileURLToPath(new URL(`recipe/${name}`, import.meta.url))
const cache = () => process.env.RESCUETERM_LAB_CACHE ?? join(homedir(), '.cache/rescueterm-lab')

export const variants = ['plain', 'lvm', 'xfs', 'btrfs', 'luks', 'raid1'] as const
export type Variant = (typeof variants)[number]

export interface RescueImage {
  /** Raw; sda of 2.5 GiB with one partition. */
  disk: string
  kernel: string
  initrd: string
}

export interface CustomerImage {
  variant: Variant
  /** qcow2; one, or two for raid1. */
  disks: string[]
  /** `TYPE BASE64`, sorted. */
  hostKeys: string[]
}

/** Set by recipe/customer.sh on a computer that only answers on loopback. */
export const customerLogins = { root: { user: 'root', password: 'lab-root' }, debian: { user: 'debian', password: 'lab-debian' } }
/** Opens the encrypted root of the `luks` variant; set by recipe/install.sh. */
export const luksPassphrase = 'lab passphrase'

const packages = {
  both: `systemd-sysv udev kmod dbus ca-certificates openssh-server linux-image-cloud-amd64 initramfs-tools lz4 procps iproute2
    iputils-ping less nano e2fsprogs dosfstools gdisk lvm2 mdadm xfsprogs btrfs-progs grub-pc-bin grub-efi-amd64-bin grub2-common`,
  rescue: 'cryptsetup-bin fio parted fdisk smartmontools hdparm ioping rsync psmisc lsof curl',
  customer: 'sudo ufw iptables netplan.io ifupdown cryptsetup-initramfs',
}

export async function rescueImage(): Promise<RescueImage> {
  const folder = await cached('rescue', [packages.both, packages.rescue, 'build-tree.sh', 'rescue.sh'], async (target) => {
    await inTree('rescue', target, [
      `cp ${'$TREE'}/boot/vmlinuz-* "$TARGET/vmlinuz"; cp ${'$TREE'}/boot/initrd.img-* "$TARGET/initrd"`,
      // The file system comes first: mke2fs clears what stands before it.
      'truncate -s 2560M "$TARGET/disk.raw"',
      'mkfs.ext4 -q -F -E offset=1048576,lazy_itable_init=1 -d "$TREE" "$TARGET/disk.raw" 2558M',
      'sgdisk -n 1:2048: "$TARGET/disk.raw"',
    ])
  })
  return { disk: join(folder, 'disk.raw'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') }
}

export async function customerImage(variant: Variant): Promise<CustomerImage> {
  const tree = [packages.both, packages.customer, 'build-tree.sh', 'customer.sh']
  const folder = await cached(`customer-${variant}`, [...tree, 'variant.sh', 'install.sh'], async (target) => {
    const base = await cached('tree', tree, (into) => inTree('customer', into, [pack]))
    const from = await cached(`tree-${variant}`, [...tree, 'variant.sh'], (into) => inVariant(variant, join(base, 'tree.tar'), into))
    const disks = variant === 'raid1' ? ['disk0.qcow2', 'disk1.qcow2'] : ['disk0.qcow2']
    for (const disk of disks) await execute('qemu-img', ['create', '-q', '-f', 'qcow2', join(target, disk), '4G'])
    const workshop = await openWorkshop(await rescueImage())
    try {
      const treeDevice = await workshop.plug({ path: join(from, 'tree.tar'), format: 'raw', readOnly: true })
      const devices: string[] = []
      for (const disk of disks) devices.push(await workshop.plug({ path: join(target, disk), format: 'qcow2' }))
      const script = await readFile(recipe('install.sh'))
      const said = await workshop.remote.output(`bash -s -- ${[variant, treeDevice, ...devices].join(' ')} 2>&1`, script)
      const hostKeys = [...said.matchAll(/^key (\S+ \S+)$/gm)].map((match) => match[1]!).sort()
      if (hostKeys.length !== 3) throw new Error(`no host keys in: ${said}`)
      await writeFile(join(target, 'host-keys.json'), JSON.stringify(hostKeys))
      await writeFile(join(target, 'install.log'), said)
    } finally {
      await workshop.close()
    }
  })
  const files = (await readdir(folder)).filter((name) => name.endsWith('.qcow2')).sort()
  const hostKeys = JSON.parse(await readFile(join(folder, 'host-keys.json'), 'utf8')) as string[]
  return { variant, disks: files.map((name) => join(folder, name)), hostKeys }
}

/** @param ingredients names of recipe files, or texts. @returns the folder `make` has filled; older ones of that name go. */
async function cached(name: string, ingredients: string[], make: (folder: string) => Promise<void>): Promise<string> {
  const digest = createHash('sha256').update((await mirror()).suite)
  for (const part of ingredients) digest.update(/^[\w-]+\.sh$/.test(part) ? await readFile(recipe(part)) : part).update('\0')
  const folder = join(cache(), `${name}-${digest.digest('hex').slice(0, 12)}`)
  if (existsSync(folder)) return folder
  await mkdir(cache(), { recursive: true })
  const began = Date.now()
  console.error(`[lab] making ${name}`)
  const part = await mkdtemp(join(cache(), `.${name}-`))
  try {
    await make(part)
    await rename(part, folder)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
  for (const other of await readdir(cache()))
    if (other.startsWith(`${name}-`) && /^[0-9a-f]{12}$/.test(other.slice(name.length + 1)) && join(cache(), other) !== folder)
      await rm(join(cache(), other), { recursive: true })
  console.error(`[lab] made ${name} in ${Math.round((Date.now() - began) / 1000)} s`)
  return folder
}

/** Zeroes at the end make whole sectors of it; tar stops at its own end mark. */
const pack = 'tar -C "$TREE" -b 2048 -cf "$TARGET/tree.tar" .'

async function inVariant(variant: Variant, base: string, target: string) {
  const tree = join(target, 'tree')
  await inNamespace(target, ['sh', recipe('variant.sh'), base, tree, variant])
  await loggedTo(join(target, 'build.log'), ['sh', '-euc', pack], { TREE: tree, TARGET: target })
  await rm(tree, { recursive: true })
}

const inNamespace = (target: string, command: string[]) =>
  loggedTo(join(target, 'build.log'), ['unshare', '--mount', '--propagation', 'private', ...command])

/** Runs shell lines with $TREE (a fresh Debian tree) and $TARGET, then throws the tree away. */
async function inTree(kind: 'rescue' | 'customer', target: string, lines: string[]) {
  const { site, suite } = await mirror()
  const tree = join(target, 'tree')
  const names = `${packages.both} ${packages[kind]}`.split(/\s+/).join(',')
  await inNamespace(target, ['sh', recipe('build-tree.sh'), tree, suite, site, join(cache(), 'debs'), names, recipe(`${kind}.sh`)])
  await loggedTo(join(target, 'build.log'), ['sh', '-euc', lines.join('\n')], { TREE: tree, TARGET: target })
  await rm(tree, { recursive: true })
}

async function loggedTo(file: string, [command, ...args]: string[], environment: Record<string, string> = {}) {
  const child = spawn(command!, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  await writeFile(file, said, { flag: 'a' })
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}:\n${said.slice(-3000)}`)
}

/** Debian's main archive as apt has it. */
async function mirror(): Promise<{ site: string; suite: string }> {
  const format = '$(SITE)\t$(CODENAME)\t$(COMPONENT)\t$(LABEL)'
  const { stdout } = await execute('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  const targets = stdout.split('\n').map((line) => line.split('\t'))
  const main = targets.find(([, codename = '', component, label]) => component === 'main' && label === 'Debian' && !codename.includes('-'))
  if (!main) throw new Error('apt knows no Debian archive here; the lab needs a Debian computer')
  return { site: main[0]!, suite: main[1]! }
}
