import { readFileSync } from 'node:fs'
import { axe, expect, shot } from './launch.js'
import { button, linesFor, setAside, test, writeKnownHosts } from './servers.js'

test('rescue started once more: the new key is accepted only after its fingerprint was compared', async ({ serve, open, home }) => {
  test.setTimeout(90_000)
  const sshd = await serve({ hostKeys: ['ed25519'], password: 'x' })
  const knownHosts = writeKnownHosts(home, linesFor([sshd]))
  await sshd.restart(['ed25519'])
  const app = await open([`root@127.0.0.1:${sshd.port}`])
  await setAside(app, 'Sign in')
  const aside = readFileSync(knownHosts)

  await sshd.restart(['ed25519'])
  await button(app, 'Cancel').click()
  await button(app, 'Reconnect').click()
  const dialog = app.page.getByRole('alertdialog')
  await expect(dialog.getByRole('heading', { name: 'Stop: neither your server nor the rescue system' })).toBeVisible({ timeout: 20_000 })
  await expect(button(app, 'Stay disconnected')).toBeFocused()
  await button(app, 'I know why…').click()
  const accept = button(app, 'Accept it as a new rescue start')
  const field = dialog.getByRole('textbox')
  await field.fill('SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')
  await expect(dialog.getByText('No match: disconnect')).toBeVisible()
  await expect(accept).toBeDisabled()
  await field.fill(sshd.hostKeys[0]!.line)
  await expect(dialog.getByText('Match', { exact: true })).toBeVisible()
  await axe(app.page)
  await shot(app.page, '08c-accept')
  await accept.click()
  await expect(button(app, 'Sign in')).toBeVisible({ timeout: 20_000 })
  await expect(app.page.getByRole('alertdialog')).toHaveCount(0)
  expect(readFileSync(knownHosts).equals(aside)).toBe(true)
})
