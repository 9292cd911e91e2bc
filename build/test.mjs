// `npm test [-- --only SUITE,…]`: sets up what is missing, runs every suite, and ends with `N passed, N failed`.
import { mkdirSync } from 'node:fs'
import { labCommands, prepare, runScript } from './bootstrap.mjs'
import { runStaticChecks } from './check.mjs'
import { packageApp } from './package.mjs'
import { runLab, runPlaywright, runVitest } from './suites.mjs'

const suites = {
  check: runStaticChecks,
  unit: () => runVitest('unit'),
  integration: () => runVitest('integration'),
  e2e: () => runPlaywright('window'),
  async packaged() {
    await packageApp(['dir', 'deb'])
    return runPlaywright('packaged')
  },
  // One whole rescue with six faults; `npm run test:lab` has the others.
  lab: () => runLab(['repairs'], 'disk-full'),
}
/** Root on Debian, and some twenty minutes, half of them to build the disks for the first time: in CI, or when it is named. */
const onRequest = process.env.CI ? [] : ['lab']
const diskTools = ['mkfs.ext4', 'mkfs.vfat', 'mkfs.xfs', 'mkfs.btrfs', 'sfdisk', 'cryptsetup', 'pvcreate', 'fio']
const packagesOf = {
  integration: ['setfacl', 'setfattr', 'sqlite3', ...diskTools],
  e2e: diskTools,
  packaged: ['dpkg-deb', '7za'],
  lab: labCommands,
}

await runScript(async () => {
  const wanted = askedSuites(process.argv.slice(2))
  const windowed = wanted.some((name) => name === 'e2e' || name === 'packaged')
  await prepare({
    commands: ['ssh', 'ssh-keygen', 'sshd', ...(windowed ? ['Xvfb'] : []), ...wanted.flatMap((name) => packagesOf[name] ?? [])],
    electron: windowed,
    bundled: windowed || wanted.includes('integration'),
  })
  // The privilege separation folder, which a service would have made: sshd does not start without it as root.
  if (process.platform === 'linux' && process.getuid() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })

  const results = []
  for (const name of wanted) {
    console.log(`\n── ${name} ──`)
    const began = performance.now()
    const counts = await suites[name]().catch((error) => {
      console.error(error)
      return { passed: 0, failed: 1 }
    })
    results.push({ name, ...counts, seconds: Math.round((performance.now() - began) / 1000) })
  }
  console.log()
  for (const { name, passed, failed, skipped, seconds } of results)
    console.log(`${name}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''} (${seconds} s)`)
  const sum = (key) => results.reduce((total, counts) => total + counts[key], 0)
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
  // At once: a hook that the packager leaves behind would end the process with 0.
  process.exit(sum('failed') === 0 ? 0 : 1)
})

function askedSuites(words) {
  const only = words[0] === '--only' ? words[1] : words[0]?.startsWith('--only=') ? words[0].slice('--only='.length) : undefined
  const usual = Object.keys(suites).filter((name) => !onRequest.includes(name))
  const names = only === undefined && words.length === 0 ? usual : (only ?? '').split(',')
  for (const name of names)
    if (!Object.hasOwn(suites, name)) throw new Error(`usage: npm test [-- --only ${Object.keys(suites).join(',')}]`)
  return names
}
