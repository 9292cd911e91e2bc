/**
 * The question about one key that a server showed: what its provider publishes of it, and the answers. Revoked is accepted by none of
 * them; another key than the published one only once a person has compared its own fingerprint.
 */
import { randomUUID } from 'node:crypto'
import type { EditOutcome } from '../../shared/contract.js'
import type { EditPreview } from '../../shared/edit-preview.js'
import { AppError } from '../../shared/errors.js'
import type { ComparisonResult } from '../../shared/host-key.js'
import type { HostKeyQuestion, PublishedKey } from '../../shared/terminal-session.js'
import type { Clock } from '../clock.js'
import { compareExpectation, fingerprint } from '../known-hosts/key.js'
import type { Log } from '../log.js'
import type { Interventions, InterventionTarget } from '../rescue/interventions.js'

// An account answers in a second or two; the key of a rescue that has only begun is published later.
export const PUBLISHED_MS = 20_000

export interface QuestionParts {
  interventions: Pick<Interventions, 'save' | 'plan' | 'begin' | 'replace' | 'acceptThirdKey'>
  /** The key shown against those its provider publishes for the rescue it was sent into; waits until that is known. */
  comparePublished(host: string, port: number, blob: Buffer, signal: AbortSignal): Promise<PublishedKey | undefined>
  clock: Clock
  log: Log
}

export interface QuestionOwner {
  onDidChange(): void
  /** The key was accepted, by this one attempt or by an intervention: connect anew. */
  onDidAccept(by: { trusted?: Buffer; interventionId?: string }): void
}

/** Every answer that accepts the key @throws AppError `wrong-state`, `strict-unknown`, `published-key-differs`. */
export interface AskedQuestion {
  state(): HostKeyQuestion
  compare(text: string): ComparisonResult
  trust(save: boolean): Promise<void>
  plan(intent: 'set-aside' | 'replace', alsoWrite: boolean): Promise<EditPreview>
  setAside(digest: string, alsoWrite: boolean): Promise<EditOutcome>
  replace(digest: string): Promise<EditOutcome>
  acceptThirdKey(): Promise<void>
  dispose(): void
}

export function askHostKey(
  { question, blob, target }: { question: Omit<HostKeyQuestion, 'id'>; blob: Buffer; target: InterventionTarget },
  { interventions, comparePublished, clock, log }: QuestionParts,
  { onDidChange, onDidAccept }: QuestionOwner,
): AskedQuestion {
  const { host, port } = target
  const { verdict, interventionId } = question
  const id = randomUUID()
  const ending = new AbortController()
  let isCompared = false
  let published: HostKeyQuestion['published'] = target.practice ? undefined : { result: 'asking' }
  let stopWaiting = () => {}
  /** An answer need not wait for the provider any longer. */
  const waited = new Promise<void>((resolve) => {
    stopWaiting = resolve
  })
  const cancelLimit = published ? clock.setTimeout(stopWaiting, PUBLISHED_MS) : stopWaiting
  if (published) void follow().then(stopWaiting)

  /** The question is up meanwhile: a provider that cannot be asked, or tells late, leaves it to the person. */
  async function follow() {
    const found = await comparePublished(host, port, blob, ending.signal).catch((error: unknown) => {
      if (!ending.signal.aborted) log.info(`a key could not be compared: ${error instanceof Error ? error.message : 'unknown reason'}`)
      return undefined
    })
    if (ending.signal.aborted) return
    published = isCompared && found?.result === 'differs' ? undefined : found
    onDidChange()
  }

  function refuseUnless(isPossible: boolean) {
    if (!isPossible || verdict === 'revoked') throw new AppError('wrong-state')
  }
  /** `StrictHostKeyChecking yes` (ssh_config(5)): a key that no file knows is accepted by none of the answers. */
  function refuseUnknownIfStrict() {
    if (verdict === 'unknown' && question.strict) throw new AppError('strict-unknown', { host })
  }
  /** Waits for what the provider says, but not for long; who has compared the key's own fingerprint need not wait. */
  async function refuseOther() {
    if (published?.result === 'asking') await waited
    if (ending.signal.aborted) throw new AppError('wrong-state')
    if (published?.result === 'differs') throw new AppError('published-key-differs', { host })
  }
  /** No intervention is open for this address. */
  const isAlone = interventionId === undefined

  return {
    state: () => ({ ...question, id, ...(published ? { published } : {}) }),
    compare(text) {
      const result = compareExpectation(text, blob)
      if (result !== 'match') return result
      isCompared = true
      stopWaiting()
      if (published?.result === 'differs') {
        published = undefined
        onDidChange()
      }
      return result
    },
    async trust(save) {
      refuseUnless(verdict === 'unknown' && isAlone)
      refuseUnknownIfStrict()
      await refuseOther()
      if (save) await interventions.save(target, blob)
      onDidAccept({ trusted: blob })
    },
    async plan(intent, alsoWrite) {
      refuseUnless(isAlone)
      refuseUnknownIfStrict()
      return interventions.plan(target, blob, intent, alsoWrite)
    },
    async setAside(digest, alsoWrite) {
      refuseUnless(isAlone)
      refuseUnknownIfStrict()
      await refuseOther()
      const outcome = await interventions.begin(target, blob, digest, alsoWrite)
      if (outcome.kind === 'applied') onDidAccept({ interventionId: outcome.id })
      return outcome
    },
    async replace(digest) {
      refuseUnless(isAlone)
      await refuseOther()
      const outcome = await interventions.replace(target, blob, digest)
      if (outcome.kind === 'applied') onDidAccept({})
      return outcome
    },
    async acceptThirdKey() {
      if (interventionId === undefined || verdict === 'revoked') throw new AppError('wrong-state')
      await refuseOther()
      await interventions.acceptThirdKey(interventionId, fingerprint(blob), isCompared || published?.result === 'verified')
      onDidAccept({})
    },
    dispose() {
      ending.abort()
      cancelLimit()
      stopWaiting()
    },
  }
}
