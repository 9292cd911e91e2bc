/** Other programs at the same file while lines are set aside: real ssh (accept-new, UpdateHostKeys), ssh-keygen, and a steady writer. */
import { execFile, spawn } from 'node:child_process'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { judgeHostKey, makeQuery } from '../../electron/known-hosts/verdict.js'
import { createHome, createService, type Home, lineFor, setAside, targetIn } from '../support/rescue-fixture.js'
import { freePort, generateKey, type Sshd, startSshd } from '../support/sshd.js'

const run = promisify(execFile)

let normal: Sshd
let rescue: Sshd
let home: Home
let service: ReturnType<typeof createService>
let identity = ''
let identityHome: Home

beforeAll(async () => {
  identityHome = createHome()
  identity = await generateKey(join(identityHome.home, 'id'), 'ed25519')
  const authorizedKeys = [readFileSync(`${identity}.pub`, 'utf8').trim()]
  // Two machines, one name: which of them answers is a matter of the port ssh is sent to.
  normal = await startSshd({ hostKeys: ['ed25519', 'ecdsa'], authorizedKeys, port: await freePort() })
  rescue = await startSshd({ hostKeys: ['ed25519', 'rsa'], authorizedKeys, port: await freePort() })
})
afterAll(async () => {
  await Promise.all([normal?.dispose(), rescue?.dispose()])
  identityHome.remove()
})
beforeEach(() => {
  home = createHome('')
  service = createService(home.dataDir, { settings: { watchInBackground: false } })
})
afterEach(async () => {
  await service.interventions.dispose()
  home.remove()
})

/** Logs in with the file under test; the machine is looked up under `name`. @returns whether ssh let us in. */
async function ssh(server: Sshd, name: string, ...options: string[]): Promise<boolean> {
  const settings = [
    'BatchMode=yes',
    `UserKnownHostsFile=${home.file}`,
    'GlobalKnownHostsFile=/dev/null',
    `HostKeyAlias=${name}`,
    `IdentityFile=${identity}`,
    'IdentitiesOnly=yes',
    ...options,
  ]
  const words = ['-F', '/dev/null', ...settings.flatMap((one) => ['-o', one]), '-p', String(server.port), 'root@127.0.0.1', 'true']
  return run('ssh', words, { env: { ...process.env, HOME: home.home, SSH_AUTH_SOCK: '' } }).then(
    () => true,
    () => false,
  )
}

const target = () => targetIn(home, { name: 'vps', host: 'vps.example.net', query: makeQuery('vps.example.net', 22) })
const normalLines = () => normal.hostKeys.map(({ line }) => `vps.example.net,192.0.2.7 ${line}`)
const rescueBlob = () => rescue.hostKeys[0]!.blob
const text = () => readFileSync(home.file, 'utf8')
const lines = () => text().split('\n').filter(Boolean)
const verdict = (blob: Buffer) =>
  judgeHostKey([{ path: home.file, system: false, bytes: readFileSync(home.file) }], makeQuery('vps.example.net', 22), blob).kind

describe('ssh', () => {
  it('refuses the rescue system before, lets it in meanwhile when its key is written too, and the normal one again after', async () => {
    writeFileSync(home.file, `${normalLines().join('\n')}\n`)
    expect(await ssh(normal, 'vps.example.net', 'StrictHostKeyChecking=yes')).toBe(true)
    expect(await ssh(rescue, 'vps.example.net', 'StrictHostKeyChecking=accept-new')).toBe(false)
    const before = text()
    const id = await setAside(service.interventions, target(), { key: rescueBlob(), alsoWrite: true })
    expect(await ssh(rescue, 'vps.example.net', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no')).toBe(true)
    expect(await ssh(normal, 'vps.example.net', 'StrictHostKeyChecking=yes')).toBe(false)
    await service.interventions.restoreNow(id)
    expect(text()).toBe(before)
    expect(await ssh(normal, 'vps.example.net', 'StrictHostKeyChecking=yes')).toBe(true)
    expect(await ssh(rescue, 'vps.example.net', 'StrictHostKeyChecking=yes')).toBe(false)
  })

  it('accept-new: what it learns meanwhile stays, also behind a file without final newline', async () => {
    writeFileSync(home.file, `${lineFor('other.example.net', 'other')}\n${normalLines().join('\n')}`)
    const before = text()
    const id = await setAside(service.interventions, target(), { key: rescueBlob() })
    expect(text().endsWith('\n')).toBe(true)
    expect(await ssh(rescue, 'elsewhere.example.net', 'StrictHostKeyChecking=accept-new', 'UpdateHostKeys=no')).toBe(true)
    await service.interventions.restoreNow(id)
    const learned = lines().filter((line) => line.startsWith('elsewhere.example.net '))
    expect(learned).toEqual([`elsewhere.example.net ${rescue.hostKeys[0]!.line}`])
    expect(text()).toBe(`${before}\n${learned[0]}\n`)
    expect(service.interventions.list()[0]).toMatchObject({ state: 'restored', summary: { verified: true } })
  })

  it('UpdateHostKeys: rewrites the file, adds the keys of the rescue system, and cannot delete what is set aside', async () => {
    const own = `${lineFor('other.example.net', 'other')}\n${normalLines().join('\n')}\n`
    writeFileSync(home.file, own)
    const id = await setAside(service.interventions, target(), { key: rescueBlob(), alsoWrite: true })
    const { ino } = statSync(home.file)
    expect(await ssh(rescue, 'vps.example.net', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=yes')).toBe(true)
    expect(text()).toContain(rescue.hostKeys[1]!.line)
    expect(statSync(home.file).ino).not.toBe(ino)
    await service.interventions.restoreNow(id)
    expect(lines()).toEqual(expect.arrayContaining(own.split('\n').filter(Boolean)))
    expect(text()).not.toContain('rescueterm')
    expect(text()).not.toContain(rescueBlob().toString('base64'))
    for (const { blob } of normal.hostKeys) expect(verdict(blob)).toBe('match')
    // The first login at home tidies up what the rescue system left.
    expect(await ssh(normal, 'vps.example.net', 'StrictHostKeyChecking=yes')).toBe(true)
  })
})

describe('ssh-keygen', () => {
  const others = ['git', 'mail', 'backup'].map((name) => lineFor(`${name}.example.net`, name))

  it('-R of another host, and of the same one, leaves the marked lines', async () => {
    writeFileSync(home.file, `${[others[0], ...normalLines(), others[1]].join('\n')}\n`)
    const id = await setAside(service.interventions, target(), { key: rescueBlob() })
    await run('ssh-keygen', ['-R', 'git.example.net', '-f', home.file])
    await run('ssh-keygen', ['-R', 'vps.example.net', '-f', home.file])
    await service.interventions.restoreNow(id)
    expect(lines()).toEqual([...normalLines(), others[1]])
  })

  it('-H hashes the rest, also our own line; the way back finds everything', async () => {
    writeFileSync(home.file, `${[others[0], ...normalLines(), others[1]].join('\n')}\n`)
    const id = await setAside(service.interventions, target(), { key: rescueBlob(), alsoWrite: true })
    await run('ssh-keygen', ['-H', '-f', home.file])
    expect(verdict(rescueBlob())).toBe('match')
    await service.interventions.restoreNow(id)
    expect(lines().filter((line) => line.startsWith('vps'))).toEqual(normalLines())
    expect(lines().filter((line) => line.startsWith('|1|'))).toHaveLength(2)
    expect(lines()).toHaveLength(4)
    expect(verdict(rescueBlob())).toBe('changed')
  })

  it('in a loop beside us loses none of our lines', async () => {
    const victims = Array.from({ length: 40 }, (_, n) => lineFor(`victim-${n}.example.net`, `victim-${n}`))
    writeFileSync(home.file, `${[...normalLines(), ...victims, others[2]].join('\n')}\n`)
    const removing = (async () => {
      for (let n = 0; n < victims.length; n++) await run('ssh-keygen', ['-R', `victim-${n}.example.net`, '-f', home.file]).catch(() => {})
    })()
    let busy = true
    void removing.then(() => {
      busy = false
    })
    let rounds = 0
    while (busy || rounds === 0) {
      rounds++
      const preview = await service.interventions.plan(target(), rescueBlob(), 'set-aside', false)
      const outcome = await service.interventions.begin(target(), rescueBlob(), preview.digest, false)
      if (outcome.kind === 'applied') await service.interventions.restoreNow(outcome.id)
    }
    await removing
    // A rewrite by ssh-keygen may have undone one of ours (it takes no locks): the next start sees that by the file.
    for (const line of [...normalLines(), others[2]!]) expect(lines().some((one) => one === line || one.endsWith(` ${line}`))).toBe(true)
    expect(service.interventions.list().every(({ state }) => state === 'restored')).toBe(true)
    console.log(`ssh-keygen -R ${victims.length} times beside ${rounds} rounds of ours`)
  })
})

describe('at random moments', () => {
  it('real ssh learning hosts while lines go there and back: not one entry lost', async () => {
    writeFileSync(home.file, `${[...normalLines(), lineFor('other.example.net', 'other')].join('\n')}\n`)
    const before = lines()
    const names = Array.from({ length: 12 }, (_, n) => `learned-${n}.example.net`)
    let busy = true
    const learning = (async () => {
      for (const name of names) expect(await ssh(rescue, name, 'StrictHostKeyChecking=accept-new', 'UpdateHostKeys=no')).toBe(true)
      busy = false
    })()
    let rounds = 0
    while (busy) {
      const preview = await service.interventions.plan(target(), rescueBlob(), 'set-aside', rounds % 2 === 0)
      const outcome = await service.interventions.begin(target(), rescueBlob(), preview.digest, rounds % 2 === 0)
      if (outcome.kind === 'applied') await service.interventions.restoreNow(outcome.id)
      rounds++
    }
    await learning
    expect(lines()).toEqual([...before, ...names.map((name) => `${name} ${rescue.hostKeys[0]!.line}`)])
    console.log(`${names.length} logins of ssh beside ${rounds} rounds of ours`)
  })

  it('a steady writer that appends as fast as it can: not one of its lines lost', async () => {
    writeFileSync(home.file, `${normalLines().join('\n')}\n`)
    // Opens, appends and closes for each line, as ssh does; bursts of ten, then a pause in which an edit can come through.
    const line = `steady-$n.example.net ${rescue.hostKeys[0]!.line}`
    const script = `n=0; while [ $n -lt 1500 ]; do echo "${line}" >> "$1"; n=$((n+1)); [ $((n%10)) = 0 ] && sleep 0.02; done`
    const writer = spawn('/bin/sh', ['-c', script, 'sh', home.file])
    let busy = true
    const done = new Promise<void>((resolve) =>
      writer.on('close', () => {
        busy = false
        resolve()
      }),
    )
    let rounds = 0
    let refused = 0
    while (busy) {
      const preview = await service.interventions.plan(target(), rescueBlob(), 'set-aside', false)
      const outcome = await service.interventions.begin(target(), rescueBlob(), preview.digest, false).catch(() => undefined)
      if (outcome?.kind === 'applied') {
        await service.interventions.restoreNow(outcome.id).catch(() => refused++)
        rounds++
      }
      for (const { id, state } of service.interventions.list())
        if (state === 'active') await service.interventions.restoreNow(id).catch(() => refused++)
    }
    await done
    for (const { id, state } of service.interventions.list()) if (state === 'active') await service.interventions.restoreNow(id)
    const numbers = lines().flatMap((line) => /^steady-(\d+)\./.exec(line)?.[1] ?? [])
    expect(new Set(numbers).size).toBe(1500)
    expect(lines().filter((line) => line.startsWith('vps'))).toEqual(normalLines())
    expect(text()).not.toContain('rescueterm')
    console.log(`1500 foreign appends beside ${rounds} rounds of ours, ${refused} of them refused as busy`)
  })
})

it('leaves no temp file behind', async () => {
  writeFileSync(home.file, `${normalLines().join('\n')}\n`)
  const id = await setAside(service.interventions, target(), { key: rescueBlob() })
  await service.interventions.restoreNow(id)
  const { stdout } = await run('ls', ['-A', home.directory])
  expect(stdout.trim()).toBe('known_hosts')
  rmSync(home.file)
})
