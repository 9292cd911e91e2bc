/**
 * The whole way in and out by API: the provider's machine restarts, another key answers, the password comes from the account's
 * mail, and the way back ends at the known key. The provider is OVHcloud's contract on the loopback, the machine a real sshd.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Asked, type FakeProvider, type Reply, startFakeProvider } from '../support/fake-provider.js'
import { addMails, addVps, type FakeMail, keys, rescuePassword, secretId } from '../support/fake-vps.js'
import { generateKey, type Sshd } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { expect, type RunningApp } from './launch.js'
import { addServer, askForRescue, fillAccount, saveAndLink, sendToFakes, skipTenMinutes } from './provider-core.js'
import { test as base, button, heading, linesFor, screen, setAside, writeHosts, writeKnownHosts } from './servers.js'

const name = 'vps-0a1b2c3d.vps.ovh.ca'
const origin = 'https://eu.api.ovh.com'
const consoleUrl = 'https://console.example.net/vps?token=SECRETconsole'

interface Machine {
  sshd: Sshd
  api: FakeProvider
  /** After the next restart was asked for, nothing answers until `start`. */
  hangs: boolean
  /** The restart ends, in the mode asked for last. */
  start(): Promise<void>
}

const test = base.extend<{ machine: Machine; app: RunningApp }>({
  /** Its boot mode decides which host key it shows. */
  machine: async ({ serve, home }, use) => {
    const sshd = await serve({ hostKeys: ['ed25519'], rootPassword: rescuePassword })
    const usual = sshd.hostKeys.map(({ path }) => ({ path }))
    const rescue = [{ path: await generateKey(join(sshd.dir, 'rescue'), 'ed25519') }]
    writeKnownHosts(home, linesFor([sshd]))
    writeHosts(home, { [name]: sshd })
    const api = await startFakeProvider({
      files: [
        'ovhcloud/vps.json',
        'ovhcloud/dedicated.json',
        'ovhcloud/me.json',
        'ovhcloud/cloud.json',
        'ovhcloud/cloud-list.json',
        'ovhcloud/auth.json',
      ],
      basePath: '/1.0',
      authenticate: signatureFault,
    })
    api.on('GET /auth/time', () => ({ body: Math.floor(Date.now() / 1000) }))
    api.on('GET /dedicated/server', () => ({ body: [] }))
    api.on('GET /cloud/project', () => ({ body: [] }))
    api.on('POST /secret/retrieve', () => ({ body: { secret: rescuePassword, expiration: '2030-01-01T00:00:00+00:00' } }))
    api.on('POST /vps/{serviceName}/getConsoleUrl', () => ({ body: consoleUrl }))
    const mails = addMails(api)
    let restarting = Promise.resolve()
    const machine: Machine = {
      sshd,
      api,
      hangs: false,
      start() {
        restarting = restarting.then(() => sshd.restart(vps.mode === 'rescue' ? rescue : usual))
        return restarting
      },
    }
    const vps = addVps(api, name, {
      looks: 2,
      onMode(mode) {
        if (mode === 'rescue') mails.push(rescueMail(901 + mails.length))
        if (machine.hangs) restarting = restarting.then(() => sshd.stop())
        else void machine.start()
      },
    })
    await use(machine)
    await restarting
    await api.close()
    expect(api.breaches).toEqual([])
  },
  app: async ({ machine, open }, use) => {
    const app = await open([])
    await sendToFakes(app, { [`${origin}/1.0`]: machine.api.base })
    await use(app)
  },
})

function signatureFault({ headers, method, path, text }: Asked): Reply | undefined {
  const head = (one: string) => String(headers[one] ?? '')
  const signed = [keys.applicationSecret, keys.consumerKey, method, origin + path, text, head('x-ovh-timestamp')].join('+')
  if (head('x-ovh-signature') === `$1$${createHash('sha1').update(signed).digest('hex')}`) return undefined
  return { status: 400, body: { errorCode: 'INVALID_SIGNATURE', httpCode: '400 Bad Request', message: 'Invalid signature' } }
}

const rescueMail = (id: number): FakeMail => ({
  id,
  subject: `[${name}] Access settings for VPS rescue mode`,
  body: `Your VPS ${name} was restarted in rescue mode.\n - user: root\n - password: https://www.ovh.com/manager/secret/#?id=${secretId}\n`,
  date: new Date(Date.now() + 1000).toISOString().replace(/\.\d+Z$/, '+00:00'),
})

const addAccount = (app: RunningApp) =>
  fillAccount(app, 'OVHcloud', {
    'Application key': keys.applicationKey,
    'Application secret': keys.applicationSecret,
    'Consumer key': keys.consumerKey,
    'Read rescue e-mails of this account': true,
  })

async function signInWithMail(app: RunningApp) {
  await button(app, 'Use it and sign in').click()
  await expect(screen(app)).toContainText('#', { timeout: 20_000 })
}

test.describe.configure({ timeout: 400_000 })

test('15a, 15b, 15d, 06b, 06c: into rescue by API, out, in again when nothing answers, and back', async ({ app, machine, home }) => {
  const { page } = app
  const modes = () => machine.api.calls('PUT /vps/{serviceName}').map(({ body }) => (body as { netbootMode: string }).netbootMode)
  const knownHosts = () => readFileSync(join(home, '.ssh/known_hosts'), 'utf8')
  const before = knownHosts()
  machine.hangs = true
  await addServer(app, name)
  await addAccount(app)
  await everyLook(app, '09b-add-account')
  await saveAndLink(app, name)
  await everyLook(app, '09b-providers')

  await askForRescue(app, name)
  await expect(page.getByText('"netbootMode":"rescue"')).toBeVisible()
  await expect(button(app, 'Restart in rescue')).toBeDisabled()
  await everyLook(app, '15a-enter-confirm')
  expect(modes()).toEqual([])
  await page.getByLabel(`Type ${name} to go on`).fill(name)
  await page.keyboard.press('Enter')
  await expect(heading(app, `OVHcloud restarts ${name} in rescue`)).toBeVisible()
  await expect(page.getByText('OVHcloud accepted the request')).toBeVisible()
  await everyLook(app, '15b-enter-progress')
  await machine.start()

  // The tab goes on by itself.
  await expect(heading(app, 'This server does not show the identity you know')).toBeVisible({ timeout: 60_000 })
  await setAside(app, 'Use it and sign in')
  const aside = knownHosts()
  expect(await page.content()).not.toContain(rescuePassword)
  await everyLook(app, '15d-account-mail')
  await button(app, 'Show password').click()
  await expect(page.getByText(rescuePassword)).toBeVisible()
  await button(app, 'Hide password').click()
  await expect(page.getByText(rescuePassword)).toHaveCount(0)
  await signInWithMail(app)

  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'Nothing answers')).toBeVisible({ timeout: 60_000 })
  await expect(page.locator('.rt-leave')).toContainText('Boot mode is disk')
  expect(modes()).toEqual(['rescue', 'local'])
  await expect(button(app, 'Back into rescue')).toHaveCount(0)
  await skipTenMinutes(app)
  await expect(page.getByText('Nothing of yours has answered for 10 minutes.')).toBeVisible()
  await everyLook(app, '06b-nothing-answers')
  expect(await openedOutside(app, () => button(app, 'Open provider console').click())).toBe(consoleUrl)

  await button(app, 'Back into rescue').click()
  await page.getByLabel(`Type ${name} to go on`).fill(name)
  await button(app, 'Restart in rescue').click()
  // Not before: a restart that is asked for stops the machine.
  await expect(page.getByText('OVHcloud accepted the request')).toBeVisible()
  await machine.start()
  // The key was agreed to, the lines are aside: only the new password is asked about.
  await expect(button(app, 'Use it and sign in')).toBeVisible({ timeout: 60_000 })
  expect(knownHosts()).toBe(aside)
  await signInWithMail(app)

  machine.hangs = false
  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'Back to normal')).toBeVisible({ timeout: 60_000 })
  expect(modes()).toEqual(['rescue', 'local', 'rescue', 'local'])
  expect(knownHosts()).toBe(before)
})

/** The address that would be shown in the browser. */
async function openedOutside({ electron }: RunningApp, open: () => Promise<void>): Promise<string> {
  const url = electron.evaluate(
    ({ shell }) =>
      new Promise<string>((resolve) => {
        shell.openExternal = async (one) => resolve(one)
      }),
  )
  await open()
  return url
}

test('08a: a key without the right says so, and the way by hand waits for the other key', async ({ app, machine }) => {
  const { page } = app
  await addServer(app, name)
  await addAccount(app)
  await saveAndLink(app, name)
  machine.api.once('PUT /vps/{serviceName}', {
    status: 403,
    body: {
      class: 'Client::Forbidden',
      message: 'This call has not been granted',
      errorCode: 'NOT_GRANTED_CALL',
      httpCode: '403 Forbidden',
    },
  })
  await askForRescue(app, name)
  await page.getByLabel(`Type ${name} to go on`).fill(name)
  await button(app, 'Restart in rescue').click()
  await expect(page.getByText('Missing: PUT /vps/*').first()).toBeVisible({ timeout: 20_000 })
  await expect(button(app, 'Make a new key')).toBeVisible()
  await everyLook(app, '08a-provider-refused')

  await page.getByRole('radio', { name: /^On the site of/ }).check()
  await button(app, 'Wait for the other key').click()
  await expect(heading(app, `Waiting for the rescue system of ${name}`)).toBeVisible()
  await everyLook(app, '15b-by-hand')
  // A person clicks in the panel.
  await machine.sshd.restart(['ed25519'])
  await expect(heading(app, 'This server does not show the identity you know')).toBeVisible({ timeout: 60_000 })
})
