/** The store on a real file system: links, modes, owners, directories without permission, and files that are none. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FileOperations, nodeFiles } from '../../electron/file-operations.js'
import { describeKnownHostsFile, readKnownHosts } from '../../electron/known-hosts/files.js'
import { makeQuery } from '../../electron/known-hosts/verdict.js'
import { createHome, createService, type Home, rescueKey, sampleKnownHosts, setAside, targetIn } from '../support/rescue-fixture.js'
import { bundleChild } from './support/bundle.js'

const isRoot = process.getuid?.() === 0
let home: Home
let service: ReturnType<typeof createService>

beforeEach(() => {
  home = createHome()
  service = createService(home.dataDir, { settings: { watchInBackground: false } })
})
afterEach(async () => {
  await service.interventions.dispose()
  chmodSync(home.directory, 0o700)
  home.remove()
})

/** There and back; what stands in between is checked by the caller. */
async function drill(between: () => void = () => {}, file = home.file) {
  const id = await setAside(service.interventions, targetIn({ file }))
  expect(readFileSync(file, 'utf8')).toContain(`\n#rescueterm:${id} web.example.net,192.0.2.7 `)
  between()
  await service.interventions.restoreNow(id)
  expect(service.interventions.list().find((one) => one.id === id)).toMatchObject({ state: 'restored', summary: { verified: true } })
}

describe('links', () => {
  it('a symbolic link stays one, and its target changes', async () => {
    const real = join(home.home, 'dotfiles', 'hosts')
    mkdirSync(dirname(real))
    writeFileSync(real, sampleKnownHosts, { mode: 0o640 })
    rmSync(home.file)
    symlinkSync('../dotfiles/hosts', home.file)
    await drill(() => {
      expect(readlinkSync(home.file)).toBe('../dotfiles/hosts')
      expect(statSync(real).mode & 0o777).toBe(0o640)
    })
    expect(readFileSync(real, 'utf8')).toBe(sampleKnownHosts)
    expect(lstatSync(home.file).isSymbolicLink()).toBe(true)
  })

  it('a chain of links is followed, a loop is refused', async () => {
    const real = join(home.home, 'real')
    writeFileSync(real, sampleKnownHosts)
    rmSync(home.file)
    symlinkSync(real, join(home.home, 'second'))
    symlinkSync('../second', home.file)
    await drill()
    expect(readFileSync(real, 'utf8')).toBe(sampleKnownHosts)

    rmSync(join(home.home, 'second'))
    symlinkSync(home.file, join(home.home, 'second'))
    await expect(service.interventions.plan(targetIn(home), rescueKey, 'set-aside', false)).rejects.toMatchObject({
      code: 'file-not-regular',
      data: { file: home.file },
    })
  })

  it('a link that leads nowhere leads to a new file, which goes again while the link stays', async () => {
    const real = join(home.home, 'elsewhere')
    rmSync(home.file)
    symlinkSync(real, home.file)
    const other = join(home.directory, 'known_hosts2')
    writeFileSync(other, sampleKnownHosts)
    const target = targetIn(home, { userFiles: [home.file, other] })
    const id = await setAside(service.interventions, target, { alsoWrite: true })
    expect(readFileSync(real, 'utf8')).toContain(rescueKey.toString('base64'))
    expect(statSync(real).mode & 0o777).toBe(0o600)
    await service.interventions.restoreNow(id)
    expect(existsSync(real)).toBe(false)
    expect(readlinkSync(home.file)).toBe(real)
  })

  it('a hard link stays one: the file is written in place', async () => {
    const twin = join(home.home, 'twin')
    linkSync(home.file, twin)
    const { ino } = statSync(home.file)
    await drill(() => expect(readFileSync(twin, 'utf8')).toContain('#rescueterm:'))
    expect(statSync(home.file)).toMatchObject({ ino, nlink: 2 })
    expect(readFileSync(twin, 'utf8')).toBe(sampleKnownHosts)
  })
})

describe('modes and owners', () => {
  it('stay as they were', async () => {
    for (const mode of [0o600, 0o644, 0o664]) {
      chmodSync(home.file, mode)
      await drill(() => expect(statSync(home.file).mode & 0o7777).toBe(mode))
      expect(statSync(home.file).mode & 0o7777).toBe(mode)
    }
  })

  it.runIf(isRoot)('another owner keeps the file', async () => {
    chownSync(home.file, 12345, 23456)
    await drill(() => expect(statSync(home.file)).toMatchObject({ uid: 12345, gid: 23456 }))
    expect(statSync(home.file)).toMatchObject({ uid: 12345, gid: 23456 })
  })

  it('a file 0400 is refused before anything changes, with the command for its owner, which works', async () => {
    chmodSync(home.file, 0o400)
    const { digest, id } = await service.interventions.plan(targetIn(home), rescueKey, 'set-aside', false)
    const failure = await service.interventions.begin(targetIn(home), rescueKey, digest, false).catch((error) => error)
    expect(failure).toMatchObject({ code: 'file-read-only', data: { file: home.file } })
    expect(home.read().toString()).toBe(sampleKnownHosts)
    chmodSync(home.file, 0o600)
    execFileSync('/bin/sh', ['-c', failure.data.command])
    expect(
      home
        .read()
        .toString()
        .match(new RegExp(`^#rescueterm:${id} web`, 'gm')),
    ).toHaveLength(2)
  })

  it.runIf(isRoot)('an immutable file is refused before anything changes', async ({ skip }) => {
    try {
      execFileSync('chattr', ['+i', home.file], { stdio: 'pipe' })
    } catch {
      skip('this file system knows no immutable files')
    }
    try {
      const { digest } = await service.interventions.plan(targetIn(home), rescueKey, 'set-aside', false)
      await expect(service.interventions.begin(targetIn(home), rescueKey, digest, false)).rejects.toMatchObject({ code: 'file-read-only' })
      expect(service.interventions.list()).toEqual([])
    } finally {
      execFileSync('chattr', ['-i', home.file])
    }
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })
})

describe('access lists and extended attributes', () => {
  const read = (command: string, ...args: string[]) => execFileSync(command, ['--absolute-names', ...args, home.file]).toString()
  const all = () => `${read('getfacl', '-n')}${read('getfattr', '-d', '-m', '-')}`

  it.runIf(process.platform === 'linux')('stay as they were', async () => {
    execFileSync('setfacl', ['-m', 'u:12345:r', home.file])
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept by its owner', home.file])
    const before = all()
    expect(before).toContain('user:12345:r--')
    expect(before).toContain('user.note="kept by its owner"')
    await drill(() => expect(all()).toBe(before))
    expect(all()).toBe(before)
  })

  it.runIf(process.platform === 'linux')('of the directory do not come down on a file that has none', async () => {
    execFileSync('setfacl', ['-d', '-m', 'u:12345:rw', home.directory])
    const before = all()
    expect(before).not.toContain('12345')
    await drill(() => expect(all()).toBe(before))
  })

  it('that cannot be copied to a new file are kept by writing in place', async () => {
    const fs: FileOperations = { ...nodeFiles, copyAttributes: () => Promise.reject(new Error('spawn cp ENOENT')) }
    await service.interventions.dispose()
    service = createService(home.dataDir, { fs, settings: { watchInBackground: false } })
    const { ino } = statSync(home.file)
    await drill(() => expect(statSync(home.file).ino).toBe(ino))
    expect(statSync(home.file).ino).toBe(ino)
  })
})

describe('an ordinary user', () => {
  let child: Awaited<ReturnType<typeof bundleChild>>
  beforeAll(async () => {
    child = await bundleChild(join(import.meta.dirname, 'support/as-nobody.ts'))
    chmodSync(dirname(child.path), 0o755)
  })
  afterAll(() => child.remove())

  function run(): { id?: string; during?: string; state?: string; code?: string; data?: Record<string, string> } {
    const dataDir = join(home.home, 'data-of-nobody')
    mkdirSync(dataDir)
    if (isRoot) {
      chmodSync(home.home, 0o755)
      for (const path of [dataDir, home.directory, home.file]) chownSync(path, 65534, 65534)
    }
    return JSON.parse(
      execFileSync(process.execPath, [child.path, JSON.stringify({ dataDir, file: home.file })], { cwd: tmpdir() }).toString(),
    )
  }

  it('whose directory 0555 takes no new file has the file written in place', () => {
    chmodSync(home.directory, 0o555)
    const { ino } = statSync(home.file)
    const { state, during, id } = run()
    expect(state).toBe('restored')
    expect(during).toContain(`#rescueterm:${id} web`)
    expect(statSync(home.file).ino).toBe(ino)
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('who may not write the file is told so, with a command', () => {
    chmodSync(home.file, 0o444)
    const { code, data } = run()
    expect(code).toBe('file-read-only')
    expect(data?.command).toContain('sed -i')
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('who may not read the file, or enter the directory, is told which', () => {
    chmodSync(home.file, 0o000)
    expect(run()).toMatchObject({ code: 'file-unreadable', data: { file: home.file } })
    chmodSync(home.directory, 0o000)
    rmSync(join(home.home, 'data-of-nobody'), { recursive: true })
    expect(run()).toMatchObject({ code: 'ssh-directory', data: { file: home.directory } })
  })
})

describe('files that are none', () => {
  const code = async (path: string) => readKnownHosts({ user: [path], system: [] }).catch((error) => error.code)

  it('a directory, a device, a pipe, a path through a file', async () => {
    rmSync(home.file)
    mkdirSync(home.file)
    expect(await code(home.file)).toBe('file-not-regular')
    expect(await code('/dev/zero')).toBe('file-not-regular')
    const pipe = join(home.home, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(await code(pipe)).toBe('file-not-regular')
    expect(await code(join(pipe, 'below'))).toBe('ssh-directory')
    expect(await code('/dev/null/known_hosts')).toBe('ssh-directory')
  })

  it('200 MB', async () => {
    truncateSync(home.file, 200 * 1024 * 1024)
    expect(await code(home.file)).toBe('file-too-large')
    expect(await describeKnownHostsFile(home.file, false)).toMatchObject({ access: 'unreadable' })
  })

  it('in a system file stop nobody', async () => {
    const files = await readKnownHosts({ user: [home.file], system: ['/dev/zero', '/etc', join(home.home, 'none')] })
    expect(files.map(({ path }) => path)).toEqual([home.file])
  })

  it('a missing directory is made for the first key, 0700, and a missing home is said', async () => {
    rmSync(home.directory, { recursive: true })
    expect(await readKnownHosts({ user: [home.file], system: [] })).toEqual([])
    await service.interventions.save(targetIn(home), rescueKey)
    expect(statSync(home.directory).mode & 0o777).toBe(0o700)
    const nowhere = join(home.home, 'no', 'such', 'known_hosts')
    await expect(service.interventions.save(targetIn({ file: nowhere }), rescueKey)).rejects.toMatchObject({ code: 'ssh-directory' })
  })

  it('are described for the settings', async () => {
    expect(await describeKnownHostsFile(home.file, false)).toEqual({ path: home.file, lines: 7, access: 'read-write', system: false })
    chmodSync(home.file, 0o444)
    expect(await describeKnownHostsFile(home.file, true)).toMatchObject({ access: 'read-only', system: true })
    expect(await describeKnownHostsFile(join(home.home, 'none'), false)).toMatchObject({ access: 'missing' })
  })
})

it('a file of 100 000 lines goes there and back in bounded time', async () => {
  const line = (n: number) => `host-${n}.example.net ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINkpihDRsHNYN9xL2F2sZBsPPO8npH5dU6VPLz9bL8/6\n`
  const big = `${Array.from({ length: 100_000 }, (_, n) => line(n)).join('')}`
  writeFileSync(home.file, big)
  const target = targetIn(home, { query: makeQuery('host-99999.example.net', 22) })
  const began = performance.now()
  const id = await setAside(service.interventions, target)
  await service.interventions.restoreNow(id)
  const took = performance.now() - began
  console.log(`100 000 lines set aside and put back in ${Math.round(took)} ms`)
  expect(home.read().toString()).toBe(big)
  expect(took).toBeLessThan(20_000)
})
