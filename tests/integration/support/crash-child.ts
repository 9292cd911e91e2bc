/**
 * A process that does one thing and may be killed at any file operation. argv: JSON, see `Job`; prints JSON when it lives to
 * the end.
 */
import { createFaultyFiles } from '../../support/faulty-files.js'
import { createService, rescueKey, setAside, targetIn } from '../../support/rescue-fixture.js'

interface Job {
  dataDir: string
  files: string[]
  task: 'set aside' | 'put back' | 'replace' | 'bring back'
  alsoWrite: boolean
  crash?: { n: number; after: boolean }
  short?: boolean
}
const job = JSON.parse(process.argv[2] ?? '') as Job

const fs = createFaultyFiles({
  at(n, _name, after) {
    if (job.crash?.n !== n || job.crash.after !== after) return
    process.kill(process.pid, 'SIGKILL')
    // The signal may take an instant to arrive: nothing more may reach the disk.
    for (;;);
  },
  ...(job.short ? { take: (_n: number, length: number) => Math.max(7, Math.floor(length / 3)) } : {}),
})
const { interventions } = createService(job.dataDir, { fs, settings: { watchInBackground: false } })
const target = targetIn({ file: job.files[0] ?? '' }, { userFiles: job.files })

switch (job.task) {
  case 'set aside':
    await setAside(interventions, target, { alsoWrite: job.alsoWrite })
    break
  case 'put back':
    await interventions.resume()
    await interventions.restoreNow(interventions.list()[0]?.id ?? '')
    break
  case 'replace': {
    const { digest } = await interventions.plan(target, rescueKey, 'replace', false)
    await interventions.replace(target, rescueKey, digest)
    break
  }
  case 'bring back':
    await interventions.resume()
    await interventions.bringBack(interventions.history()[0]?.id ?? '')
}
await interventions.dispose()
process.stdout.write(JSON.stringify({ operations: fs.count(), names: fs.names }))
