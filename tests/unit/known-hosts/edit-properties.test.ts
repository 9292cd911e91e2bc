import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EditContext, type EditPlan, invert, planReplace, planSetAside } from '../../../electron/known-hosts/edit-plan.js'
import { hashName } from '../../../electron/known-hosts/sha1.js'
import { judgeHostKey, type KnownHostsContent, makeQuery } from '../../../electron/known-hosts/verdict.js'
import { ecdsa, ed25519, keyText, rsa } from './keys.js'

const keys = [ed25519(), ed25519(), rsa(), ecdsa()]
const rescue = ed25519()

const hashed = (name: string) => hashName(name, Buffer.alloc(20, name.length))
const names = fc.constantFrom(
  'host',
  'HOST',
  'other',
  'host,other',
  'a,host,b',
  '[host]:2222',
  '[host]:2222,other',
  'h*',
  '*',
  'host,!host',
  '*,!other',
  '192.0.2.1',
  'host,192.0.2.1',
  hashed('host'),
  hashed('other'),
  hashed('[host]:2222'),
  'unrelated',
)
const key = fc.constantFrom(...keys, ...keys, rescue).map(keyText)
const entry = fc
  .tuple(
    fc.constantFrom('', '', '', '', ' ', '#', '# ', '@revoked ', '@cert-authority ', '#rescueterm:zz '),
    names,
    fc.constantFrom(' ', '\t'),
    key,
    fc.constantFrom('', ' c', ' caf\xe9', '\0x'),
  )
  .map((parts) => parts.join(''))
const noise = fc.oneof(
  fc.constantFrom('', '# comment', '# RescueTerm is nice', '#rescueterm:', '#rescueterm:zz', '#rescueterm:zz ', '\r', 'garbage'),
  fc.array(fc.nat(255), { maxLength: 12 }).map((codes) => Buffer.from(codes.filter((code) => code !== 10)).toString('latin1')),
)
const line = fc.oneof({ weight: 3, arbitrary: entry }, { weight: 1, arbitrary: noise })
const content = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\n', '\r\n')), { maxLength: 9 }), fc.boolean())
  .map(([lines, cut]) => {
    const text = lines.map((pair) => pair.join('')).join('')
    return Buffer.from(cut ? text.replace(/\r?\n$/, '') : text, 'latin1')
  })
const queries = fc.constantFrom(
  makeQuery('host', 22),
  makeQuery('host', 2222),
  makeQuery('other', 22),
  makeQuery('host', 22, { address: '192.0.2.1' }),
)
const asFiles = (contents: readonly Buffer[]): KnownHostsContent[] =>
  contents.map((bytes, index) => ({ path: `file${index}`, system: index === 2, bytes }))

describe('a plan and its inverse', () => {
  test('set aside: arbitrary files come back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 3 }), queries, fc.boolean(), (contents, query, alsoWrite) => {
        const files = asFiles(contents)
        const plan = planSetAside(files, context('aa', query), { alsoWrite, writeTo: 'file0' })
        for (const file of plan.files) {
          expect(file.path).not.toBe('file2')
          expect(file.after.at(-1)).toBe(10)
          const back = invert(file.after, 'aa', file.edits)
          expect(back.attention).toEqual([])
          // The newline supplied stays while marks of another intervention are in the file.
          const others = /^#rescueterm:/m.test(file.before.toString('latin1')) && file.before.at(-1) !== 10
          const options = [file.before, ...(others ? [Buffer.concat([file.before, Buffer.from('\n')])] : [])].map((bytes) =>
            bytes.toString('latin1'),
          )
          expect(options).toContain(back.after.toString('latin1'))
          expect(invert(file.after, 'other', []).after.equals(file.after)).toBe(true)
        }
        if (plan.files.length > 0) {
          const now = files.map((file) => ({ ...file, bytes: plan.files.find((item) => item.path === file.path)?.after ?? file.bytes }))
          const verdict = judgeHostKey(
            now.filter((file) => !file.system),
            query,
            rescue,
          )
          expect(['match', 'unknown', 'revoked']).toContain(verdict.kind)
          if (alsoWrite && verdict.kind !== 'revoked') expect(verdict.kind).toBe('match')
        }
      }),
      { numRuns: 1500 },
    )
  })

  test('replace: arbitrary files come back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 3 }), queries, fc.boolean(), (contents, query, hashNew) => {
        const files = asFiles(contents)
        const plan = planReplace(files, { ...context('aa', query), hashNew }, { writeTo: 'file0' })
        for (const file of plan.files) {
          const back = invert(file.after, 'aa', file.edits)
          expect(back.attention).toEqual([])
          expect(back.after.toString('latin1')).toBe(file.before.toString('latin1'))
        }
        const now = files.map((file) => ({ ...file, bytes: plan.files.find((item) => item.path === file.path)?.after ?? file.bytes }))
        const verdict = judgeHostKey(now, query, rescue)
        // Only the system file can still be in the way (of the address).
        expect(
          verdict.kind === 'changed' ? verdict.entries.every((entry) => entry.system) : ['match', 'revoked'].includes(verdict.kind),
        ).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})

function context(id: string, query = makeQuery('host', 22)): EditContext {
  return { query, presented: rescue, id, date: '2026-11-24', hashNew: false }
}

/** What the file says without anything of ours, told independently of the code under test. */
const strip = (text: string) =>
  text
    .split('\n')
    .filter((item) => !item.startsWith('# RescueTerm 2026') && !/ rescueterm:(aa|bb)\r?$/.test(item))
    .map((item) => item.replace(/^(#rescueterm:(aa|bb) )+/, ''))

describe('two interventions among foreign edits', () => {
  const operation = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom('toggle-aa' as const, 'toggle-bb' as const), at: fc.nat(), line: fc.constant('') }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom('append' as const, 'insert' as const, 'delete' as const, 'edit' as const, 'own' as const, 'move' as const),
        at: fc.nat(),
        line,
      }),
    },
  )

  test('lose nothing that is not their own, in any order', () => {
    fc.assert(
      fc.property(content, fc.array(operation, { maxLength: 14 }), (start, operations) => {
        let text = start.toString('latin1')
        let suppliesNewline = false
        const open = new Map<string, EditPlan>()
        const toggle = (id: 'aa' | 'bb') => {
          const before = text
          const plan = open.get(id)
          if (plan) {
            open.delete(id)
            const edits = plan.files[0]?.edits
            if (!edits) return
            const back = invert(Buffer.from(text, 'latin1'), id, edits)
            text = back.after.toString('latin1')
            const edited = back.attention.filter((item) => item.reason === 'edited')
            // A mark stays only on lines that are reported.
            const left = text.split('\n').filter((item) => new RegExp(`^(#rescueterm:\\w+ )*#rescueterm:${id} `).test(item))
            if (edited.length === 0)
              expect(
                left.filter((item) => edits.some((edit) => edit.kind === 'mark' && item.endsWith(edit.original.toString('latin1')))),
              ).toEqual([])
            for (const item of edited) expect(item.current?.toString('latin1')).toBe(text.split('\n')[item.line! - 1]!.replace(/\r$/, ''))
          } else {
            const query = makeQuery(id === 'aa' ? 'host' : 'other', 22)
            const next = planSetAside([{ path: 'f', system: false, bytes: Buffer.from(text, 'latin1') }], context(id, query), {
              alsoWrite: id === 'bb',
              writeTo: 'f',
            })
            open.set(id, next)
            suppliesNewline ||= text !== '' && !text.endsWith('\n')
            text = next.files[0]?.after.toString('latin1') ?? text
          }
          const lines = (value: string) => strip(value).filter((item, index, all) => item !== '' || index < all.length - 1)
          const [now, then] = [lines(text), lines(before)]
          // A supplied newline that goes again takes an emptied last line with it: see the test below.
          if (suppliesNewline && then.at(-1) === '' && now.length < then.length) then.pop()
          expect(now).toEqual(then)
        }
        for (const { kind, at, line } of operations) {
          if (kind === 'toggle-aa' || kind === 'toggle-bb') {
            toggle(kind === 'toggle-aa' ? 'aa' : 'bb')
            continue
          }
          const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
          const index = lines.length === 0 ? 0 : at % lines.length
          if (kind === 'append') lines.push(line)
          else if (kind === 'insert') lines.splice(index, 0, line)
          else if (lines.length === 0) continue
          else if (kind === 'delete') lines.splice(index, 1)
          else if (kind === 'edit') lines[index] += 'x'
          else if (kind === 'own') lines[index] = lines[index]!.replace(/^#rescueterm:\w+ /, '')
          else lines.push(...lines.splice(index, 1))
          text = lines.map((item) => `${item}\n`).join('')
        }
        for (const id of [...open.keys()]) toggle(id as 'aa' | 'bb')
      }),
      { numRuns: 3000 },
    )
  })

  test('a last line that its owner emptied is what it would be without us', () => {
    const known = `host ${keyText(keys[0]!)}\n`
    const plan = planSetAside([{ path: 'f', system: false, bytes: Buffer.from(`${known}#rescueterm:zz `) }], context('aa'), {
      alsoWrite: false,
      writeTo: 'f',
    })
    const { after, edits } = plan.files[0]!
    const emptied = Buffer.from(after.toString('latin1').replace('#rescueterm:zz ', ''), 'latin1')
    expect(invert(emptied, 'aa', edits).after.toString('latin1')).toBe(known)
  })
})
