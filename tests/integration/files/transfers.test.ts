import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { appendFile, chmod, lstat, mkdir, open, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Direction } from '../../../electron/files/carrier.js'
import { type Relay, startRelay } from './relay.js'
import { type FilesFixture, isOver, sha256, startFiles, transferWhen } from './server.js'

let fixture: FilesFixture | undefined
let relay: Relay | undefined
afterEach(async () => {
  await fixture?.dispose()
  await relay?.close()
  fixture = undefined
  relay = undefined
})

/** The server is reached through a relay. */
async function startBehindRelay() {
  fixture = await startFiles()
  relay = await startRelay(fixture.sshd.port)
  fixture.connection.end()
  await fixture.reconnect(relay.port)
  return { ...fixture, relay }
}

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

it('a file whose size the kernel does not know arrives with its content', async () => {
  fixture = await startFiles()
  const { files, here } = fixture
  expect((await stat('/proc/version')).size).toBe(0)
  files.transfer('s', 'download', ['/proc/version'], here)
  expect((await transferWhen(files, isOver)).phase).toEqual({ kind: 'done' })
  expect(await readFile(join(here, 'version'), 'utf8')).toBe(await readFile('/proc/version', 'utf8'))
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

  it.each(['download', 'upload'] as const)('of small files that begin alike arrives each with its own content (%s)', async (direction) => {
    fixture = await startFiles()
    const { files, here, there } = fixture
    const [from, into] = direction === 'download' ? [there, here] : [here, there]
    const names = Array.from({ length: 40 }, (_, n) => `security.example.com_dists_jammy-security_main_cnf_${'Commands'.repeat(3)}-${n}`)
    await mkdir(join(from, 'lists'))
    // Longer and longer: an unfinished one that was shared would show.
    for (const [n, name] of names.entries()) await writeFile(join(from, 'lists', name), `${n} `.repeat(20_000 - n * 400))
    // Named as the copy of the first is when another stands in its way.
    await writeFile(join(from, 'lists', 'x'), 'first '.repeat(20_000))
    await writeFile(join(from, 'lists', 'x (2)'), 'second')
    await mkdir(join(into, 'lists'))
    await writeFile(join(into, 'lists', 'x'), 'old')

    files.transfer('s', direction, [join(from, 'lists')], into)
    const { id, phase } = await transferWhen(files, ({ phase }) => phase.kind === 'asks')
    if (phase.kind !== 'asks') throw new Error('no question')
    files.transfers.answer(id, phase.questionId, { choice: 'rename', all: true })
    const { outcome } = await transferWhen(files, isOver)
    for (const name of names) expect(await sha256(join(into, 'lists', name))).toBe(await sha256(join(from, 'lists', name)))
    const found = await readdir(join(into, 'lists'))
    expect(found.filter((name) => name.endsWith('.part'))).toEqual([])
    // Both want the name `x (2)`: each arrives, or is told.
    const copies = found.filter((name) => name.startsWith('x'))
    expect(copies.length + outcome!.failed).toBe(3)
    for (const name of copies) {
      expect(['first '.repeat(20_000), 'old', 'second']).toContain(await readFile(join(into, 'lists', name), 'utf8'))
    }
  })
})

const MB = 1_000_000

/** Needs root and a machine that lets it. */
function canMount(): boolean {
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

describe('resume', () => {
  it.each(['download', 'upload'] as const)('a %s goes on after the connection was cut in the middle', async (direction) => {
    const { files, here, there, relay, reconnect } = await startBehindRelay()
    const [from, into] = direction === 'download' ? [there, here] : [here, there]
    await writeFile(join(from, 'big'), randomBytes(60 * MB))
    // Up to 16 MiB are under way by the latency that was measured (carrier.ts), more stands in the sockets: all that is lost.
    relay.cutAfter(45 * MB)
    files.transfer('s', direction, [join(from, 'big')], into)
    const cut = await transferWhen(files, ({ phase }) => phase.kind === 'paused')
    expect(cut.phase).toEqual({ kind: 'paused', by: 'connection' })
    expect(cut.bytesDone).toBeGreaterThan(5 * MB)
    expect((await readdir(into)).filter((name) => name.endsWith('.part'))).toHaveLength(1)
    const passed = relay.bytes()

    await reconnect(relay.port)
    const done = await transferWhen(files, isOver)
    expect(done.phase).toEqual({ kind: 'done' })
    expect(await sha256(join(into, 'big'))).toBe(await sha256(join(from, 'big')))
    expect(await readdir(into)).toEqual(['big'])
    // What was there was not sent again, but for the last megabyte that is compared.
    expect(relay.bytes() - passed).toBeLessThan(60 * MB - cut.bytesDone + 12 * MB)
  })

  /** A transfer of 80 MB, half of it done when `stop` is called: the rest would be as quick. */
  async function startHalf(direction: Direction, big: Buffer) {
    const started = await startBehindRelay()
    const { files, here, there, relay } = started
    const [from, into] = direction === 'download' ? [there, here] : [here, there]
    const source = join(from, 'big')
    await writeFile(source, big)
    const held = relay.held(45 * MB)
    files.transfer('s', direction, [source], into)
    await held
    const { id } = await transferWhen(files, ({ bytesDone }) => bytesDone > 5 * MB)
    /** What is under way arrives then. */
    function stop<T>(by: (id: string) => T): T {
      const stopping = by(id)
      relay.release()
      return stopping
    }
    return { ...started, id, source, copy: join(into, 'big'), stop }
  }

  /** A download stopped by the person in the middle. */
  async function startPaused(big: Buffer) {
    const started = await startHalf('download', big)
    started.stop(started.files.transfers.pause)
    const paused = await transferWhen(started.files, ({ phase }) => phase.kind === 'paused')
    expect(paused.phase).toEqual({ kind: 'paused', by: 'person' })
    expect(paused.bytesDone).toBeLessThan(80 * MB)
    return started
  }

  /** …and in the next run of the app. */
  async function stoppedInFormerRun(big: Buffer) {
    const { id, source, copy } = await startPaused(big)
    await fixture!.restart()
    const { files } = fixture!
    expect(files.state().transfers[0]?.phase).toEqual({ kind: 'paused', by: 'person' })
    return { files, id, source, copy }
  }

  it('goes on after a pause and a new start of the app', async () => {
    const big = randomBytes(80 * MB)
    const { files, id, source, copy } = await stoppedInFormerRun(big)
    // What is there already is not read again: another beginning, behind the same size and time, does not arrive.
    const { atime, mtime } = await stat(source)
    const changed = await open(source, 'r+')
    await changed.write(Buffer.alloc(MB), 0, MB, 0)
    await changed.close()
    await utimes(source, atime, mtime)
    files.transfers.resume(id)
    expect((await transferWhen(files, isOver)).phase).toEqual({ kind: 'done' })
    expect((await readFile(copy)).equals(big)).toBe(true)
  })

  it('begins anew when the source changed meanwhile', async () => {
    const { files, id, source, copy } = await stoppedInFormerRun(randomBytes(80 * MB))
    await appendFile(source, 'more')
    files.transfers.resume(id)
    expect((await transferWhen(files, isOver)).phase).toEqual({ kind: 'done' })
    expect(await sha256(copy)).toBe(await sha256(source))
  })

  it('starts anew when the unfinished file is not what was written', async () => {
    const { files, here, id, source, copy } = await startPaused(randomBytes(80 * MB))
    const part = join(here, (await readdir(here))[0]!)
    await writeFile(part, Buffer.alloc((await stat(part)).size))
    files.transfers.resume(id)
    await transferWhen(files, isOver)
    expect(await sha256(copy)).toBe(await sha256(source))
  })

  it('a cancelled one leaves nothing behind', async () => {
    const { files, there, stop } = await startHalf('upload', randomBytes(80 * MB))
    await stop(files.transfers.cancel)
    expect(files.state().transfers).toEqual([])
    expect(await readdir(there)).toEqual([])
  })
})

describe('what stands there already', () => {
  it('is asked about once for all, and kept, replaced or left', async () => {
    fixture = await startFiles()
    const { files, here, there } = fixture
    for (const name of ['a', 'b']) {
      await mkdir(join(there, name))
      await writeFile(join(there, name, 'x'), `new ${name}`)
      await writeFile(join(there, name, 'y'), `new ${name}`)
      await mkdir(join(here, name))
      await writeFile(join(here, name, 'x'), 'old', { mode: 0o640 })
      await writeFile(join(here, name, 'y'), 'old')
    }
    const answer = async (choice: 'skip' | 'replace' | 'rename', at: number) => {
      const { id, phase } = await transferWhen(files, ({ phase }) => phase.kind === 'asks', at)
      if (phase.kind !== 'asks') throw new Error('no question')
      expect(phase.clash.canReplace).toBe(true)
      files.transfers.answer(id, phase.questionId, { choice, all: true })
      return transferWhen(files, isOver, at)
    }
    files.transfer('s', 'download', [join(there, 'a')], here)
    expect((await answer('replace', 0)).outcome).toMatchObject({ skipped: 0, failed: 0 })
    expect(await readFile(join(here, 'a/x'), 'utf8')).toBe('new a')
    expect(await readFile(join(here, 'a/y'), 'utf8')).toBe('new a')
    expect((await stat(join(here, 'a/x'))).mode & 0o777).toBe(0o640)

    files.transfer('s', 'download', [join(there, 'b')], here)
    await answer('rename', 1)
    expect(await readFile(join(here, 'b/x'), 'utf8')).toBe('old')
    expect(await readFile(join(here, 'b/x (2)'), 'utf8')).toBe('new b')

    files.transfer('s', 'download', [join(there, 'b')], here)
    expect((await answer('skip', 2)).outcome).toMatchObject({ skipped: 2 })
  })

  it('a link in the way of a directory is never followed', async () => {
    fixture = await startFiles()
    const { files, here, there, dir } = fixture
    await mkdir(join(there, 'tree'))
    await writeFile(join(there, 'tree/f'), 'x')
    await mkdir(join(dir, 'elsewhere'))
    await symlink(join(dir, 'elsewhere'), join(here, 'tree'))
    files.transfer('s', 'download', [join(there, 'tree')], here)
    const { id, phase } = await transferWhen(files, ({ phase }) => phase.kind === 'asks')
    if (phase.kind !== 'asks') throw new Error('no question')
    expect(phase.clash.canReplace).toBe(false)
    files.transfers.answer(id, phase.questionId, { choice: 'rename', all: false })
    await transferWhen(files, isOver)
    expect(await readdir(join(dir, 'elsewhere'))).toEqual([])
    expect(await readFile(join(here, 'tree (2)/f'), 'utf8')).toBe('x')
  })
})

describe('a second connection', () => {
  it('signs in with the password of the first', async () => {
    fixture = await startFiles({ password: 'secret "1"', answers: [{ kind: 'password', password: 'secret "1"' }] })
    const { files, here, there, dir } = fixture
    await chmod(dir, 0o755)
    await writeFile(join(there, 'f'), 'x')
    files.transfer('s', 'download', [join(there, 'f')], here)
    const done = await transferWhen(files, isOver)
    expect([done.phase.kind, done.sharesConnection]).toEqual(['done', false])
  })

  it('that is refused leaves the terminals’ own, and says so', async () => {
    fixture = await startFiles()
    const relay = await startRelay(fixture.sshd.port)
    try {
      const { files, here, there } = fixture
      fixture.connection.end()
      relay.allow(1)
      await fixture.reconnect(relay.port)
      await writeFile(join(there, 'f'), randomBytes(3 * MB))
      files.transfer('s', 'download', [join(there, 'f')], here)
      const done = await transferWhen(files, isOver)
      expect([done.phase.kind, done.sharesConnection]).toEqual(['done', true])
      expect(await sha256(join(here, 'f'))).toBe(await sha256(join(there, 'f')))
    } finally {
      await relay.close()
    }
  })

  it('with another host key is no second connection', async () => {
    const { openWorkerCarrier } = await import('../../../electron/files/worker-carrier.js')
    fixture = await startFiles()
    const second = fixture.connection.secondSignIn()!
    const hostKey = Buffer.from(second.hostKey)
    hostKey[hostKey.length - 1]! ^= 1
    await expect(openWorkerCarrier({ ...second, hostKey })).rejects.toMatchObject({ code: 'host-key-changed-again' })
    fixture.connection.end()
    expect(fixture.connection.secondSignIn()).toBeUndefined()
  })
})

describe('when it cannot be', () => {
  it.runIf(canMount())('a full disk is found before, and the reason is told', async () => {
    fixture = await startFiles()
    const { files, here, there } = fixture
    await mkdir(join(there, 'small'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', join(there, 'small')])
    try {
      await writeFile(join(here, 'big'), Buffer.alloc(8 * MB))
      files.transfer('s', 'upload', [join(here, 'big')], join(there, 'small'))
      expect((await transferWhen(files, isOver)).phase).toMatchObject({
        kind: 'failed',
        error: { code: 'path-no-space', data: { needed: 8 * MB } },
      })
      expect(await readdir(join(there, 'small'))).toEqual([])
      execFileSync('mount', ['-o', 'remount,ro', join(there, 'small')])
      await writeFile(join(here, 'one'), 'x')
      files.transfer('s', 'upload', [join(here, 'one')], join(there, 'small'))
      expect((await transferWhen(files, isOver, 1)).phase).toMatchObject({ kind: 'failed', error: { code: 'path-read-only' } })
    } finally {
      execFileSync('umount', [join(there, 'small')])
    }
  })

  it('what may not be read is told, and the rest comes', async () => {
    fixture = await startFiles({ password: 'p', answers: [{ kind: 'password', password: 'p' }] })
    const { files, here, there, dir } = fixture
    await chmod(dir, 0o755)
    await mkdir(join(there, 'tree/locked'), { recursive: true })
    await writeFile(join(there, 'tree/open'), 'x')
    await writeFile(join(there, 'tree/secret'), 'x', { mode: 0o600 })
    await chmod(join(there, 'tree/locked'), 0o700)
    files.transfer('s', 'download', [join(there, 'tree')], here)
    const done = await transferWhen(files, isOver)
    expect(done.phase).toEqual({ kind: 'done' })
    expect(done.outcome).toMatchObject({ failed: 2 })
    expect(done.outcome?.failures.map(({ error }) => error.code)).toEqual(['path-denied', 'path-denied'])
    expect(await readFile(join(here, 'tree/open'), 'utf8')).toBe('x')

    files.transfer('s', 'upload', [join(here, 'tree/open')], there)
    expect((await transferWhen(files, isOver, 1)).phase).toMatchObject({ kind: 'failed', error: { code: 'path-denied' } })
  })

  it('a server without SFTP says so', async () => {
    fixture = await startFiles({ config: ['Subsystem sftp /bin/false'] })
    const { files, here } = fixture
    files.transfer('s', 'download', ['/etc/passwd'], here)
    expect((await transferWhen(files, isOver)).phase).toMatchObject({ kind: 'failed', error: { code: 'no-sftp' } })
  })
})

it('a terminal stays quick beside a transfer', async () => {
  fixture = await startFiles()
  const { files, here, there, connection } = fixture
  await writeFile(join(there, 'big'), Buffer.alloc(150 * MB))
  const shell = await connection.openShell({ cols: 80, rows: 24 })
  let heard: ((text: string) => void) | undefined
  shell.onData((bytes) => heard?.(bytes.toString()))
  shell.grant(1 << 30)
  const echo = (text: string) => {
    const began = performance.now()
    return new Promise<number>((resolve) => {
      let seen = ''
      heard = (part) => {
        seen += part
        if (seen.includes(text)) resolve(performance.now() - began)
      }
      shell.write(text)
    })
  }
  await echo('#warm-up')
  files.transfer('s', 'download', [join(there, 'big')], here)
  await transferWhen(files, ({ bytesDone }) => bytesDone > 0)
  const times: number[] = []
  while (!isOver(files.state().transfers[0]!)) times.push(await echo(`#${times.length % 10}`))
  expect(times.length).toBeGreaterThan(10)
  times.sort((a, b) => a - b)
  // Two shared cores and a third of a gigabyte a second: 5–15 ms here. On a shared connection with 16 MiB under way it is half a second.
  expect(times[Math.floor(times.length / 2)]).toBeLessThan(100)
})
