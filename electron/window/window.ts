/**
 * The window: one page of ours, its place kept between starts, and what the page may ask of main. Every message is checked for
 * its sender and parsed; ports to the core are made here and handed to both sides, so that terminal bytes never pass main.
 */
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  clipboard,
  type IpcMainEvent,
  MessageChannelMain,
  type MessagePortMain,
  nativeTheme,
  screen,
  shell,
} from 'electron'
import { z } from 'zod'
import { channel, localeFlag } from './channels.js'
import type { CoreProcess } from './core-process.js'
import { createReportSaver, ReportFile } from './save-report.js'
import { origin } from './scheme.js'
import { isOurPage } from './security.js'
import { OpenTargets, visibleBounds, type WindowStateStore } from './state.js'

export interface Window {
  /** Brings the window forward; `text` is what a second start was given to connect to. */
  focus(text?: string): void
  command(command: string): void
  coreChanged(state: 'up' | 'down'): void
}

/** The smallest size the pages are drawn for, and the one they are drawn at. */
const MINIMUM = { width: 960, height: 640 }
const USUAL = { width: 1280, height: 800 }
/** A page that has not even noticed the question by then is stuck; nothing is lost, set-aside lines are in the journal. */
const ANSWER_CLOSE_MS = 2000
/** A page that crashes again within this time of its reload is left alone instead of being reloaded for ever. */
const RELOAD_ONCE_PER_MS = 10_000

const Nothing = z.undefined()
const WebAddress = z.url({ protocol: /^https?$/ }).max(8192)
const ClipboardText = z.string().max(16 * 1024 * 1024)

export function openWindow(o: { folder: string; store: WindowStateStore; core: CoreProcess<MessagePortMain>; target?: string }): Window {
  const stored = o.store.read()
  const areas = screen.getAllDisplays().map((display) => display.workArea)
  const window = new BrowserWindow({
    ...USUAL,
    ...visibleBounds(stored.bounds, areas),
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    title: 'RescueTerm',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1b1e1f' : '#ffffff',
    ...(app.isPackaged ? {} : { icon: join(app.getAppPath(), 'build/icons/256x256.png') }),
    webPreferences: {
      preload: join(o.folder, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: !app.isPackaged,
      spellcheck: false,
      // A terminal in a covered window goes on; its echo must not wait for the next second.
      backgroundThrottling: false,
      additionalArguments: [`${localeFlag}${app.getPreferredSystemLanguages()[0] ?? app.getLocale()}`],
    },
  })
  window.setMenuBarVisibility(false)
  if (stored.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())

  const contents = window.webContents
  const send = (name: string, ...values: unknown[]) => {
    if (!contents.isDestroyed()) contents.send(name, ...values)
  }
  servePage(contents, { ...o, reports: createReportSaver(window) }, closeAgreed)
  keepPlace(window, o.store)

  let agreed = false
  let patience: NodeJS.Timeout | undefined
  function closeAgreed() {
    agreed = true
    window.close()
  }
  window.on('close', (event) => {
    if (agreed || contents.isCrashed()) return
    event.preventDefault()
    clearTimeout(patience)
    patience = setTimeout(closeAgreed, ANSWER_CLOSE_MS)
    send(channel.closeAsked)
  })
  window.on('closed', () => clearTimeout(patience))
  contents.ipc.on(channel.closeHeard, (event) => {
    if (isOurPage(event, contents)) clearTimeout(patience)
  })

  let reloaded = -Infinity
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || performance.now() - reloaded < RELOAD_ONCE_PER_MS) return
    reloaded = performance.now()
    contents.reload()
  })

  if (o.target !== undefined) contents.once('did-finish-load', () => send(channel.command, `open:${o.target}`))
  void window.loadURL(`${origin}/`)
  return {
    focus(text) {
      if (window.isDestroyed()) return
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      if (text !== undefined) send(channel.command, `open:${text}`)
    },
    command: (command) => send(channel.command, command),
    coreChanged: (state) => send(channel.core, state),
  }
}

function servePage(
  contents: Electron.WebContents,
  o: { store: WindowStateStore; core: CoreProcess<MessagePortMain>; reports: ReturnType<typeof createReportSaver> },
  closeAgreed: () => void,
) {
  /** A message from elsewhere, or one that does not parse, is dropped without an answer. */
  function on<T>(name: string, schema: z.ZodType<T>, act: (value: T, event: IpcMainEvent) => void) {
    contents.ipc.on(name, (event, ...values: unknown[]) => {
      const parsed = schema.safeParse(values[0])
      if (isOurPage(event, contents) && values.length <= 1 && parsed.success) act(parsed.data, event)
    })
  }
  function answer<T, R>(name: string, schema: z.ZodType<T>, act: (value: T) => R) {
    contents.ipc.handle(name, (event, ...values: unknown[]) => {
      const parsed = schema.safeParse(values[0])
      if (!isOurPage(event, contents) || values.length > 1 || !parsed.success) throw new Error('refused')
      return act(parsed.data)
    })
  }
  on(channel.link, Nothing, (_nothing, event) => {
    const frame = event.senderFrame
    o.core.link(() => {
      const rpc = new MessageChannelMain()
      const terminals = new MessageChannelMain()
      // A page that has left meanwhile gets nothing; the core sees its ends close.
      if (frame && !frame.detached && !contents.isDestroyed()) frame.postMessage(channel.ports, null, [rpc.port2, terminals.port2])
      return [rpc.port1, terminals.port1]
    })
  })
  on(channel.openExternal, WebAddress, (url) => void shell.openExternal(new URL(url).href))
  on(channel.copy, ClipboardText, (text) => clipboard.writeText(text))
  on(channel.closeWindow, Nothing, closeAgreed)
  on(channel.rememberOpen, OpenTargets, (open) => o.store.write({ open }))
  answer(channel.readClipboard, Nothing, () => clipboard.readText())
  answer(channel.saveReport, ReportFile, (file) => o.reports.save(file))
  on(channel.showSavedReport, Nothing, () => o.reports.show())
  answer(channel.rememberedOpen, Nothing, () => o.store.read().open)
}

/** Writes the place at most twice a second while it changes, and at the end. */
function keepPlace(window: BrowserWindow, store: WindowStateStore) {
  let timer: NodeJS.Timeout | undefined
  const write = () => {
    clearTimeout(timer)
    timer = undefined
    store.write({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  }
  const soon = () => {
    timer ??= setTimeout(write, 500)
  }
  for (const name of ['resize', 'move', 'maximize', 'unmaximize'] as const) window.on(name as 'resize', soon)
  window.on('close', () => {
    if (timer) write()
  })
}
