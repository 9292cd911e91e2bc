import { appendFileSync, chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyFileEdit, type FileEdit, removeStrayTemporaries, stageFileEdit } from '../../../electron/known-hosts/file-edit.js'
import { createFaultyFiles, type Fault } from '../../support/faulty-files.js'

let root = ''
let file = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rescueterm-edit-'))
  file = join(root, 'known_hosts')
  writeFileSync(file, 'one\ntwo\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const prefix = (current: Buffer | undefined) => Buffer.from(`#m ${current ?? ''}`)
const unprefix = (current: Buffer | undefined) => current && Buffer.from(current.toString().replace(/^#m /, ''))
const editWith = (edit: FileEdit['edit'], more: Partial<FileEdit> = {}): FileEdit => ({
  path: file,
  edit,
  command: 'by hand',
  async beforeInPlace() {},
  ...more,
})
const failure = (code: string) => Object.assign(new Error(code), { code })
const names = () => readdirSync(root).sort()

describe('a foreign writer', () => {
  it('that appends before the rename makes the edit start anew', async () => {
    let once = true
    const fs = createFaultyFiles({
      at(_n, name, after) {
        if (name === 'fchmod' && after && once) {
          once = false
          appendFileSync(file, 'ssh\n')
        }
      },
    })
    await applyFileEdit(editWith(prefix), fs)
    expect(readFileSync(file, 'utf8')).toBe('#m one\ntwo\nssh\n')
  })

  it('that appends between the last look and the rename is merged from the old inode', async () => {
    let once = true
    const fs = createFaultyFiles({
      at(_n, name, after) {
        if (name === 'rename' && !after && once) {
          once = false
          appendFileSync(file, 'ssh\n')
        }
      },
    })
    await applyFileEdit(editWith(prefix), fs)
    expect(readFileSync(file, 'utf8')).toBe('#m one\ntwo\nssh\n')
    expect(names()).toEqual(['known_hosts'])
  })

  it('that holds the old file open and writes after the rename is merged too', async () => {
    const { openSync, writeSync, closeSync } = await import('node:fs')
    const held = openSync(file, 'a')
    const fs = createFaultyFiles({
      at(_n, name, after) {
        if (name === 'rename' && after) writeSync(held, 'late\n')
      },
    })
    await applyFileEdit(editWith(prefix), fs)
    closeSync(held)
    expect(readFileSync(file, 'utf8')).toBe('#m one\ntwo\nlate\n')
  })

  it('that replaces the file by another is seen, also with equal bytes', async () => {
    let once = true
    let rounds = 0
    const fs = createFaultyFiles({
      at(_n, name, after) {
        if (name === 'fchmod' && after && once) {
          once = false
          rmSync(file)
          writeFileSync(file, 'one\ntwo\n')
        }
      },
    })
    await applyFileEdit(
      editWith((current) => {
        rounds++
        return prefix(current)
      }),
      fs,
    )
    expect(rounds).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('#m one\ntwo\n')
  })

  it('that creates a missing file first is not overwritten', async () => {
    rmSync(file)
    let once = true
    const fs = createFaultyFiles({
      at(_n, name, after) {
        if (name === 'link' && !after && once) {
          once = false
          writeFileSync(file, 'ssh\n')
        }
      },
    })
    await applyFileEdit(editWith(prefix), fs)
    expect(readFileSync(file, 'utf8')).toBe('#m ssh\n')
  })

  it('that never stops is answered with file-busy, and keeps every line', async () => {
    let lines = 0
    const fs = createFaultyFiles({
      at(_n, name, after) {
        if (name === 'fchmod' && after) appendFileSync(file, `ssh ${++lines}\n`)
      },
    })
    await expect(applyFileEdit(editWith(prefix), fs)).rejects.toMatchObject({ code: 'file-busy', data: { file, command: 'by hand' } })
    expect(readFileSync(file, 'utf8')).toBe(`one\ntwo\n${Array.from({ length: lines }, (_, i) => `ssh ${i + 1}\n`).join('')}`)
    expect(names()).toEqual(['known_hosts'])
  })
})

describe('a refusing system', () => {
  const codes = {
    ENOSPC: 'file-no-space',
    EDQUOT: 'file-no-space',
    EROFS: 'file-read-only',
    EIO: 'file-io',
    EBUSY: 'file-busy',
  } as const

  it.each(Object.entries(codes))('%s at any operation changes nothing or everything, and leaves no temp file', async (errno, code) => {
    const counting = createFaultyFiles({ at() {} })
    await applyFileEdit(editWith(prefix), counting)
    for (let n = 1; n <= counting.count(); n++) {
      writeFileSync(file, 'one\ntwo\n')
      const fs = createFaultyFiles({
        at(at, name, after) {
          if (at === n && !after && name !== 'unlink') throw failure(errno)
        },
      })
      const outcome = await applyFileEdit(editWith(prefix), fs).catch((error: unknown) => error)
      const label = `${errno} at ${counting.names[n - 1]} (${n})`
      expect(['one\ntwo\n', '#m one\ntwo\n'], label).toContain(readFileSync(file, 'utf8'))
      if (outcome instanceof Error) expect(['file-busy', code], label).toContain((outcome as unknown as { code: string }).code)
      else expect(readFileSync(file, 'utf8'), label).toBe('#m one\ntwo\n')
      expect(names(), label).toEqual(['known_hosts'])
    }
  })

  const always =
    (operation: string, errno: string): Fault['at'] =>
    (_n, name, after) => {
      if (name === operation && !after) throw failure(errno)
    }

  it('a rename over a mounted file is replaced by writing in place, after both contents are durable', async () => {
    const { ino } = statSync(file)
    const ahead: string[] = []
    const edit = editWith(prefix, {
      async beforeInPlace(before, after) {
        ahead.push(before.toString(), after.toString(), readFileSync(file, 'utf8'))
      },
    })
    await applyFileEdit(edit, createFaultyFiles({ at: always('rename', 'EBUSY') }))
    expect(ahead).toEqual(['one\ntwo\n', '#m one\ntwo\n', 'one\ntwo\n'])
    expect(statSync(file).ino).toBe(ino)
    expect(readFileSync(file, 'utf8')).toBe('#m one\ntwo\n')
    expect(names()).toEqual(['known_hosts'])
  })

  it('without hard links a new file is renamed into place', async () => {
    rmSync(file)
    await applyFileEdit(editWith(prefix), createFaultyFiles({ at: always('link', 'EPERM') }))
    expect(readFileSync(file, 'utf8')).toBe('#m ')
    expect(names()).toEqual(['known_hosts'])
  })

  it('a directory that cannot be synced is no failure', async () => {
    let syncs = 0
    await applyFileEdit(
      editWith(prefix),
      createFaultyFiles({
        at(_n, name, after) {
          if (name === 'fsync' && !after && ++syncs === 2) throw failure('EINVAL')
        },
      }),
    )
    expect(syncs).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('#m one\ntwo\n')
  })

  it('an in-place write without room leaves the file as it was', async () => {
    const fault: Fault['at'] = (_n, name, after) => {
      if (name === 'rename' && !after) throw failure('EBUSY')
    }
    let inPlace = false
    const fs = createFaultyFiles({
      at(n, name, after) {
        fault(n, name, after)
        if (inPlace && name === 'write' && !after) throw failure('ENOSPC')
      },
    })
    const edit = editWith(prefix, {
      async beforeInPlace() {
        inPlace = true
      },
    })
    await expect(applyFileEdit(edit, fs)).rejects.toMatchObject({ code: 'file-no-space' })
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
  })
})

describe('staging', () => {
  it('discards without a trace', async () => {
    const staged = await stageFileEdit(editWith(prefix))
    expect(names()).toHaveLength(2)
    await staged.discard()
    expect(names()).toEqual(['known_hosts'])
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
  })

  it('writes nothing when there is nothing to change', async () => {
    const { ino, mtimeMs } = statSync(file)
    expect(await applyFileEdit(editWith((current) => current))).toBe(false)
    expect(statSync(file)).toMatchObject({ ino, mtimeMs })
  })

  it('keeps any mode, and the way there and back gives the same bytes', async () => {
    for (const mode of [0o600, 0o644, 0o640, 0o664, 0o200]) {
      chmodSync(file, mode)
      await applyFileEdit(editWith(prefix))
      expect(statSync(file).mode & 0o7777).toBe(mode)
      await applyFileEdit(editWith(unprefix))
      expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
    }
  })

  it('removes stray temp files of a crash long ago, and nothing else', async () => {
    const now = new Date('2026-11-24T12:00:00Z')
    const stray = (name: string, minutes: number) => {
      writeFileSync(join(root, name), '')
      const at = new Date(now.getTime() - minutes * 60_000)
      utimesSync(join(root, name), at, at)
    }
    stray('.rescueterm-0123456789abcdef.tmp', 61)
    stray('.rescueterm-0123456789abcdee.tmp', 59)
    stray('.rescueterm-notes.tmp', 500)
    stray('known_hosts.old', 500)
    await removeStrayTemporaries(file, now)
    expect(names()).toEqual(['.rescueterm-0123456789abcdee.tmp', '.rescueterm-notes.tmp', 'known_hosts', 'known_hosts.old'])
    await removeStrayTemporaries(join(root, 'no', 'such', 'file'), now)
  })
})
