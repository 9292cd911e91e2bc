/** One transfer between two folders of this computer, where one side fails in ways a real one cannot be made to. */
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FileSystem } from '../../../electron/files/file-system.js'
import { localFiles } from '../../../electron/files/local-files.js'
import { runTransfer } from '../../../electron/files/transfer.js'
import { createWindow } from '../../../electron/files/window.js'
import { AppError } from '../../../shared/errors.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-transfer-'))
  await mkdir(join(dir, 'from/tree'), { recursive: true })
  await mkdir(join(dir, 'into/tree'), { recursive: true })
})
afterEach(() => rm(dir, { recursive: true }))

/** Replaces whatever stands in the way. */
const transfer = (from: string, target: FileSystem = localFiles) =>
  runTransfer(
    { id: 'one', from, into: join(dir, 'into'), resumed: false },
    {
      source: localFiles,
      target,
      window: createWindow(1024 * 1024),
      signal: new AbortController().signal,
      platform: 'linux',
      onProgress() {},
      onCheckpoint() {},
      ask: async () => ({ choice: 'replace', all: true }),
    },
  )

it('what a link replaces stays when the link cannot be made', async () => {
  await symlink('elsewhere', join(dir, 'from/tree/config'))
  await writeFile(join(dir, 'into/tree/config'), 'old')
  const noLinks: FileSystem = { ...localFiles, makeLink: (_target, file) => Promise.reject(new AppError('path-denied', { file })) }
  expect(await transfer(join(dir, 'from/tree'), noLinks)).toMatchObject({ failed: 1 })
  expect(await readFile(join(dir, 'into/tree/config'), 'utf8')).toBe('old')

  expect(await transfer(join(dir, 'from/tree'))).toMatchObject({ failed: 0, skipped: 0 })
  expect(await readlink(join(dir, 'into/tree/config'))).toBe('elsewhere')
  expect(await readdir(join(dir, 'into/tree'))).toEqual(['config'])
})
