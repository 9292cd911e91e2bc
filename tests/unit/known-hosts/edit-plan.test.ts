import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type EditContext,
  type EditPlan,
  invert,
  planAppend,
  planReplace,
  planSetAside,
  previewEdit,
} from '../../../electron/known-hosts/edit-plan.js'
import { describeKey } from '../../../electron/known-hosts/key.js'
import { hashName } from '../../../electron/known-hosts/sha1.js'
import { judgeHostKey, type KnownHostsContent, makeQuery } from '../../../electron/known-hosts/verdict.js'
import { ecdsa, ed25519, keyText, rsa } from './keys.js'

const keys = { ed: ed25519(), ed2: ed25519(), rsa: rsa(), ec: ecdsa(), rescue: ed25519(), rescue2: ed25519() }
const fill = (text: string) =>
  text
    .replace(/\{h:([^}]+)\}/g, (_, name: string) => hashName(name, Buffer.alloc(20, name.length)))
    .replace(/\{(\w+)\}/g, (_, name: string) => keyText(keys[name as keyof typeof keys]))
const bytes = (text: string) => Buffer.from(fill(text), 'latin1')
const file = (text: string, path = 'user', system = false): KnownHostsContent => ({ path, system, bytes: bytes(text) })
const context = (o: Partial<EditContext> & { host?: string; port?: number } = {}): EditContext => ({
  query: makeQuery(o.host ?? 'host', o.port ?? 22),
  presented: keys.rescue,
  id: 'a1',
  date: '2026-11-24',
  hashNew: false,
  ...o,
})
const aside = (files: KnownHostsContent[], c = context(), alsoWrite = false) => planSetAside(files, c, { alsoWrite, writeTo: 'user' })
const after = (plan: EditPlan, path = 'user') => plan.files.find((item) => item.path === path)?.after.toString('latin1')
/** The file after an edit without its note lines. */
const body = (plan: EditPlan, path = 'user') => after(plan, path)?.replace(/^# RescueTerm .*\n/gm, '')
const undo = (current: Buffer | string, plan: EditPlan, path = 'user') =>
  invert(Buffer.from(current as string, 'latin1'), plan.id, plan.files.find((item) => item.path === path)!.edits)
const expectIdentity = (plan: EditPlan) => {
  for (const item of plan.files) {
    const back = invert(item.after, plan.id, item.edits)
    expect(back.after.toString('latin1')).toBe(item.before.toString('latin1'))
    expect(back.attention).toEqual([])
  }
}

describe('set aside', () => {
  test.each<[string, string, string]>([
    ['every type', 'host {ed}\nhost {rsa}\nhost {ec}\n', '#rescueterm:a1 host {ed}\n#rescueterm:a1 host {rsa}\n#rescueterm:a1 host {ec}\n'],
    ['other hosts stay', 'x {ed}\nhost {ed}\ny {ed}\n', 'x {ed}\n#rescueterm:a1 host {ed}\ny {ed}\n'],
    ['hashed and wildcard lines', '{h:host} {ed}\nh* {rsa}\n', '#rescueterm:a1 {h:host} {ed}\n#rescueterm:a1 h* {rsa}\n'],
    ['the presented key stays', 'host {rescue}\nhost {ed}\n', 'host {rescue}\n#rescueterm:a1 host {ed}\n'],
    [
      'marker lines stay',
      '@cert-authority host {ed}\n@revoked host {ed}\nhost {ed}\n',
      '@cert-authority host {ed}\n@revoked host {ed}\n#rescueterm:a1 host {ed}\n',
    ],
    ['unreadable lines stay', 'host AAAA\nhost {ed}#x\nhost {ed}\n', 'host AAAA\nhost {ed}#x\n#rescueterm:a1 host {ed}\n'],
    ["the owner's twins stay", '#host {ed}\n# host {ed}\nhost {ed}\n', '#host {ed}\n# host {ed}\n#rescueterm:a1 host {ed}\n'],
    ['blanks and foreign bytes stay', ' \thost \t{ed}  caf\xe9 \n', '#rescueterm:a1  \thost \t{ed}  caf\xe9 \n'],
    ['CRLF stays', 'x {ed}\r\nhost {ed}\r\n', 'x {ed}\r\n#rescueterm:a1 host {ed}\r\n'],
    ['the final newline is supplied', 'host {ed}\nx {ed}', '#rescueterm:a1 host {ed}\nx {ed}\n'],
  ])('%s', (_, before, expected) => {
    const plan = aside([file(before)])
    expect(body(plan)?.replace(/^# RescueTerm .*\r\n/gm, '')).toBe(fill(expected))
    expect(judgeHostKey([{ path: 'user', system: false, bytes: plan.files[0]!.after }], makeQuery('host', 22), keys.rescue).kind).toMatch(
      /match|unknown/,
    )
    expectIdentity(plan)
  })

  test('one note above the first line of each file, in ASCII, in the style of the file', () => {
    const plan = aside([file('x {ed}\r\nhost {ed}\r\nhost {rsa}\r\n'), file('host {ec}\n', 'second')])
    const notes = plan.files.map((item) =>
      item.after
        .toString('latin1')
        .split('\n')
        .filter((line) => line.startsWith('# RescueTerm')),
    )
    expect(notes.map((list) => list.length)).toEqual([1, 1])
    expect(notes[0]![0]).toMatch(/^# RescueTerm 2026-11-24: lines that start with "#rescueterm:a1 " .* To undo by hand, [\x20-\x7e]*\.\r$/)
    expect(notes[1]![0]).not.toContain('\r')
    expect(plan.files[0]!.after.toString('latin1').split('\n')[1]).toBe(notes[0]![0])
  })

  test('undone by hand as the note says', () => {
    const plan = aside([file('x {ed}\nhost {ed}\nhost {rsa}\n')], context(), true)
    const byHand = after(plan)!
      .split('\n')
      .filter((line) => !line.startsWith('# RescueTerm') && !line.endsWith(' rescueterm:a1'))
      .map((line) => line.replace('#rescueterm:a1 ', ''))
      .join('\n')
    expect(byHand).toBe(fill('x {ed}\nhost {ed}\nhost {rsa}\n'))
  })

  test('all user files, never system files', () => {
    const files = [file('host {ed}\n'), file('host {rsa}\n', 'second'), file('host {ed}\n', 'system', true)]
    const plan = aside(files)
    expect(plan.files.map((item) => item.path)).toEqual(['user', 'second'])
    expect(aside([file('host {ed}\n', 'system', true), file('x {ed}\n')], context(), true).files).toEqual([])
  })

  test('the port form only; lines under the bare name stay', () => {
    expect(body(aside([file('host {ed}\n[host]:2222 {ed}\n')], context({ port: 2222 })))).toBe(
      fill('host {ed}\n#rescueterm:a1 [host]:2222 {ed}\n'),
    )
  })

  test('lines in the way under the address', () => {
    const query = makeQuery('host', 22, { address: '192.0.2.1' })
    const plan = aside([file('host {ed}\n192.0.2.1 {ed}\n{h:192.0.2.1} {rsa}\n')], context({ query }), true)
    expect(
      body(plan)
        ?.split('\n')
        .slice(0, 3)
        .every((line) => line.startsWith('#rescueterm:a1 ')),
    ).toBe(true)
    expectIdentity(plan)
  })

  test('names who else loses the line', () => {
    const plan = aside([file('host,other,third {ed}\nh* {rsa}\nhost,*.net {ec}\nhost {ed2}\n')])
    expect(plan.sharedWith).toEqual([
      { file: 'user', line: 1, names: ['other', 'third'], pattern: false },
      { file: 'user', line: 2, names: [], pattern: true },
      { file: 'user', line: 3, names: [], pattern: true },
    ])
  })

  test('the same input gives the same digest; other bytes, paths or options another', () => {
    const digest = (text: string, c = context(), alsoWrite = true) => aside([file(text)], c, alsoWrite).digest
    expect(digest('{h:host} {ed}\n')).toBe(digest('{h:host} {ed}\n'))
    const others = [
      digest('{h:host} {ed}\n\n'),
      digest('{h:host} {ed}\n', context({ id: 'b2' })),
      digest('{h:host} {ed}\n', context(), false),
      planSetAside([file('{h:host} {ed}\n', 'elsewhere')], context(), { alsoWrite: true, writeTo: 'elsewhere' }).digest,
    ]
    expect(new Set([...others, digest('{h:host} {ed}\n')]).size).toBe(5)
  })
})

describe('the rescue key as an active line', () => {
  const written = (before: string, c = context()) => {
    const plan = aside([file(before)], c, true)
    expectIdentity(plan)
    const lines = after(plan)!.split('\n')
    expect(lines.pop()).toBe('')
    const verdict = judgeHostKey([{ path: 'user', system: false, bytes: plan.files[0]!.after }], c.query, c.presented)
    return { last: lines.pop()!, verdict: verdict.kind }
  }
  test('plain, port form and hashed, as the lines it stands for', () => {
    expect(written('host {ed}\n')).toEqual({ last: fill('host {rescue} rescueterm:a1'), verdict: 'match' })
    expect(written('[host]:2222 {ed}\n', context({ port: 2222 })).last).toBe(fill('[host]:2222 {rescue} rescueterm:a1'))
    const hashed = written('{h:host} {ed}\n')
    expect(hashed.verdict).toBe('match')
    expect(hashed.last).toMatch(/^\|1\|.{28}\|.{28} ssh-ed25519 \S+ rescueterm:a1$/)
  })
  test('after an unterminated last line, and in CRLF files', () => {
    expect(written('x {ed}\nhost {ed}').verdict).toBe('match')
    expect(written('host {ed}\r\nx {ed}').last).toBe(fill('host {rescue} rescueterm:a1\r'))
  })
  test('into a file that does not exist yet', () => {
    const plan = planSetAside([file('host {ed}\n', 'second')], context(), { alsoWrite: true, writeTo: 'user' })
    expect(plan.files.map((item) => [item.path, item.existed])).toEqual([
      ['second', true],
      ['user', false],
    ])
    expect(body(plan)).toBe(fill('host {rescue} rescueterm:a1\n'))
    expectIdentity(plan)
  })
  test.each(['a*b', 'h?', 'a@b', '[x]', 'a|b', "a'b", 'a"b', 'a\\b', 'a#b', 'a,b', 'a b', '!a'])('never for the name %s', (name) => {
    const query = { lookupName: name }
    expect(planAppend([file('')], context({ query }), { writeTo: 'user' }).files).toEqual([])
    const plan = planSetAside([file('* {ed}\n')], context({ query }), { alsoWrite: true, writeTo: 'user' })
    expect(after(plan)).not.toContain(keyText(keys.rescue))
  })
  test('is taken out again after ssh-keygen -H hashed it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'rescueterm-plan-'))
    try {
      const plan = aside([file('x {ed}\nhost {ed}\n')], context(), true)
      const path = join(dir, 'known_hosts')
      writeFileSync(path, plan.files[0]!.after)
      execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'ignore' })
      const back = undo(readFileSync(path), plan)
      expect(back.attention).toEqual([])
      expect(back.after.toString()).not.toContain(keyText(keys.rescue))
      expect(back.after.toString()).toContain(`\n${fill('host {ed}')}\n`)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})

describe('the way back keeps what others wrote', () => {
  const before = 'x {ed}\nhost {ed}\nhost,b {rsa}\ny {ed}'
  const plan = aside([file(before)], context(), true)
  const text = after(plan)!
  test('lines appended meanwhile', () => {
    expect(undo(`${text}${fill('new {ec}\n')}`, plan).after.toString('latin1')).toBe(`${fill(before)}\n${fill('new {ec}\n')}`)
  })
  test('sorted lines, and marks in another order', () => {
    const back = undo(text.split('\n').reverse().join('\n'), plan)
    expect(back.restored).toBe(2)
    expect(back.after.toString('latin1').split('\n').filter(Boolean).sort()).toEqual(fill(before).split('\n').sort())
  })
  test('line ends converted to CRLF', () => {
    expect(undo(text.replaceAll('\n', '\r\n'), plan).after.toString('latin1')).toBe(`${fill(before).replaceAll('\n', '\r\n')}\r\n`)
  })
  test('a line its owner put back', () => {
    const back = undo(text.replace('#rescueterm:a1 host ', 'host '), plan)
    expect(back).toMatchObject({ restored: 1, attention: [] })
    expect(back.after.toString('latin1')).toBe(fill(before))
  })
  test('an edited line is left and shown', () => {
    const edited = text.replace('#rescueterm:a1 host,b ', '#rescueterm:a1 host,c ')
    const back = undo(edited, plan)
    const index = plan.files[0]!.edits.findIndex((edit) => edit.original.toString().startsWith('host,b'))
    expect(back.restored).toBe(1)
    expect(back.attention).toEqual([{ index, reason: 'edited', line: 3, current: bytes('#rescueterm:a1 host,c {rsa}') }])
    expect(back.after.toString('latin1').split('\n')[2]).toBe(fill('#rescueterm:a1 host,c {rsa}'))
  })
  test('a deleted line is reported', () => {
    const back = undo(text.replace(/#rescueterm:a1 host,b.*\n/, ''), plan)
    expect(back.attention).toMatchObject([{ reason: 'gone' }])
    expect(back.attention[0]).not.toHaveProperty('line')
  })
  test('an emptied file: everything is gone, nothing invented', () => {
    const back = undo('', plan)
    expect(back.after.length).toBe(0)
    expect(back.attention.map((item) => item.reason)).toEqual(['gone', 'gone'])
  })
  test('large files with many equal lines take no longer than their size', () => {
    const many = Buffer.concat([bytes('\n'.repeat(100_000)), Buffer.from(text, 'latin1')])
    const start = performance.now()
    const back = undo(many.toString('latin1').replace(/#rescueterm:a1 host,b.*\n/, ''), plan)
    expect(back.attention).toHaveLength(1)
    aside([{ path: 'user', system: false, bytes: many }])
    expect(performance.now() - start).toBeLessThan(3000)
  })
  test('a second run finds nothing to do', () => {
    const once = undo(text, plan)
    const twice = undo(once.after, plan)
    expect(twice).toMatchObject({ restored: 0, attention: [] })
    expect(twice.after.equals(once.after)).toBe(true)
  })
  test('without the record, the marks alone are enough', () => {
    const back = invert(Buffer.from(text, 'latin1'), 'a1', [])
    expect(back.restored).toBe(2)
    expect(back.after.toString('latin1')).toBe(`${fill(before)}\n`)
    expect(invert(Buffer.from(text, 'latin1'), 'zz', []).after.toString('latin1')).toBe(text)
  })
})

describe('two interventions on one line', () => {
  const before = 'x {ed}\nhost,other {ed}\n[host]:2222,other {rsa}'
  const apply = (text: Buffer, c: EditContext, alsoWrite = true) => aside([{ path: 'user', system: false, bytes: text }], c, alsoWrite)
  const a = context({ id: 'aa', host: 'host' })
  const b = context({ id: 'bb', host: 'other', presented: keys.rescue2 })
  const first = apply(bytes(before), a)
  const second = apply(first.files[0]!.after, b)
  const both = second.files[0]!.after

  test('the second mark stands beside the first', () => {
    expect(both.toString('latin1')).toContain(fill('\n#rescueterm:bb #rescueterm:aa host,other {ed}\n'))
    expect(both.toString('latin1')).toContain(fill('\n#rescueterm:bb [host]:2222,other {rsa}\n'))
  })
  test('ending the first keeps the line aside for the second', () => {
    const back = undo(both, first)
    expect(back.after.toString('latin1')).toContain(fill('\n#rescueterm:bb host,other {ed}\n'))
    expect(back.after.toString('latin1').endsWith('\n')).toBe(true)
    expect(judgeHostKey([{ path: 'user', system: false, bytes: back.after }], b.query, keys.rescue2).kind).toBe('match')
    expect(undo(back.after, second).after.toString('latin1')).toBe(fill(before))
  })
  test('ending the second first', () => {
    const back = undo(both, second)
    expect(back.after.toString('latin1')).toBe(first.files[0]!.after.toString('latin1'))
    expect(undo(back.after, first).after.toString('latin1')).toBe(fill(before))
  })
  test('three, in every order', () => {
    const c = context({ id: 'cc', host: 'host', port: 2222 })
    const third = apply(both, c, false)
    const plans = [first, second, third]
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      let current = third.files[0]!.after
      for (const index of order) current = undo(current, plans[index]!).after
      expect(current.toString('latin1')).toBe(fill(before))
    }
  })
  test('the supplied newline stays if ssh wrote on meanwhile', () => {
    const grown = Buffer.concat([first.files[0]!.after, bytes('late {ec}\n')])
    const plan = apply(grown, b)
    const back = undo(undo(plan.files[0]!.after, first).after, plan)
    expect(back.after.toString('latin1')).toBe(fill(`${before}\nlate {ec}\n`))
  })
})

describe('replace', () => {
  const replace = (text: string, c = context()) => planReplace([file(text)], c, { writeTo: 'user' })
  test('a twin of the changed line, there before, is not the one that is changed back', () => {
    expectIdentity(replace('x {ed}\nx,host {ed}\n'))
    expectIdentity(replace('x,host {ed}\nx {ed}\n'))
    expectIdentity(replace('host {rsa}\nx {ed}\nx,host {ed}\nx {ed}\n'))
  })
  test.each<[string, string, string]>([
    ['lines of this name only go', 'host {ed}\nx {ed}\n{h:host} {rsa}\n', 'x {ed}\nhost {rescue}\n'],
    ['other names keep their line', 'a,HOST,b {ed} c\n', 'a,b {ed} c\nhost {rescue}\n'],
    ['a pattern line is told to leave the name out', 'h*,x {ed}\n', 'h*,x,!host {ed}\nhost {rescue}\n'],
    ['both at once', 'host,h*,!hx {ed}\n', 'h*,!hx,!host {ed}\nhost {rescue}\n'],
    ['names left without a positive one go', 'host,!x {ed}\n', 'host {rescue}\n'],
    [
      'markers and comments stay',
      '@cert-authority host {ed}\n#host {ed}\nhost {ed}\n',
      '@cert-authority host {ed}\n#host {ed}\nhost {rescue}\n',
    ],
    ['the same key stays and is not written twice', 'host {rescue}\nhost {ed}\n', 'host {rescue}\n'],
    ['an unterminated line', 'x {ed}\nhost {ed}', 'x {ed}\nhost {rescue}\n'],
    ['after an unterminated line', 'host {ed}\nx {ed}', 'x {ed}\nhost {rescue}\n'],
    ['CRLF', 'a,host {ed}\r\nhost {ed}\r\n', 'a {ed}\r\nhost {rescue}\r\n'],
    ['a lonely unterminated line', 'host {ed}', 'host {rescue}\n'],
    ['an unterminated shared line', 'a,host {ed}', 'a {ed}\nhost {rescue}\n'],
  ])('%s', (_, before, expected) => {
    // Files with hashed lines get a hashed line; compared by meaning below.
    const plan = replace(before)
    if (!before.includes('{h:')) expect(after(plan)).toBe(fill(expected))
    expect(judgeHostKey([{ path: 'user', system: false, bytes: plan.files[0]!.after }], makeQuery('host', 22), keys.rescue).kind).toBe(
      'match',
    )
    expectIdentity(plan)
  })
  test('another host under the pattern keeps its key', () => {
    const result = { path: 'user', system: false, bytes: replace('h* {ed}\n').files[0]!.after }
    expect(judgeHostKey([result], makeQuery('hut', 22), keys.ed).kind).toBe('match')
  })
  test('hashed if the file is hashed or HashKnownHosts says so', () => {
    const last = (plan: EditPlan) => after(plan)!.trimEnd().split('\n').pop()
    expect(last(replace('host {ed}\n{h:x} {ed}\n'))).toMatch(/^\|1\|/)
    expect(last(replace('host {ed}\n', context({ hashNew: true })))).toMatch(/^\|1\|/)
  })
  test('with the address: one line for both, or two hashed ones; all come back', () => {
    const query = makeQuery('host', 22, { address: '192.0.2.1' })
    const plain = replace('host,192.0.2.1 {ed}\n192.0.2.1,z {rsa}', context({ query }))
    expect(after(plain)).toBe(fill('z {rsa}\nhost,192.0.2.1 {rescue}\n'))
    expectIdentity(plain)
    const hashed = replace('{h:host} {ed}\n{h:192.0.2.1} {ed}\nx {ed}', context({ query }))
    expect(after(hashed)!.match(/^\|1\|/gm)).toHaveLength(2)
    expectIdentity(hashed)
  })
  test('brought back beside what was written since', () => {
    const plan = replace('x {ed}\nhost {ed}\na,host {rsa}\n')
    const back = undo(`${after(plan)}${fill('late {ec}\n')}`, plan)
    expect(back.after.toString('latin1')).toBe(fill('x {ed}\nhost {ed}\na,host {rsa}\nlate {ec}\n'))
    expect(back.restored).toBe(2)
    expect(undo(back.after, plan)).toMatchObject({ restored: 0, attention: [] })
  })
  test('only a system file in the way: the new key is written, nothing else', () => {
    const plan = planReplace([file('x {ed}\n'), file('host {ed}\n', 'system', true)], context(), { writeTo: 'user' })
    expect(after(plan)).toBe(fill('x {ed}\nhost {rescue}\n'))
  })
})

describe('trust and save', () => {
  const save = (text: string | undefined, c = context()) => planAppend(text === undefined ? [] : [file(text)], c, { writeTo: 'user' })
  test('appends, also to files without final newline, empty and missing ones', () => {
    expect(after(save('x {ed}\n'))).toBe(fill('x {ed}\nhost {rescue}\n'))
    expect(after(save('x {ed}'))).toBe(fill('x {ed}\nhost {rescue}\n'))
    expect(after(save('x {ed}\r\n'))).toBe(fill('x {ed}\r\nhost {rescue}\r\n'))
    expect(after(save(''))).toBe(fill('host {rescue}\n'))
    expect(after(save(undefined))).toBe(fill('host {rescue}\n'))
    expect(save(undefined).files[0]?.existed).toBe(false)
  })
  test('is hashed in a hashed file, and ssh-keygen finds it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'rescueterm-plan-'))
    try {
      const path = join(dir, 'known_hosts')
      writeFileSync(path, after(save('{h:x} {ed}\n', context({ port: 2222 })))!)
      expect(execFileSync('ssh-keygen', ['-F', '[host]:2222', '-f', path], { encoding: 'utf8' })).toContain('found: line 2')
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
  test('does nothing for a key that is on file', () => expect(save('HOST {rescue}\n').files).toEqual([]))
})

describe('the preview', () => {
  const show = (plan: EditPlan) =>
    previewEdit(plan, {
      key: describeKey(keys.rescue),
      alsoWrite: true,
      ttlHours: 24,
      copyOf: (path) => `${path}.copy`,
      isWritable: () => true,
    })
  test('shows each change with one line of context and gaps', () => {
    const text = 'a {ed}\nb {ed}\nhost,b\xe9\x1b {ed}\nc {ed}\nd {ed}\ne {ed}\nhost {rsa}\n'
    const preview = show(aside([file(text)], context(), true))
    const rows = preview.files[0]!.rows
    expect(rows.map((row) => [row.kind, row.line])).toEqual([
      ['context', 2],
      ['insert', undefined],
      ['mark', 3],
      ['context', 4],
      ['gap', undefined],
      ['context', 6],
      ['mark', 7],
      ['insert', undefined],
    ])
    expect(rows[2]).toEqual({
      kind: 'mark',
      line: 3,
      mark: '#rescueterm:a1 ',
      before: `host,b\\xe9\\x1b ${keyText(keys.ed)}`,
      after: `#rescueterm:a1 host,b\\xe9\\x1b ${keyText(keys.ed)}`,
      keyType: 'ssh-ed25519',
    })
    expect(preview).toMatchObject({ intent: 'set-aside', id: 'a1', lines: 2, alsoWrite: true, ttlHours: 24 })
    expect(preview.files[0]).toMatchObject({ path: 'user', copy: 'user.copy', writable: true })
  })
  test('shows removals and changed name lists', () => {
    const preview = show(planReplace([file('host {ed}\na,host {rsa}\n')], context(), { writeTo: 'user' }))
    expect(preview.files[0]!.rows.map((row) => row.kind)).toEqual(['remove', 'change', 'insert'])
    expect(preview).toMatchObject({ intent: 'replace', lines: 2 })
  })
})
