/** Who keeps mounted trees in use: processes that stand in it, were started from it, live in it by chroot, or have files of it open. */
import { stripServerLine } from '../../shared/server-text.js'
import type { Machine } from './machine.js'
import { createSystemFiles } from './system-files.js'

export interface User {
  pid: number
  /** `bash`: the kernel's name of it. */
  command: string
  /** Where it stands, or the file it holds. Both fit to be shown. */
  directory: string
}

// The links of /proc/PID (proc(5)), each with where it points; processes that end meanwhile are no error.
const linksScript = `find /proc/[0-9]* -maxdepth 2 \\( -name cwd -o -name root -o -name exe -o -path '*/fd/*' \\) -printf '%p\\0%l\\0' 2> /dev/null
exit 0`

/** Each process once, by number. */
export async function findUsers(machine: Machine, roots: readonly string[]): Promise<User[]> {
  if (roots.length === 0) return []
  const { stdout } = await machine.run({
    words: ['sh', '-c', linksScript],
    shown: ['fuser', '-vm', ...roots],
    risk: 'reads',
    maxBytes: 16 * 1024 * 1024,
  })
  const found = new Map<number, string>()
  for (const { pid, kind, target } of readLinks(stdout.toString('utf8'))) {
    if (!roots.some((root) => `${target}/`.startsWith(`${root}/`))) continue
    // Where it stands says most to a person.
    if (!found.has(pid) || kind === 'cwd') found.set(pid, target)
  }
  const pids = [...found.keys()].sort((a, b) => a - b)
  const names = await createSystemFiles(machine, '').read(pids.map((pid) => `/proc/${pid}/comm`))
  return pids.flatMap((pid, index) => {
    const name = names[index]
    if (name?.kind !== 'file') return []
    return [{ pid, command: stripServerLine(name.bytes.toString('utf8')), directory: stripServerLine(found.get(pid)!, 1000) }]
  })
}

/** Pairs of link and target, each ended by NUL: names may hold line breaks. */
function readLinks(report: string): { pid: number; kind: string; target: string }[] {
  const words = report.split('\0')
  const links: { pid: number; kind: string; target: string }[] = []
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [, pid, kind] = /^\/proc\/(\d+)\/(cwd|root|exe|fd)/.exec(words[index]!) ?? []
    if (pid && kind) links.push({ pid: Number(pid), kind, target: words[index + 1]! })
  }
  return links
}
