/** What may be answered when the provider publishes another key than the one that is shown. */
import { expect, test } from 'vitest'
import { answerHostKey, type GuidedFix } from '../../../electron/cli/guided-fix.js'
import { createStyle } from '../../../electron/cli/output.js'
import { en } from '../../../electron/cli/texts.en.js'
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

/** @returns what was done, and every menu as it was shown. */
async function answer(lines: string[]) {
  const done: string[] = []
  const told: string[] = []
  const result = await answerHostKey({
    question,
    session: { id: 's1', host: 'db', port: 22 },
    app: {
      settings: { get: () => ({ rescueTtlHours: 24 }) },
      terminals: {
        disconnect: () => done.push('disconnect'),
        trust: async () => done.push('trust'),
        compare: (_: string, text: string) => (text === 'SHA256:a' ? 'match' : 'no-match'),
      },
    },
    console: { isInteractive: true, ask: async () => lines.shift() ?? '' },
    output: { texts: en, style: createStyle(false), tell: (text: string) => told.push(text) },
    compareKey: async () => 'differs',
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
