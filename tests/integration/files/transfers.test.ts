import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type FilesFixture, isOver, sha256, startFiles, transferWhen } from './server.js'

let fixture: FilesFixture | undefined
afterEach(async () => {
  await fixture?.dispose()
  fixture = undefined
})

describe('whole files', () => {
  it('come down and go up through a connection of their own, with permissions and time', async () => {
    fixture = await startFiles()
    const { files, here, there } = fixture
    await writeFile(join(there, 'big'), randomBytes(20_000_003))
    await chmod(join(there, 'big'), 0o640)
    await utimes(join(there, 'big'), 1_600_000_000, 1_600_000_000)

    files.transfer('s', 'download', [join(there, 'big')], here)
    const down = await transferWhen(files, isOver)
    expect(down.phase).toEqual({ kind: 'done' })
    expect(down.sharesConnection).toBe(false)
    expect(down.bytesDone).toBe(20_000_003)
    expect(await sha256(join(here, 'big'))).toBe(await sha256(join(there, 'big')))
    const { mode, mtimeMs } = await stat(join(here, 'big'))
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_600_000_000_000])

    await mkdir(join(there, 'up'))
    files.transfer('s', 'upload', [join(here, 'big')], join(there, 'up'))
    expect((await transferWhen(files, isOver, 1)).phase).toEqual({ kind: 'done' })
    expect(await sha256(join(there, 'up/big'))).toBe(await sha256(join(there, 'big')))
    expect((await stat(join(there, 'up/big'))).mode & 0o777).toBe(0o640)
  })
})

describe('a tree', () => {
  it('comes with its links as links, empty directories and odd names, without pipes', async () => {
    fixture = await startFiles()
    const { files, here, there } = fixture
    const tree = join(there, 'tree')
    await mkdir(join(tree, 'sub/empty'), { recursive: true })
    await writeFile(join(tree, 'a\nb'), '1')
    await writeFile(join(tree, '$(touch x)'), '2')
    await writeFile(Buffer.concat([Buffer.from(`${tree}/bad-`), Buffer.of(0xff, 0xfe)]), '3')
    await symlink('../tree', join(tree, 'sub/circle'))
    await symlink('/etc/passwd', join(tree, 'away'))
    const { execFileSync } = await import('node:child_process')
    execFileSync('mkfifo', [join(tree, 'pipe')])

    files.transfer('s', 'download', [tree], here)
    const done = await transferWhen(files, isOver)
    expect(done.phase).toEqual({ kind: 'done' })
    expect(done.outcome).toMatchObject({ failed: 0, skipped: 0, leftOut: { special: 1, refused: 0 } })
    const copy = join(here, 'tree')
    expect(await readFile(join(copy, 'a\nb'), 'utf8')).toBe('1')
    expect(await readFile(join(copy, '$(touch x)'), 'utf8')).toBe('2')
    expect(await readFile(Buffer.concat([Buffer.from(`${copy}/bad-`), Buffer.of(0xff, 0xfe)]), 'utf8')).toBe('3')
    expect(await readlink(join(copy, 'sub/circle'))).toBe('../tree')
    expect(await readlink(join(copy, 'away'))).toBe('/etc/passwd')
    expect((await lstat(join(copy, 'sub/empty'))).isDirectory()).toBe(true)
  })
})
