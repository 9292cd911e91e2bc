/**
 * Changes of sshd's configuration, as texts of its files. What is proposed is read again first as sshd would, Match blocks included: it
 * counts for this user, from wherever they come. It speaks of these settings alone, not of whether the user then gets in.
 */
import { labelledEdit, type Selinux } from '../selinux.js'
import type { Step } from '../task.js'
import { appendLines, insertLines, replaceLine } from '../text-edit.js'
import { allowsUser } from './login.js'
import {
  decidingLine,
  hasValue,
  holdsFor,
  mainFile,
  type SshdFiles,
  type SshdUser,
  settingsOfLines,
  sshdConfig,
  sshdLines,
} from './sshd-config.js'

const dropIn = '/etc/ssh/sshd_config.d/00-rescueterm.conf'
const note = '# Added from rescue mode by RescueTerm.'

/**
 * Settings where they count: in a file of our own that an Include reads first, else at the top of the main file, else in a Match block
 * for the user before that of others. A main file of the distribution stays as it is: sshd prefers a copy in /etc.
 * @param wanted keyword as it is written → value.
 * @returns the files as they should be; undefined when none of this would count.
 */
export function withSettings(
  files: SshdFiles,
  hasDropIns: boolean,
  user: SshdUser,
  wanted: Readonly<Record<string, string>>,
): SshdFiles | undefined {
  if (Object.keys(wanted).length === 0) return files
  const added = Object.entries(wanted).map(([keyword, value]) => `${keyword} ${value}`)
  const block = [`Match User ${user.user}`, ...added]
  const own = files.get(dropIn) ?? `${note}\n`
  const main = files.get(mainFile(files))
  const tries: [path: string, text: string][] = []
  if (hasDropIns) tries.push([dropIn, insertLines(own, files.has(dropIn) ? 1 : 2, added)])
  if (main !== undefined) tries.push([sshdConfig, insertLines(main, topOf(main), [note, ...added])])
  if (/^[\w.-]+$/.test(user.user)) {
    if (hasDropIns) tries.push([dropIn, appendLines(own, block)])
    if (main !== undefined) tries.push([sshdConfig, insertLines(main, lineOf(main, /^\s*match\b/i), [note, ...block])])
  }
  return tries
    .map(([path, text]) => new Map([...files, [path, text]]))
    .find((changed) => {
      const lines = sshdLines(changed)
      return Object.entries(wanted).every(([keyword, value]) => hasValue(lines, keyword.toLowerCase(), value, user))
    })
}

/** Where the first line is that says something. */
const topOf = (main: string) => Math.min(sshdLines(new Map([[sshdConfig, main]]))[0]?.line ?? 1, lineOf(main, /^\s*(include|match)\b/i))

function lineOf(text: string, what: RegExp): number {
  const index = text.split('\n').findIndex((line) => what.test(line))
  return index < 0 ? Number.POSITIVE_INFINITY : index + 1
}

/** AllowUsers and DenyUsers: adds the user to the one, takes them out of the other. @returns undefined when that would not let them in. */
export function withUser(files: SshdFiles, account: SshdUser): SshdFiles | undefined {
  const { user } = account
  const lines = sshdLines(files).filter(({ keyword }) => keyword === 'allowusers' || keyword === 'denyusers')
  // A list in a block that holds replaces those outside.
  if (lines.some(({ match }) => match !== undefined && holdsFor(match, account))) return undefined
  const changed = new Map(files)
  const change = (file: string, line: number, to: (old: string) => string) => changed.set(file, replaceLine(changed.get(file)!, line, to))
  const named = lines.filter(({ match, values }) => match === undefined && values.includes(user))
  for (const { file, line, values } of named.filter(({ keyword }) => keyword === 'denyusers')) {
    change(file, line, (old) => (values.length === 1 ? `#${old}` : old.replace(wordOf(user), '')))
  }
  const allowing = decidingLine(lines, 'allowusers')
  if (allowing && !named.some(({ keyword }) => keyword === 'allowusers')) {
    change(allowing.file, allowing.line, (old) => old.replace(/\s*(#.*)?$/, (end) => ` ${user}${end}`))
  }
  return allowsUser(user, settingsOfLines(sshdLines(changed))) === 'no' ? undefined : changed
}

export const editSteps = (before: SshdFiles, after: SshdFiles, selinux: Selinux): Step[] =>
  [...after]
    .filter(([path, text]) => before.get(path) !== text)
    .flatMap(([path, text]) => labelledEdit(selinux, { path, before: before.get(path), after: text, mode: 0o600 }))

const wordOf = (user: string) => new RegExp(`\\s+"?${user.replaceAll(/[^\w]/g, '\\$&')}"?(?=\\s|$)`)
