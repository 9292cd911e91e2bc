import { appendFileSync, copyFileSync, renameSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeQuery } from '../../../electron/known-hosts/verdict.js'
import { createHome, createService, lineFor, makeKey, sampleKnownHosts, setAside, targetIn } from '../../support/rescue-fixture.js'

// Two servers on shared and own lines, and one on a line of its own.
const hosts = ['web.example.net', '192.0.2.7', 'git.example.net']

type Step =
  | { kind: 'begin'; host: number; alsoWrite: boolean }
  | { kind: 'restore'; host: number }
  | { kind: 'append' }
  | { kind: 'rewrite' }
  | { kind: 'restart' }
  | { kind: 'replace'; host: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('begin' as const), host: fc.nat(2), alsoWrite: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('restore' as const), host: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('append' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), host: fc.nat(2) }) },
)

it('any order of interventions, replacements brought back, foreign writes and restarts ends in the original plus the foreign lines', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), fc.boolean(), async (steps, finalNewline) => {
      const content = finalNewline ? sampleKnownHosts : sampleKnownHosts.trimEnd()
      const home = createHome(content)
      const options = { settings: { watchInBackground: false } }
      let { interventions } = createService(home.dataDir, options)
      const open = new Map<number, string>()
      const foreign: string[] = []
      const target = (host: number) => targetIn(home, { host: hosts[host]!, query: makeQuery(hosts[host]!, 22) })
      try {
        for (const one of steps) {
          if (one.kind === 'begin' && !open.has(one.host))
            open.set(
              one.host,
              await setAside(interventions, target(one.host), { key: makeKey(`rescue-${one.host}`), alsoWrite: one.alsoWrite }),
            )
          if (one.kind === 'restore' && open.has(one.host)) {
            await interventions.restoreNow(open.get(one.host)!)
            open.delete(one.host)
          }
          if (one.kind === 'append') {
            // As ssh from 9.3 on: a missing final newline is supplied.
            const line = lineFor(`foreign-${foreign.length}.example.net`, `foreign-${foreign.length}`)
            appendFileSync(home.file, `${home.read().at(-1) === 10 ? '' : '\n'}${line}\n`)
            foreign.push(line)
          }
          if (one.kind === 'rewrite') {
            copyFileSync(home.file, `${home.file}.new`)
            renameSync(`${home.file}.new`, home.file)
          }
          if (one.kind === 'restart') {
            await interventions.dispose()
            interventions = createService(home.dataDir, options).interventions
            const outcomes = await interventions.resume()
            expect(outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => 'still-active'))
            expect(outcomes.map(({ id }) => id).sort()).toEqual([...open.values()].sort())
          }
          if (one.kind === 'replace' && !open.has(one.host)) {
            const before = home.read()
            const key = makeKey(`new-${one.host}`)
            const preview = await interventions.plan(target(one.host), key, 'replace', false).catch(() => undefined)
            if (!preview) continue
            const outcome = await interventions.replace(target(one.host), key, preview.digest)
            expect(outcome.kind).toBe('applied')
            await interventions.bringBack(preview.id)
            expect(home.read().equals(before)).toBe(true)
          }
        }
        for (const id of open.values()) await interventions.restoreNow(id)
        expect(interventions.list().every(({ state, summary }) => state === 'restored' && summary?.verified)).toBe(true)
        const separator = foreign.length > 0 && !finalNewline ? '\n' : ''
        expect(home.read().toString()).toBe(`${content}${separator}${foreign.map((line) => `${line}\n`).join('')}`)
      } finally {
        await interventions.dispose()
        home.remove()
      }
    }),
    { numRuns: 30 },
  )
}, 60_000)

it('a file edited at random by its owner never makes a restore throw, and what is not as left is named', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ line: fc.nat(9), edit: fc.constantFrom('drop', 'double', 'uncomment', 'change') }), { maxLength: 5 }),
      async (edits) => {
        const home = createHome()
        const { interventions } = createService(home.dataDir, { settings: { watchInBackground: false } })
        try {
          const id = await setAside(interventions, targetIn(home))
          const mark = `#rescueterm:${id} `
          let lines = home.read().toString().split('\n')
          for (const { line, edit } of edits) {
            const text = lines[line] ?? ''
            if (edit === 'drop') lines = lines.filter((_, index) => index !== line)
            if (edit === 'double') lines.splice(line, 0, text)
            if (edit === 'uncomment' && text.startsWith(mark)) lines[line] = text.slice(mark.length)
            if (edit === 'change') lines[line] = text.replace('AAAA', 'AAAB')
          }
          writeFileSync(home.file, lines.join('\n'))
          await interventions.restoreNow(id)
          for (let rounds = 0; rounds < 10 && interventions.list()[0]?.state === 'needs-attention'; rounds++)
            await interventions.settle(id, interventions.list()[0]!.attention[0]!.index, 'put-back')
          expect(interventions.list()[0]?.state).toBe('restored')
          // Every line that was set aside is in force again, whatever was done to it.
          const end = home.read().toString().split('\n')
          expect(end).toContain(lineFor('web.example.net,192.0.2.7', 'normal'))
          expect(end).toContain(`${lineFor('web.example.net', 'older')} with a comment`)
        } finally {
          await interventions.dispose()
          home.remove()
        }
      },
    ),
    { numRuns: 30 },
  )
}, 60_000)
