/** authorized_keys(5): where a person's keys lie, which of them lead to a shell, and whether sshd will accept the file at all. */
import { posix } from 'node:path'
import { AppError } from '../../../shared/errors.js'
import { stripServerLine } from '../../../shared/server-text.js'
import { type PublicKey, parsePublicKeyLine } from '../../known-hosts/key.js'
import type { DirectoryEntry, SystemFiles } from '../../machine/system-files.js'
import { matchesPattern } from '../glob.js'
import type { Selinux } from '../selinux.js'
import type { MountedSystem, Step } from '../task.js'
import { appendLines } from '../text-edit.js'
import type { Account } from './accounts.js'
import type { AccountKeys } from './login.js'
import type { SshdSettings } from './sshd-config.js'

export interface KeyFile {
  path: string
  text: string | undefined
}

export interface KeysOfAccount extends AccountKeys {
  files: KeyFile[]
  /** Those of `unsafe` that need another owner. */
  foreign: string[]
  /** The folder of the first file exists. */
  hasFolder: boolean
}

/** Tokens of AuthorizedKeysFile; a relative path starts in the home directory (sshd_config(5)). */
export function keyPaths(patterns: readonly string[], { user, uid, home }: Account): string[] {
  const values: Record<string, string> = { '%h': home, '%u': user, '%U': String(uid), '%%': '%' }
  return patterns.map((pattern) =>
    posix.resolve(
      home,
      pattern.replace(/%[huU%]/g, (token) => values[token]!),
    ),
  )
}

/** Lines that open a shell: a key sshd takes, and no `command=` before it, with which cloud images say "log in as debian". */
export function countUsableKeys(text: string, settings: Pick<SshdSettings, 'keyAlgorithms'>): number {
  return text.split('\n').filter((line) => {
    const rest = line.trim()
    if (rest === '' || rest.startsWith('#')) return false
    if (isTaken(keyOf(rest), settings)) return true
    const options = /^(?:[^\s"]|"(?:\\"|[^"])*")+/.exec(rest)?.[0] ?? ''
    return isTaken(keyOf(rest.slice(options.length).trim()), settings) && !/(^|,)(command=|cert-authority)/i.test(options)
  }).length
}

const keyOf = (text: string) => (/^(ssh-|ecdsa-|sk-)/.test(text) ? parsePublicKeyLine(text) : undefined)

/** A key of RSA signs by several algorithms; of itself sshd takes no DSA. */
function isTaken(key: PublicKey | undefined, { keyAlgorithms }: Pick<SshdSettings, 'keyAlgorithms'>): boolean {
  if (!key || !keyAlgorithms) return key !== undefined && key.type !== 'ssh-dss'
  const names = key.type === 'ssh-rsa' ? ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'] : [key.type]
  return keyAlgorithms.some((pattern) => names.some((name) => matchesPattern(pattern, name)))
}

/** Mode and owner of a path by the listing of its folder, asked once. */
export function createLook(files: SystemFiles) {
  const lists = new Map<string, Promise<DirectoryEntry[]>>()
  return async (path: string): Promise<DirectoryEntry | undefined> => {
    const folder = posix.dirname(path)
    const list = lists.get(folder) ?? files.list(folder)
    lists.set(folder, list)
    return (await list).find(({ name }) => name === posix.basename(path))
  }
}

export async function readKeys(
  account: Account,
  settings: SshdSettings,
  texts: ReadonlyMap<string, string>,
  look: ReturnType<typeof createLook>,
): Promise<KeysOfAccount> {
  const { keyFiles, strictModes } = settings
  const paths = keyPaths(keyFiles, account)
  const files = paths.map((path): KeyFile => ({ path, text: texts.get(path) }))
  let usable = 0
  const unsafe = new Set<string>()
  const foreign = new Set<string>()
  for (const { path, text } of files) {
    const count = countUsableKeys(text ?? '', settings)
    if (count === 0) continue
    // misc.c, safe_path: the file and every folder up to the home directory.
    const chain = [path]
    while (chain[0] !== account.home && chain[0] !== '/') chain.unshift(posix.dirname(chain[0]!))
    // Several files stand below the same folder: each is judged by its own chain.
    let isRead = true
    for (const one of chain.filter((each) => each !== '/')) {
      const entry = await look(one)
      if (!entry || entry.kind === 'link') continue
      const isForeign = isClosed(entry, account) || (strictModes && entry.uid !== 0 && entry.uid !== account.uid)
      if (isForeign) foreign.add(one)
      if (!isForeign && !(strictModes && (entry.mode & 0o022) !== 0)) continue
      unsafe.add(one)
      isRead = false
    }
    if (isRead) usable += count
  }
  const folder = paths[0] && (await look(posix.dirname(paths[0])))
  return { files, unsafe: [...unsafe], foreign: [...foreign], usable, hasFolder: folder !== undefined }
}

/** sshd opens the file as its user (auth.c, temporarily_use_uid); a group may be one of theirs. */
const isClosed = ({ kind, uid, mode }: DirectoryEntry, account: Account) =>
  account.uid !== 0 && uid !== account.uid && (mode & (kind === 'directory' ? 0o011 : 0o044)) === 0

/**
 * Adds a key to the first file. Programs run in the system, where its links lead and its ids count.
 * @throws AppError `bad-key` when `key` is not one public key.
 */
export function addKeySteps(system: MountedSystem, selinux: Selinux, account: Account, keys: KeysOfAccount, key: string): Step[] {
  const line = publicKeyLine(key)
  const [file] = keys.files
  if (!file) throw new AppError('bad-request')
  const owner = `${account.uid}:${account.gid}`
  const folder = posix.dirname(file.path)
  const isTheirs = file.path.startsWith(`${account.home}/`)
  const run = (...words: [string, ...string[]]): Step => ({ kind: 'run', words: system.inSystem(words), risk: 'writes' })
  return [
    ...(keys.hasFolder
      ? []
      : [
          isTheirs
            ? run('install', '-d', '-m', '0700', '-o', String(account.uid), '-g', String(account.gid), folder)
            : run('install', '-d', '-m', '0755', folder),
        ]),
    { kind: 'edit', path: file.path, before: file.text, after: appendLines(file.text ?? '', [line]), mode: 0o600 },
    run('chown', owner, file.path),
    run('chmod', '0600', file.path),
    ...selinux.relabel([folder, file.path]),
  ]
}

/** `TYPE BASE64 [comment]` on one line. @throws AppError `bad-key`: a private key, options, several lines, anything else. */
export function publicKeyLine(text: string): string {
  const line = text.trim()
  const key = /[\r\n]/.test(line) ? undefined : keyOf(line)
  if (!key) throw new AppError('bad-key')
  const comment = stripServerLine(line.split(/\s+/).slice(2).join(' '), 100)
  return `${key.type} ${key.blob.toString('base64')}${comment ? ` ${comment}` : ''}`
}
