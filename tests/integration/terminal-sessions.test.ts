/** Tabs that share a connection to a real sshd: each has a shell of its own, and takes only that away with it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../electron/clock.js'
import { silentLog } from '../../electron/log.js'
import { createTerminalSessions, type TerminalSessions } from '../../electron/sessions/terminal-sessions.js'
import { connectSsh } from '../../electron/ssh/connect.js'
import type { TerminalPort } from '../../electron/ssh/flow-control.js'
import { createHome, createService, type Home } from '../support/rescue-fixture.js'
import { generateKey, type Sshd, startSshd } from '../support/sshd.js'

const dimensions = { cols: 80, rows: 24 }
let home: Home
let sshd: Sshd
let terminals: TerminalSessions
let first: string

beforeEach(async () => {
  const here = createHome('')
  home = here
  const key = await generateKey(join(here.home, 'key'), 'ed25519')
  sshd = await startSshd({ authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
  const line = `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}`
  terminals = createTerminalSessions({
    interventions: createService(here.dataDir).interventions,
    clock: systemClock,
    log: silentLog,
    readKnownHosts: async () => [{ path: here.file, system: false, bytes: Buffer.from(`${line}\n`) }],
    connect: connectSsh,
    onDidSignIn: async () => undefined,
    onDidJudge() {},
  })
  const { port } = sshd
  first = terminals.open(
    {
      name: 'server',
      text: '127.0.0.1',
      practice: false,
      resolve: async () => ({
        ...{ typed: '127.0.0.1', host: '127.0.0.1', port, userFiles: [here.file], systemFiles: [], user: 'root', strict: 'ask' },
        ...{ checkHostIp: false, hashKnownHosts: false, identityFiles: [key], identitiesOnly: true, notes: [] },
      }),
    },
    dimensions,
  )
  await untilOpen(first)
})
afterEach(async () => {
  terminals.dispose()
  await sshd.dispose()
  home.remove()
})

const phaseOf = (id: string) => terminals.list().find((one) => one.id === id)?.phase
const untilOpen = (id: string) => vi.waitFor(() => expect(phaseOf(id)).toMatchObject({ kind: 'open' }), 20_000)

/** The process of this tab's shell, as the shell itself says. */
async function shellOf(id: string): Promise<number> {
  const file = join(home.home, `shell-${id}`)
  const { port1, port2 } = new MessageChannel()
  terminals.attach(id, port1 as unknown as TerminalPort)
  port2.postMessage({ kind: 'input', text: `echo $$ > ${file}.new && mv ${file}.new ${file}\r` })
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 20_000)
  return Number(readFileSync(file, 'utf8'))
}
function isRunning(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('a closed tab ends its shell, and the other on the same connection goes on', async () => {
  const second = terminals.duplicate(first, dimensions)
  await untilOpen(second)
  const shells = [await shellOf(first), await shellOf(second)] as const
  expect(shells.map(isRunning)).toEqual([true, true])
  terminals.close(second)
  await vi.waitFor(() => expect(isRunning(shells[1])).toBe(false), 20_000)
  expect(phaseOf(first)).toMatchObject({ kind: 'open' })
  expect(isRunning(shells[0])).toBe(true)
  terminals.close(first)
  await vi.waitFor(() => expect(isRunning(shells[0])).toBe(false), 20_000)
})

it('a tab closed while its shell is being started leaves none', async () => {
  const connection = readFileSync(`/proc/${await shellOf(first)}/stat`, 'utf8').split(' ')[3]
  const shells = () => readFileSync(`/proc/${connection}/task/${connection}/children`, 'utf8').trim().split(' ').length
  terminals.close(terminals.duplicate(first, dimensions))
  await untilOpen(terminals.duplicate(first, dimensions))
  await vi.waitFor(() => expect(shells()).toBe(2), 20_000)
})
