import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { generateKey, startSshd } from '../support/sshd.js'
import { axe, expect, launch, shot, test } from './launch.js'

const OLD = 'Old-secret-1'
const NEW = 'Brand-new-77!'

test('an expired password is changed where the server asks for it, typed twice', async ({ home }) => {
  const path = await generateKey(join(home, 'host'), 'ed25519')
  const [type, base64] = readFileSync(`${path}.pub`, 'utf8').split(' ')
  const server = new ssh2.Server({ hostKeys: [readFileSync(path)] }, (connection) => {
    connection.on('error', () => {})
    connection.on('authentication', (context) => {
      if (context.method !== 'password') return context.reject(['password'])
      const ask = () => context.requestChange('Expired. At least 12 characters.', (chosen) => (chosen === NEW ? context.accept() : ask()))
      ask()
    })
    connection.on('session', (accept) => {
      const session = accept()
      session.on('pty', (agree) => agree?.())
      session.on('shell', (agree) => agree().write('changed and in'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${port} ${type} ${base64}\n`)
  const app = await launch({ home, dataDir: join(home, 'data'), words: [`root@127.0.0.1:${port}`] })
  try {
    const { page } = app
    await page.getByLabel('Password', { exact: true }).and(page.locator('input[type=password]')).fill(OLD, { timeout: 20_000 })
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'The password has expired' })).toBeVisible({ timeout: 20_000 })
    await expect(page.getByText('Expired. At least 12 characters.')).toBeVisible()
    const [chosen, again] = [page.getByLabel('New password'), page.getByLabel('The same once more')]
    const change = page.getByRole('button', { name: 'Change it and sign in' })
    await expect(chosen).toBeFocused()
    await chosen.fill('short')
    await again.fill('shirt')
    await expect(page.getByText('The two are not the same.')).toBeVisible()
    await expect(change).toBeDisabled()
    await again.fill('short')
    await change.click()
    await expect(page.getByText('The server did not take the new password')).toBeVisible({ timeout: 20_000 })
    await axe(page)
    await shot(page, '03-new-password')
    await chosen.fill(NEW)
    await again.fill(NEW)
    await page.keyboard.press('Enter')
    await expect(page.locator('.xterm-rows')).toContainText('changed and in', { timeout: 20_000 })
    expect(await page.content()).not.toContain(NEW)
    expect(app.complaints).toEqual([])
  } finally {
    await app.close()
    server.close()
  }
})

test('a real sshd with PAM asks in its own words, in French too', async ({ home }) => {
  const sshd = await startSshd({ password: OLD, config: ['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication no'] })
  execFileSync('chage', ['-d', '0', sshd.user])
  writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
  const app = await launch({ home, dataDir: join(home, 'data'), words: [`${sshd.user}@127.0.0.1:${sshd.port}`], language: 'fr' })
  try {
    const { page } = app
    const answer = async (question: string, text: string) => {
      await page.getByLabel(question).fill(text, { timeout: 20_000 })
      await page.getByRole('button', { name: 'Répondre' }).click()
    }
    await answer('Password:', OLD)
    await page.getByText('You are required to change your password').waitFor({ timeout: 20_000 })
    await axe(page)
    await shot(page, '03-expired-pam.fr')
    await answer('Current password:', OLD)
    await answer('New password:', NEW)
    await answer('Retype new password:', NEW)
    await expect(page.locator('.xterm-rows')).toContainText('$', { timeout: 20_000 })
    expect(app.complaints).toEqual([])
  } finally {
    await app.close()
    await sshd.dispose()
  }
})
