import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Disk } from './qemu.js'

/** A throw-away disk on top of one that stays as it is. */
export async function overlay(base: Disk, path: string): Promise<Disk> {
  await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base.path, '-F', base.format, path])
  return { path, format: 'qcow2' }
}
