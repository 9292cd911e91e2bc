import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fingerprint } from '../../../electron/known-hosts/key.js'
import { makeQuery } from '../../../electron/known-hosts/verdict.js'
import { createFakeClock } from '../../support/fake-clock.js'
import {
  createHome,
  createService,
  type Home,
  knownKey,
  lineFor,
  makeKey,
  rescueKey,
  sampleKnownHosts,
  setAside,
  targetIn,
} from '../../support/rescue-fixture.js'

let home: Home
const services: { interventions: { dispose(): Promise<void> } }[] = []

function service(o: Parameters<typeof createService>[1] = {}) {
  const made = createService(home.dataDir, o)
  services.push(made)
  return made
}

beforeEach(() => {
  home = createHome()
})
afterEach(async () => {
  for (const one of services.splice(0)) await one.interventions.dispose()
  home.remove()
})

describe('setting aside and back', () => {
  it('marks every line in the way, and puts the same bytes back', async () => {
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home))
    const text = home.read().toString()
    expect(text).toContain(`#rescueterm:${id} web.example.net,192.0.2.7 ssh-ed25519`)
    expect(text.split('\n').filter((line) => line.startsWith(`#rescueterm:${id} `))).toHaveLength(2)
    const [open] = interventions.list()
    expect(open).toMatchObject({ id, state: 'active', setAside: 2, alsoWritten: false, host: 'web.example.net' })
    expect(open?.files[0]?.lines).toEqual([3, 6])
    expect(readFileSync(open!.files[0]!.copy, 'utf8')).toBe(sampleKnownHosts)
    expect(statSync(open!.files[0]!.copy).mode & 0o777).toBe(0o600)
    expect(statSync(join(home.dataDir, 'journal', `${id}.json`)).mode & 0o777).toBe(0o600)
    expect(statSync(join(home.dataDir, 'journal')).mode & 0o777).toBe(0o700)
    expect(open?.knownKeys.map((key) => key.fingerprint)).toEqual([fingerprint(knownKey), fingerprint(makeKey('older'))])
    expect(interventions.findOpen(targetIn(home))?.id).toBe(id)

    await interventions.restoreNow(id)
    expect(home.read().toString()).toBe(sampleKnownHosts)
    expect(interventions.list()[0]).toMatchObject({ state: 'restored', summary: { lines: 2, verified: true, by: 'person' } })
    await interventions.dismissSummary(id)
    expect(interventions.list()).toEqual([])
    expect(interventions.history()).toMatchObject([{ id, kind: 'set-aside', lines: 2, canBringBack: false }])
  })

  it('keeps what other programs write meanwhile', async () => {
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home), { alsoWrite: true })
    expect(home.read().toString()).toContain(rescueKey.toString('base64'))
    appendFileSync(home.file, `${lineFor('new.example.net', 'new')}\n`)
    await interventions.restoreNow(id)
    expect(home.read().toString()).toBe(`${sampleKnownHosts}${lineFor('new.example.net', 'new')}\n`)
  })

  it('answers with a fresh plan when the file moved, under the same id, and writes nothing', async () => {
    const { interventions } = service()
    const target = targetIn(home)
    const first = await interventions.plan(target, rescueKey, 'set-aside', false)
    appendFileSync(home.file, `${lineFor('web.example.net', 'third')}\n`)
    const before = home.read()
    const outcome = await interventions.begin(target, rescueKey, first.digest, false)
    expect(outcome.kind).toBe('plan-changed')
    if (outcome.kind !== 'plan-changed') return
    expect(outcome.preview).toMatchObject({ id: first.id, lines: 3 })
    expect(home.read()).toEqual(before)
    expect(await interventions.begin(target, rescueKey, outcome.preview.digest, false)).toEqual({ kind: 'applied', id: first.id })
  })

  it('refuses a digest that was shown for another key, another option, or never', async () => {
    const { interventions } = service()
    const target = targetIn(home)
    const { digest } = await interventions.plan(target, rescueKey, 'set-aside', false)
    for (const outcome of [
      await interventions.begin(target, makeKey('x'), digest, false),
      await interventions.begin(target, rescueKey, digest, true),
      await interventions.begin(target, rescueKey, 'f'.repeat(64), false),
      await interventions.replace(target, rescueKey, digest),
    ]) {
      expect(outcome.kind).toBe('plan-changed')
    }
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('keeps the id while a person ticks options', async () => {
    const { interventions } = service()
    const one = await interventions.plan(targetIn(home), rescueKey, 'set-aside', false)
    const two = await interventions.plan(targetIn(home), rescueKey, 'set-aside', true)
    expect(two.id).toBe(one.id)
    expect(two.digest).not.toBe(one.digest)
  })

  it('says so when nothing is in the way, or the key is revoked', async () => {
    const { interventions } = service()
    const target = targetIn(home, { query: makeQuery('nobody.example.net', 22) })
    await expect(interventions.plan(target, rescueKey, 'replace', false)).rejects.toMatchObject({ code: 'nothing-to-set-aside' })
    appendFileSync(home.file, `@revoked ${lineFor('*', 'rescue')}\n`)
    await expect(interventions.plan(targetIn(home), rescueKey, 'set-aside', false)).rejects.toMatchObject({ code: 'revoked' })
  })

  it('allows one intervention per address and files', async () => {
    const { interventions } = service()
    const target = targetIn(home)
    await setAside(interventions, target)
    await expect(interventions.begin(target, rescueKey, 'x', false)).rejects.toMatchObject({ code: 'wrong-state' })
  })

  it('accepts the rescue key of a server that no file knows, until another key is proven', async () => {
    const { interventions, answers } = service()
    const id = await setAside(interventions, targetIn(home, { query: makeQuery('nobody.example.net', 22) }))
    expect(interventions.list()[0]).toMatchObject({ state: 'active', setAside: 0, files: [], knownKeys: [] })
    expect(home.read().toString()).toBe(sampleKnownHosts)
    expect(interventions.accepts(id, rescueKey)).toBe(true)
    const other = makeKey('other')
    expect(interventions.classify(id, other)).toBe('other-key')
    expect(interventions.accepts(id, other)).toBe(false)
    answers.next = { kind: 'key', blob: rescueKey }
    expect(await interventions.observed(id, other)).toBe(false)
    expect(interventions.list()[0]).toMatchObject({ state: 'active' })
    answers.next = { kind: 'key', blob: other }
    expect(await interventions.observed(id, other)).toBe(true)
    expect(interventions.list()[0]).toMatchObject({ state: 'restored', summary: { lines: 0, by: 'known-key' } })
    expect(interventions.list()[0]).not.toHaveProperty('thirdKey')
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('begins with no line when only a system file is in the way', async () => {
    writeFileSync(home.file, '')
    const system = join(home.home, 'ssh_known_hosts')
    writeFileSync(system, `${lineFor('web.example.net', 'normal')}\n`)
    const { interventions, answers } = service()
    const target = targetIn(home, { systemFiles: [system] })
    answers.next = { kind: 'key', blob: knownKey }
    const id = await setAside(interventions, target)
    expect(interventions.list()[0]).toMatchObject({ state: 'active', setAside: 0, files: [] })
    expect(interventions.classify(id, knownKey)).toBe('known-key')
    expect(interventions.accepts(id, rescueKey)).toBe(true)
    await interventions.observed(id, knownKey)
    expect(interventions.list()[0]).toMatchObject({ state: 'restored', summary: { lines: 0, by: 'known-key' } })
  })

  it('nests two interventions on one line, which may end in any order', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      writeFileSync(home.file, sampleKnownHosts)
      const { interventions } = service()
      const second = targetIn(home, { host: '192.0.2.7', query: makeQuery('192.0.2.7', 22) })
      const ids = [await setAside(interventions, targetIn(home)), await setAside(interventions, second, { key: makeKey('rescue-2') })]
      for (const index of order) await interventions.restoreNow(ids[index]!)
      expect(home.read().toString()).toBe(sampleKnownHosts)
    }
  })

  it('creates a missing file for the rescue key only when asked, and removes it again', async () => {
    const other = join(home.directory, 'known_hosts2')
    writeFileSync(other, sampleKnownHosts)
    rmSync(home.file)
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home, { userFiles: [home.file, other] }), { alsoWrite: true })
    expect(statSync(home.file).mode & 0o777).toBe(0o600)
    await interventions.restoreNow(id)
    expect(home.exists()).toBe(false)
    expect(readFileSync(other, 'utf8')).toBe(sampleKnownHosts)
  })

  it('refuses a file without write permission before anything changes, with a command for its owner', async () => {
    const { interventions } = service()
    chmodSync(home.file, 0o400)
    const preview = await interventions.plan(targetIn(home), rescueKey, 'set-aside', false)
    expect(preview.files[0]?.writable).toBe(false)
    await expect(interventions.begin(targetIn(home), rescueKey, preview.digest, false)).rejects.toMatchObject({
      code: 'file-read-only',
      data: { file: home.file, command: expect.stringContaining(`3s/^/#rescueterm:${preview.id} /`) },
    })
    expect(home.read().toString()).toBe(sampleKnownHosts)
    expect(interventions.list()).toEqual([])
    for (const name of ['journal', 'copies']) expect(readdirSync(join(home.dataDir, name))).toEqual([])
    expect(statSync(home.file).mode & 0o777).toBe(0o400)
  })

  it('touches no file when the second of two cannot be written', async () => {
    const other = join(home.directory, 'known_hosts2')
    writeFileSync(other, sampleKnownHosts, { mode: 0o400 })
    const { interventions } = service()
    const target = targetIn(home, { userFiles: [home.file, other] })
    const { digest } = await interventions.plan(target, rescueKey, 'set-aside', false)
    await expect(interventions.begin(target, rescueKey, digest, false)).rejects.toMatchObject({ data: { file: other } })
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('edits a file reached under two names once', async () => {
    const other = join(home.directory, 'known_hosts2')
    symlinkSync('known_hosts', other)
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home, { userFiles: [home.file, other] }))
    await interventions.restoreNow(id)
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })
})

describe('keys and time', () => {
  it('accepts the rescue key until its end, and after that asks again', async () => {
    const clock = createFakeClock()
    const { interventions } = service({ clock, settings: { rescueTtlHours: 2, watchInBackground: false } })
    const id = await setAside(interventions, targetIn(home))
    expect(interventions.accepts(id, rescueKey)).toBe(true)
    expect(interventions.accepts(id, knownKey)).toBe(false)
    expect(interventions.accepts(id, makeKey('third'))).toBe(false)
    await clock.advance(2 * 3_600_000)
    expect(interventions.isExpired(id)).toBe(true)
    expect(interventions.accepts(id, rescueKey)).toBe(false)
    expect(interventions.classify(id, rescueKey)).toBe('third-key')
    await interventions.observed(id, rescueKey)
    expect(interventions.list()[0]?.thirdKey?.fingerprint).toBe(fingerprint(rescueKey))
    await interventions.acceptThirdKey(id, fingerprint(rescueKey))
    expect(interventions.accepts(id, rescueKey)).toBe(true)
    expect(interventions.list()[0]?.thirdKey).toBeUndefined()
  })

  it('goes on asking about an expired rescue key while the watch keeps seeing it', async () => {
    const clock = createFakeClock()
    const { interventions, answers } = service({ clock, settings: { rescueTtlHours: 1 } })
    answers.next = { kind: 'key', blob: rescueKey }
    const id = await setAside(interventions, targetIn(home))
    await clock.advance(3_600_000)
    await interventions.observed(id, rescueKey)
    const asked = answers.count
    await clock.advance(60_000)
    expect(answers.count).toBeGreaterThan(asked)
    await interventions.stopWaiting(id) // one command later, whatever the watch began is done
    expect(interventions.list()[0]?.thirdKey?.fingerprint).toBe(fingerprint(rescueKey))
  })

  it('believes the known key only from a server that proves to hold it', async () => {
    const { interventions, answers } = service()
    const id = await setAside(interventions, targetIn(home))
    const marked = home.read()
    for (const next of [{ kind: 'port-open' }, { kind: 'key', blob: rescueKey }] as const) {
      answers.next = next
      expect(await interventions.observed(id, knownKey)).toBe(false)
      expect(interventions.list()[0]).toMatchObject({ state: 'active', setAside: 2 })
      expect(interventions.list()[0]?.watch?.answer).not.toBe('known-key')
      expect(home.read()).toEqual(marked)
    }
    answers.next = { kind: 'key', blob: knownKey }
    await interventions.observed(id, knownKey)
    expect(interventions.list()[0]).toMatchObject({ state: 'restored', summary: { by: 'known-key' } })
  })

  it('raises an alarm for a third key and changes nothing', async () => {
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home), { alsoWrite: true })
    const before = home.read()
    const third = makeKey('third')
    await interventions.observed(id, third)
    expect(interventions.list()[0]).toMatchObject({ state: 'active', setAside: 2, thirdKey: { fingerprint: fingerprint(third) } })
    expect(home.read()).toEqual(before)
    expect(interventions.compareThirdKey(id, fingerprint(rescueKey))).toBe('no-match')
    await expect(interventions.acceptThirdKey(id, fingerprint(third))).rejects.toMatchObject({ code: 'wrong-state' })
    expect(interventions.compareThirdKey(id, fingerprint(third))).toBe('match')
    await expect(interventions.acceptThirdKey(id, fingerprint(rescueKey))).rejects.toMatchObject({ code: 'wrong-state' })
    await interventions.acceptThirdKey(id, fingerprint(third))
    expect(interventions.accepts(id, third)).toBe(true)
    expect(interventions.accepts(id, rescueKey)).toBe(false)
    expect(home.read().toString()).toContain(third.toString('base64'))
    expect(home.read().toString()).not.toContain(rescueKey.toString('base64'))
    await interventions.restoreNow(id)
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('restores when a session sees the known key, unless the settings say by hand', async () => {
    const one = service({ settings: { restoreAutomatically: false } })
    one.answers.next = { kind: 'key', blob: knownKey }
    const id = await setAside(one.interventions, targetIn(home))
    await one.interventions.observed(id, knownKey)
    expect(one.interventions.list()[0]).toMatchObject({ state: 'active', watch: { answer: 'known-key' } })
    one.settings.restoreAutomatically = true
    await one.interventions.observed(id, knownKey)
    expect(one.interventions.list()[0]).toMatchObject({ state: 'restored', summary: { by: 'known-key', verified: true } })
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })
})

describe('leaving', () => {
  type Service = ReturnType<typeof service>
  /** Resolves when the intervention looks like this; the clock is moved by hand, files are real. */
  async function until({ interventions }: Service, test: (open: ReturnType<Service['interventions']['list']>[number]) => boolean) {
    while (!interventions.list().some(test)) await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }

  it('follows the server from rescue key to nothing to open port to known key, and puts the lines back', async () => {
    const clock = createFakeClock()
    const made = service({ clock, settings: { restoreAutomatically: false } })
    const { interventions, answers } = made
    answers.next = { kind: 'key', blob: rescueKey }
    const id = await setAside(interventions, targetIn(home))
    await interventions.leave(id)
    await until(made, ({ watch }) => watch?.answer === 'rescue-key' && watch.purpose === 'leaving')
    for (const next of [{ kind: 'nothing' }, { kind: 'port-open' }, { kind: 'key', blob: knownKey }] as const) {
      answers.next = next
      await clock.advance(2_000)
    }
    await until(made, ({ state }) => state === 'restored')
    expect(interventions.list()[0]).toMatchObject({ summary: { lines: 2, verified: true, by: 'known-key' } })
    expect(home.read().toString()).toBe(sampleKnownHosts)
    expect(clock.pending()).toBe(0)
    await expect(interventions.leave(id)).rejects.toMatchObject({ code: 'wrong-state' })
  })

  it('is gone on with after a restart, and stops waiting when told so', async () => {
    const first = service()
    const id = await setAside(first.interventions, targetIn(home))
    await first.interventions.leave(id)
    await first.interventions.dispose()
    const next = service()
    await next.interventions.resume()
    expect(next.interventions.list()[0]?.watch?.purpose).toBe('leaving')
    await next.interventions.stopWaiting(id)
    expect(next.interventions.list()[0]?.watch?.purpose).toBe('background')
    expect(next.interventions.list()[0]).toMatchObject({ state: 'active', setAside: 2 })
  })

  it('stays active, says why and tries again when the file cannot be written', async () => {
    const clock = createFakeClock()
    const made = service({ clock })
    const { interventions, answers } = made
    const id = await setAside(interventions, targetIn(home))
    chmodSync(home.file, 0o400)
    answers.next = { kind: 'key', blob: knownKey }
    await interventions.leave(id)
    await until(made, ({ error }) => error?.code === 'file-read-only')
    const [open] = interventions.list()
    expect(open).toMatchObject({ state: 'active', setAside: 2, error: { data: { file: home.file } } })
    expect(String(open?.error?.data.command)).toContain(`s/^#rescueterm:${id} //`)
    chmodSync(home.file, 0o600)
    await until(made, ({ watch }) => watch?.nextTryAt !== undefined)
    await clock.advance(2_000)
    await until(made, ({ state }) => state === 'restored')
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })
})

describe('two processes of ours', () => {
  it('agree on what the journal says', async () => {
    const window = service()
    window.answers.next = { kind: 'key', blob: knownKey }
    const id = await setAside(window.interventions, targetIn(home))
    const commandLine = service()
    await commandLine.interventions.resume()
    await commandLine.interventions.restoreNow(id)
    await window.interventions.observed(id, knownKey)
    expect(window.interventions.list()[0]).toMatchObject({ state: 'restored', summary: { by: 'person' } })
    await expect(window.interventions.restoreNow(id)).rejects.toMatchObject({ code: 'wrong-state' })
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('see what the other began, within seconds', async () => {
    const clock = createFakeClock()
    const window = service({ clock })
    expect(await window.interventions.resume()).toEqual([])
    const id = await setAside(service().interventions, targetIn(home))
    const seen = new Promise<void>((resolve) => {
      window.interventions.onDidChange(() => resolve())
    })
    await clock.advance(5_000)
    await seen
    expect(window.interventions.findOpen(targetIn(home))?.id).toBe(id)
    expect(window.interventions.accepts(id, rescueKey)).toBe(true)
  })
})

describe('lines that are not as left', () => {
  async function withEditedLine() {
    const made = service()
    const id = await setAside(made.interventions, targetIn(home))
    const edited = home
      .read()
      .toString()
      .replace(`#rescueterm:${id} web.example.net,192.0.2.7`, `#rescueterm:${id} web.example.org,192.0.2.7`)
    writeFileSync(home.file, edited)
    await made.interventions.restoreNow(id)
    return { ...made, id }
  }

  it('reports both texts and waits', async () => {
    const { interventions } = await withEditedLine()
    const [open] = interventions.list()
    expect(open).toMatchObject({ state: 'needs-attention', setAside: 1, attention: [{ reason: 'edited', file: home.file }] })
    expect(open?.attention[0]?.saved).toBe(lineFor('web.example.net,192.0.2.7', 'normal'))
    expect(open?.attention[0]?.current).toContain('web.example.org,192.0.2.7')
  })

  it('puts the saved line back', async () => {
    const { interventions, id } = await withEditedLine()
    await interventions.settle(id, interventions.list()[0]!.attention[0]!.index, 'put-back')
    expect(home.read().toString()).toBe(sampleKnownHosts)
    expect(interventions.list()[0]).toMatchObject({ state: 'restored', setAside: 0, summary: { lines: 2, verified: true } })
  })

  it('keeps the present text without the mark', async () => {
    const { interventions, id } = await withEditedLine()
    await interventions.settle(id, interventions.list()[0]!.attention[0]!.index, 'keep-current')
    expect(home.read().toString()).toBe(sampleKnownHosts.replace('web.example.net,192.0.2.7', 'web.example.org,192.0.2.7'))
    expect(interventions.list()[0]?.state).toBe('restored')
  })

  it('forgets', async () => {
    const { interventions, id } = await withEditedLine()
    await interventions.settle(id, interventions.list()[0]!.attention[0]!.index, 'forget')
    expect(home.read().toString()).toContain(`#rescueterm:${id} web.example.org`)
    expect(interventions.list()[0]).toMatchObject({ state: 'restored', summary: { lines: 1 } })
  })

  it('guesses nothing when the file is gone', async () => {
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home))
    rmSync(home.file)
    await interventions.restoreNow(id)
    const lines = interventions.list()[0]!.attention
    expect(lines.map(({ reason }) => reason)).toEqual(['file-gone', 'file-gone'])
    expect(home.exists()).toBe(false)
    for (const { index } of lines) await interventions.settle(id, index, 'put-back')
    expect(home.read().toString()).toBe(
      `${lineFor('web.example.net,192.0.2.7', 'normal')}\n${lineFor('web.example.net', 'older')} with a comment\n`,
    )
    expect(interventions.list()[0]?.state).toBe('restored')
  })

  it('abandons when every line was forgotten', async () => {
    const { interventions } = service()
    const id = await setAside(interventions, targetIn(home))
    rmSync(home.file)
    await interventions.restoreNow(id)
    for (const { index } of interventions.list()[0]!.attention) await interventions.settle(id, index, 'forget')
    expect(interventions.list()[0]?.state).toBe('abandoned')
  })
})

describe('for good', () => {
  it('replaces, lists it, and brings it back', async () => {
    const { interventions } = service()
    const target = targetIn(home)
    const { digest } = await interventions.plan(target, rescueKey, 'replace', false)
    const outcome = await interventions.replace(target, rescueKey, digest)
    expect(outcome.kind).toBe('applied')
    expect(home.read().toString()).toContain(rescueKey.toString('base64'))
    expect(home.read().toString()).toContain(lineFor('192.0.2.7', 'normal'))
    expect(home.read().toString()).not.toContain(makeKey('older').toString('base64'))
    const [item] = interventions.history()
    expect(item).toMatchObject({ kind: 'replaced', lines: 2, canBringBack: true, host: 'web.example.net' })
    expect(interventions.list()).toEqual([])
    await interventions.bringBack(item!.id)
    expect(home.read().toString()).toBe(sampleKnownHosts)
    expect(interventions.history()[0]).toMatchObject({ canBringBack: false })
    await expect(interventions.bringBack(item!.id)).rejects.toMatchObject({ code: 'wrong-state' })
  })

  it('saves an unknown key and keeps no record of it', async () => {
    const { interventions } = service()
    const target = targetIn(home, { host: 'fresh.example.net', query: makeQuery('fresh.example.net', 2222) })
    await interventions.save(target, rescueKey)
    expect(home.read().toString()).toBe(`${sampleKnownHosts}[fresh.example.net]:2222 ssh-ed25519 ${rescueKey.toString('base64')}\n`)
    expect(await service().interventions.resume()).toEqual([])
    for (const name of ['journal', 'copies']) expect(readdirSync(join(home.dataDir, name))).toEqual([])
  })

  it('creates .ssh for the first key ever', async () => {
    rmSync(home.directory, { recursive: true })
    await service().interventions.save(targetIn(home), rescueKey)
    expect(statSync(home.directory).mode & 0o777).toBe(0o700)
    expect(statSync(home.file).mode & 0o777).toBe(0o600)
  })
})

describe('the next start', () => {
  it('goes on with an active intervention, once and again', async () => {
    const first = service()
    const id = await setAside(first.interventions, targetIn(home))
    await first.interventions.dispose()
    for (let start = 0; start < 2; start++) {
      const next = service()
      expect(await next.interventions.resume()).toEqual([{ id, outcome: 'still-active' }])
      expect(next.interventions.accepts(id, rescueKey)).toBe(true)
      expect(next.interventions.list()[0]).toMatchObject({ state: 'active', setAside: 2 })
      await next.interventions.dispose()
    }
  })

  it('sees that the owner took the marks off by hand', async () => {
    const id = await setAside(service().interventions, targetIn(home))
    writeFileSync(
      home.file,
      home
        .read()
        .toString()
        .replace(new RegExp(`^#rescueterm:${id} `, 'gm'), ''),
    )
    const next = service()
    expect(await next.interventions.resume()).toEqual([{ id, outcome: 'restored' }])
    expect(home.read().toString()).toBe(sampleKnownHosts)
  })

  it('reports a journal it cannot read and leaves it alone', async () => {
    const id = await setAside(service().interventions, targetIn(home))
    const path = join(home.dataDir, 'journal', `${id}.json`)
    writeFileSync(path, '{"torn":')
    const next = service()
    expect(await next.interventions.resume()).toEqual([{ id, outcome: 'unreadable' }])
    expect(readFileSync(path, 'utf8')).toBe('{"torn":')
  })
})
