import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { chromium } from '@playwright/test'
import { axe, expect, type Page, shot, test } from './launch.js'

// The deb as people get it: installed, hardened by fuses, started by an ordinary user, driven from outside.
test.describe.configure({ mode: 'serial' })

const root = join(import.meta.dirname, '../..')
const asRoot = process.getuid?.() === 0
/** Debian's `nobody`: Chromium uses its sandbox for anybody but root. */
const user = asRoot ? { uid: 65534, gid: 65534 } : {}
let folder = ''
let program = ''
let window = ''

test.beforeAll(() => {
  test.setTimeout(180_000)
  const deb = readdirSync(join(root, 'dist')).find((name) => name.endsWith('.deb'))
  if (!deb) throw new Error('there is no deb in dist/: run npm run package first')
  folder = mkdtempSync(join(tmpdir(), 'rescueterm-packaged-'))
  const path = join(root, 'dist', deb)
  if (asRoot) {
    // apt reads it as its own user, who may not look into a home.
    const copy = join('/var/tmp', deb)
    execFileSync('cp', [path, copy])

    execFileSync('apt-get', ['install', '-y', '-q', '--reinstall', '--no-install-recommends', copy], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    rmSync(copy)
    program = '/usr/bin/rescueterm'
  } else {
    execFileSync('dpkg-deb', ['-x', path, folder])
    program = join(folder, 'opt/RescueTerm/rescueterm')
  }
  window = join(asRoot ? '' : folder, '/opt/RescueTerm/rescueterm-window')
})

test.afterAll(() => {
  if (asRoot) execFileSync('dpkg', ['--purge', 'rescueterm'], { stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
})

interface Started {
  child: ChildProcess
  page: Page
  home: string
  complaints: string[]
}

/** Starts the window as an ordinary user with a home of its own. */
async function start(words: string[] = []): Promise<Started & AsyncDisposable> {
  const home = mkdtempSync(join(tmpdir(), 'rescueterm-home-'))
  if (asRoot) chownSync(home, 65534, 65534)
  const child = spawn(program, [...words, '--remote-debugging-port=0'], {
    ...user,
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH, DISPLAY: process.env.DISPLAY, LANG: 'en_US.UTF-8' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const browser = await chromium.connectOverCDP(await devTools(child))
  const context = browser.contexts()[0]!
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return {
    child,
    page,
    home,
    complaints,
    async [Symbol.asyncDispose]() {
      await browser.close()
      if (child.exitCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      // Its other processes end by themselves a moment later, still writing their caches.
      await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

async function devTools(child: ChildProcess): Promise<string> {
  let told = ''
  for await (const line of createInterface(child.stderr!)) {
    told += `${line}\n`
    const [, url] = /DevTools listening on (ws:\S+)/.exec(line) ?? []
    if (!url) continue
    child.stderr!.resume() // nobody reads on, and it must not block
    return url
  }
  throw new Error(`the app ended before its window came up:\n${told}`)
}

test('the fuses are set', async () => {
  const wire = await getCurrentFuseWire(window)
  const on = (option: FuseV1Options) => String.fromCharCode(wire[option]!) === '1'
  expect({
    runAsNode: on(FuseV1Options.RunAsNode),
    cookieEncryption: on(FuseV1Options.EnableCookieEncryption),
    nodeOptions: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    inspect: on(FuseV1Options.EnableNodeCliInspectArguments),
    asarIntegrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    asarOnly: on(FuseV1Options.OnlyLoadAppFromAsar),
    fileExtras: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
  }).toEqual({
    runAsNode: false,
    cookieEncryption: true,
    nodeOptions: false,
    inspect: false,
    asarIntegrity: true,
    asarOnly: true,
    fileExtras: false,
  })
})

test('the practice drill goes through in the installed app, with the sandbox on', async () => {
  test.setTimeout(120_000)
  await using app = await start()
  const { page } = app
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  await expect(page.getByRole('button', { name: 'Start practice' })).toBeVisible()
  await axe(page)
  expect(rendererStatus(app.child.pid!)).toMatch(/^Seccomp:\s+2$/m)

  await press('Start practice')
  await expect(page.locator('.xterm-rows')).toContainText('root@practice', { timeout: 20_000 })
  const knownHosts = join(app.home, '.config/RescueTerm/practice/known_hosts')
  const before = readFileSync(knownHosts)
  await press('Put it in rescue mode')
  await press('Show the edit')
  await press('Set aside and connect')
  await press('Sign in')
  await expect(page.locator('.xterm-rows')).toContainText('root@rescue', { timeout: 20_000 })
  expect(readFileSync(knownHosts, 'utf8')).toContain('#rescueterm:')
  await shot(page, 'packaged-rescue-terminal')
  await press('Boot it normally')
  await expect(page.getByRole('heading', { name: 'Back to normal' })).toBeVisible({ timeout: 40_000 })
  expect(readFileSync(knownHosts).equals(before)).toBe(true)
  expect(app.complaints).toEqual([])
})

test('a server given on the command line is connected to', async () => {
  await using app = await start(['-p', '1', 'root@127.0.0.1'])
  await expect(app.page.getByRole('heading', { name: '127.0.0.1: not connected' })).toBeVisible()
  await app.page.getByRole('button', { name: 'Technical details' }).click()
  await expect(app.page.getByText('127.0.0.1:1').first()).toBeVisible()
})

test('the command line works without a display', () => {
  const home = mkdtempSync(join(folder, 'home-'))
  const run = (...words: string[]) =>
    execFileSync(program, words, { env: { HOME: home, PATH: process.env.PATH }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  expect(run('--version')).toBe(`rescueterm ${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`)
  expect(JSON.parse(run('status', '--json'))).toEqual({ interventions: [] })
  expect(existsSync(join(home, '.config/RescueTerm/chromium'))).toBe(false)
})

test('the command line says which Node it needs', () => {
  const { status, stderr } = runWithoutNode()
  expect(status).toBe(1)
  expect(stderr).toContain('needs Node 20.19 or newer')
})

function runWithoutNode() {
  const bin = mkdtempSync(join(folder, 'bin-'))
  for (const name of ['dirname', 'readlink']) symlinkSync(join('/usr/bin', name), join(bin, name))
  try {
    execFileSync('/bin/sh', [program, 'status'], { env: { PATH: bin, HOME: bin }, encoding: 'utf8', stdio: 'pipe' })
    return { status: 0, stderr: '' }
  } catch (error) {
    return error as { status: number; stderr: string }
  }
}

/** `/proc/PID/status` of the page's process. */
function rendererStatus(main: number): string {
  const renderer = readdirSync('/proc').find((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer') && isBelow(Number(pid), main)
    } catch {
      return false // ended meanwhile
    }
  })
  return readFileSync(`/proc/${renderer}/status`, 'utf8')
}

function isBelow(pid: number, ancestor: number): boolean {
  if (pid <= 1) return false
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(parent) === ancestor || isBelow(Number(parent), ancestor)
}
