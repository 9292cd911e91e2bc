/** What no page of ours may ever do, set once for the session and for every web contents that comes to be. */
import { app, type IpcMainEvent, type IpcMainInvokeEvent, type Session, type WebContents } from 'electron'
import { origin } from './scheme.js'

/** Before ready. As root Chromium runs with --no-sandbox only; asking for it there makes every child process die in a loop. */
export function enableSandbox(): void {
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
}

export function denyEverything(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
  // Its dictionaries come from the network.
  session.setSpellCheckerEnabled(false)
  // Below the policy of the documents: nothing but our own files is loaded, whoever asks.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !/^(app:\/\/rescueterm\/|data:|devtools:)/.test(url) }))
  app.on('web-contents-created', (_event, contents) => confine(contents))
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** Messages count only from the top frame of this page, showing our own origin. */
export function isOurPage(event: IpcMainEvent | IpcMainInvokeEvent, contents: WebContents): boolean {
  const { senderFrame } = event
  return event.sender === contents && senderFrame !== null && senderFrame === contents.mainFrame && senderFrame.origin === origin
}
