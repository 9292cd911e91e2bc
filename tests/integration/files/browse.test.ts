import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createServerFiles } from '../../../electron/files/server-files.js'
import type { Edit } from '../../../shared/files.js'
import { type FilesFixture, listAll, local, server, startFiles } from './server.js'

let fixture: FilesFixture | undefined
afterEach(async () => {
  await fixture?.dispose()
  fixture = undefined
})
const never = new AbortController().signal

// In-process and as the program that distributions install: both are OpenSSH's, with other privileges and another start.
const servers = [
  ['internal-sftp', 'internal-sftp'],
  ['external', '/usr/lib/openssh/sftp-server'],
] as const

describe.each(servers)('%s', (_name, subsystem) => {
  it('lists, makes, renames, changes and removes', async () => {
    fixture = await startFiles({ config: [`Subsystem sftp ${subsystem}`] })
    const { files, there } = fixture
    await mkdir(join(there, 'sub'))
    await writeFile(join(there, 'a'), 'xyz', { mode: 0o640 })
    await symlink('sub', join(there, 'to-directory'))
    await symlink('nowhere', join(there, 'dangling'))
    await symlink('circle', join(there, 'circle'))
    const { entries, start } = await listAll(files, server, there)
    expect(start).toMatchObject({ path: there, parent: fixture.dir })
    const seen = Object.fromEntries(entries.map(({ name, kind, target }) => [name, [kind, target]]))
    expect(seen).toEqual({
      a: ['file', undefined],
      sub: ['directory', undefined],
      'to-directory': ['link', 'directory'],
      dangling: ['link', undefined],
      circle: ['link', undefined],
    })
    expect(entries.find(({ name }) => name === 'a')).toMatchObject({ size: 3, mode: 0o640, uid: 0 })

    await files.makeDirectory(server, there, 'new')
    await expect(files.makeDirectory(server, there, 'new')).rejects.toMatchObject({ code: 'path-exists' })
    await files.rename(server, join(there, 'a'), 'b')
    await expect(files.rename(server, join(there, 'b'), 'sub')).rejects.toMatchObject({ code: 'path-exists' })
    await expect(files.rename(server, join(there, 'b'), '../out')).rejects.toMatchObject({ code: 'bad-request' })
    await files.change(server, join(there, 'b'), { mode: 0o4755, owner: { uid: 1234, gid: 4321 } })
    const { mode, uid, gid } = await stat(join(there, 'b'))
    expect([mode & 0o7777, uid, gid]).toEqual([0o4755, 1234, 4321])
    expect(await files.details(server, join(there, 'to-directory'))).toMatchObject({
      leadsTo: 'sub',
      canChangeOwner: true,
      entry: { target: 'directory' },
    })

    await mkdir(join(there, 'sub/deep'), { recursive: true })
    await writeFile(join(there, 'sub/deep/f'), '12345')
    await symlink('/etc', join(there, 'sub/etc'))
    const paths = [join(there, 'sub'), join(there, 'b')]
    expect(await files.countRemoval(server, paths, never)).toEqual({ files: 3, directories: 2, bytes: 8 })
    await files.remove(server, paths, never)
    expect((await readdir(there)).sort()).toEqual(['circle', 'dangling', 'new', 'to-directory'])
    expect((await stat('/etc')).isDirectory()).toBe(true)
    await expect(listAll(files, server, join(there, 'gone'))).rejects.toMatchObject({ code: 'path-missing' })
  })

  it('shows 100 000 entries, the first of them soon', async () => {
    fixture = await startFiles({ config: [`Subsystem sftp ${subsystem}`] })
    const { files, there } = fixture
    execFileSync('bash', ['-c', `cd "$0" && seq -f 'file-%06g.log' 100000 | xargs touch`, there])
    const began = performance.now()
    let first: number | undefined
    let count = 0
    for await (const part of files.list(server, { kind: 'at', path: there }, never)) {
      if (part.kind !== 'entries') continue
      first ??= performance.now() - began
      count += part.entries.length
    }
    expect(count).toBe(100_000)
    expect(first).toBeLessThan((performance.now() - began) / 4)
  })
})

describe('this computer', () => {
  it('is listed, changed and cleared the same way', async () => {
    fixture = await startFiles()
    const { files, here } = fixture
    await writeFile(Buffer.concat([Buffer.from(`${here}/bad-`), Buffer.of(0xff)]), 'x')
    await files.makeDirectory(local, here, 'new')
    expect((await listAll(files, local, here)).names).toEqual(['bad-\udcff', 'new'])
    await files.rename(local, join(here, 'bad-\udcff'), 'good')
    await expect(files.rename(local, join(here, 'good'), 'new')).rejects.toMatchObject({ code: 'path-exists' })
    await files.remove(local, [join(here, 'good'), join(here, 'new')], never)
    expect(await readdir(here)).toEqual([])
  })
})

it('names of any bytes can be opened, renamed and removed on the server', async () => {
  fixture = await startFiles()
  const { files, there } = fixture
  await writeFile(Buffer.concat([Buffer.from(`${there}/b-`), Buffer.of(0xe9)]), 'latin1')
  await writeFile(join(there, 'a\nb'), '')
  await writeFile(join(there, '$(reboot) `x` \'"'), '')
  expect((await listAll(files, server, there)).names).toEqual(['$(reboot) `x` \'"', 'a\nb', 'b-\udce9'])
  await files.rename(server, join(there, 'b-\udce9'), 'b-é')
  expect(await readFile(join(there, 'b-é'), 'utf8')).toBe('latin1')
  await files.remove(server, [join(there, 'a\nb'), join(there, '$(reboot) `x` \'"')], never)
  expect(await readdir(there)).toEqual(['b-é'])
})

it('begins at /mnt of a rescue system with a disk there, and says what stays', async () => {
  fixture = await startFiles({ inRescue: true })
  const { files } = fixture
  const parts = []
  for await (const part of files.list(server, { kind: 'choose' }, never)) if (part.kind === 'start') parts.push(part)
  // This machine has nothing mounted at /mnt: home, and lost, for its root is the rescue system's.
  expect(parts).toEqual([{ kind: 'start', path: '/root', parent: '/', keeping: { kind: 'lost' } }])
})

describe('a server that cannot replace a file in one step', () => {
  const openServer = async () => {
    fixture = await startFiles({ config: ['Subsystem sftp internal-sftp -P posix-rename'] })
    const sftp = await fixture.connection.openSftp()
    expect(sftp.has('posix-rename@openssh.com')).toBe(false)
    return { there: fixture.there, files: createServerFiles(sftp, { inFlight: 1024 * 1024 }) }
  }

  it('replaces it, whatever an earlier attempt left behind', async () => {
    const { there, files } = await openServer()
    await writeFile(join(there, 'fstab'), 'old')
    await writeFile(join(there, 'fstab.old'), 'somebody’s')
    await writeFile(join(there, 'new'), 'new')
    await files.rename(join(there, 'new'), join(there, 'fstab'), true)
    expect(await readFile(join(there, 'fstab'), 'utf8')).toBe('new')
    expect(await readFile(join(there, 'fstab.old'), 'utf8')).toBe('somebody’s')
    expect((await readdir(there)).sort()).toEqual(['fstab', 'fstab.old'])
  })

  it('keeps the old one when the new one cannot take its place', async () => {
    const { there, files } = await openServer()
    await writeFile(join(there, 'fstab'), 'old')
    await expect(files.rename(join(there, 'new'), join(there, 'fstab'), true)).rejects.toMatchObject({ code: 'path-missing' })
    expect(await readFile(join(there, 'fstab'), 'utf8')).toBe('old')
    expect(await readdir(there)).toEqual(['fstab'])
  })

  it('puts the new one where the old one has gone meanwhile', async () => {
    const { there, files } = await openServer()
    await writeFile(join(there, 'new'), 'new')
    await files.rename(join(there, 'new'), join(there, 'fstab'), true)
    expect(await readFile(join(there, 'fstab'), 'utf8')).toBe('new')
  })
})

describe('a file open in a program here', () => {
  /** The phase of the only open file once it is `kind`. */
  const phase = ({ files }: FilesFixture, kind: Edit['phase']['kind']) =>
    new Promise<Edit['phase']>((resolve) => {
      let stop = () => {}
      const look = () => {
        const found = files.state().edits[0]?.phase
        if (found?.kind !== kind) return false
        stop()
        resolve(found)
        return true
      }
      if (!look()) stop = files.onDidChange(look)
    })

  async function open() {
    fixture = await startFiles()
    const file = join(fixture.there, 'fstab')
    await writeFile(file, 'old\n')
    await chmod(file, 0o604)
    const { chown } = await import('node:fs/promises')
    await chown(file, 1234, 4321)
    await symlink('fstab', join(fixture.there, 'link'))
    await fixture.files.edits.open('s', join(fixture.there, 'link'))
    return { f: fixture, file, copy: fixture.opened[0]! }
  }

  it('goes back on each save, in one step, with its permissions and owner, through its link', async () => {
    const { f, file, copy } = await open()
    expect(await readFile(copy, 'utf8')).toBe('old\n')
    expect([(await stat(copy)).mode & 0o777, (await stat(join(copy, '..'))).mode & 0o777]).toEqual([0o600, 0o700])
    const before = (await stat(file)).ino
    // As editors save: a new file takes the name.
    await writeFile(`${copy}~`, 'new\n')
    const { rename } = await import('node:fs/promises')
    await rename(`${copy}~`, copy)
    await phase(f, 'saved')
    expect(await readFile(file, 'utf8')).toBe('new\n')
    const { mode, uid, gid, ino } = await stat(file)
    expect([mode & 0o7777, uid, gid]).toEqual([0o604, 1234, 4321])
    expect(ino).not.toBe(before)
    expect(await readlink(join(f.there, 'link'))).toBe('fstab')
    expect((await readdir(f.there)).sort()).toEqual(['fstab', 'link'])
    await f.files.edits.close(f.files.state().edits[0]!.id)
    await expect(lstat(copy)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is never written over a file that changed there, but for a yes', async () => {
    const { f, file, copy } = await open()
    // Same size, and perhaps within the same second.
    await writeFile(file, 'xyz\n')
    await writeFile(copy, 'mine\n')
    await phase(f, 'conflict')
    expect(await readFile(file, 'utf8')).toBe('xyz\n')
    await f.files.edits.save(f.files.state().edits[0]!.id, 'overwrite')
    expect(await readFile(file, 'utf8')).toBe('mine\n')
  })

  it('is kept while the server is away, and saved again', async () => {
    const { f, file, copy } = await open()
    f.connection.end()
    await writeFile(copy, 'mine\n')
    await phase(f, 'failed')
    await f.reconnect()
    await f.files.edits.save(f.files.state().edits[0]!.id, 'save')
    expect(await readFile(file, 'utf8')).toBe('mine\n')
  })

  it('is refused when it is no file, or too large', async () => {
    fixture = await startFiles()
    const { files, there } = fixture
    await expect(files.edits.open('s', there)).rejects.toMatchObject({ code: 'path-kind' })
    await writeFile(join(there, 'large'), Buffer.alloc(17 * 1024 * 1024))
    await expect(files.edits.open('s', join(there, 'large'))).rejects.toMatchObject({ code: 'path-too-large' })
    expect(files.state().edits).toEqual([])
  })
})
