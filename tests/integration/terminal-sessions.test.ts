/** Tabs on a real sshd: what each of them has open, alone or on a shared connection, and that it takes only its own away. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
let key: string
let attempts = 0

beforeEach(async () => {
  home = createHome('')
  key = await generateKey(join(home.home, 'key'), 'ed25519')
  attempts = 0
  await startServer()
  first = open()
  await untilOpen(first)
})

async function startServer(config: string[] = []) {
  const here = home
  sshd = await startSshd({ authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()], config })
  writeFileSync(here.file, `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
  terminals = createTerminalSessions({
    interventions: createService(here.dataDir).interventions,
    clock: systemClock,
    log: silentLog,
    isRescueKey: () => false,
    comparePublished: async () => undefined,
    readKnownHosts: async () => [{ path: here.file, system: false, bytes: readFileSync(here.file) }],
    connect: connectSsh,
    onDidSignIn: async () => undefined,
    onDidJudge() {},
  })
}

function open() {
  const { port } = sshd
  return terminals.open(
    {
      name: 'server',
      text: '127.0.0.1',
      practice: false,
      async resolve() {
        attempts++
        return {
          ...{ typed: '127.0.0.1', host: '127.0.0.1', port, userFiles: [home.file], systemFiles: [], user: 'root', strict: 'ask' },
          ...{ checkHostIp: false, hashKnownHosts: false, identityFiles: [key], identitiesOnly: true, notes: [] },
        }
      },
    },
    dimensions,
  )
}
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

it('a tab closed while the answer to its question is written connects no more', async () => {
  writeFileSync(home.file, '')
  const asking = open()
  await vi.waitFor(() => expect(phaseOf(asking)).toMatchObject({ kind: 'host-key' }), 20_000)
  const phase = phaseOf(asking)
  if (phase?.kind !== 'host-key') throw new Error('no question')
  const before = attempts
  const answered = terminals.trust(asking, phase.question.id, true)
  terminals.close(asking)
  await answered
  expect(readFileSync(home.file, 'utf8')).toContain(sshd.hostKeys[0]!.line.split(' ')[1])
  expect(attempts).toBe(before)
})

it('a server that gives no shell is left', async () => {
  terminals.dispose()
  await sshd.dispose()
  await startServer(['MaxSessions 0'])
  const refused = open()
  await vi.waitFor(() => expect(phaseOf(refused)).toMatchObject({ kind: 'failed', error: { code: 'no-shell' } }), 20_000)
  await vi.waitFor(async () => expect(await sshd.log()).toContain('Disconnected from user root'), 20_000)
})

it('an attempt that is cancelled ends, and its tab can try again', async () => {
  const id = open()
  terminals.cancel(id)
  expect(phaseOf(id)).toMatchObject({ kind: 'cancelled' })
  terminals.reconnect(id)
  await untilOpen(id)
  expect(() => terminals.cancel(id)).toThrow('wrong-state')
})
