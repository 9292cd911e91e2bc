/**
 * One attempt to reach a server: configuration → what the files say → key exchange with a verifier that closes over both →
 * sign-in. The verifier does no I/O and asks nobody; whatever it refuses becomes a question that the attempt answers with.
 * Order of judgement: revoked refuses always; then the key approved for this one attempt; then an open intervention; then the files.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { ErrorInfo } from '../../shared/errors.js'
import { AppError } from '../../shared/errors.js'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { describeKey } from '../known-hosts/key.js'
import type { HostKeyQuery, HostKeyVerdict, KnownHostsContent } from '../known-hosts/verdict.js'
import { judgeHostKey, makeQuery, orderHostKeyAlgorithms } from '../known-hosts/verdict.js'
import type { Interventions, InterventionTarget } from '../rescue/interventions.js'
import { adminCommands } from '../rescue/system-file.js'
import { endsRescue } from '../rescue/trust.js'
import type { ResolvedTarget } from '../ssh/config.js'
import type { ConnectOutcome, Credentials, connectSsh, SshConnection } from '../ssh/connect.js'

export interface AttemptParts {
  resolve(signal: AbortSignal): Promise<ResolvedTarget>
  connect: typeof connectSsh
  readKnownHosts(files: { user: readonly string[]; system: readonly string[] }): Promise<KnownHostsContent[]>
  interventions: Pick<Interventions, 'findOpen' | 'accepts' | 'classify' | 'observed' | 'hostKeyAlgorithms'>
  /** No line is aside for it, but the server was sent into rescue and answered with this key. */
  isRescueKey(host: string, port: number, blob: Buffer): boolean
  credentials: Credentials
  onStage(stage: 'config' | 'lookup' | 'tcp' | 'banner' | 'key-exchange' | 'sign-in' | 'shell'): void
  onResolved(resolved: ResolvedTarget): void
}

export interface AttemptRequest {
  name: string
  practice: boolean
  /** The key a person trusted for this one attempt (or just saved). */
  trusted?: Buffer | undefined
  signal: AbortSignal
}

export type AttemptOutcome =
  | { kind: 'connected'; connection: SshConnection; whose: 'known' | 'rescue' | 'once'; interventionId?: string }
  | { kind: 'question'; question: Omit<HostKeyQuestion, 'id'>; blob: Buffer; target: InterventionTarget }
  /** Under an intervention the server's own system answered. `proven`: by a server that holds it, and what follows from that is done. */
  | { kind: 'returned'; interventionId: string; proven: boolean }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: ErrorInfo }

/** @throws AppError for a configuration or known_hosts file that cannot be read. */
export async function attemptConnection(request: AttemptRequest, parts: AttemptParts): Promise<AttemptOutcome> {
  parts.onStage('config')
  const resolved = await parts.resolve(request.signal)
  parts.onResolved(resolved)
  if (resolved.proxy) throw new AppError('proxy-unsupported', { proxy: resolved.proxy })
  const address = await addressToJudge(resolved, parts)
  const query = makeQuery(resolved.host, resolved.port, {
    ...(resolved.alias ? { alias: resolved.alias } : {}),
    ...(address ? { address } : {}),
  })
  const files = await parts.readKnownHosts({ user: resolved.userFiles, system: resolved.systemFiles })
  const intervention = parts.interventions.findOpen({ query, userFiles: resolved.userFiles })

  let seen: { blob: Buffer; verdict: HostKeyVerdict } | undefined
  let whose = 'known' as 'known' | 'rescue' | 'once'
  const outcome = await parts.connect(
    { ...resolved, host: address ?? resolved.host },
    {
      verify(blob) {
        const verdict = judgeHostKey(files, query, blob)
        seen = { blob, verdict }
        if (verdict.kind === 'revoked') return false
        if (intervention && parts.interventions.accepts(intervention.id, blob)) {
          whose = 'rescue'
          return true
        }
        if (intervention && !endsRescue(parts.interventions.classify(intervention.id, blob))) return false
        // Half-way back: the next attempt comes after the restore, without the restrictions of a rescue.
        if (verdict.kind === 'match') return intervention?.state !== 'restoring'
        if (intervention) return false
        whose = 'once'
        return request.trusted?.equals(blob) === true
      },
      hostKeyAlgorithms: intervention ? parts.interventions.hostKeyAlgorithms(intervention.id) : orderHostKeyAlgorithms(files, query),
      credentials: parts.credentials,
      quarantine:
        intervention !== undefined || (request.trusted !== undefined && parts.isRescueKey(resolved.host, resolved.port, request.trusted)),
      signal: request.signal,
      onStage: parts.onStage,
    },
  )
  if (outcome.kind === 'connected') {
    return { kind: 'connected', connection: outcome.connection, whose, ...(whose === 'rescue' ? { interventionId: intervention!.id } : {}) }
  }
  if (outcome.kind !== 'host-key-refused' || !seen) return outcome as Exclude<ConnectOutcome, { kind: 'connected' | 'host-key-refused' }>

  if (intervention && seen.verdict.kind !== 'revoked') {
    const proven = await parts.interventions.observed(intervention.id, seen.blob)
    if (endsRescue(parts.interventions.classify(intervention.id, seen.blob)))
      return { kind: 'returned', interventionId: intervention.id, proven }
  }
  const target = interventionTarget(request, resolved, query, files)
  return {
    kind: 'question',
    blob: seen.blob,
    target,
    question: {
      ...describeQuestion(seen.blob, seen.verdict, resolved, target, intervention?.id),
      isRescue: parts.isRescueKey(resolved.host, resolved.port, seen.blob),
    },
  }
}

/** The address that `CheckHostIP yes` judges beside the name, resolved once so that the same one is connected to. */
async function addressToJudge(resolved: ResolvedTarget, parts: AttemptParts): Promise<string | undefined> {
  if (!resolved.checkHostIp || resolved.alias || isIP(resolved.host)) return undefined
  parts.onStage('lookup')
  try {
    return (await lookup(resolved.host)).address
  } catch (error) {
    throw new AppError('dns', { host: resolved.host }, error instanceof Error ? error.message : undefined)
  }
}

function interventionTarget(
  request: AttemptRequest,
  resolved: ResolvedTarget,
  query: HostKeyQuery,
  files: readonly KnownHostsContent[],
): InterventionTarget {
  const writeTo = resolved.userFiles[0] ?? ''
  const saved = files.find((file) => file.path === writeTo)
  return {
    name: request.name,
    host: resolved.host,
    port: resolved.port,
    practice: request.practice,
    query,
    userFiles: resolved.userFiles,
    systemFiles: resolved.systemFiles,
    hashNew: resolved.hashKnownHosts || (saved !== undefined && isHashed(saved.bytes)),
    writeTo,
  }
}

/** A file whose owner hashes names has at least one entry that begins with `|1|`. */
const isHashed = (bytes: Buffer) => bytes.subarray(0, 3).equals(hashPrefix) || bytes.includes(hashedLine)
const hashPrefix = Buffer.from('|1|')
const hashedLine = Buffer.from('\n|1|')

function describeQuestion(
  blob: Buffer,
  verdict: HostKeyVerdict,
  resolved: ResolvedTarget,
  target: InterventionTarget,
  interventionId: string | undefined,
): Omit<HostKeyQuestion, 'id' | 'isRescue'> {
  const kind = verdict.kind === 'match' || verdict.kind === 'match-ca' ? 'unknown' : verdict.kind
  return {
    verdict: kind,
    presented: describeKey(blob),
    entries: verdict.entries,
    authorityOnly: verdict.authorityOnly,
    systemEntries: verdict.systemEntries,
    adminCommands: adminCommands(verdict.systemEntries),
    strict: resolved.strict === 'yes',
    ...(target.writeTo ? { saveTo: { file: target.writeTo, hashed: target.hashNew } } : {}),
    ...(interventionId ? { interventionId } : {}),
  }
}

/** What a tab says of a target before and after its configuration was read. */
export const targetFields = (resolved: ResolvedTarget): Pick<TerminalSession, 'host' | 'port' | 'user' | 'notes'> => ({
  host: resolved.host,
  port: resolved.port,
  user: resolved.user,
  notes: resolved.notes,
})
