/** The real window for measurements: launched as the tests do, with a clock in its page. */
import { join } from 'node:path'
import { launch, type Page, type RunningApp } from '../e2e/launch.js'
import { installPageClock } from './page-clock.js'

export interface BenchWindow {
  app: RunningApp
  page: Page
  /** Opens a terminal by typing the address on a start page; milliseconds from Enter to the prompt on screen. */
  connect(address: string): Promise<number>
  /** A second terminal on the connection of the one in front, by the command palette; the same clock. */
  duplicate(): Promise<number>
  /** Types a line into the terminal in front and waits for its echo. */
  enter(line: string): Promise<void>
  /** Presses a key; milliseconds until the prompt is on screen. */
  untilPrompt(keys: string, key: string): Promise<number>
  /**
   * Types `count` letters at the prompt of the terminal in front, one every `everyMs` whether the last was answered or not, and stops early
   * when `isOver` says so. Then empties the line.
   */
  type(count: number, everyMs: number, isOver?: () => Promise<boolean>): Promise<Stroke[]>
  closeTab(): Promise<void>
  close(): Promise<void>
}

/** Milliseconds. A key without an echo has `Infinity`. */
export interface Stroke {
  /** From our sending it to the page's keydown: through Electron's main process, as every key goes. */
  toPage: number
  /** From the page's keydown until the terminal has parsed the echo. */
  echo: number
  /** The same, until the frame that shows it. */
  drawn: number
}

/** The palette's words for it, in English. */
const newTerminal = 'New terminal on this connection'

export async function openBenchWindow(home: string): Promise<BenchWindow> {
  const app = await launch({ home, dataDir: join(home, 'data') })
  const { page } = app
  // tsx keeps the names of functions with a helper that the page lacks.
  await page.evaluate('globalThis.__name = (f) => f')
  await page.evaluate(installPageClock)
  const front = page.locator('.rt-tab-body:not([hidden])')
  await front.locator('form input').waitFor()

  async function untilPrompt(keys: string, key: string, where: 'same' | 'another' = 'same') {
    await page.evaluate(([key, where]) => benchClock.arm(key, where), [key, where] as const)
    await page.keyboard.press(keys)
    return page.evaluate(() => benchClock.elapsed())
  }
  /** What to add to the page's clock to get ours: from the quickest of some answers, good to half of its time. */
  async function clockOffset() {
    let best = { took: Number.POSITIVE_INFINITY, offset: 0 }
    for (let i = 0; i < 20; i++) {
      const asked = performance.now()
      const theirs = await page.evaluate(() => performance.now())
      const took = performance.now() - asked
      if (took < best.took) best = { took, offset: asked + took / 2 - theirs }
    }
    return best.offset
  }

  async function type(count: number, everyMs: number, isOver = async () => false): Promise<Stroke[]> {
    const offset = await clockOffset()
    await page.evaluate(() => benchClock.record())
    const sent: number[] = []
    const pressed: Promise<void>[] = []
    for (let next = performance.now(); sent.length < count && !(await isOver()); next += everyMs) {
      await pause(next - performance.now())
      sent.push(performance.now())
      pressed.push(page.keyboard.press('x'))
    }
    await Promise.all(pressed)
    const times = await page.evaluate(() => benchClock.recorded())
    if (times.length !== sent.length) throw new Error(`${sent.length} keys sent, ${times.length} arrived`)
    await page.keyboard.press('Control+u')
    return times.map(({ page: arrived, down, parsed = Number.POSITIVE_INFINITY, drawn = Number.POSITIVE_INFINITY }, i) => ({
      toPage: arrived + offset - sent[i]!,
      echo: parsed - down,
      drawn: drawn - down,
    }))
  }

  return {
    app,
    page,
    untilPrompt,
    type,
    async connect(address) {
      const field = front.locator('form input')
      if (!(await field.isVisible())) await page.keyboard.press('Control+Shift+T')
      await field.fill(address)
      return untilPrompt('Enter', 'Enter', 'another')
    },
    async duplicate() {
      await page.keyboard.press('Control+Shift+P')
      await page.getByRole('dialog').getByRole('textbox').fill(newTerminal)
      await page.locator('.rt-palette-entry[data-selected]', { hasText: newTerminal }).waitFor()
      return untilPrompt('Enter', 'Enter', 'another')
    },
    async enter(line) {
      await page.keyboard.insertText(line)
      await page.waitForFunction((line) => benchClock.lastLine().endsWith(line), line)
    },
    async closeTab() {
      await page.keyboard.press('Control+Shift+W')
    },
    close: () => app.close(),
  }
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
