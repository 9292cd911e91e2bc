import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type AttemptParts, attemptConnection } from '../../../electron/sessions/attempt.js'
import type { ResolvedTarget } from '../../../electron/ssh/config.js'
import type { ConnectOptions, SshConnection } from '../../../electron/ssh/connect.js'
import type { Intervention } from '../../../shared/intervention.js'

const dir = mkdtempSync(join(tmpdir(), 'attempt-'))
afterAll(() => rmSync(dir, { recursive: true }))

function makeKey(name: string, type = 'ed25519') {
  const path = join(dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path])
  const line = readFileSync(`${path}.pub`, 'utf8').trim()
  return { line, blob: Buffer.from(line.split(' ')[1]!, 'base64') }
}
const [own, rescue, third] = [makeKey('own'), makeKey('rescue'), makeKey('third')]

/** What the server presents; the verifier's answer decides, as in `connectSsh`. */
const serverShowing = (blob: Buffer, seen?: { options?: ConnectOptions; host?: string }) =>
  (async (target: { host: string }, options: ConnectOptions) => {
    if (seen) Object.assign(seen, { options, host: target.host })
    if (options.verify(blob) !== true) return { kind: 'host-key-refused', blob }
    return { kind: 'connected', connection: { hostKey: blob } as SshConnection }
  }) as AttemptParts['connect']

const resolved: ResolvedTarget = {
  typed: 'web-1',
  host: 'web-1',
  port: 22,
  user: 'root',
  checkHostIp: false,
  hashKnownHosts: false,
  strict: 'ask',
  userFiles: ['/home/u/.ssh/known_hosts'],
  systemFiles: [],
  identityFiles: [],
  identitiesOnly: false,
  notes: [],
}

interface World {
  file: string
  system?: string
  shown: Buffer
  open?: boolean
  trusted?: Buffer
  /** The server was sent into rescue and answered with this key. */
  answered?: Buffer
  over?: Partial<ResolvedTarget>
  seen?: { options?: ConnectOptions; host?: string }
}

function attempt({ file, system, shown, open, trusted, answered, over, seen }: World) {
  const observed: Buffer[] = []
  const outcome = attemptConnection(
    { name: 'web-1', practice: false, trusted, signal: new AbortController().signal },
    {
      resolve: async () => ({ ...resolved, ...over }),
      connect: serverShowing(shown, seen),
      isRescueKey: (_host, _port, blob) => answered?.equals(blob) ?? false,
      readKnownHosts: async () => [
        { path: '/home/u/.ssh/known_hosts', system: false, bytes: Buffer.from(file) },
        ...(system === undefined ? [] : [{ path: '/etc/ssh/ssh_known_hosts', system: true, bytes: Buffer.from(system) }]),
      ],
      interventions: {
        findOpen: () => (open ? ({ id: 'i1' } as Intervention) : undefined),
        accepts: (_id, blob) => blob.equals(rescue.blob),
        classify: (_id, blob) => (blob.equals(rescue.blob) ? 'rescue-key' : blob.equals(own.blob) ? 'known-key' : 'third-key'),
        observed: async (_id, blob) => observed.push(blob) > 0,
        hostKeyAlgorithms: () => ['ssh-ed25519'],
      },
      credentials: { ask: async () => ({ kind: 'cancel' }) },
      onStage() {},
      onResolved() {},
    },
  )
  return outcome.then((result) => ({ result, observed }))
}

describe('attemptConnection', () => {
  it('connects when a line holds the key', async () => {
    const { result } = await attempt({ file: `web-1 ${own.line}\n`, shown: own.blob })
    expect(result).toMatchObject({ kind: 'connected', whose: 'known' })
  })

  it('asks about an unknown server and says where saving would write, hashed when the file is', async () => {
    const { result } = await attempt({ file: '|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= ssh-rsa x\n', shown: own.blob })
    expect(result).toMatchObject({
      kind: 'question',
      question: { verdict: 'unknown', strict: false, isRescue: false, saveTo: { file: '/home/u/.ssh/known_hosts', hashed: true } },
    })
  })

  it('accepts a key trusted once, and only that key', async () => {
    expect((await attempt({ file: '', shown: own.blob, trusted: own.blob })).result).toMatchObject({ kind: 'connected', whose: 'once' })
    expect((await attempt({ file: '', shown: third.blob, trusted: own.blob })).result.kind).toBe('question')
  })

  it('asks with every deciding line when the key changed', async () => {
    const { result } = await attempt({ file: `# x\nweb-1 ${own.line}\nweb-1,other ${third.line}\n`, shown: rescue.blob })
    expect(result).toMatchObject({
      kind: 'question',
      question: { verdict: 'changed', entries: [{ line: 2 }, { line: 3, otherNames: ['other'] }] },
    })
  })

  it('refuses a revoked key always, trusted or approved for rescue', async () => {
    const file = `@revoked * ${rescue.line}\n`
    for (const world of [{ trusted: rescue.blob }, { open: true }, {}])
      expect((await attempt({ file, shown: rescue.blob, ...world })).result).toMatchObject({
        kind: 'question',
        question: { verdict: 'revoked' },
      })
  })

  it('carries system lines with the commands for an administrator', async () => {
    const { result } = await attempt({ file: '', system: `web-1 ${own.line}\n`, shown: rescue.blob })
    expect(result).toMatchObject({
      kind: 'question',
      question: { verdict: 'changed', systemEntries: [{ file: '/etc/ssh/ssh_known_hosts', line: 1 }] },
    })
    if (result.kind === 'question') expect(result.question.adminCommands).toHaveLength(1)
  })

  it('offers agent and keys to no system that a server nobody knew shows after it was sent into rescue', async () => {
    const seen: NonNullable<World['seen']> = {}
    const asked = await attempt({ file: '', shown: rescue.blob, answered: rescue.blob })
    expect(asked.result).toMatchObject({ kind: 'question', question: { verdict: 'unknown', isRescue: true } })
    const { result } = await attempt({ file: '', shown: rescue.blob, trusted: rescue.blob, answered: rescue.blob, seen })
    expect(result).toMatchObject({ kind: 'connected', whose: 'once' })
    expect(seen.options).toMatchObject({ quarantine: true })
    await attempt({ file: '', shown: third.blob, trusted: third.blob, answered: rescue.blob, seen })
    expect(seen.options).toMatchObject({ quarantine: false })
  })

  describe('under an intervention', () => {
    const file = `#rescueterm:i1 web-1 ${own.line}\n`
    it('accepts the rescue key, in quarantine, in the order that was used before', async () => {
      const seen: NonNullable<World['seen']> = {}
      const { result } = await attempt({ file, shown: rescue.blob, open: true, seen })
      expect(result).toMatchObject({ kind: 'connected', whose: 'rescue', interventionId: 'i1' })
      expect(seen.options).toMatchObject({ quarantine: true, hostKeyAlgorithms: ['ssh-ed25519'] })
    })
    it('accepts it although a system line still names another key', async () => {
      expect((await attempt({ file, system: `web-1 ${own.line}\n`, shown: rescue.blob, open: true })).result.kind).toBe('connected')
    })
    it('hands the known key to the way back instead of connecting', async () => {
      const { result, observed } = await attempt({ file, shown: own.blob, open: true })
      expect(result).toEqual({ kind: 'returned', interventionId: 'i1', proven: true })
      expect(observed).toEqual([own.blob])
    })
    it('stops at a third key, even one trusted before or on file', async () => {
      for (const world of [{ trusted: third.blob }, { file: `${file}web-1 ${third.line}\n` }]) {
        const { result, observed } = await attempt({ file, shown: third.blob, open: true, ...world })
        expect(result).toMatchObject({ kind: 'question', question: { interventionId: 'i1' } })
        expect(observed).toEqual([third.blob])
      }
    })
  })

  it('says that a proxy is not supported instead of connecting around it', async () => {
    await expect(attempt({ file: '', shown: own.blob, over: { proxy: 'ProxyJump bastion' } })).rejects.toMatchObject({
      code: 'proxy-unsupported',
    })
  })

  it('judges the address too when CheckHostIP is on, and connects to the address it judged', async () => {
    const seen: NonNullable<World['seen']> = {}
    const { result } = await attempt({
      file: `localhost ${own.line}\n127.0.0.1,::1 ${third.line}\n`,
      shown: own.blob,
      over: { host: 'localhost', checkHostIp: true },
      seen,
    })
    expect(result).toMatchObject({ kind: 'question', question: { verdict: 'changed' } })
    expect(['127.0.0.1', '::1']).toContain(seen.host)
  })
})
