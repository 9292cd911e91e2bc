// `npm start [-- HOST]`: sets up what is missing, then the window; without a display the same on the command line.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { prepare, runScript } from './bootstrap.mjs'
import { hasDisplay } from './display.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

await runScript(async () => {
  const words = process.argv.slice(2)
  if (!(await hasDisplay())) {
    await prepare({ commands: ['ssh', 'ssh-keygen'], bundled: true })
    console.error('There is no display here, so this goes on on the command line (all commands: node out/cli.cjs --help).')
    return run(process.execPath, ['out/cli.cjs', ...(words.length > 0 ? ['connect', ...words] : ['practice'])])
  }
  const { electron } = await prepare({ commands: ['ssh', 'ssh-keygen'], electron: true, bundled: true })
  // Chromium refuses to run as root otherwise; pages are still sandboxed by the API, only not by the system.
  const flags = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : []
  return run(electron.exe, [...flags, '.', ...words])
})

/** The child's exit status, with a signal as a shell would say it. */
function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
  // Ctrl-C reaches the child by itself; it decides when to end.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
