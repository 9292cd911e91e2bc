// `npm run check`: format, lint, types, import rules, unused code, unit tests. Says what failed, in full, and nothing else.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepare, runScript } from './bootstrap.mjs'
import { runVitest } from './suites.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Remembers what it has checked, so that the next run looks at what changed. */
const types = (folder) => [
  `types of ${folder}/`,
  'tsc',
  '-p',
  folder,
  '--incremental',
  '--tsBuildInfoFile',
  `node_modules/.cache/${folder}.tsbuildinfo`,
]

/** Longest first: the short ones fill the gaps. */
const steps = [
  types('renderer'),
  types('tests'),
  types('electron'),
  types('shared'),
  ['unused files, exports, packages', 'knip'],
  ['import rules', 'depcruise', '--config', '.dependency-cruiser.cjs', 'electron', 'renderer', 'shared', 'build', 'tests'],
  ['format and lint', 'biome', 'ci', '--colors=off', '.'],
]

/** Runs every step, a few at a time. @returns {Promise<{ passed: number, failed: number }>} */
export async function runStaticChecks() {
  const waiting = [...steps]
  const result = { passed: 0, failed: 0 }
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const [name, command, ...args] = step
      const began = performance.now()
      const { code, output } = await run(command, args)
      console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
      if (code === 0) result.passed++
      else {
        result.failed++
        console.log(output.trim())
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker))
  return result
}

function run(command, args) {
  const child = spawn(join(root, 'node_modules/.bin', command), args, { cwd: root, shell: process.platform === 'win32' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await prepare({ commands: ['ssh-keygen'] })
    const checks = await runStaticChecks()
    const unit = await runVitest('unit')
    return checks.failed + unit.failed === 0 ? 0 : 1
  })
}
