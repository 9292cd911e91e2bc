/** `rescueterm check HOST`: which key, and what the files say. With `--key` nothing touches the network; nothing is ever written. */
import { isIP } from 'node:net'
import { AppError } from '../../shared/app-error.js'
import { readKnownHosts } from '../known-hosts/files.js'
import { fingerprint, keyType, parsePublicKeyLine } from '../known-hosts/key.js'
import { judgeHostKey, makeQuery, orderHostKeyAlgorithms } from '../known-hosts/verdict.js'
import { type Options, type TypedHost, UsageError } from './arguments.js'
import type { CommandContext } from './context.js'
import { exits } from './failure.js'
import { harmless } from './output.js'
import { askServer } from './presented.js'
import { resolveForCheck, targetText } from './target.js'

export async function check(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  const { output } = o
  const given = options.key === undefined ? undefined : parseKey(options.key)
  if (options.ip !== undefined && !isIP(options.ip))
    throw new UsageError('bad-option', { option: '--ip', value: options.ip, expected: '192.0.2.1, 2001:db8::1' })
  const target = await resolveForCheck(host, options, o.home)
  const files = await readKnownHosts({ user: target.userFiles, system: target.systemFiles })
  const query = makeQuery(target.host, target.port, {
    ...(target.alias ? { alias: target.alias } : {}),
    ...(options.ip ? { address: options.ip } : {}),
  })
  const presented = given ?? (await askServer({ ...target, hostKeyAlgorithms: orderHostKeyAlgorithms(files, query), signal: o.signal }))
  const { kind, entries } = judgeHostKey(files, query, presented)
  const shown = { type: keyType(presented) ?? 'unknown', fingerprint: fingerprint(presented) }

  output.document({
    host: target.host,
    port: target.port,
    lookupName: query.lookupName,
    presented: shown,
    verdict: kind,
    entries: entries.map(({ file, line, marker, type, fingerprint }) => ({ file, line, ...(marker ? { marker } : {}), type, fingerprint })),
  })
  const { texts, style } = output
  output.print(texts.check.presented({ host: query.lookupName, ...shown }))
  const good = kind === 'match' || kind === 'match-ca'
  output.print((good ? style.green : kind === 'unknown' ? style.amber : style.red)(texts.check.verdict[kind]({ name: query.lookupName })))
  for (const { file, line, type, fingerprint, marker } of entries) {
    const place = { file: harmless(file), line, type: harmless(type), fingerprint }
    output.print(texts.check.entry({ ...place, marker: marker ? texts.check.marker[marker] : '' }))
  }
  if (!good) output.tell(style.dim(texts.check.next[kind]({ target: targetText(host) })))
  return good ? exits.done : exits[kind]
}

/** @throws AppError `bad-key` */
export function parseKey(text: string): Buffer {
  const key = parsePublicKeyLine(text)
  if (!key) throw new AppError('bad-key', {})
  return key.blob
}
