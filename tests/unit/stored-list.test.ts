/** The lists of servers and accounts, on real files that another process of ours changes, too. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../electron/log.js'
import { createAccounts } from '../../electron/providers/accounts.js'
import { noVault } from '../../electron/providers/vault.js'
import { createServers } from '../../electron/servers.js'
import { createFakeClock } from '../support/fake-clock.js'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rescueterm-lists-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const clock = createFakeClock()
async function openServers() {
  const servers = createServers(dataDir, clock, silentLog)
  await servers.load()
  return servers
}
async function openAccounts() {
  const accounts = createAccounts({ dataDir, vault: noVault, parts: { clock, log: silentLog } })
  await accounts.load()
  return accounts
}
const targets = (servers: Awaited<ReturnType<typeof openServers>>) => servers.list().map(({ target }) => target)

describe('two processes', () => {
  it('keep what the other one added, linked and removed', async () => {
    const window = await openServers()
    const first = await window.add('', 'root@one.example')
    const gone = await window.add('', 'root@gone.example')
    // Waits at a password meanwhile.
    const commandLine = await openServers()
    await window.add('', 'root@two.example')
    await window.link(first, { kind: 'account', accountId: 'a', server: 'vps-1' })
    await window.remove(gone)
    await commandLine.markUsed(first)
    const after = await openServers()
    expect(targets(after)).toEqual(['root@one.example', 'root@two.example'])
    expect(after.find(first)).toMatchObject({ provider: { server: 'vps-1' }, lastUsed: clock.now().toISOString() })
    expect(targets(commandLine)).toEqual(targets(after))
  })

  it('add the same server once', async () => {
    const [window, commandLine] = [await openServers(), await openServers()]
    const id = await window.add('', 'root@one.example')
    expect(await commandLine.add('', 'root@one.example')).toBe(id)
    expect(targets(await openServers())).toEqual(['root@one.example'])
  })

  it('lose nothing when they write at the same time', async () => {
    const runs = [await openServers(), await openServers(), await openServers()]
    await Promise.all(runs.flatMap((servers, run) => [1, 2, 3].map((n) => servers.add('', `root@r${run}-${n}.example`))))
    expect((await openServers()).list()).toHaveLength(9)
    expect(await readdir(dataDir)).toEqual(['servers.json'])
  })

  it('keep each other’s accounts', async () => {
    const [one, other] = [await openAccounts(), await openAccounts()]
    await one.add({ kind: 'hetzner-cloud', label: 'one' }, {})
    await other.add({ kind: 'hetzner-cloud', label: 'other' }, {})
    expect((await openAccounts()).list().map(({ account }) => account.label)).toEqual(['one', 'other'])
  })
})

describe('a file that cannot be read', () => {
  it.each([
    ['torn', '{"servers":[{"id":"a","na'],
    ['of a newer version', '{"servers":[],"folders":[]}'],
  ])('%s is never written over', async (_why, text) => {
    const path = join(dataDir, 'servers.json')
    await writeFile(path, text)
    const servers = await openServers()
    expect(servers.unreadable()).toBe(path)
    await expect(servers.add('', 'root@one.example')).rejects.toMatchObject({ code: 'list-unreadable', data: { file: path } })
    await expect(servers.markUsed('a')).rejects.toMatchObject({ code: 'list-unreadable' })
    expect(await readFile(path, 'utf8')).toBe(text)
    // Moved away by the person.
    await rm(path)
    await servers.add('', 'root@one.example')
    expect([servers.unreadable(), targets(servers)]).toEqual([undefined, ['root@one.example']])
  })

  it('of accounts is never written over', async () => {
    const path = join(dataDir, 'accounts.json')
    await writeFile(path, '{"accounts":')
    const accounts = await openAccounts()
    expect(accounts.unreadable()).toBe(path)
    await expect(accounts.add({ kind: 'hetzner-cloud', label: 'one' }, {})).rejects.toMatchObject({ code: 'list-unreadable' })
    expect(await readFile(path, 'utf8')).toBe('{"accounts":')
  })
})
