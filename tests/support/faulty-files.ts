/** The real file system with each operation counted, and one of them made to fail, fall short, or be the process's last. */
import type { BigIntStats } from 'node:fs'
import { type FileOperations, nodeFiles, type OpenFile } from '../../electron/file-operations.js'

export interface Fault {
  /** Called before (`after: false`) and after each operation, also a failing one; `n` from 1. May throw. */
  at(n: number, name: string, after: boolean): void
  /** For a write: how many of `length` bytes the system takes this time. */
  take?(n: number, length: number): number
}

export function createFaultyFiles(fault: Fault): FileOperations & { count(): number; names: string[] } {
  let n = 0
  const names: string[] = []
  async function run<T>(name: string, operation: (n: number) => Promise<T>): Promise<T> {
    const mine = ++n
    names.push(name)
    fault.at(mine, name, false)
    try {
      return await operation(mine)
    } finally {
      fault.at(mine, name, true)
    }
  }
  const wrap = (file: OpenFile): OpenFile => ({
    read: (buffer, offset, length, position) => run('read', () => file.read(buffer, offset, length, position)),
    write: (buffer, offset, length, position) =>
      run('write', (mine) => file.write(buffer, offset, Math.max(1, Math.min(length, fault.take?.(mine, length) ?? length)), position)),
    stat: () => run<BigIntStats>('fstat', () => file.stat()),
    chmod: (mode) => run('fchmod', () => file.chmod(mode)),
    chown: (uid, gid) => run('fchown', () => file.chown(uid, gid)),
    truncate: (size) => run('ftruncate', () => file.truncate(size)),
    sync: () => run('fsync', () => file.sync()),
    // close(2): the descriptor is gone even when closing reports a failure.
    close: () =>
      run('close', () => file.close()).catch(async (error) => {
        await file.close().catch(() => {})
        throw error
      }),
  })
  return {
    names,
    count: () => n,
    open: (path, flags, mode) => run('open', async () => wrap(await nodeFiles.open(path, flags, mode))),
    rename: (from, to) => run('rename', () => nodeFiles.rename(from, to)),
    link: (existing, path) => run('link', () => nodeFiles.link(existing, path)),
    unlink: (path) => run('unlink', () => nodeFiles.unlink(path)),
    mkdir: (path, mode) => run('mkdir', () => nodeFiles.mkdir(path, mode)),
    rmdir: (path) => run('rmdir', () => nodeFiles.rmdir(path)),
    readdir: (path) => run('readdir', () => nodeFiles.readdir(path)),
    stat: (path) => run('stat', () => nodeFiles.stat(path)),
    lstat: (path) => run('lstat', () => nodeFiles.lstat(path)),
    readlink: (path) => run('readlink', () => nodeFiles.readlink(path)),
    realpath: (path) => run('realpath', () => nodeFiles.realpath(path)),
    copyAttributes: (from, to) => run('copyAttributes', () => nodeFiles.copyAttributes(from, to)),
    access: (path, mode) => run('access', () => nodeFiles.access(path, mode)),
  }
}
