/** The window's main process: security first, one instance, the supervised core process, one window. As thin as possible. */
import { join, resolve } from 'node:path'
import { app, Menu, type MessagePortMain, safeStorage, session, shell, utilityProcess } from 'electron'
import { z } from 'zod'
import { systemClock } from './clock.js'
import { stderrLog } from './log.js'
import { answerVault } from './providers/vault.js'
import { type CoreProcess, superviseCore } from './window/core-process.js'
import { coreEnvironment, parseArguments } from './window/environment.js'
import { menuTemplate } from './window/menu.js'
import { registerScheme, serveScheme } from './window/scheme.js'
import { denyEverything, enableSandbox } from './window/security.js'
import { openWindowState } from './window/state.js'
import { createVault } from './window/vault.js'
import { openWindow, type Window } from './window/window.js'

const folder = join(app.getAppPath(), 'out')
const { target, dataDir } = parseArguments(ownArguments(), process.env)

registerScheme()
enableSandbox()
if (dataDir) app.setPath('userData', resolve(dataDir))
// What Chromium keeps stays out of the folder a person looks into.
app.setPath('sessionData', join(app.getPath('userData'), 'chromium'))

// Chromium still starts, and this process waits: the time for what the first page would wait for otherwise. Electron builds a menu
// of its own unless one is set, and Node loads its fetch when one of its names is first read.
Menu.setApplicationMenu(null)
void globalThis.Response

const SecondStart = z.strictObject({ target: z.string().max(600).optional() })
if (app.requestSingleInstanceLock({ target })) void app.whenReady().then(run)
else app.quit()

function run() {
  const log = stderrLog
  let window: Window | undefined
  // The core starts while the window is made.
  const vault = createVault({ folder: app.getPath('userData'), storage: safeStorage, platform: process.platform, log })
  const core = superviseCore<MessagePortMain>({
    fork() {
      const child = utilityProcess.fork(join(folder, 'core.cjs'), [app.getPath('userData'), app.getVersion()], {
        serviceName: 'RescueTerm core',
        env: coreEnvironment(process.env),
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr?.pipe(process.stderr, { end: false })
      child.on('message', async (message) => {
        const answer = await answerVault(vault, message)
        if (answer) child.postMessage(answer)
      })
      return child
    },
    kill(pid) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // already gone; its exit event follows
      }
    },
    onState: (state) => window?.coreChanged(state),
    openFile: (path) => shell.openPath(path),
    clock: systemClock,
    log,
  })
  denyEverything(session.defaultSession)
  serveScheme(join(folder, 'renderer'))
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, app.getLocale(), (command) => window?.command(command))))
  window = openWindow({ folder, store: openWindowState(app.getPath('userData')), core, ...(target ? { target } : {}) })
  app.on('second-instance', (_event, _argv, _directory, data) => {
    const second = SecondStart.safeParse(data)
    window?.focus(second.success ? second.data.target : undefined)
  })
  app.on('window-all-closed', () => app.quit())
  stopCoreFirst(core)
}

/** The core ends its connections in order before the app does. */
function stopCoreFirst(core: CoreProcess<MessagePortMain>) {
  let stopped = false
  app.on('will-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void core.stop().then(() => {
      stopped = true
      app.quit()
    })
  })
}

/** What the person typed after the program, without Electron's own arguments. */
function ownArguments(): string[] {
  if (app.isPackaged) return process.argv.slice(1)
  return process.argv.slice(process.argv.findIndex((argument) => resolve(argument) === app.getAppPath()) + 1)
}
