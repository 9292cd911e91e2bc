import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe, expect, shot } from './launch.js'
import { button, heading, lookupName, setAside, test } from './servers.js'

test('a wrong password is said, the right one gets in, and neither is kept', async ({ serve, open, home }) => {
  test.setTimeout(60_000)
  const sshd = await serve({ hostKeys: ['ed25519'], password: 'right $"\'< one' })
  const knownHosts = join(home, '.ssh/known_hosts')
  writeFileSync(knownHosts, `${lookupName(sshd)} ${sshd.hostKeys[0]!.line}\n`)
  const app = await open([`${sshd.user}@127.0.0.1:${sshd.port}`])
  const password = app.page.getByLabel('Password', { exact: true }).and(app.page.locator('input[type=password]'))
  await password.fill('wrong one', { timeout: 20_000 })
  await button(app, 'Sign in').click()
  await expect(app.page.getByText('The server did not accept this password.')).toBeVisible({ timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, '08b-wrong-password')
  await password.fill('right $"\'< one')
  await button(app, 'Sign in').click()
  await expect(app.page.locator('.xterm-rows')).toContainText('$', { timeout: 20_000 })
  expect(await app.page.content()).not.toContain('right $')
})

test('a line in a system file: the command for an administrator, or only in RescueTerm', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'] })
  const system = join(home, 'ssh_known_hosts')
  writeFileSync(system, `${lookupName(sshd)} ${sshd.hostKeys[0]!.line}\n`)
  writeFileSync(join(home, '.ssh/config'), `GlobalKnownHostsFile ${system}\n`)
  await sshd.restart(['ed25519'])
  const before = readFileSync(system)
  const app = await open([`root@127.0.0.1:${sshd.port}`])
  await button(app, 'Show the edit').click({ timeout: 20_000 })
  await expect(heading(app, 'The line stands in a system file')).toBeVisible({ timeout: 20_000 })
  await expect(app.page.getByText('sed', { exact: false }).first()).toBeVisible()
  await axe(app.page)
  await shot(app.page, '11c-system-file')
  await button(app, 'Accept and connect').click()
  await expect(button(app, 'Leave rescue').first()).toBeVisible({ timeout: 20_000 })
  expect(readFileSync(system).equals(before)).toBe(true)
})

test('known through an authority only: unknown, with the reason', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'] })
  writeFileSync(join(home, '.ssh/known_hosts'), `@cert-authority * ${sshd.hostKeys[0]!.line}\n`)
  await sshd.restart(['ed25519'])
  const app = await open([`root@127.0.0.1:${sshd.port}`])
  await expect(heading(app, 'Known only through a certificate authority')).toBeVisible({ timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, '11d-ca-only')
})

test('a line edited meanwhile waits for a person, and both texts are kept', async ({ serve, open, home }) => {
  test.setTimeout(60_000)
  const sshd = await serve({ hostKeys: ['ed25519', 'rsa'] })
  const knownHosts = join(home, '.ssh/known_hosts')
  writeFileSync(knownHosts, sshd.hostKeys.map(({ line }) => `${lookupName(sshd)},web.example.net ${line}\n`).join(''))
  const before = readFileSync(knownHosts, 'utf8')
  await sshd.restart(['ed25519', 'rsa'])
  const app = await open([`root@127.0.0.1:${sshd.port}`])
  await setAside(app)
  writeFileSync(knownHosts, readFileSync(knownHosts, 'utf8').replace('web.example.net ssh-ed25519', 'web.example.org ssh-ed25519'))
  const marked = readFileSync(knownHosts, 'utf8')
  await button(app, 'Restore now').first().click()
  // The rescue key still answers: lines that go back now would make ssh refuse again.
  const question = app.page.getByRole('dialog', { name: 'Put 2 lines back now?' })
  await expect(question.getByRole('button', { name: 'Keep them aside' })).toBeFocused()
  await axe(app.page)
  await shot(app.page, '06-restore-question')
  await app.page.keyboard.press('Enter')
  await expect(question).toBeHidden()
  expect(readFileSync(knownHosts, 'utf8')).toBe(marked)
  await button(app, 'Restore now').first().click()
  await question.getByRole('button', { name: 'Restore now' }).click()
  await expect(heading(app, 'One line is not as it was left')).toBeVisible({ timeout: 20_000 })
  await axe(app.page)
  await shot(app.page, '08d-restore-attention')
  await button(app, 'Put this line back').click()
  await expect.poll(() => readFileSync(knownHosts, 'utf8')).toBe(before)
})

test('a slow Match exec is named in the status line', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'], password: 'secret' })
  writeFileSync(join(home, '.ssh/known_hosts'), `${lookupName(sshd)} ${sshd.hostKeys[0]!.line}\n`)
  writeFileSync(join(home, '.ssh/config'), 'Match exec "sleep 1.2"\n  LogLevel ERROR\n')
  const app = await open([`${sshd.user}@127.0.0.1:${sshd.port}`])
  await expect(app.page.getByRole('img', { name: /took \d.\d s: a Match exec/ })).toBeVisible({ timeout: 20_000 })
})

test('several in rescue: one banner, a page with a row each', async ({ serve, open, home }) => {
  test.setTimeout(60_000)
  const servers = [await serve({ hostKeys: ['ed25519'] }), await serve({ hostKeys: ['ed25519'] })]
  writeFileSync(join(home, '.ssh/known_hosts'), servers.map((one) => `${lookupName(one)} ${one.hostKeys[0]!.line}\n`).join(''))
  for (const one of servers) await one.restart(['ed25519'])
  const app = await open([`root@127.0.0.1:${servers[0]!.port}`])
  await setAside(app)
  await app.page.getByRole('textbox', { name: 'Filter, or user@host:port' }).fill(`root@127.0.0.1:${servers[1]!.port}`)
  await app.page.keyboard.press('Enter')
  await setAside(app, 'Show all')
  await button(app, 'Show all').click()
  await expect(heading(app, '2 servers in rescue')).toBeVisible()
  await axe(app.page)
  await shot(app.page, '12-several')
})

test('closing with lines set aside asks once; the next start opens on that server', async ({ serve, open, home }) => {
  test.setTimeout(60_000)
  const sshd = await serve({ hostKeys: ['ed25519'] })
  writeFileSync(join(home, '.ssh/known_hosts'), `${lookupName(sshd)} ${sshd.hostKeys[0]!.line}\n`)
  await sshd.restart(['ed25519'])
  const app = await open([`root@127.0.0.1:${sshd.port}`])
  await setAside(app)
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect(app.page.getByText('1 line is still set aside')).toBeVisible()
  await axe(app.page)
  await shot(app.page, 'close-question')
  const closed = new Promise<void>((resolve) => app.electron.once('close', () => resolve()))
  // The window goes away under the click, before Playwright hears of its end.
  await button(app, 'Close the window')
    .click()
    .catch(() => {})
  await closed
  await app.restart([])
  await expect(app.page.getByRole('status').filter({ hasText: '1 line of known_hosts' })).toBeVisible({ timeout: 20_000 })
  await expect(app.page.getByRole('tab', { name: /127\.0\.0\.1/ })).toHaveCount(1)
})

test.describe('bad input', () => {
  for (const [typed, said] of [
    ['web;reboot', /address/i],
    ['-oProxyCommand=reboot', /address/i],
    ['web:99999', /port/i],
  ] as const)
    test(`${typed} is refused beside the field`, async ({ open }) => {
      const app = await open([])
      await app.page.getByRole('textbox', { name: 'Filter, or user@host:port' }).or(app.page.getByRole('textbox')).first().fill(typed)
      await app.page.keyboard.press('Enter')
      await expect(app.page.getByText(said).last()).toBeVisible()
      await expect(app.page.locator('.xterm')).toHaveCount(0)
    })

  test('known_hosts that is a directory is said, and nothing hangs', async ({ serve, open, home }) => {
    const sshd = await serve({ hostKeys: ['ed25519'] })
    mkdirSync(join(home, '.ssh/known_hosts'))
    const app = await open([`root@127.0.0.1:${sshd.port}`])
    await expect(button(app, 'Try again').first()).toBeVisible({ timeout: 20_000 })
    await axe(app.page)
    await shot(app.page, 'known-hosts-directory')
  })
})
