import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { everyLook } from './every-look.js'
import { expect } from './launch.js'
import { button, heading, test, writeHosts, writeKnownHosts } from './servers.js'

test.describe.configure({ timeout: 300_000 })

const hosts = ['web-01.example.net', 'db-primary.example.net', 'backup', 'vps-2041.example.net']
const port = { port: 22, user: 'admin' }
const aKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEWb0vO5p3SaVTVNPHIJpTzzhXSmpDDfNQZpxXgRjbJ3'

test('01a: first run, and the servers of the ssh config', async ({ open, home }) => {
  writeHosts(home, Object.fromEntries(hosts.map((name) => [name, port])))
  const app = await open([])
  await expect(heading(app, 'Where do you want to sign in?')).toBeVisible()
  await expect(button(app, 'Choose servers')).toBeEnabled()
  await everyLook(app, '01a-first-run')
  await button(app, 'Choose servers').click()
  await expect(app.page.getByRole('checkbox', { name: 'backup' })).toBeChecked()
  await everyLook(app, '01-import')
})

test('01b, 09b: the filled start page, adding and changing a server, settings', async ({ open, home }) => {
  writeKnownHosts(home, `192.0.2.1,192.0.2.2 ${aKey}\n`)
  mkdirSync(join(home, 'data'), { mode: 0o700 })
  const day = 24 * 60 * 60_000
  const servers = hosts.map((name, index) => ({
    id: `server-${index}`,
    name,
    target: `admin@192.0.2.${index + 1}`,
    address: { user: 'admin', host: `192.0.2.${index + 1}` },
    ...(index < 3 ? { lastUsed: new Date(Date.now() - index * day).toISOString() } : {}),
  }))
  writeFileSync(join(home, 'data/servers.json'), JSON.stringify({ servers }), { mode: 0o600 })
  const app = await open([])
  const { page } = app
  await expect(heading(app, 'Pick a server, or type an address')).toBeVisible()
  // The files have been read for every server: two are known.
  await expect(page.getByRole('navigation').getByRole('img', { name: 'Known' })).toHaveCount(2)
  await everyLook(app, '01b-start-filled')

  await page
    .getByRole('navigation')
    .getByRole('button', { name: /backup/ })
    .first()
    .focus()
  await page.keyboard.press('F2')
  await expect(page.getByRole('dialog')).toBeVisible()
  await everyLook(app, '01-edit-server')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await button(app, 'Add server').click()
  await page.getByRole('dialog').getByLabel('Address').fill('web;reboot')
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText(/not an address/i)).toBeVisible()
  await everyLook(app, '01-add-server')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()

  await page.keyboard.press('Control+,')
  for (const [label, name] of [
    ['Host keys and rescue', '09b-settings'],
    ['Appearance', '09b-look'],
    ['Terminal', '09b-terminal'],
    ['Shortcuts', '09b-shortcuts'],
    ['About', '09b-about'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: label, exact: true }).click()
    await expect(heading(app, label)).toBeVisible()
    await everyLook(app, name)
  }
})
