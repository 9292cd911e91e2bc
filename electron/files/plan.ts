/**
 * What a transfer will do, found out before anything is written: every directory, file and link below one path. Links are never
 * followed below it (a circle would not end) and are made again as links; devices, pipes and sockets are left out and counted.
 */
import { AppError } from '../../shared/app-error.js'
import type { FileInfo, FileSystem } from './file-system.js'

export interface PlannedItem extends Pick<FileInfo, 'size' | 'mtime' | 'mode'> {
  kind: 'directory' | 'file' | 'link'
  /** Path at the source. */
  from: string
  /** Names below the destination; never `..`, never with a separator. */
  to: readonly string[]
}

export interface TransferPlan {
  /** Directories before what is in them. */
  items: PlannedItem[]
  bytes: number
  files: number
  /** Names that this system cannot hold, and what they became. */
  renamed: { from: string; to: string }[]
  leftOut: { special: number; refused: number }
  unreadable: { path: string; error: AppError }[]
}

// Round trips are waited for together; a server's disk has more than one request to order.
const AT_ONCE = 8

export interface PlanOptions {
  /** What the destination calls it. */
  nameFor(name: string): string
  signal: AbortSignal
  onFound(files: number, bytes: number): void
}

/** @throws AppError for the path itself; what cannot be read below it is in the plan. */
export async function planTransfer(source: FileSystem, path: string, name: string, o: PlanOptions): Promise<TransferPlan> {
  const plan: TransferPlan = { items: [], bytes: 0, files: 0, renamed: [], leftOut: { special: 0, refused: 0 }, unreadable: [] }
  // What a person chose is meant even if it is a link.
  const top = await source.target(path)
  if (top.kind === 'special') throw new AppError('path-kind', { file: path })
  const add = (item: PlannedItem) => {
    plan.items.push(item)
    if (item.kind !== 'file') return
    plan.files++
    plan.bytes += item.size
    o.onFound(plan.files, plan.bytes)
  }
  const rename = (original: string, taken: ReadonlySet<string>) => {
    const fitting = avoid(o.nameFor(original), taken)
    if (fitting !== original) plan.renamed.push({ from: original, to: fitting })
    return fitting
  }
  const { size, mtime, mode } = top
  add({ kind: top.kind === 'directory' ? 'directory' : 'file', from: path, to: [rename(name, new Set())], size, mtime, mode })
  const waiting = top.kind === 'directory' ? [plan.items[0]!] : []

  async function look(directory: PlannedItem) {
    const taken = new Set<string>()
    const pages = source.list(directory.from, { targets: false, signal: o.signal })
    for (;;) {
      const page = await pages.next()
      if (page.done) {
        plan.leftOut.refused += page.value.refused
        return
      }
      for (const found of page.value) {
        if (found.kind === 'special') {
          plan.leftOut.special++
          continue
        }
        const to = rename(found.name, taken)
        taken.add(to)
        const { kind, size, mtime, mode } = found
        const item: PlannedItem = { kind, from: source.join(directory.from, found.name), to: [...directory.to, to], size, mtime, mode }
        add(item)
        if (kind === 'directory') waiting.push(item)
      }
    }
  }

  let running = 0
  await new Promise<void>((resolve, reject) => {
    let failed = false
    function next() {
      if (failed) return
      if (o.signal.aborted) {
        failed = true
        return reject(o.signal.reason)
      }
      while (running < AT_ONCE && waiting.length > 0) {
        const directory = waiting.shift()!
        running++
        look(directory)
          .catch((error: unknown) => {
            // The connection's end and a pause end the plan; a directory that may not be read is told at the end.
            if (!(error instanceof AppError) || !error.code.startsWith('path-')) throw error
            if (directory === plan.items[0]) throw error
            plan.unreadable.push({ path: directory.from, error })
          })
          .then(
            () => {
              running--
              next()
            },
            (error: unknown) => {
              failed = true
              reject(error)
            },
          )
      }
      if (running === 0 && waiting.length === 0) resolve()
    }
    next()
  })
  return plan
}

/** Two names of the server may become the same one here. */
function avoid(name: string, taken: ReadonlySet<string>): string {
  let free = name
  for (let n = 2; taken.has(free); n++) free = numbered(name, n)
  return free
}

/** `notes.txt` → `notes (2).txt` */
export function numbered(name: string, n: number): string {
  const dot = name.lastIndexOf('.')
  const at = dot > 0 ? dot : name.length
  return `${name.slice(0, at)} (${n})${name.slice(at)}`
}

// What Windows refuses in a name, and the names of its devices (Win32 "Naming Files, Paths, and Namespaces").
const forbidden = /[<>:"/\\|?*\x00-\x1f\udc80-\udcff]/gu
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/** A name as this system can hold it. Linux holds everything; macOS only Unicode. */
export function localName(name: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return name.replace(/[:\udc80-\udcff]/gu, '_')
  if (platform !== 'win32') return name
  const fitting = name.replace(forbidden, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length))
  return devices.test(fitting) ? `_${fitting}` : fitting
}
