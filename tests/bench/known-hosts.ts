/**
 * Lookup of the host on the last of 100 000 lines, in this process, against `ssh-keygen -F` as a process. Interleaved, medians.
 * Ours is what a connection needs: read the file, judge a key.
 */
import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judgeHostKey, makeQuery } from '../../electron/known-hosts/verdict.js'
import { ed25519, keyText, wire } from '../unit/known-hosts/keys.js'
import { type BenchRow, median, ratioAtMost } from './table.js'

export const lineCount = 100_000

export function writeFiles(dir: string): { hashed: string; plain: string; key: Buffer } {
  const key = ed25519()
  const lines = { hashed: [] as string[], plain: [] as string[] }
  for (let i = 1; i <= lineCount; i++) {
    const name = `host${i}.example.net`
    const text = keyText(i === lineCount ? key : wire('ssh-ed25519', randomBytes(32)))
    const salt = randomBytes(20)
    lines.plain.push(`${name} ${text}\n`)
    lines.hashed.push(`|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')} ${text}\n`)
  }
  const paths = { hashed: join(dir, 'hashed'), plain: join(dir, 'plain') }
  writeFileSync(paths.hashed, lines.hashed.join(''))
  writeFileSync(paths.plain, lines.plain.join(''))
  return { ...paths, key }
}

export function time(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

export function benchKnownHosts(rounds = 11): BenchRow[] {
  const dir = mkdtempSync(join(tmpdir(), 'rescueterm-bench-'))
  try {
    const { key, ...paths } = writeFiles(dir)
    const host = `host${lineCount}.example.net`
    return (['hashed', 'plain'] as const).map((form) => {
      const path = paths[form]
      const ours: number[] = []
      const peer: number[] = []
      for (let round = 0; round < rounds; round++) {
        ours.push(
          time(() => {
            const verdict = judgeHostKey([{ path, system: false, bytes: readFileSync(path) }], makeQuery(host, 22), key)
            if (verdict.kind !== 'match' || verdict.entries[0]?.line !== lineCount) throw new Error('wrong verdict')
          }),
        )
        peer.push(time(() => execFileSync('ssh-keygen', ['-F', host, '-f', path], { stdio: 'ignore' })))
      }
      return {
        name: `known_hosts lookup, ${form}, ${lineCount / 1000} k lines`,
        unit: 'ms',
        ours: median(ours),
        peer: { name: 'ssh-keygen -F', value: median(peer) },
        goals: [ratioAtMost(form === 'hashed' ? 0.4 : 0.3)],
      }
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
