// `npm run bench [-- TOPIC…]`: sets up what is missing and prints the measurements of tests/bench as ratios.
import { spawnSync } from 'node:child_process'
import { prepare, runScript } from './bootstrap.mjs'

await runScript(async () => {
  await prepare({ commands: ['ssh', 'ssh-keygen', 'sshd'] })
  const args = ['--import', 'tsx', 'tests/bench/run.ts', ...process.argv.slice(2)]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
})
