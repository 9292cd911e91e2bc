import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { test as base, expect } from './launch.js'
import {
  button,
  heading,
  linesFor,
  lookupName,
  screen,
  setAside,
  signInWithKey,
  test as withServers,
  writeHosts,
  writeKnownHosts,
} from './servers.js'

const name = 'vps-2041.example.net'

/** The public half of a key that the test's home signs in with. */
const test = withServers.extend<{ ownKey: string }>({
  ownKey: async ({ home }, use) => {
    const key = await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
    await use(readFileSync(`${key}.pub`, 'utf8').trim())
  },
})

test.describe.configure({ timeout: 300_000 })

test('06b, 06c, 09b: waiting, after a restart of the app too, back to normal, and the history of it', async ({
  serve,
  open,
  home,
  ownKey,
}) => {
  const sshd = await serve({ hostKeys: ['ed25519', 'rsa'], authorizedKeys: [ownKey] })
  const own = sshd.hostKeys.map(({ path }) => ({ path }))
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519', 'rsa'])
  const app = await open([name])
  await setAside(app)
  await app.restart([])
  await expect(heading(app, `${name} is in rescue`)).toBeVisible({ timeout: 20_000 })
  await expect(app.page.getByRole('tab')).toHaveCount(1)
  await everyLook(app, '06-next-start')
  await button(app, 'Connect').click()
  await signInWithKey(app)
  await button(app, 'Leave rescue').first().click()
  // By hand: this server is no provider's.
  await button(app, 'Done').click()
  await button(app, 'I have restarted it').click()
  await expect(heading(app, 'The rescue key answers')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '06b-leave-waiting')
  await sshd.restart(own)
  await expect(heading(app, 'Back to normal')).toBeVisible({ timeout: 40_000 })
  await everyLook(app, '06c-back-to-normal')
  await app.page.keyboard.press('Control+,')
  await expect(app.page.getByText(/put back after/)).toBeVisible()
  await everyLook(app, '09b-history')
})

test('08d: lines that are not as they were left', async ({ serve, open, home, ownKey }) => {
  const sshd = await serve({ hostKeys: ['ed25519', 'rsa'], authorizedKeys: [ownKey] })
  const knownHosts = writeKnownHosts(
    home,
    sshd.hostKeys.map(({ line }) => `${lookupName(sshd)},web.example.net ${line} admin@example.net\n`).join(''),
  )
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519', 'rsa'])
  const app = await open([name])
  await setAside(app)
  const marked = readFileSync(knownHosts, 'utf8')
  writeFileSync(knownHosts, marked.replace('web.example.net ssh-ed25519', 'www.example.net ssh-ed25519'))
  await button(app, 'Restore now').first().click()
  await app.page.getByRole('dialog').getByRole('button', { name: 'Restore now' }).click()
  await expect(heading(app, 'One line is not as it was left')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '08d-restore-attention')
})

test('12: several servers in rescue', async ({ serve, open, home, ownKey }) => {
  const first = await serve({ hostKeys: ['ed25519', 'rsa'], authorizedKeys: [ownKey] })
  const second = await serve({ hostKeys: ['ed25519', 'ecdsa'], password: 'x' })
  const shared = `${lookupName(first)},${lookupName(second)} ${second.hostKeys[1]!.line}\n`
  writeKnownHosts(home, `${linesFor([first])}${lookupName(second)} ${second.hostKeys[0]!.line}\n${shared}`)
  writeHosts(home, { [name]: first, 'db-primary.example.net': second })
  for (const one of [first, second]) await one.restart(['ed25519'])
  const app = await open([name])
  await setAside(app)
  await app.page.getByRole('textbox', { name: 'Filter, or user@host:port' }).fill('db-primary.example.net')
  await app.page.keyboard.press('Enter')
  await setAside(app, 'Show all')
  await button(app, 'Show all').click()
  await expect(heading(app, '2 servers in rescue')).toBeVisible()
  await everyLook(app, '12-several')
})

base('18: the practice server, from its first terminal to the summary', async ({ app }) => {
  base.setTimeout(300_000)
  await button(app, 'Start practice').click()
  await expect(screen(app)).toContainText('root@practice', { timeout: 20_000 })
  await everyLook(app, '18-practice')
  await button(app, 'Put it in rescue mode').click()
  await setAside(app, 'Sign in')
  await everyLook(app, '18-sign-in')
  await button(app, 'Sign in').click()
  await expect(screen(app)).toContainText('root@rescue', { timeout: 20_000 })
  await everyLook(app, '18-rescue')
})
