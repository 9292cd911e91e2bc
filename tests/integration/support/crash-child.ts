/**
 * A process that does one thing and may be killed at any file operation.
 * argv: JSON, see `Job`; prints JSON when it lives to the end. `recover` is two starts after a crash and then, if lines are
 * still set aside, the way back, with what the files held after each.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createFaultyFiles } from '../../support/faulty-files.js'
import { createService, setAside, targetIn } from '../../support/rescue-fixture.js'

interface Job {
  dataDir: string
  files: string[]
  task: 'begin' | 'restore' | 'recover'
  alsoWrite: boolean
  crash?: { n: number; after: boolean }
  short?: boolean
}
const job = JSON.parse(process.argv[2] ?? '') as Job

const fs = createFaultyFiles({
  at(n, _name, after) {
    if (job.crash?.n === n && job.crash.after === after) {
      process.kill(process.pid, 'SIGKILL')
      // The signal is delivered before the next instruction that matters; never go on.
      for (;;);
    }
  },
  // Torn and short writes: seven bytes at a time at first, then ever more, so that big files stay quick.
  ...(job.short ? { take: (_n: number, length: number) => Math.max(7, Math.floor(length / 3)) } : {}),
})
const start = () => createService(job.dataDir, { fs, settings: { watchInBackground: false } }).interventions
const target = targetIn({ file: job.files[0] ?? '' }, { userFiles: job.files })
const contents = () => job.files.map((path) => (existsSync(path) ? readFileSync(path, 'latin1') : null))
const report: Record<string, unknown> = {}

if (job.task === 'begin') {
  const interventions = start()
  await setAside(interventions, target, { alsoWrite: job.alsoWrite })
  report.state = interventions.list()[0]?.state
  await interventions.dispose()
} else if (job.task === 'restore') {
  const interventions = start()
  await interventions.resume()
  await interventions.restoreNow(interventions.list()[0]?.id ?? '')
  report.state = interventions.list()[0]?.state
  await interventions.dispose()
} else {
  const first = start()
  report.first = await first.resume()
  report.afterFirst = contents()
  await first.dispose()
  const second = start()
  report.second = await second.resume()
  report.afterSecond = contents()
  const open = second.list().find(({ state }) => state === 'active')
  report.active = open?.id
  if (open) await second.restoreNow(open.id)
  report.states = second.list().map(({ state, summary }) => ({ state, verified: summary?.verified }))
  report.end = contents()
  await second.dispose()
}
process.stdout.write(JSON.stringify({ ...report, operations: fs.count(), names: fs.names }))
