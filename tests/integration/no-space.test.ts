/**
 * A full disk: a tiny tmpfs of our own as root (really full), the same refusals by injection for everybody else. Nothing of the
 * person's may change, nothing may be left behind, and the message names the file.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFaultyFiles } from '../support/faulty-files.js'
import { createHome, createService, lineFor, rescueKey, sampleKnownHosts, setAside, targetIn } from '../support/rescue-fixture.js'

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const directory = mkdtempSync(join(tmpdir(), 'rescueterm-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'pipe' })
    execFileSync('umount', [directory])
    return true
  } catch {
    return false
  } finally {
    rmSync(directory, { recursive: true })
  }
}
const mounts = canMount()
// 40 of 64 KiB: a second copy beside it does not fit.
const bigContent = `${lineFor('web.example.net', 'normal')}\n${'# filler\n'.repeat(4_400)}`

describe.runIf(mounts)('a full tmpfs (mounting one needs root; for others the injection below stands for it)', () => {
  let root = ''
  let service: ReturnType<typeof createService>
  const small = () => join(root, 'small')
  const file = () => join(small(), 'known_hosts')

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rescueterm-full-'))
    mkdirSync(small())
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', small()])
  })
  afterEach(async () => {
    await service.interventions.dispose()
    execFileSync('umount', [small()])
    rmSync(root, { recursive: true })
  })

  it('of the known_hosts file: refused before anything changes, told with file and command, gone on with when there is room', async () => {
    service = createService(join(root, 'data'), { settings: { watchInBackground: false } })
    writeFileSync(file(), bigContent)
    const { digest } = await service.interventions.plan(targetIn({ file: file() }), rescueKey, 'set-aside', false)
    await expect(service.interventions.begin(targetIn({ file: file() }), rescueKey, digest, false)).rejects.toMatchObject({
      code: 'file-no-space',
      data: { file: file(), command: expect.stringContaining('sed -i') },
    })
    expect(readFileSync(file(), 'utf8')).toBe(bigContent)
    expect(readdirSync(small())).toEqual(['known_hosts'])
    expect(readdirSync(join(root, 'data', 'journal'))).toEqual([])
    expect(service.interventions.list()).toEqual([])
    expect(await createService(join(root, 'data')).interventions.resume()).toEqual([])

    execFileSync('mount', ['-o', 'remount,size=256k', small()])
    const id = await setAside(service.interventions, targetIn({ file: file() }))
    await service.interventions.restoreNow(id)
    expect(readFileSync(file(), 'utf8')).toBe(bigContent)
  })

  it('on the way back: stays set aside, says so, and the lines go back when there is room', async () => {
    service = createService(join(root, 'data'), { settings: { watchInBackground: false } })
    execFileSync('mount', ['-o', 'remount,size=256k', small()])
    writeFileSync(file(), bigContent)
    const id = await setAside(service.interventions, targetIn({ file: file() }))
    const during = readFileSync(file(), 'utf8')
    const { bsize, bavail } = statfsSync(small())
    writeFileSync(join(small(), 'ballast'), Buffer.alloc(bsize * bavail))
    await expect(service.interventions.restoreNow(id)).rejects.toMatchObject({ code: 'file-no-space', data: { file: file() } })
    expect(readFileSync(file(), 'utf8')).toBe(during)
    expect(readdirSync(small()).sort()).toEqual(['ballast', 'known_hosts'])
    expect(service.interventions.list()[0]).toMatchObject({ state: 'active', setAside: 1, error: { code: 'file-no-space' } })
    rmSync(join(small(), 'ballast'))
    await service.interventions.restoreNow(id)
    expect(readFileSync(file(), 'utf8')).toBe(bigContent)
    expect(service.interventions.list()[0]?.error).toBeUndefined()
  })

  it('of the data directory: nothing is begun', async () => {
    const home = createHome(bigContent)
    try {
      service = createService(join(small(), 'data'), { settings: { watchInBackground: false } })
      const { digest } = await service.interventions.plan(targetIn(home), rescueKey, 'set-aside', false)
      await expect(service.interventions.begin(targetIn(home), rescueKey, digest, false)).rejects.toMatchObject({ code: 'file-no-space' })
      expect(home.read().toString()).toBe(bigContent)
      expect(readdirSync(home.directory)).toEqual(['known_hosts'])
    } finally {
      home.remove()
    }
  })
})

describe('a disk that is full or fails from any one operation on, by injection', () => {
  it.each(['ENOSPC', 'EIO'])('%s: while setting aside and putting back, nothing is lost at any of them', async (code) => {
    const whole = createHome()
    const counting = createFaultyFiles({ at() {} })
    const probe = createService(whole.dataDir, { fs: counting, settings: { watchInBackground: false } })
    await probe.interventions.restoreNow(await setAside(probe.interventions, targetIn(whole), { alsoWrite: true }))
    const operations = counting.count()
    whole.remove()

    // Freeing space and looking still work on a full disk.
    const spared = new Set(
      code === 'ENOSPC' ? ['unlink', 'rmdir', 'read', 'stat', 'lstat', 'fstat', 'realpath', 'readlink', 'readdir', 'access'] : ['unlink'],
    )
    let refused = 0
    for (let n = 1; n <= operations; n++) {
      const home = createHome()
      let broken = false
      let mended = false
      const fs = createFaultyFiles({
        at(at, name, after) {
          broken ||= at >= n
          if (broken && !mended && !after && !spared.has(name)) throw Object.assign(new Error(code), { code })
        },
      })
      const broke = createService(home.dataDir, { fs, settings: { watchInBackground: false } })
      try {
        await broke.interventions.restoreNow(await setAside(broke.interventions, targetIn(home), { alsoWrite: true }))
      } catch {
        refused++
      }
      mended = true
      await broke.interventions.dispose()
      const next = createService(home.dataDir, { settings: { watchInBackground: false } })
      await next.interventions.resume()
      for (const { id, state } of next.interventions.list()) if (state === 'active') await next.interventions.restoreNow(id)
      await next.interventions.dispose()
      expect(home.read().toString(), `${code} from operation ${n} on`).toBe(sampleKnownHosts)
      expect(existsSync(join(home.dataDir, 'lock')), `${code} from operation ${n} on`).toBe(false)
      home.remove()
    }
    console.log(`${code} from each of ${operations} operations on: ${refused} refusals, nothing lost`)
  })
})
