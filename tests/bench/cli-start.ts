/** `rescueterm check` on 100 000 lines as a whole process, beside `ssh-keygen -F` in the same run, interleaved; medians. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lineCount, time, writeFiles } from './known-hosts.js'
import { type BenchRow, median, ratioAtMost } from './table.js'

const cli = join(import.meta.dirname, '../../out/cli.cjs')

export function benchCliStart(rounds = 11): BenchRow[] {
  const dir = mkdtempSync(join(tmpdir(), 'rescueterm-bench-'))
  try {
    const { key, ...paths } = writeFiles(dir)
    const host = `host${lineCount}.example.net`
    const keyLine = `ssh-ed25519 ${key.toString('base64')}`
    return (['hashed', 'plain'] as const).map((form) => {
      const path = paths[form]
      const args = [cli, 'check', host, '--known-hosts', path, '--global-known-hosts', 'none', '--key', keyLine, '--json']
      const ours: number[] = []
      const peer: number[] = []
      for (let round = 0; round < rounds; round++) {
        ours.push(time(() => execFileSync(process.execPath, args, { stdio: 'ignore', env: { ...process.env, HOME: dir } })))
        peer.push(time(() => execFileSync('ssh-keygen', ['-F', host, '-f', path], { stdio: 'ignore' })))
      }
      return {
        name: `check as a process, ${form}, ${lineCount / 1000} k lines`,
        unit: 'ms',
        ours: median(ours),
        peer: { name: 'ssh-keygen -F', value: median(peer) },
        goals: [ratioAtMost(form === 'hashed' ? 1 : 3)],
      }
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
