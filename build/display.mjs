// X displays: is there one to draw on, and a private one for tests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'

/** Whether a window can be shown: Electron dies with a memory error where $DISPLAY leads nowhere. */
export async function hasDisplay(environment = process.env) {
  if (process.platform !== 'linux') return true
  if (environment.WAYLAND_DISPLAY && environment.XDG_RUNTIME_DIR) return true
  const [, host, number] = /^(.*):(\d+)(?:\.\d+)?$/.exec(environment.DISPLAY ?? '') ?? []
  if (number === undefined) return false
  const path = `/tmp/.X11-unix/X${number}`
  const local = host === '' || host === 'unix'
  if (local && !existsSync(path)) return false
  const socket = createConnection(local ? { path } : { host, port: 6000 + Number(number) })
  socket.setTimeout(3000, () => socket.destroy(new Error('timed out')))
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** A display of our own, on a number the server picks itself, so that parallel runs never race for one. */
export async function startXvfb() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const failed = once(server, 'error').then(([error]) => Promise.reject(error))
  const ended = once(server, 'exit').then(() => Promise.reject(new Error('Xvfb ended')))
  const [number] = await Promise.race([once(server.stdio[3], 'data'), failed, ended])
  ended.catch(() => {})
  failed.catch(() => {})
  return { display: `:${String(number).trim()}`, stop: () => server.kill() }
}
