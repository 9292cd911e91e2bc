import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey, type Sshd, startSshd } from '../support/sshd.js'
import { axe, type ElectronApplication, expect, type Page, type RunningApp, shot, test } from './launch.js'

// The files view as a person uses it: open, look round, copy both ways, change permissions, edit with a program of the desktop.

let sshd: Sshd
let there: string

/** A server with the key in the agent's place: the one file ssh would try. */
async function serve(home: string) {
  const key = await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
  sshd = await startSshd({ authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
  writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
  there = join(home, 'server')
  mkdirSync(join(there, 'etc'), { recursive: true })
  writeFileSync(join(there, 'etc/fstab'), 'UUID=1 / ext4\n')
  writeFileSync(join(there, 'notes.txt'), 'from the server\n')
  writeFileSync(join(there, 'big.bin'), Buffer.alloc(5_000_000, 7))
  writeFileSync(join(home, 'here.txt'), 'from this computer\n')
}
test.afterEach(() => sshd.dispose())

const list = (page: Page, name: RegExp) => page.getByRole('listbox', { name })
const row = (page: Page, name: RegExp, file: string) => list(page, name).getByRole('option').filter({ hasText: file })

const open = (electron: ElectronApplication, target: string) =>
  electron.evaluate(({ BrowserWindow }, text) => BrowserWindow.getAllWindows()[0]!.webContents.send('command', `open:${text}`), target)

async function connect(page: Page, electron: ElectronApplication) {
  await open(electron, `root@127.0.0.1:${sshd.port}`)
  await expect(page.locator('.xterm-rows')).toContainText('#', { timeout: 20_000 })
}

/** Goes where the test's files are, as one would by keys: `/` filters, Enter opens. */
async function enter(page: Page, server: RegExp, path: string) {
  await expect(async () => {
    await page.keyboard.press('Backspace')
    await expect(list(page, server)).toHaveAccessibleName(/: \/$/, { timeout: 500 })
  }).toPass()
  for (const name of path.split('/').filter(Boolean)) {
    await page.keyboard.press('/')
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
    await row(page, server, name).first().dblclick()
    await expect(list(page, server)).toHaveAccessibleName(new RegExp(`${name}$`))
  }
}

for (const [theme, language] of [
  ['dark', 'en'],
  ['light', 'fr'],
] as const)
  test.describe(`${theme} ${language}`, () => {
    test.use({ theme, language })
    const words = {
      en: {
        files: 'Files',
        more: 'More',
        up: /this computer$/,
        local: /^This computer/,
        done: 'done',
        save: 'Save',
        number: 'As a number',
      },
      fr: {
        files: 'Fichiers',
        more: 'Plus',
        up: /cet ordinateur$/,
        local: /^Cet ordinateur/,
        done: 'terminé',
        save: 'Enregistrer',
        number: 'En nombre',
      },
    }[language]

    test('browse, copy both ways, permissions, edit', async ({ home, app }) => {
      test.setTimeout(90_000)
      await serve(home)
      const { page, electron } = app
      await connect(page, electron)
      const server = /^127\.0\.0\.1/
      await page.keyboard.press('Control+Shift+S')
      await expect(list(page, words.local)).toBeFocused()
      await expect(row(page, words.local, 'here.txt')).toBeVisible({ timeout: 10_000 })
      await page.keyboard.press('Tab')
      await expect(list(page, server)).toBeFocused()
      await enter(page, server, there)
      await expect(row(page, server, 'notes.txt')).toBeVisible()
      await axe(page)
      await shot(page, `09c-files-${theme}`)

      await row(page, server, 'notes.txt').click()
      await page.keyboard.press('Control+Enter')
      await expect(row(page, words.local, 'notes.txt')).toBeVisible({ timeout: 20_000 })
      expect(readFileSync(join(home, 'notes.txt'), 'utf8')).toBe('from the server\n')

      await row(page, words.local, 'here.txt').click()
      await page.keyboard.press('Control+Enter')
      await expect(row(page, server, 'here.txt')).toBeVisible({ timeout: 20_000 })
      expect(readFileSync(join(there, 'here.txt'), 'utf8')).toBe('from this computer\n')

      // The same once more: it is asked about.
      await page.keyboard.press('Control+Enter')
      await expect(page.getByRole('alert').filter({ hasText: 'here.txt' })).toBeVisible({ timeout: 20_000 })
      await axe(page)
      await shot(page, `09c-files-clash-${theme}`)
      await page.getByRole('alert').getByRole('button').nth(1).click()
      await expect(row(page, server, 'here (2).txt')).toBeVisible({ timeout: 20_000 })

      await row(page, server, 'notes.txt').click()
      await page.keyboard.press('Alt+Enter')
      const octal = page.getByLabel(words.number)
      await octal.fill('0640')
      await axe(page)
      await shot(page, `09c-files-permissions-${theme}`)
      await page.getByRole('button', { name: words.save, exact: true }).click()
      await expect.poll(() => statSync(join(there, 'notes.txt')).mode & 0o777).toBe(0o640)
    })
  })

test.describe('edit', () => {
  const server = /^127\.0\.0\.1/
  /** Opens the server's fstab. @returns the copy. */
  async function edit({ page, electron }: RunningApp) {
    // In place of the desktop's program: notes the path it is given.
    await electron.evaluate(({ shell }) => {
      shell.openPath = async (path) => {
        ;(globalThis as { openedFile?: string }).openedFile = path
        return ''
      }
    })
    await connect(page, electron)
    await page.getByRole('button', { name: 'Files', exact: true }).click()
    await list(page, server).focus()
    await enter(page, server, join(there, 'etc'))
    await row(page, server, 'fstab').dblclick()
    const opened = () => electron.evaluate(() => (globalThis as { openedFile?: string }).openedFile)
    await expect.poll(opened).toContain('fstab')
    return (await opened())!
  }

  test('a save in the desktop’s program goes back to the server', async ({ home, app }) => {
    await serve(home)
    chmodSync(join(there, 'etc/fstab'), 0o604)
    const copy = await edit(app)
    const { page } = app
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    writeFileSync(copy, 'UUID=2 / ext4\n')
    await expect(page.getByText(/saved on the server at/)).toBeVisible({ timeout: 20_000 })
    expect(readFileSync(join(there, 'etc/fstab'), 'utf8')).toBe('UUID=2 / ext4\n')
    expect(statSync(join(there, 'etc/fstab')).mode & 0o777).toBe(0o604)
    await shot(page, '09c-files-edit')

    // A directory that is gone is said; what is shown goes on.
    const refresh = async () => {
      await list(page, server).focus()
      await page.keyboard.press('F5')
    }
    mkdirSync(join(there, 'etc/gone'))
    await refresh()
    await expect(row(page, server, 'gone')).toBeVisible()
    rmSync(join(there, 'etc/gone'), { recursive: true })
    await row(page, server, 'gone').dblclick()
    await expect(page.getByRole('alert').filter({ hasText: 'gone' })).toBeVisible()
    writeFileSync(join(there, 'etc/later'), '')
    await refresh()
    await expect(row(page, server, 'later')).toBeVisible()
  })

  test('a save that does not reach the server is asked about at the end and told of at the next start', async ({ home, app }) => {
    test.setTimeout(90_000)
    await serve(home)
    const copy = await edit(app)
    writeFileSync(join(there, 'etc/fstab'), 'UUID=3 / ext4\n')
    writeFileSync(copy, 'UUID=2 / ext4\n')
    const row = app.page.getByRole('alert').filter({ hasText: 'What you saved is kept here' })
    await expect(row).toContainText(copy, { timeout: 20_000 })
    await axe(app.page)
    await shot(app.page, '09c-files-edit-conflict')
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
    const question = app.page.getByRole('dialog').filter({ hasText: 'has not reached the server' })
    await expect(question).toContainText('etc/fstab')
    await axe(app.page)
    await shot(app.page, '09c-files-edit-close')
    const closed = app.electron.waitForEvent('close')
    // The window goes away under the click, before Playwright hears of its end.
    await question
      .getByRole('button', { name: 'Close the window' })
      .click()
      .catch(() => {})
    await closed

    await app.restart()
    const notice = app.page.getByRole('alert').filter({ hasText: 'Your copy is kept' })
    await expect(notice).toContainText(copy, { timeout: 20_000 })
    expect(readFileSync(copy, 'utf8')).toBe('UUID=2 / ext4\n')
    await axe(app.page)
    await shot(app.page, '09c-files-edit-kept')
    await notice.getByRole('button', { name: 'Close' }).click()
    await expect(notice).toHaveCount(0)
    expect(readFileSync(copy, 'utf8')).toBe('UUID=2 / ext4\n')
  })
})

test.describe('in rescue', () => {
  test('the server’s side is amber and says that what is written there is lost', async ({ home, app }) => {
    test.setTimeout(90_000)
    sshd = await startSshd({ password: 'rescue' })
    writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
    await sshd.restart(['ed25519'])
    const { page, electron } = app
    await open(electron, `${sshd.user}@127.0.0.1:${sshd.port}`)
    await page.getByRole('button', { name: 'Show the edit' }).click({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Set aside and connect' }).click()
    await page.getByLabel('Rescue password', { exact: true }).fill('rescue', { timeout: 20_000 })
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page.locator('.xterm-rows')).toContainText('$', { timeout: 20_000 })
    await page.keyboard.press('Control+Shift+S')
    await expect(list(page, /^Rescue system: \/home/)).toBeVisible({ timeout: 20_000 })
    await expect(page.getByText('Lost at the reboot: this is the rescue system itself.')).toBeVisible()
    await axe(page)
    await shot(page, '09c-files-rescue')
    await page.keyboard.press('Control+Shift+S')
    await expect(list(page, /./)).toHaveCount(0)
  })
})
