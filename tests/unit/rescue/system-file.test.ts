import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judgeHostKey, makeQuery } from '../../../electron/known-hosts/verdict.js'
import { adminCommands, restoreCommand, setAsideCommand } from '../../../electron/rescue/system-file.js'
import { knownKey, lineFor, rescueKey, sampleKnownHosts } from '../../support/rescue-fixture.js'

let root = ''
let file = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rescueterm-system-'))
  // A path that has everything a shell could trip over.
  file = join(root, "it's a $(file) `x`;known_hosts")
  writeFileSync(file, sampleKnownHosts)
  // sudo is not part of what is proved here.
  writeFileSync(join(root, 'sudo'), '#!/bin/sh\nexec "$@"\n')
  chmodSync(join(root, 'sudo'), 0o755)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const read = () => readFileSync(file, 'utf8')
function sh(command: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', command], { env: { PATH: `${root}${delimiter}${process.env.PATH}`, LC_ALL: 'C' }, stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
const judge = (key: Buffer) =>
  judgeHostKey([{ path: file, system: true, bytes: readFileSync(file) }], makeQuery('web.example.net', 22), key)

describe('commands for an administrator', () => {
  it('set each line aside and put it back, run by a real shell', () => {
    const { systemEntries } = judge(rescueKey)
    const commands = adminCommands(systemEntries)
    expect(commands.map(({ line }) => line)).toEqual([3, 6])
    for (const { setAside } of commands) expect(sh(setAside)).toBe(true)
    expect(judge(rescueKey).kind).toBe('unknown')
    expect(read().match(/^#rescueterm:[0-9a-f]{6} web/gm)).toHaveLength(2)
    expect(existsSync(`${file}.rescue-bak`)).toBe(true)
    for (const { undo } of commands) expect(sh(undo)).toBe(true)
    expect(read()).toBe(sampleKnownHosts)
    expect(judge(knownKey).kind).toBe('match')
  })

  it('do nothing when the line is another one by now, or already set aside', () => {
    const [command] = adminCommands(judge(rescueKey).systemEntries)
    writeFileSync(file, `# one line more\n${sampleKnownHosts}`)
    expect(sh(command!.setAside)).toBe(false)
    expect(read()).toBe(`# one line more\n${sampleKnownHosts}`)
    writeFileSync(file, sampleKnownHosts)
    sh(command!.setAside)
    const once = read()
    sh(command!.setAside)
    expect(read()).toBe(once)
  })

  it('work for hashed names', () => {
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'pipe' })
    const [command] = adminCommands(judge(rescueKey).systemEntries)
    const before = read()
    expect(sh(command!.setAside)).toBe(true)
    expect(read()).not.toBe(before)
    expect(sh(command!.undo)).toBe(true)
    expect(read()).toBe(before)
  })

  it('are the same when asked again, and differ from line to line', () => {
    const entries = judge(rescueKey).systemEntries
    expect(adminCommands(entries)).toEqual(adminCommands(entries))
    expect(new Set(adminCommands(entries).map(({ undo }) => undo)).size).toBe(2)
    expect(adminCommands([])).toEqual([])
  })
})

describe('commands for the owner of a file that cannot be written', () => {
  it('mark and unmark the same lines', () => {
    expect(sh(setAsideCommand(file, 'k7f3q', [3, 6]))).toBe(true)
    expect(read().split('\n')[2]).toBe(`#rescueterm:k7f3q ${lineFor('web.example.net,192.0.2.7', 'normal')}`)
    expect(sh(restoreCommand(file, 'k7f3q'))).toBe(true)
    expect(read()).toBe(sampleKnownHosts)
    expect(setAsideCommand(file, 'k7f3q', [])).toBe('')
  })
})
