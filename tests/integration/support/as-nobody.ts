/**
 * An ordinary user's process: drops root, then sets aside and restores. argv: JSON { dataDir, file }; prints what happened.
 * Tests that run as root use it where root is not refused what others are.
 */
import { readFileSync } from 'node:fs'
import { createService, setAside, targetIn } from '../../support/rescue-fixture.js'

const { dataDir, file } = JSON.parse(process.argv[2] ?? '') as { dataDir: string; file: string }
// The account without rights that every system has.
if (process.getuid?.() === 0) {
  process.setgid?.(65534)
  process.setuid?.(65534)
}
const { interventions } = createService(dataDir, { settings: { watchInBackground: false } })
try {
  const id = await setAside(interventions, targetIn({ file }))
  const during = readFileSync(file, 'utf8')
  await interventions.restoreNow(id)
  process.stdout.write(JSON.stringify({ id, during, state: interventions.list()[0]?.state }))
} catch (error) {
  const { code, data, message } = error as { code?: string; data?: unknown; message: string }
  process.stdout.write(JSON.stringify({ code, data, message }))
}
await interventions.dispose()
