import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type HostileServer, startHostile } from '../support/hostile-server.js'
import { generateKey, type Sshd } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { expect, type RunningApp } from './launch.js'
import { button, lookupName, screen, setAside, signInWithKey, test as withServers, writeHosts, writeKnownHosts } from './servers.js'

const name = 'web-01.example.net'

interface Line {
  sshd: Sshd
  /** Between the app and the server; closing it is a cut cable. */
  relay: HostileServer
}

const test = withServers.extend<{ line: Line }>({
  line: async ({ home, serve }, use) => {
    const key = await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
    const sshd = await serve({ hostKeys: ['ed25519'], authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
    const relay = await startHostile((client) => {
      const server = connect(sshd.port, '127.0.0.1')
      server.on('error', () => {})
      client.on('close', () => server.destroy())
      server.on('close', () => client.destroy())
      client.pipe(server).pipe(client)
    })
    writeKnownHosts(home, `${lookupName(relay)} ${sshd.hostKeys[0]!.line}\n`)
    writeHosts(home, { [name]: { port: relay.port, user: 'root' } })
    await use({ sshd, relay })
    await relay.close()
  },
})

/** Types a command that says when it has run. */
async function run(app: RunningApp, command: string) {
  await app.page.keyboard.type(`${command}; echo done-$((40+2))`)
  await app.page.keyboard.press('Enter')
  await expect(screen(app)).toContainText('done-42')
}

test.describe.configure({ timeout: 300_000 })

test('13a, 13b: the terminal of a known server, its guard, its search, its links', async ({ line, open }) => {
  expect(line.relay.port).toBeGreaterThan(0)
  const app = await open([name])
  const { page } = app
  await expect(screen(app)).toContainText('#', { timeout: 20_000 })
  await run(
    app,
    "PS1='# '; clear; printf '\\e]8;;https://login.example.org/very/long/path?to=somewhere\\e\\\\https://www.example.net\\e]8;;\\e\\\\\\n'; ls -l /etc/ssh",
  )
  await everyLook(app, '13-terminal')

  await page.keyboard.press('Control+Shift+F')
  await page.keyboard.type('ssh')
  const count = page.getByRole('search').getByRole('status')
  await expect(count).toHaveText(/\d+ of \d+/)
  const found = await count.textContent()
  const colour = () =>
    screen(app)
      .locator('span', { hasText: /^s$/ }) // one per cell
      .last()
      .evaluate((hit) => getComputedStyle(hit).backgroundColor)
  const dark = await colour()
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(colour).not.toBe(dark)
  await expect(count).toHaveText(found ?? '')
  await everyLook(app, '13b-search-link', async () => {
    // Once more, if the row was drawn anew between finding the link and moving there.
    await expect(async () => {
      await page.locator('.xterm-screen').hover({ position: { x: 400, y: 300 } }) // a link is looked for when the cell changes
      await screen(app).getByText('https://www.example.net').hover({ force: true }) // xterm's own layer takes the pointer
      await expect(page.locator('.rt-linkline')).toContainText('login.example.org', { timeout: 2000 })
    }).toPass({ timeout: 20_000 })
  })
  await page.keyboard.press('Escape')

  await page.keyboard.type('echo waits-$((40+2)); cat')
  await page.keyboard.press('Enter')
  await expect(screen(app)).toContainText('waits-42')
  const text = 'systemctl stop nginx\nrm -rf /var/cache/nginx\u0007\nsystemctl start nginx\n'
  await page.evaluate((copied) => (window as unknown as { rescueterm: { copy(text: string): void } }).rescueterm.copy(copied), text)
  await page.keyboard.press('Control+Shift+V')
  await expect(page.getByRole('dialog')).toBeVisible()
  await everyLook(app, '13a-paste-guard')
})

test('14a: a connection that is lost, refused, ended', async ({ line, open }) => {
  const app = await open([name])
  await expect(screen(app)).toContainText('#', { timeout: 20_000 })
  await app.page.keyboard.type('exit 3')
  await app.page.keyboard.press('Enter')
  await expect(button(app, 'Reconnect')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '14-ended')
  await button(app, 'Reconnect').click()
  await expect(screen(app)).toContainText(/exit 3[^#]*#/, { timeout: 20_000 })
  await run(app, 'uname')
  await line.relay.close()
  await expect(button(app, 'Reconnect')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '14a-connection-lost')
  await button(app, 'Reconnect').click()
  await expect(button(app, 'Try again')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '14-refused')
})

test('14b: the connection process restarted', async ({ line, open }) => {
  await line.sshd.restart(['ed25519'])
  const app = await open([name])
  await setAside(app, 'Sign in')
  await signInWithKey(app)
  await app.killCore()
  await expect(button(app, 'Reconnect').first()).toBeEnabled({ timeout: 20_000 }) // another core is up
  await everyLook(app, '14b-process-restarted')
  app.complaints.length = 0
})
