import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSshd } from '../support/sshd.js'
import { axe, expect, launch, shot, test } from './launch.js'

test('rescue started once more: the new key is accepted only after its fingerprint was compared', async ({ home }) => {
  test.setTimeout(90_000)
  mkdirSync(join(home, '.ssh'), { recursive: true })
  const sshd = await startSshd({ hostKeys: ['ed25519'], password: 'x' })
  const knownHosts = join(home, '.ssh/known_hosts')
  writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
  await sshd.restart(['ed25519'])
  const app = await launch({ home, dataDir: join(home, 'data'), words: [`root@127.0.0.1:${sshd.port}`] })
  const button = (name: string | RegExp) => app.page.getByRole('button', { name })
  try {
    await button('Show the edit').click({ timeout: 20_000 })
    await button('Set aside and connect').click()
    await expect(button('Sign in')).toBeVisible({ timeout: 20_000 })
    const aside = readFileSync(knownHosts)

    await sshd.restart(['ed25519'])
    await button('Cancel').click()
    await button('Reconnect').click()
    const dialog = app.page.getByRole('alertdialog')
    await expect(dialog.getByRole('heading', { name: 'Stop: neither your server nor the rescue system' })).toBeVisible({ timeout: 20_000 })
    await expect(button('Stay disconnected')).toBeFocused()
    await button('I know why…').click()
    const accept = button('Accept it as a new rescue start')
    const field = dialog.getByRole('textbox')
    await field.fill('SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')
    await expect(dialog.getByText('No match: disconnect')).toBeVisible()
    await expect(accept).toBeDisabled()
    await field.fill(sshd.hostKeys[0]!.line)
    await expect(dialog.getByText('Match', { exact: true })).toBeVisible()
    await axe(app.page)
    await shot(app.page, '08c-accept')
    await accept.click()
    await expect(button('Sign in')).toBeVisible({ timeout: 20_000 })
    await expect(app.page.getByRole('alertdialog')).toHaveCount(0)
    expect(readFileSync(knownHosts).equals(aside)).toBe(true)
  } finally {
    await app.close()
    await sshd.dispose()
  }
  expect(app.complaints).toEqual([])
})
