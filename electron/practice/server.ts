/**
 * The practice server: an SSH server on 127.0.0.1 that can be put in rescue mode. To clients it is a server like any other; its
 * keys, port and known_hosts file live in `<dataDir>/practice`, never among the user's files.
 * - normal mode: root gets in without a question (there is nothing to protect, and the drill stays short);
 * - rescue mode: other host keys, root with the password made for this start.
 * A restart closes every connection, leaves the port closed for a moment, then the other identity answers.
 */
import { join } from 'node:path'
import type { PracticeState } from '../../shared/practice.js'
import { readDurable, writeDurably } from '../durable-file.js'
import { createEmitter } from '../emitter.js'
import type { Tree } from './file-tree.js'
import type { Identities } from './identity.js'
import type { Listener } from './listener.js'
import { bootMachine, createCustomerDisk, type Mode } from './machine.js'

// Long enough to be seen as "nothing answers" by a watch that asks every two seconds, short enough not to be waited for.
const RESTART_MS = 1500

/** With ssh2's server: only a practice needs it. */
const load = async () => ({ ...(await import('./identity.js')), ...(await import('./listener.js')) })

export interface PracticeServer {
  state(): PracticeState
  onDidChange(listener: () => void): () => void
  /** Starts in normal mode; does nothing when it runs. @throws when no port can be opened or the keys cannot be stored. */
  start(): Promise<void>
  /** Restarts into `mode`; resolves once that system answers. Does nothing when it runs in that mode already. */
  setMode(mode: Mode): Promise<void>
  /** Ends all connections and closes the port. */
  dispose(): Promise<void>
}

/** @param o.randomart OpenSSH's picture of a key blob, for `ssh-keygen -lv` typed in the practice shell. */
export function createPracticeServer(o: { dataDir: string; randomart(blob: Buffer): string }): PracticeServer {
  const directory = join(o.dataDir, 'practice')
  const knownHostsFile = join(directory, 'known_hosts')
  const changed = createEmitter()
  let state: PracticeState = { mode: 'stopped' }
  let running: { identities: Identities; customer: Tree; port: number } | undefined
  let listener: Listener | undefined
  let starting: Promise<void> | undefined
  let changing: Promise<void> = Promise.resolve()
  const disposed = new AbortController()

  function publish(next: PracticeState) {
    state = next
    changed.emit()
  }

  async function boot(mode: Mode) {
    const { identities, customer, port } = running!
    const { makePassword, listen } = await load()
    const rescuePassword = mode === 'rescue' ? makePassword() : undefined
    const machine = bootMachine({ mode, customer, keys: identities[mode], bootedAt: new Date() })
    listener = await listen({
      port,
      hostKeys: identities[mode].map((key) => key.privateKey),
      password: rescuePassword,
      machine,
      randomart: o.randomart,
      // A provider's boot mode is sticky: `reboot` typed in the rescue system starts the rescue system again.
      onRestart: () => void restart(mode).catch(() => publish({ mode: 'stopped' })),
    })
    publish({ mode, port: listener.port, knownHostsFile, ...(rescuePassword ? { rescuePassword } : {}) })
  }

  function restart(mode: Mode): Promise<void> {
    changing = changing.then(async () => {
      if (disposed.signal.aborted || !running) return
      publish({ mode: 'restarting', next: mode, port: running.port, knownHostsFile })
      await listener?.close()
      listener = undefined
      await pause(RESTART_MS, disposed.signal)
      if (!disposed.signal.aborted) await boot(mode)
    })
    const outcome = changing
    changing = changing.catch(() => {})
    return outcome
  }

  async function start() {
    const { loadIdentities, knownHostsLines } = await load()
    const identities = await loadIdentities(directory)
    const portFile = join(directory, 'port')
    const stored = Number((await readDurable(portFile))?.toString('latin1').trim())
    running = { identities, customer: createCustomerDisk(identities.normal), port: stored >= 1 && stored <= 65_535 ? stored : 0 }
    try {
      await boot('normal')
    } catch (error) {
      if (running.port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      // Another program took the port, or a second RescueTerm practises: a new one for this and later starts.
      running.port = 0
      await boot('normal')
    }
    running.port = listener!.port
    if (running.port !== stored) await writeDurably(portFile, Buffer.from(`${running.port}\n`))
    const known = (await readDurable(knownHostsFile)) ?? Buffer.alloc(0)
    // Lines that are set aside still name the port; whoever deleted a line meant it.
    if (!known.includes(`[127.0.0.1]:${running.port} `)) {
      await writeDurably(knownHostsFile, Buffer.concat([known, Buffer.from(knownHostsLines(identities.normal, running.port))]))
    }
  }

  return {
    state: () => state,
    onDidChange: changed.on,
    start() {
      starting ??= start().catch((error) => {
        starting = undefined
        throw error
      })
      return starting
    },
    async setMode(mode) {
      await this.start()
      if ((state.mode === 'restarting' ? state.next : state.mode) === mode) return changing
      return restart(mode)
    },
    async dispose() {
      disposed.abort()
      await starting?.catch(() => {})
      await changing
      await listener?.close()
      listener = undefined
    },
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
