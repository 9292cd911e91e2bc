/** What may be answered when the provider publishes another key than the one that is shown, and when an open rescue shows another. */
import { expect, test } from 'vitest'
import { answerHostKey, type GuidedFix } from '../../../electron/cli/guided-fix.js'
import { createStyle } from '../../../electron/cli/output.js'
import { en } from '../../../electron/cli/texts.en.js'
import { AppError } from '../../../shared/errors.js'
import type { HostKeyQuestion } from '../../../shared/terminal-session.js'

const question = {
  id: 'q1',
  verdict: 'unknown',
  authorityOnly: false,
  entries: [],
  systemEntries: [],
  adminCommands: [],
  presented: { type: 'ssh-ed25519', publicKey: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:a', randomart: '' },
} as unknown as HostKeyQuestion

/**
 * A core whose provider tells of another key: while the question is read, or (`isLate`) when it has been answered already.
 * `rescueKey`: of an open rescue, whose key or another is shown; its provider publishes nothing. `trusts`: instead of the core's answer.
 * @returns what was done, and every menu as it was shown.
 */
async function answer(lines: string[], o: { isLate?: boolean; rescueKey?: string; signal?: AbortSignal; trusts?(): Promise<void> } = {}) {
  const { isLate = false, rescueKey } = o
  const done: string[] = []
  const told: string[] = []
  const asked = rescueKey ? { ...question, verdict: 'changed' as const, interventionId: 'i1' } : question
  let published: HostKeyQuestion['published'] = rescueKey
    ? undefined
    : ({ result: isLate ? 'verified' : 'asking', provider: 'hetzner-robot' } as never)
  const tellOther = () => {
    published = { result: 'differs', provider: 'hetzner-robot' }
  }
  const result = await answerHostKey({
    question: asked,
    signal: o.signal ?? new AbortController().signal,
    session: { id: 's1', host: 'db', port: 22 },
    app: {
      settings: { get: () => ({ rescueTtlHours: 24 }) },
      interventions: { list: () => [{ id: 'i1', rescueKey: { fingerprint: rescueKey } }] },
      terminals: {
        disconnect: () => done.push('disconnect'),
        acceptThirdKey: async () => void done.push('accept'),
        async trust() {
          if (o.trusts) return o.trusts()
          if (isLate && published?.result === 'verified') tellOther()
          if (published) throw new AppError('published-key-differs', { host: 'db' })
          done.push('trust')
        },
        list: () => [{ id: 's1', phase: { kind: 'host-key', question: { ...asked, published } } }],
        onDidChange(listener: () => void) {
          if (!isLate)
            setImmediate(() => {
              tellOther()
              listener()
            })
          return () => {}
        },
        compare(_: string, text: string) {
          if (text !== 'SHA256:a') return 'no-match'
          published = undefined
          return 'match'
        },
      },
    },
    console: { isInteractive: true, ask: async () => lines.shift() ?? '' },
    output: { texts: en, style: createStyle(false), tell: (text: string) => told.push(text), document() {} },
  } as unknown as GuidedFix)
  return { result, done, told: told.join('\n'), menus: told.filter((text) => /^ {2}\d {2}/.test(text)) }
}

test('nothing but leaving and comparing is offered, and leaving is the default', async () => {
  expect(await answer([''])).toMatchObject({
    result: 10,
    done: ['disconnect'],
    menus: [`  1  ${en.hostKey.disconnect}`, `  2  ${en.hostKey.compare}`],
  })
})

test('a fingerprint that does not fit changes nothing, that of the key itself offers the rest', async () => {
  const { result, done, menus } = await answer(['2', 'SHA256:other', '2', 'SHA256:a', '1'])
  expect({ result, done }).toEqual({ result: undefined, done: ['trust'] })
  const all = [en.hostKey.trustOnce, en.hostKey.untilLeft({ hours: 24 }), en.hostKey.disconnect, en.hostKey.compare]
  expect(menus.slice(4)).toEqual(all.map((text, index) => `  ${index + 1}  ${text}`))
})

test('what the core refuses because the provider told late is said, and offered no more', async () => {
  const { result, done, menus } = await answer(['1', ''], { isLate: true })
  expect({ result, done }).toEqual({ result: 10, done: ['disconnect'] })
  expect(menus.slice(-2)).toEqual([`  1  ${en.hostKey.disconnect}`, `  2  ${en.hostKey.compare}`])
})

test('a third key of an open rescue is an alarm, and offered as a new start once it was compared', async () => {
  const compared = await answer(['2', 'SHA256:a', '1'], { rescueKey: 'SHA256:rescue' })
  expect(compared).toMatchObject({ result: undefined, done: ['accept'] })
  expect(compared.told).toContain(en.hostKey.thirdTitle)
  expect(compared.menus.slice(0, 3)).toEqual([
    `  1  ${en.hostKey.disconnect}`,
    `  2  ${en.hostKey.compare}`,
    `  1  ${en.hostKey.acceptThird}`,
  ])
})

test('the rescue key past its end is called so, and accepted anew without a comparison', async () => {
  const { result, done, told, menus } = await answer(['1'], { rescueKey: 'SHA256:a' })
  expect({ result, done }).toEqual({ result: undefined, done: ['accept'] })
  expect(told).toContain(en.hostKey.expired.title)
  expect(told).not.toContain(en.hostKey.thirdTitle)
  expect(menus[0]).toBe(`  1  ${en.hostKey.expired.accept({ hours: 24 })}`)
})

test('^C takes back an answer that waits for the provider', async () => {
  const interrupt = new AbortController()
  const waits = () => new Promise<void>(() => setImmediate(() => interrupt.abort()))
  const answered = answer(['1'], { isLate: true, signal: interrupt.signal, trusts: waits })
  await expect(answered).rejects.toMatchObject({ code: 'interrupted' })
})
