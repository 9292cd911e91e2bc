// `npm run bench`: sets up what is missing and prints the measurements of tests/bench as ratios.
import { spawnSync } from 'node:child_process'
import { prepare, runScript } from './bootstrap.mjs'

await runScript(async () => {
  await prepare({ commands: ['ssh-keygen'], bundled: true })
  return spawnSync(process.execPath, ['--import', 'tsx', 'tests/bench/run.ts'], { stdio: 'inherit' }).status ?? 1
})
