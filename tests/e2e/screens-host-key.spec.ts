import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { expect } from './launch.js'
import {
  button,
  changedTitle,
  heading,
  linesFor,
  lookupName,
  setAside,
  signInWithKey,
  test,
  writeHosts,
  writeKnownHosts,
} from './servers.js'

const name = 'vps-2041.example.net'
const address = 'https://docs.example.net/rescue'
const otherFingerprint = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

test.describe.configure({ timeout: 300_000 })

test('03a, 03b, 11a: the changed key, what was expected, the edit and the replacement', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] })
  const web = `web.example.net,203.0.113.10,${lookupName(sshd)} ${sshd.hostKeys[2]!.line}\n`
  writeKnownHosts(home, `# ${address}\n${linesFor([sshd]).split('\n').slice(0, 2).join('\n')}\n${web}`)
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519'])
  const app = await open([name])
  const expected = app.page.getByRole('textbox', { name: /Paste the fingerprint you expect/ })

  await expect(heading(app, changedTitle)).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '03a-host-key')
  await expected.fill(sshd.hostKeys[0]!.line)
  await expect(app.page.getByText('Match', { exact: true })).toBeVisible()
  await everyLook(app, '03a-match')
  await expected.fill(otherFingerprint)
  await expect(app.page.getByText(/No match/)).toBeVisible()
  await expect(button(app, 'Show the edit')).toBeDisabled()
  await everyLook(app, '03a-no-match')
  await expected.fill('')

  await button(app, 'Show the edit').click()
  await expect(button(app, 'Set aside and connect')).toBeEnabled()
  await everyLook(app, '03b-edit')
  await button(app, 'Back').click()
  await button(app, 'Show the replacement').click()
  await expect(button(app, 'Replace and connect')).toBeEnabled()
  await everyLook(app, '11a-reinstalled')
})

test('08c: a third key, and how it can be a new rescue start', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519', 'ecdsa', 'rsa'], password: 'x' })
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519', 'ecdsa', 'rsa'])
  const app = await open([name])
  await setAside(app, 'Sign in')
  await sshd.restart(['ed25519', 'ecdsa', 'rsa'])
  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'Stop: neither your server nor the rescue system')).toBeVisible({ timeout: 40_000 })
  await everyLook(app, '08c-third-key')
  await button(app, 'I know why…').click()
  await app.page.getByRole('alertdialog').getByRole('textbox').fill(sshd.hostKeys[0]!.line)
  await expect(app.page.getByText('Match', { exact: true })).toBeVisible()
  await everyLook(app, '08c-accept')
})

test('09a: first contact', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'] })
  writeHosts(home, { [name]: sshd })
  const app = await open([name])
  await expect(heading(app, 'First time here')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '09a-unknown-host')
})

test('09a: a server that nobody knew is in rescue: its key is accepted until the rescue is left', async ({ serve, open, home }) => {
  const key = await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
  const sshd = await serve({ hostKeys: ['ed25519'], authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
  const knownHosts = writeKnownHosts(home, '')
  writeHosts(home, { [name]: sshd })
  const app = await open([name])
  await button(app, 'Accept for this rescue').click({ timeout: 20_000 })
  await signInWithKey(app)
  await expect(app.page.getByText(/The rescue key of .* is accepted in RescueTerm/)).toBeVisible()
  await everyLook(app, '09a-accepted')
  await button(app, 'Leave rescue').first().click()
  await button(app, 'Done').click()
  await button(app, 'I have restarted it').click()
  await sshd.stop()
  await expect(heading(app, 'Nothing answers')).toBeVisible({ timeout: 20_000 })
  await expect(app.page.getByText('Waiting until another key than the rescue key answers.')).toBeVisible()
  await everyLook(app, '06b-other-key')
  await sshd.restart(['ed25519'])
  await expect(heading(app, 'Another key answers now')).toBeVisible({ timeout: 40_000 })
  await everyLook(app, '06c-out-of-rescue')
  expect(readFileSync(knownHosts, 'utf8')).toBe('')
})

test('11b: a revoked key', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'] })
  writeKnownHosts(home, `@revoked * ${sshd.hostKeys[0]!.line}\n`)
  writeHosts(home, { [name]: sshd })
  const app = await open([name])
  await expect(heading(app, 'Stop: this key is revoked')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '11b-revoked')
})

test('11c: the line stands in a system file', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'] })
  const system = join(home, 'ssh_known_hosts')
  writeFileSync(system, linesFor([sshd]))
  writeHosts(home, { [name]: sshd }, `GlobalKnownHostsFile ${system}\n`)
  await sshd.restart(['ed25519'])
  const app = await open([name])
  await button(app, 'Show the edit').click({ timeout: 20_000 })
  await expect(heading(app, 'The line stands in a system file')).toBeVisible()
  await everyLook(app, '11c-system-file')
})

test('11d: known through an authority only', async ({ serve, open, home }) => {
  const sshd = await serve({ hostKeys: ['ed25519'] })
  writeKnownHosts(home, `@cert-authority *.example.net,[127.0.0.1]:* ${sshd.hostKeys[0]!.line}\n`)
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519'])
  const app = await open([name])
  await expect(heading(app, 'Known only through a certificate authority')).toBeVisible({ timeout: 20_000 })
  await everyLook(app, '11d-ca-only')
})
