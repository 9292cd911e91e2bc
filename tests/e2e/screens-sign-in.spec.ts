import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { generateKey } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { expect, type RunningApp } from './launch.js'
import { button, heading, linesFor, lookupName, screen, setAside, test, writeHosts, writeKnownHosts } from './servers.js'

const name = 'vps-2041.example.net'
const secret = 'aB3dE6gH9k'
const mail = [
  `Subject: [ab12345] [${name}] Access settings for VPS rescue mode`,
  'From: support@example.com',
  'Hello,',
  'your server was restarted in rescue mode. To sign in:',
  ' - IP address: 127.0.0.1',
  ' - user: root',
  ` - password: ${secret}`,
  'Regards',
].join('\n')

const passwordField = (app: RunningApp) => app.page.locator('input[type=password]')

test.describe.configure({ timeout: 300_000 })

test('02, 15c, 08b, 04, 17: into the rescue system, and what can be done there', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519', 'rsa'], password: secret })
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519'])
  const app = await open([name])
  const { page } = app
  await setAside(app, 'Sign in')
  await expect(passwordField(app)).toBeFocused()
  await everyLook(app, '02-connect-card')

  await page.evaluate((text) => (window as unknown as { rescueterm: { copy(text: string): void } }).rescueterm.copy(text), mail)
  await button(app, 'Paste').click()
  await expect(heading(app, 'Found in the text you pasted')).toBeVisible()
  await everyLook(app, '15c-pasted-mail')
  expect(await page.content()).not.toContain(secret)
  await button(app, 'Type it').click()

  await passwordField(app).fill('aB3dE6gH9l')
  await button(app, 'Sign in').click()
  await expect(page.getByText('The rescue system did not accept this password.')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '08b-wrong-password')

  await passwordField(app).fill(secret)
  await button(app, 'Sign in').click()
  await expect(screen(app)).toContainText('$', { timeout: 20_000 })
  await expect(button(app, 'Look again')).toBeEnabled({ timeout: 20_000 }) // the disks have been looked at
  await everyLook(app, '04-rescue-terminal')
  await page.getByRole('button', { name: 'Repair', exact: true }).click()
  await everyLook(app, '05-repair-by-hand')
  await page.getByRole('button', { name: 'Leave', exact: true }).click()
  await everyLook(app, '06a-leave-by-hand')

  await page.keyboard.press('Control+Shift+P')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.type('re')
  await everyLook(app, '17-palette')
  await page.keyboard.press('Escape')

  await button(app, 'Restore now').first().click()
  await expect(page.getByRole('dialog', { name: 'Put 2 lines back now?' })).toBeVisible()
  await everyLook(app, '06-restore-question')
  await page.keyboard.press('Escape')
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect(page.getByText('2 lines are still set aside')).toBeVisible()
  await everyLook(app, '06-close-question')
})

test('a known server: password, or a key file', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'], password: secret })
  await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  const app = await open([name])
  await passwordField(app).fill('not this one', { timeout: 20_000 })
  await button(app, 'Sign in').click()
  await expect(app.page.getByText('The server did not accept this password.')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '02-password-refused')
  await app.page.getByRole('radio', { name: 'Key file' }).check()
  await everyLook(app, '02-key-file')
})

test('the passphrase of a key', async ({ serve, open, home }) => {
  const key = join(home, '.ssh/id_ed25519')
  await generateKey(key, 'ed25519', 'open sesame')
  const sshd = await serve({ hostKeys: ['ed25519'], authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  const app = await open([name])
  await passwordField(app).fill('open barley', { timeout: 20_000 })
  await button(app, 'Unlock').click()
  await expect(app.page.getByRole('alert').filter({ visible: true })).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '02-passphrase')
})

test('questions of the server, quoted', async ({ open, home }) => {
  const hostKey = await generateKey(join(home, 'host-key'), 'ed25519')
  const banner = 'Authorised access only. All sessions are recorded.\n'
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)], banner }, (connection) => {
    connection.on('error', () => {})
    connection.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      const prompts = [
        { prompt: 'Account number: ', echo: true },
        { prompt: 'One-time code: ', echo: false },
      ]
      context.prompt(prompts, 'Sign-in in two steps', 'The code is on your device.', () => context.reject(['keyboard-interactive']))
    })
  })
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    writeKnownHosts(home, `${lookupName({ port })} ${readFileSync(`${hostKey}.pub`, 'utf8')}`)
    writeHosts(home, { [name]: { port, user: 'ada' } })
    const app = await open([name])
    await expect(app.page.getByText('One-time code:')).toBeVisible({ timeout: 20_000 })
    await everyLook(app, '02-prompts')
  } finally {
    server.close()
  }
})
