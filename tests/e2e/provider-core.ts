/** The real core, except that what it sends to a provider arrives at a fake, and that its long timers can be made to end. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { corePid, expect, type RunningApp } from './launch.js'

/** @param routes address of the provider → of the fake */
export async function sendToFakes(app: RunningApp, routes: Record<string, string>): Promise<void> {
  const wrapper = join(app.home, 'core.cjs')
  writeFileSync(
    wrapper,
    `const fetched = globalThis.fetch
const routes = ${JSON.stringify(Object.entries(routes))}
globalThis.fetch = (url, o) => fetched(routes.reduce((text, [from, to]) => text.replace(from, to), String(url)), o)
const set = globalThis.setTimeout
const long = []
globalThis.setTimeout = (run, ms, ...rest) => {
  const timer = set(run, ms, ...rest)
  if (ms > ${TEN_MINUTES_MS - 60_000} && ms <= ${TEN_MINUTES_MS}) long.push({ timer, run })
  return timer
}
process.on('SIGUSR2', () => {
  for (const { timer, run } of long.splice(0)) {
    if (timer._destroyed) continue
    clearTimeout(timer)
    run()
  }
})
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
}

const TEN_MINUTES_MS = 600_000

/** What would happen ten minutes after it began happens now. */
export const skipTenMinutes = async (app: RunningApp) => process.kill(await corePid(app.electron), 'SIGUSR2')

/** A saved server, by its address. */
export async function addServer(app: RunningApp, name: string) {
  const { page } = app
  await page.getByRole('button', { name: 'Add server' }).click()
  await page.getByRole('dialog').getByLabel('Address').fill(name)
  const add = page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true })
  // The core has just been started anew: its first answer may be that it is not there yet.
  await expect(async () => {
    if (await add.isVisible()) await add.click()
    await expect(page.getByRole('button', { name: new RegExp(name) }).first()).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 20_000 })
}

/** *Settings, Providers*, the form open and filled; labels that are boxes are ticked. */
export async function fillAccount({ page }: RunningApp, provider: string, fields: Record<string, string | true>) {
  await page.keyboard.press('Control+,')
  await page.getByRole('button', { name: 'Providers' }).click()
  await page.getByRole('button', { name: 'Add an account' }).click()
  const form = page.getByRole('form', { name: 'Add an account' })
  await form.getByRole('combobox', { name: 'Provider' }).click()
  await page.getByRole('option', { name: provider, exact: true }).click()
  for (const [label, value] of Object.entries(fields)) {
    if (value === true) await form.getByLabel(label).check()
    else await form.getByLabel(label).fill(value)
  }
}

/** @param name of the server and of the machine */
export async function saveAndLink({ page }: RunningApp, name: string) {
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Machines' }).click()
  await page
    .getByRole('button', { name: `Link with ${name}` })
    .first()
    .click({ timeout: 20_000 })
}

export async function askForRescue({ page }: RunningApp, name: string) {
  await page
    .getByRole('button', { name: new RegExp(name) })
    .first()
    .click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Put in rescue mode…' }).click()
  await expect(page.getByRole('heading', { name: `Put ${name} in rescue mode?` })).toBeVisible({ timeout: 20_000 })
}
