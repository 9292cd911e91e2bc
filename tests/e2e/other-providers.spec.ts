/**
 * Into rescue and out of it by the API of the other providers: Hetzner Cloud tells the password in its answer and forgets rescue with
 * the next start; Scaleway turns an Instance off and on, and opens it to the account's keys. Their contracts answer on the loopback.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addCloudServers, rootPassword, startHetznerCloud, token } from '../support/fake-hetzner.js'
import type { FakeProvider } from '../support/fake-provider.js'
import { addInstance, metals, secretKey, startScaleway } from '../support/fake-scaleway.js'
import { generateKey, type Sshd } from '../support/sshd.js'
import { axe, expect, type RunningApp, shot } from './launch.js'
import { addServer, askForRescue, fillAccount, saveAndLink, sendToFakes } from './provider-core.js'
import { test as base, button, heading, linesFor, screen, setAside, signInWithKey, writeHosts, writeKnownHosts } from './servers.js'

interface Machine {
  sshd: Sshd
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

async function restartInRescue(app: RunningApp, name: string) {
  await app.page.getByLabel(`Type ${name} to go on`).fill(name)
  await button(app, 'Restart in rescue').click()
  await expect(heading(app, 'This server does not show the identity you know')).toBeVisible({ timeout: 60_000 })
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
  await sendToFakes(app, { 'https://api.hetzner.cloud/v1': api.base })
  await addServer(app, name)
  await fillAccount(app, 'Hetzner Cloud', { 'API token': token })
  await saveAndLink(app, name)
  await askForRescue(app, name)
  await expect(app.page.getByText('POST /servers/42/actions/enable_rescue {"type":"linux64"}')).toBeVisible()
  await axe(app.page)
  await shot(app.page, '15a-hetzner.dark')
  await restartInRescue(app, name)
  await setAside(app, 'Use it and sign in')
  expect(await app.page.content()).not.toContain(rootPassword)
  await expect(app.page.getByText('Signs in as root, the rescue system’s user.')).toBeVisible()
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
  await sendToFakes(app, { 'https://api.scaleway.com': api.base })
  await addServer(app, name)
  await fillAccount(app, 'Scaleway', { 'Secret key': secretKey })
  await saveAndLink(app, name)
  await askForRescue(app, name)
  await axe(app.page)
  await shot(app.page, '15a-scaleway.dark')
  await restartInRescue(app, name)
  await setAside(app, 'Sign in')
  await expect(app.page.getByText('the SSH keys of your account at Scaleway open it')).toBeVisible()
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
