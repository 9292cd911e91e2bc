/** From the start of the process to a drawn page that takes an address, beside an Electron with one empty page. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchRow, median, ratioAtMost } from './table.js'

const root = join(import.meta.dirname, '../..')

export async function benchColdStart(rounds = 12): Promise<BenchRow[]> {
  const home = await mkdtemp(join(tmpdir(), 'rescueterm-bench-'))
  try {
    const ours: number[] = []
    const peer: number[] = []
    for (let round = -1; round < rounds; round++) {
      const times = [await start('.', home), await start('tests/bench/bare-window/main.cjs', home)] as const
      if (round < 0) continue // the first start on a computer fills Chromium's caches
      ours.push(times[0])
      peer.push(times[1])
    }
    return [
      {
        name: 'cold start to a usable window',
        unit: 'ms',
        ours: median(ours),
        peer: { name: 'bare Electron window', value: median(peer) },
        goals: [ratioAtMost(1.3)],
      },
    ]
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function start(program: string, home: string): Promise<number> {
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const { SSH_AUTH_SOCK: _agent, ...inherited } = process.env
  const env = { ...inherited, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), RESCUETERM_DATA_DIR: join(home, 'data') }
  const began = performance.now()
  const child = spawn(
    join(process.env.ELECTRON_OVERRIDE_DIST_PATH!, 'electron'),
    [...flags, '-r', join(root, 'tests/bench/start-hook.cjs'), program],
    { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  )
  let took: number | undefined
  child.stdout.once('data', () => {
    took = performance.now() - began
  })
  await once(child, 'exit')
  if (took === undefined) throw new Error(`${program} ended before it was usable`)
  return took
}
