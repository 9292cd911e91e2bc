/** Real servers and windows of one test, given back afterwards whatever happened, and the steps that several specs take. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Sshd, type SshdOptions, startSshd } from '../support/sshd.js'
import { test as base, expect, launch, type RunningApp } from './launch.js'

interface World {
  /** With mounts of its own: what *leave* unmounts there stays as it is on this computer. */
  serve(o?: SshdOptions): Promise<Sshd>
  /** A window on the test's home. @param words after the program, e.g. a server. */
  open(words: string[], language?: 'en' | 'fr'): Promise<RunningApp>
}

export const test = base.extend<World>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  serve: async ({}, use) => {
    const started: Sshd[] = []
    await use(async (o = {}) => {
      const sshd = await startSshd(o.rootPassword === undefined ? { inside: ['unshare', '--mount'], ...o } : o)
      started.push(sshd)
      return sshd
    })
    for (const sshd of started) await sshd.dispose()
  },
  open: async ({ home, language, theme }, use) => {
    const running: Awaited<ReturnType<typeof launch>>[] = []
    await use(async (words, spoken) => {
      const app = await launch({
        home,
        dataDir: join(home, 'data'),
        words,
        language: spoken ?? language ?? 'en',
        theme: theme ?? 'dark',
      })
      running.push(app)
      return app
    })
    for (const app of running) {
      await app.close()
      expect(app.complaints).toEqual([])
    }
  },
})

export const heading = (app: RunningApp, name: string | RegExp) => app.page.getByRole('heading', { name }).first()
export const button = (app: RunningApp, name: string | RegExp) => app.page.getByRole('button', { name })
export const screen = (app: RunningApp) => app.page.locator('.xterm-rows').filter({ visible: true })
export const changedTitle = 'This server does not show the identity you know'

/** How known_hosts names a server on a port of its own. */
export const lookupName = (sshd: Pick<Sshd, 'port'>) => `[127.0.0.1]:${sshd.port}`

/** Lines of known_hosts for the keys these servers have now; no file of the test's home is read. */
export const linesFor = (servers: Sshd[]) =>
  servers.flatMap((one) => one.hostKeys.map(({ line }) => `${lookupName(one)} ${line}\n`)).join('')

export const writeKnownHosts = (home: string, text: string) => {
  const file = join(home, '.ssh/known_hosts')
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

/** Hosts of the ssh config, so that a server has a name a person would give it. */
export const writeHosts = (home: string, hosts: Record<string, Pick<Sshd, 'port' | 'user'>>, before = '') =>
  writeFileSync(
    join(home, '.ssh/config'),
    before +
      Object.entries(hosts)
        .map(([name, { port, user }]) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User ${user}\n`)
        .join(''),
  )

/** From the dialog about the changed key to the point where `then` can be pressed. */
export async function setAside(app: RunningApp, then = 'Leave rescue') {
  await button(app, 'Show the edit').click({ timeout: 20_000 })
  await button(app, 'Set aside and connect').click()
  await expect(button(app, then).first()).toBeVisible({ timeout: 20_000 })
}

/** In a rescue nothing is tried unasked: the person chooses the key. */
export async function signInWithKey(app: RunningApp) {
  await app.page.getByRole('radio', { name: /id_ed25519$/ }).check()
  await button(app, 'Sign in').click()
  await expect(screen(app)).toContainText('#', { timeout: 20_000 })
}
