/** Changes of sshd's configuration that are sure to count: what is proposed is read again as sshd would, before it is proposed. */
import type { Selinux } from '../selinux.js'
import type { Step } from '../task.js'
import { insertLines, replaceLine } from '../text-edit.js'
import type { Sshd } from './sshd.js'
import { decidingLine, sshdConfig, sshdLines } from './sshd-config.js'

const dropIn = '/etc/ssh/sshd_config.d/00-rescueterm.conf'
const note = '# Added from rescue mode by RescueTerm.'

/**
 * Settings in a file of our own where an Include reads it first, else at the top of the main file; undefined when neither would count.
 * @param wanted keyword as it is written → value.
 */
export function settingSteps(
  { files, hasDropIns }: Pick<Sshd, 'files' | 'hasDropIns'>,
  selinux: Selinux,
  wanted: Readonly<Record<string, string>>,
): Step[] | undefined {
  const added = Object.entries(wanted).map(([keyword, value]) => `${keyword} ${value}`)
  const counts = (path: string, text: string) => {
    const lines = sshdLines(new Map([...files, [path, text]]))
    return Object.entries(wanted).every(([keyword, value]) => decidingLine(lines, keyword.toLowerCase())?.values[0] === value)
  }
  const before = files.get(dropIn)
  const after = before === undefined ? `${[note, ...added].join('\n')}\n` : insertLines(before, 1, added)
  if (hasDropIns && counts(dropIn, after)) {
    return [{ kind: 'edit', path: dropIn, before, after, mode: 0o600 }, ...(before === undefined ? selinux.relabel([dropIn]) : [])]
  }
  const main = files.get(sshdConfig)
  if (main === undefined) return undefined
  const first = sshdLines(new Map([[sshdConfig, main]]))[0]?.line ?? 1
  const edited = insertLines(main, Math.min(first, firstInclude(main)), [note, ...added])
  return counts(sshdConfig, edited) ? [{ kind: 'edit', path: sshdConfig, before: main, after: edited }] : undefined
}

const firstInclude = (text: string) => {
  const index = text.split('\n').findIndex((line) => /^\s*(include|match)\b/i.test(line))
  return index < 0 ? Number.POSITIVE_INFINITY : index + 1
}

/** AllowUsers and DenyUsers: adds the user to the one, takes them out of the other. */
export function allowUserSteps({ files, lines }: Pick<Sshd, 'files' | 'lines'>, user: string): Step[] | undefined {
  const denying = lines.filter(({ keyword, match, values }) => keyword === 'denyusers' && match === undefined && values.includes(user))
  const allowing = decidingLine(lines, 'allowusers')
  const isAllowed = lines.some(({ keyword, match, values }) => keyword === 'allowusers' && match === undefined && values.includes(user))
  const edits = new Map<string, string>()
  const change = (file: string, line: number, to: (old: string) => string) =>
    edits.set(file, replaceLine(edits.get(file) ?? files.get(file)!, line, to))
  for (const { file, line, values } of denying) {
    change(file, line, (old) => (values.length === 1 ? `#${old}` : old.replace(wordOf(user), '')))
  }
  if (allowing && !isAllowed) change(allowing.file, allowing.line, (old) => old.replace(/\s*(#.*)?$/, (end) => ` ${user}${end}`))
  if (edits.size === 0) return undefined
  return [...edits].map(([path, after]): Step => ({ kind: 'edit', path, before: files.get(path)!, after }))
}

const wordOf = (user: string) => new RegExp(`\\s+"?${user.replaceAll(/[^\w]/g, '\\$&')}"?(?=\\s|$)`)
