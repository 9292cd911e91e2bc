import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge } from '../shared/bridge.js'
import { channel, localeFlag } from './window/channels.js'

/** The page's globals; the rest of `electron/` has no DOM types. */
declare const window: { location: { origin: string }; postMessage(message: string, origin: string, ports: readonly unknown[]): void }

/** Keeps what arrives before the page listens; Electron's event object never reaches the page. */
function subscription<T extends unknown[]>(name: string) {
  const early: T[] = []
  let listener: ((...values: T) => void) | undefined
  ipcRenderer.on(name, (_event, ...values) => {
    if (listener) listener(...(values as T))
    else early.push(values as T)
  })
  return (next: (...values: T) => void) => {
    listener = next
    for (const values of early.splice(0)) next(...values)
  }
}

ipcRenderer.on(channel.ports, (event) => window.postMessage('rescueterm:ports', window.location.origin, event.ports))

let askPage: (() => void) | undefined
ipcRenderer.on(channel.closeAsked, () => {
  // A page that never came up has nothing to ask; one that answers late must not be closed under the person's hands.
  ipcRenderer.send(askPage ? channel.closeHeard : channel.closeWindow)
  askPage?.()
})

const bridge: Bridge = {
  platform: process.platform as Bridge['platform'],
  locale: process.argv.find((argument) => argument.startsWith(localeFlag))?.slice(localeFlag.length) ?? 'en',
  link: () => ipcRenderer.send(channel.link),
  onCore: subscription<['up' | 'down']>(channel.core),
  openExternal: (url) => ipcRenderer.send(channel.openExternal, url),
  copy: (text) => ipcRenderer.send(channel.copy, text),
  pathOfDropped: (file) => webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]),
  readClipboard: () => ipcRenderer.invoke(channel.readClipboard),
  saveReport: ({ fileName, text }) => ipcRenderer.invoke(channel.saveReport, { fileName, text }),
  showSavedReport: () => ipcRenderer.send(channel.showSavedReport),
  onCommand: subscription<[string]>(channel.command),
  onCloseAsked(listener) {
    askPage = listener
  },
  closeWindow: () => ipcRenderer.send(channel.closeWindow),
  rememberOpen: (targets) => ipcRenderer.send(channel.rememberOpen, targets),
  rememberedOpen: () => ipcRenderer.invoke(channel.rememberedOpen),
}
contextBridge.exposeInMainWorld('rescueterm', bridge)
