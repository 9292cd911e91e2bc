/** What may be answered when the provider publishes another key than the one that is shown. */
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
 * @returns what was done, and every menu as it was shown.
 */
async function answer(lines: string[], { isLate = false } = {}) {
  const done: string[] = []
  const told: string[] = []
  let published: HostKeyQuestion['published'] = { result: isLate ? 'verified' : 'asking', provider: 'hetzner-robot' } as never
  const tellOther = () => {
    published = { result: 'differs', provider: 'hetzner-robot' }
  }
  const result = await answerHostKey({
    question,
    signal: new AbortController().signal,
    session: { id: 's1', host: 'db', port: 22 },
    app: {
      settings: { get: () => ({ rescueTtlHours: 24 }) },
      terminals: {
        disconnect: () => done.push('disconnect'),
        async trust() {
          if (isLate && published?.result === 'verified') tellOther()
          if (published) throw new AppError('published-key-differs', { host: 'db' })
          done.push('trust')
        },
        list: () => [{ id: 's1', phase: { kind: 'host-key', question: { ...question, published } } }],
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
  return { result, done, menus: told.filter((text) => /^ {2}\d {2}/.test(text)) }
}

test('nothing but leaving and comparing is offered, and leaving is the default', async () => {
  expect(await answer([''])).toEqual({
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
