import { describe, expect, it } from 'vitest'
import {
  affectedLines,
  consoleCommand,
  countRows,
  isOnlySystem,
  questionPage,
  typeName,
} from '../../../../renderer/host-key/question-page.js'
import type { DiffRow } from '../../../../shared/edit-preview.js'
import type { KnownEntry } from '../../../../shared/host-key.js'
import type { HostKeyQuestion } from '../../../../shared/terminal-session.js'

const entry = (o: Partial<KnownEntry> = {}): KnownEntry => ({
  file: '/home/ada/.ssh/known_hosts',
  line: 1,
  type: 'ssh-ed25519',
  fingerprint: 'SHA256:a',
  otherNames: [],
  pattern: false,
  system: false,
  ...o,
})
const own = entry()
const system = entry({ file: '/etc/ssh/ssh_known_hosts', system: true })
const asked = (o: Partial<HostKeyQuestion> = {}) =>
  ({ verdict: 'changed', authorityOnly: false, entries: [own], systemEntries: [], ...o }) as HostKeyQuestion

describe('the page of a question', () => {
  it.each([
    [asked(), undefined, 'changed'],
    [asked({ verdict: 'other-type' }), undefined, 'changed'],
    [asked(), 'set-aside', 'set-aside'],
    [asked(), 'replace', 'replace'],
    [asked({ verdict: 'unknown', entries: [] }), undefined, 'unknown'],
    [asked({ verdict: 'unknown', authorityOnly: true }), undefined, 'authority'],
    // What a person chose on another page never leads past these.
    [asked({ verdict: 'unknown', entries: [] }), 'replace', 'unknown'],
    [asked({ interventionId: 'k7f3q' }), undefined, 'alarm'],
    [asked({ verdict: 'unknown', interventionId: 'k7f3q' }), 'set-aside', 'alarm'],
    [asked({ verdict: 'revoked' }), 'set-aside', 'revoked'],
    [asked({ verdict: 'revoked', interventionId: 'k7f3q' }), undefined, 'revoked'],
    // A system file cannot be edited, but a new line in the user's own file stands for it.
    [asked({ entries: [system], systemEntries: [system] }), undefined, 'changed'],
    [asked({ entries: [system], systemEntries: [system] }), 'set-aside', 'system-file'],
    [asked({ entries: [system], systemEntries: [system] }), 'replace', 'replace'],
    [asked({ entries: [own, system], systemEntries: [system] }), 'set-aside', 'set-aside'],
  ] as const)('%# → %s', (question, intent, page) => expect(questionPage(question, intent)).toBe(page))

  it('tells a system file alone from one beside the own file', () => {
    expect(isOnlySystem(asked())).toBe(false)
    expect(isOnlySystem(asked({ entries: [own, system], systemEntries: [system] }))).toBe(false)
    expect(isOnlySystem(asked({ entries: [system], systemEntries: [system] }))).toBe(true)
  })
})

it.each([
  ['ssh-ed25519', 'ED25519'],
  ['ssh-rsa', 'RSA'],
  ['ssh-dss', 'DSA'],
  ['ecdsa-sha2-nistp256', 'ECDSA'],
  ['ecdsa-sha2-nistp521', 'ECDSA'],
  ['sk-ssh-ed25519@openssh.com', 'ED25519-SK'],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 'ECDSA-SK'],
  ['ssh-xmss@openssh.com', 'ssh-xmss@openssh.com'],
  ['toString', 'toString'],
])('%s is called %s', (type, name) => expect(typeName(type)).toBe(name))

it.each([
  ['ssh-ed25519', 'ssh_host_ed25519_key.pub'],
  ['ecdsa-sha2-nistp384', 'ssh_host_ecdsa_key.pub'],
  ['ssh-rsa', 'ssh_host_rsa_key.pub'],
])('the console command for %s names its file', (type, file) => expect(consoleCommand(type)).toContain(file))

it('counts what an edit does, telling the note from a key line', () => {
  const rows: DiffRow[] = [
    { kind: 'context', line: 1, before: 'x' },
    { kind: 'insert', after: '# RescueTerm …' },
    { kind: 'mark', line: 2, mark: '#rescueterm:k7f3q ', before: 'a' },
    { kind: 'mark', line: 3, mark: '#rescueterm:k7f3q ', before: 'b' },
    { kind: 'gap' },
    { kind: 'remove', line: 9, before: 'c' },
    { kind: 'change', line: 10, before: 'd,e', after: 'e' },
    { kind: 'insert', after: 'host ssh-ed25519 AAAA' },
  ]
  expect(countRows(rows)).toEqual({ marked: 2, notes: 1, added: 1, removed: 1, changed: 1 })
})

it('names the other servers on the lines that change', () => {
  const sharedWith = [{ file: '/a', line: 31, names: ['web.example.net'], pattern: false }]
  const change = (line: number, before: string, after: string): DiffRow => ({ kind: 'change', line, before, after })
  const rows: DiffRow[] = [
    { kind: 'remove', line: 12, before: 'vps ssh-rsa K' },
    change(31, 'web.example.net,vps ssh-rsa K', 'web.example.net ssh-rsa K'),
    change(40, 'vps,*.int,!db T K', '*.int,!db T K'),
    change(50, '|1|s|h,vps T K', '|1|s|h T K'),
  ]
  const files = [{ path: '/a', rows, copy: '', writable: true }]
  expect(affectedLines({ intent: 'set-aside', files, sharedWith })).toEqual(sharedWith)
  expect(affectedLines({ intent: 'replace', files, sharedWith: [] })).toEqual([
    { file: '/a', line: 31, names: ['web.example.net'], pattern: false },
    { file: '/a', line: 40, names: ['*.int'], pattern: false },
  ])
})
