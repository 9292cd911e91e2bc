/**
 * One screen in both themes, both languages and both window sizes, without reaching it again: judged by axe, measured for what
 * does not fit, and photographed as `test-results/screens/NAME.THEME[.fr][.960].png`, named like the mock-ups.
 */
import { axeFindings, expect, type Page, type RunningApp, shot } from './launch.js'
import { misfits } from './misfits.js'

const themes = ['dark', 'light'] as const
const languages = ['en', 'fr'] as const
const sizes = [
  { width: 1280, height: 800, suffix: '' },
  { width: 960, height: 640, suffix: '.960' },
] as const

/**
 * Ends with the look it began with: dark, English, 1280×800. Every fault of every look is reported, not only the first.
 * @param again brings back what a change of size takes away.
 */
export async function everyLook(app: RunningApp, name: string, again?: () => Promise<void>): Promise<void> {
  const { page } = app
  for (const { width, height, suffix } of sizes) {
    await resize(app, width, height)
    await again?.()
    for (const language of languages) {
      await speak(app, language)
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
        await settled(page)
        const look = `${name}.${theme}${language === 'fr' ? '.fr' : ''}${suffix}`
        expect.soft(await axeFindings(page), `accessibility of ${look}`).toEqual([])
        expect.soft(await page.evaluate(misfits), `what does not fit in ${look}`).toEqual([])
        await shot(page, look)
      }
    }
  }
  await resize(app, sizes[0].width, sizes[0].height)
  await speak(app, 'en')
  await page.emulateMedia({ colorScheme: 'dark' })
}

async function resize({ electron, page }: RunningApp, width: number, height: number) {
  await electron.evaluate(({ BrowserWindow }, [x, y]) => BrowserWindow.getAllWindows()[0]?.setContentSize(x, y), [width, height] as const)
  await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height])
}

/**
 * The core is told on ports of our own (the message of oRPC's port transport), so that the screen stays as it is: the settings
 * page would be one more tab.
 */
async function speak({ electron, page }: RunningApp, language: 'en' | 'fr') {
  await electron.evaluate(
    ({ BrowserWindow }, message) =>
      new Promise<void>((resolve) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!
        const frame = webContents.mainFrame
        // The pair of ports that the page would get, caught on the way.
        frame.postMessage = (_channel, _data, ports) => {
          Reflect.deleteProperty(frame, 'postMessage')
          const [rpc, terminals] = ports!
          rpc!.on('message', () => {
            rpc!.close()
            terminals!.close()
            resolve()
          })
          rpc!.start()
          rpc!.postMessage(message)
        }
        webContents.ipc.emit('link', { sender: webContents, senderFrame: frame })
      }),
    JSON.stringify({ i: '1', p: { u: '/settings/update', b: { json: { language } } } }),
  )
  await expect(page.locator(`html[lang=${language}]`)).toBeAttached()
}

/** What follows a change of size or words (fitting the terminal, measuring a list) and every animation that ends has come to its end. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    await Promise.allSettled(ending.map((one) => one.finished))
    await frame()
  })
