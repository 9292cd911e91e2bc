/**
 * Into rescue and out of it by the API of the other providers: Hetzner Cloud tells the password in its answer and forgets rescue with
 * the next start; Hetzner Robot publishes the rescue system's key too; Scaleway turns an Instance off and on, and opens it to the
 * account's keys; an Elastic Metal server restarts with a password. Their contracts answer on the loopback.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  addCloudServers,
  addRobotServer,
  type FakeRobotServer,
  robotUser,
  rootPassword,
  startHetznerCloud,
  startHetznerRobot,
  token,
} from '../support/fake-hetzner.js'
import type { FakeProvider } from '../support/fake-provider.js'
import { addInstance, addMetal, instances, metalPassword, metals, secretKey, startScaleway } from '../support/fake-scaleway.js'
import { generateKey, type Sshd } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { expect, type RunningApp } from './launch.js'
import { addServer, askForRescue, fillAccount, saveAndLink, sendToFakes } from './provider-core.js'
import {
  test as base,
  button,
  changedTitle,
  heading,
  linesFor,
  screen,
  setAside,
  signInWithKey,
  writeHosts,
  writeKnownHosts,
} from './servers.js'

interface Machine {
  sshd: Sshd
  /** What its rescue system shows. */
  rescueKey: Buffer
  /** Restarts are done one after the other. */
  boot(mode: 'rescue' | 'disk'): void
}

const test = base.extend<{
  machine(name: string, o: Parameters<typeof serveOptions>[0]): Promise<Machine>
  fake(api: FakeProvider): FakeProvider
}>({
  machine: async ({ serve, home }, use) => {
    let restarting = Promise.resolve()
    await use(async (name, o) => {
      const sshd = await serve(serveOptions(o))
      const usual = sshd.hostKeys.map(({ path }) => ({ path }))
      const rescue = [{ path: await generateKey(join(sshd.dir, 'rescue'), 'ed25519') }]
      writeKnownHosts(home, linesFor([sshd]))
      writeHosts(home, { [name]: { port: sshd.port, user: o.user ?? sshd.user } })
      return {
        sshd,
        rescueKey: Buffer.from(readFileSync(`${rescue[0]!.path}.pub`, 'utf8').split(' ')[1]!, 'base64'),
        boot(mode) {
          restarting = restarting.then(() => sshd.restart(mode === 'rescue' ? rescue : usual))
        },
      }
    })
    await restarting
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  fake: async ({}, use) => {
    const started: FakeProvider[] = []
    await use((api) => {
      started.push(api)
      return api
    })
    for (const api of started) {
      await api.close()
      expect(api.breaches).toEqual([])
    }
  },
})

/** `user`: who signs in to the usual system. */
const serveOptions = ({ user: _, ...o }: { user?: string; rootPassword?: string; authorizedKeys?: string[] }) => ({
  hostKeys: ['ed25519' as const],
  ...o,
})

interface Asked {
  name: string
  provider: string
  /** The provider's address, which `api` answers for. */
  at: string
  api: FakeProvider
  fields: Parameters<typeof fillAccount>[2]
}

/** A saved server, linked to its machine at the provider; the page before the restart is up. */
async function askProvider(app: RunningApp, { name, provider, at, api, fields }: Asked) {
  await sendToFakes(app, { [at]: api.base })
  await addServer(app, name)
  await fillAccount(app, provider, fields)
  await saveAndLink(app, name)
  await askForRescue(app, name)
}

async function restartInRescue(app: RunningApp, name: string, question = changedTitle) {
  await app.page.getByLabel(`Type ${name} to go on`).fill(name)
  await button(app, 'Restart in rescue').click()
  await expect(heading(app, question)).toBeVisible({ timeout: 60_000 })
}

async function backToNormal(app: RunningApp) {
  await expect(heading(app, 'Back to normal')).toBeVisible({ timeout: 60_000 })
}

test.describe.configure({ timeout: 180_000 })

test('15a: Hetzner Cloud, with the password of its answer', async ({ machine, fake, open }) => {
  const name = 'web-42'
  const { boot } = await machine(name, { user: 'alice', rootPassword })
  const api = fake(await startHetznerCloud())
  addCloudServers(api, (server) => {
    boot(server.rescue ? 'rescue' : 'disk')
    // For one start only.
    server.rescue = false
  })
  const app = await open([])
  await askProvider(app, { name, provider: 'Hetzner Cloud', at: 'https://api.hetzner.cloud/v1', api, fields: { 'API token': token } })
  await expect(app.page.getByText('POST /servers/42/actions/enable_rescue {"type":"linux64"}')).toBeVisible()
  await everyLook(app, '15a-hetzner')
  await restartInRescue(app, name)
  await setAside(app, 'Use it and sign in')
  expect(await app.page.content()).not.toContain(rootPassword)
  await expect(app.page.getByText('Signs in as root, the rescue system’s user.')).toBeVisible()
  await expect(heading(app, 'Sign in as alice')).toHaveCount(0)
  await everyLook(app, '15d-hetzner')
  await button(app, 'Use it and sign in').click()
  await expect(screen(app)).toContainText('#', { timeout: 20_000 })
  await button(app, 'Leave rescue').first().click()
  await backToNormal(app)
  expect(api.asked.filter(({ method }) => method === 'POST').map(({ path }) => path.split('/').at(-1))).toEqual([
    'enable_rescue',
    'reset',
    'reset',
  ])
})

test('15a: Scaleway, off and on, with a key of the account', async ({ machine, fake, open, home }) => {
  const name = 'web'
  const own = await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
  const { boot } = await machine(name, { authorizedKeys: [readFileSync(`${own}.pub`, 'utf8').trim()] })
  const api = fake(await startScaleway())
  api.on(`GET ${metals}`, () => ({ body: { total_count: 0, servers: [] } }))
  addInstance(api, {
    stopping: [],
    onPower: (action, { boot_type }) => action === 'poweron' && boot(boot_type === 'rescue' ? 'rescue' : 'disk'),
  })
  const app = await open([])
  await askProvider(app, { name, provider: 'Scaleway', at: 'https://api.scaleway.com', api, fields: { 'Secret key': secretKey } })
  await everyLook(app, '15a-scaleway')
  await restartInRescue(app, name)
  await setAside(app, 'Sign in')
  await expect(app.page.getByText('the SSH keys of your account at Scaleway open it')).toBeVisible()
  await everyLook(app, '15d-scaleway')
  await signInWithKey(app)
  await button(app, 'Leave rescue').first().click()
  await backToNormal(app)
  expect(api.asked.filter(({ method }) => method !== 'GET').map(({ body }) => body)).toEqual([
    { action: 'poweroff' },
    { boot_type: 'rescue' },
    { action: 'poweron' },
    { action: 'poweroff' },
    { boot_type: 'local' },
    { action: 'poweron' },
  ])
})

test('15a: Elastic Metal, a server that no file knows: its rescue key for as long as it answers', async ({ machine, fake, open, home }) => {
  const name = 'db'
  const { boot } = await machine(name, { user: 'alice', rootPassword: metalPassword })
  const knownHosts = writeKnownHosts(home, '')
  const api = fake(await startScaleway())
  api.on(`GET ${instances}`, () => ({ body: { servers: [] } }))
  addMetal(api, { user: 'root', onReboot: ({ boot_type }) => boot(boot_type === 'rescue' ? 'rescue' : 'disk') })
  const app = await open([])
  await askProvider(app, { name, provider: 'Scaleway', at: 'https://api.scaleway.com', api, fields: { 'Secret key': secretKey } })
  await restartInRescue(app, name, 'First time here')
  await expect(app.page.getByText('You sent it into rescue from here')).toBeVisible()
  await expect(button(app, 'Trust and save')).toHaveCount(0)
  await everyLook(app, '09a-sent-to-rescue')
  await button(app, 'Accept for this rescue').click()
  await expect(button(app, 'Use it and sign in')).toBeVisible({ timeout: 20_000 })
  expect(await app.page.content()).not.toContain(metalPassword)
  await button(app, 'Use it and sign in').click()
  await expect(screen(app)).toContainText('#', { timeout: 20_000 })
  await button(app, 'Leave rescue').first().click()
  await expect(heading(app, 'Another key answers now')).toBeVisible({ timeout: 60_000 })
  expect(readFileSync(knownHosts, 'utf8')).toBe('')
  expect(api.asked.filter(({ method }) => method !== 'GET').map(({ body }) => body)).toEqual([
    { boot_type: 'rescue' },
    { boot_type: 'normal' },
  ])
})

test.describe('Hetzner Robot', () => {
  const name = 'ax41'
  const password = 'SECRETpass:word&='
  const started = '2026-11-24 02:09:00'
  const sha256 = (blob: Buffer | string) => `SHA256:${createHash('sha256').update(blob).digest('base64').replace('=', '')}`
  const other = sha256('another')
  const publishes = (app: RunningApp, which: string) => app.page.getByText(`Hetzner Robot publishes ${which} key for this rescue system`)

  async function enter(app: RunningApp, api: FakeProvider) {
    const fields = { 'User of the web service': robotUser, 'Password of the web service': password }
    await askProvider(app, { name, provider: 'Hetzner Robot', at: 'https://robot-ws.your-server.de', api, fields })
    await expect(app.page.getByText('POST /boot/321/rescue os=linux')).toBeVisible()
  }
  async function signIn(app: RunningApp) {
    await expect(button(app, 'Use it and sign in')).toBeVisible({ timeout: 20_000 })
    expect(await app.page.content()).not.toContain(rootPassword)
    await button(app, 'Use it and sign in').click()
    await expect(screen(app)).toContainText('#', { timeout: 20_000 })
  }

  test('03a, 03b: the key it publishes is verified before the password', async ({ machine, fake, open }) => {
    const { boot, rescueKey } = await machine(name, { user: 'alice', rootPassword })
    const md5 = createHash('md5').update(rescueKey).digest('hex').match(/../g)!.join(':')
    const api = fake(await startHetznerRobot(password))
    addRobotServer(api, {
      name,
      onReset(robot) {
        boot(robot.active ? 'rescue' : 'disk')
        // For one start only; its key is known as soon as it is up.
        Object.assign(robot, { active: false, boot_time: started, host_key: [{ key: { fingerprint: md5, type: 'ED25519', size: 256 } }] })
      },
    })
    const app = await open([])
    await enter(app, api)
    await restartInRescue(app, name)
    await expect(publishes(app, 'this very')).toBeVisible({ timeout: 20_000 })
    await everyLook(app, '03a-published')
    await button(app, 'Show the edit').click()
    await expect(publishes(app, 'this very')).toBeVisible()
    await everyLook(app, '03b-published')
    await button(app, 'Set aside and connect').click()
    await signIn(app)
    await button(app, 'Leave rescue').first().click()
    await backToNormal(app)
    expect(api.asked.filter(({ method }) => method !== 'GET').map(({ text }) => text)).toEqual(['os=linux', 'type=hw', 'type=hw'])
  })

  test('03a, 03b: another key than it publishes is an alarm, also when it tells late', async ({ machine, fake, open }) => {
    const { boot, rescueKey } = await machine(name, { user: 'alice', rootPassword })
    const api = fake(await startHetznerRobot(password))
    const robot: FakeRobotServer = addRobotServer(api, { name, onReset: () => boot('rescue') })
    const app = await open([])
    const { page } = app
    await enter(app, api)
    await restartInRescue(app, name)
    await button(app, 'Show the edit').click()
    const agree = button(app, 'Set aside and connect')
    await expect(agree).toBeEnabled()
    // It says only now which key it started with.
    Object.assign(robot, { boot_time: started, host_key: [other] })
    await expect(publishes(app, 'another')).toBeVisible({ timeout: 40_000 })
    await expect(agree).toBeDisabled()
    await everyLook(app, '03b-published-other')
    await button(app, 'Back').click()
    await expect(publishes(app, 'another')).toBeVisible()
    const choices = [button(app, 'Show the edit'), button(app, 'Show the replacement')]
    for (const one of choices) await expect(one).toBeDisabled()
    await everyLook(app, '03a-published-other')

    await page.getByPlaceholder('SHA256:…').fill(sha256(rescueKey))
    await expect(publishes(app, 'another')).toHaveCount(0)
    await setAside(app, 'Use it and sign in')
    await signIn(app)
  })
})
