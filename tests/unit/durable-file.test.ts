import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ensureDirectory, readDurable, readJsonFile, removeDurably, writeDurably, writeJsonFile } from '../../electron/durable-file.js'
import { createFaultyFiles } from '../support/faulty-files.js'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rescueterm-durable-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const Schema = z.strictObject({ a: z.number() })
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('own files', () => {
  it('are written 0600 in directories 0700, whatever the umask', async () => {
    const before = process.umask(0)
    try {
      const path = join(root, 'one', 'two', 'file.json')
      await writeJsonFile(path, { a: 1 })
      expect(await readJsonFile(path, Schema)).toEqual({ a: 1 })
      expect([modeOf(path), modeOf(join(root, 'one')), modeOf(join(root, 'one', 'two'))]).toEqual([0o600, 0o700, 0o700])
    } finally {
      process.umask(before)
    }
  })

  it('are absent, not an error, when missing', async () => {
    expect(await readJsonFile(join(root, 'none'), Schema)).toBeUndefined()
    expect(await readDurable(join(root, 'no', 'directory'))).toBeUndefined()
    await removeDurably(join(root, 'none'))
  })

  it('keep their content when it is not what was expected', async () => {
    const path = join(root, 'file.json')
    for (const text of ['', '{', '{"a":"x"}', '{"a":1,"b":2}']) {
      writeFileSync(path, text)
      await expect(readJsonFile(path, Schema)).rejects.toThrow()
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })

  it('are never reached through a link somebody laid', async () => {
    const victim = join(root, 'victim')
    writeFileSync(victim, 'kept')
    symlinkSync(victim, join(root, 'link'))
    await writeDurably(join(root, 'link'), Buffer.from('new'))
    expect(readFileSync(victim, 'utf8')).toBe('kept')
    expect(readFileSync(join(root, 'link'), 'utf8')).toBe('new')
  })

  it('are old or new, never half, whichever operation fails, and leave no temp file behind', async () => {
    const path = join(root, 'file')
    const counting = createFaultyFiles({ at() {} })
    await writeDurably(path, Buffer.from('old'))
    await writeDurably(path, Buffer.from('old'), counting)
    for (let n = 1; n <= counting.count(); n++) {
      await writeDurably(path, Buffer.from('old'))
      const failing = createFaultyFiles({
        at(at, _name, after) {
          if (at === n && !after) throw Object.assign(new Error('disk'), { code: 'EIO' })
        },
        take: () => 1,
      })
      await writeDurably(path, Buffer.from('newer'), failing).catch(() => {})
      expect(['old', 'newer']).toContain(readFileSync(path, 'utf8'))
      expect(readdirSync(root)).toEqual(['file'])
    }
  })

  it('go through write, fsync, rename, fsync of the directory, in this order', async () => {
    const fs = createFaultyFiles({ at() {} })
    await writeDurably(join(root, 'file'), Buffer.from('x'), fs)
    expect(fs.names).toEqual(['mkdir', 'open', 'write', 'fsync', 'close', 'rename', 'open', 'fsync', 'close'])
  })

  it('say what stands in the way of a directory', async () => {
    writeFileSync(join(root, 'file'), '')
    await expect(ensureDirectory(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
    mkdirSync(join(root, 'loose'))
    chmodSync(join(root, 'loose'), 0o755)
    await ensureDirectory(join(root, 'loose'))
    expect(modeOf(join(root, 'loose'))).toBe(0o755)
  })
})
