/**
 * A session under an intervention that meets the known key: real journal and files, a server that shows a key and may fail to prove it.
 * Signing in as another user than the target's. And a key other than the one the provider publishes.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProbeAnswer } from '../../../electron/rescue/interventions.js'
import { createTerminalSessions, type SessionTarget } from '../../../electron/sessions/terminal-sessions.js'
import type { ResolvedTarget } from '../../../electron/ssh/config.js'
import type { ConnectOptions, ConnectTarget } from '../../../electron/ssh/connect.js'
import type { CredentialAnswer, SessionPhase } from '../../../shared/terminal-session.js'
import { createFakeClock } from '../../support/fake-clock.js'
import {
  createHome,
  createService,
  type Home,
  knownKey,
  makeKey,
  rescueKey,
  setAside,
  sha,
  targetIn,
} from '../../support/rescue-fixture.js'

let home: Home
beforeEach(() => {
  home = createHome()
})
afterEach(() => home.remove())

const targetOf = (o: Pick<ResolvedTarget, 'host' | 'port' | 'user'> & Partial<ResolvedTarget>): SessionTarget => ({
  name: 'web',
  text: o.host,
  practice: false,
  resolve: async () => ({
    ...{ typed: o.host, userFiles: [], systemFiles: [], strict: 'ask', checkHostIp: false },
    ...{ hashKnownHosts: false, identityFiles: [], identitiesOnly: false, notes: [], ...o },
  }),
})

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
    comparePublished: async () => undefined,
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
  terminals.open(targetOf({ host, port, userFiles, systemFiles, user: 'root' }), { cols: 80, rows: 24 })
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
    comparePublished: async () => undefined,
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
  const id = terminals.open(targetOf({ host, port, user: 'alice' }), { cols: 80, rows: 24 })
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

describe('a key that the provider publishes otherwise', () => {
  const third = makeKey('third')
  const line = `ssh-ed25519 ${third.toString('base64')}`

  /** A session whose question is up, and what the provider says once it is let. */
  async function asked(o: { known?: string; aside?: boolean } = {}) {
    const { interventions } = createService(home.dataDir)
    const target = targetIn(home)
    if (o.aside) await setAside(interventions, target)
    let answer = (_: 'verified' | 'differs' | undefined) => {}
    const published = new Promise<Parameters<typeof answer>[0]>((resolve) => {
      answer = resolve
    })
    let signal: AbortSignal | undefined
    const clock = createFakeClock()
    const terminals = createTerminalSessions({
      interventions,
      clock,
      log: { info() {}, error() {} },
      isRescueKey: () => false,
      async comparePublished(_host, _port, _blob, ending) {
        signal = ending
        const result = await published
        return result && { provider: 'hetzner-robot', result }
      },
      readKnownHosts: async () => [{ path: home.file, system: false, bytes: home.read() }],
      connect: async (_target: unknown, { verify }: ConnectOptions) =>
        verify(third) ? { kind: 'cancelled' } : { kind: 'host-key-refused', blob: third },
      onDidSignIn: async () => undefined,
      onDidJudge() {},
    })
    const host = o.known ?? target.host
    const { userFiles, systemFiles, port } = target
    const id = terminals.open(targetOf({ host, port, userFiles, systemFiles, user: 'root' }), { cols: 80, rows: 24 })
    const question = () => {
      const { phase } = terminals.list()[0]!
      if (phase.kind !== 'host-key') throw new Error(`no question: ${phase.kind}`)
      return phase.question
    }
    await vi.waitFor(question)
    return {
      id,
      terminals,
      clock,
      question,
      isAborted: () => signal?.aborted,
      async tell(result: 'verified' | 'differs' | undefined) {
        answer(result)
        await vi.waitFor(() => expect(question().published?.result).not.toBe('asking'))
      },
      async end() {
        terminals.dispose()
        await interventions.dispose()
      },
    }
  }
  const refused = { code: 'published-key-differs', data: { host: expect.any(String) } }

  it('is neither trusted nor put in the place of a known one', async () => {
    const unknown = await asked({ known: 'new.example.net' })
    expect(unknown.question().published).toEqual({ result: 'asking' })
    await unknown.tell('differs')
    expect(unknown.question().published).toEqual({ result: 'differs', provider: 'hetzner-robot' })
    for (const save of [true, false])
      await expect(unknown.terminals.trust(unknown.id, unknown.question().id, save)).rejects.toMatchObject(refused)
    await unknown.end()

    const before = home.read()
    const changed = await asked()
    const { id, terminals, question } = changed
    const aside = await terminals.plan(id, question().id, 'set-aside', false)
    const replace = await terminals.plan(id, question().id, 'replace', false)
    // The edit was on the screen already when the provider answered.
    await changed.tell('differs')
    await expect(terminals.setAside(id, question().id, aside.digest, false)).rejects.toMatchObject(refused)
    await expect(terminals.replace(id, question().id, replace.digest)).rejects.toMatchObject(refused)
    expect(home.read()).toEqual(before)
    await changed.end()
  })

  it('is no new start of an open rescue either', async () => {
    const { id, terminals, question, tell, end } = await asked({ aside: true })
    await tell('differs')
    await expect(terminals.acceptThirdKey(id, question().id)).rejects.toMatchObject(refused)
    await end()
  })

  it.each([undefined, 'verified'] as const)(
    'a third key is a new start once it was compared, here or by the provider (%s)',
    async (result) => {
      const { id, terminals, question, tell, end } = await asked({ aside: true })
      await tell(result)
      if (result === undefined) {
        terminals.compare(id, sha(rescueKey))
        await expect(terminals.acceptThirdKey(id, question().id)).rejects.toMatchObject({ code: 'wrong-state' })
        terminals.compare(id, sha(third))
      }
      await terminals.acceptThirdKey(id, question().id)
      await vi.waitFor(() => expect(terminals.list()[0]!.phase.kind).toBe('cancelled'))
      await end()
    },
  )

  it('is accepted once its own fingerprint was compared, and by nothing else that is typed', async () => {
    const { id, terminals, question, tell, end } = await asked({ known: 'new.example.net' })
    await tell('differs')
    for (const text of ['', 'yes', sha(rescueKey)]) terminals.compare(id, text)
    await expect(terminals.trust(id, question().id, false)).rejects.toMatchObject(refused)
    expect(terminals.compare(id, sha(third))).toBe('match')
    expect(question().published).toBeUndefined()
    await terminals.trust(id, question().id, false)
    await vi.waitFor(() => expect(terminals.list()[0]!.phase.kind).toBe('cancelled'))
    await end()
  })

  it('counts as compared also when that was done before the provider answered', async () => {
    const { id, terminals, question, tell, end } = await asked({ known: 'new.example.net' })
    terminals.compare(id, line)
    await tell('differs')
    expect(question().published).toBeUndefined()
    await end()
  })

  it('is as published, or nothing is: then the answer is the person’s', async () => {
    for (const result of ['verified', undefined] as const) {
      const { id, terminals, question, tell, end } = await asked({ known: 'new.example.net' })
      await tell(result)
      expect(question().published?.result).toBe(result)
      await terminals.trust(id, question().id, false)
      await vi.waitFor(() => expect(terminals.list()[0]!.phase.kind).toBe('cancelled'))
      await end()
    }
  })

  it('is waited for by an answer that comes before, but not for long', async () => {
    const early = await asked({ known: 'new.example.net' })
    const answer = expect(early.terminals.trust(early.id, early.question().id, false)).rejects.toMatchObject(refused)
    await early.tell('differs')
    await answer
    await early.end()

    const silent = await asked({ known: 'new.example.net' })
    const accepted = silent.terminals.trust(silent.id, silent.question().id, false)
    await silent.clock.advance(19_000)
    expect(silent.terminals.list()[0]!.phase.kind).toBe('host-key')
    await silent.clock.advance(1000)
    await accepted
    await vi.waitFor(() => expect(silent.terminals.list()[0]!.phase.kind).toBe('cancelled'))
    await silent.end()

    const left = await asked({ known: 'new.example.net' })
    const late = expect(left.terminals.trust(left.id, left.question().id, false)).rejects.toMatchObject({ code: 'wrong-state' })
    left.terminals.disconnect(left.id, left.question().id)
    await late
    await left.end()
  })

  it('is asked about no longer than the question is up', async () => {
    const { id, terminals, question, isAborted, end } = await asked()
    terminals.disconnect(id, question().id)
    expect(isAborted()).toBe(true)
    await end()
  })
})
