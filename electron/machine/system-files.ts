/**
 * Files of a mounted system, read and changed from the rescue system. Its links mean *its own* root: `/etc/resolv.conf` may point to
 * `/run/…`, and followed naively would be the rescue system's. The scripts below are constants; every name is an argument.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.js'
import { stripServerText } from '../../shared/server-text.js'
import { gather } from './gather.js'
import type { Machine } from './machine.js'

export type SystemFile =
  | { kind: 'file'; path: string; resolved: string; bytes: Buffer; size: number; mode: number; uid: number; gid: number; modified: Date }
  | { kind: 'missing' | 'directory' | 'special' | 'link-loop'; path: string }

export interface DirectoryEntry {
  name: string
  kind: 'file' | 'directory' | 'link' | 'special'
  size: number
  mode: number
  uid: number
  gid: number
  modified: Date
}

export interface FileChange {
  /** As the system names it. */
  path: string
  /** undefined: must not exist yet. */
  before: Buffer | undefined
  /** undefined: remove it. */
  after: Buffer | undefined
  /** Of a new file. An existing one keeps owner, mode, ACL and label. */
  mode: number
  /** Where the old content is copied first, as `cp -a` does; inside the system, or on the rescue system's own disk. */
  backup?: { path: string; on: 'system' | 'rescue' }
}

export interface SystemFiles {
  /** In the order asked, in one round trip; each cut after `maxBytes` (256 KiB). */
  read(paths: readonly string[], maxBytes?: number): Promise<SystemFile[]>
  /** Path → text of those that are files, read as `read` does; bytes that are not UTF-8 become U+FFFD. */
  texts(paths: readonly string[], maxBytes?: number): Promise<Map<string, string>>
  /** UTF-8 text, or undefined when there is no such file. Bytes that are not UTF-8 become U+FFFD. @throws AppError `file-too-large` above 2 MiB. */
  text(path: string): Promise<string | undefined>
  /** Where a file really is on the rescue system: links are followed as the system itself would, never out of it. @throws AppError `path-missing`. */
  locate(path: string): Promise<string>
  /** Empty when there is no such directory. Names are the machine's bytes, those that are not UTF-8 left out. */
  list(path: string): Promise<DirectoryEntry[]>
  /** Backup → new content beside it → rename. @throws AppError `file-changed` (nothing was written), `file-no-space`, `file-read-only`, `file-io`. */
  change(change: FileChange): Promise<void>
}

const MAX_FILE = 256 * 1024
const MAX_LIST = 8 * 1024 * 1024
// Rules of a firewall with thousands of bans are the longest texts met.
export const MAX_TEXT = 2 * 1024 * 1024

/**
 * A shell function: `resolve PATH` puts into `$resolved` where the system under `$root` finds PATH, links followed inside it.
 * XCU §2.6.2 parameter expansion only: no word of a name is ever evaluated.
 */
export const resolve = `
resolve() {
  rest=\${1#/}; at=; hops=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    case $part in ''|.) continue ;; ..) at=\${at%/*}; continue ;; esac
    if [ -L "$root$at/$part" ]; then
      hops=$((hops + 1)); [ "$hops" -gt 40 ] && return 1
      link=$(readlink -- "$root$at/$part"; echo x); link=\${link%x}; link=\${link%?}
      case $link in /*) at= ;; esac
      rest=\${link#/}/$rest
    else at=$at/$part; fi
  done
  resolved=$at
}`

const readScript = `root=$1; max=$2; shift 2
${resolve}
for path; do
  if ! resolve "$path"; then echo link-loop; continue; fi
  file=$root$resolved
  if [ ! -e "$file" ]; then echo missing
  elif [ -d "$file" ]; then echo directory
  elif [ ! -f "$file" ]; then echo special
  else
    printf 'file %s ' "$(stat -c '%s %a %u %g %Y' -- "$file")"
    printf %s "$resolved" | base64 -w0; printf ' '
    head -c "$max" -- "$file" | base64 -w0; echo
  fi
done`

// No entry is empty: an empty record comes before the entries of each directory.
const listScript = `root=$1; shift
${resolve}
for path; do
  printf '\\0'
  resolve "$path" && [ -d "$root$resolved" ] || continue
  find "$root$resolved/" -mindepth 1 -maxdepth 1 -printf '%y %s %m %U %G %Ts %f\\0'
done`

// Exit status 3: the file is not what it was. Standard input is the new content.
const changeScript = `root=$1; path=$2; expected=$3; action=$4; mode=$5; backup=$6; where=$7
set -e
${resolve}
resolve "$path" || exit 4
file=$root$resolved
if [ "$expected" = none ]; then
  [ ! -e "$file" ] || exit 3
else
  [ -f "$file" ] || exit 3
  [ "$(sha256sum < "$file" | cut -d' ' -f1)" = "$expected" ] || exit 3
fi
if [ -n "$backup" ]; then
  if [ "$where" = system ]; then resolve "$backup" || exit 4; copy=$root$resolved; else copy=$backup; fi
  (umask 077; mkdir -p -- "\${copy%/*}")
  cp -a -- "$file" "$copy"
  [ "$where" = system ] || chmod 0600 -- "$copy"
  sync -- "$copy"
fi
if [ "$action" = remove ]; then rm -- "$file"; sync -- "\${file%/*}"; exit 0; fi
new=$(mktemp "\${file%/*}/.rescueterm.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
if [ "$expected" = none ]; then chmod "$mode" -- "$new"; else cp -a -- "$file" "$new"; fi
cat > "$new"
[ "$(wc -c < "$new")" -eq "$8" ] || exit 5
sync -- "$new"
mv -f -- "$new" "$file"
trap - EXIT
sync -- "\${file%/*}"`

/** @param forOneLook what is read stays as it was read first, and what is asked at the same time travels together. */
export function createSystemFiles(machine: Machine, root: string, { forOneLook = false } = {}): SystemFiles {
  async function readNow(paths: readonly string[], maxBytes: number): Promise<SystemFile[]> {
    const { stdout, exitCode, stderr } = await machine.run({
      words: ['sh', '-c', readScript, 'read', root, String(maxBytes), ...paths],
      risk: 'reads',
      shown: ['cat', ...paths.map((path) => root + path)],
      maxBytes: paths.length * (maxBytes * 2 + 8192),
    })
    const lines = stdout.toString('latin1').split('\n')
    if (exitCode !== 0 || lines.length < paths.length) throw failure(paths[0]!, stderr)
    return paths.map((path, index) => parseFile(path, lines[index]!))
  }
  async function listNow(paths: readonly string[]): Promise<DirectoryEntry[][]> {
    const { stdout, stderr, timedOut, truncated } = await machine.run({
      words: ['sh', '-c', listScript, 'list', root, ...paths],
      shown: ['ls', '-la', ...paths.map((path) => root + path)],
      risk: 'reads',
      maxBytes: paths.length * MAX_LIST,
    })
    const found: DirectoryEntry[][] = []
    const records = stdout.toString('utf8').split('\0')
    const last = records.pop()
    for (const record of records) {
      if (record === '') found.push([])
      else found.at(-1)?.push(...parseEntry(record))
    }
    // What was cut off would look like folders that are empty. The exit status says nothing: a folder may be missing.
    if (timedOut || truncated || last !== '' || found.length !== paths.length) throw failure(paths[0]!, stderr || 'the answer was cut')
    return found
  }

  const list = forOneLook ? gather(listNow) : listNow
  const readers = new Map<number, (paths: readonly string[]) => Promise<SystemFile[]>>()
  function read(paths: readonly string[], maxBytes = MAX_FILE): Promise<SystemFile[]> {
    if (paths.length === 0) return Promise.resolve([])
    if (!forOneLook) return readNow(paths, maxBytes)
    const reader = readers.get(maxBytes) ?? gather((asked) => readNow(asked, maxBytes))
    readers.set(maxBytes, reader)
    return reader(paths)
  }
  return {
    read,
    async texts(paths, maxBytes) {
      const found = await read(paths, maxBytes)
      return new Map(found.flatMap((file) => (file.kind === 'file' ? [[file.path, file.bytes.toString('utf8')] as const] : [])))
    },
    async text(path) {
      const [file] = await read([path], MAX_TEXT)
      if (file?.kind !== 'file') return undefined
      if (file.size > MAX_TEXT) throw new AppError('file-too-large', { file: path })
      return file.bytes.toString('utf8')
    },
    async locate(path) {
      const [file] = await read([path], 1)
      if (file?.kind !== 'file') throw new AppError('path-missing', { file: path })
      return root + file.resolved
    },
    list: async (path) => (await list([path]))[0]!,
    async change({ path, before, after, mode, backup }) {
      const { exitCode, stderr } = await machine.run({
        words: [
          'sh',
          '-c',
          changeScript,
          'change',
          root,
          path,
          before ? createHash('sha256').update(before).digest('hex') : 'none',
          after ? 'write' : 'remove',
          mode.toString(8).padStart(4, '0'),
          backup?.path ?? '',
          backup?.on ?? 'system',
          String(after?.length ?? 0),
        ],
        risk: 'writes',
        shown: after ? ['tee', root + path] : ['rm', root + path],
        stdin: after ?? '',
        // A full or failing disk answers slowly; nothing is half done when the limit strikes: the rename comes last.
        limitMs: 60_000,
      })
      if (exitCode === 3) throw new AppError('file-changed', { file: path })
      if (exitCode === 0) return
      throw failure(path, stderr)
    },
  }
}

function failure(path: string, stderr: string): AppError {
  const code = /No space left|quota exceeded/i.test(stderr)
    ? 'file-no-space'
    : /Read-only file system/i.test(stderr)
      ? 'file-read-only'
      : 'file-io'
  return new AppError(code, { file: path }, stripServerText(stderr, 500))
}

function parseFile(path: string, line: string): SystemFile {
  const [kind, size, mode, uid, gid, modified, resolved, content] = line.split(' ')
  if (kind === 'missing' || kind === 'directory' || kind === 'special' || kind === 'link-loop') return { kind, path }
  if (kind !== 'file' || resolved === undefined || content === undefined)
    throw new AppError('file-io', { file: path }, 'the answer was cut')
  return {
    kind,
    path,
    resolved: Buffer.from(resolved, 'base64').toString('utf8'),
    bytes: Buffer.from(content, 'base64'),
    size: Number(size),
    mode: Number.parseInt(mode!, 8),
    uid: Number(uid),
    gid: Number(gid),
    modified: new Date(Number(modified) * 1000),
  }
}

const entryKinds: Record<string, DirectoryEntry['kind']> = { f: 'file', d: 'directory', l: 'link' }

function parseEntry(record: string): DirectoryEntry[] {
  const match = /^(\S) (\d+) (\d+) (\d+) (\d+) (\d+) ([\s\S]+)$/.exec(record)
  if (!match || match[7]!.includes('\ufffd')) return []
  const [, kind, size, mode, uid, gid, modified, name] = match as unknown as string[]
  return [
    {
      name: name!,
      kind: entryKinds[kind!] ?? 'special',
      size: Number(size),
      mode: Number.parseInt(mode!, 8),
      uid: Number(uid),
      gid: Number(gid),
      modified: new Date(Number(modified) * 1000),
    },
  ]
}
