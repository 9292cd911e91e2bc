// `npm run package [-- dir,zip,deb]`: the Linux app in dist/, with Electron's fuses set. Works offline: the packers that
// electron-builder would download are Debian's 7za and our stand-in for fpm.
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepare, runScript, SetupError } from './bootstrap.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const targets = ['dir', 'zip', 'deb']

/** @param {string[]} wanted of dir, zip, deb. @returns {Promise<string>} the unpacked app's folder */
export async function packageApp(wanted) {
  const { electron } = await prepare({ commands: ['7za', 'dpkg-deb'], electron: true, bundled: true })
  const { build, Platform } = await import('electron-builder')
  process.env.ELECTRON_BUILDER_7ZIP_PATH ??= execFileSync('which', ['7za'], { encoding: 'utf8' }).trim()
  process.env.CUSTOM_FPM_PATH ??= join(root, 'build/linux/fpm-dpkg.mjs')
  await rm(join(root, 'dist'), { recursive: true, force: true })
  await build({ projectDir: root, targets: Platform.LINUX.createTarget(wanted), config: configuration(electron) })
  return join(root, 'dist/linux-unpacked')
}

/** @returns {import('electron-builder').Configuration} */
function configuration(electron) {
  return {
    appId: 'invalid.rescueterm',
    productName: 'RescueTerm',
    electronDist: electron.dist,
    electronVersion: electron.version,
    directories: { output: 'dist', buildResources: 'build' },
    npmRebuild: false,
    publish: null,
    asar: true,
    files: ['out/**', '!out/cli*', '!out/stamp', '!**/*.map', '!node_modules', 'package.json'],
    // Outside the archive: the system's Node reads it.
    extraResources: [{ from: 'out', to: 'cli', filter: ['cli.cjs', 'cli-*.cjs', 'private-key-worker.cjs'] }],
    extraFiles: [{ from: 'build/linux/rescueterm.sh', to: 'rescueterm' }],
    // A deb must name a home page; there is none yet.
    extraMetadata: { desktopName: 'rescueterm.desktop', homepage: 'https://rescueterm.invalid' },
    // Left behind when the Electron is a folder instead of a download.
    afterPack: ({ appOutDir }) => rm(join(appOutDir, 'resources/default_app.asar'), { force: true }),
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    linux: {
      executableName: 'rescueterm-window',
      syncDesktopName: true,
      category: 'Network',
      synopsis: 'SSH client that knows rescue mode',
      maintainer: 'RescueTerm developers <rescueterm@example.invalid>',
      icon: 'build/icons',
    },
    deb: {
      // electron-builder's own list, and two that Electron links to but a bare server lacks.
      depends: [
        ...['libgtk-3-0', 'libnotify4', 'libnss3', 'libxss1', 'libxtst6', 'xdg-utils', 'libatspi2.0-0', 'libuuid1', 'libsecret-1-0'],
        ...['libgbm1', 'libasound2 | libasound2t64'],
      ],
      recommends: ['openssh-client', 'nodejs'],
      fpm: [`${join(root, 'build/linux/rescueterm.sh')}=/usr/bin/rescueterm`],
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    const wanted = process.argv[2]?.split(',') ?? targets
    for (const name of wanted) if (!targets.includes(name)) throw new SetupError(`usage: npm run package [-- ${targets.join(',')}]`)
    if (process.platform !== 'linux') throw new SetupError('packages are built on Linux')
    await packageApp(wanted)
    return 0
  })
}
