import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sshd } from '../support/sshd.js'
import { axe, expect, launch, type RunningApp, shot } from './launch.js'
import { test as base, button, changedTitle as changed, heading, lookupName, setAside } from './servers.js'

interface World {
  sshd: Sshd
  knownHosts: string
  /** Opens the window on the server. */
  connect(): Promise<RunningApp>
}

/** A real sshd whose address stands in known_hosts, and a key that may sign in. */
const test = base.extend<{ world: World }>({
  world: async ({ home, serve, open }, use) => {
    const key = join(home, '.ssh/id_ed25519')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key])
    const sshd = await serve({ hostKeys: ['ed25519', 'ecdsa', 'rsa'], authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
    const knownHosts = join(home, '.ssh/known_hosts')
    const name = lookupName(sshd)
    writeFileSync(knownHosts, sshd.hostKeys.map(({ line }, i) => `${i === 2 ? `web.example,${name}` : name} ${line}\n`).join(''), {
      mode: 0o600,
    })
    await use({ sshd, knownHosts, connect: () => open([`root@127.0.0.1:${sshd.port}`]) })
  },
})

test('a known server opens a terminal', async ({ world }) => {
  const app = await world.connect()
  await expect(app.page.locator('.xterm-rows')).toContainText('#', { timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, 'terminal')
})

test('rescue: set aside, then the known key brings the lines back', async ({ world }) => {
  test.setTimeout(90_000)
  const before = readFileSync(world.knownHosts, 'utf8')
  const own = world.sshd.hostKeys.map(({ path }) => ({ path }))
  await world.sshd.restart(['ed25519', 'ecdsa', 'rsa'])
  const app = await world.connect()
  await setAside(app)
  const marked = readFileSync(world.knownHosts, 'utf8')
  expect(marked.match(/^#rescueterm:\w+ .*ssh-|^#rescueterm:\w+ .*ecdsa-/gm)).toHaveLength(3)
  const foreign = 'other.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEWb0vO5\n'
  writeFileSync(world.knownHosts, `${marked}${foreign}`)
  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'The rescue key answers')).toBeVisible({ timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, '06b-waiting')
  await world.sshd.restart(own)
  await expect(heading(app, 'Back to normal')).toBeVisible({ timeout: 40_000 })
  expect(readFileSync(world.knownHosts, 'utf8')).toBe(before + foreign)
})

test('I did not expect this: disconnects, and changes nothing', async ({ world }) => {
  const before = readFileSync(world.knownHosts)
  await world.sshd.restart(['ed25519'])
  const app = await world.connect()
  await expect(heading(app, changed)).toBeVisible({ timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, '03a-host-key')
  await app.page.keyboard.press('Escape')
  await expect(heading(app, changed)).toBeHidden()
  expect(readFileSync(world.knownHosts).equals(before)).toBe(true)
  expect(await world.sshd.log()).not.toMatch(/Accepted|Failed|userauth/)
})

test('it was reinstalled: replaced for good, and back from the history', async ({ world }) => {
  await world.sshd.restart(['ed25519'])
  const app = await world.connect()
  await expect(heading(app, changed)).toBeVisible({ timeout: 20_000 })
  await button(app, 'Show the replacement').click()
  await expect(button(app, 'Replace and connect')).toBeEnabled()
  await axe(app.page)
  await shot(app.page, '11a-reinstalled')
  await button(app, 'Replace and connect').click()
  await expect(app.page.locator('.xterm-rows')).toContainText('#', { timeout: 20_000 })
  const text = readFileSync(world.knownHosts, 'utf8')
  expect(text).toContain(world.sshd.hostKeys[0]!.line.split(' ')[1]!)
  expect(text).toMatch(/^web\.example /m)
})

test('first contact: trust and save adds one line', async ({ world }) => {
  writeFileSync(world.knownHosts, '')
  const app = await world.connect()
  await expect(heading(app, 'First time here')).toBeVisible({ timeout: 20_000 })
  await expect(button(app, 'Disconnect')).toBeFocused()
  const { line } = world.sshd.hostKeys[0]!
  await app.page.getByRole('textbox', { name: 'Paste the fingerprint you expect' }).fill(line)
  await expect(app.page.getByText('Match', { exact: true })).toBeVisible()
  await axe(app.page)
  await shot(app.page, '09a-unknown')
  await button(app, 'Trust and save').click()
  await expect(app.page.locator('.xterm-rows')).toContainText('#', { timeout: 20_000 })
  expect(readFileSync(world.knownHosts, 'utf8')).toBe(`[127.0.0.1]:${world.sshd.port} ${line}\n`)
})

test('a revoked key is refused, with no way on', async ({ world }) => {
  writeFileSync(world.knownHosts, `@revoked * ${world.sshd.hostKeys[0]!.line}\n`)
  const app = await world.connect()
  await expect(heading(app, 'Stop: this key is revoked')).toBeVisible({ timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, '11b-revoked')
  await expect(button(app, /Trust|Set aside|Show the/)).toHaveCount(0)
})

test('the app killed between set-aside and return goes on at the next start, in French too', async ({ world, home }) => {
  test.setTimeout(120_000)
  const before = readFileSync(world.knownHosts)
  const own = world.sshd.hostKeys.map(({ path }) => ({ path }))
  await world.sshd.restart(['ed25519', 'ecdsa', 'rsa'])
  const app = await world.connect()
  await setAside(app)
  await app.kill()
  expect(readFileSync(world.knownHosts).equals(before)).toBe(false)
  const next = await launch({ home, dataDir: join(home, 'data'), language: 'fr' })
  await expect(next.page.getByRole('status').filter({ hasText: 'known_hosts' }).first()).toBeVisible({ timeout: 20_000 })
  await axe(next.page)
  await shot(next.page, 'resumed.fr')
  await world.sshd.restart(own)
  await next.page.getByRole('button', { name: 'Quitter le rescue' }).first().click()
  await expect(next.page.getByRole('heading', { name: 'Retour à la normale' })).toBeVisible({ timeout: 60_000 })
  expect(readFileSync(world.knownHosts).equals(before)).toBe(true)
  await shot(next.page, '06c-back-to-normal.fr')
  await next.close()
})

test('a third key raises the alarm and changes nothing', async ({ world }) => {
  test.setTimeout(90_000)
  await world.sshd.restart(['ed25519', 'ecdsa', 'rsa'])
  const app = await world.connect()
  await setAside(app)
  const aside = readFileSync(world.knownHosts)
  await world.sshd.restart(['ed25519', 'ecdsa', 'rsa'])
  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'Stop: neither your server nor the rescue system').first()).toBeVisible({ timeout: 40_000 })
  await axe(app.page)
  await shot(app.page, '08c-third-key')
  expect(readFileSync(world.knownHosts).equals(aside)).toBe(true)
})

test('the core process killed: the window stays, says so, and the lines stay set aside', async ({ world }) => {
  test.setTimeout(90_000)
  await world.sshd.restart(['ed25519'])
  const app = await world.connect()
  await setAside(app)
  const aside = readFileSync(world.knownHosts)
  await app.killCore()
  await expect(button(app, 'Reconnect').first()).toBeVisible({ timeout: 20_000 })
  await shot(app.page, '14b-process-restarted')
  expect(readFileSync(world.knownHosts).equals(aside)).toBe(true)
  app.complaints.length = 0
})

test('quick connect from the filter leaves the keyboard in the terminal', async ({ world, home }) => {
  const app = await launch({ home, dataDir: join(home, 'data') })
  // A saved server: from now on the list has its filter.
  for (const round of [1, 2]) {
    const filter = app.page.getByRole('textbox', { name: 'Filter, or user@host:port' })
    await filter.or(app.page.getByRole('textbox')).first().fill(`root@127.0.0.1:${world.sshd.port}`)
    await app.page.keyboard.press('Enter')
    await expect(app.page.locator('.xterm-rows')).toContainText('#', { timeout: 20_000 })
    await expect(app.page.locator('.xterm-helper-textarea')).toBeFocused()
    await app.page.keyboard.type(`echo round-${round}-$((40+2))`)
    await app.page.keyboard.press('Enter')
    await expect(app.page.locator('.xterm-rows')).toContainText(`round-${round}-42`)
    await app.page.keyboard.press('Control+Shift+W')
    await expect(app.page.locator('.xterm')).toHaveCount(0)
  }
  await app.close()
  expect(app.complaints).toEqual([])
})

test('tabs, half a number in the settings and the narrow list take nothing away', async ({ world }) => {
  const app = await world.connect()
  const { page } = app
  const terminal = page.locator('.xterm-helper-textarea')
  await expect(page.locator('.xterm-rows')).toContainText('#', { timeout: 20_000 })
  await page.keyboard.type("PS1='ready '; seq -f line-%g 300")
  await page.keyboard.press('Enter')
  await expect(page.locator('.xterm-rows')).toContainText('line-300')
  await page.getByRole('tab', { selected: true }).click()
  await expect(terminal).toBeFocused()
  await page.getByRole('button', { name: 'New tab' }).click()
  await page.getByRole('tab').first().click()
  await expect(terminal).toBeFocused()
  await page.locator('.rt-tab-close').last().click()
  await expect(page.getByRole('tab')).toHaveCount(1)
  await expect(terminal).toBeFocused()

  await page.keyboard.press('Control+,')
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Terminal', exact: true }).click()
  const scrollback = page.getByRole('textbox', { name: 'Lines kept above the screen' })
  await scrollback.fill('')
  await scrollback.pressSequentially('9000')
  await scrollback.press('Enter')
  const file = join(app.dataDir, 'settings.json')
  const saved = () => existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scrollback
  await expect.poll(saved).toBe(9000)
  await scrollback.press('ArrowUp')
  await expect.poll(saved).toBe(10_000)
  await page.getByRole('tab').first().click()
  await expect(terminal).toBeFocused()
  await page.keyboard.press('Control+Shift+F')
  await page.keyboard.type('line-1')
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/of 111$/)
  await page.keyboard.press('Escape')

  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(1000, 700))
  await page.getByRole('button', { name: 'Show servers' }).click()
  await page.getByRole('navigation', { name: 'Servers' }).getByRole('button', { name: /127/ }).last().click({ button: 'right' })
  await page.getByRole('menuitem').first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
})
