/**
 * A session under an intervention that meets the known key: real journal and files, a server that shows a key and may fail to prove it.
 * And signing in as another user than the target's.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ProbeAnswer } from '../../../electron/rescue/interventions.js'
import { createTerminalSessions } from '../../../electron/sessions/terminal-sessions.js'
import type { ConnectOptions, ConnectTarget } from '../../../electron/ssh/connect.js'
import type { CredentialAnswer, SessionPhase } from '../../../shared/terminal-session.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { createHome, createService, type Home, knownKey, rescueKey, setAside, targetIn } from '../../support/rescue-fixture.js'

let home: Home
beforeEach(() => {
  home = createHome()
})
afterEach(() => home.remove())

/** The phase in which a session to a server that shows the known key comes to rest. */
async function endOfSession(o: { probe: ProbeAnswer; restoreAutomatically?: boolean }) {
  const { interventions, answers } = createService(home.dataDir, { settings: { restoreAutomatically: o.restoreAutomatically ?? true } })
  const target = targetIn(home)
  const interventionId = await setAside(interventions, target)
  answers.next = o.probe
  let attempts = 0
  const terminals = createTerminalSessions({
    interventions,
    clock: createFakeClock(),
    log: { info() {}, error() {} },
    isRescueKey: () => false,
    readKnownHosts: async () => [{ path: home.file, system: false, bytes: home.read() }],
    async connect(_target: unknown, { verify }: ConnectOptions) {
      attempts++
      return verify(knownKey) ? { kind: 'cancelled' } : { kind: 'host-key-refused', blob: knownKey }
    },
    onDidSignIn: async () => undefined,
    onDidJudge() {},
  })
  const rest = new Promise<SessionPhase>((resolve) => {
    terminals.onDidChange(() => {
      const phase = terminals.list()[0]?.phase
      if (phase && phase.kind !== 'connecting') resolve(phase)
    })
  })
  const { host, port, userFiles, systemFiles } = target
  terminals.open(
    {
      name: 'web',
      text: host,
      practice: false,
      resolve: async () => ({
        ...{ typed: host, host, port, userFiles, systemFiles, user: 'root', strict: 'ask', checkHostIp: false },
        ...{ hashKnownHosts: false, identityFiles: [], identitiesOnly: false, notes: [] },
      }),
    },
    { cols: 80, rows: 24 },
  )
  const phase = await rest
  const session = terminals.list()[0]!
  terminals.dispose()
  await interventions.dispose()
  return { phase, attempts, isOfIntervention: session.interventionId === interventionId }
}

it('says that the known key was shown but not proven, and where', async () => {
  for (const probe of [{ kind: 'port-open' }, { kind: 'nothing' }, { kind: 'key', blob: rescueKey }] as const) {
    expect(await endOfSession({ probe })).toMatchObject({
      phase: { kind: 'failed', error: { code: 'known-key-unproven', data: { host: 'web.example.net' } } },
      attempts: 1,
      isOfIntervention: true,
    })
    home.remove()
    home = createHome()
  }
})

it('says that the lines are still aside when they go back by hand only', async () => {
  const end = await endOfSession({ probe: { kind: 'key', blob: knownKey }, restoreAutomatically: false })
  expect(end).toMatchObject({ phase: { kind: 'failed', error: { code: 'known-key-aside' } }, attempts: 1, isOfIntervention: true })
})

it('goes on by itself once the lines are back', async () => {
  const end = await endOfSession({ probe: { kind: 'key', blob: knownKey } })
  expect(end).toMatchObject({ phase: { kind: 'cancelled' }, attempts: 2 })
})

it('answers as another user in a new attempt, asks that one after a refusal, and forgets the user when connected anew', async () => {
  const { interventions } = createService(home.dataDir)
  const tried: [user: string, answer: CredentialAnswer][] = []
  const terminals = createTerminalSessions({
    interventions,
    clock: createFakeClock(),
    log: { info() {}, error() {} },
    isRescueKey: () => false,
    readKnownHosts: async () => [],
    async connect({ user }: ConnectTarget, { credentials }: ConnectOptions) {
      for (;;) {
        const plain = { methods: ['password' as const], keyFiles: [], prompts: [], instruction: '', banner: '', quarantine: true }
        const answer = await credentials.ask({ kind: 'choose', user, ...plain })
        if (answer.kind === 'cancel') return { kind: 'cancelled' }
        tried.push([user, answer])
      }
    },
    onDidSignIn: async () => undefined,
    onDidJudge() {},
  })
  const { host, port } = targetIn(home)
  const id = terminals.open(
    {
      name: 'web',
      text: host,
      practice: false,
      resolve: async () => ({
        ...{ typed: host, host, port, userFiles: [], systemFiles: [], user: 'alice', strict: 'ask', checkHostIp: false },
        ...{ hashKnownHosts: false, identityFiles: [], identitiesOnly: false, notes: [] },
      }),
    },
    { cols: 80, rows: 24 },
  )
  const asked = (user: string, before?: string) =>
    vi.waitFor(() => {
      const { phase } = terminals.list()[0]!
      if (phase.kind !== 'needs-credentials' || phase.request.user !== user || phase.request.id === before) throw new Error('not asked')
      return phase.request.id
    })
  const [right, wrong] = [
    { kind: 'password', password: 'right' },
    { kind: 'password', password: 'wrong' },
  ] as const
  const first = await asked('alice')
  terminals.authenticate(id, first, wrong, 'root')
  const second = await asked('root')
  expect(tried).toEqual([['root', wrong]])
  expect(terminals.list()[0]!.user).toBe('root')
  expect(() => terminals.authenticate(id, first, right)).toThrow('wrong-state')
  terminals.authenticate(id, second, right, 'root')
  const third = await asked('root', second)
  expect(tried).toEqual([
    ['root', wrong],
    ['root', right],
  ])
  terminals.authenticate(id, third, { kind: 'cancel' }, 'alice')
  await vi.waitFor(() => expect(terminals.list()[0]!.phase.kind).toBe('cancelled'))
  terminals.reconnect(id)
  await asked('alice')
  terminals.dispose()
  await interventions.dispose()
})
