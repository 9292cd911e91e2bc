// `npm run test:lab [-- --quick | NAME…]`: the tests with real machines in an emulator. The first run builds their disks (some minutes);
// they are kept in ~/.cache/rescueterm-lab, or where RESCUETERM_LAB_CACHE says.
import { prepare, runScript, SetupError } from './bootstrap.mjs'
import { runVitest } from './suites.mjs'

/** A start in both modes and a whole rescue: what a change can be judged by in five minutes. */
const quick = ['boot', 'drill']

await runScript(async () => {
  const words = process.argv.slice(2)
  // debootstrap makes device files and changes its root.
  if (process.platform !== 'linux' || process.getuid() !== 0) throw new SetupError('the lab builds its disks as root on a Debian computer')
  await prepare({ commands: ['ssh-keygen', 'ssh-keyscan', 'qemu-system-x86_64', 'qemu-img', 'debootstrap', 'sgdisk', 'mkfs.ext4'] })
  const names = words.includes('--quick') ? quick : words
  const { passed, failed, skipped } = await runVitest(
    'lab',
    names.map((name) => `tests/lab/${name}.lab.test.ts`),
  )
  console.log(`lab: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  return failed === 0 ? 0 : 1
})
