import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemFiles, type SystemFiles } from '../../../electron/machine/system-files.js'
import { localMachine } from '../../support/local-machine.js'

let top: string
let root: string
let files: SystemFiles
let records: ReturnType<typeof localMachine>['records']
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'rt-system-'))
  root = join(top, 'mnt')
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(top, 'secret'), 'of the rescue system')
  const local = localMachine()
  records = local.records
  files = createSystemFiles(local.machine, root)
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

describe('reading', () => {
  it('answers in order: text, bytes, nothing, directories', async () => {
    writeFileSync(join(root, 'etc/hostname'), 'web-1\n')
    writeFileSync(join(root, 'etc/odd'), Buffer.from([0, 255, 10, 13]))
    const [hostname, odd, missing, directory] = await files.read(['/etc/hostname', '/etc/odd', '/etc/none', '/etc'])
    expect(hostname).toMatchObject({ kind: 'file', bytes: Buffer.from('web-1\n'), size: 6 })
    expect(odd).toMatchObject({ kind: 'file', bytes: Buffer.from([0, 255, 10, 13]) })
    expect(missing).toEqual({ kind: 'missing', path: '/etc/none' })
    expect(directory).toEqual({ kind: 'directory', path: '/etc' })
  })

  it('follows links inside the root only', async () => {
    writeFileSync(join(root, 'etc/real'), 'mine')
    symlinkSync('/etc/real', join(root, 'etc/absolute'))
    symlinkSync('../../../../../secret', join(root, 'etc/escape'))
    symlinkSync(join(top, 'secret'), join(root, 'etc/outside'))
    symlinkSync('loop', join(root, 'etc/loop'))
    symlinkSync('etc', join(root, 'conf'))
    const answers = await files.read(['/etc/absolute', '/etc/escape', '/etc/outside', '/etc/loop', '/conf/real'])
    expect(answers.map((one) => (one.kind === 'file' ? one.bytes.toString() : one.kind))).toEqual([
      'mine',
      'missing',
      'missing',
      'link-loop',
      'mine',
    ])
    expect(answers[0]).toMatchObject({ resolved: '/etc/real' })
  })

  it('locates a file inside the root, whatever its links say', async () => {
    writeFileSync(join(root, 'etc/real'), 'x')
    symlinkSync('/etc/real', join(root, 'etc/absolute'))
    symlinkSync(join(top, 'secret'), join(root, 'etc/outside'))
    expect(await files.locate('/etc/absolute')).toBe(join(root, 'etc/real'))
    await expect(files.locate('/etc/outside')).rejects.toMatchObject({ code: 'path-missing' })
  })

  it('takes any name as a name', async () => {
    const names = ['$(touch pwned)', "it's", 'a b', '-n', 'new\nline', '`id`', '"', '\\', '*']
    for (const name of names) writeFileSync(join(root, 'etc', name), name)
    const answers = await files.read(names.map((name) => `/etc/${name}`))
    expect(answers.map((one) => (one.kind === 'file' ? one.bytes.toString() : one.kind))).toEqual(names)
    expect((await files.list('/etc')).map((entry) => entry.name).sort()).toEqual([...names].sort())
    expect(existsSync('pwned')).toBe(false)
  })

  it('cuts long files and says their size', async () => {
    writeFileSync(join(root, 'etc/long'), Buffer.alloc(5000, 'x'))
    expect(await files.read(['/etc/long'], 100)).toMatchObject([{ size: 5000, bytes: Buffer.alloc(100, 'x') }])
  })

  it('lists nothing where there is no directory', async () => {
    expect(await files.list('/nowhere')).toEqual([])
  })
})

describe('changing', () => {
  it('copies first, keeps the mode, leaves nothing else behind', async () => {
    writeFileSync(join(root, 'etc/fstab'), 'old\n')
    chmodSync(join(root, 'etc/fstab'), 0o640)
    await files.change({
      path: '/etc/fstab',
      before: Buffer.from('old\n'),
      after: Buffer.from('new\n'),
      mode: 0o644,
      backup: { path: '/etc/fstab.rescue-bak-20261124', on: 'system' },
    })
    expect(readFileSync(join(root, 'etc/fstab'), 'utf8')).toBe('new\n')
    expect(statSync(join(root, 'etc/fstab')).mode & 0o777).toBe(0o640)
    expect(readFileSync(join(root, 'etc/fstab.rescue-bak-20261124'), 'utf8')).toBe('old\n')
    expect(readdirSync(join(root, 'etc')).sort()).toEqual(['fstab', 'fstab.rescue-bak-20261124'])
  })

  it('refuses when the file is not what was shown, and changes nothing', async () => {
    writeFileSync(join(root, 'etc/fstab'), 'somebody else was here\n')
    const change = { path: '/etc/fstab', before: Buffer.from('old\n'), after: Buffer.from('new\n'), mode: 0o644 }
    await expect(files.change(change)).rejects.toMatchObject({ code: 'file-changed' })
    await expect(files.change({ ...change, before: undefined })).rejects.toMatchObject({ code: 'file-changed' })
    expect(readFileSync(join(root, 'etc/fstab'), 'utf8')).toBe('somebody else was here\n')
  })

  it('creates, and removes', async () => {
    await files.change({ path: '/etc/new', before: undefined, after: Buffer.from('x'), mode: 0o600 })
    expect(statSync(join(root, 'etc/new')).mode & 0o777).toBe(0o600)
    await files.change({ path: '/etc/new', before: Buffer.from('x'), after: undefined, mode: 0 })
    expect(readdirSync(join(root, 'etc'))).toEqual([])
  })

  it('edits the target of a link, not the link', async () => {
    writeFileSync(join(root, 'etc/real'), 'a')
    symlinkSync('/etc/real', join(root, 'etc/link'))
    await files.change({ path: '/etc/link', before: Buffer.from('a'), after: Buffer.from('b'), mode: 0o644 })
    expect(readFileSync(join(root, 'etc/real'), 'utf8')).toBe('b')
  })

  it('keeps a secret copy on the rescue system, readable by its owner only', async () => {
    writeFileSync(join(root, 'etc/shadow'), 'root:*:\n')
    const copy = join(top, 'var/rescueterm/shadow')
    await files.change({
      path: '/etc/shadow',
      before: Buffer.from('root:*:\n'),
      after: Buffer.from('root:x:\n'),
      mode: 0o640,
      backup: { path: copy, on: 'rescue' },
    })
    expect(statSync(copy).mode & 0o777).toBe(0o600)
  })

  it('keeps contents out of the record of commands', async () => {
    await files.change({ path: '/etc/new', before: undefined, after: Buffer.from('tops3cret'), mode: 0o600 })
    expect(JSON.stringify(records)).not.toContain('tops3cret')
  })
})
