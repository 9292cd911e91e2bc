import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeFiles } from '../../electron/file-operations.js'
import { withLock } from '../../electron/lock.js'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rescueterm-lock-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))
const lock = () => join(root, 'lock')
const take = () => withLock(root, nodeFiles, async () => readFileSync(lock(), 'utf8'))

it('is held while the work runs, names its owner, and is gone after it, also when the work fails', async () => {
  expect(JSON.parse(await take())).toMatchObject({ pid: process.pid })
  await expect(withLock(root, nodeFiles, () => Promise.reject(new Error('work')))).rejects.toThrow('work')
  expect(readdirSync(root)).toEqual([])
})

it('lets one at a time through', async () => {
  let inside = 0
  let most = 0
  const work = () =>
    withLock(root, nodeFiles, async () => {
      most = Math.max(most, ++inside)
      await new Promise((done) => setImmediate(done))
      inside--
    })
  await Promise.all(Array.from({ length: 8 }, work))
  expect(most).toBe(1)
  expect(readdirSync(root)).toEqual([])
})

it('is taken over from a process that is gone', async () => {
  const gone = spawn(process.execPath, ['-e', ''])
  const { pid } = gone
  await new Promise((done) => gone.on('close', done))
  writeFileSync(lock(), JSON.stringify({ pid, startedAt: 'then' }))
  expect(JSON.parse(await take())).toMatchObject({ pid: process.pid })
})

it.runIf(process.platform === 'linux')('is taken over when its pid belongs to another process now', async () => {
  writeFileSync(lock(), JSON.stringify({ pid: process.pid, startedAt: 'before the reboot' }))
  expect(JSON.parse(await take())).toMatchObject({ pid: process.pid })
})

it('is taken over when a power cut left nonsense in it', async () => {
  for (const text of ['', '\0\0\0', '{"pid":']) {
    writeFileSync(lock(), text)
    expect(JSON.parse(await take())).toMatchObject({ pid: process.pid })
  }
})

it('is waited for while its process lives', async () => {
  const order: string[] = []
  let release = () => {}
  const first = withLock(root, nodeFiles, async () => {
    order.push('first')
    await new Promise<void>((done) => {
      release = done
    })
    order.push('first ends')
  })
  while (order.length === 0) await new Promise((done) => setImmediate(done))
  const second = withLock(root, nodeFiles, async () => void order.push('second'))
  release()
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'first ends', 'second'])
})
