/**
 * The core process. Main forks it with [data directory, version], sends each page's ports, and beats once a second; everything
 * else comes from the page on those ports. A stray rejection is logged; a stray exception ends the process, because its state
 * can no longer be trusted: main forks it anew and interventions resume from the journal.
 */
import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { RPCHandler } from '@orpc/server/message-port'
import type { MessageEvent, MessagePortMain, ParentPort } from 'electron'
import { AppError } from '../shared/errors.js'
import { AttachTerminal } from '../shared/terminal-session.js'
import { createRouter } from './api.js'
import { type App, createApp } from './app.js'
import { type Log, stderrLog } from './log.js'
import { createPortVault } from './providers/vault.js'
import type { TerminalPort } from './ssh/flow-control.js'

const main = (process as unknown as { parentPort: ParentPort }).parentPort
const log = stderrLog
process.on('unhandledRejection', (reason) => log.error('an unhandled rejection in the core', reason))
process.on('uncaughtException', (error) => {
  log.error('the core cannot go on', error)
  process.exit(1)
})

const [dataDir = '', version = ''] = process.argv.slice(2)
const openings = new Map<string, (error: string) => void>()
/** Main starts programs; its answer is empty when that went well. */
async function openFile(path: string) {
  const id = randomUUID()
  const error = await new Promise<string>((resolve) => {
    openings.set(id, resolve)
    main.postMessage({ open: path, id })
  })
  openings.delete(id)
  if (error) throw new AppError('path-failed', { file: path }, error)
}
const vault = createPortVault((question) => main.postMessage(question))
const app = createApp({ version, paths: { home: homedir(), dataDir }, openFile, vault })
const router = createRouter(app, log)

main.on('message', ({ data, ports }) => {
  if (data === 'ping') main.postMessage('pong')
  else if (typeof data === 'object' && data !== null && 'opened' in data) openings.get(String(data.opened))?.(String(data.error))
  else if (data === 'stop') void app.dispose().finally(() => process.exit(0))
  else if (data === 'page') {
    const [rpc, terminals] = ports
    if (rpc && terminals) serve(app, router, { rpc, terminals }, log)
  } else vault.receive(data)
})
void app.start().then(() => {
  main.postMessage('up')
  // Node loads its fetch when one of its names is first read. The first message of a page would do that, and the page wait for it.
  void globalThis.FormData
})

function serve(app: App, router: ReturnType<typeof createRouter>, ports: { rpc: MessagePortMain; terminals: MessagePortMain }, log: Log) {
  new RPCHandler(router).upgrade(ports.rpc)
  ports.rpc.start()
  ports.terminals.on('message', ({ data, ports: [port] }) => {
    const request = AttachTerminal.safeParse(data)
    if (!port) return
    try {
      if (!request.success) throw new Error('the page sent something that is no request')
      app.terminals.attach(request.data.sessionId, terminalPort(port))
    } catch (error) {
      // The tab was closed meanwhile, or the page asked nonsense: either way nobody is at this port.
      port.close()
      log.info(`a terminal port was refused: ${error instanceof Error ? error.message : ''}`)
    }
  })
  ports.terminals.start()
}

/** Electron wraps messages in events with ports; a terminal port knows payloads only. */
function terminalPort(port: MessagePortMain): TerminalPort {
  return {
    postMessage: (message) => port.postMessage(message),
    on(event: 'message' | 'close', listener: (data: unknown) => void) {
      if (event === 'message') port.on('message', (message: MessageEvent) => listener(message.data))
      else port.on('close', () => listener(undefined))
    },
    start: () => port.start(),
    close: () => port.close(),
  }
}
