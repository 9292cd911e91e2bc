/**
 * What known_hosts says about a presented key: OpenSSH's verdict (`sshconnect.c` check_host_key, `hostfile.c`) with every
 * deciding line. Where we are stricter than ssh: a revocation under the address or under the bare name counts, and keys of
 * other types only are a verdict of their own (ssh calls both "changed"). Host certificates are never presented to us
 * (ssh2 offers no such algorithm), so `match-ca` does not arise here.
 */
import type { KnownEntry, VerdictKind } from '../../shared/host-key.js'
import { readKey } from './blob.js'
import { escapeBytes } from './display.js'
import { fingerprint } from './key.js'
import { type CoveringLine, createNameTest, findCoveringLines } from './lines.js'
import { elementMatches, toByteString } from './match.js'
import { bareForm, type HostKeyQuery, type KnownHostsContent } from './query.js'

export { orderHostKeyAlgorithms } from './algorithms.js'

export { type HostKeyQuery, type KnownHostsContent, makeQuery } from './query.js'

export interface HostKeyVerdict {
  kind: VerdictKind
  /**
   * Every deciding line, in file order. match: the lines with the presented key; changed and other-type: the lines in the way,
   * also those under the address; revoked: the revocations; unknown: none, or the `@cert-authority` lines if `authorityOnly`.
   */
  entries: KnownEntry[]
  authorityOnly: boolean
  /** Those of `entries` that stand in system files. */
  systemEntries: KnownEntry[]
}

interface FileLine extends CoveringLine {
  file: KnownHostsContent
}

function collect(files: readonly KnownHostsContent[], names: readonly string[]): FileLine[] {
  const test = createNameTest(names.map(toByteString))
  return files.flatMap((file) => findCoveringLines(file.bytes, test).map((line) => ({ ...line, file })))
}

/** The plain names of a line other than those looked up, readable. */
export function otherNames(line: CoveringLine): string[] {
  const names = line.covers.map((cover) => cover.name)
  return (line.elements ?? [])
    .filter((element) => element.text && !element.negated && !element.wildcard && !names.some((name) => elementMatches(element, name)))
    .map((element) => escapeBytes(Buffer.from(element.text, 'latin1')))
}

const toEntry = (line: FileLine): KnownEntry => ({
  file: line.file.path,
  line: line.number,
  ...(line.fields.marker ? { marker: line.fields.marker } : {}),
  type: line.key.type,
  fingerprint: fingerprint(line.blob),
  otherNames: otherNames(line),
  pattern: line.covers.some((cover) => cover.pattern),
  system: line.file.system,
})

type Status = { kind: 'match' | 'new' | 'conflict' | 'revoked'; lines: FileLine[] }

/** check_key_in_hostkeys for the lines that cover one name. */
function statusFor(lines: readonly FileLine[], name: string, presented: { identity: string; plain: string }): Status {
  const covering = lines.filter((line) => line.covers.some((cover) => cover.name === toByteString(name)))
  const revoked = covering.filter((line) => line.fields.marker === 'revoked' && line.key.plain === presented.plain)
  if (revoked.length > 0) return { kind: 'revoked', lines: revoked }
  const unmarked = covering.filter((line) => !line.fields.marker)
  const equal = unmarked.filter((line) => line.key.identity === presented.identity)
  if (equal.length > 0) return { kind: 'match', lines: equal }
  return { kind: unmarked.length > 0 ? 'conflict' : 'new', lines: unmarked }
}

/**
 * Judges a presented key. `files` in OpenSSH's order, `presented` a wire blob from the server (not yet proven by a signature: a
 * match may be announced only after the handshake). A blob that is no key we know is never a match.
 */
export function judgeHostKey(files: readonly KnownHostsContent[], query: HostKeyQuery, presented: Buffer): HostKeyVerdict {
  const raw = `unknown:${presented.toString('base64')}`
  const key = readKey(presented) ?? { type: '', bits: 0, identity: raw, plain: raw }
  const result = (kind: VerdictKind, lines: readonly FileLine[], authorityOnly = false): HostKeyVerdict => {
    const entries = inFileOrder(files, lines).map(toEntry)
    return { kind, entries, authorityOnly, systemEntries: entries.filter((entry) => entry.system) }
  }
  const { lookupName, bareName, address } = query
  const lines = collect(files, address && address !== lookupName ? [lookupName, address] : [lookupName])
  const byName = statusFor(lines, lookupName, key)
  const byAddress = address ? statusFor(lines, address, key) : undefined
  const revocations = [byName, byAddress].flatMap((status) => (status?.kind === 'revoked' ? status.lines : []))
  if (revocations.length > 0) return result('revoked', revocations)
  const addressConflict = byAddress?.kind === 'conflict' ? byAddress.lines : []
  if (byName.kind === 'conflict') {
    const inTheWay = [...byName.lines, ...addressConflict]
    return result(inTheWay.some((line) => line.key.type === key.type) ? 'changed' : 'other-type', inTheWay)
  }
  if (byName.kind === 'match') return addressConflict.length > 0 ? result('changed', addressConflict) : result('match', byName.lines)

  let authorities = lines.filter((line) => line.fields.marker === 'cert-authority' && covers(line, lookupName))
  if (bareName) {
    const bareAddress = address && bareForm(address)
    const bareLines = collect(files, bareAddress && bareAddress !== bareName ? [bareName, bareAddress] : [bareName])
    const byBareName = statusFor(bareLines, bareName, key)
    const byBareAddress = bareAddress ? statusFor(bareLines, bareAddress, key) : undefined
    const bareRevocations = [byBareName, byBareAddress].flatMap((status) => (status?.kind === 'revoked' ? status.lines : []))
    if (bareRevocations.length > 0) return result('revoked', bareRevocations)
    if (byBareName.kind === 'match' && byBareAddress?.kind !== 'conflict') {
      return addressConflict.length > 0 ? result('changed', addressConflict) : result('match', byBareName.lines)
    }
    authorities = [...authorities, ...bareLines.filter((line) => line.fields.marker === 'cert-authority' && covers(line, bareName))]
  }
  return result('unknown', authorities, authorities.length > 0)
}

const covers = (line: FileLine, name: string) => line.covers.some((cover) => cover.name === toByteString(name))

/** Each line once, in the order of the files. */
function inFileOrder(files: readonly KnownHostsContent[], lines: readonly FileLine[]): FileLine[] {
  const once = new Map(lines.map((line) => [`${files.indexOf(line.file)}:${line.number}`, line]))
  return [...once.values()].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.number - b.number)
}

/** What a server list may say without a connection. `revoked-only`: every key on file for this name is revoked. */
export function isKnownName(files: readonly KnownHostsContent[], query: HostKeyQuery): 'known' | 'new' | 'revoked-only' {
  let revokedSeen = false
  for (const name of [query.lookupName, query.bareName]) {
    if (!name) continue
    const lines = collect(files, [name])
    const revoked = new Set(lines.filter((line) => line.fields.marker === 'revoked').map((line) => line.key.plain))
    if (lines.some((line) => !line.fields.marker && !revoked.has(line.key.plain))) return 'known'
    revokedSeen ||= revoked.size > 0
  }
  return revokedSeen ? 'revoked-only' : 'new'
}
