// Does what Electron's own default_app does: `electron [-r module] path/to/app [args]` runs that app as if it were packaged.

import { existsSync, readFileSync } from 'node:fs'
import { Module } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron/main'

const args = process.argv.slice(1)
const preload = []
let file
while (args.length && !file) {
  const arg = args.shift()
  if (arg === '-r' || arg === '--require') preload.push(args.shift())
  else if (!arg.startsWith('-')) file = resolve(arg)
}
if (!file) {
  console.error('usage: electron [-r module] path/to/app [args]')
  process.exit(1)
}
Module._preloadModules(preload)
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })

const manifest = join(file, 'package.json')
if (existsSync(manifest)) {
  const { version, productName, name, desktopName } = JSON.parse(readFileSync(manifest, 'utf8'))
  if (version) app.setVersion(version)
  if (productName ?? name) app.setName(productName ?? name)
  app.setDesktopName(desktopName ?? `${app.getName()}.desktop`)
}
const entry = Module._resolveFilename(file, null, true)
app.setAppPath(existsSync(manifest) ? file : dirname(entry))
await import(pathToFileURL(entry).href) // "ready" waits for this module, hence for the app: a top-level `await app.whenReady()` there never ends, as in stock Electron
