// Makes a fresh machine able to start, test and package RescueTerm: npm packages, system packages, an Electron, the bundle. Each
// step looks first, so that a second run costs a moment. Runs before anything is installed: only Node's own modules on top.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (text) => console.error(`[set-up] ${text}`)

/** The first Node the tools in package.json accept. */
const OLDEST_NODE = [20, 19]
/** Commands by the Debian package that brings them. */
const packages = {
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  sshd: 'openssh-server',
  setfacl: 'acl',
  setfattr: 'attr',
  Xvfb: 'xvfb',
  '7za': 'p7zip-full',
  'dpkg-deb': 'dpkg',
  'ssh-keyscan': 'openssh-client',
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  '/usr/share/OVMF/OVMF_CODE_4M.fd': 'ovmf',
  debootstrap: 'debootstrap',
  sgdisk: 'gdisk',
  'mkfs.ext4': 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  'mkfs.xfs': 'xfsprogs',
  'mkfs.btrfs': 'btrfs-progs',
  sfdisk: 'fdisk',
  cryptsetup: 'cryptsetup-bin',
  pvcreate: 'lvm2',
  fio: 'fio',
  sqlite3: 'sqlite3',
}
/** What the lab builds its disks with and runs its machines in. */
export const labCommands = [
  ...['ssh-keygen', 'ssh-keyscan', 'debootstrap', 'sgdisk', 'mkfs.ext4'],
  ...['qemu-system-x86_64', 'qemu-img', '/usr/share/OVMF/OVMF_CODE_4M.fd'],
]
/** Brings every library Electron links to that a bare server lacks. */
const ELECTRON_LIBRARIES = ['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2']

/** A reason to stop that is told in one sentence, without a stack. */
export class SetupError extends Error {}

/**
 * @param {{ commands?: string[], electron?: boolean, bundled?: boolean }} needs commands or files of `packages`, a runnable Electron, a fresh out/
 * @returns {Promise<{ electron?: Awaited<ReturnType<import('./electron-runtime.mjs').electronRuntime>> }>}
 */
export async function prepare({ commands = [], electron = false, bundled = false }) {
  checkNode()
  installNodeModules()
  const missing = new Set(commands.filter((command) => !isInstalled(command)).map((command) => packages[command]))
  const runtime = electron ? await (await import('./electron-runtime.mjs')).electronRuntime() : undefined
  if (runtime && lacksLibraries(runtime.exe)) for (const name of ELECTRON_LIBRARIES) missing.add(name)
  installSystemPackages([...missing])
  if (bundled) await (await import('./bundle.mjs')).bundle()
  return { electron: runtime }
}

/** Runs a script's main function; a SetupError ends it with its sentence and status 1. */
export async function runScript(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
    throw new SetupError(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}`)
}

/** `npm ci` when there is nothing yet or the lock file is another one than last time. */
function installNodeModules() {
  const stamp = join(root, 'node_modules/.rescueterm-lock')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === lock) return
  say('installing npm packages (npm ci)')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const done = spawnSync(npm[0], [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && npm.length === 1,
  })
  if (done.status !== 0) throw new SetupError('npm ci failed; the reason stands above')
  writeFileSync(stamp, lock)
}

function isInstalled(command) {
  if (process.platform !== 'linux') return true
  if (isAbsolute(command)) return existsSync(command)
  // sshd lies where an ordinary user's PATH does not look.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function lacksLibraries(exe) {
  if (process.platform !== 'linux') return false
  const listed = spawnSync('ldd', [exe], { encoding: 'utf8' })
  return listed.status === 0 && listed.stdout.includes('not found')
}

function installSystemPackages(wanted) {
  if (wanted.length === 0) return
  if (!existsSync('/usr/bin/apt-get')) throw new SetupError(`please install what these Debian packages hold: ${wanted.join(' ')}`)
  if (process.getuid() !== 0) {
    throw new SetupError(`something is missing; please run: sudo apt-get install -y ${available(wanted).join(' ')}`)
  }
  say(`installing Debian packages: ${wanted.join(' ')}`)
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  try {
    execFileSync('apt-get', ['update', '-q'], options)
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...available(wanted)], options)
  } catch {
    throw new SetupError('apt-get failed; the reason stands above')
  }
}

/** Newer releases call some libraries `…t64`. */
function available(names) {
  return names.map((name) => {
    const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
    return stdout && !/Candidate: (?!\(none\))/.test(stdout) ? `${name}t64` : name
  })
}
