/** Programs that read and write files on the practice machine's disks, and the filters used behind a pipe. */
import type { Command, CommandContext, CommandResult } from './commands.js'
import { namesIn, parentOf, removeFrom } from './file-tree.js'
import { locate } from './machine.js'

// Everything lives in memory: a disk of toy files, not a place to store data.
const MAX_FILE = 64 * 1024
const MAX_NODES = 2000

const plain = (words: readonly string[]) => words.slice(1).filter((word) => !word.startsWith('-') || word === '-')
const flagsOf = (words: readonly string[]) =>
  words
    .slice(1)
    .filter((word) => word.startsWith('-'))
    .join('')
const problem = (text: string): CommandResult => ({ err: `${text}\n`, status: 1 })

/** Writes one file; the answer is bash's or coreutils' complaint, or undefined. */
export function writeText(
  { machine, login }: Pick<CommandContext, 'machine' | 'login'>,
  path: string,
  text: string,
  append: boolean,
): string | undefined {
  const { node, inner, mount } = locate(machine, login, path)
  const { tree } = mount.partition
  if (path === '/dev/null') return undefined
  if (node?.kind === 'directory') return 'Is a directory'
  if (mount.readOnly) return 'Read-only file system'
  if (tree.get(parentOf(inner))?.kind !== 'directory') return 'No such file or directory'
  const content = append && node ? node.text + text : text
  if (content.length > MAX_FILE || tree.size >= MAX_NODES) return 'No space left on device'
  tree.set(inner, { kind: 'file', text: content })
  return undefined
}

const ls: Command = ({ machine, login, words }) => {
  const flags = flagsOf(words)
  const paths = plain(words)
  let out = ''
  let err = ''
  const row = (name: string, directory: boolean, size: number) =>
    flags.includes('l')
      ? `${directory ? 'drwxr-xr-x 2' : '-rw-r--r-- 1'} root root ${String(directory ? 4096 : size).padStart(6)} Nov 24 01:50 ${name}\n`
      : `${name}\n`
  for (const path of paths.length > 0 ? paths : ['.']) {
    const { node, inner, mount } = locate(machine, login, path)
    const { tree } = mount.partition
    if (!node) err += `ls: cannot access '${path}': No such file or directory\n`
    else if (node.kind === 'file' || flags.includes('d')) out += row(path, node.kind === 'directory', node.text.length)
    else {
      const names = namesIn(tree, inner).filter((name) => flags.includes('a') || !name.startsWith('.'))
      if (paths.length > 1) out += `${out ? '\n' : ''}${path}:\n`
      if (flags.includes('l')) {
        out += `total ${names.length * 4}\n`
        for (const name of names) {
          const entry = tree.get(inner === '/' ? `/${name}` : `${inner}/${name}`)!
          out += row(name, entry.kind === 'directory', entry.text.length)
        }
      } else if (names.length > 0) out += `${names.join('  ')}\n`
    }
  }
  return { out, err, status: err ? 2 : 0 }
}

const cd: Command = ({ machine, login, words }) => {
  const target = words[1] ?? '/root'
  const { node, path } = locate(machine, login, target === '~' ? '/root' : target)
  if (!node) return problem(`bash: cd: ${target}: No such file or directory`)
  if (node.kind === 'file') return problem(`bash: cd: ${target}: Not a directory`)
  login.cwd = login.root === '/' ? path : path.slice(login.root.length) || '/'
  return {}
}

/** A filter over its files or the pipe's input. */
const filter =
  (
    name: string,
    run: (text: string, words: readonly string[]) => CommandResult,
    files = (words: readonly string[]) => plain(words),
  ): Command =>
  ({ machine, login, words, input }) => {
    const paths = files(words)
    if (paths.length === 0) return input === undefined ? problem(`${name}: nothing to read (name a file)`) : run(input, words)
    let text = ''
    let err = ''
    for (const path of paths) {
      const { node } = locate(machine, login, path)
      if (!node) err += `${name}: ${path}: No such file or directory\n`
      else if (node.kind === 'directory') err += `${name}: ${path}: Is a directory\n`
      else text += node.text
    }
    const result = run(text, words)
    return err ? { ...result, err, status: name === 'grep' ? 2 : 1 } : result
  }

const countOf = (words: readonly string[]) => {
  const index = words.findIndex((word) => /^-(?:n|\d+$)/.test(word))
  const word = words[index]
  return Number(word === '-n' ? words[index + 1] : (word?.replace(/^-n?/, '') ?? 10)) || 10
}
const countedFiles = (words: readonly string[]) =>
  plain(words).filter((_, index, all) => !(words.includes('-n') && index === 0 && /^\d+$/.test(all[0]!)))
const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const joined = (lines: readonly string[]) => (lines.length > 0 ? `${lines.join('\n')}\n` : '')

function grep(text: string, words: readonly string[]): CommandResult {
  const flags = flagsOf(words)
  const pattern = plain(words)[0]
  if (pattern === undefined) return { err: 'Usage: grep [OPTION]... PATTERNS [FILE]...\n', status: 2 }
  // Plain text only (`a|b` for alternatives): a pattern typed here must never be able to stall the process that runs all sessions.
  const choices = pattern.split('|').map((choice) => (flags.includes('i') ? choice.toLowerCase() : choice))
  const found = linesOf(text).filter(
    (line) => choices.some((choice) => (flags.includes('i') ? line.toLowerCase() : line).includes(choice)) !== flags.includes('v'),
  )
  return { out: joined(found), status: found.length > 0 ? 0 : 1 }
}

const mkdir: Command = ({ machine, login, words }) => {
  for (const path of plain(words)) {
    const { node, inner, mount } = locate(machine, login, path)
    const { tree } = mount.partition
    const parents = flagsOf(words).includes('p')
    if (node && parents && node.kind === 'directory') continue
    if (node) return problem(`mkdir: cannot create directory '${path}': File exists`)
    if (mount.readOnly) return problem(`mkdir: cannot create directory '${path}': Read-only file system`)
    if (!parents && tree.get(parentOf(inner))?.kind !== 'directory')
      return problem(`mkdir: cannot create directory '${path}': No such file or directory`)
    if (tree.size >= MAX_NODES) return problem(`mkdir: cannot create directory '${path}': No space left on device`)
    for (let at = inner; at !== '/' && !tree.has(at); at = parentOf(at)) tree.set(at, { kind: 'directory', text: '' })
  }
  return {}
}

const rm: Command = ({ machine, login, words }) => {
  const flags = flagsOf(words)
  for (const path of plain(words)) {
    const { node, inner, mount } = locate(machine, login, path)
    if (!node && flags.includes('f')) continue
    if (!node) return problem(`rm: cannot remove '${path}': No such file or directory`)
    if (node.kind === 'directory' && !/r/i.test(flags)) return problem(`rm: cannot remove '${path}': Is a directory`)
    if (inner === '/') return problem(`rm: cannot remove '${path}': Device or resource busy`)
    if (mount.readOnly) return problem(`rm: cannot remove '${path}': Read-only file system`)
    removeFrom(mount.partition.tree, inner)
  }
  return {}
}

const copy =
  (name: 'cp' | 'mv'): Command =>
  (context) => {
    const [from, to] = plain(context.words)
    if (!from || !to) return problem(`${name}: missing file operand`)
    const source = locate(context.machine, context.login, from)
    if (!source.node) return problem(`${name}: cannot stat '${from}': No such file or directory`)
    if (source.node.kind === 'directory') return problem(`${name}: -r not specified; omitting directory '${from}'`)
    if (name === 'mv' && source.mount.readOnly) return problem(`mv: cannot move '${from}': Read-only file system`)
    const directory = locate(context.machine, context.login, to).node?.kind === 'directory'
    const target = directory ? `${to}/${from.slice(from.lastIndexOf('/') + 1)}` : to
    if (locate(context.machine, context.login, target).path === source.path)
      return problem(`${name}: '${from}' and '${to}' are the same file`)
    const complaint = writeText(context, target, source.node.text, false)
    if (complaint) return problem(`${name}: cannot create regular file '${target}': ${complaint}`)
    if (name === 'mv') source.mount.partition.tree.delete(source.inner)
    return {}
  }

export const fileCommands: Record<string, Command> = {
  ls,
  cd,
  pwd: ({ login }) => ({ out: `${login.cwd}\n` }),
  echo: ({ words }) => (words[1] === '-n' ? { out: words.slice(2).join(' ') } : { out: `${words.slice(1).join(' ')}\n` }),
  cat: filter('cat', (text) => ({ out: text })),
  less: filter('less', (text) => ({ out: text })),
  more: filter('more', (text) => ({ out: text })),
  head: filter('head', (text, words) => ({ out: joined(linesOf(text).slice(0, countOf(words))) }), countedFiles),
  tail: filter('tail', (text, words) => ({ out: joined(linesOf(text).slice(-countOf(words))) }), countedFiles),
  wc: filter('wc', (text, words) => ({
    out: words.includes('-l')
      ? `${linesOf(text).length}\n`
      : `${linesOf(text).length} ${text.split(/\s+/).filter(Boolean).length} ${text.length}\n`,
  })),
  sort: filter('sort', (text) => ({ out: joined(linesOf(text).sort()) })),
  grep: filter('grep', grep, (words) => plain(words).slice(1)),
  mkdir,
  rm,
  cp: copy('cp'),
  mv: copy('mv'),
  touch: (context) => {
    for (const path of plain(context.words)) {
      const complaint = writeText(context, path, '', true)
      if (complaint) return problem(`touch: cannot touch '${path}': ${complaint}`)
    }
    return {}
  },
  nano: () => problem('nano: not on the practice server; use echo text > file'),
  vi: () => problem('vi: not on the practice server; use echo text > file'),
  vim: () => problem('vim: not on the practice server; use echo text > file'),
}
