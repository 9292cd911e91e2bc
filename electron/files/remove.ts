import { AppError } from '../../shared/app-error.js'
import type { RemovalCount } from '../../shared/files.js'
import type { FileSystem } from './file-system.js'

/** What removing these paths takes with it. Links count as files: they are removed, never what they lead to. */
export async function countRemoval(files: FileSystem, paths: readonly string[], signal: AbortSignal): Promise<RemovalCount> {
  const count = { files: 0, directories: 0, bytes: 0 }
  const waiting: string[] = []
  for (const path of paths) {
    const { kind, size } = await files.info(path)
    add(kind, size, path)
  }
  function add(kind: string, size: number, path: string) {
    if (kind === 'directory') {
      count.directories++
      waiting.push(path)
    } else {
      count.files++
      count.bytes += kind === 'file' ? size : 0
    }
  }
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for await (const page of files.list(directory, { targets: false, signal }))
      for (const found of page) add(found.kind, found.size, files.join(directory, found.name))
  }
  return count
}

// Removals wait for each other on a disk anyway; this hides the round trips.
const AT_ONCE = 16

/** @throws the first failure; what was removed before it is gone. */
export async function removeTree(files: FileSystem, path: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if ((await files.info(path)).kind !== 'directory') return files.removeFile(path)
  if (files.parent(path) === path) throw new AppError('path-denied', { file: path })
  await removeDirectory(files, path, signal)
}

async function removeDirectory(files: FileSystem, directory: string, signal: AbortSignal): Promise<void> {
  const names: string[] = []
  const directories: string[] = []
  // Read to the end first: removing from a directory while it is read may skip names.
  for await (const page of files.list(directory, { targets: false, signal }))
    for (const found of page) (found.kind === 'directory' ? directories : names).push(files.join(directory, found.name))
  for (const inner of directories) await removeDirectory(files, inner, signal)
  for (let at = 0; at < names.length; at += AT_ONCE) {
    signal.throwIfAborted()
    await Promise.all(names.slice(at, at + AT_ONCE).map((name) => files.removeFile(name)))
  }
  await files.removeDirectory(directory)
}
