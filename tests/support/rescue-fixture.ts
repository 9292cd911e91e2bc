/** A temporary home with known_hosts, and an intervention service on it whose probe answers what the test says. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../electron/clock.js'
import type { FileOperations } from '../../electron/file-operations.js'
import { fingerprint } from '../../electron/known-hosts/key.js'
import { makeQuery } from '../../electron/known-hosts/verdict.js'
import { silentLog } from '../../electron/log.js'
import { createInterventions, type InterventionTarget, type ProbeAnswer } from '../../electron/rescue/interventions.js'
import { Settings } from '../../shared/settings.js'
import { createFakeClock } from './fake-clock.js'

/** A well-formed Ed25519 public key (RFC 8709 §4) that depends on `seed` only. */
export function makeKey(seed: string): Buffer {
  const text = (bytes: Buffer | string) => {
    const body = Buffer.from(bytes)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([length, body])
  }
  return Buffer.concat([text('ssh-ed25519'), text(createHash('sha256').update(seed).digest())])
}

export const lineFor = (names: string, seed: string) => `${names} ssh-ed25519 ${makeKey(seed).toString('base64')}`
export const rescueKey = makeKey('rescue')
export const knownKey = makeKey('normal')

export const sampleKnownHosts = [
  '# kept by hand',
  lineFor('other.example.net', 'other'),
  lineFor('web.example.net,192.0.2.7', 'normal'),
  '',
  '#web.example.net a twin of the owner',
  `${lineFor('web.example.net', 'older')} with a comment`,
  lineFor('git.example.net', 'git'),
  '',
].join('\n')

export function createHome(content: string | Buffer | undefined = sampleKnownHosts) {
  const home = mkdtempSync(join(tmpdir(), 'rescueterm-'))
  const directory = join(home, '.ssh')
  const file = join(directory, 'known_hosts')
  mkdirSync(directory, { mode: 0o700 })
  if (content !== undefined) writeFileSync(file, content, { mode: 0o600 })
  return {
    home,
    directory,
    file,
    dataDir: join(home, 'data'),
    read: () => readFileSync(file),
    exists: () => existsSync(file),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}
export type Home = ReturnType<typeof createHome>

export const targetIn = (home: { file: string }, change: Partial<InterventionTarget> = {}): InterventionTarget => ({
  name: 'web',
  host: 'web.example.net',
  port: 22,
  practice: false,
  query: makeQuery('web.example.net', 22),
  userFiles: [home.file],
  systemFiles: [],
  hashNew: false,
  writeTo: home.file,
  ...change,
})

export interface Answers {
  next: ProbeAnswer | (() => Promise<ProbeAnswer>)
  count: number
}

export function createService(
  dataDir: string,
  o: { clock?: Clock; fs?: FileOperations; settings?: Partial<Settings>; answers?: Answers } = {},
) {
  const clock = o.clock ?? createFakeClock()
  const answers = o.answers ?? { next: { kind: 'nothing' }, count: 0 }
  const settings = { ...Settings.parse({}), ...o.settings }
  const interventions = createInterventions({
    dataDir,
    clock,
    log: silentLog,
    settings: () => settings,
    probe: async () => {
      answers.count++
      return typeof answers.next === 'function' ? answers.next() : answers.next
    },
    ...(o.fs ? { fs: o.fs } : {}),
  })
  return { interventions, answers, settings, clock }
}

/** Plan and agree, as a person does. */
export async function setAside(
  interventions: ReturnType<typeof createInterventions>,
  target: InterventionTarget,
  o: { key?: Buffer; alsoWrite?: boolean } = {},
): Promise<string> {
  const key = o.key ?? rescueKey
  const preview = await interventions.plan(target, key, 'set-aside', o.alsoWrite ?? false)
  const outcome = await interventions.begin(target, key, preview.digest, o.alsoWrite ?? false)
  if (outcome.kind !== 'applied') throw new Error('the plan changed')
  return outcome.id
}

export const sha = fingerprint
