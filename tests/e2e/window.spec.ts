import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { corePid, expect, type Page, test } from './launch.js'

const bridgeNames = [
  'closeWindow',
  'copy',
  'link',
  'locale',
  'onCloseAsked',
  'onCommand',
  'onCore',
  'openExternal',
  'pathOfDropped',
  'platform',
  'readClipboard',
  'rememberOpen',
  'rememberedOpen',
  'saveReport',
  'showSavedReport',
]

/** What the main process knows of the window. */
const preferences = (page: Page) =>
  page.evaluate(() => ({
    process: typeof (globalThis as { process?: unknown }).process,
    require: typeof (globalThis as { require?: unknown }).require,
    bridge: Object.keys((window as unknown as { rescueterm: object }).rescueterm).sort(),
    location: location.href,
  }))

test('the page is ours, sandboxed, and gets the bridge and nothing else', async ({ app }) => {
  expect(await preferences(app.page)).toEqual({
    process: 'undefined',
    require: 'undefined',
    bridge: bridgeNames,
    location: 'app://rescueterm/',
  })
  const seen = await app.electron.evaluate(({ BrowserWindow, app }) => {
    const [window] = BrowserWindow.getAllWindows()
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = (
      window!.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences }
    ).getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, name: app.getName() }
  })
  expect(seen).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    name: 'RescueTerm',
  })
})

test('windows, navigation, the network, permissions and markup are refused', async ({ app }) => {
  const { page } = app
  const outcome = await page.evaluate(async () => {
    const policyBroken = new Promise<string>((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }),
    )
    const opened = window.open('https://example.invalid/')
    const fetched = await fetch('https://example.invalid/').then(
      () => 'fetched',
      () => 'refused',
    )
    const image = new Image()
    const shown = await new Promise((resolve) => {
      image.onload = () => resolve('shown')
      image.onerror = () => resolve('refused')
      image.src = 'https://example.invalid/pixel.png'
    })
    let markup = 'taken'
    try {
      document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'
    } catch {
      markup = 'refused'
    }
    const permission = await navigator.permissions.query({ name: 'notifications' })
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'heard',
      () => 'refused',
    )
    const clipboard = await navigator.clipboard.readText().then(
      () => 'read',
      () => 'refused',
    )
    return { opened, fetched, shown, markup, permission: permission.state, microphone, clipboard, broken: await policyBroken }
  })
  expect(outcome).toEqual({
    opened: null,
    fetched: 'refused',
    shown: 'refused',
    markup: 'refused',
    permission: 'denied',
    microphone: 'refused',
    clipboard: 'refused',
    broken: 'connect-src',
  })
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://example.invalid/'
    link.target = '_blank'
    document.body.append(link)
    link.click()
    link.target = ''
    link.click()
    link.remove()
  })
  expect(await page.evaluate(() => location.href)).toBe('app://rescueterm/')
  expect(app.electron.windows()).toHaveLength(1)
  app.complaints.length = 0 // those were provoked
})

test('only http and https leave for the browser', async ({ app }) => {
  await app.electron.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = async (url) => void opened.push(url)
  })
  await app.page.evaluate(async () => {
    const { rescueterm } = window as unknown as { rescueterm: { openExternal(url: unknown): void; rememberedOpen(): Promise<string[]> } }
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'mailto:a@b.c', 'ssh://h', '', 7, null, ['https://example.invalid']])
      rescueterm.openExternal(url)
    rescueterm.openExternal('https://example.invalid/a?b#c')
    rescueterm.openExternal('http://example.invalid')
    await rescueterm.rememberedOpen() // an answer: what was sent before has been handled
  })
  const opened = await app.electron.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
  expect(opened).toEqual(['https://example.invalid/a?b#c', 'http://example.invalid/'])
})

test('text is copied and pasted through main', async ({ app }) => {
  const text = await app.page.evaluate(async () => {
    const { rescueterm } = window as unknown as { rescueterm: { copy(text: string): void; readClipboard(): Promise<string> } }
    rescueterm.copy('SHA256:é✓')
    return rescueterm.readClipboard()
  })
  expect(text).toBe('SHA256:é✓')
})

test('the place of the window is kept, readable by its owner only', async ({ app }) => {
  const setBounds = { x: 90, y: 70, width: 1111, height: 777 }
  await app.electron.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]!.setBounds(bounds), setBounds)
  const file = join(app.dataDir, 'window.json')
  await expect.poll(() => stored(file)?.bounds).toEqual(setBounds)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await app.restart()
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds())).toEqual(setBounds)
})

function stored(file: string): { bounds: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).window
  } catch {
    return undefined
  }
}

test('closing the window ends the app and its core', async ({ app }) => {
  const pid = await corePid(app.electron)
  const closed = app.electron.waitForEvent('close')
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
  await closed
  expect(app.exitCode()).toBe(0)
  await expect.poll(() => isAlive(pid)).toBe(false)
})

test('a page that hangs cannot keep the window open', async ({ app }) => {
  const closed = app.electron.waitForEvent('close')
  await app.page.evaluate(() => {
    setTimeout(() => {
      for (;;);
    })
  })
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
  await closed
})

test('the core killed, hung or stopped is replaced while the window stays', async ({ app }) => {
  test.setTimeout(90_000)
  let before = await corePid(app.electron)
  const replaced = async () => {
    await expect.poll(() => corePid(app.electron).catch(() => before), { timeout: 20_000 }).not.toBe(before)
    await coreIsUp(app.page)
    before = await corePid(app.electron)
  }
  await coreIsUp(app.page)
  process.kill(before, 'SIGKILL')
  await replaced()
  process.kill(before, 'SIGSTOP')
  await replaced()
  process.kill(before, 'SIGSEGV')
  await replaced()
  expect(await app.page.evaluate(() => document.title)).toBe('RescueTerm')
})

test('a killed app takes its core along', async ({ app }) => {
  const pid = await corePid(app.electron)
  await app.kill()
  await expect.poll(() => isAlive(pid)).toBe(false)
})

test('a crashed page is loaded again', async ({ app }) => {
  await app.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!
    const loaded = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()))
    webContents.forcefullyCrashRenderer()
    return loaded
  })
  const title = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript('document.title'),
  )
  expect(title).toBe('RescueTerm')
})

test('a second start focuses the first, hands over its server, and ends', async ({ app }) => {
  await app.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!
    const sent: unknown[] = []
    const send = webContents.send.bind(webContents)
    webContents.send = (name: string, ...values: unknown[]) => {
      sent.push([name, ...values])
      send(name, ...values)
    }
    Object.assign(globalThis, { sent })
  })
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const second = spawn(join(process.env.ELECTRON_OVERRIDE_DIST_PATH!, 'electron'), [...flags, '.', 'root@192.0.2.9:2222'], {
    env: { ...process.env, HOME: app.home, RESCUETERM_DATA_DIR: app.dataDir },
    stdio: 'ignore',
  })
  const [code] = await once(second, 'exit')
  expect(code).toBe(0)
  await expect
    .poll(() => app.electron.evaluate(() => (globalThis as unknown as { sent: unknown[] }).sent))
    .toContainEqual(['command', 'open:root@192.0.2.9:2222'])
  expect(app.electron.windows()).toHaveLength(1)
})

test.describe('in French', () => {
  test.use({ language: 'fr' })
  test('the page is told the language of the system', async ({ app }) => {
    expect(await app.page.evaluate(() => (window as unknown as { rescueterm: { locale: string } }).rescueterm.locale)).toBe('fr-FR')
  })
})

/** Ports are handed out by a core that is up only. */
function coreIsUp(page: Page) {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        addEventListener('message', (event) => {
          if (event.data === 'rescueterm:ports') resolve()
        })
        const { rescueterm } = window as unknown as { rescueterm: { link(): void } }
        rescueterm.link()
      }),
  )
}

function isAlive(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
