import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasDisplay } from '../../build/display.mjs'

const root = join(import.meta.dirname, '../..')
let folder: string
let running: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rescueterm-fresh-'))
  chmodSync(folder, 0o755)
})
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  running = []
  rmSync(folder, { recursive: true, force: true })
})

/** All its output, as it grows; `seen` resolves when a text has come, `ended` with the exit status. */
function run(args: string[], o: { env: Record<string, string>; uid?: number; cwd?: string }) {
  const child = spawn(process.execPath, args, {
    cwd: o.cwd ?? root,
    env: o.env,
    ...(o.uid === undefined ? {} : { uid: o.uid, gid: o.uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let output = ''
  let changed = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      output += part
      changed()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    ended,
    output: () => output,
    seen: (text: string) =>
      new Promise<void>((resolve, reject) => {
        changed = () => {
          if (output.includes(text)) resolve()
        }
        changed()
        void ended.then(() => reject(new Error(`ended without saying ${text}:\n${output}`)))
      }),
  }
}

test('npm start without a display says so and goes on with the practice drill', async () => {
  const started = run(['build/start.mjs'], { env: { HOME: folder, PATH: process.env.PATH!, LANG: 'C' } })
  await started.seen('There is no display here')
  await started.seen('127.0.0.1')
  started.child.kill('SIGTERM')
  await started.ended
})

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('an ordinary user on a machine that lacks something', () => {
  test('gets the one command to run, and status 1', async () => {
    // Only what runs before anything is installed; nobody may not be able to read this checkout.
    for (const part of ['build', 'package.json', 'package-lock.json']) cpSync(join(root, part), join(folder, part), { recursive: true })
    mkdirSync(join(folder, 'node_modules'))
    const lock = createHash('sha256').update(JSON.stringify({})).digest('hex')
    writeFileSync(join(folder, 'package-lock.json'), '{}')
    writeFileSync(join(folder, 'node_modules/.rescueterm-lock'), lock)
    const script = "import('./build/bootstrap.mjs').then((b) => b.runScript(() => b.prepare({ commands: ['Xvfb', 'ssh', 'ssh-keygen'] })))"
    const started = run(['-e', script], { env: { HOME: folder, PATH: '/nonexistent' }, uid: 65534, cwd: folder })
    await started.seen('please run: sudo apt-get install -y xvfb openssh-client\n')
    expect(await started.ended).toBe(1)
    expect(started.output()).not.toContain('    at ')
  })
})

test.each([
  ['nothing is named', {}],
  ['the name makes no sense', { DISPLAY: 'somewhere' }],
  ['no server has that number', { DISPLAY: ':65123' }],
  ['nobody listens there', { DISPLAY: 'localhost:59000' }],
])('there is no display when %s', async (_name, environment) => {
  expect(await hasDisplay(environment)).toBe(false)
})
