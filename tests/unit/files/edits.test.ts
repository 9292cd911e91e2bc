import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEdits, type Edits } from '../../../electron/files/edits.js'
import type { FileSystem } from '../../../electron/files/file-system.js'
import { localFiles } from '../../../electron/files/local-files.js'
import { silentLog } from '../../../electron/log.js'
import { AppError } from '../../../shared/errors.js'
import { createFakeClock } from '../../support/fake-clock.js'

// This computer's files stand for the server's; the clock stands still: no save is seen by itself, as in the moment before an end.

let dir: string
let server: string
let reach: () => Promise<FileSystem>
const away = () => Promise.reject(new AppError('wrong-state'))

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rescueterm-edits-'))
  server = join(dir, 'fstab')
  await writeFile(server, 'old\n')
  reach = async () => localFiles
})
const runs: Edits[] = []
afterEach(async () => {
  reach = away
  for (const run of runs.splice(0)) await run.dispose()
  await rm(dir, { recursive: true })
})

function start() {
  const opened: string[] = []
  const clock = createFakeClock()
  const edits = createEdits({
    dataDir: join(dir, 'data'),
    clock,
    log: silentLog,
    filesOf: () => reach(),
    hostOf: () => 'server.example',
    openFile: async (path) => void opened.push(path),
  })
  runs.push(edits)
  return { edits, clock, opened }
}
async function open() {
  const run = start()
  await run.edits.open('s', server)
  return { ...run, copy: run.opened[0]!, id: run.edits.list()[0]!.id }
}
async function nextRun() {
  const { edits } = start()
  await edits.load()
  return edits
}
const leftIn = async (folder: string) => (await readdir(folder, { recursive: true })).length

describe('what was saved in the editor', () => {
  it('reaches the server when the app ends at once', async () => {
    const { edits, copy } = await open()
    await writeFile(copy, 'mine\n')
    await edits.dispose()
    expect(await readFile(server, 'utf8')).toBe('mine\n')
    expect(await leftIn(join(dir, 'data/edits'))).toBe(0)
  })

  it('reaches the server when the file is closed at once', async () => {
    const { edits, copy, id } = await open()
    await writeFile(copy, 'mine\n')
    await edits.close(id)
    expect(await readFile(server, 'utf8')).toBe('mine\n')
    expect(edits.list()).toEqual([])
  })

  it('is not closed without a word when it cannot reach the server, until that is what the person says', async () => {
    const { edits, copy, id } = await open()
    reach = away
    await writeFile(copy, 'mine\n')
    await edits.close(id)
    expect(edits.list()).toMatchObject([{ id, copy, phase: { kind: 'failed' } }])
    expect(await readFile(copy, 'utf8')).toBe('mine\n')
    await edits.close(id)
    await expect(stat(copy)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is kept and told of when the server is away at the end', async () => {
    const { edits, copy } = await open()
    reach = away
    await writeFile(copy, 'mine\n')
    await edits.dispose()
    const next = await nextRun()
    expect(next.kept()).toMatchObject([{ server: 'server.example', path: server, file: copy }])
    expect(await readFile(copy, 'utf8')).toBe('mine\n')
  })

  it('is kept and told of when the file changed on the server', async () => {
    const { edits, copy, id } = await open()
    await writeFile(server, 'theirs\n')
    await writeFile(copy, 'mine\n')
    await edits.save(id, 'save')
    expect(edits.list()[0]?.phase.kind).toBe('conflict')
    await edits.dispose()
    expect(await readFile(server, 'utf8')).toBe('theirs\n')
    expect((await nextRun()).kept()).toHaveLength(1)
  })

  it('is kept when the server does not answer: the end is not waited for', async () => {
    const { edits, clock, copy } = await open()
    reach = () => new Promise(() => {})
    await writeFile(copy, 'mine\n')
    const ended = edits.dispose()
    await clock.advance(2_000)
    await ended
    expect((await nextRun()).kept()).toHaveLength(1)
  })

  it('is kept after a crash, what was saved before counting as saved', async () => {
    const { edits, copy, id } = await open()
    await writeFile(copy, 'first\n')
    await edits.save(id, 'save')
    expect((await nextRun()).kept()).toEqual([])
    const again = await open()
    await writeFile(again.copy, 'second\n')
    await again.edits.save(again.id, 'save')
    await writeFile(again.copy, 'third\n')
    expect((await nextRun()).kept()).toMatchObject([{ file: again.copy }])
    expect(await readFile(again.copy, 'utf8')).toBe('third\n')
  })

  it('is told of at every start until the person has seen it, and then is theirs', async () => {
    const { copy } = await open()
    await writeFile(copy, 'mine\n')
    await (await nextRun()).dispose()
    const next = await nextRun()
    expect(next.kept()).toHaveLength(1)
    await next.dismissKept()
    expect(next.kept()).toEqual([])
    expect((await nextRun()).kept()).toEqual([])
    expect(await readFile(copy, 'utf8')).toBe('mine\n')
  })
})

describe('the file on the server', () => {
  it('keeps the permissions it was given meanwhile', async () => {
    const { edits, copy, id } = await open()
    await chmod(server, 0o600)
    await writeFile(copy, 'mine\n')
    await edits.save(id, 'save')
    expect(edits.list()[0]?.phase.kind).toBe('saved')
    expect([await readFile(server, 'utf8'), (await stat(server)).mode & 0o777]).toEqual(['mine\n', 0o600])
  })

  it('that is gone is asked about, and made anew', async () => {
    const { edits, copy, id } = await open()
    await chmod(server, 0o640)
    await rm(server)
    await writeFile(copy, 'mine\n')
    await edits.save(id, 'save')
    expect(edits.list()[0]?.phase).toEqual({ kind: 'conflict' })
    await edits.save(id, 'overwrite')
    expect(await readFile(server, 'utf8')).toBe('mine\n')
  })
})

it('a copy that says nothing new goes', async () => {
  const { edits } = await open()
  await edits.dispose()
  expect(await leftIn(join(dir, 'data/edits'))).toBe(0)
  // A crash: nobody tidied.
  await open()
  expect((await nextRun()).kept()).toEqual([])
  expect(await leftIn(join(dir, 'data/edits'))).toBe(0)
})
