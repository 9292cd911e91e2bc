/**
 * The whole way in and out by API: the provider's machine restarts, another key answers, the password comes from the account's
 * mail, and the way back ends at the known key. The provider is OVHcloud's contract on the loopback, the machine a real sshd.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Asked, type FakeProvider, type Reply, startFakeProvider } from '../support/fake-provider.js'
import { addMails, addVps, type FakeMail, keys, rescuePassword, secretId } from '../support/fake-vps.js'
import { generateKey, type Sshd } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { corePid, expect, type RunningApp } from './launch.js'
import { test as base, button, heading, linesFor, screen, setAside, writeHosts, writeKnownHosts } from './servers.js'

const name = 'vps-0a1b2c3d.vps.ovh.ca'
const origin = 'https://eu.api.ovh.com'

interface Machine {
  sshd: Sshd
  api: FakeProvider
  mails: FakeMail[]
}

const test = base.extend<{ machine: Machine; app: RunningApp }>({
  /** Its boot mode decides which host key it shows. */
  machine: async ({ serve, home }, use) => {
    const sshd = await serve({ hostKeys: ['ed25519'], password: rescuePassword })
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
    const mails = addMails(api)
    let restarting = Promise.resolve()
    addVps(api, name, {
      looks: 2,
      onMode(mode) {
        restarting = restarting.then(() => sshd.restart(mode === 'rescue' ? rescue : usual))
        if (mode === 'rescue') mails.push(rescueMail())
      },
    })
    await use({ sshd, api, mails })
    await restarting
    await api.close()
    expect(api.breaches).toEqual([])
  },
  /** The real core, except that what it sends to OVHcloud arrives at the fake. */
  app: async ({ machine, home, open }, use) => {
    const app = await open([])
    const wrapper = join(home, 'core.cjs')
    writeFileSync(
      wrapper,
      `const real = globalThis.fetch
globalThis.fetch = (url, o) => real(String(url).replace(${JSON.stringify(`${origin}/1.0`)}, ${JSON.stringify(machine.api.base)}), o)
require(${JSON.stringify(join(import.meta.dirname, '../../out/core.cjs'))})\n`,
    )
    await app.electron.evaluate(({ utilityProcess }, path) => {
      const fork = utilityProcess.fork.bind(utilityProcess)
      utilityProcess.fork = (_core, ...rest) => fork(path, ...rest)
    }, wrapper)
    const before = await corePid(app.electron)
    await app.killCore()
    const isAnother = async () => ![before, undefined].includes(await corePid(app.electron).catch(() => undefined))
    await expect.poll(isAnother, { timeout: 20_000 }).toBe(true)
    await expect(app.page.locator('.rt-core-notice')).toHaveCount(0, { timeout: 20_000 })
    await use(app)
  },
})

function signatureFault({ headers, method, path, text }: Asked): Reply | undefined {
  const head = (one: string) => String(headers[one] ?? '')
  const signed = [keys.applicationSecret, keys.consumerKey, method, origin + path, text, head('x-ovh-timestamp')].join('+')
  if (head('x-ovh-signature') === `$1$${createHash('sha1').update(signed).digest('hex')}`) return undefined
  return { status: 400, body: { errorCode: 'INVALID_SIGNATURE', httpCode: '400 Bad Request', message: 'Invalid signature' } }
}

const rescueMail = (): FakeMail => ({
  id: 901,
  subject: `[${name}] Access settings for VPS rescue mode`,
  body: `Your VPS ${name} was restarted in rescue mode.\n - user: root\n - password: https://www.ovh.com/manager/secret/#?id=${secretId}\n`,
  date: new Date(Date.now() + 1000).toISOString().replace(/\.\d+Z$/, '+00:00'),
})

async function addServer(app: RunningApp) {
  await button(app, 'Add server').click()
  await app.page.getByRole('dialog').getByLabel('Address').fill(name)
  const add = app.page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true })
  // The core has just been started anew: its first answer may be that it is not there yet.
  await expect(async () => {
    if (await add.isVisible()) await add.click()
    await expect(app.page.getByRole('button', { name: new RegExp(name) }).first()).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 20_000 })
}

async function addAccount(app: RunningApp) {
  const { page } = app
  await page.keyboard.press('Control+,')
  await button(app, 'Providers').click()
  await button(app, 'Add an account').click()
  await page.getByLabel('Application key').fill(keys.applicationKey)
  await page.getByLabel('Application secret').fill(keys.applicationSecret)
  await page.getByLabel('Consumer key').fill(keys.consumerKey)
  await page.getByLabel('Read rescue e-mails of this account').check()
}

test.describe.configure({ timeout: 400_000 })

test('15a, 15b, 15d, 06b, 06c: into rescue by API and back', async ({ app, machine }) => {
  const { page } = app
  await addServer(app)
  await addAccount(app)
  await everyLook(app, '09b-add-account')
  await button(app, 'Save').click()
  await button(app, 'Machines').click()
  await button(app, `Link with ${name}`).click()
  await everyLook(app, '09b-providers')

  await page
    .getByRole('button', { name: new RegExp(name) })
    .first()
    .click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Put in rescue mode…' }).click()
  await expect(heading(app, `Put ${name} in rescue mode?`)).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('"netbootMode":"rescue"')).toBeVisible()
  await expect(button(app, 'Restart in rescue')).toBeDisabled()
  await everyLook(app, '15a-enter-confirm')
  expect(machine.api.calls('PUT /vps/{serviceName}')).toEqual([])
  await page.getByLabel(`Type ${name} to go on`).fill(name)
  await page.keyboard.press('Enter')

  // The tab goes on by itself.
  await expect(heading(app, 'This server does not show the identity you know')).toBeVisible({ timeout: 60_000 })
  await setAside(app, 'Use it and sign in')
  expect(await page.content()).not.toContain(rescuePassword)
  await everyLook(app, '15d-account-mail')
  await button(app, 'Show password').click()
  await expect(page.getByText(rescuePassword)).toBeVisible()
  await button(app, 'Hide password').click()
  await expect(page.getByText(rescuePassword)).toHaveCount(0)
  await button(app, 'Use it and sign in').click()
  await expect(screen(app)).toContainText('$', { timeout: 20_000 })

  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'Back to normal')).toBeVisible({ timeout: 60_000 })
  await everyLook(app, '06c-back-to-normal')
  expect(machine.api.calls('PUT /vps/{serviceName}').map(({ body }) => body)).toEqual([{ netbootMode: 'rescue' }, { netbootMode: 'local' }])
})

test('08a: a key without the right says so, and the way by hand waits for the other key', async ({ app, machine }) => {
  const { page } = app
  await addServer(app)
  await addAccount(app)
  await button(app, 'Save').click()
  await button(app, 'Machines').click()
  await button(app, `Link with ${name}`).click()
  machine.api.once('PUT /vps/{serviceName}', {
    status: 403,
    body: {
      class: 'Client::Forbidden',
      message: 'This call has not been granted',
      errorCode: 'NOT_GRANTED_CALL',
      httpCode: '403 Forbidden',
    },
  })
  await page
    .getByRole('button', { name: new RegExp(name) })
    .first()
    .click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Put in rescue mode…' }).click()
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
