// Runs one test suite in its own runner and counts its results from the runner's JSON report. A suite that ran nothing, or a
// runner that failed without a failing test (a broken import, a crash), counts as one failure.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SetupError } from './bootstrap.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {'unit'|'integration'|'lab'} project @param {string[]} files only these; none for all
 * @param {string} [name] only tests with this in their name @returns {Promise<Counts>}
 */
export function runVitest(project, files = [], name) {
  const only = [...files, '--project', project, ...(name === undefined ? [] : ['--testNamePattern', name])]
  return runAndCount(
    (report) => ['vitest', 'run', ...only, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {},
    ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) => ({
      passed: numPassedTests,
      failed: numFailedTests,
      // What has another name was not asked for.
      skipped: name === undefined ? numPendingTests + numTodoTests : 0,
    }),
  )
}

/** @param {string[]} names of files in tests/lab; none for all @param {string} [name] as of `runVitest` @returns {Promise<Counts>} */
export async function runLab(names, name) {
  // debootstrap makes device files and changes its root.
  if (process.platform !== 'linux' || process.getuid() !== 0) throw new SetupError('the lab builds its disks as root on a Debian computer')
  return runVitest(
    'lab',
    names.map((one) => `tests/lab/${one}.lab.test.ts`),
    name,
  )
}

/** @param {'window'|'packaged'} project @returns {Promise<Counts>} */
export function runPlaywright(project) {
  return runAndCount(
    () => ['playwright', 'test', '--project', project, '--reporter=list,json'],
    (report) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: report }),
    // A test that passed only at the second try is reported as flaky and counts as failed: we do not retry.
    ({ stats, errors }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky + (stats.unexpected === 0 ? errors.length : 0),
      skipped: stats.skipped,
    }),
  )
}

async function runAndCount(command, environment, count) {
  const folder = await mkdtemp(join(tmpdir(), 'rescueterm-report-'))
  try {
    const report = join(folder, 'report.json')
    const [name, ...args] = command(report)
    const env = { ...process.env, ...(typeof environment === 'function' ? environment(report) : environment) }
    const child = spawn(join(root, 'node_modules/.bin', name), args, {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    const counts = await readFile(report, 'utf8').then(
      (text) => count(JSON.parse(text)),
      () => ({ passed: 0, failed: 0, skipped: 0 }),
    )
    const silent = counts.failed === 0 && (code !== 0 || counts.passed === 0)
    return { ...counts, failed: counts.failed + (silent ? 1 : 0) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
