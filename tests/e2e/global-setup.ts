import { prepare } from '../../build/bootstrap.mjs'
import { startXvfb } from '../../build/display.mjs'

/** A fresh bundle, an Electron, and a display of our own, also when Playwright is started by hand. */
export default async function globalSetup() {
  const { electron } = await prepare({ commands: ['Xvfb'], electron: true, bundled: true })
  process.env.ELECTRON_OVERRIDE_DIST_PATH = electron!.dist
  if (process.platform !== 'linux') return undefined
  const { display, stop } = await startXvfb()
  process.env.DISPLAY = display
  delete process.env.WAYLAND_DISPLAY
  return stop
}
