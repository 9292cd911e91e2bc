/**
 * The real app for one test: a home and a data folder of its own, no network names but loopback, everything removed afterwards.
 * A test fails when the page broke its policy, logged an error or threw.
 *
 *     test.use({ language: 'fr', theme: 'light' })
 *     test('…', async ({ app }) => { await app.page.getByRole('button', …).click() })
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { _electron, type ElectronApplication, expect, type Page, test as playwright } from '@playwright/test'

export type { ElectronApplication, Page }
export { expect }

interface LaunchOptions {
  language?: 'en' | 'fr'
  theme?: 'dark' | 'light'
  /** Words after the program, e.g. a server. */
  words?: string[]
  environment?: Record<string, string>
}

export interface RunningApp {
  electron: ElectronApplication
  page: Page
  home: string
  dataDir: string
  /** Ends the app as `kill -9` would. */
  kill(): Promise<void>
  /** Ends the core process as `kill -9` would; main starts another. */
  killCore(): Promise<void>
  /** Ends it, asking nobody, and starts again with the same home and data. */
  restart(words?: string[]): Promise<void>
  /** Of the process last started; undefined while it runs, null after a signal. */
  exitCode(): number | null | undefined
  /** What went wrong in the page so far; a test that provokes something empties it. */
  complaints: string[]
}

const root = join(import.meta.dirname, '../..')

async function start(home: string, dataDir: string, o: LaunchOptions, complaints: string[]) {
  const language = o.language === 'fr' ? 'fr_FR.UTF-8' : 'en_US.UTF-8'
  const { SSH_AUTH_SOCK: _agent, ...inherited } = process.env as Record<string, string>
  const electron = await _electron.launch({
    args: ['.', ...(o.words ?? [])],
    cwd: root,
    chromiumSandbox: process.getuid?.() !== 0,
    colorScheme: o.theme ?? 'dark',
    env: {
      ...inherited,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      RESCUETERM_DATA_DIR: dataDir,
      LANG: language,
      LANGUAGE: '',
      LC_ALL: '',
      ...o.environment,
    },
  })
  const page = await electron.firstWindow()
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy|Trusted/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message}`))
  await page.locator('#root > *').first().waitFor({ state: 'attached' })
  // Playwright forgets the process once it has ended.
  return { electron, page, child: electron.process() }
}

/** Launches with a home made beforehand; most tests take the `app` fixture instead. */
export async function launch(o: LaunchOptions & { home: string; dataDir: string }): Promise<RunningApp & { close(): Promise<void> }> {
  const complaints: string[] = []
  let running = await start(o.home, o.dataDir, o, complaints)
  const gone = (electron: ElectronApplication) => new Promise<void>((resolve) => electron.once('close', () => resolve()))
  const hasEnded = () => running.child.exitCode !== null || running.child.signalCode !== null
  /** What a test leaves behind need not end in order; Chromium's own end has been seen to hang. */
  async function kill() {
    const closed = gone(running.electron)
    running.child.kill('SIGKILL')
    await closed
  }
  return {
    get electron() {
      return running.electron
    },
    get page() {
      return running.page
    },
    home: o.home,
    dataDir: o.dataDir,
    complaints,
    exitCode: () => (hasEnded() ? running.child.exitCode : undefined),
    kill,
    async killCore() {
      const pid = await corePid(running.electron)
      process.kill(pid, 'SIGKILL')
    },
    async restart(words) {
      if (!hasEnded()) await kill()
      running = await start(o.home, o.dataDir, { ...o, ...(words ? { words } : {}) }, complaints)
    },
    async close() {
      if (!hasEnded()) await kill()
    },
  }
}

export async function corePid(electron: ElectronApplication): Promise<number> {
  const pid = await electron.evaluate(({ app }) => app.getAppMetrics().find((one) => one.name === 'RescueTerm core')?.pid)
  if (pid === undefined) throw new Error('there is no core process')
  return pid
}

export const test = playwright.extend<LaunchOptions & { home: string; app: RunningApp }>({
  language: ['en', { option: true }],
  theme: ['dark', { option: true }],
  words: [[], { option: true }],
  environment: [{}, { option: true }],
  /** A home with an empty `.ssh`; a test may fill it before it asks for `app`. */
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  home: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'rescueterm-e2e-'))
    mkdirSync(join(home, '.ssh'), { mode: 0o700 })
    await use(home)
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  },
  app: async ({ home, language, theme, words, environment }, use) => {
    const o = { language, theme, words, environment } as LaunchOptions
    const app = await launch({ home, dataDir: join(home, 'data'), ...o })
    await use(app)
    await app.close()
    expect(app.complaints, 'errors of the page').toEqual([])
  },
})

/** WCAG 2.2 A and AA on what is shown now. */
export async function axe(page: Page): Promise<void> {
  expect(await axeFindings(page), 'accessibility').toEqual([])
}

/** The rules broken, each with where. Electron cannot open the second page that axe's usual mode wants. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    // What the server wrote, dimmed as it asked: xterm halves the contrast of SGR 2 by design. Our own text is judged whole.
    .exclude('.xterm-dim')
    .options({ resultTypes: ['violations'] }) // the rest is counted, not described: that is most of its time
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
}

/** For a person to look at: `test-results/screens/NAME.png`. */
export async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(root, 'test-results/screens', `${name}.png`), animations: 'disabled' })
}
