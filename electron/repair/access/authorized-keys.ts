/** authorized_keys(5): where a person's keys lie, which of them lead to a shell, and whether sshd will accept the file at all. */
import { posix } from 'node:path'
import { AppError } from '../../../shared/errors.js'
import { stripServerLine } from '../../../shared/server-text.js'
import { parsePublicKeyLine } from '../../known-hosts/key.js'
import type { DirectoryEntry, SystemFiles } from '../../machine/system-files.js'
import type { Selinux } from '../selinux.js'
import type { MountedSystem, Step } from '../task.js'
import { appendLines } from '../text-edit.js'
import type { Account } from './accounts.js'
import type { AccountKeys } from './login.js'

export interface KeyFile {
  path: string
  text: string | undefined
}

export interface KeysOfAccount extends AccountKeys {
  files: KeyFile[]
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

/** Lines that open a shell: a key, and no `command=` before it, with which cloud images say "log in as debian". */
export function countUsableKeys(text: string): number {
  return text.split('\n').filter((line) => {
    const rest = line.trim()
    if (rest === '' || rest.startsWith('#')) return false
    if (isKey(rest)) return true
    const options = /^(?:[^\s"]|"(?:\\"|[^"])*")+/.exec(rest)?.[0] ?? ''
    return isKey(rest.slice(options.length).trim()) && !/(^|,)(command=|cert-authority)/i.test(options)
  }).length
}

const isKey = (text: string) => /^(ssh-|ecdsa-|sk-)/.test(text) && parsePublicKeyLine(text) !== undefined

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

/** Of everybody at once: one round trip. */
export async function readKeyTexts(system: MountedSystem, paths: readonly string[]): Promise<Map<string, string>> {
  const files = await system.files.read([...new Set(paths)])
  return new Map(files.flatMap((file) => (file.kind === 'file' ? [[file.path, file.bytes.toString('utf8')] as const] : [])))
}

export async function readKeys(
  account: Account,
  patterns: readonly string[],
  texts: ReadonlyMap<string, string>,
  look: ReturnType<typeof createLook>,
): Promise<KeysOfAccount> {
  const paths = keyPaths(patterns, account)
  const files = paths.map((path): KeyFile => ({ path, text: texts.get(path) }))
  const present = files.filter(({ text }) => text !== undefined)
  const unsafe: string[] = []
  for (const { path } of present) {
    // auth.c, secure_filename: the file and every folder up to the home directory.
    const chain = [path]
    while (chain[0] !== account.home && chain[0] !== '/') chain.unshift(posix.dirname(chain[0]!))
    for (const one of chain.filter((each) => each !== '/')) {
      const entry = await look(one)
      const isUnsafe = entry && entry.kind !== 'link' && ((entry.uid !== 0 && entry.uid !== account.uid) || (entry.mode & 0o022) !== 0)
      if (isUnsafe && !unsafe.includes(one)) unsafe.push(one)
    }
  }
  const folder = paths[0] && (await look(posix.dirname(paths[0])))
  return { files, unsafe, usable: present.reduce((sum, { text }) => sum + countUsableKeys(text!), 0), hasFolder: folder !== undefined }
}

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
  const key = isKey(line) && !/[\r\n]/.test(line) ? parsePublicKeyLine(line) : undefined
  if (!key) throw new AppError('bad-key')
  const comment = stripServerLine(line.split(/\s+/).slice(2).join(' '), 100)
  return `${key.type} ${key.blob.toString('base64')}${comment ? ` ${comment}` : ''}`
}
