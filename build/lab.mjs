// `npm run test:lab [-- --quick | NAME…]`: the tests with real machines in an emulator. The first run builds their disks (some minutes);
// they are kept in ~/.cache/rescueterm-lab, or where RESCUETERM_LAB_CACHE says.
import { labCommands, prepare, runScript } from './bootstrap.mjs'
import { runLab } from './suites.mjs'

/** A start in both modes and a whole rescue: what a change can be judged by in five minutes. */
const quick = ['boot', 'drill']

await runScript(async () => {
  const words = process.argv.slice(2)
  await prepare({ commands: labCommands })
  const { passed, failed, skipped } = await runLab(words.includes('--quick') ? quick : words)
  console.log(`lab: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  return failed === 0 ? 0 : 1
})
