/** One writer at a time among our own processes (window, command line). ssh takes no locks, so this is no protection from it. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../shared/errors.js'
import { ensureDirectory, readDurable } from './durable-file.js'
import { errnoOf, type FileOperations, openFlags, writeAll } from './file-operations.js'

const Owner = z.strictObject({ pid: z.number().int(), startedAt: z.string() })

// An edit takes milliseconds; a holder of this length is stuck or the disk is.
const PATIENCE_MS = 15_000
const RETRY_MS = 25

/**
 * Runs `run` while holding `<directory>/lock`. A lock whose process is gone (or whose pid now belongs to another process) is
 * taken over.
 * @throws AppError `locked` when a live process keeps it for 15 s
 */
export async function withLock<T>(directory: string, fs: FileOperations, run: () => Promise<T>): Promise<T> {
  await ensureDirectory(directory, fs)
  const lock = join(directory, 'lock')
  const mine = join(directory, `lock.${randomBytes(6).toString('hex')}`)
  const file = await fs.open(mine, openFlags.create, 0o600)
  try {
    try {
      await writeAll(file, Buffer.from(JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) ?? '' })))
    } finally {
      await file.close()
    }
    await take(lock, mine, fs)
  } finally {
    await fs.unlink(mine).catch(() => {})
  }
  try {
    return await run()
  } finally {
    await fs.unlink(lock).catch(() => {})
  }
}

/** A link is made or not, with its content: nobody ever reads a lock without an owner. */
async function take(lock: string, mine: string, fs: FileOperations): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      await fs.link(mine, lock)
      return
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
    const content = await readDurable(lock, fs).catch(() => undefined)
    if (content && !isHeld(content)) {
      await removeStale(lock, `${mine}.stale`, content, fs)
      continue
    }
    if (Date.now() > deadline) throw new AppError('locked', { file: lock })
    await new Promise((done) => setTimeout(done, RETRY_MS))
  }
}

/** Two processes may find the same stale lock: what the slower one moves away may be the faster one's fresh lock, and goes back. */
async function removeStale(lock: string, aside: string, stale: Buffer, fs: FileOperations): Promise<void> {
  try {
    await fs.rename(lock, aside)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return
    throw error
  }
  const moved = await readDurable(aside, fs)
  if (moved && !moved.equals(stale)) await fs.link(aside, lock).catch(() => {})
  await fs.unlink(aside)
}

function isHeld(content: Buffer): boolean {
  let owner: z.infer<typeof Owner>
  try {
    owner = Owner.parse(JSON.parse(content.toString('utf8')))
  } catch {
    // Not ours or torn by a power cut: no process can be named that would hold it.
    return false
  }
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives, as another user.
    if (errnoOf(error) === 'ESRCH') return false
  }
  const startedAt = startOf(owner.pid)
  return startedAt === undefined || owner.startedAt === '' || startedAt === owner.startedAt
}

/** Start time of a process in ticks since boot, with the boot's id (proc(5), field 22); undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    // The name in parentheses may hold anything; fields count from behind it.
    return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return undefined
  }
}
