import { expect, it } from 'vitest'
import { makeQuery } from '../../../electron/known-hosts/verdict.js'
import { askHostKey } from '../../../electron/sessions/host-key-question.js'
import type { HostKeyQuestion } from '../../../shared/terminal-session.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { createHome, createService, rescueKey, sampleKnownHosts, targetIn } from '../../support/rescue-fixture.js'

it('accepts a key that no file knows by no answer under StrictHostKeyChecking yes', async () => {
  const home = createHome()
  const { interventions } = createService(home.dataDir)
  const target = targetIn(home, { query: makeQuery('nobody.example.net', 22), practice: true })
  const accepted: unknown[] = []
  const ask = (strict: boolean) =>
    askHostKey(
      { question: { verdict: 'unknown', strict } as Omit<HostKeyQuestion, 'id'>, blob: rescueKey, target },
      { interventions, comparePublished: async () => undefined, clock: createFakeClock(), log: { info() {}, error() {} } },
      { onDidChange() {}, onDidAccept: (by) => accepted.push(by) },
    )
  const { digest } = await ask(false).plan('set-aside', false)
  for (const refused of [
    ask(true).trust(false),
    ask(true).trust(true),
    ask(true).plan('set-aside', false),
    ask(true).setAside(digest, false),
  ])
    await expect(refused).rejects.toMatchObject({ code: 'strict-unknown' })
  expect(accepted).toEqual([])
  expect(await ask(false).setAside(digest, false)).toMatchObject({ kind: 'applied' })
  expect(accepted).toEqual([{ interventionId: expect.any(String) }])
  expect(home.read().toString()).toBe(sampleKnownHosts)
  await interventions.dispose()
  home.remove()
})
