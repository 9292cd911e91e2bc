/**
 * Plans shown to a person, remembered by digest until they are agreed to: what is carried out is the very plan that was shown,
 * and only while every file it was made from (also those it does not touch) still has the same bytes.
 */
import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import type { EditPreview } from '../../shared/edit-preview.js'
import { AppError } from '../../shared/errors.js'
import type { Clock } from '../clock.js'
import type { FileOperations } from '../file-operations.js'
import { type EditPlan, planReplace, planSetAside, previewEdit } from '../known-hosts/edit-plan.js'
import { isWritable, readKnownHosts } from '../known-hosts/files.js'
import { fingerprint, keyType, parsePublicKeyLine } from '../known-hosts/key.js'
import { splitMarks } from '../known-hosts/marks.js'
import { type HostKeyQuery, judgeHostKey, type KnownHostsContent, orderHostKeyAlgorithms } from '../known-hosts/verdict.js'

export interface InterventionTarget {
  /** What people call this server. */
  name: string
  host: string
  port: number
  practice: boolean
  query: HostKeyQuery
  userFiles: string[]
  systemFiles: string[]
  /** New lines get a hashed name. */
  hashNew: boolean
  /** The user file that new lines go to. */
  writeTo: string
}

export interface Planned {
  target: InterventionTarget
  presented: Buffer
  intent: 'set-aside' | 'replace'
  alsoWrite: boolean
  files: KnownHostsContent[]
  plan: EditPlan
  preview: EditPreview
  /** Blobs that the set-aside or replaced lines (also those in system files) hold for this server. */
  knownKeys: Buffer[]
  hostKeyAlgorithms: string[]
}

export type PlanRequest = Pick<Planned, 'target' | 'presented' | 'intent' | 'alsoWrite'>

export interface Planning {
  /** @throws AppError `revoked`, `nothing-to-set-aside`, or what reading the files throws. */
  plan(request: PlanRequest): Promise<Planned>
  /** The plan with this digest if it still holds, else undefined. */
  recall(digest: string, request: PlanRequest): Promise<Planned | undefined>
}

// A person has a handful of dialogs open; anything older is asked again.
const MAX_PLANS = 32
// Without vowels no words arise; without 0, 1, l nothing is misread.
const ID_LETTERS = '23456789bcdfghjkmnpqrstvwxyz'

/** Short enough to be typed from the file: 28^5 = 17 million. */
export const createId = () => Array.from(randomBytes(5), (byte) => ID_LETTERS[byte % ID_LETTERS.length]).join('')

const readTarget = (target: InterventionTarget, fs: FileOperations) =>
  readKnownHosts({ user: target.userFiles, system: target.systemFiles }, fs)

/** Where the copy of a file is kept: names the file and the intervention, one per file. */
export function copyPath(dataDir: string, id: string, userFiles: readonly string[], path: string): string {
  const twins = userFiles.filter((file) => basename(file) === basename(path))
  const number = twins.indexOf(path)
  return join(dataDir, 'copies', `${basename(path)}.${id}${number > 0 ? `.${number}` : ''}`)
}

export function createPlanning(o: {
  dataDir: string
  clock: Clock
  fs: FileOperations
  ttlHours(): number
  isTaken(id: string): boolean
}): Planning {
  const plans = new Map<string, Planned>()

  /** The same question keeps its id, so that the mark does not change while a person ticks options. */
  function idFor(request: PlanRequest): string {
    for (const known of plans.values()) if (isSameQuestion(known, request) && !o.isTaken(known.plan.id)) return known.plan.id
    for (;;) {
      const id = createId()
      if (!o.isTaken(id)) return id
    }
  }

  async function plan(request: PlanRequest): Promise<Planned> {
    const { target, presented, intent, alsoWrite } = request
    const files = await readTarget(target, o.fs)
    const verdict = judgeHostKey(files, target.query, presented)
    if (verdict.kind === 'revoked') throw new AppError('revoked', { host: target.host })
    const date = o.clock.now().toISOString().slice(0, 10)
    const context = { query: target.query, presented, id: idFor(request), date, hashNew: target.hashNew }
    const { writeTo } = target
    const made = intent === 'set-aside' ? planSetAside(files, context, { alsoWrite, writeTo }) : planReplace(files, context, { writeTo })
    const taken = made.files.flatMap((file) => file.edits.filter(({ kind }) => kind === 'mark' || kind === 'remove' || kind === 'change'))
    const isFirstContact = intent === 'set-aside' && verdict.kind === 'unknown'
    if (taken.length === 0 && verdict.systemEntries.length === 0 && !isFirstContact)
      throw new AppError('nothing-to-set-aside', { host: target.host })
    const writable = new Map<string, boolean>()
    for (const file of made.files) writable.set(file.path, await isWritable(file.path, o.fs))
    const preview = previewEdit(made, {
      key: { type: keyType(presented) ?? 'unknown', fingerprint: fingerprint(presented) },
      alsoWrite,
      ttlHours: o.ttlHours(),
      copyOf: (path) => copyPath(o.dataDir, made.id, target.userFiles, path),
      isWritable: (path) => writable.get(path) ?? false,
    })
    const systemLines = verdict.systemEntries.map(({ file, line }) => lineAt(files.find(({ path }) => path === file)?.bytes, line))
    const planned: Planned = {
      ...request,
      files,
      plan: made,
      preview,
      knownKeys: keysOf([...taken.map(({ original }) => original), ...systemLines]),
      hostKeyAlgorithms: orderHostKeyAlgorithms(files, target.query),
    }
    plans.delete(made.digest)
    plans.set(made.digest, planned)
    for (const oldest of plans.keys()) if (plans.size > MAX_PLANS) plans.delete(oldest)
    return planned
  }

  return {
    plan,
    async recall(digest, request) {
      const known = plans.get(digest)
      if (!known || !isSameQuestion(known, request) || known.alsoWrite !== request.alsoWrite) return undefined
      return isSameContent(known.files, await readTarget(request.target, o.fs)) ? known : undefined
    },
  }
}

function isSameQuestion(a: PlanRequest, b: PlanRequest): boolean {
  const lists = (t: InterventionTarget) =>
    JSON.stringify([t.query.lookupName, t.query.address, t.userFiles, t.systemFiles, t.writeTo, t.hashNew])
  return a.intent === b.intent && a.presented.equals(b.presented) && lists(a.target) === lists(b.target)
}

function isSameContent(a: readonly KnownHostsContent[], b: readonly KnownHostsContent[]): boolean {
  return a.length === b.length && a.every(({ path, bytes }, index) => path === b[index]!.path && bytes.equals(b[index]!.bytes))
}

function lineAt(bytes: Buffer | undefined, number: number): Buffer {
  return Buffer.from(bytes?.toString('latin1').split('\n')[number - 1] ?? '', 'latin1')
}

/** The keys on these lines, each once; a line that another intervention has set aside too is read behind its marks. */
function keysOf(lines: readonly Buffer[]): Buffer[] {
  const keys = new Map<string, Buffer>()
  for (const line of lines) {
    const blob = parsePublicKeyLine(splitMarks(line.toString('latin1')).content)?.blob
    if (blob) keys.set(blob.toString('base64'), blob)
  }
  return [...keys.values()]
}
